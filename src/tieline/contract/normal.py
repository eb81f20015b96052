"""One form for schemas from anywhere, so that two can be held side by side: Swagger 2.0, OpenAPI 3.0 and 3.1, draft-07.

A body becomes its fields, each with a type in words (`string`, `list of Flow`, `object of string`); what is said about a
value besides (descriptions, examples, order, the width of a number) is left out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

ANYTHING = "any"
_DEEPEST = 12
_INSIGNIFICANT = frozenset({"int32", "int64", "float", "double", "uri", "url"})
"""Formats that change nothing on the wire: how wide a number is kept, and that a text is an address."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One property. `enum` is None where every value of the type is allowed; of a list, `format` and `enum` are its items'."""

    type: str
    format: str = ""
    enum: frozenset[str] | None = None
    read_only: bool = False
    nullable: bool = False


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """One definition: its own type, its properties (those of an object written in place as `outer.inner`) and which are required."""

    whole: Field
    fields: Mapping[str, Field]
    required: frozenset[str]


def field(schema: Any, depth: int = 0) -> Field:
    """Read one property's schema."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return Field(type=ANYTHING)
    schema, nullable = _unwrapped(schema)
    inner, kind = _kind(schema, depth)
    return Field(
        type=kind,
        format=inner.format if inner else _format(schema),
        enum=inner.enum if inner else _enum(schema),
        read_only=schema.get("readOnly") is True,
        nullable=nullable,
    )


def body(schema: Any) -> Body:
    """Read a definition."""
    found = list(_fields(schema, "", 0))
    required = frozenset(name for name, _, needed in found if needed)
    return Body(whole=field(schema), fields={name: one for name, one, _ in found}, required=required)


def reference(schema: Mapping[str, Any]) -> str | None:
    """Give the name a `$ref` leads to; None where there is none."""
    target = schema.get("$ref")
    return target.rpartition("/")[2] if isinstance(target, str) else None


def referred(type: str) -> str:
    """Give the innermost part of a type in words: `Flow` of `list of Flow`."""
    return type.rpartition(" of ")[2]


def _unwrapped(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Take away what only wraps: an `allOf` of one, a choice between one thing and null, null among the types."""
    nullable = schema.get("nullable") is True or schema.get("x-nullable") is True
    for word in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(word)
        if isinstance(parts, list):
            real = [part for part in parts if isinstance(part, dict) and part.get("type") != "null"]
            nullable = nullable or len(real) < len(parts)
            if len(real) == 1:
                schema = {**real[0], **{name: value for name, value in schema.items() if name != word}}
    types = schema.get("type")
    if isinstance(types, list):
        nullable = nullable or "null" in types
        schema = {**schema, "type": " or ".join(sorted(str(one) for one in types if one != "null"))}
    return schema, nullable


def _kind(schema: Mapping[str, Any], depth: int) -> tuple[Field | None, str]:
    """Give a schema's type in words, with the schema of what it holds where it is a list or a map."""
    if name := reference(schema):
        return None, name
    for word in ("oneOf", "anyOf"):
        if isinstance(parts := schema.get(word), list):
            return None, "one of " + " | ".join(sorted(field(part, depth + 1).type for part in parts))
    kind = schema.get("type")
    if kind == "array" or (kind is None and "items" in schema):
        items = field(schema.get("items"), depth + 1)
        return items, f"list of {items.type}"
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and more:
        values = field(more, depth + 1)
        return values, "object" if values.type == ANYTHING else f"object of {values.type}"
    if kind is None:
        return None, "object" if {"properties", "allOf"} & schema.keys() or more is not None else ANYTHING
    return None, str(kind)


def _format(schema: Mapping[str, Any]) -> str:
    said = schema.get("format")
    return said if isinstance(said, str) and said not in _INSIGNIFICANT else ""


def _enum(schema: Mapping[str, Any]) -> frozenset[str] | None:
    values = schema.get("enum")
    if not isinstance(values, list):
        return None
    return frozenset(one if isinstance(one, str) else str(one) for one in values if one is not None)


def _fields(schema: Any, prefix: str, depth: int) -> Iterator[tuple[str, Field, bool]]:
    """Give each property with its full name, and whether it is required."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    properties, required = _own(schema)
    for name, one in properties.items():
        yield prefix + name, field(one), name in required
        yield from _fields(one, f"{prefix}{name}.", depth + 1)
    for word, sign in (("items", "[]."), ("additionalProperties", "{}.")):
        yield from _fields(schema.get(word), prefix.removesuffix(".") + sign if prefix else sign, depth + 1)


def _own(schema: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    properties: dict[str, Any] = {}
    required: set[str] = set()
    parts = schema.get("allOf")
    for part in [*(parts if isinstance(parts, list) else ()), schema]:
        if isinstance(part, dict):
            given, needed = part.get("properties"), part.get("required")
            properties |= given if isinstance(given, dict) else {}
            required |= {one for one in needed if isinstance(one, str)} if isinstance(needed, list) else set()
    return properties, required
