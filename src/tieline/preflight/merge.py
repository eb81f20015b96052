"""Puts findings of several readers together, so that one mistake is said once."""

from __future__ import annotations

from collections.abc import Iterable

from tieline.domain.finding import Finding
from tieline.problems.doors import FieldMissing
from tieline.problems.preflight import MissingField, NotAnObject

_MISSING = MissingField.code
_NOTHING = frozenset({NotAnObject.code, FieldMissing.code})


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once (the same code at the same place), and drop what only follows from another.

    A field is not also missing when its place already has a finding (it is there, but unusable), or when an unknown field
    is taken for it (it is there, but misspelled); nothing is missing from what is no object, or not there, at all.
    """
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.code, finding.at), finding)
    once = tuple(kept.values())
    others = [finding for finding in once if finding.code != _MISSING]
    if not others or len(others) == len(once):
        return once
    explained = set()
    for finding in others:
        if finding.code in _NOTHING:
            return tuple(others)
        explained.add(finding.at)
        if finding.suggestion:
            explained.add(_beside(finding.at, finding.suggestion))
    return tuple(finding for finding in once if finding.code != _MISSING or explained.isdisjoint(_places(finding)))


def _places(missing: Finding) -> tuple[str, ...]:
    """Where the missing field could stand: its own place, and that of the field that would do instead."""
    instead = missing.metadata.get("instead")
    return (missing.at, _beside(missing.at, instead)) if instead else (missing.at,)


def _beside(at: str, name: str) -> str:
    return f"{at.rpartition('/')[0]}/{name}"
