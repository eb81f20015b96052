"""The org's limits, as far as their values are known."""

from __future__ import annotations

from typing import Any

from tieline.contract.limits import LIMITS, REQUEST_BYTES, TOKEN_RATE, Limit
from tieline.contract.operation import Operation
from tieline.contract.operations_around import LIMITS as IN_FORCE
from tieline.contract.operations_around import LIMITS_DEFAULTS
from tieline.twin.operations.asked import Asked
from tieline.twin.reading import refuse
from tieline.twin.state import State


def limits(state: State, asked: Asked) -> dict[str, Any]:
    """Read those in force; what the twin was told to hold is among them."""
    own = {TOKEN_RATE: state.limit or TOKEN_RATE.value, REQUEST_BYTES: state.options.strict.request_bytes}
    return {"entities": [_shown(one, own.get(one, one.value)) for one in _of(IN_FORCE, asked)]}


def defaults(state: State, asked: Asked) -> dict[str, Any]:
    """Read those an org has unless it was given others."""
    del state
    return {"entities": [_shown(one, one.value) for one in _of(LIMITS_DEFAULTS, asked)]}


def _of(operation: Operation, asked: Asked) -> list[Limit]:
    if found := [one for one in LIMITS if one.namespace == asked.path[0]]:
        return found
    raise refuse(operation, "invalid.value", field="namespaceName")


def _shown(one: Limit, value: int) -> dict[str, Any]:
    return {"key": one.key, "namespace": one.namespace, "value": value}
