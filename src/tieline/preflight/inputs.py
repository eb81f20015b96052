"""Rules on a launch's inputs: names and values against the flow's input schema (draft-07), every fault with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs
import msgspec

from tieline.contract.inputs import PREFIX
from tieline.domain.finding import Finding, find, pointer
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.preflight.fields import kind_of, near, short
from tieline.problems.base import Problem, ProblemError
from tieline.problems.flows import FlowSchemaInvalid
from tieline.problems.preflight import (
    InputGivenTwice,
    InputPrefix,
    InputsNested,
    InputType,
    InputValue,
    MissingInput,
    UnknownInput,
)

_KEPT = 1024
_PREFIXED = len(PREFIX)
_ADDITIONAL = jsonschema_rs.ValidationErrorKind.AdditionalProperties
_REQUIRED = jsonschema_rs.ValidationErrorKind.Required
_ARTICLES = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}


class FlowInputs:
    """A flow's input schema, compiled."""

    __slots__ = ("allowed", "errors", "names", "properties", "schema", "sent", "valid")

    def __init__(self, schema: Json) -> None:
        """Compile the schema. Raises ValueError when it is none."""
        self.schema = schema
        validator = jsonschema_rs.Draft7Validator(schema)
        self.valid: Callable[[Any], bool] = validator.is_valid
        self.errors: Callable[[Any], Iterator[jsonschema_rs.ValidationError]] = validator.iter_errors
        self.properties: Mapping[str, Json] = schema.get("properties", {}) if isinstance(schema, dict) else {}
        self.names = tuple(self.properties)
        self.allowed = ", ".join(f"`{name}`" for name in self.names)
        self.sent = _sent_names(self.names)


_compiled: dict[str, FlowInputs] = {}


def inputs_of(flow: Flow) -> FlowInputs | None:
    """Give the flow's compiled input schema, compiled once for each schema; None when the schema is not known.

    Raises `ProblemError` (TL543) when it is no schema.
    """
    schema = flow.input_schema
    if schema is None:
        return None
    known = _compiled.get(flow.id)
    if known is not None and known.schema is schema:
        return known
    try:
        known = FlowInputs(schema)
    except (ValueError, TypeError, jsonschema_rs.ValidationError) as fault:
        raise ProblemError(FlowSchemaInvalid(flow=flow.name, fault=str(fault).partition("\n")[0][:200])) from None
    if len(_compiled) >= _KEPT:
        _compiled.clear()
    _compiled[flow.id] = known
    return known


def plainly_sent(inputs: Mapping[str, Json], flow: Flow | None) -> dict[str, Json] | None:
    """Give the inputs under the names the cloud knows them by, where one look tells that they are sound, as they nearly always are.

    Each name has to be one of the flow's, with or without its prefix, none given both ways, and the whole as the schema takes it.
    None settles nothing.
    """
    known = _compiled.get(flow.id) if flow is not None else None
    if known is None or flow is None or known.schema is not flow.input_schema:
        return None
    names = known.sent
    try:
        sent = {names[name]: value for name, value in inputs.items()}
    except KeyError:
        return None
    return sent if len(sent) == len(inputs) and known.valid(sent) else None


def _sent_names(names: Iterable[str]) -> dict[str, str]:
    """Give the name that is sent for each way to write one of these."""
    with_prefix = [name for name in names if name[:_PREFIXED] == PREFIX]
    without = {name[_PREFIXED:]: name for name in with_prefix if name[_PREFIXED:][:_PREFIXED] != PREFIX}
    return without | {name: name for name in with_prefix}


def qualified(inputs: Mapping[str, Json]) -> dict[str, Json]:
    """Give the inputs with the prefix that the cloud knows them by."""
    return {name if name[:_PREFIXED] == PREFIX else PREFIX + name: value for name, value in inputs.items()}


def nested_findings(inputs: Mapping[str, Json], at: str, known: FlowInputs | None) -> Iterator[Finding]:
    """Find `{"Flow": {...}}`, which the cloud accepts and then ignores (FORUM-20500)."""
    for name, value in inputs.items():
        if type(value) is not dict:
            continue
        bare = name.removesuffix(".")
        if bare.casefold() == "flow" and isinstance(value, dict) and not (known and name in known.properties):
            inner = ", ".join(f"`{PREFIX}{key}`" for key in list(value)[:8]) or f"`{PREFIX}<name>`"
            yield find(InputsNested(wrapper=short(name), inputs=inner), at + pointer(name))


def twice_findings(inputs: Mapping[str, Json], at: str) -> Iterator[Finding]:
    """Find an input that stands with and without its prefix."""
    for name in inputs:
        if name[:_PREFIXED] != PREFIX and PREFIX + name in inputs:
            yield find(InputGivenTwice(input=short(name), other=PREFIX + short(name)), at + pointer(name))


def schema_findings(
    inputs: Mapping[str, Json], sent: Mapping[str, Json], at: str, flow: Flow, known: FlowInputs
) -> Iterator[Finding]:
    """Say every fault of `inputs` (as written, at the pointer `at`) whose sent form `sent` the schema refuses."""
    written = {PREFIX + name: name for name in inputs if name[:_PREFIXED] != PREFIX} if sent is not inputs else {}
    for error in known.errors(sent):
        yield from _findings(error, at, flow, known, written)


def _findings(
    error: jsonschema_rs.ValidationError, at: str, flow: Flow, known: FlowInputs, written: Mapping[str, str]
) -> Iterator[Finding]:
    path = error.instance_path
    if not path:
        kind = error.kind
        if isinstance(kind, _ADDITIONAL):
            yield from (_unknown(written.get(name, name), at, flow, known) for name in kind.unexpected)
        elif isinstance(kind, _REQUIRED):
            name = str(kind.property)
            yield find(MissingInput(input=name, flow=flow.name), at + pointer(name))
        return
    name = str(path[0])
    inside = path[1:]
    place = at + pointer(written.get(name, name), *inside)
    shown = short(name) + "".join([f"[{part}]" for part in inside]) if inside else short(name)
    yield find(_value_problem(error, shown), place)


def _unknown(name: str, at: str, flow: Flow, known: FlowInputs) -> Finding:
    full = name if name.startswith(PREFIX) else PREFIX + name
    guess = near(full, known.names)
    place = at + pointer(name)
    lacks_prefix = not name.startswith(PREFIX) and name.casefold().startswith(PREFIX.casefold())
    if lacks_prefix and (right := near(PREFIX + name[len(PREFIX) :], known.names)) is not None:
        return find(InputPrefix(input=short(name), nearest=right), place, right)
    return find(UnknownInput(input=short(name), flow=flow.name, allowed=known.allowed, nearest=guess), place, guess)


def _value_problem(error: jsonschema_rs.ValidationError, name: str) -> Problem:
    """Say a value's fault in the words of the schema: what it is, and what the input takes."""
    value: Json = error.instance
    options = _options(error)
    kinds = list(dict.fromkeys(_ARTICLES.get(str(option.get("type")), "another value") for option in options))
    fitting = [option for option in options if _is_of(value, option.get("type"))]
    if not fitting and kinds:
        return InputType(input=name, seen=kind_of(value), allowed=" or ".join(kinds))
    return InputValue(input=name, seen=_size(value), allowed=_bounds(fitting) or error.message.partition("\n")[0][:120])


def _options(error: jsonschema_rs.ValidationError) -> list[dict[str, Any]]:
    kind = error.kind
    match kind:
        case (
            jsonschema_rs.ValidationErrorKind.OneOfNotValid(context=context)
            | jsonschema_rs.ValidationErrorKind.AnyOf(context=context)
        ):
            return [_schema_of(inner) for inners in context for inner in inners[:1]]
        case jsonschema_rs.ValidationErrorKind.Type(types=types):
            return [{"type": one} for one in types]
        case _:
            return [_schema_of(error)]


def _schema_of(error: jsonschema_rs.ValidationError) -> dict[str, Any]:
    """Rebuild what one failed keyword asked for: its name is the last part of its path, its value the kind's."""
    kind = error.kind
    word = str(kind.name)
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
        return {"type": kind.types[0]}
    implied = {"maxLength": "string", "minLength": "string", "pattern": "string", "maxItems": "array", "minItems": "array"}
    value: Json = error.instance
    numeric = "integer" if isinstance(value, int) else "number"
    return {"type": implied.get(word, numeric), word: kind.value}


def _is_of(value: Json, kind: Any) -> bool:
    """Whether a value is of a JSON schema type; 1.0 is an integer there, and true is no number."""
    match kind:
        case "integer":
            return type(value) is int or (type(value) is float and value.is_integer())
        case "number":
            return type(value) in {int, float}
        case str():
            return type(value) is _TYPES.get(kind)
        case list():
            return any(_is_of(value, one) for one in kind)
        case _:
            return False


_TYPES = {"null": type(None), "boolean": bool, "string": str, "array": list, "object": dict}


def _size(value: Json) -> str:
    if isinstance(value, str):
        return f"a string of {len(value)} characters"
    if isinstance(value, list):
        return f"an array of {len(value)} items"
    return f"{value}" if isinstance(value, int | float) else kind_of(value)


_BOUNDS = {
    "maxLength": "at most {} characters long",
    "minLength": "at least {} characters long",
    "maxItems": "at most {} items long",
    "minItems": "at least {} items long",
    "maximum": "at most {}",
    "minimum": "at least {}",
}


def _bounds(options: list[dict[str, Any]]) -> str:
    said = [_BOUNDS[word].format(value) for option in options for word, value in option.items() if word in _BOUNDS]
    return " or ".join(said)


def encoded(value: Json) -> bytes:
    """Write a value as JSON. Raises ValueError when it holds what JSON cannot write."""
    try:
        return msgspec.json.encode(value)
    except (TypeError, RecursionError, OverflowError, UnicodeEncodeError) as fault:
        raise ValueError(str(fault)) from None
