"""Holds a document against the schema of tieline.yaml, and says every mistake in the house's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs

from tieline.config.document import Document, Mistake, spoken
from tieline.config.schema import REGION_NAMES, SCHEMA
from tieline.config.units import duration_ms, listen_address, size_bytes
from tieline.contract.regions import REGIONS
from tieline.domain.finding import pointer
from tieline.preflight.flow_id import id_finding, version_finding
from tieline.problems.base import Problem, nearest
from tieline.problems.settings import MissingSetting, UnknownSetting, WrongSettingType, WrongSettingValue


def _duration(value: str) -> bool:
    return _parses(duration_ms, value)


def _size(value: str) -> bool:
    return _parses(size_bytes, value)


def _listen(value: str) -> bool:
    return _parses(listen_address, value)


def _parses(read: Any, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _region(value: str) -> bool:
    return value in REGIONS or value in {region.domain for region in REGIONS.values()}


def _flow_id(value: str) -> bool:
    return id_finding(value, "", "") is None


def _flow_version(value: str) -> bool:
    return version_finding(value, "") is None


def _url(value: str) -> bool:
    scheme, mark, rest = value.partition("://")
    return mark == "://" and scheme in ("http", "https") and bool(rest) and "/" not in rest.rstrip("/")


FORMATS = {
    "duration": _duration,
    "size": _size,
    "listen": _listen,
    "region": _region,
    "url": _url,
    "flow-id": _flow_id,
    "flow-version": _flow_version,
}
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}

_VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA, formats=FORMATS, validate_formats=True)


def check_document(document: Document) -> list[Mistake]:
    """Give every mistake in the document's shape, in the order of the file."""
    found = {
        (at, problem): Mistake(at=at, place=document.place(at), problem=problem)
        for error in _VALIDATOR.iter_errors(document.value)
        for at, problem in _problems(error, document.value)
    }
    return sorted(found.values(), key=lambda mistake: (mistake.place.line, mistake.place.column))


def _problems(error: jsonschema_rs.ValidationError, document: Any) -> Iterator[tuple[str, Problem]]:
    at = pointer(*error.instance_path)
    kind = error.kind
    name = spoken(at)
    match kind:
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected=unexpected):
            allowed = tuple(_schema_at(error)["properties"])
            for key in unexpected:
                near = nearest(key, allowed)
                unknown = UnknownSetting(setting=key, inside=name, allowed=", ".join(allowed), nearest=near)
                yield at + pointer(key) + "#key", unknown
        case jsonschema_rs.ValidationErrorKind.Required(property=missing):
            yield at, MissingSetting(setting=str(missing), inside=name)
        case jsonschema_rs.ValidationErrorKind.Type(types=types):
            yield at, WrongSettingType(setting=name, seen=_seen(error.instance), allowed=_kinds(error, types))
        case jsonschema_rs.ValidationErrorKind.Enum(options=options):
            choices = [str(option) for option in options]
            near = nearest(str(error.instance), choices)
            yield at, WrongSettingValue(setting=name, seen=_short(error.instance), allowed=" or ".join(choices), nearest=near)
        case jsonschema_rs.ValidationErrorKind.Format(format=form):
            near = nearest(str(error.instance), REGION_NAMES) if form == "region" else None
            allowed = _schema_at(error)["title"]
            yield at, WrongSettingValue(setting=name, seen=_short(error.instance), allowed=allowed, nearest=near)
        case jsonschema_rs.ValidationErrorKind.AnyOf(context=branches):
            yield from _any_of(error, branches, document)
        case jsonschema_rs.ValidationErrorKind.OneOfNotValid() | jsonschema_rs.ValidationErrorKind.OneOfMultipleValid():
            if isinstance(error.instance, dict):  # of what is no mapping, its type is the mistake
                yield at, _either(error.instance, _schema_at(error), name)
        case _:
            yield at, WrongSettingValue(setting=name, seen=_short(error.instance), allowed=_bound(error))


def _any_of(
    error: jsonschema_rs.ValidationError, branches: Sequence[Sequence[jsonschema_rs.ValidationError]], document: Any
) -> Iterator[tuple[str, Problem]]:
    """Say what is wrong by the branch that takes a value of this type; where none does, what is taken (each anyOf has a title)."""
    for branch in branches:
        if not any(isinstance(fault.kind, jsonschema_rs.ValidationErrorKind.Type) and _same(fault, error) for fault in branch):
            for fault in branch:
                yield from _problems(fault, document)
            return
    at = pointer(*error.instance_path)
    yield at, WrongSettingType(setting=spoken(at), seen=_seen(error.instance), allowed=_schema_at(error)["title"])


def _kinds(error: jsonschema_rs.ValidationError, types: Sequence[str]) -> str:
    said = _schema_at(error).get("title") or " or ".join(_TYPES[kind] for kind in types)
    unquoted = list(types) == ["string"] and isinstance(error.instance, int | float)  # a bool is an int
    return f"{said}, in quotes" if unquoted else str(said)


def _same(one: jsonschema_rs.ValidationError, other: jsonschema_rs.ValidationError) -> bool:
    return one.instance_path == other.instance_path


def _either(given: dict[str, Any], schema: dict[str, Any], name: str) -> Problem:
    choices = [option["required"][0] for option in schema["oneOf"]]
    present = [choice for choice in choices if choice in given]
    both = " or ".join(choices)
    if not present:
        return MissingSetting(setting=both, inside=name)
    return WrongSettingValue(setting=name, seen=" and ".join(present), allowed=f"one of {both}, not both")


def _schema_at(error: jsonschema_rs.ValidationError) -> dict[str, Any]:
    here: Any = SCHEMA
    for part in error.schema_path[:-1]:
        here = here[part]
    return here  # type: ignore[no-any-return]


def _bound(error: jsonschema_rs.ValidationError) -> str:
    schema = _schema_at(error)
    words = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minLength": "a text that is not empty",
        "minItems": "a list that is not empty",
        "minProperties": "a mapping that is not empty",
    }
    said = [form.format(schema[word]) for word, form in words.items() if word in schema]
    return ", ".join(said) or _as_words(schema.get("description", "another value"))


def _as_words(description: str) -> str:
    """Put a description into a line: lower case, no final stop."""
    return description[:1].lower() + description[1:].removesuffix(".")


def _seen(value: Any) -> str:
    words = {type(None): "nothing", bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return words.get(type(value), "a mapping")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
