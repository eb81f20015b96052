"""Reads a body: its Content-Type, whether it is JSON, what was meant by it."""

from __future__ import annotations

import re

import msgspec

from tieline.capture.lenient import Read, line_and_column, read_json
from tieline.contract.limits import REQUEST_BYTES
from tieline.contract.oauth import MEDIA_TYPE
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.domain.exchange import CapturedRequest
from tieline.domain.finding import pointer
from tieline.domain.json import Json
from tieline.preflight.flow_id import placeholder
from tieline.problems.diagnosis import BodyMalformed, BodyMissing, DuplicateName, EncodedTwice, RequestContentType

JSON_TYPE = "application/json"
AT = "header:Content-Type"
_PRINTED = (
    ("JavaScript", re.compile(r"\[object [A-Z]\w*\]")),
    ("Go", re.compile(r"&?(?:map\[[^\s\]:]+:|\{map\[).*", re.DOTALL)),
    (".NET", re.compile(r"System\.[A-Z][\w.]+(?:`\d+)?(?:\[[\w.,` ]*\])?")),
    ("Java", re.compile(r"(?:[a-z]\w*\.)+[A-Z][\w$]*@[0-9a-f]{4,8}")),
    ("Python", re.compile(r"<[\w.]+ object at 0x[0-9a-fA-F]+>")),
)
"""What the languages print for an object that nobody turned into JSON."""
_FORM_BODY = re.compile(r"[\w.%\[\]-]+=[^\n{}]*")


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a body holds: `value` as it was meant, whether it could be read, and where its values are unknown (JSON pointers)."""

    value: Json = None
    readable: bool = False
    unknown: frozenset[str] = frozenset()
    spotted: tuple[Spotted, ...] = ()


def media_type(request: CapturedRequest) -> str | None:
    """Give the Content-Type without its parameters, in lower case; None when there is none or nothing is known."""
    value = request.header("Content-Type")
    return None if value is None else value.partition(";")[0].strip().casefold()


def content_type(request: CapturedRequest, wanted: str, status: int | None, *, sent: bool) -> list[Spotted]:
    """Judge the Content-Type of a request that has a body (`sent`) against the one its operation takes."""
    kind = media_type(request)
    if kind is None:
        if request.headers is None or not sent:
            return []
        shown = request.whole or status == 415
        if not shown and (not request.headers or status not in {400, 422}):
            return []  # who shows a header or two does not show them all, and most clients set this one themselves
        problem = RequestContentType(wanted=wanted)
        why = "it is not among the headers" + ("" if shown else " that are shown")
        return [spot(problem, Rule.CONTENT_TYPE, Stage.FORM, AT, wanted, sure=shown, said=not shown, why=why)]
    same = kind == wanted or (wanted == JSON_TYPE and kind.startswith("application/") and kind.endswith("+json"))
    if same or placeholder(kind) or (not kind and not sent):
        return []
    return [
        spot(
            RequestContentType(wanted=wanted, seen=kind[:80] or "empty"),
            Rule.CONTENT_TYPE,
            Stage.FORM,
            AT,
            wanted,
            why="the header says so",
        )
    ]


def _printed_by(text: str) -> str | None:
    return next((language for language, form in _PRINTED if form.fullmatch(text[:500])), None)


def read_body(text: str) -> Body:
    """Read a JSON body; every way in which it is none, and the value that was meant."""
    if not text.strip():
        problem = BodyMissing(wanted="a JSON object with at least `flowId`")
        return Body(spotted=(spot(problem, Rule.MISSING_REQUIRED, Stage.FORM, "raw", masks=True, why="nothing was sent"),))
    if (language := _printed_by(text.strip())) is not None:
        printed = BodyMalformed(what=f"it is what {language} prints for an object, not the object's JSON", row=1, column=1)
        found = spot(printed, Rule.MALFORMED_JSON, Stage.FORM, "raw", masks=True, why="the text itself shows it")
        return Body(unknown=frozenset({""}), spotted=(found,))
    if len(text) < 200 and placeholder(text.strip()) == text.strip():
        return Body(unknown=frozenset({""}))
    if not text.lstrip().startswith(("{", "[", '"')) and _FORM_BODY.fullmatch(text.strip()):
        return _form_encoded(text.strip())
    read = read_json(text)
    spotted = [*_deviations(text, read), *(_twice(name) for name in read.twice)]
    value = read.value
    if "" in read.unknown and not read.deviations:
        return Body(unknown=read.unknown)
    if isinstance(value, str) and not read.deviations:
        return _encoded_twice(value)
    return Body(value=value, readable=read.readable, unknown=read.unknown, spotted=tuple(spotted))


def _deviations(text: str, read: Read) -> list[Spotted]:
    found: list[Spotted] = []
    kinds: set[str] = set()
    for deviation in read.deviations:
        if deviation.kind in kinds:
            continue
        kinds.add(deviation.kind)
        row, column = line_and_column(text, deviation.offset)
        problem = BodyMalformed(what=deviation.words, row=row, column=column)
        found.append(spot(problem, Rule.MALFORMED_JSON, Stage.FORM, "raw", masks=True, why="the text itself shows it"))
    return found


def _twice(name: str) -> Spotted:
    return spot(
        DuplicateName(name=name[:80]), Rule.MALFORMED_JSON, Stage.FORM, "raw", sure=False, why="JSON leaves open which one counts"
    )


def _encoded_twice(inner: str) -> Body:
    read = read_json(inner) if inner.lstrip().startswith(("{", "[")) else Read(readable=False)
    if not isinstance(read.value, dict | list):
        return Body(value=inner, readable=True)
    found = spot(EncodedTwice(field=""), Rule.WRONG_TYPE, Stage.FORM, "", masks=True, why="the string holds a JSON object")
    return Body(value=read.value, readable=True, unknown=read.unknown, spotted=(found,))


def _form_encoded(text: str) -> Body:
    problem = BodyMalformed(what="it is form-encoded, `name=value` pairs", row=1, column=1)
    found = spot(problem, Rule.MALFORMED_JSON, Stage.FORM, "raw", masks=True, why="the text itself shows it")
    value: dict[str, Json] = dict(form_pairs(text))
    return Body(value=value, readable=False, spotted=(found,), unknown=frozenset(pointer(name) for name in value))


def form_pairs(text: str) -> list[tuple[str, str]]:
    """Read `name=value` pairs, percent-decoded."""
    return [
        (_decoded(name), _decoded(value)) for name, _, value in (part.partition("=") for part in text.strip().split("&") if part)
    ]


def _decoded(text: str) -> str:
    raw = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text.replace("+", " ").encode("utf-8", "replace")
    )
    return raw.decode("utf-8", "replace")


def nested_json(value: Json, at: str, field: str) -> Spotted | None:
    """Find a JSON object that stands as a string where the object should."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    read = read_json(value)
    if not isinstance(read.value, dict) or read.deviations:
        return None
    return spot(EncodedTwice(field=field), Rule.WRONG_TYPE, Stage.FORM, at, why="the string holds a JSON object")


FORM_TYPE = MEDIA_TYPE
LARGEST = REQUEST_BYTES.value
