"""The twin's own OpenAPI document: every operation it does, with its bodies, its published codes and what it may answer.

It says what this org takes with these settings: where they have it ignore what nobody knows, bodies are open here. Where it differs
from the cloud's own description: `selfUri` and its kin are relative (recorded), a cursor is a number, the divisions and the
namespaces of limits are those there are.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tieline.contract.bodies import BODIES, ERROR, Bodies
from tieline.contract.limits import HEADER_CORRELATION, LIMITS
from tieline.contract.operation import Operation
from tieline.contract.operations import TOKEN
from tieline.contract.operations_around import INSTANCES_QUERY, TOPICS, TRIGGERS
from tieline.contract.queries import query
from tieline.contract.schemas import DEFINITIONS
from tieline.contract.schemas_around import DELAY_S, DESCRIPTION_MAX, INSTANCES_MAX, TTL_MIN_S
from tieline.twin.control.call import Call
from tieline.twin.flows import DIVISION
from tieline.twin.listing import NUMBER_MAX, ORDERS, SORTS
from tieline.twin.operations.triggers import PAGE_SIZE
from tieline.twin.options import Rule
from tieline.twin.paths import TABLE
from tieline.twin.state import State

_SECURITY = {"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}}
_WRONG_METHOD = 405
_CURSOR = {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX}
_OWN: dict[str, dict[str, Any]] = {
    "sortBy": {"enum": list(SORTS)},
    "sortOrder": {"enum": list(ORDERS)},
    "pageNumber": {"maximum": NUMBER_MAX},
    **dict.fromkeys(("before", "after"), _CURSOR),
}
"""What the twin knows of a parameter that the cloud's description does not say."""
LARGEST = {INSTANCES_QUERY.id: INSTANCES_MAX, **dict.fromkeys((TRIGGERS.id, TOPICS.id), PAGE_SIZE)}
"""The largest page, where it is not that of the settings."""


def openapi(call: Call) -> Any:
    """Describe it, in OpenAPI 3.1."""
    return described(call.org)


def described(state: State) -> dict[str, Any]:
    """Give the document."""
    made: dict[str, dict[str, Any]] = {}
    for operation in (*(operation for operation, _ in TABLE), TOKEN):
        made.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, state)
    told = {
        "openapi": "3.1.0",
        "info": {
            "title": "Tieline's twin of Genesys Cloud",
            "version": "2",
            "description": "A stand-in for tests. It covers the operations around launching flows, and no others.",
        },
        "paths": made,
        "components": {"securitySchemes": _SECURITY, "schemas": dict(DEFINITIONS)},
    }
    text = (
        json.dumps(told)
        .replace("#/definitions/", "#/components/schemas/")
        .replace('"format": "uri"', '"format": "uri-reference"')
    )
    written: dict[str, Any] = json.loads(text)
    return written


def _operation(operation: Operation, state: State) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", operation.path)
    known = BODIES.get(operation.id, Bodies())
    told: dict[str, Any] = {
        "operationId": operation.id,
        "parameters": [_path(name) for name in names] + [_query(operation, name, state) for name in operation.query],
        "responses": _answers(operation, known),
        "security": [{"basic": []}, {}] if operation is TOKEN else [{"bearer": []}] if operation.token else [],
    }
    if operation is TOKEN:
        told["requestBody"] = _form()
    elif known.request:
        required = known.request != "RegisterArchitectJobRequest"
        body = _asked(known.request, state)
        schema = body if required else {"anyOf": [body, {"type": "null"}]}  # null is what the Python SDK sends for none
        told["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    return told


def _answers(operation: Operation, known: Bodies) -> dict[str, Any]:
    good = "OAuthToken" if operation is TOKEN else known.answer
    answers: dict[str, Any] = {str(status): _answer("good", good) for status in (operation.success, *operation.also)}
    wrong = "OAuthError" if operation is TOKEN else ERROR
    codes: dict[int, list[str]] = {}
    for error in operation.errors:
        codes.setdefault(error.status, []).append(error.code)
    if operation is TOKEN:
        codes = {status: [] for status in (400, 401, 408, 413)}
    for status in (*codes, _WRONG_METHOD):
        told = ", ".join(codes.get(status, ())) or "refused"
        body = "" if operation.method == "HEAD" else ERROR if status in {408, 413, _WRONG_METHOD} else wrong
        answers.setdefault(str(status), _answer(told, body))
    return answers


def _answer(description: str, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"description": description, "headers": {HEADER_CORRELATION: {"schema": {"type": "string"}}}}
    if name:
        schema = {"type": "object"} if name == "object" else {"$ref": f"#/definitions/{name}"}
        told["content"] = {"application/json": {"schema": schema}}
    return told


def _asked(name: str, state: State) -> dict[str, Any]:
    """Give the schema of a request's body: what is not required may be null, what is unknown is refused unless it is to be ignored."""
    if name == "object":
        return {"type": "object"}
    told = DEFINITIONS[name]
    required = told.get("required", [])
    fields = {
        field: schema if field in required else {"anyOf": [schema, {"type": "null"}]}
        for field, schema in told["properties"].items()
    }
    body = {**told, "properties": fields, "additionalProperties": state.options.strict.unknown_field is Rule.IGNORE}
    if name == "FlowExecutionLaunchRequest":
        fields["flowId"] = {"type": "string", "minLength": 1}
    if "eventTTLSeconds" in fields:
        fields["eventTTLSeconds"] = {"type": ["integer", "null"], "minimum": TTL_MIN_S}
        fields["delayBySeconds"] = {"type": ["integer", "null"], "minimum": DELAY_S[0], "maximum": DELAY_S[1]}
        fields["description"] = {"type": ["string", "null"], "maxLength": DESCRIPTION_MAX}
        body["anyOf"] = [{"properties": {one: {"type": "null"}}} for one in ("eventTTLSeconds", "delayBySeconds")]
    return body


def _path(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if name == "namespaceName":
        schema["enum"] = sorted({one.namespace for one in LIMITS})
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(operation: Operation, name: str, state: State) -> dict[str, Any]:
    schema = {**query(operation.id, name), **_OWN.get(name, {})}
    if name == "pageSize":
        schema["maximum"] = LARGEST.get(operation.id, state.options.strict.page_size_max)
    if name == "divisionId":
        there = {DIVISION["id"], *(flow.division_id for flow in state.flows.values())}
        schema["items"] = {"type": "string", "enum": sorted(there)}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _form() -> dict[str, Any]:
    fields = {"grant_type": {"type": "string"}, "client_id": {"type": "string"}, "client_secret": {"type": "string"}}
    schema = {"type": "object", "required": ["grant_type"], "properties": fields}
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
