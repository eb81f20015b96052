"""The settings as a page: `python -m tieline.config.page` prints docs/reference/settings.md from the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tieline.config.schema import SCHEMA, SECRET

HEAD = """\
# Settings

Every setting of `tieline.yaml`. This page is printed from the schema that `tieline check` holds the file against: `make docs`.
`tieline check --example` prints a whole file to start from, `tieline check --schema` the schema for editors.

A duration is a number and `ms`, `s`, `m`, `h` or `d` (`500ms`, `61s`, `72h`); a bare number is seconds. A size is a number and
`kB`, `KiB`, `MB` or `MiB`; a bare number is bytes. A secret is `{ env: NAME }` or `{ file: PATH }`: secrets do not stand in the
file. What an [expression](expressions.md) is has a page of its own.
"""

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
    "array": "list",
}
_FORMATS = {
    "duration": "duration",
    "size": "size",
    "listen": "address",
    "region": "region",
    "url": "address",
    "flow-id": "id",
    "flow-version": "version",
}


def page() -> str:
    """Give the page."""
    parts = [HEAD]
    for path, says, schema in _sections("", SCHEMA):
        rows = [_row(name, one, name in schema["required"]) for name, one in schema["properties"].items() if not _has_page(one)]
        inside = [f"`{name}`" for name, one in schema["properties"].items() if _has_page(one)]
        title = f"`{path}`" if path else "The whole file"
        parts.append(f"\n## {title}\n\n{says}{_either(schema)}\n")
        if rows:
            parts.append(
                "\n| setting | type | default | example | meaning |\n| --- | --- | --- | --- | --- |\n" + "\n".join(rows) + "\n"
            )
        if inside:
            parts.append(f"\nWith sections of their own: {', '.join(inside)}.\n")
    return "".join(parts)


def _sections(path: str, schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield path, schema["description"], schema
    for name, one in schema["properties"].items():
        at = f"{path}.{name}" if path else name
        if one.get("type") == "object" and _has_page(one):
            more = one.get("additionalProperties")
            inner = more if isinstance(more, dict) else one
            says = f"{one['description']} {inner['description']}" if inner is not one else one["description"]
            yield from _sections(at if inner is one else f"{at}.NAME", {**inner, "description": says})
        elif one.get("type") == "array" and _has_page(one):
            says = f"{one['description']} {one['items']['description']}"
            yield from _sections(f"{at}[]", {**one["items"], "description": says})


def _has_page(schema: dict[str, Any]) -> bool:
    """Tell whether a setting holds settings of its own. A secret is told in the page's head."""
    more = schema.get("additionalProperties")
    inner = schema.get("items") or (more if isinstance(more, dict) else schema)
    return "properties" in inner and inner is not SECRET


def _row(name: str, schema: dict[str, Any], required: bool) -> str:
    says = "The secret of that client." if schema is SECRET else schema["description"].replace("|", chr(92) + "|")
    default = "required" if required else _code(schema["default"]) if "default" in schema else ""
    examples = ", ".join(_code(one) for one in schema.get("examples", ()))
    return f"| `{name}` | {_type(schema)} | {default} | {examples} | {says} |"


def _type(schema: dict[str, Any]) -> str:
    if schema is SECRET:
        return "secret"
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "format" in schema:
        return _FORMATS[schema["format"]]
    if schema.get("items") is SECRET:
        return "list of secrets"
    if "anyOf" in schema:
        text = "text" if any(one.get("type") == "array" for one in schema["anyOf"]) else "expression"
        kinds = [_type(one) for one in schema["anyOf"] if one.get("type") != "object"]
        return " or ".join(text if kind.startswith("text") else kind for kind in kinds)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_TYPES[kind] for kind in kinds if kind in _TYPES)


def _code(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, dict):
        text = "{ " + ", ".join(f"{name}: {one}" for name, one in value.items()) + " }"
    return f"`{text}`"


def _either(schema: dict[str, Any]) -> str:
    choices = [f"`{one['required'][0]}`" for one in schema.get("oneOf", ())]
    return f" Of {' and '.join(choices)}, exactly one." if choices else ""


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
