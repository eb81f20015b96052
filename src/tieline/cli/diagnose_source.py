"""The part of `tieline diagnose` that looks through source code; apart from the rest, for the grammars are large."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tieline.capture.source.calls import SourceCall
from tieline.capture.source.find import read_source
from tieline.cli.say import err
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Diagnosis, Role
from tieline.diagnosis.source import note_findings
from tieline.domain.flow import Flow
from tieline.problems.base import ProblemError
from tieline.problems.source import SourceUnreadable

MANY = 200
"""From how many files on it is said how far the looking is."""
_ORDER = [Role.CAUSE, Role.POSSIBLE, Role.NEXT, Role.SIDE]


def diagnose_source(path: Path, flows: Mapping[str, Flow]) -> Iterator[tuple[Diagnosis, dict[str, tuple[int, int]]]]:
    """Judge each call that launches a flow, with the line and column of each place in its body. Raises `ProblemError` (TL646)."""
    if not path.exists():
        raise ProblemError(SourceUnreadable(path=str(path), fault="it is not there"))
    calls = read_source(path, told=_tell, left=lambda count: _tell_left(count, path))
    if not calls:
        err().print(f"no call that launches a flow was found in {path}", markup=False)
    for call in calls:
        yield judge(call, flows), dict(call.places)


def judge(call: SourceCall, flows: Mapping[str, Flow]) -> Diagnosis:
    """Judge one call: what it sends, by the rules of every request, and how it is written."""
    sent = diagnose(call.exchange, flows)
    notes = note_findings(call)
    noted = {one.finding.at for one in notes if one.role is Role.CAUSE}
    kept = [one for one in sent.findings if one.finding.at not in noted]
    found = sorted((*kept, *notes), key=lambda one: _ORDER.index(one.role))
    return msgspec.structs.replace(sent, findings=tuple(found), sound=not found, cannot_tell=False)


def _tell_left(count: int, path: Path) -> None:
    err().print(
        f"{count} files that may matter were not looked into: {path} is too large as a whole, name a folder in it", markup=False
    )


def _tell(done: int, of: int) -> None:
    if of >= MANY and sys.stderr.isatty() and (done % 50 == 0 or done == of):
        sys.stderr.write(f"\r{done} of {of} files" + ("\n" if done == of else ""))
        sys.stderr.flush()
