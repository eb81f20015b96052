"""One request, as an operation sees it, and the flow it names."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.contract.operation import Operation
from tieline.twin import reading
from tieline.twin.clients import Client
from tieline.twin.flows import TwinFlow
from tieline.twin.listing import Query
from tieline.twin.reading import refuse
from tieline.twin.state import State


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The values in its path, its query string, its body, and who asks with which token; `origin` is the address it came to."""

    path: tuple[str, ...] = ()
    query: bytes = b""
    body: bytes = b""
    content_type: str | None = None
    content_encoding: str | None = None
    client: Client | None = None
    token: str | None = None
    origin: str = ""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation gives where its usual status will not do, or its answer has no body."""

    status: int
    body: Any = b""


def object_of(state: State, operation: Operation, asked: Asked) -> dict[str, Any]:
    """Read the body as one JSON object. Raises `Refused`."""
    reading.check_media_type(operation, asked.content_type, asked.content_encoding)
    return reading.read_object(operation, asked.body, state.options.strict)


def flow_of(state: State, operation: Operation, asked: Asked) -> TwinFlow:
    """Find the flow whose id stands first in the path. Raises `Refused`: 404, 410 for a deleted one, or another division's."""
    deleted, found = Query(operation, asked.query).flag("deleted"), state.flows.get(asked.path[0])
    if found is None:
        raise refuse(operation, _first(operation, "architect.flow.not.found", "not.found"), field="flowId")
    check_division(state, operation, asked.client, found)
    if found.deleted and not deleted:
        raise refuse(
            operation, _first(operation, "architect.flow.deleted", "architect.flow.not.found", "not.found"), field="flowId"
        )
    return found


def reaches(client: Client | None, flow: TwinFlow) -> bool:
    """Whether the roles of whoever asks are granted in the flow's division."""
    return client is None or client.reaches(flow.division_id)


def check_division(state: State, operation: Operation, client: Client | None, flow: TwinFlow) -> None:
    """Raise `Refused` when the client's roles do not reach the flow's division; which answer is a setting."""
    if reaches(client, flow):
        return
    code = _first(operation, state.options.strict.other_division, "not.found")
    permissions = "[" + ", ".join(operation.permissions) + "]"
    raise refuse(operation, code, {"permissions": permissions, "divisions": flow.division_id}, "flowId")


def _first(operation: Operation, *wanted: str) -> str:
    """Give the first of these codes that the operation publishes."""
    return next(code for code in wanted if operation.publishes(code))
