"""Holds the routes against the flows that are known: a flow there is not, an input it has not got, a constant it does not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tieline.config.build import route_options
from tieline.config.document import Document, Place
from tieline.domain.finding import Finding, pointer
from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest
from tieline.flowbook.find import find_flow
from tieline.flowbook.port import FlowBook
from tieline.preflight.compile import check
from tieline.routing.coerce import coerce
from tieline.routing.options import Constant, RouteOptions

_OF_NAMES = frozenset({"TL220", "TL221", "TL223"})
"""Findings about an input's name; those about its value cannot be told of an expression before there is an event."""
_SETTINGS = {"/flow": "/flow", "/flowId": "/flow_id", "/flowVersion": "/flow_version"}


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """A finding about a route's flow or inputs, and its place in the file."""

    at: str
    place: Place
    finding: Finding


def misfits(document: Document, books: Mapping[str, FlowBook], default_environment: str) -> tuple[Misfit, ...]:
    """Give every finding about the routes of a sound document. A flow that is not in a book counts only where the book is complete."""
    routes = document.value.get("routes", ())
    found = [
        _misfit(document, index, finding)
        for index, given in enumerate(routes)
        for finding in _findings(route_options(given), books, default_environment)
    ]
    return tuple(sorted(found, key=lambda misfit: (misfit.place.line, misfit.place.column)))


def _findings(route: RouteOptions, books: Mapping[str, FlowBook], default_environment: str) -> Iterator[Finding]:
    book = books.get(route.environment or default_environment)
    if book is None:
        return
    inputs: dict[str, Json] = {name: made.value if isinstance(made, Constant) else None for name, made in route.inputs.items()}
    request = FlowExecutionRequest(flow_id=route.flow_id, flow=route.flow, flow_version=route.flow_version, inputs=inputs)
    flow = find_flow(book, request)
    if isinstance(flow, Finding):
        if book.complete:
            yield flow
        return
    if flow is None:
        return
    if flow.input_schema is not None:
        request = msgspec.structs.replace(request, inputs=coerce(inputs, flow.input_schema))
    unknown = {f"/inputs{pointer(name)}" for name, made in route.inputs.items() if not isinstance(made, Constant)}
    yield from (one for one in check(request, flow).findings if one.at not in unknown or one.code in _OF_NAMES)


def _misfit(document: Document, index: int, finding: Finding) -> Misfit:
    at = f"/routes/{index}{_SETTINGS.get(finding.at, finding.at)}"
    key = f"{at}#key"
    place = document.places.get(key) if finding.code in _OF_NAMES else None
    return Misfit(at=at, place=place or document.place(at), finding=finding)
