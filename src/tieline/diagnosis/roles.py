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
_ADDRESS = frozenset({Rule.ENDPOINT, Rule.METHOD})


def assign(spotted: Sequence[Spotted], gate: Gate | None, *, good: bool, run_failed: bool) -> tuple[Diagnosed, ...]:
    """Give every thing spotted its role, drop what the answer refutes or something else explains, and rank the rest."""
    if good:
        kept = [(one, _role_of_accepted(one, run_failed)) for one in spotted]
        if any(role is Role.CAUSE and not one.said for one, role in kept):
            kept = [(one, role) for one, role in kept if not one.said]
    else:
        kept = [(one, _role(one, gate)) for one in _without_echoes(spotted, gate)]
        kept = _behind_masks(kept)
        kept = _host_aside(kept)
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


def _role(one: Spotted, gate: Gate | None) -> Role | None:
    sure = Role.CAUSE if one.sure else Role.POSSIBLE
    if gate is None or one.blamed or one.rule in _ADDRESS:
        return sure
    first, last = gate
    if one.stage < first:
        return Role.SIDE
    return Role.NEXT if one.stage > last else sure


def _without_echoes(spotted: Sequence[Spotted], gate: Gate | None) -> list[Spotted]:
    """Drop what was only read off the answer where the request itself shows a fault at that gate."""
    seen = [
        one
        for one in spotted
        if not one.said and one.sure and (gate is None or gate[0] <= one.stage <= gate[1] or one.rule in _ADDRESS)
    ]
    if not seen:
        strong = [one for one in spotted if one.said and one.rule is not Rule.AUTH]
        return [one for one in spotted if not (one.said and one.finding.at == "auth" and strong)]
    return [one for one in spotted if not one.said]


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


def _host_aside(kept: list[tuple[Spotted, Role | None]]) -> list[tuple[Spotted, Role | None]]:
    """A host that answered all the same is not why, when something else is; and when nothing else is, it is."""
    others = any(role is Role.CAUSE and one.rule is not Rule.HOST for one, role in kept)
    return [
        (one, (Role.SIDE if others else Role.CAUSE) if one.rule is Rule.HOST and role is not None else role) for one, role in kept
    ]


def _role_of_accepted(one: Spotted, run_failed: bool) -> Role | None:
    """The launch was accepted: what could still be wrong is what the cloud takes and then ignores, and the run."""
    if one.stage is Stage.RUN:
        return Role.CAUSE
    if one.stage is Stage.INPUT and one.rule in {Rule.INPUT_NAME, Rule.INPUT_TYPE}:
        if one.rule is Rule.INPUT_TYPE and not run_failed:
            return Role.POSSIBLE
        return Role.CAUSE if one.sure else Role.POSSIBLE
    return Role.SIDE if one.rule is Rule.UNKNOWN_FIELD else None
