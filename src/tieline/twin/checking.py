"""Holds a request body against the schema of the contract, and says what is wrong with the published codes."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs

from tieline.contract.operation import Operation
from tieline.contract.schemas import DEFINITIONS, document
from tieline.twin.options import Rule, Strictness
from tieline.twin.reading import refuse
from tieline.twin.refusal import shown


def check(operation: Operation, body: dict[str, Any], name: str, strict: Strictness) -> None:
    """Raise `Refused` (400) for the first fault: a field nobody knows, one that is missing, one of the wrong type or value."""
    known = DEFINITIONS[name]["properties"]
    unknown = next((field for field in body if field not in known), None)
    if strict.unknown_field is Rule.REFUSE and unknown is not None:  # it may be the empty name
        raise refuse(operation, "invalid.property", {"value": shown(unknown), "object": name}, unknown)
    given = {field: value for field, value in body.items() if value is not None}
    fault = next(_validator(name).iter_errors(given), None)
    if fault is None:
        return
    where = [str(step) for step in fault.instance_path]
    if fault.schema_path[-1] == "required":
        missing = next(field for field in DEFINITIONS[name]["required"] if field not in given)
        raise refuse(operation, "constraint.validation", {"constraint": f"{missing} may not be null"}, missing)
    field = ".".join(where)
    params = {"value": shown(fault.instance), "type": field or name, "allowed": _allowed(fault)}
    raise refuse(operation, "invalid.value", params, field or None)


@cache
def _validator(name: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(document(name))


def _allowed(fault: Any) -> str:
    """What would have been right, in the words the schema has for it."""
    text = str(fault.message)
    return shown(text.rpartition(" is not ")[2] or text)
