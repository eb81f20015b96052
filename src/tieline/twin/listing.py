"""Listings: the filters of GET /flows, sorting, and pages with the links of FlowEntityListing.

Filters taken: id (alone), type, name, description and nameOrDescription (case forgiven, `*` stands for any text), deleted,
includeSchemas, divisionId, publishedAfter and publishedBefore. The others are accepted and filter nothing. Links are relative, as `selfUri` is in recorded answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
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

Item = TypeVar("Item")
SORTS: Mapping[str, Callable[[TwinFlow], str]] = {
    "id": lambda flow: flow.id,
    "name": lambda flow: flow.name.casefold(),
    "type": lambda flow: flow.type,
}
NUMBER_MAX = 2**31 - 1
FIELDS_MAX = 500


class Query:
    """The query of one request, read strictly: each reader raises `Refused` (400) for a value that is not allowed."""

    def __init__(self, operation: Operation, text: bytes) -> None:
        """Read the query string."""
        self.operation = operation
        try:
            self.values = parse_qs(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
        except ValueError as error:
            raise Refused(Refusal(error=operation.error("bad.request"))) from error

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
        if text is None:
            return None
        try:
            made = datetime.fromisoformat(text)
        except ValueError:
            raise self.refused("invalid.date", name) from None
        return int((made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp() * 1000)

    def refuse(self, name: str, value: str, allowed: str) -> Refused:
        """Make the refusal of one parameter."""
        params = {"value": shown(value), "parameter": name, "allowed": allowed}
        return Refused(Refusal(error=self.operation.error("invalid.query.param.value"), params=params, field=name))


def list_flows(flows: Iterable[TwinFlow], query: Query, state: State, show: Callable[[TwinFlow], Any]) -> dict[str, Any]:
    """Answer GET /flows, and its small form."""
    divisions = _divisions(query, state)
    found = [flow for flow in flows if _wanted(flow, query) and (not divisions or flow.division_id in divisions)]
    key = SORTS[query.choice("sortBy", "id", SORTS)]
    found.sort(key=key, reverse=query.choice("sortOrder", "asc", ("asc", "desc", "ascending", "descending")).startswith("desc"))
    return page(found, show, query, path=query.operation.path, strict=state.options.strict)


def _divisions(query: Query, state: State) -> frozenset[str]:
    """Read the divisions asked for; one that the org has not got is refused (official code)."""
    asked = frozenset(query.words("divisionId"))
    if unknown := asked - {flow.division_id for flow in state.flows.values()} - {DIVISION["id"]}:
        raise query.refused("architect.division.invalid", sorted(unknown)[0])
    return asked


def _wanted(flow: TwinFlow, query: Query) -> bool:
    types = query.words("type")
    for name in types:
        if name.lower() not in QUERY_FLOW_TYPES:
            raise query.refused("architect.invalid.flow.type", "type")
    if ids := query.words("id"):
        return flow.id in ids
    described = flow.seed.description or ""
    after, before = query.time("publishedAfter"), query.time("publishedBefore")
    return (
        (after is None or (flow.published and flow.made > after))
        and (before is None or (flow.published and flow.made < before))
        and flow.deleted == query.flag("deleted")
        and (not types or flow.type.lower() in {name.lower() for name in types})
        and _matches(query.word("name"), flow.name)
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
