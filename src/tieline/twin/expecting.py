"""Holds what was launched against what a test expects, and says in words how the two differ. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tieline.contract.inputs import qualified

SHOWN = 10
"""How many launches a sentence names."""
TEXT_MAX = 400
"""How much of one launch's inputs a sentence shows, in characters."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """One launch the twin took. `request` is its whole body, None when it was too large to keep."""

    execution: str
    flow: str
    flow_id: str
    version: str
    name: str | None
    inputs: dict[str, Any]
    request: dict[str, Any] | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """One launch the twin refused: the status, the error's code, and what the one engine says of it."""

    status: int
    code: str | None
    findings: str | None = None


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Launches that are expected: of this flow (name or id), under this name, with at least these inputs (their names may be given
    without `Flow.`). `times` is how many, None for `at_least` (1 when nothing is said).
    """

    flow: str | None = None
    name: str | None = None
    inputs: dict[str, Any] | None = None
    times: int | None = None
    at_least: int | None = None

    def fault(self) -> str | None:
        """Say why nothing can be expected so; None when it can."""
        if self.times is not None and self.at_least is not None:
            return "times and at_least are both given"
        return "times and at_least are 0 or more" if min(self.times or 0, self.at_least or 0) < 0 else None

    def fits(self, one: Launch) -> bool:
        """Whether a launch is one of them."""
        return not self.differences(one)

    def differences(self, one: Launch) -> list[str]:
        """Say in what a launch is not one of them."""
        found = []
        if self.flow is not None and self.flow not in {one.flow, one.flow_id}:
            found.append(f"its flow is {one.flow!r}")
        if self.name is not None and one.name != self.name:
            found.append(f"its name is {one.name!r}")
        for key, value in (self.inputs or {}).items():
            name = key if key in one.inputs else qualified(key)
            if name not in one.inputs:
                found.append(f"{name} is missing" if one.request is not None else "its body was too large to keep")
            elif not _same(one.inputs[name], value):
                found.append(f"{name} is {_json(one.inputs[name])}, not {_json(value)}")
        return found

    def enough(self, found: int) -> bool:
        """Whether so many launches are as many as are expected."""
        return found == self.times if self.times is not None else found >= (1 if self.at_least is None else self.at_least)

    def words(self) -> str:
        """Say which launches are expected."""
        least = 1 if self.at_least is None else self.at_least
        many = f"at least {_count(least)}" if self.times is None else _count(self.times)
        parts = [many, f"of {self.flow!r}" if self.flow is not None else "of any flow"]
        if self.name is not None:
            parts.append(f"named {self.name!r}")
        if self.inputs is not None:
            parts.append(f"with inputs {_json(self.inputs)}")
        return " ".join(parts)


def judged(
    expected: Sequence[Expected], launches: Sequence[Launch], refused: Sequence[Refused] = (), *, nothing_else: bool
) -> dict[str, Any]:
    """Say for each expectation what was wanted, how many came, which, and (where they do not suffice) the nearest to it."""
    results = [_result(one, launches) for one in expected]
    other = [one for one in launches if not any(wanted.fits(one) for wanted in expected)] if nothing_else else []
    told: dict[str, Any] = {"ok": all(one["ok"] for one in results) and not other, "launches": results}
    if nothing_else:
        told["others"] = [shown(one) for one in other[:SHOWN]]
    told["says"] = "" if told["ok"] else "\n".join([*_missed(results, other), *_there(launches), *_refused(refused)])
    return told


def _result(wanted: Expected, launches: Sequence[Launch]) -> dict[str, Any]:
    found = [one for one in launches if wanted.fits(one)]
    told: dict[str, Any] = {
        "ok": wanted.enough(len(found)),
        "wanted": wanted.words(),
        "came": len(found),
        "executions": [one.execution for one in found],
    }
    few = len(found) < (1 if wanted.at_least is None else wanted.at_least) if wanted.times is None else len(found) < wanted.times
    if few and (rest := [one for one in launches if not wanted.fits(one)]):
        nearest = min(reversed(rest), key=lambda one: len(wanted.differences(one)))
        told["nearest"] = {"launch": shown(nearest), "execution": nearest.execution, "differs": wanted.differences(nearest)}
    return told


def _missed(results: Sequence[Mapping[str, Any]], other: Sequence[Launch]) -> list[str]:
    lines = []
    for one in results:
        if one["ok"]:
            continue
        lines.append(f"expected {one['wanted']}, found {one['came']}")
        if "nearest" in one:
            lines.append(f"  the nearest: {one['nearest']['launch']}; {', '.join(one['nearest']['differs'])}")
    if other:
        lines.append(f"expected nothing else, found {_count(len(other))} more: {shown(other[0])}")
    return lines


def _there(launches: Sequence[Launch]) -> list[str]:
    there = [f"  {shown(one)}" for one in launches[-SHOWN:]] or ["  (nothing was launched)"]
    more = [f"  and {len(launches) - SHOWN} before them"] if len(launches) > SHOWN else []
    return ["what was launched:", *there, *more]


def _refused(refused: Sequence[Refused]) -> list[str]:
    """A launch that is missed was often sent, and refused."""
    if not refused:
        return []
    more = [f"  and {len(refused) - SHOWN} before them"] if len(refused) > SHOWN else []
    told = [f"  {one.status} {one.code}" + (f": {one.findings}" if one.findings else "") for one in refused[-SHOWN:]]
    return ["what was refused:", *told, *more]


def shown(one: Launch) -> str:
    """Say what a launch was, in a line."""
    named = "" if one.name in {None, one.flow} else f" named {one.name!r}"
    return f"{one.flow} {one.version}{named} with inputs {_json(one.inputs)}"


def _same(has: Any, wanted: Any) -> bool:
    return bool(has == wanted) and isinstance(has, bool) == isinstance(wanted, bool)


def _count(number: int) -> str:
    return "one launch" if number == 1 else f"{number} launches"


def _json(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}... ({len(text)} characters)"
