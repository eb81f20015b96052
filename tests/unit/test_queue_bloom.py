"""The filter before the generations of request ids: never silent about what it was told, seldom wrong about the rest."""

from __future__ import annotations

from array import array
from random import Random

from tieline.queue.bloom import GENERATIONS, Bloom
from tieline.queue.requests import GENERATION_ROWS


def hashes(count: int, random: Random) -> array[int]:
    return array("q", random.randbytes(8 * count))


def test_every_hash_is_said_to_be_in_its_generation() -> None:
    random = Random(1)
    bloom = Bloom()
    of = {number: hashes(500, random) for number in range(3, 3 + GENERATIONS)}
    for number, held in of.items():
        bloom.add(number, held)
    asked = array("q", [hash for held in of.values() for hash in held])
    maybe = bloom.maybe(asked)
    assert [hash for hash, _ in maybe] == list(asked)
    for number, held in of.items():
        assert set(held) <= set(bloom.of(number, maybe))
        assert len(bloom.of(number, maybe)) < 510


def test_full_generations_say_of_few_new_hashes_that_they_may_hold_them() -> None:
    random = Random(2)
    bloom = Bloom()
    for number in range(GENERATIONS):
        bloom.add(number, hashes(GENERATION_ROWS, random))
    maybe = bloom.maybe(hashes(10_000, random))
    said = sum(len(bloom.of(number, maybe)) for number in range(GENERATIONS))
    assert 100 < said < 400  # none would say that it asks nothing at all


def test_a_filter_that_was_told_nothing_says_nothing() -> None:
    bloom = Bloom()
    assert bloom.maybe(hashes(100, Random(3))) == []
