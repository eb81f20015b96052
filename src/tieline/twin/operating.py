"""What each operation does once its caller is let in: state and request in, answer's body out; refusals are raised."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.contract.operation import Operation
from tieline.contract.operations import EXECUTION, FLOW, FLOW_VERSION, FLOW_VERSIONS, FLOWS, LAUNCH, TOKEN_INFO
from tieline.twin import launching, listing, reading
from tieline.twin.clients import Client, first_client
from tieline.twin.flows import TwinFlow
from tieline.twin.listing import Query
from tieline.twin.reading import Refused
from tieline.twin.refusal import Refusal
from tieline.twin.state import State

ORGANIZATION = {"id": "2f1a5c1e-0000-4000-8000-000000000004", "name": "Tieline twin"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as far as an operation needs it: the values in its path, its query string, its body."""

    path: tuple[str, ...] = ()
    query: bytes = b""
    body: bytes = b""
    content_type: str | None = None
    content_encoding: str | None = None
    client: Client | None = None


def launch(state: State, asked: Asked) -> dict[str, Any]:
    """Start a run."""
    strict = state.options.strict
    reading.check_media_type(LAUNCH, asked.content_type, asked.content_encoding)
    body = reading.read_object(LAUNCH, asked.body, strict)
    flow, version = launching.judge(body, state.flows, strict)
    unnamed = flow.name if strict.name_of_unnamed == "flow" else None
    return state.launch(flow, version, body.get("name") or unnamed, body=body, size=len(asked.body)).ref()


def execution(state: State, asked: Asked) -> dict[str, Any]:
    """Read a run."""
    now, run = state.clock(), state.executions.get(asked.path[0])
    if run is None or now < run.launched + state.options.strict.visible_ms:
        raise Refused(Refusal(error=EXECUTION.error("architect.flow.execution.not.found"), field="flowExecutionId"))
    return run.entity(now)


def flows(state: State, asked: Asked) -> dict[str, Any]:
    """List flows."""
    return listing.list_flows(state.flows.values(), Query(FLOWS, asked.query), state.options.strict)


def flow(state: State, asked: Asked) -> dict[str, Any]:
    """Read a flow."""
    return _flow(state, FLOW, asked).entity(schemas=True)


def versions(state: State, asked: Asked) -> dict[str, Any]:
    """List a flow's versions, newest first."""
    found = _flow(state, FLOW_VERSIONS, asked)
    path = FLOW_VERSIONS.path.replace("{flowId}", found.id)
    query = Query(FLOW_VERSIONS, asked.query)
    return listing.page(found.versions[::-1], found.version_entity, query, path=path, strict=state.options.strict)


def version(state: State, asked: Asked) -> dict[str, Any]:
    """Read one version of a flow."""
    found = _flow(state, FLOW_VERSION, asked)
    if asked.path[1] not in found.versions:
        raise Refused(Refusal(error=FLOW_VERSION.error("architect.flow.version.missing"), field="versionId"))
    return found.version_entity(asked.path[1])


def token_info(state: State, asked: Asked) -> dict[str, Any]:
    """Describe the token: whose it is; it names no permissions, as the cloud's does not."""
    Query(TOKEN_INFO, asked.query).flag("preserveIdleTTL")
    whose = asked.client or first_client(state.options)
    client = {
        "id": whose.id,
        "name": whose.name,
        "authorizedGrantType": whose.grant,
        "scope": sorted(whose.scopes),
        "state": "active",
        "organization": ORGANIZATION,
    }
    return {
        "organization": ORGANIZATION,
        "homeOrganization": ORGANIZATION,
        "authorizedScope": sorted(whose.scopes),
        "OAuthClient": client,
    }


def _flow(state: State, operation: Operation, asked: Asked) -> TwinFlow:
    found = state.flows.get(asked.path[0])
    if found is None:
        raise Refused(Refusal(error=operation.error("architect.flow.not.found"), field="flowId"))
    if found.deleted and not Query(operation, asked.query).flag("deleted"):
        raise Refused(Refusal(error=operation.error("architect.flow.deleted"), field="flowId"))
    return found
