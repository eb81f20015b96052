"""Turns what is notable in the code of a call into findings."""

from __future__ import annotations

from collections.abc import Callable

from tieline.capture.source.calls import SourceCall, SourceNote
from tieline.diagnosis.finding import Diagnosed, Role, Rule
from tieline.domain.finding import find
from tieline.preflight.fields import OFFICIAL, meant
from tieline.problems.source import BodyByHand, FieldUnexported, FieldUntagged, OmitEmptyRequired, PostRepeated, TagMalformed


def note_findings(call: SourceCall) -> list[Diagnosed]:
    """Say what the notes of a call mean for the request it sends."""
    return [_KINDS[note.kind](note) for note in call.notes if note.kind in _KINDS]


def _omitted(note: SourceNote) -> Diagnosed:
    problem = OmitEmptyRequired(field=note.facts["field"], sent=note.facts["sent"])
    why = "the value is known only when the program runs"
    return Diagnosed(finding=find(problem, note.at), rule=Rule.MISSING_REQUIRED, role=Role.POSSIBLE, why=why)


def _untagged(note: SourceNote) -> Diagnosed:
    near = meant(note.facts["sent"], OFFICIAL)
    problem = FieldUntagged(field=note.facts["field"], sent=note.facts["sent"], nearest=near)
    return Diagnosed(
        finding=find(problem, note.at, near),
        rule=Rule.UNKNOWN_FIELD,
        role=Role.CAUSE,
        why="the name in the code is the name sent",
    )


def _unexported(note: SourceNote) -> Diagnosed:
    problem = FieldUnexported(field=note.facts["field"], tag=note.facts["tag"], mend=note.facts.get("mend"))
    if note.at == "/flowId":
        why = "the language never writes such a field"
        return Diagnosed(finding=find(problem, note.at), rule=Rule.MISSING_REQUIRED, role=Role.CAUSE, why=why)
    return Diagnosed(finding=find(problem, note.at), rule=Rule.OTHER, role=Role.SIDE, why="the request is valid without it")


def _malformed(note: SourceNote) -> Diagnosed:
    near = meant(note.facts["sent"], OFFICIAL)
    facts = {name: note.facts[name] for name in ("field", "sent", "tag", "why")}
    problem = TagMalformed(**facts, nearest=near)
    return Diagnosed(
        finding=find(problem, note.at, near),
        rule=Rule.UNKNOWN_FIELD,
        role=Role.CAUSE,
        why="the name in the code is the name sent",
    )


def _repeated(note: SourceNote) -> Diagnosed:
    problem = PostRepeated(client=note.facts["client"], when=note.facts["when"], times=note.facts.get("times"))
    return Diagnosed(finding=find(problem, "raw"), rule=Rule.OTHER, role=Role.SIDE)


def _by_hand(note: SourceNote) -> Diagnosed:
    problem = BodyByHand(value=note.facts["value"])
    why = "it depends on the values the program puts in"
    return Diagnosed(finding=find(problem, "raw"), rule=Rule.MALFORMED_JSON, role=Role.POSSIBLE, why=why)


_KINDS: dict[str, Callable[[SourceNote], Diagnosed]] = {
    "omitempty-required": _omitted,
    "untagged": _untagged,
    "unexported": _unexported,
    "tag-malformed": _malformed,
    "repeats-post": _repeated,
    "string-body": _by_hand,
}
