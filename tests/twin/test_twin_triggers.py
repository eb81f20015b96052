"""Triggers made, read, changed under a version, deleted, listed by cursor; the inbound webhook, and the runs that triggers start from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.twin.calls import CALLBACK, DRAFT, IVR, TRIGGER
from tests.twin.conftest import Start
from tests.twin.raw import Caller, Reply
from tieline.twin.options import Rule, Strictness
from tieline.twin.state import WEBHOOK

TRIGGERS = "/api/v2/processautomation/triggers"
EVENTS = f"/api/v2/integrations/webhooks/{WEBHOOK[0]}/events"
LEAN = {name: TRIGGER[name] for name in ("name", "enabled", "topicName", "target")}
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no name": ({"name": None}, "constraint.validation", "name"),
    "no target": ({"target": None}, "constraint.validation", "target"),
    "a target that is no workflow": ({"target": {"type": "Bot", "id": "x"}}, "invalid.value", "target.type"),
    "enabled in words": ({"enabled": "yes"}, "invalid.value", "enabled"),
    "another data format": ({"target": {"workflowTargetSettings": {"dataFormat": "Xml"}}}, "invalid.value", "dataFormat"),
    "an operator nobody knows": ({"matchCriteria": [{"operator": "Like"}]}, "invalid.value", "matchCriteria.0.operator"),
    "a life and a delay": ({"eventTTLSeconds": 60, "delayBySeconds": 60}, "constraint.validation", "delayBySeconds"),
    "too short a life": ({"eventTTLSeconds": 9, "delayBySeconds": None}, "constraint.validation", "at least 10"),
    "too short a delay": ({"delayBySeconds": 59}, "constraint.validation", "from 60 to 900"),
    "too long a delay": ({"delayBySeconds": 901}, "constraint.validation", "from 60 to 900"),
    "too long a description": ({"description": "x" * 513}, "constraint.validation", "512"),
    "a field nobody knows": ({"colour": "red"}, "invalid.property", "colour"),
    "a field without a name": ({"": 1}, "invalid.property", "Value []"),
    "a field that is the cloud's to write": ({"id": "mine"}, "invalid.property", "id"),
}


async def send(twin: Caller, method: str, path: str, body: Any = None) -> Reply:
    headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
    return await twin.send(method, path, None if body is None else json.dumps(body).encode(), headers)


async def made(twin: Caller, **told: Any) -> dict[str, Any]:
    reply = await send(twin, "POST", TRIGGERS, LEAN | told)
    assert reply.status == 200
    trigger: dict[str, Any] = reply.json
    return trigger


async def test_from_its_making_to_its_end(twin: Caller) -> None:
    trigger = (await send(twin, "POST", TRIGGERS, TRIGGER)).json
    assert trigger == {**TRIGGER, "id": trigger["id"], "version": 1, "selfUri": f"{TRIGGERS}/{trigger['id']}"}
    assert (await twin.get(trigger["selfUri"])).json == trigger
    changed = (await send(twin, "PUT", trigger["selfUri"], {**LEAN, "name": "Other", "version": 1})).json
    assert changed == {**LEAN, "name": "Other", "id": trigger["id"], "version": 2, "selfUri": trigger["selfUri"]}
    stale = await send(twin, "PUT", trigger["selfUri"], {**LEAN, "version": 1})
    assert (stale.status, stale.code) == (409, "request.conflict")
    assert (await send(twin, "PUT", trigger["selfUri"], LEAN)).code == "constraint.validation"
    assert (await send(twin, "DELETE", trigger["selfUri"])).status == 204
    for method, body in (("GET", None), ("PUT", {**LEAN, "version": 2}), ("DELETE", None)):
        assert (await send(twin, method, trigger["selfUri"], body)).code == "not.found"


@pytest.mark.parametrize(("more", "code", "says"), FAULTS.values(), ids=FAULTS)
async def test_a_trigger_that_cannot_be(twin: Caller, more: dict[str, Any], code: str, says: str) -> None:
    reply = await send(twin, "POST", TRIGGERS, TRIGGER | more)
    assert (reply.status, reply.code) == (400, code)
    assert says in reply.json["message"]
    assert twin.twin.state.triggers == {}


async def test_what_is_null_or_the_clouds_to_write_is_not_taken(start: Start) -> None:
    twin = await start(strict=Strictness(unknown_field=Rule.IGNORE))
    trigger = await made(twin, id="mine", selfUri="/mine", version=9, colour="red", description=None, matchCriteria=None)
    assert trigger == {**LEAN, "id": trigger["id"], "version": 1, "selfUri": f"{TRIGGERS}/{trigger['id']}"}
    assert trigger["id"] != "mine"


async def test_the_list_by_cursor_and_its_filters(twin: Caller) -> None:
    for number in range(5):
        more = {"delayBySeconds": 60} if number == 4 else {}
        await made(
            twin,
            name=f"t{number}",
            enabled=number % 2 == 0,
            topicName="v2.flows.{id}" if number else TRIGGER["topicName"],
            **more,
        )
    seen, at = [], f"{TRIGGERS}?pageSize=2"
    pages = []
    while at:
        page = (await twin.get(at)).json
        pages.append([one["name"] for one in page["entities"]])
        seen += pages[-1]
        at = page.get("nextUri", "")
    assert pages == [["t0", "t1"], ["t2", "t3"], ["t4"]]
    assert [one["name"] for one in (await twin.get(page["previousUri"])).json["entities"]] == ["t2", "t3"]
    for query, found in {
        "enabled=false": ["t1", "t3"],
        "hasDelayBy=true": ["t4"],
        "topicName=v2.flows.%7Bid%7D&enabled=true": ["t2", "t4"],
    }.items():
        assert [one["name"] for one in (await twin.get(f"{TRIGGERS}?{query}")).json["entities"]] == found
    assert (await twin.get(f"{TRIGGERS}?enabled=perhaps")).code == "invalid.query.param.value"
    assert (await twin.get(f"{TRIGGERS}?after=x")).code == "invalid.query.param.value"


async def test_the_topics(twin: Caller) -> None:
    topics = (await twin.get(f"{TRIGGERS}/topics")).json["entities"]
    assert TRIGGER["topicName"] in topics
    assert (await twin.get(f"{TRIGGERS}/topics?pageSize=3")).json["entities"] == topics[:3]


async def flow(twin: Caller, *inputs: str, kind: str = "String") -> str:
    told = {"id": "hook", "name": "Hook", "inputs": [{"name": name, "type": kind} for name in inputs]}
    await twin.send("POST", "/_twin/seed", json.dumps({"flows": [told], "keep": True}).encode())
    return "hook"


async def event(twin: Caller, body: bytes = b'{"order": 7}', query: str = "") -> Reply:
    return await twin.send("POST", EVENTS + query, body, {"Content-Type": "application/json"})


def target(id: str, form: str) -> dict[str, Any]:
    return {"type": "Workflow", "id": id, "workflowTargetSettings": {"dataFormat": form}}


async def test_an_event_needs_no_token_and_starts_a_workflow_with_all_of_it(twin: Caller) -> None:
    await made(twin, target=target(await flow(twin, "jsonData", kind="JSON"), "Json"))
    reply = await event(twin, query="?foo=bar&foo=baz")
    assert (reply.status, list(reply.json)) == (202, ["invocationId"])
    (run,) = twin.twin.executions
    assert run.body == {
        "flowId": "hook",
        "inputData": {
            "Flow.jsonData": {
                "webhookId": WEBHOOK[1],
                "webhooksInvocation": {
                    "body": {"order": 7}, "headers": {"content-type": ["application/json"]}, "query": {"foo": ["bar", "baz"]},
                },
                "invocationTime": "2026-01-01T00:00:00.000Z",
            }
        },
    }  # fmt: skip
    told = (await twin.get("/_twin/launches")).json["launches"][0]
    assert told["inputs"] == (run.body or {})["inputData"]


async def test_the_other_form_hands_over_what_is_plain(twin: Caller) -> None:
    await made(twin, target=target(await flow(twin, "webhookId", "invocationTime"), "TopLevelPrimitives"))
    await event(twin)
    (run,) = twin.twin.executions
    assert run.body == {
        "flowId": "hook",
        "inputData": {"Flow.webhookId": WEBHOOK[1], "Flow.invocationTime": "2026-01-01T00:00:00.000Z"},
    }


@pytest.mark.parametrize(
    "more",
    [{"enabled": False}, {"topicName": "v2.flows.{id}"}]
    + [{"target": {"type": "Workflow", "id": id}} for id in (IVR, DRAFT, "unknown")]
    + [{"target": {"type": "Workflow"}}],
)
async def test_what_starts_nothing(twin: Caller, more: dict[str, Any]) -> None:
    await made(twin, **more)
    assert (await event(twin)).status == 202
    assert twin.twin.executions == ()


MATCHES: list[tuple[str, dict[str, Any], bool]] = [
    ("webhooksInvocation.body.n", {"operator": "Equal", "value": 7}, True),
    ("$.webhooksInvocation.body.n", {"operator": "Equal", "value": 8}, False),
    ("webhooksInvocation.body.n", {"operator": "NotEqual", "value": 8}, True),
    ("webhooksInvocation.body.n", {"operator": "GreaterThan", "value": 6}, True),
    ("webhooksInvocation.body.n", {"operator": "GreaterThan", "value": 7}, False),
    ("webhooksInvocation.body.n", {"operator": "GreaterThanOrEqual", "value": 7}, True),
    ("webhooksInvocation.body.n", {"operator": "LessThan", "value": 7}, False),
    ("webhooksInvocation.body.n", {"operator": "LessThanOrEqual", "value": 7}, True),
    ("webhooksInvocation.body.n", {"operator": "LessThan", "value": "x"}, False),
    ("webhooksInvocation.body.n", {"operator": "In", "values": [6, 7]}, True),
    ("webhooksInvocation.body.n", {"operator": "NotIn", "values": [6, 7]}, False),
    ("webhooksInvocation.body.list", {"operator": "Contains", "value": "a"}, True),
    ("webhooksInvocation.body.list", {"operator": "All", "values": ["a", "b"]}, True),
    ("webhooksInvocation.body.list", {"operator": "All", "values": ["a", "c"]}, False),
    ("webhooksInvocation.body.list", {"operator": "Size", "value": 2}, True),
    ("webhooksInvocation.body.n", {"operator": "Size", "value": 2}, False),
    ("webhooksInvocation.body.n", {"operator": "Exists", "value": True}, True),
    ("webhooksInvocation.body.m", {"operator": "Exists", "value": True}, False),
    ("webhooksInvocation.body.m", {"operator": "Exists", "value": False}, True),
    ("webhooksInvocation.body.m.deep", {"operator": "Contains", "value": 1}, False),
]


@pytest.mark.parametrize(("path", "criterion", "starts"), MATCHES)
async def test_a_criterion(twin: Caller, path: str, criterion: dict[str, Any], starts: bool) -> None:
    await made(twin, target={"type": "Workflow", "id": CALLBACK}, matchCriteria=[{"jsonPath": path, **criterion}])
    await event(twin, b'{"n": 7, "list": ["a", "b"]}')
    assert bool(twin.twin.executions) is starts


async def test_an_event_at_fault(twin: Caller) -> None:
    await made(twin)
    for body, code in ((b"[]", "bad.request"), (b"{", "bad.request"), (b'{"a": 1, "a": 2}', "bad.request")):
        assert (await event(twin, body)).code == code
    assert (await twin.send("POST", EVENTS, b"{}", {"Content-Type": "text/plain"})).status == 415
    assert (
        await twin.send("POST", EVENTS.replace(WEBHOOK[0], "x"), b"{}", {"Content-Type": "application/json"})
    ).code == "not.found"
    assert twin.twin.executions == ()
