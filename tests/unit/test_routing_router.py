"""Routes: which one takes an event, and what it makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from tieline.domain.event import Event
from tieline.domain.launch import Initiator
from tieline.routing.coerce import coerce
from tieline.routing.options import Constant, RouteOptions
from tieline.routing.router import Routed, Unrouted, compile_routes, compile_with_faults

EVENT = Event(
    id="1",
    source="shop",
    type="sold.online",
    subject="s",
    time="t",
    data={"n": 3, "who": {"id": "u"}, "tags": ["a"]},
    extensions={"tenant": "x"},
)


def route(**more: Any) -> RouteOptions:
    return RouteOptions(**{"name": "r", "flow": "F", **more})


def made(*routes: RouteOptions, event: Event = EVENT) -> Routed:
    answer = compile_routes(routes).route(event)
    assert isinstance(answer, Routed), answer
    return answer


@pytest.mark.parametrize(
    ("match", "taken"),
    [
        ({}, True),
        ({"sources": ("shop",)}, True),
        ({"sources": ("store", "shop")}, True),
        ({"sources": ("sho",)}, False),
        ({"types": ("sold.online",)}, True),
        ({"types": ("sold.*",)}, True),
        ({"types": ("sold",)}, False),
        ({"types": ("*",)}, True),
        ({"when": "data.n > `2`"}, True),
        ({"when": "data.n > `3`"}, False),
        ({"when": "tenant == 'x' && source == 'shop'"}, True),
        ({"when": "data.missing"}, False),
        ({"sources": ("shop",), "types": ("lost",)}, False),
    ],
)
def test_a_route_takes_what_matches_all_of_it(match: dict[str, Any], taken: bool) -> None:
    assert isinstance(compile_routes([route(**match)]).route(EVENT), Routed if taken else Unrouted)


def test_the_first_route_that_matches_takes_the_event() -> None:
    assert made(route(name="a", types=("lost",)), route(name="b", types=("sold.*",)), route(name="c")).route == "b"


def test_no_route_is_a_finding_that_names_the_event_and_the_routes() -> None:
    answer = compile_routes([route(name="a", sources=("x",))]).route(EVENT)
    assert isinstance(answer, Unrouted)
    [finding] = answer.findings
    assert (finding.code, finding.metadata) == ("TL250", {"source": "shop", "type": "sold.online", "routes": "a"})


def test_every_field_is_made_from_the_event() -> None:
    options = route(
        inputs={"n": "data.n", "fixed": Constant(value=["x"]), "none": "data.missing", "$": "$.data.who.id"},
        initiator_id="data.who.id",
        initiator_type="user",
        label="join('-', [source, id])",
        request_id="id",
        ordering_key="data.n",
        priority="data.n",
        expire_after_ms=5,
        follow_ms=6,
        environment="dev",
        flow_version="2.0",
    )
    answer = made(options)
    assert answer.request.inputs == {"n": 3, "fixed": ["x"], "$": "u"}
    assert answer.request.initiator == Initiator(id="u", type="user")
    assert (answer.request.name, answer.request.flow, answer.request.flow_version) == ("shop-1", "F", "2.0")
    assert (answer.request_id, answer.ordering_key, answer.priority, answer.environment) == ("1", "3", 3, "dev")
    assert (answer.expire_after_ms, answer.follow_ms, answer.findings) == (5, 6, ())


@pytest.mark.parametrize(
    ("field", "code", "at"),
    [
        ({"inputs": {"a": "to_number(data.who) || length(data.n)"}}, "TL251", "/inputs/a"),
        ({"when": "length(data.n)"}, "TL251", "setting:match.when"),
        ({"label": "data.who"}, "TL253", "/name"),
        ({"ordering_key": "data.tags"}, "TL253", "setting:ordering_key"),
        ({"priority": "data.who.id"}, "TL253", "setting:priority"),
    ],
)
def test_an_expression_that_fails_is_a_finding_and_the_event_is_kept(field: dict[str, Any], code: str, at: str) -> None:
    assert [(finding.code, finding.at) for finding in made(route(**field)).findings] == [(code, at)]


def test_every_fault_of_the_routes_is_named_at_its_place() -> None:
    options = [
        route(inputs={"a": "data.[", "b": "nope(@)"}, when="data ||"),
        route(),
        route(name="s", inputs={"x": "id", "Flow.x": "id"}),
    ]
    _, faults = compile_with_faults(options)
    assert {(fault.problem.code, fault.at) for fault in faults} == {
        ("TL520", "/routes/0/inputs/a"),
        ("TL521", "/routes/0/inputs/b"),
        ("TL520", "/routes/0/match/when"),
        ("TL525", "/routes/1/route"),
        ("TL528", "/routes/2/inputs/Flow.x"),
        ("TL529", "/routes/2"),
    }


@pytest.mark.parametrize("flow", [{"flow": None}, {"flow_id": "1"}])
def test_a_route_names_one_flow(flow: dict[str, Any]) -> None:
    _, faults = compile_with_faults([route(**flow)])
    assert [(fault.problem.code, fault.at) for fault in faults] == [("TL526", "/routes/0")]


@pytest.mark.parametrize(
    ("field", "at"),
    [
        ({"priority": Constant(value=10)}, "priority"),
        ({"priority": Constant(value="5")}, "priority"),
        ({"label": Constant(value=[])}, "name"),
    ],
)
def test_a_routes_constant_is_checked(field: dict[str, Any], at: str) -> None:
    _, faults = compile_with_faults([route(**field)])
    assert [(fault.problem.code, fault.at) for fault in faults] == [("TL527", f"/routes/0/{at}")]


def test_values_become_what_the_flow_takes_where_nothing_is_lost() -> None:
    text = {"$ref": "#/definitions/archString"}
    schema = {
        "properties": {
            "Flow.s": text,
            "Flow.l": {"type": "array", "items": text},
            "Flow.i": {"$ref": "#/definitions/archInteger"},
        }
    }
    given = {"s": 1, "Flow.l": [1, "a", True], "i": "7", "other": 1.5}
    assert coerce(given, schema) == {"s": "1", "Flow.l": ["1", "a", "true"], "i": "7", "other": 1.5}
    assert coerce({"s": {"a": 1}, "l": "a"}, schema) == {"s": {"a": 1}, "l": "a"}
    assert coerce({"s": 1}, None) == {"s": 1}
