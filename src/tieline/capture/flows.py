"""Reads flows that somebody has in a file: an input schema alone, a flow, a listing, or what a twin prints of itself."""

from __future__ import annotations

from typing import Any

from tieline.domain.flow import Flow

ANY = "*"
"""The id of a flow that stands for every flow whose id is not known: where only an input schema is given."""


def read_flows(document: Any) -> dict[str, Flow] | None:
    """Read flows by id from a decoded document; None when it holds neither a flow nor an input schema."""
    if isinstance(document, dict):
        for key in ("flows", "entities"):
            if isinstance(document.get(key), list):
                return read_flows(document[key])
    if isinstance(document, list):
        flows = [_flow(item) for item in document if isinstance(item, dict) and isinstance(item.get("id"), str)]
        return {flow.id: flow for flow in flows} or None
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("id"), str) and ("inputSchema" in document or "type" in document):
        flow = _flow(document)
        return {flow.id: flow}
    schema = document.get("inputSchema", document)
    if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        return {ANY: Flow(id=ANY, name="the flow", input_schema=schema)}
    return None


def _flow(item: dict[str, Any]) -> Flow:
    schema = item.get("inputSchema")
    published = item.get("published", bool(item["publishedVersion"]) if "publishedVersion" in item else None)
    return Flow(
        id=item["id"],
        name=str(item.get("name") or item["id"]),
        type=str(item.get("type") or "WORKFLOW").upper(),
        published=published if isinstance(published, bool) else None,
        input_schema=schema if isinstance(schema, dict) else None,
    )
