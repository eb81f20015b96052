"""Coerces what expressions made into what the flow's inputs take: only where nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping

from tieline.domain.json import Json

_STRING = "#/definitions/archString"


def coerce(inputs: Mapping[str, Json], schema: Json) -> dict[str, Json]:
    """Write numbers and booleans as text where the input is a String, alone or in a list; leave everything else for preflight.

    `schema` is the flow's input schema (draft-07, properties with the `Flow.` prefix). A text that stands for an Integer
    needs no coercion: the schema takes it. A single value is not made a list: that would hide a route's mistake.
    """
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return {name: _one(value, properties.get(name) or properties.get(f"Flow.{name}")) for name, value in inputs.items()}


def _one(value: Json, wanted: Json) -> Json:
    if not isinstance(wanted, dict):
        return value
    if wanted.get("$ref") == _STRING:
        return _text(value)
    items = wanted.get("items")
    if isinstance(value, list) and isinstance(items, dict) and items.get("$ref") == _STRING:
        return [_text(item) for item in value]
    return value


def _text(value: Json) -> Json:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value
