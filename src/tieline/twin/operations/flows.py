"""Flows, their versions and what they consist of."""

from __future__ import annotations

from typing import Any

from tieline.contract.operations import (
    CONFIGURATION,
    DIVISION_VIEWS,
    FLOW,
    FLOW_VERSION,
    FLOW_VERSIONS,
    FLOWS,
    LATEST_CONFIGURATION,
)
from tieline.twin import listing
from tieline.twin.listing import Query
from tieline.twin.operations.asked import Asked, flow_of, reaches
from tieline.twin.reading import refuse
from tieline.twin.state import State


def flows(state: State, asked: Asked) -> dict[str, Any]:
    """List flows."""
    query = Query(FLOWS, asked.query)
    schemas = query.flag("includeSchemas")
    return listing.list_flows(_reached(state, asked), query, state, lambda flow: flow.entity(schemas=schemas))


def division_views(state: State, asked: Asked) -> dict[str, Any]:
    """List flows in the small form."""
    query = Query(DIVISION_VIEWS, asked.query)
    schemas = query.flag("includeSchemas")
    return listing.list_flows(_reached(state, asked), query, state, lambda flow: flow.view(schemas=schemas))


def flow(state: State, asked: Asked) -> dict[str, Any]:
    """Read a flow."""
    return flow_of(state, FLOW, asked).entity(schemas=True)


def versions(state: State, asked: Asked) -> dict[str, Any]:
    """List a flow's versions, newest first."""
    found = flow_of(state, FLOW_VERSIONS, asked)
    path = FLOW_VERSIONS.path.replace("{flowId}", found.id)
    query = Query(FLOW_VERSIONS, asked.query)
    return listing.page(found.versions[::-1], found.version_entity, query, path=path, strict=state.options.strict)


def version(state: State, asked: Asked) -> dict[str, Any]:
    """Read one version of a flow."""
    found = flow_of(state, FLOW_VERSION, asked)
    if asked.path[1] not in found.versions:
        raise refuse(FLOW_VERSION, "architect.flow.version.missing", field="versionId")
    return found.version_entity(asked.path[1])


def configuration(state: State, asked: Asked) -> dict[str, Any]:
    """Read what one version consists of: an object of no published form, so only what is sure of it is there."""
    found = flow_of(state, CONFIGURATION, asked)
    if asked.path[1] not in found.versions:
        raise refuse(CONFIGURATION, "not.found", field="versionId")
    return found.configuration(asked.path[1])


def latest_configuration(state: State, asked: Asked) -> dict[str, Any]:
    """Read what the newest saved version consists of."""
    found = flow_of(state, LATEST_CONFIGURATION, asked)
    return found.configuration(found.versions[-1])


def _reached(state: State, asked: Asked) -> list[Any]:
    return [flow for flow in state.flows.values() if reaches(asked.client, flow)]
