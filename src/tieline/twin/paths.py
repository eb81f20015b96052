"""Which operations a path means. A literal path goes before one with values in it: `/flows/executions` is never a flow's id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from tieline.contract.operation import Operation
from tieline.contract.operations import EXECUTION, FLOW, FLOW_VERSION, FLOW_VERSIONS, FLOWS, LAUNCH, TOKEN_INFO
from tieline.twin import operating
from tieline.twin.operating import Asked
from tieline.twin.state import State

Operate: TypeAlias = Callable[[State, Asked], Any]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The operation a path means for one method, what does it, and the values in the path."""

    operation: Operation
    operate: Operate
    values: tuple[str, ...] = ()


TABLE: tuple[tuple[Operation, Operate], ...] = (
    (LAUNCH, operating.launch),
    (EXECUTION, operating.execution),
    (FLOWS, operating.flows),
    (FLOW, operating.flow),
    (FLOW_VERSIONS, operating.versions),
    (FLOW_VERSION, operating.version),
    (TOKEN_INFO, operating.token_info),
)
"""Every operation the twin does, and what does it."""

_EXACT: dict[str, dict[str, Route]] = {}
_SHAPED: dict[str, tuple[list[str], dict[str, Route]]] = {}
for _operation, _operate in TABLE:
    _route = Route(operation=_operation, operate=_operate)
    if "{" in _operation.path:
        _SHAPED.setdefault(_operation.path, (_operation.path.split("/"), {}))[1][_operation.method] = _route
    else:
        _EXACT.setdefault(_operation.path, {})[_operation.method] = _route


def find(path: str) -> Mapping[str, Route]:
    """Find what a path means, by method; empty when it means nothing."""
    if (exact := _EXACT.get(path)) is not None:
        return exact
    parts = path.split("/")
    for shape, routes in _SHAPED.values():
        if (values := _fit(shape, parts)) is not None:
            return {method: msgspec.structs.replace(route, values=values) for method, route in routes.items()}
    return {}


def _fit(shape: list[str], parts: list[str]) -> tuple[str, ...] | None:
    """Give the values of the path's places, or None when it has another shape or a place is empty."""
    if len(shape) != len(parts) or not all(
        part and (place[0] == "{" or place == part) for place, part in zip(shape[1:], parts[1:], strict=True)
    ):
        return None
    return tuple(part for place, part in zip(shape, parts, strict=True) if place.startswith("{"))
