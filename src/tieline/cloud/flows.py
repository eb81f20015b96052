"""Reads a flow of a listing. Pure."""

from __future__ import annotations

from tieline.domain.flow import Flow
from tieline.domain.json import Json


def flow_of(entity: Json) -> Flow | None:
    """Read one entity of `GET /api/v2/flows` (swagger: only `name` is required); None without id and name.

    The input schema is the flow's own, which keeps its `definitions`; a published version's is taken when that is missing.
    """
    if not isinstance(entity, dict):
        return None
    id, name, type, version = entity.get("id"), entity.get("name"), entity.get("type"), entity.get("publishedVersion")
    if not isinstance(id, str) or not isinstance(name, str):
        return None
    published = version if isinstance(version, dict) else {}
    schema = entity.get("inputSchema") or published.get("inputSchema")
    number = published.get("id")
    return Flow(
        id=id,
        name=name,
        type=type.upper() if isinstance(type, str) else "WORKFLOW",
        version=number if isinstance(number, str) else None,
        published=bool(published),
        input_schema=schema if isinstance(schema, dict) else None,
    )
