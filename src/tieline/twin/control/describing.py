"""The twin's own OpenAPI document: every operation it does, with its bodies, its published codes and what it may answer."""

from __future__ import annotations

import json
import re
from typing import Any

from tieline.contract.bodies import BODIES, ERROR, Bodies
from tieline.contract.limits import HEADER_CORRELATION
from tieline.contract.operation import Operation
from tieline.contract.operations import TOKEN
from tieline.contract.schemas import DEFINITIONS
from tieline.twin.control.call import Call
from tieline.twin.paths import TABLE

_SECURITY = {"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}}
_WRONG_METHOD = 405


def openapi(call: Call) -> Any:
    """Describe it, in OpenAPI 3.1."""
    del call
    return described()


def described() -> dict[str, Any]:
    """Give the document."""
    made: dict[str, dict[str, Any]] = {}
    for operation in (*(operation for operation, _ in TABLE), TOKEN):
        made.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
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
    written: dict[str, Any] = json.loads(json.dumps(told).replace("#/definitions/", "#/components/schemas/"))
    return written


def _operation(operation: Operation) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", operation.path)
    known = BODIES.get(operation.id, Bodies())
    told: dict[str, Any] = {
        "operationId": operation.id,
        "parameters": [_path(name) for name in names] + [_query(name) for name in operation.query],
        "responses": _answers(operation, known),
        "security": [{"basic": []}] if operation is TOKEN else [{"bearer": []}] if operation.token else [],
    }
    if operation is TOKEN:
        told["requestBody"] = _form()
    elif known.request:
        schema = {"type": "object"} if known.request == "object" else {"$ref": f"#/definitions/{known.request}"}
        required = known.request != "RegisterArchitectJobRequest"
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


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}


def _form() -> dict[str, Any]:
    fields = {"grant_type": {"type": "string"}, "client_id": {"type": "string"}, "client_secret": {"type": "string"}}
    schema = {"type": "object", "required": ["grant_type"], "properties": fields}
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
