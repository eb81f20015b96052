"""Holds an answer of the twin against the contract: its status and code are published, its body is that of the schema and nothing more."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from tieline.contract.bodies import BODIES
from tieline.contract.operation import Operation
from tieline.contract.operations import OPERATIONS, TOKEN
from tieline.contract.schemas import document

WRONG_METHOD = (405, "method.not.allowed")
UNKNOWN_PATH = {(404, "not.found"), (400, "bad.request"), WRONG_METHOD}


def meant(method: str, path: str) -> Operation | None:
    """Give the operation that a request is for; fixed words in a path go before values."""
    fits = [
        one
        for one in OPERATIONS.values()
        if one.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path.partition("?")[0])
    ]
    return min(fits, key=lambda one: one.path.count("{"), default=None)


def held(method: str, path: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Fail for an answer that the contract does not have."""
    operation = meant(method, path)
    where = f"{method} {path[:100]} {status} {body[:2000]!r}"
    assert headers["inin-correlation-id"], where
    if status < 300:
        assert operation is not None, where
        assert status in (operation.success, *operation.also), where
        name = "OAuthToken" if operation is TOKEN else BODIES.get(operation.id, BODIES["deleteTokensMe"]).answer
        assert bool(body) is bool(name), where
        if name:
            assert_body(name, json.loads(body), where)
    elif method != "HEAD":
        told = json.loads(body)
        _refusal(operation, status, told, where)
        assert "error" in told or told["contextId"] == headers["inin-correlation-id"], where


def _refusal(operation: Operation | None, status: int, told: Any, where: str) -> None:
    if operation is TOKEN and "error" in told:
        assert_body("OAuthError", told, where)
        assert told["description"] == told["error_description"], where
        return
    assert_body("ErrorBody", told, where)
    published = {(error.status, error.code) for error in operation.errors} if operation not in (None, TOKEN) else UNKNOWN_PATH
    more = {WRONG_METHOD, (400, "client.failed.request"), (408, "client.timeout"), (413, "request.entity.too.large")}
    assert (status, told["code"]) in published | more, where
    assert told["status"] == status, where


def assert_body(name: str, body: Any, where: str) -> None:
    """Fail for a body that its schema does not take, or that has a property its schema has not got."""
    faults = [] if name == "object" and isinstance(body, dict) else list(_closed(name).iter_errors(body))
    assert not faults, f"{where}: {faults[0]}"


@cache
def _closed(name: str) -> jsonschema_rs.Draft7Validator:
    """Close every object that names its properties. `selfUri` and its kin are paths in every recorded answer."""
    told = copy.deepcopy(document(name))
    for definition in told["definitions"].values():
        if "properties" in definition and "additionalProperties" not in definition:
            definition["additionalProperties"] = False
    return jsonschema_rs.Draft7Validator(told, validate_formats=True, formats={"uri": lambda text: text.startswith("/")})
