"""Puts findings of several readers together, so that one mistake is said once."""

from __future__ import annotations

from collections.abc import Iterable

from tieline.domain.finding import Finding
from tieline.problems.doors import FieldMissing
from tieline.problems.preflight import MissingField, NotAnObject

_NOTHING = frozenset({NotAnObject.code, FieldMissing.code})


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once (the same code at the same place), and drop what only follows from another.

    A field is not also missing when its place already has a finding (it is there, but unusable), or when an unknown field
    is taken for it (it is there, but misspelled); nothing is missing from what is no object, or not there, at all.
    """
    kept = {(finding.code, finding.at): finding for finding in reversed(list(findings))}
    once = list(reversed(kept.values()))
    if len(once) < 2 or not any(finding.code == MissingField.code for finding in once):
        return tuple(once)
    if any(finding.code in _NOTHING for finding in once):
        return tuple(finding for finding in once if finding.code != MissingField.code)
    explained = {finding.at for finding in once if finding.code != MissingField.code}
    explained |= {_beside(finding.at, finding.suggestion) for finding in once if finding.suggestion}
    return tuple(finding for finding in once if finding.code != MissingField.code or not _places(finding) & explained)


def _places(missing: Finding) -> set[str]:
    """Where the missing field could stand: its own place, and that of the field that would do instead."""
    instead = missing.metadata.get("instead")
    return {missing.at, _beside(missing.at, instead)} if instead else {missing.at}


def _beside(at: str, name: str) -> str:
    return f"{at.rpartition('/')[0]}/{name}"
