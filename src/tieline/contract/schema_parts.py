"""The small schemas that the bodies of the contract are put together from."""

from __future__ import annotations

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
"""A JSON schema, draft-07."""

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer"}
URI: Schema = {"type": "string", "format": "uri"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY: Schema = {}
OPEN: Schema = {"type": "object", "additionalProperties": {}}


def ref(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def many(of: Schema) -> Schema:
    """Give the schema of a list."""
    return {"type": "array", "items": of}


def texts(*names: str) -> Schema:
    """Give properties that are texts."""
    return dict.fromkeys(names, TEXT)


def listing(of: str) -> Schema:
    """Give the schema of a listing by page number."""
    numbers = dict.fromkeys(("pageSize", "pageNumber", "total", "pageCount"), COUNT)
    links = dict.fromkeys(("selfUri", "firstUri", "lastUri", "nextUri", "previousUri"), URI)
    return {"type": "object", "properties": {"entities": many(ref(of)), **numbers, **links}}


def cursor(of: Schema) -> Schema:
    """Give the schema of a listing by cursor."""
    return {"type": "object", "properties": {"entities": many(of), **texts("nextUri", "selfUri", "previousUri")}}
