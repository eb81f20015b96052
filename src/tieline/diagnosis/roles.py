"""Gives each thing spotted its role: what explains the answer, what would bite next, what stands beside it.

A request passes gates in order (`Stage`). The answer tells at which gate it stopped: what is wrong there is the cause, what is
wrong before it has been let pass (side), what is wrong behind it bites next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tieline.diagnosis.finding import Diagnosed, Role, Rule
from tieline.diagnosis.spotted import Spotted, Stage

Gate = tuple[Stage, Stage]
_ORDER = {Role.CAUSE: 0, Role.POSSIBLE: 1, Role.NEXT: 2, Role.SIDE: 3}


def assign(spotted: Sequence[Spotted], gate: Gate | None, *, good: bool, run_failed: bool) -> tuple[Diagnosed, ...]:
    """Give every thing spotted its role, drop what the answer refutes or something else explains, and rank the rest."""
    if good:
        kept = [(one, _role_of_accepted(one, run_failed)) for one in spotted]
        if any(role is Role.CAUSE and not one.said for one, role in kept):
            kept = [(one, role) for one, role in kept if not one.said]
    else:
        kept = [(one, _role(one, gate)) for one in _without_echoes(spotted, gate)]
        kept = _aside(_behind_masks(kept))
    said = [(one, role) for one, role in kept if role is not None]
    said.sort(key=lambda pair: (_ORDER[pair[1]], not pair[0].blamed, pair[0].stage))
    return tuple(_once(_diagnosed(one, role) for one, role in said))


def _diagnosed(one: Spotted, role: Role) -> Diagnosed:
    return Diagnosed(finding=one.finding, rule=one.rule, role=role, why=one.why)


def _once(found: Iterable[Diagnosed]) -> Iterable[Diagnosed]:
    seen: set[tuple[str, str]] = set()
    for one in found:
        key = (one.finding.code, one.finding.at)
        if key not in seen or one.finding.code == "TL611":
            seen.add(key)
            yield one


def _of_address(one: Spotted) -> bool:
    """Whether it explains any answer: whatever stands at another address answers as it likes."""
    return one.rule in {Rule.ENDPOINT, Rule.METHOD, Rule.HOST} and not one.aside


def _role(one: Spotted, gate: Gate | None) -> Role | None:
    sure = Role.CAUSE if one.sure else Role.POSSIBLE
    if one.blamed or _of_address(one):
        return sure
    first, last = gate or (Stage.REACH, Stage.RUN)
    if first <= one.stage <= last:
        return sure
    if one.said:  # the answer's own form says nothing more where its status says at which gate it is
        return None if one.rule is Rule.OTHER else sure
    return Role.SIDE if one.stage < first else Role.NEXT


def _without_echoes(spotted: Sequence[Spotted], gate: Gate | None) -> list[Spotted]:
    """Drop what was only read off the answer where the request itself shows a fault at that gate, or a wrong address.

    A 401 is given before the path is looked at, so a wrong path does not take its place.
    """
    seen = [
        one
        for one in spotted
        if not one.said and one.sure and (gate is None or gate[0] <= one.stage <= gate[1] or _of_address(one))
    ]
    if gate == (Stage.AUTH, Stage.AUTH):
        seen = [one for one in seen if one.rule is not Rule.ENDPOINT]
    return [one for one in spotted if not one.said] if seen else list(spotted)


def _behind_masks(kept: list[tuple[Spotted, Role | None]]) -> list[tuple[Spotted, Role | None]]:
    """Where the body cannot even be read, what stands in it can only bite next."""
    if not any(one.masks and role is Role.CAUSE for one, role in kept):
        return kept
    return [
        (
            one,
            Role.NEXT
            if role in {Role.CAUSE, Role.POSSIBLE} and one.stage >= Stage.FORM and not one.masks and not _head(one)
            else role,
        )
        for one, role in kept
    ]


def _head(one: Spotted) -> bool:
    return one.finding.at.startswith("header:") or one.blamed


def _aside(kept: list[tuple[Spotted, Role | None]]) -> list[tuple[Spotted, Role | None]]:
    """What stands aside is not why, when something else is; and when nothing else is, it is."""
    others = any(role is Role.CAUSE and not one.aside for one, role in kept)
    return [(one, _beside(one, others) if one.aside and role is not None else role) for one, role in kept]


def _beside(one: Spotted, others: bool) -> Role | None:
    if not others:
        return Role.CAUSE
    return None if one.said else Role.SIDE


def _role_of_accepted(one: Spotted, run_failed: bool) -> Role | None:
    """The launch was accepted: what could still be wrong is what the cloud takes and then ignores, and the run.

    Inputs under a name that is not `inputData` went nowhere; any other field too many did no harm.
    """
    if one.stage is Stage.RUN:
        return Role.CAUSE
    if one.stage is Stage.INPUT and one.rule in {Rule.INPUT_NAME, Rule.INPUT_TYPE}:
        if one.rule is Rule.INPUT_TYPE and not run_failed:
            return Role.POSSIBLE
        return Role.CAUSE if one.sure else Role.POSSIBLE
    if one.rule is Rule.UNKNOWN_FIELD:
        return Role.CAUSE if one.finding.suggestion == "inputData" else Role.SIDE
    return None
