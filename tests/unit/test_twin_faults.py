"""Faults on purpose as values: how delays spread, whom a fault meets and when, and what cannot be one. By drawing, never by timing."""

from __future__ import annotations

import statistics
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from tieline.contract.operations import EXECUTION, FLOWS, LAUNCH, TOKEN
from tieline.twin.faults.deck import Deck
from tieline.twin.faults.fault import FAULTS_MAX, PRESETS, Delay, Fault, FaultError, checked, preset, read_scenario
from tieline.twin.striking import malformed, named


def drawn(delay: Delay, count: int = 20_000) -> list[float]:
    random = Random(7)
    return [delay.draw(random) for _ in range(count)]


def test_a_fixed_delay_is_always_the_same() -> None:
    assert set(drawn(Delay(ms=120))) == {120.0}


def test_a_uniform_delay_spreads_evenly() -> None:
    for delay in (Delay(ms=100, to_ms=300), Delay(ms=100, to_ms=300, shape="uniform")):
        told = drawn(delay)
        assert 100 <= min(told) < 102
        assert 298 < max(told) <= 300
        assert statistics.mean(told) == pytest.approx(200, rel=0.01)


def test_a_normal_delay_has_its_mean_and_its_deviation() -> None:
    told = drawn(Delay(ms=500, to_ms=600, shape="normal"))
    assert statistics.mean(told) == pytest.approx(500, rel=0.01)
    assert statistics.stdev(told) == pytest.approx(100, rel=0.03)
    assert min(drawn(Delay(ms=10, to_ms=100, shape="normal"))) == 0.0, "no delay is less than none"


def test_a_lognormal_delay_has_its_median_and_its_99th_percentile() -> None:
    told = sorted(drawn(Delay(ms=300, to_ms=3000, shape="lognormal")))
    assert statistics.median(told) == pytest.approx(300, rel=0.03)
    assert told[round(len(told) * 0.99)] == pytest.approx(3000, rel=0.1)


def test_an_exponential_delay_has_its_mean() -> None:
    told = drawn(Delay(ms=200, shape="exponential"))
    assert statistics.mean(told) == pytest.approx(200, rel=0.03)
    assert statistics.median(told) == pytest.approx(200 * 0.693, rel=0.05)


def struck(deck: Deck, count: int, flow: tuple[str, ...] = (), client: str | None = None, operation: Any = LAUNCH) -> list[int]:
    """Send so many requests; gives the numbers (from 1) of those that met a fault."""
    return [number for number in range(1, count + 1) if deck.deal(operation, flow, client) is not None]


def deck_of(*faults: Fault, seed: int = 1) -> Deck:
    deck = Deck(seed)
    deck.set(faults)
    return deck


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        (Fault(status=500), [1, 2, 3, 4, 5, 6, 7, 8]),
        (Fault(status=500, skip=2), [3, 4, 5, 6, 7, 8]),
        (Fault(status=500, every=3), [1, 4, 7]),
        (Fault(status=500, skip=2, every=3), [3, 6]),
        (Fault(status=500, times=2), [1, 2]),
        (Fault(status=500, skip=4, times=1), [5]),
        (Fault(status=500, times=0), []),
        (Fault(status=500, probability=0), []),
        (Fault(status=500, operation="getFlows"), []),
        (Fault(status=500, operation="postFlowsExecutions", every=4), [1, 5]),
        (Fault(status=500, flow="Callback"), [1, 2, 3, 4, 5, 6, 7, 8]),
        (Fault(status=500, flow="f-1", times=1), [1]),
        (Fault(status=500, flow="Other"), []),
        (Fault(status=500, client="c-1", every=8), [1]),
        (Fault(status=500, client="c-2"), []),
    ],
)
def test_whom_a_fault_meets_and_when(fault: Fault, numbers: list[int]) -> None:
    assert struck(deck_of(fault), 8, ("f-1", "Callback"), "c-1") == numbers


def test_a_fault_with_a_code_meets_only_operations_that_publish_it() -> None:
    storm = deck_of(*preset("storm-429"))
    assert struck(storm, 3, operation=TOKEN) == []
    assert struck(storm, 60, operation=FLOWS) == list(range(1, 51)), "the token requests used none of the fifty up"
    own = deck_of(Fault(code="flow.config.not.published"))
    assert (struck(own, 1, operation=EXECUTION), struck(own, 1)) == ([], [1])
    assert struck(deck_of(*preset("token-limit")), 5, operation=TOKEN) == [1, 2, 3]


def test_chance_is_seeded_and_of_each_fault_alone() -> None:
    often = Fault(name="often", status=500, probability=0.3)
    alone = struck(deck_of(often), 2000)
    assert len(alone) == pytest.approx(600, rel=0.1)
    assert struck(deck_of(often), 2000) == alone
    assert struck(deck_of(often, seed=2), 2000) != alone
    beside = deck_of(often, Fault(name="also", status=502, probability=0.5))
    met = [beside.deal(LAUNCH, (), None) for _ in range(2000)]
    assert [number for number, one in enumerate(met, 1) if one and one.faults[0].name == "often"] == alone


def test_delays_of_several_faults_add_up_and_the_first_answer_holds() -> None:
    dealt = deck_of(Fault(delay=Delay(ms=100)), Fault(delay=Delay(ms=50), status=502), Fault(status=500)).deal(LAUNCH, (), None)
    assert dealt is not None
    assert dealt.delay_ms == 150
    assert named(dealt) == "delay, delay+502, 500"


def test_faults_kept_keep_their_counts() -> None:
    deck = deck_of(Fault(name="once", status=500, times=1))
    assert struck(deck, 2) == [1]
    deck.set([Fault(name="then", status=502)], keep=True)
    assert [(one["name"], one["met"], one["struck"]) for one in deck.told()["faults"]] == [("once", 2, 1), ("then", 0, 0)]
    with pytest.raises(FaultError, match="more than 200"):
        deck.set([Fault(status=500)] * FAULTS_MAX, keep=True)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_sound_and_named_after_itself(name: str) -> None:
    assert all(fault.name.startswith(name) for fault in preset(name))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"name": "x"}, "it does nothing"),
        ({"operation": "postFlowsExecution", "status": 500}, "near it is `postFlowsExecutions`"),
        ({"code": "flow.config.not.publishd"}, "near it is `flow.config.not.published`"),
        ({"code": "flow.config.not.published", "operation": "getFlows"}, "published by none"),
        ({"status": 500, "reset": "after"}, "status and reset cannot be one fault"),
        ({"malformed": True, "truncate": 0.5}, "truncate and malformed cannot be one fault"),
        ({"reset": "after", "retry_after_s": 3}, "go with code or status"),
        ({"reset": "after", "took_effect": True}, "go with code or status"),
        ({"status": 503, "retry_after_s": -1}, "retry_after_s lies between"),
        ({"status": 600}, "status lies between"),
        ({"truncate": 1.0}, "truncate lies between"),
        ({"slow_ms": -1}, "slow_ms lies between"),
        ({"status": 500, "probability": 1.5}, "probability lies between"),
        ({"status": 500, "every": 0}, "every at 1"),
        ({"flow": "x", "operation": "getFlows", "status": 500}, "flow is of a launch"),
        ({"revoke": True, "operation": "oauthToken"}, "revoke is of a token"),
        ({"delay": {"ms": 5, "shape": "normal"}}, "to_ms is missing; a normal delay needs it"),
        ({"delay": {"ms": 5, "to_ms": 9, "shape": "fixed"}}, "to_ms means nothing; a fixed delay has none"),
        ({"delay": {"ms": 0, "shape": "exponential"}}, "above 0"),
        ({"delay": {"ms": 9, "to_ms": 5}}, "to_ms above it"),
        ({"delay": {"ms": 5, "shape": "pareto"}}, "pareto"),
        ({"statsu": 500}, "statsu"),
        (7, "faults[0]"),
    ],
)
def test_what_cannot_be_a_fault(told: Any, says: str) -> None:
    with pytest.raises(FaultError) as said:
        checked([told])
    assert says in str(said.value)


def test_every_fault_that_cannot_be_is_named() -> None:
    with pytest.raises(FaultError, match=r"faults\[0\] \(a\): .*faults\[2\]: "):
        checked({"faults": [{"name": "a"}, {"status": 500}, {"status": 1}]})


def test_a_scenario_file(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text("faults:\n- {operation: postFlowsExecutions, reset: after, times: 1}\n- {delay: {ms: 20, to_ms: 40}}\n")
    first, second = read_scenario(file)
    assert (first.reset, first.times) == ("after", 1)
    assert second.delay is not None
    assert second.delay.spread == "uniform"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("faults: [", "line 1"),
        ("faults: 3", "a scenario is a list"),
        ("", "a scenario is a list"),
        ("more: []", "a scenario is a list"),
    ],
)
def test_a_file_that_is_no_scenario(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    with pytest.raises(FaultError, match=says):
        read_scenario(file)
    with pytest.raises(FaultError, match="no such file"):
        read_scenario(tmp_path / "none.yaml")


@pytest.mark.parametrize("payload", [b'{"a":1}', b"[]", b"{}", b'"x"', b"1", b"null", b'[" ,"]'])
def test_a_malformed_body_is_as_long_and_no_json(payload: bytes) -> None:
    assert len(malformed(payload)) == len(payload)
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(malformed(payload))
