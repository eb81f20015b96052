"""Which operation a path means. A literal path goes before one with values in it: `/flows/executions` is never a flow's id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from tieline.contract.operations import EXECUTION, FLOW, FLOW_VERSION, FLOW_VERSIONS, FLOWS, LAUNCH, TOKEN_INFO, Operation
from tieline.twin import operating
from tieline.twin.operating import Asked
from tieline.twin.state import State

Operate: TypeAlias = Callable[[State, Asked], dict[str, Any]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The operation a path means, what does it, and the values in the path."""

    operation: Operation
    operate: Operate
    values: tuple[str, ...] = ()


_TABLE: tuple[tuple[Operation, Operate], ...] = (
    (LAUNCH, operating.launch),
    (EXECUTION, operating.execution),
    (FLOWS, operating.flows),
    (FLOW, operating.flow),
    (FLOW_VERSIONS, operating.versions),
    (FLOW_VERSION, operating.version),
    (TOKEN_INFO, operating.token_info),
)
_EXACT = {
    operation.path: Route(operation=operation, operate=operate) for operation, operate in _TABLE if "{" not in operation.path
}
_SHAPED = [(operation.path.split("/"), operation, operate) for operation, operate in _TABLE if "{" in operation.path]


def find(path: str) -> Route | None:
    """Find what a path means; None when it means nothing."""
    if (exact := _EXACT.get(path)) is not None:
        return exact
    parts = path.split("/")
    for shape, operation, operate in _SHAPED:
        if (values := _fit(shape, parts)) is not None:
            return Route(operation=operation, operate=operate, values=values)
    return None


def _fit(shape: list[str], parts: list[str]) -> tuple[str, ...] | None:
    """Give the values of the path's places, or None when it has another shape or a place is empty."""
    if len(shape) != len(parts) or not all(
        part and (place[0] == "{" or place == part) for place, part in zip(shape[1:], parts[1:], strict=True)
    ):
        return None
    return tuple(part for place, part in zip(shape, parts, strict=True) if place.startswith("{"))
