"""Listings: the filters of GET /flows, sorting, and pages with the links of FlowEntityListing.

Where `id` is given no other filter is looked at (official). `name`, `description` and `nameOrDescription` forgive case, and `*` in them
stands for any text. No flow of the twin is locked, secure or a virtual agent, and the filters say so. What an operation does not
take is not looked at. Links are relative, as `selfUri` is in recorded answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from tieline.contract.limits import PAGE_SIZE
from tieline.contract.operation import Operation
from tieline.contract.words import QUERY_FLOW_TYPES
from tieline.twin.flows import DIVISION, TwinFlow
from tieline.twin.options import Strictness
from tieline.twin.reading import Refused
from tieline.twin.refusal import Refusal, shown
from tieline.twin.state import State
from tieline.twin.times import milliseconds

Item = TypeVar("Item")
SORTS: Mapping[str, Callable[[TwinFlow], str]] = {
    "id": lambda flow: flow.id,
    "name": lambda flow: flow.name.casefold(),
    "type": lambda flow: flow.type,
}
ORDERS = ("asc", "desc", "ascending", "descending")
NUMBER_MAX = 2**31 - 1
FIELDS_MAX = 500


class Query:
    """The query of one request, read strictly: each reader raises `Refused` (400) for a value that is not allowed."""

    def __init__(self, operation: Operation, text: bytes) -> None:
        """Read the query string."""
        self.operation = operation
        try:
            told = parse_qs(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
        except ValueError as error:
            raise Refused(Refusal(error=operation.error("bad.request"))) from error
        self.values = {name: values for name, values in told.items() if name in operation.query}

    def number(self, name: str, default: int, largest: int = NUMBER_MAX) -> int:
        """Read a whole number from 1 on."""
        text = self.word(name)
        if text is None:
            return default
        if not re.fullmatch("[0-9]{1,10}", text, re.ASCII) or not 1 <= int(text) <= largest:
            raise self.refuse(name, text, f"1 to {largest}")
        return int(text)

    def flag(self, name: str) -> bool:
        """Read true or false; false when left out."""
        return self.choice(name, "false", ("true", "false")) == "true"

    def choice(self, name: str, default: str, allowed: Iterable[str]) -> str:
        """Read one of some words, case forgiven."""
        text = self.word(name)
        if text is None:
            return default
        found = next((word for word in allowed if word.lower() == text.lower()), None)
        if found is None:
            raise self.refuse(name, text, ", ".join(allowed))
        return found

    def word(self, name: str) -> str | None:
        """Read a text, the last when given more than once."""
        return self.values[name][-1] if name in self.values else None

    def words(self, name: str) -> list[str]:
        """Read a parameter that may be given several times, or once with commas."""
        return [part for value in self.values.get(name, []) for part in value.split(",") if part]

    def refused(self, code: str, field: str) -> Refused:
        """Make a refusal of the operation's own."""
        return Refused(Refusal(error=self.operation.error(code), field=field))

    def time(self, name: str) -> int | None:
        """Read a time (ISO-8601) as milliseconds since the epoch; None when it is left out."""
        text = self.word(name)
        made = None if text is None else milliseconds(text)
        if text is not None and made is None:
            raise self.refused("invalid.date", name)
        return made

    def refuse(self, name: str, value: str, allowed: str) -> Refused:
        """Make the refusal of one parameter."""
        params = {"value": shown(value), "parameter": name, "allowed": allowed}
        return Refused(Refusal(error=self.operation.error("invalid.query.param.value"), params=params, field=name))


def list_flows(flows: Iterable[TwinFlow], query: Query, state: State, show: Callable[[TwinFlow], Any]) -> dict[str, Any]:
    """Answer GET /flows, and its small form."""
    found = list(filter(_wanting(query, state), flows))
    key = SORTS[query.choice("sortBy", "id", SORTS)]
    found.sort(key=key, reverse=query.choice("sortOrder", "asc", ORDERS).startswith("desc"))
    return page(found, show, query, path=query.operation.path, strict=state.options.strict)


def _wanting(query: Query, state: State) -> Callable[[TwinFlow], bool]:
    """Read the filters, once; gives what tells whether a flow passes them."""
    types = {name.lower() for name in query.words("type")}
    if not types.issubset(QUERY_FLOW_TYPES):
        raise query.refused("architect.invalid.flow.type", "type")
    divisions = frozenset(query.words("divisionId"))
    if divisions - {flow.division_id for flow in state.flows.values()} - {DIVISION["id"]}:
        raise query.refused("architect.division.invalid", "divisionId")
    after, before = query.time("publishedAfter"), query.time("publishedBefore")
    deleted, published = query.flag("deleted"), query.word("publishVersionId")
    none = (
        any(query.word(name) for name in ("lockedBy", "lockedByClientId"))
        or query.choice("secure", "", ("any", "checkedin", "published")) != ""
        or query.flag("virtualAgentEnabled")
    )
    if ids := query.words("id"):
        return lambda flow: flow.id in ids
    return lambda flow: (
        not none
        and (after is None or (flow.published and flow.made > after))
        and (before is None or (flow.published and flow.made < before))
        and (not published or (flow.published and flow.versions[-1] == published))
        and flow.deleted == deleted
        and (not types or flow.type.lower() in types)
        and (not divisions or flow.division_id in divisions)
        and _named(flow, query)
    )


def _named(flow: TwinFlow, query: Query) -> bool:
    described = flow.seed.description or ""
    return (
        _matches(query.word("name"), flow.name)
        and _matches(query.word("description"), described)
        and _matches(query.word("nameOrDescription"), flow.name, described)
    )


def _matches(pattern: str | None, *texts: str) -> bool:
    if not pattern:
        return True
    parts = [part.casefold() for part in pattern.split("*")]
    return any(_has_in_order(parts, text.casefold()) for text in texts)


def _has_in_order(parts: Sequence[str], text: str) -> bool:
    """Whether the text begins with the first part, ends with the last, and has the others between them in order."""
    if len(parts) == 1:
        return text == parts[0]
    if not (text.startswith(parts[0]) and text.endswith(parts[-1]) and len(text) >= len(parts[0]) + len(parts[-1])):
        return False
    rest = text[len(parts[0]) : len(text) - len(parts[-1])]
    for part in parts[1:-1]:
        at = rest.find(part)
        if at < 0:
            return False
        rest = rest[at + len(part) :]
    return True


def page(found: Sequence[Item], show: Callable[[Item], Any], query: Query, *, path: str, strict: Strictness) -> dict[str, Any]:
    """Give one page of what was found, with links to the others."""
    size = query.number("pageSize", PAGE_SIZE, strict.page_size_max)
    number = query.number("pageNumber", 1)
    count = -(-len(found) // size)
    first, last = (number - 1) * size, number * size

    def link(at: int) -> str:
        asked = {**query.values, "pageSize": [str(size)], "pageNumber": [str(at)]}
        return f"{path}?{urlencode(asked, doseq=True)}"

    listing: dict[str, Any] = {
        "entities": [show(item) for item in found[first:last]],
        "pageSize": size,
        "pageNumber": number,
        "total": len(found),
        "firstUri": link(1),
        "selfUri": link(number),
        "lastUri": link(max(1, count)),
    }
    if 1 < number <= count:
        listing["previousUri"] = link(number - 1)
    if number < count:
        listing["nextUri"] = link(number + 1)
    return listing | {"pageCount": count}
