"""Changes to a published description, each with exactly the difference it makes: every field, every code, every permission."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import msgspec

from tests.support.genesys_description import COVERED, swagger
from tieline.contract.bodies import BODIES
from tieline.contract.change import Aspect
from tieline.contract.departures import DEPARTURES
from tieline.contract.operation import Operation

Document: TypeAlias = dict[str, Any]
Edit: TypeAlias = Callable[[Document], object]
Said: TypeAlias = tuple[str, Aspect, str | None, str | None]
SOUND = swagger()


class Mutation(NamedTuple):
    """One change: its name, what it touches (`whole`: takes all of it away), how it is made, and the differences it makes."""

    name: str
    target: str
    change: Callable[[Document], None]
    expected: set[Said]
    whole: bool = False


def copied(document: Document) -> Document:
    """Copy a document, all of it."""
    same: Document = msgspec.json.decode(msgspec.json.encode(document))
    return same


def _definitions() -> Iterator[Mutation]:
    for name, schema in SOUND["definitions"].items():
        for one in schema.get("properties", ()):
            yield from _field(name, one)
        yield _field_added(name)
        # Newer than the newest description anyone has: that it is missing there is a known departure.
        gone: set[Said] = set() if name == "RegisterArchitectJobRequest" else {(name, Aspect.DEFINITION, name, None)}
        yield Mutation(f"{name} gone", name, lambda it, name=name: _drop_key(it["definitions"], name), gone, whole=True)  # type: ignore[misc]


def _field_added(name: str) -> Mutation:
    at = f"{name}.brandNew"
    known = name == "User"
    expected: set[Said] = set() if known else {(at, Aspect.FIELD, None, "brandNew")}
    return _at(
        name, "brandNew", "added", lambda it: it.setdefault("properties", {}).update(brandNew={"type": "string"}), expected
    )


def _field(name: str, one: str) -> Iterator[Mutation]:
    at, schema = f"{name}.{one}", SOUND["definitions"][name]["properties"][one]
    needed = one in SOUND["definitions"][name].get("required", ())
    if not any(row.at == at and row.aspect is Aspect.FIELD for row in DEPARTURES):
        yield _at(name, one, "gone", lambda it: _drop(it, one), {(at, Aspect.FIELD, one, None)})
    flipped: Said = (at, Aspect.REQUIRED, one, None) if needed else (at, Aspect.REQUIRED, None, one)
    yield _at(name, one, "required", lambda it: _flip(it, one), {flipped})
    if name in {bodies.request for bodies in BODIES.values()}:
        locked: Said = (at, Aspect.READ_ONLY, "may be sent", "read only")
        yield _at(name, one, "read only", lambda it: it["properties"][one].update(readOnly=True), {locked})
    if schema.get("type") == "string":
        yield from _text(name, one, schema)


def _text(name: str, one: str, schema: Document) -> Iterator[Mutation]:
    at = f"{name}.{one}"
    if "enum" in schema:
        first = schema["enum"][0]
        yield _at(
            name, one, "new value", lambda it: it["properties"][one]["enum"].append("NEWER"), {(at, Aspect.ENUM, None, "NEWER")}
        )
        yield _at(
            name, one, "lost value", lambda it: it["properties"][one]["enum"].remove(first), {(at, Aspect.ENUM, first, None)}
        )
        return
    if not any(row.at == at and row.aspect is Aspect.ENUM for row in DEPARTURES):
        chosen: set[Said] = {(at, Aspect.ENUM, "any value", "A | B")}
        yield _at(name, one, "enum", lambda it: it["properties"][one].update(enum=["A", "B"]), chosen)
    number: set[Said] = {(at, Aspect.TYPE, "string", "integer")}
    yield _at(name, one, "type", lambda it: it["properties"].update({one: {"type": "integer"}}), number)
    if schema.get("format") != "date-time":
        timed: set[Said] = {(at, Aspect.FORMAT, "plain", "date-time")}
        yield _at(name, one, "format", lambda it: it["properties"][one].update(format="date-time"), timed)


def _at(name: str, one: str, word: str, change: Edit, expected: set[Said]) -> Mutation:
    return Mutation(f"{name}.{one} {word}", f"{name}.{one}", lambda it: _done(change(it["definitions"][name])), expected)


def _done(_: object) -> None:
    return None


def _drop(schema: Document, one: str) -> None:
    schema["properties"].pop(one)
    if one in schema.get("required", ()):
        schema["required"].remove(one)


def _drop_key(part: Document, name: str) -> None:
    part.pop(name)


def _flip(schema: Document, one: str) -> None:
    needed = schema.setdefault("required", [])
    if one in needed:
        needed.remove(one)
    else:
        needed.append(one)


def _operations() -> Iterator[Mutation]:
    for one in COVERED:
        at = f"{one.method} {one.path}"
        for word, change, aspect, here, there in (*_additions(), *_losses(one)):
            place = f"{at} 418" if aspect is Aspect.ANSWER else at
            yield Mutation(f"{at} {word}", at, _inside(one, change), {(place, aspect, here, there)})


def _inside(one: Operation, change: Edit) -> Callable[[Document], None]:
    return lambda document: _done(change(document["paths"][one.path][one.method.lower()]))


Row: TypeAlias = tuple[str, Edit, Aspect, str | None, str | None]


def _additions() -> Iterator[Row]:
    yield "deprecated", lambda it: it.update(deprecated=True), Aspect.DEPRECATED, None, "true"
    yield "new scope", lambda it: it["security"].append({"PureCloud OAuth": ["new:scope"]}), Aspect.SCOPE, None, "new:scope"
    yield "new permission", lambda it: _needs(it).append("new:thing:view"), Aspect.PERMISSION, None, "new:thing:view"
    yield "new code", lambda it: _codes(it, 400).update({"new.code": "x"}), Aspect.CODE, None, "400 new.code"
    yield "new status", lambda it: it["responses"].update({"299": _good(it)}), Aspect.SUCCESS, None, "299"
    yield "new query", lambda it: it["parameters"].append({"in": "query", "name": "fresh"}), Aspect.QUERY, None, "fresh"
    other = {"$ref": "#/definitions/OtherBody"}
    yield "other refusal", lambda it: it["responses"].update({"418": {"schema": other}}), Aspect.ANSWER, "ErrorBody", "OtherBody"
    header = {"in": "header", "name": "If-Match", "required": True}
    yield "new header", lambda it: it["parameters"].append(header), Aspect.PARAMETER, None, "If-Match (required, in header)"


def _losses(one: Operation) -> Iterator[Row]:
    for error in one.errors:
        status, code = error.status, error.code
        was = f"{status} {code}"
        yield f"without {was}", lambda it, s=status, c=code: _codes(it, s).pop(c), Aspect.CODE, was, None  # type: ignore[misc]
        if one.id == "postFlowsExecutions":
            yield f"moved {was}", lambda it, s=status, c=code: _move(it, s, c), Aspect.CODE, was, f"422 {code}"  # type: ignore[misc]
    for permission in one.permissions:
        yield f"without {permission}", lambda it, p=permission: _needs(it).remove(p), Aspect.PERMISSION, permission, None  # type: ignore[misc]
    for scope in one.scopes:
        yield f"without {scope}", lambda it, s=scope: it["security"][0]["PureCloud OAuth"].remove(s), Aspect.SCOPE, scope, None  # type: ignore[misc]
    for name in one.query:
        yield f"without ?{name}", lambda it, n=name: _unask(it, n), Aspect.QUERY, name, None  # type: ignore[misc]


def _good(told: Document) -> Document:
    found: Document = next(answer for status, answer in told["responses"].items() if status.startswith("2"))
    return found


def _codes(told: Document, status: int) -> Document:
    found: Document = told["responses"].setdefault(str(status), {}).setdefault("x-inin-error-codes", {})
    return found


def _move(told: Document, status: int, code: str) -> None:
    _codes(told, 422)[code] = _codes(told, status).pop(code)


def _needs(told: Document) -> list[str]:
    found: list[str] = told.setdefault("x-inin-requires-permissions", {"type": "ANY", "permissions": []})["permissions"]
    return found


def _unask(told: Document, name: str) -> None:
    told["parameters"] = [one for one in told["parameters"] if one["name"] != name]


MUTATIONS: tuple[Mutation, ...] = (*_definitions(), *_operations())
"""Every mutation, each of which makes its differences and no other."""
