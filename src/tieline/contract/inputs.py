"""A flow's input schema: the form of the document, the type definitions in it, and how to build one.

A flow says what it takes as a JSON Schema, draft-07, one property per input variable; property names carry the `Flow.`
prefix, none is ever required (a variable left out takes its initial value), and no other property is allowed. The types
stand under `definitions`. Recorded in the answers of the wfm-hris-blueprint of 2025-03-26, which had String, Integer and
String collections; no trustworthy material shows the definition of any other type, so those accept every value here and say so.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tieline.contract.sources import HRIS, NOWHERE, Source

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect. It matters: properties carry `description` beside `$ref`, and draft-07 ignores what stands beside `$ref`."""
PREFIX = "Flow."
STRING_MAX = 32_000
"""The longest String, in characters."""
INTEGER_MAX = 999_999_999_999_999
"""The largest Integer; the smallest is its negative."""
INTEGER_TEXT_MAX = 16
"""The longest text form of an Integer, in characters."""
COLLECTION_MAX = 2000
"""The most items a collection may have."""
UNKNOWN_TYPE = "x-unknown-type"
"""Marks, in a schema built here, a property whose type has no known definition; its value is the type's name."""

TITLE = "Flow input schema"
DESCRIPTION = (
    "Schema defining flow input parameters.  Property names map to flow scoped variables marked as a flow input."
    "  If you do not supply a property value for an input variable, the variable value will be set to the initial value"
    " configured on it in the flow at flow startup."
)
OUTPUT_TITLE = "Flow output schema"
OUTPUT_DESCRIPTION = (
    "Schema defining flow output parameters.  Property names map to flow scoped variables marked as a flow output."
)


class ArchType(msgspec.Struct, frozen=True, kw_only=True):
    """One Architect data type.

    `name` is Architect's own. `definition_name` and `definition` are what the schema documents call it and how they define
    it; both None when no document that shows it was found, and then `source` says so.
    """

    name: str
    definition_name: str | None = None
    definition: Mapping[str, Any] | None = None
    source: Source = NOWHERE

    @property
    def known(self) -> bool:
        """Whether the definition is known."""
        return self.definition is not None


ARCH_STRING = ArchType(
    name="String",
    definition_name="archString",
    definition={
        "archDataTypeId": "str",
        "oneOf": [
            {"type": "null", "description": "A NOT_SET String value."},
            {
                "type": "string",
                "maxLength": STRING_MAX,
                "description": 'A character string.  Examples: "", "Hello", "Just say \\"No!\\""',
            },
        ],
    },
    source=HRIS,
)

ARCH_INTEGER = ArchType(
    name="Integer",
    definition_name="archInteger",
    definition={
        "archDataTypeId": "int",
        "oneOf": [
            {"type": "null", "description": "A NOT_SET Integer value."},
            {
                "type": "integer",
                "minimum": -INTEGER_MAX,
                "maximum": INTEGER_MAX,
                "description": "An integral numeric value.  Examples: -3, 0, 1736",
            },
            {
                "type": "string",
                "minLength": 1,
                "maxLength": INTEGER_TEXT_MAX,
                "description": 'A string representation of an integral numeric value.  Examples: "157", "-999999999999999"',
            },
        ],
    },
    source=HRIS,
)

ARCH_TYPES: Mapping[str, ArchType] = {
    kind.name: kind
    for kind in (
        ARCH_STRING,
        ARCH_INTEGER,
        *(ArchType(name=name) for name in ("Boolean", "Currency", "Date", "DateTime", "Decimal", "Duration", "JSON", "Time")),
    )
}
"""Architect's data types by name. Only String and Integer have a known definition."""


class FlowVariable(msgspec.Struct, frozen=True, kw_only=True):
    """One variable of a flow marked as an input (or an output): its name (the prefix may be left out), the name of its type,
    its description, and whether it is a collection of that type.
    """

    name: str
    type: str = "String"
    description: str = ""
    collection: bool = False


def qualified(name: str) -> str:
    """Give a variable's name with the `Flow.` prefix."""
    return name if name.startswith(PREFIX) else PREFIX + name


def input_schema(variables: Iterable[FlowVariable]) -> dict[str, Any]:
    """Build the input schema of a flow that has these inputs, in the form the cloud gives it. A type whose definition is not
    known becomes a property that takes every value and carries `x-unknown-type`.
    """
    return _schema(TITLE, DESCRIPTION, variables)


def output_schema(variables: Iterable[FlowVariable]) -> dict[str, Any]:
    """Build the output schema of a flow that has these outputs."""
    return _schema(OUTPUT_TITLE, OUTPUT_DESCRIPTION, variables)


def unknown_types(schema: Any) -> dict[str, str]:
    """Name the properties of a schema built here whose type has no known definition, with the type."""
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return {name: spec[UNKNOWN_TYPE] for name, spec in properties.items() if isinstance(spec, dict) and UNKNOWN_TYPE in spec}


def _schema(title: str, description: str, variables: Iterable[FlowVariable]) -> dict[str, Any]:
    listed = list(variables)
    document: dict[str, Any] = {
        "$schema": DIALECT,
        "title": title,
        "description": description,
        "type": "object",
        "properties": {qualified(variable.name): _property(variable) for variable in listed},
        "additionalProperties": False,
    }
    if definitions := _definitions(listed):
        document["definitions"] = definitions
    return document


def _property(variable: FlowVariable) -> dict[str, Any]:
    kind = ARCH_TYPES.get(variable.type)
    value: dict[str, Any] = {"description": variable.description} if variable.description else {}
    known = kind is not None and kind.known
    reference = {"$ref": f"#/definitions/{kind.definition_name}"} if kind is not None and known else {}
    if variable.collection:
        value |= {"type": "array", "maxItems": COLLECTION_MAX, "items": reference}
    else:
        value |= reference
    return value if known else value | {UNKNOWN_TYPE: variable.type}


def _definitions(variables: Iterable[FlowVariable]) -> dict[str, Any]:
    used = {variable.type for variable in variables}
    return {
        kind.definition_name: copy.deepcopy(dict(kind.definition))
        for kind in ARCH_TYPES.values()
        if kind.name in used and kind.definition is not None and kind.definition_name is not None
    }
