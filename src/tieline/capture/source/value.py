"""What an expression is worth, as far as the code tells, and the JSON it becomes."""

from __future__ import annotations

import json
import re

import msgspec

from tieline.capture.source.calls import SourceNote
from tieline.capture.source.ir import NOWHERE, Member, Shape, Spot
from tieline.domain.finding import pointer
from tieline.domain.json import Json

KINDS: dict[str, Json] = {"number": 0, "boolean": False}
OFFICIAL_NAMES = frozenset({"flowId", "flowVersion", "inputData", "name"})
_DEEPEST = 60


class Lit(msgspec.Struct, frozen=True):
    """A literal piece of a text; `raw` says that its line breaks are line breaks of the source (1, and 1 for each column cut off)."""

    text: str
    spot: Spot = NOWHERE
    raw: int = 0


class Hole(msgspec.Struct, frozen=True):
    """A piece of a text that only the running program knows; `risky` says that a quote in it would break JSON."""

    name: str
    show: str
    risky: bool = True


class Val(msgspec.Struct, frozen=True, kw_only=True):
    """A value; `form` says which kind.

    The forms are text (parts), scalar (scalar), unknown (name, kind), object (slots), array (elements), shape (shape, slots), json (the JSON
    text of `inner`, written by the library `dialect`), thing (an object of a library: tag, slots), absent.
    `open` says that it may hold more than is known.
    """

    form: str
    spot: Spot = NOWHERE
    scalar: Json = None
    parts: tuple[Lit | Hole | Val, ...] = ()
    name: str = ""
    kind: str = "any"
    slots: dict[str, Val] = {}
    elements: tuple[Val, ...] = ()
    shape: Shape | None = None
    inner: Val | None = None
    dialect: str = ""
    tag: str = ""
    open: bool = False

    def slot(self, name: str) -> Val | None:
        """Give one of the slots."""
        return self.slots.get(name)

    def put(self, name: str, value: Val) -> Val:
        """Give the same value with a slot set."""
        return msgspec.structs.replace(self, slots={**self.slots, name: value})


def plain(value: str, spot: Spot = NOWHERE, raw: int = 0) -> Val:
    """Make a text that is known."""
    return Val(form="text", spot=spot, parts=(Lit(value, spot, raw),))


def scalar(value: Json, spot: Spot = NOWHERE) -> Val:
    """Make a number, a boolean or null."""
    return Val(form="scalar", spot=spot, scalar=value)


def unknown(name: str, spot: Spot = NOWHERE, kind: str = "any") -> Val:
    """Make a value that only the running program knows."""
    return Val(form="unknown", spot=spot, name=name or "value", kind=kind)


def as_object(value: Val, dialect: str = "", deep: int = 0) -> Val:
    """Give an object of a program's own type as a plain object, under the names that are sent."""
    if value.form == "array":
        return msgspec.structs.replace(value, elements=tuple(as_object(inner, dialect, deep + 1) for inner in value.elements))
    if value.form != "shape" or value.shape is None or deep > _DEEPEST:
        return value
    slots = {}
    for member in value.shape.members:
        sent, inner = member.sent(dialect), value.slots.get(member.name)
        if sent is not None and inner is not None:
            slots[sent] = as_object(inner, dialect, deep + 1)
    return Val(form="object", spot=value.spot, slots=slots)


def thing(tag: str, spot: Spot, **slots: Val | None) -> Val:
    """Make an object of a library."""
    return Val(form="thing", tag=tag, spot=spot, slots={name: value for name, value in slots.items() if value is not None})


def parts_of(value: Val) -> tuple[Lit | Hole | Val, ...]:
    """Take a value as a piece of text."""
    if value.form == "text":
        return value.parts
    if value.form == "json":
        return (value,)
    if value.form == "scalar":
        return (Lit(_scalar_text(value.scalar), value.spot),)
    if value.form == "thing" and (inner := value.slot("text")) is not None:
        return parts_of(inner)
    risky = value.kind not in {"number", "boolean"}
    return (Hole(value.name or value.tag or "value", f"<{value.name or value.tag or 'value'}>", risky),)


def _scalar_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def joined(values: list[Val], spot: Spot) -> Val:
    """Concatenate texts."""
    return Val(form="text", spot=spot, parts=tuple(part for value in values for part in parts_of(value)))


def known_text(value: Val | None) -> str | None:
    """Give a text that is wholly known; None otherwise."""
    if value is None or value.form != "text" or not all(isinstance(part, Lit) for part in value.parts):
        return None
    return "".join(part.text for part in value.parts if isinstance(part, Lit))


def shown(value: Val) -> str:
    """Give a text with its placeholders, as it stands in a body or a header."""
    return "".join(_shown(part) for part in parts_of(value))


def _shown(part: Lit | Hole | Val) -> str:
    if isinstance(part, Lit):
        return part.text
    return part.show if isinstance(part, Hole) else encode(part).text


def url_of(value: Val) -> str:
    """Give an address with unknown parts as `{name}`."""
    return "".join(part.text if isinstance(part, Lit) else "{" + _word(part) + "}" for part in parts_of(value))


def _word(part: Hole | Val) -> str:
    words = re.findall(r"[A-Za-z_]\w*", part.name)
    return words[-1] if words else "value"


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """A body: its text, where its parts stand in the code, and what is notable."""

    text: str
    value: Json = None
    places: dict[str, Spot] = {}
    notes: tuple[tuple[Spot, SourceNote], ...] = ()


def encode(value: Val, dialect: str = "") -> Encoded:
    """Give the body a value becomes: of a JSON text its JSON, of a text the text, of anything else its JSON."""
    if value.form == "json" and value.inner is not None:
        return encode_json(value.inner, value.dialect)
    if value.form == "text":
        return _by_hand(value)
    return encode_json(value, dialect)


def encode_json(value: Val, dialect: str = "") -> Encoded:
    """Give a value's JSON."""
    encoder = _Encoder(dialect)
    made = encoder.put(value, "", 0)
    return Encoded(text=dumps(made), value=made, places=encoder.places, notes=tuple(encoder.notes))


def dumps(value: Json) -> str:
    """Write JSON that is text everywhere."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


class _Encoder:
    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.places: dict[str, Spot] = {}
        self.notes: list[tuple[Spot, SourceNote]] = []

    def put(self, value: Val, at: str, deep: int) -> Json:
        self.places[at] = value.spot
        if deep > _DEEPEST:
            return f"<{value.name or 'value'}>"
        if value.form == "object":
            return self._object(value, at, deep)
        if value.form == "shape":
            return self._shape(value, at, deep)
        if value.form == "array":
            elements = [element for element in value.elements if element.form != "absent"]
            return [self.put(element, f"{at}/{index}", deep + 1) for index, element in enumerate(elements)]
        return _leaf(value)

    def _object(self, value: Val, at: str, deep: int) -> Json:
        found = {key: inner for key, inner in value.slots.items() if inner.form != "absent"}
        return {key: self.put(inner, at + pointer(key), deep + 1) for key, inner in found.items()}

    def _shape(self, value: Val, at: str, deep: int) -> Json:
        made: dict[str, Json] = {}
        shape = value.shape
        if shape is None or shape.opaque:
            return made
        for member in shape.members:
            inner = value.slots.get(member.name)
            if member.embedded:
                self._embedded(made, inner, at, deep)
            else:
                self._member(made, member, inner, at, deep)
        return made

    def _embedded(self, made: dict[str, Json], inner: Val | None, at: str, deep: int) -> None:
        if inner is None or inner.form != "shape":
            return
        for name, value in self._shape(inner, at, deep + 1).items():
            made.setdefault(name, value)

    def _member(self, made: dict[str, Json], member: Member, inner: Val | None, at: str, deep: int) -> None:
        sent = member.sent(self.dialect)
        self._note(member, sent, at)
        if sent is None or inner is None or inner.form == "absent" or _left_out(member.omit, inner):
            return
        json_value = self.put(inner, at + pointer(sent), deep + 1)
        made[sent] = _scalar_text(json_value) if member.quoted and not isinstance(json_value, dict | list) else json_value

    def _note(self, member: Member, sent: str | None, at: str) -> None:
        for kind, facts in member.said(self.dialect):
            if at and kind != "unexported":
                continue
            name = sent or facts.get("tag", member.name)
            note = SourceNote(kind=kind, at=at + pointer(name), line=member.spot[1], column=member.spot[2], facts=facts)
            self.notes.append((member.spot, note))


def _left_out(rule: str, value: Val) -> bool:
    if not rule:
        return False
    if value.form == "scalar":
        return value.scalar is None or (rule == "empty" and value.scalar in {0})
    if rule != "empty":
        return False
    return (
        known_text(value) == ""
        or (value.form == "object" and not value.slots and not value.open)
        or (value.form == "array" and not value.elements)
    )


def _leaf(value: Val) -> Json:
    if value.form == "scalar":
        return value.scalar
    if value.form in {"text", "json"}:
        return shown(value) if value.form == "text" else encode(value).text
    if value.form == "thing" and (inner := value.slot("text")) is not None:
        return _leaf(inner)
    if value.kind in KINDS:
        return KINDS[value.kind]
    if value.kind == "array":
        return []
    return {} if value.kind == "object" else f"<{value.name or value.tag or 'value'}>"


def _by_hand(value: Val) -> Encoded:
    text = shown(value)
    notes: tuple[tuple[Spot, SourceNote], ...] = ()
    risky = [part for part in value.parts if isinstance(part, Hole) and part.risky]
    if risky and re.search(r"[{\[]", text):
        facts = {"value": risky[0].name, "values": str(len(risky))}
        note = SourceNote(kind="string-body", at="raw", line=value.spot[1], column=value.spot[2], facts=facts)
        notes = ((value.spot, note),)
    places = {"": value.spot, **_key_places(value.parts, text)}
    return Encoded(text=text, value=_loads(text), places=places, notes=notes)


def _loads(text: str) -> Json:
    try:
        return json.loads(re.sub(r"%[+#]?[svdq]", "0", text))
    except (ValueError, RecursionError):
        return None


def _key_places(parts: tuple[Lit | Hole | Val, ...], text: str) -> dict[str, Spot]:
    starts: list[tuple[int, Lit]] = []
    offset = 0
    for part in parts:
        if isinstance(part, Lit):
            starts.append((offset, part))
        offset += len(_shown(part))
    return {at: spot for at, offset in _keys(text) if (spot := _spot_in(starts, offset)) is not None}


def _spot_in(starts: list[tuple[int, Lit]], offset: int) -> Spot | None:
    inside = [(start, part) for start, part in starts if start <= offset < start + len(part.text)]
    if not inside:
        return None
    start, part = inside[-1]
    file, line, column = part.spot
    before = part.text[: offset - start]
    if not part.raw or "\n" not in before:
        return file, line, column + len(before)
    return file, line + before.count("\n"), len(before) - before.rfind("\n") + part.raw - 1


_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|[{}\[\],]')


def _keys(text: str) -> list[tuple[str, int]]:
    """List the members of objects in a JSON text, as pointer and offset; a text that is no JSON gives what can be told."""
    found: list[tuple[str, int]] = []
    path: list[str] = []
    last = ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "{[":
            path.append(last)
            last = "0" if sign == "[" else ""
        elif sign in "}]":
            last = path.pop() if path else ""
        elif sign == "," or len(path) > _DEEPEST:
            continue
        elif re.match(r"\s*:", text[token.end() : token.end() + 50]):
            last = token[1]
            found.append((pointer(*path[1:], last), token.start()))
    return found
