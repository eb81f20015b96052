"""Compares bodies: definition by definition, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from tieline.contract.change import Aspect, Change, Weight
from tieline.contract.normal import Body, Field, body, referred
from tieline.contract.published import Description


def named(at: str, aspect: Aspect, mine: Set[str], theirs: Set[str]) -> Iterator[Change]:
    """Compare two sets of names: a change for each that only one side has."""
    for name in sorted(mine | theirs):
        if name not in theirs or name not in mine:
            yield Change(
                at=at,
                aspect=aspect,
                contract=name if name in mine else None,
                published=name if name in theirs else None,
            )


def body_changes(
    description: Description, definitions: Mapping[str, Mapping[str, Any]], requests: Iterable[str], needless: Set[str]
) -> Iterator[Change]:
    """Compare every definition of the contract. `requests` are the types of the bodies that callers send: what is read-only
    matters there, and in a definition of the contract that says so; in an answer it changes nothing. `needless` are definitions that
    only operations use which are gone: that these are gone with them is no news.
    """
    sent = _sent(description, requests)
    for name, schema in definitions.items():
        published = description.body(name)
        if published is None:
            if name not in needless:
                yield Change(at=name, aspect=Aspect.DEFINITION, contract=name, published=None)
            continue
        mine = body(schema)
        strict = name in sent or any(one.read_only for one in mine.fields.values())
        yield from _body(name, mine, published, strict=strict)


def reached(definitions: Mapping[str, Mapping[str, Any]], roots: Iterable[str]) -> set[str]:
    """Give the definitions of the contract that these types need, themselves among them."""
    found: set[str] = set()
    pending = [referred(one) for one in roots]
    while pending:
        if (name := pending.pop()) not in found and name in definitions:
            found.add(name)
            pending += [referred(field.type) for field in body(definitions[name]).fields.values()]
    return found


def _sent(description: Description, requests: Iterable[str]) -> set[str]:
    found: set[str] = set()
    pending = [referred(one) for one in requests]
    while pending:
        if (name := pending.pop()) not in found and (one := description.body(name)) is not None:
            found.add(name)
            pending += [referred(field.type) for field in one.fields.values()]
    return found


def _body(name: str, mine: Body, theirs: Body, *, strict: bool) -> Iterator[Change]:
    yield from _field(name, mine.whole, theirs.whole, strict=strict)
    for one in [*mine.fields, *(other for other in theirs.fields if other not in mine.fields)]:
        at = f"{name}.{one}"
        here, there = mine.fields.get(one), theirs.fields.get(one)
        if here is not None and there is not None:
            yield from _field(at, here, there, strict=strict)
        elif not _inside(one, theirs.fields if here is None else mine.fields, mine.fields if here is None else theirs.fields):
            yield Change(
                at=at, aspect=Aspect.FIELD, contract=None if here is None else one, published=None if there is None else one
            )
            if here is None and one in theirs.required:
                yield Change(at=at, aspect=Aspect.REQUIRED, contract=None, published=one)
    both = mine.fields.keys() & theirs.fields.keys()
    for one in sorted((mine.required ^ theirs.required) & both):
        yield Change(
            at=f"{name}.{one}",
            aspect=Aspect.REQUIRED,
            contract=one if one in mine.required else None,
            published=one if one in theirs.required else None,
        )


def _inside(name: str, having: Mapping[str, Field], lacking: Mapping[str, Field]) -> bool:
    """Whether a field stands in an object that is itself only on this side, and so is said already."""
    parts = name.split(".")
    outer = (".".join(parts[:count]).removesuffix("[]").removesuffix("{}") for count in range(1, len(parts)))
    return any(one in having and one not in lacking for one in outer)


def _field(at: str, mine: Field, theirs: Field, *, strict: bool) -> Iterator[Change]:
    if mine.type != theirs.type:
        yield Change(at=at, aspect=Aspect.TYPE, contract=mine.type, published=theirs.type)
    else:
        yield from _values(at, mine, theirs)
    if mine.nullable != theirs.nullable:
        yield Change(at=at, aspect=Aspect.NULL, contract=_null(mine), published=_null(theirs))
    if mine.read_only != theirs.read_only:
        yield Change(
            at=at,
            aspect=Aspect.READ_ONLY,
            contract=_writing(mine),
            published=_writing(theirs),
            weight=Weight.MATTERS if strict else Weight.HARMLESS,
        )


def _values(at: str, mine: Field, theirs: Field) -> Iterator[Change]:
    if mine.format != theirs.format:
        yield Change(at=at, aspect=Aspect.FORMAT, contract=mine.format or "plain", published=theirs.format or "plain")
    if mine.enum is not None and theirs.enum is not None:
        yield from named(at, Aspect.ENUM, mine.enum, theirs.enum)
    elif mine.enum != theirs.enum:
        yield Change(at=at, aspect=Aspect.ENUM, contract=_choice(mine), published=_choice(theirs))


def _choice(one: Field) -> str:
    return "any value" if one.enum is None else " | ".join(sorted(one.enum))


def _null(one: Field) -> str:
    return "may be null" if one.nullable else "not null"


def _writing(one: Field) -> str:
    return "read only" if one.read_only else "may be sent"
