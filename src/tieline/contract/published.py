"""Reads a published API description: Swagger 2.0 or OpenAPI 3, 20 MB and more, in the form Genesys gives it.

The text is taken apart only as far as it is asked for: what is not covered stays bytes (`msgspec.Raw`), so that time and
memory follow the size of the file and little more. Pure; a fault is raised as `DescriptionFault`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from tieline.contract.normal import Body, Field, body, field

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_HOPS = 8


class Fault(Enum):
    """What can be wrong with a description."""

    NOT_JSON = "not JSON"
    TRUNCATED = "cut off"
    UNKNOWN = "no API description"
    MALFORMED = "malformed"
    ELSEWHERE = "another API"


class DescriptionFault(ValueError):
    """A description that cannot be used: which fault, and what exactly, in words for people."""

    def __init__(self, fault: Fault, says: str) -> None:
        """Take the fault and its words."""
        super().__init__(says)
        self.fault, self.says = fault, says


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter outside the body. `default` is None where none is said."""

    name: str
    place: str
    required: bool
    default: str | None
    value: Field


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One published operation. `success` are its 2xx statuses, `codes` the error codes with the text of each status they come
    with; `request` is the type of the body in words, `answers` that of each status; "" where there is none.
    """

    id: str
    method: str
    path: str
    deprecated: bool
    permissions: frozenset[str]
    mode: str
    scopes: frozenset[str]
    success: frozenset[int]
    codes: Mapping[str, Mapping[int, str]]
    parameters: tuple[Parameter, ...]
    request: str
    answers: Mapping[int, str]


class _Place(NamedTuple):
    path: str
    item: msgspec.Raw
    operation: msgspec.Raw


class _Info(msgspec.Struct, frozen=True):
    title: Any = ""
    version: Any = ""


class _Server(msgspec.Struct, frozen=True):
    url: str = ""


class _Components(msgspec.Struct, frozen=True):
    schemas: dict[str, msgspec.Raw] = {}
    parameters: dict[str, msgspec.Raw] = {}
    responses: dict[str, msgspec.Raw] = {}
    requestBodies: dict[str, msgspec.Raw] = {}


class _Document(msgspec.Struct, frozen=True):
    swagger: Any = None
    openapi: Any = None
    info: _Info = _Info()
    basePath: str | None = None
    servers: list[_Server] = []
    paths: dict[str, msgspec.Raw] | None = None
    definitions: dict[str, msgspec.Raw] = {}
    parameters: dict[str, msgspec.Raw] = {}
    responses: dict[str, msgspec.Raw] = {}
    components: _Components = _Components()
    security: list[dict[str, list[str]]] = []


class _Needs(msgspec.Struct, frozen=True):
    type: str = "ANY"
    permissions: list[str] = []


class _Operation(msgspec.Struct, frozen=True):
    operationId: str = ""
    deprecated: bool = False
    parameters: list[dict[str, Any]] = []
    requestBody: dict[str, Any] | None = None
    responses: dict[str, dict[str, Any]] = {}
    security: list[dict[str, list[str]]] | None = None
    needs: _Needs | None = msgspec.field(default=None, name="x-inin-requires-permissions")


def shape(path: str) -> str:
    """Give a path template without the names of what varies: two templates of one shape are the same path."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") or "/"


def read(data: bytes) -> Description:
    """Read a description. Raises `DescriptionFault`."""
    text = _plain(data)
    try:
        parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _unreadable(fault, text) from None
    if not {"swagger", "openapi"} & parts.keys():
        raise DescriptionFault(Fault.UNKNOWN, "it has neither `swagger` nor `openapi`")
    document: _Document = _decoded(msgspec.Raw(text), _Document, "the document")
    version = document.swagger or document.openapi
    if not isinstance(version, str) or not version.startswith(("2.", "3.")) or document.paths is None:
        raise DescriptionFault(Fault.UNKNOWN, _what_lacks(document, version))
    return Description(document, version)


class Description:
    """A published description, read where it is asked. Its methods raise `DescriptionFault` (malformed)."""

    def __init__(self, document: _Document, version: str) -> None:
        """Take the document apart into paths and definitions, and no further."""
        self.title, self.version = str(document.info.title or ""), str(document.info.version or "")
        self.form = f"{'Swagger' if document.swagger else 'OpenAPI'} {version}"
        self._document = document
        parts = document.components
        self._definitions = {**document.definitions, **parts.schemas}
        self._parts = {
            "parameters": {**document.parameters, **parts.parameters},
            "responses": {**document.responses, **parts.responses},
            "requestBodies": parts.requestBodies,
        }
        base = _base(document)
        self._paths: dict[str, list[tuple[str, msgspec.Raw]]] = {}
        for path, raw in (document.paths or {}).items():
            self._paths.setdefault(shape(base + path), []).append((base + path, raw))
        self._items: dict[str, dict[str, _Place]] = {}

    @property
    def paths(self) -> Iterable[str]:
        """Every published path template."""
        return [path for alike in self._paths.values() for path, _ in alike]

    @property
    def definitions(self) -> Iterable[str]:
        """The name of every published definition."""
        return self._definitions.keys()

    def methods(self, path: str) -> Iterable[str]:
        """Give the methods of a path, in upper case; none where the path is not published."""
        return self._item(path).keys()

    def operation(self, method: str, path: str) -> Published | None:
        """Read one operation; None where it is not published."""
        found = self._item(path).get(method)
        if found is None:
            return None
        own, item, raw = found.path, found.item, found.operation
        place = f"paths/{own}/{method.lower()}"
        told: _Operation = _decoded(raw, _Operation, place)
        needs = told.needs or _Needs()
        answers = {status: self._resolved(one, f"{place}/responses/{status}") for status, one in told.responses.items()}
        parameters = [self._parameter(one, f"{place}/parameters") for one in [*_common(item, own), *told.parameters]]
        security = self._document.security if told.security is None else told.security
        return Published(
            id=told.operationId,
            method=method,
            path=own,
            deprecated=told.deprecated,
            permissions=frozenset(needs.permissions),
            mode=needs.type,
            scopes=frozenset(scope for one in security for scopes in one.values() for scope in scopes),
            success=frozenset(int(status) for status in answers if re.fullmatch(r"2\d\d", status)),
            codes=_codes(answers),
            parameters=tuple(_parameter(one) for one in parameters if one.get("in") in {"query", "header"}),
            request=self._request(told, parameters, place),
            answers={int(status): _content(one) for status, one in answers.items() if re.fullmatch(r"\d{3}", status)},
        )

    def body(self, name: str) -> Body | None:
        """Read one definition; None where it is not published."""
        raw = self._definitions.get(name)
        return None if raw is None else body(_decoded(raw, dict[str, Any], f"definitions/{name}"))

    def _item(self, path: str) -> dict[str, _Place]:
        """Give what stands at a path, by method; templates of one shape may share it (three do, in 2025)."""
        key = shape(path)
        if key not in self._items:
            found = self._items[key] = {}
            for own, item in self._paths.get(key, ()):
                parts: dict[str, msgspec.Raw] = _decoded(item, dict[str, msgspec.Raw], f"paths/{own}")
                found.update({name.upper(): _Place(own, item, raw) for name, raw in parts.items() if name in _METHODS})
        return self._items[key]

    def _request(self, told: _Operation, parameters: list[dict[str, Any]], place: str) -> str:
        given = next((one for one in parameters if one.get("in") == "body"), None)
        if given is not None:
            return field(given.get("schema")).type
        return _content(self._resolved(told.requestBody, place)) if told.requestBody else ""

    def _parameter(self, part: dict[str, Any], place: str) -> dict[str, Any]:
        found = self._resolved(part, place)
        if not isinstance(found.get("name"), str) or not isinstance(found.get("in"), str):
            raise DescriptionFault(Fault.MALFORMED, f"at `{place}`: a parameter without `name` or `in`")
        return found

    def _resolved(self, part: dict[str, Any], place: str) -> dict[str, Any]:
        """Follow `$ref` to a shared parameter, response or request body."""
        for _ in range(_HOPS):
            target = part.get("$ref")
            if not isinstance(target, str):
                return part
            kind, _, name = target.rpartition("/")
            raw = self._parts.get(kind.rpartition("/")[2], {}).get(name)
            if raw is None:
                raise DescriptionFault(Fault.MALFORMED, f"`{place}` refers to `{target}`, which is not there")
            part = _decoded(raw, dict[str, Any], target)
        raise DescriptionFault(Fault.MALFORMED, f"`{place}` refers in a circle")


def _plain(data: bytes) -> bytes:
    """Give the text as UTF-8 without a byte order mark; what PowerShell saves is UTF-16."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return data.decode("utf-16").encode()
        except UnicodeDecodeError as fault:
            raise DescriptionFault(Fault.TRUNCATED, f"UTF-16 that breaks off: {fault.reason}") from None
    return data.removeprefix(b"\xef\xbb\xbf")


def _unreadable(fault: Exception, text: bytes) -> DescriptionFault:
    said = str(fault)
    if isinstance(fault, msgspec.ValidationError):
        return DescriptionFault(Fault.UNKNOWN, "it is JSON, but no object")
    if isinstance(fault, RecursionError):
        return DescriptionFault(Fault.MALFORMED, "it is nested too deeply")
    if not text.strip():
        return DescriptionFault(Fault.TRUNCATED, "it is empty")
    if "truncated" in said:
        return DescriptionFault(Fault.TRUNCATED, f"it breaks off after {len(text)} bytes, inside the JSON")
    return DescriptionFault(Fault.NOT_JSON, _guess(text) or said[0].lower() + said[1:])


def _guess(text: bytes) -> str | None:
    start = text.lstrip()[:40].lower()
    if text[:2] == b"\x1f\x8b":
        return "it is compressed with gzip; unpack it first"
    if text[:2] == b"PK":
        return "it is a zip archive; unpack it first"
    if start.startswith(b"<"):
        return "it is a page of HTML or XML, maybe the answer of a proxy"
    if re.match(rb"(---|swagger:|openapi:|#)", start):
        return "it is YAML; the description is published as JSON"
    return None


def _what_lacks(document: _Document, version: Any) -> str:
    if document.paths is None:
        return "it has no `paths`"
    return f"its version is `{str(version)[:20]}`; 2.0 and 3.x are known"


def _base(document: _Document) -> str:
    if document.basePath:
        return document.basePath.rstrip("/")
    address = document.servers[0].url if document.servers else ""
    return re.sub(r"^(?:[a-z]+:)?//[^/]*", "", address).rstrip("/")


def _decoded(raw: msgspec.Raw, kind: Any, place: str) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        said = str(fault)
        raise DescriptionFault(Fault.MALFORMED, f"at `{place}`: {said[0].lower() + said[1:]}") from None


class _Item(msgspec.Struct, frozen=True):
    parameters: list[dict[str, Any]] = []


def _common(item: msgspec.Raw, path: str) -> list[dict[str, Any]]:
    found: _Item = _decoded(item, _Item, f"paths/{path}")
    return found.parameters


def _codes(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[int, str]]:
    codes: dict[str, dict[int, str]] = {}
    for status, answer in answers.items():
        listed = answer.get("x-inin-error-codes")
        if status.isdecimal() and isinstance(listed, dict):
            for code, text in listed.items():
                codes.setdefault(code, {})[int(status)] = str(text)
    return codes


def _parameter(told: Mapping[str, Any]) -> Parameter:
    schema = told["schema"] if isinstance(told.get("schema"), dict) else told
    default = schema.get("default")
    return Parameter(
        name=told["name"],
        place=told["in"],
        required=told.get("required") is True,
        default=None if default is None else str(default),
        value=field(schema),
    )


def _content(told: Mapping[str, Any]) -> str:
    """Give the type in words of an answer's or a request's body; "" where it has none."""
    if "schema" in told:
        return field(told["schema"]).type
    media = told.get("content")
    forms = [one for one in media.values() if isinstance(one, dict) and "schema" in one] if isinstance(media, dict) else []
    return field(forms[0]["schema"]).type if forms else ""
