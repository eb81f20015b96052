"""Holds a published description against the contract: what changed that matters to a caller, and to the twin.

What is compared: paths and methods, success status, permissions, scopes, error codes with their status, query parameters,
which bodies go and come, and those field by field. What is not: descriptions, examples, order, tags, how wide a number is. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tieline.contract import bodies, limits, operations, paths, schemas, words
from tieline.contract.change import Aspect, Change, Weight
from tieline.contract.departures import weighed
from tieline.contract.diffing_bodies import body_changes, named, reached
from tieline.contract.operation import Operation
from tieline.contract.published import Description, DescriptionFault, Fault, Published, shape


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What a description is held against."""

    operations: Mapping[str, Operation]
    definitions: Mapping[str, Mapping[str, Any]]
    paths: Mapping[str, tuple[str, ...]]
    families: tuple[str, ...]
    flow_types: tuple[str, ...]
    page_size: int


def ours() -> Contract:
    """Give Tieline's own contract."""
    return Contract(
        operations=operations.OPERATIONS,
        definitions=schemas.DEFINITIONS,
        paths=paths.PATHS,
        families=paths.FAMILIES,
        flow_types=words.QUERY_FLOW_TYPES,
        page_size=limits.PAGE_SIZE,
    )


def differences(description: Description, contract: Contract | None = None) -> list[Change]:
    """List every change, what matters first, then in the order of the contract. Raises `DescriptionFault` for a malformed description, and for one of
    another API (none of the operations is in it).
    """
    contract = contract or ours()
    pairs = [(one, description.operation(one.method, one.path)) for one in contract.operations.values()]
    found = [(one, published) for one, published in pairs if published is not None]
    if not any(one.path.startswith(paths.API) for one, _ in found):
        title = f" (its title is `{description.title[:80]}`)" if description.title else ""
        raise DescriptionFault(Fault.ELSEWHERE, f"none of the {len(pairs)} covered operations is in it{title}")
    changes = [*_places(description, contract)]
    for one, published in found:
        changes += _operation(one, published, contract)
    requests = [published.request for _, published in found]
    gone = [one for one, published in pairs if published is None]
    needless = _needs(contract, gone) - _needs(contract, [one for one, _ in found])
    changes += body_changes(description, contract.definitions, requests, needless)
    return sorted((weighed(change) for change in changes), key=lambda change: list(Weight).index(change.weight))


def _needs(contract: Contract, operations: Iterable[Operation]) -> set[str]:
    """Give the definitions that some operations need."""
    known = [bodies.BODIES[one.id] for one in operations if one.id in bodies.BODIES]
    return reached(contract.definitions, [name for one in known for name in (one.request, one.answer)])


def _places(description: Description, contract: Contract) -> Iterator[Change]:
    """Compare paths and methods: those of the contract, and those new beside them that no family covers."""
    known = {path: set(methods) for path, methods in contract.paths.items()}
    for one in contract.operations.values():
        known.setdefault(one.path, set()).add(one.method)
    for path, methods in known.items():
        published = set(description.methods(path))
        if not published:
            yield _gone(path, Aspect.PATH, path)
            continue
        yield from named(path, Aspect.METHOD, methods, published)
    shapes = {shape(path) for path in known}
    for path in sorted(set(description.paths)):
        if shape(path) not in shapes and _beside(path, known) and not _below_any(path, contract.families):
            yield _new(path, Aspect.PATH, path)


def _beside(path: str, known: Iterable[str]) -> bool:
    """Whether a path stands below the fixed part of one that is covered."""
    return _below_any(path, {one.partition("/{")[0] for one in known})


def _below_any(path: str, roots: Iterable[str]) -> bool:
    folded = shape(path) + "/"
    return any(folded.startswith(shape(root) + "/") for root in roots)


def _operation(one: Operation, published: Published, contract: Contract) -> Iterator[Change]:
    at = f"{one.method} {one.path}"
    yield from _names(at, one, published)
    if published.deprecated:
        yield _new(at, Aspect.DEPRECATED, "true")
    if published.success:
        yield from named(
            at,
            Aspect.SUCCESS,
            {str(status) for status in (one.success, *one.also)},
            {str(status) for status in published.success},
        )
    yield from named(at, Aspect.PERMISSION, set(one.permissions), published.permissions)
    if len(one.permissions) > 1 and set(one.permissions) == published.permissions and one.mode != published.mode:
        yield Change(at=at, aspect=Aspect.MODE, contract=str(one.mode), published=published.mode)
    yield from named(at, Aspect.SCOPE, set(one.scopes), published.scopes)
    yield from _codes(at, one, published)
    yield from _parameters(at, one, published, contract)
    yield from _bodies(at, one, published)


def _bodies(at: str, one: Operation, published: Published) -> Iterator[Change]:
    known = bodies.BODIES.get(one.id)
    if known is not None and known.request != published.request:
        yield Change(at=at, aspect=Aspect.BODY, contract=known.request or None, published=published.request or None)
    for status, told in sorted(published.answers.items()):
        wanted = _wanted(one, status, told)
        if wanted != told:
            yield Change(at=f"{at} {status}", aspect=Aspect.ANSWER, contract=wanted or None, published=told or None)


def _wanted(one: Operation, status: int, told: str) -> str:
    """Give the body an answer should have; what it has where the contract does not say."""
    if status >= 400:
        return bodies.ERROR if told and one.path.startswith(paths.API) else told
    known = bodies.BODIES.get(one.id)
    return told if known is None or status >= 300 else known.answer


def _names(at: str, one: Operation, published: Published) -> Iterator[Change]:
    for mine, theirs in ((one.id, published.id), (one.path, published.path)):
        if mine != theirs:
            yield Change(at=at, aspect=Aspect.NAME, contract=mine, published=theirs, weight=Weight.HARMLESS)


def _codes(at: str, one: Operation, published: Published) -> Iterator[Change]:
    mine: dict[str, dict[int, str]] = {}
    for error in one.errors:
        mine.setdefault(error.code, {})[error.status] = error.template
    for code in sorted(mine.keys() | published.codes.keys()):
        yield from _code(at, code, mine.get(code, {}), published.codes.get(code, {}))


def _code(at: str, code: str, mine: Mapping[int, str], theirs: Mapping[int, str]) -> Iterator[Change]:
    lost, added = sorted(mine.keys() - theirs.keys()), sorted(theirs.keys() - mine.keys())
    if len(lost) == len(added) == 1:
        yield Change(at=at, aspect=Aspect.CODE, contract=f"{lost[0]} {code}", published=f"{added[0]} {code}")
    else:
        yield from (_gone(at, Aspect.CODE, f"{status} {code}") for status in lost)
        yield from (_new(at, Aspect.CODE, f"{status} {code}") for status in added)
    for status in sorted(mine.keys() & theirs.keys()):
        if mine[status] != theirs[status]:
            slots = mine[status].count("%s") != theirs[status].count("%s")
            yield Change(
                at=f"{at} {status} {code}",
                aspect=Aspect.SLOTS if slots else Aspect.WORDING,
                contract=mine[status],
                published=theirs[status],
                weight=Weight.MATTERS if slots else Weight.HARMLESS,
            )


def _parameters(at: str, one: Operation, published: Published, contract: Contract) -> Iterator[Change]:
    query = {parameter.name: parameter for parameter in published.parameters if parameter.place == "query"}
    yield from named(at, Aspect.QUERY, set(one.query), query.keys())
    for parameter in published.parameters:
        if parameter.required:
            yield _new(at, Aspect.PARAMETER, f"{parameter.name} (required, in {parameter.place})")
    kinds = query.get("type")
    if kinds is not None and shape(one.path) == shape(operations.FLOWS.path) and kinds.value.enum is not None:
        yield from named(f"{at}?type", Aspect.ENUM, set(contract.flow_types), kinds.value.enum)
    size = query.get("pageSize")
    if size is not None and one.method == "GET" and size.default not in {None, str(contract.page_size)}:
        yield Change(at=f"{at}?pageSize", aspect=Aspect.PAGE_SIZE, contract=str(contract.page_size), published=size.default)


def _gone(at: str, aspect: Aspect, what: str) -> Change:
    return Change(at=at, aspect=aspect, contract=what, published=None)


def _new(at: str, aspect: Aspect, what: str) -> Change:
    return Change(at=at, aspect=aspect, contract=None, published=what)
