"""Input schemas: the recorded form, its limits, and types whose definition nobody knows."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tieline.contract.inputs import (
    COLLECTION_MAX,
    INTEGER_MAX,
    STRING_MAX,
    FlowVariable,
    input_schema,
    output_schema,
    unknown_types,
)

SCHEMA = input_schema(
    [
        FlowVariable(name="Flow.agentId", description="An agent id"),
        FlowVariable(name="count", type="Integer"),
        FlowVariable(name="dates", collection=True),
        FlowVariable(name="urgent", type="Boolean"),
        FlowVariable(name="prices", type="Decimal", collection=True),
    ]
)


def test_the_document_has_the_recorded_form() -> None:
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert SCHEMA["title"] == "Flow input schema"
    assert SCHEMA["additionalProperties"] is False
    assert SCHEMA["properties"]["Flow.agentId"] == {"description": "An agent id", "$ref": "#/definitions/archString"}
    assert SCHEMA["properties"]["Flow.dates"] == {
        "type": "array",
        "maxItems": 2000,
        "items": {"$ref": "#/definitions/archString"},
    }
    assert SCHEMA["definitions"]["archInteger"]["archDataTypeId"] == "int"
    assert "required" not in SCHEMA


def test_a_flow_without_inputs_has_no_definitions() -> None:
    assert "definitions" not in input_schema([])
    assert output_schema([])["title"] == "Flow output schema"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"Flow.agentId": None, "Flow.count": None},
        {"Flow.agentId": "x" * STRING_MAX},
        {"Flow.count": INTEGER_MAX},
        {"Flow.count": "-999999999999999"},
        {"Flow.dates": ["2026-01-01", None]},
        {"Flow.urgent": True},
        {"Flow.urgent": "who knows"},
        {"Flow.prices": [1.5]},
    ],
)
def test_what_the_schema_takes(value: Any) -> None:
    assert jsonschema_rs.is_valid(SCHEMA, value)


@pytest.mark.parametrize(
    "value",
    [
        {"agentId": "a"},
        {"flow.agentId": "a"},
        {"Flow": {"agentId": "a"}},
        {"Flow.agentId": 1},
        {"Flow.agentId": "x" * (STRING_MAX + 1)},
        {"Flow.count": INTEGER_MAX + 1},
        {"Flow.count": 1.5},
        {"Flow.count": True},
        {"Flow.count": ""},
        {"Flow.dates": None},
        {"Flow.dates": ["d"] * (COLLECTION_MAX + 1)},
        {"Flow.prices": 1.5},
    ],
)
def test_what_the_schema_refuses(value: Any) -> None:
    assert not jsonschema_rs.is_valid(SCHEMA, value)


def test_types_without_a_known_definition_are_named() -> None:
    assert unknown_types(SCHEMA) == {"Flow.urgent": "Boolean", "Flow.prices": "Decimal"}
    assert unknown_types(None) == {}


def test_building_twice_shares_nothing() -> None:
    variables = [FlowVariable(name="a")]
    input_schema(variables)["definitions"]["archString"]["oneOf"].clear()
    assert input_schema(variables)["definitions"]["archString"]["oneOf"]
