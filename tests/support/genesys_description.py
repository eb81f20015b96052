"""Writes the contract out as Genesys publishes its description: a Swagger 2.0 document, or the same as OpenAPI 3.

Where the contract departs from the published text on purpose, the published text stands here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from tieline.contract.bodies import BODIES, ERROR, Bodies
from tieline.contract.operation import Operation
from tieline.contract.operations import OPERATIONS, TOKEN
from tieline.contract.paths import PATHS
from tieline.contract.schemas import DEFINITIONS

COVERED: tuple[Operation, ...] = tuple(one for one in OPERATIONS.values() if one is not TOKEN)
UNPUBLISHED = frozenset({"OAuthToken", "OAuthError"})


def swagger() -> dict[str, Any]:
    """Write the contract as Swagger 2.0."""
    paths: dict[str, dict[str, Any]] = {}
    for path, methods in PATHS.items():
        if path != TOKEN.path:
            paths[path] = {method.lower(): {"responses": {"200": {"description": "good"}}} for method in methods}
    for one in COVERED:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "swagger": "2.0",
        "info": {"title": "PureCloud Platform API", "version": "v2"},
        "host": "api.mypurecloud.com",
        "paths": paths,
        "definitions": {name: _published(schema) for name, schema in DEFINITIONS.items() if name not in UNPUBLISHED},
    }


def _operation(one: Operation) -> dict[str, Any]:
    known = BODIES.get(one.id, Bodies())
    good = {"schema": {"type": "object"}} if known.answer == "object" else _schema(known.answer)
    answers: dict[str, Any] = {
        str(status): {"description": "successful operation", **good} for status in (one.success, *one.also)
    }
    for error in one.errors:
        answer = answers.setdefault(str(error.status), {**_schema(ERROR), "x-inin-error-codes": {}})
        answer["x-inin-error-codes"][error.code] = error.template
    told: dict[str, Any] = {
        "operationId": one.id,
        "parameters": [_parameter(one, name) for name in one.query],
        "responses": answers,
        "security": [{"PureCloud OAuth": list(one.scopes)}] if one.scopes else [],
    }
    if known.request:
        told["parameters"].append({"in": "body", "name": "body", "required": True, **_schema(known.request)})
    if one.permissions:
        told["x-inin-requires-permissions"] = {"type": str(one.mode), "permissions": list(one.permissions)}
    return told


def _schema(name: str) -> dict[str, Any]:
    if name == "object":
        return {"schema": {"type": "object", "additionalProperties": {"type": "object"}}}
    return {"schema": {"$ref": f"#/definitions/{name}"}} if name else {}


def _parameter(one: Operation, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"in": "query", "name": name, "required": False, "type": "string"}
    return told | {"type": "integer", "default": 25} if name == "pageSize" and one.method == "GET" else told


def _published(schema: Any) -> Any:
    """Say a schema as Genesys' generator does: no null among the types, and an untyped value is an object."""
    if isinstance(schema, list):
        return [_published(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _published(value) for name, value in schema.items()}
    if isinstance(types := schema.get("type"), list):
        told["type"] = next(one for one in types if one != "null")
    if told.get("additionalProperties") == {}:
        told["additionalProperties"] = {"type": "object"}
    return told


def openapi(document: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a Swagger 2.0 document of this form into OpenAPI 3."""
    text = json.dumps({name: document[name] for name in ("info", "paths", "definitions")})
    told = json.loads(text.replace("#/definitions/", "#/components/schemas/"))
    for item in told["paths"].values():
        for one in item.values():
            _lift(one)
    return {
        "openapi": "3.0.1",
        "info": told["info"],
        "servers": [{"url": "https://api.mypurecloud.com"}],
        "paths": told["paths"],
        "components": {"schemas": told["definitions"]},
    }


def _lift(one: dict[str, Any]) -> None:
    """Move bodies and parameter types to where OpenAPI 3 has them."""
    for answer in one["responses"].values():
        if "schema" in answer:
            answer["content"] = {"application/json": {"schema": answer.pop("schema")}}
    given = one.pop("parameters", [])
    for parameter in given:
        if parameter["in"] == "body":
            one["requestBody"] = {"required": True, "content": {"application/json": {"schema": parameter["schema"]}}}
        else:
            parameter["schema"] = {name: parameter.pop(name) for name in ("type", "default", "enum") if name in parameter}
    one["parameters"] = [parameter for parameter in given if parameter["in"] != "body"]


def encoded(document: Mapping[str, Any]) -> bytes:
    """Write a document as it is published: indented, in UTF-8."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def padded(document: Mapping[str, Any], size: int) -> bytes:
    """Write a document of at least `size` bytes, the rest of it other operations and bodies like those Genesys has."""
    sample = document["paths"]["/api/v2/flows/executions"]["post"]
    one = {"get": sample, "post": sample, "put": sample}
    count = size // len(encoded({"paths": {"/api/v2/other/0": one}, "definitions": document["definitions"]})) + 1
    more = {
        "paths": {f"/api/v2/other/{number}/{{id}}": one for number in range(count)},
        "definitions": {f"{name}{number}": body for number in range(count) for name, body in document["definitions"].items()},
    }
    return encoded({**document, **{name: {**document[name], **more[name]} for name in more}})
