"""A filter in memory before the generations of request ids: says of nearly every new one that no generation holds it.

A Bloom filter with two marks a hash, for several generations at once: a byte has a bit for each, so that one look asks them all.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

GENERATIONS = 8
"""How many generations share a filter: the bits of a byte."""
PLACES = 2**23
"""The size of a filter, in bytes: four for each request id of eight full generations, of which 3 new ids in 100 are then looked up for nothing."""
_MASK = PLACES - 1
_SHIFT = 32


class Bloom:
    """Says which generations may hold a hash. What it does not say holds it not; a few more are said by chance."""

    def __init__(self) -> None:
        """Begin with no hash of any generation."""
        self._marks = bytearray(PLACES)

    def add(self, generation: int, hashes: Iterable[int]) -> None:
        """Note hashes that a generation holds."""
        marks, bit = self._marks, 1 << generation % GENERATIONS
        for hash in hashes:
            marks[hash & _MASK] |= bit
            marks[hash >> _SHIFT & _MASK] |= bit

    def maybe(self, hashes: Sequence[int]) -> list[tuple[int, int]]:
        """Give those of the hashes that some generation may hold, each with the bits of those generations."""
        marks = self._marks
        return [
            (hash, bits) for hash in hashes if (first := marks[hash & _MASK]) and (bits := first & marks[hash >> _SHIFT & _MASK])
        ]

    def of(self, generation: int, maybe: Iterable[tuple[int, int]]) -> array[int]:
        """Give those of them that this generation may hold."""
        bit = 1 << generation % GENERATIONS
        return array("q", [hash for hash, bits in maybe if bits & bit])
