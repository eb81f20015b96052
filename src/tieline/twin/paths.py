"""Which operations a path means. A literal path goes before one with values in it: `/flows/executions` is never a flow's id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from tieline.contract import operations as told
from tieline.contract import operations_around as around
from tieline.contract.operation import Operation
from tieline.twin.operations import executions, flows, instances, jobs, limits, tokens, triggers, webhooks
from tieline.twin.operations.asked import Asked
from tieline.twin.state import State

Operate: TypeAlias = Callable[[State, Asked], Any]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The operation a path means for one method, what does it, and the values in the path."""

    operation: Operation
    operate: Operate
    values: tuple[str, ...] = ()


TABLE: tuple[tuple[Operation, Operate], ...] = (
    (told.LAUNCH, executions.launch),
    (told.EXECUTION, executions.execution),
    (told.FLOWS, flows.flows),
    (told.DIVISION_VIEWS, flows.division_views),
    (told.FLOW, flows.flow),
    (told.FLOW_VERSIONS, flows.versions),
    (told.FLOW_VERSION, flows.version),
    (told.CONFIGURATION, flows.configuration),
    (told.LATEST_CONFIGURATION, flows.latest_configuration),
    *instances.OPERATIONS,
    (around.FLOWS_JOBS, jobs.begin),
    (around.FLOWS_JOB, jobs.job),
    (around.TRIGGERS, triggers.triggers),
    (around.TRIGGER_NEW, triggers.create),
    (around.TOPICS, triggers.topics),
    (around.TRIGGER, triggers.trigger),
    (around.TRIGGER_CHANGE, triggers.change),
    (around.TRIGGER_END, triggers.delete),
    (around.WEBHOOK, webhooks.invoke),
    (around.LIMITS, limits.limits),
    (around.LIMITS_DEFAULTS, limits.defaults),
    (told.TOKEN_INFO, tokens.token_info),
    (told.TOKEN_CHECK, tokens.token_check),
    (told.TOKEN_END, tokens.token_end),
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
_LITERAL_FIRST = sorted(_SHAPED.values(), key=lambda shaped: [part.startswith("{") for part in shaped[0]])


def find(path: str) -> Mapping[str, Route]:
    """Find what a path means, by method; empty when it means nothing."""
    if (exact := _EXACT.get(path)) is not None:
        return exact
    parts = path.split("/")
    for shape, routes in _LITERAL_FIRST:
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
