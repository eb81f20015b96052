"""Reads an Architect flow in YAML, as Archy and CX as Code have it, as far as its launch needs: its name, type, inputs and outputs.

The form: one top-level key names the type (`workflow`, `inboundCall`), below it `name`, `description`, `division` and
`variables`, a list of one-key maps whose key is the data type (`stringVariable`, `integerCollectionVariable`) and whose value has
`name`, `isInput`, `isOutput` and `description`. Source: the flows of Genesys' public blueprints and Archy's help; `jsonVariable` is
seen in the webhook-workflow-workitem-blueprint. What the reader does not know it leaves alone. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tieline.contract.inputs import ARCH_TYPES, FlowVariable, input_schema, output_schema
from tieline.contract.words import FLOW_TYPES

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
_VARIABLE = re.compile(r"([A-Za-z]+?)(Collection)?Variable")
_TYPES: Mapping[str, str] = {name.lower(): name for name in ARCH_TYPES}
_LARGEST = 4 * 1024 * 1024
_NODES_MAX = 200_000
_DEPTH_MAX = 200


class ArchitectFlow(msgspec.Struct, frozen=True, kw_only=True):
    """What a flow's YAML says of its launch. `type` is written as bodies write it (WORKFLOW)."""

    name: str
    type: str
    description: str | None = None
    division: str | None = None
    inputs: tuple[FlowVariable, ...] = ()
    outputs: tuple[FlowVariable, ...] = ()

    def input_schema(self) -> dict[str, Any]:
        """The schema of its inputs, in the form the cloud gives it."""
        return input_schema(self.inputs)

    def output_schema(self) -> dict[str, Any]:
        """The schema of its outputs."""
        return output_schema(self.outputs)


class ArchitectYamlError(ValueError):
    """The text is no Architect flow; the message says why, with the line where there is one."""


def read(text: str, substitutions: Mapping[str, str] | None = None) -> ArchitectFlow:
    """Read a flow. `substitutions` stand for `{{name}}` as in CX as Code. Raises `ArchitectYamlError`."""
    if len(text) > _LARGEST:
        raise ArchitectYamlError(f"it is longer than {_LARGEST} characters")
    filled = _PLACEHOLDER.sub(lambda found: (substitutions or {}).get(found[1], found[0]), text)
    document = _document(filled)
    if not isinstance(document, dict) or not document:
        raise ArchitectYamlError("the top level names no flow type")
    kind, told = next(((key, value) for key, value in document.items() if _type(key)), (None, None))
    if kind is None:
        raise ArchitectYamlError(f"`{str(next(iter(document)))[:60]}` is no type of flow")
    if not isinstance(told, dict):
        raise ArchitectYamlError(f"`{kind}` holds no flow")
    name = told.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ArchitectYamlError(f"`{kind}.name` is missing")
    variables = _variables(told.get("variables"))
    return ArchitectFlow(
        name=name,
        type=str(_type(kind)),
        description=_text(told.get("description")),
        division=_text(told.get("division")),
        inputs=tuple(one for one, given in variables if given.get("isInput") is True),
        outputs=tuple(one for one, given in variables if given.get("isOutput") is True),
    )


def _document(text: str) -> Any:
    """Parse YAML without what could blow up: aliases are refused, they have no place in a flow; so is what lies too deep, which
    would take the process down with it (the C loader descends without a bound).
    """
    import yaml  # noqa: PLC0415 - only who reads such a file pays for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise ArchitectYamlError(f"line {getattr(event.start_mark, 'line', 0) + 1}: an alias has no place in a flow")
            if count > _NODES_MAX:
                raise ArchitectYamlError(f"it has more than {_NODES_MAX} parts")
            if depth > _DEPTH_MAX:
                raise ArchitectYamlError(f"it is nested deeper than {_DEPTH_MAX}")
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader in either case
    except yaml.YAMLError as fault:
        mark: Any = getattr(fault, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ArchitectYamlError(f"{where}{getattr(fault, 'problem', None) or 'it is not YAML'}") from None
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, ArchitectYamlError):
            raise
        raise ArchitectYamlError("it cannot be read as YAML") from None


def _type(key: Any) -> str | None:
    upper = key.upper() if isinstance(key, str) else ""
    return upper if upper in FLOW_TYPES else None


def _variables(told: Any) -> list[tuple[FlowVariable, Mapping[str, Any]]]:
    found: list[tuple[FlowVariable, Mapping[str, Any]]] = []
    for entry in told if isinstance(told, list) else ():
        for key, given in entry.items() if isinstance(entry, dict) else ():
            shape = _VARIABLE.fullmatch(key) if isinstance(key, str) else None
            if shape is not None and isinstance(given, dict) and isinstance(given.get("name"), str):
                found.append((_variable(shape, given), given))
    return found


def _variable(shape: re.Match[str], given: Mapping[str, Any]) -> FlowVariable:
    return FlowVariable(
        name=given["name"],
        type=_TYPES.get(shape[1].lower(), shape[1]),
        description=_text(given.get("description")) or "",
        collection=shape[2] is not None,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
