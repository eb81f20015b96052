"""What a query parameter may be, as a JSON schema.

Source: the swagger of 2025-07-28 (types, enumerations, defaults). Some parameters of one name are typed differently on different
operations there (`deleted` is a text on two of them, `pageSize` on those by cursor); here each has the type it has on most.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieline.contract.schema_parts import FLAG, TEXT, Schema, many
from tieline.contract.words import QUERY_FLOW_TYPES

_WHEN: Schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
"""ISO-8601, with a time or without (the description's examples)."""

QUERIES: Mapping[str, Schema] = {
    "type": many({"type": "string", "enum": list(QUERY_FLOW_TYPES)}),
    **{key: {"type": "integer", "minimum": 1} for key in ("pageNumber", "pageSize")},
    **dict.fromkeys(("id", "divisionId"), many(TEXT)),
    **dict.fromkeys(
        ("deleted", "includeSchemas", "virtualAgentEnabled", "indexOnly", "enabled", "hasDelayBy", "preserveIdleTTL"), FLAG
    ),
    **dict.fromkeys(("publishedAfter", "publishedBefore"), _WHEN),
    "secure": {"type": "string", "enum": ["any", "checkedin", "published"]},
    **dict.fromkeys(("sortBy", "sortOrder", "name", "description", "nameOrDescription", "publishVersionId", "editableBy"), TEXT),
    **dict.fromkeys(("lockedBy", "lockedByClientId", "topicName", "before", "after"), TEXT),
}
"""By name, whatever the operation."""

_HISTORY: Schema = {"type": "string", "enum": ["bots", "dataActions"]}
EXPANDS: Mapping[str, Schema] = {
    "getFlowsInstance": _HISTORY,
    "postFlowsInstancesJobs": _HISTORY,
    "getFlowsInstancesQuerycapabilities": {"type": "string", "enum": ["flow", "action"]},
    "getFlowsJob": many(TEXT),
}
"""`expand` means something else on each operation."""


def query(operation: str, name: str) -> Schema:
    """Give the schema of one parameter of an operation, by operationId. Raises `KeyError`."""
    return EXPANDS[operation] if name == "expand" else QUERIES[name]
