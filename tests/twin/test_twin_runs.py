"""Runs: read while they go on and after, searched once they are past, and their histories made ready to be fetched."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.twin.calls import CALLBACK, FAILS, PAYMENT
from tests.twin.conftest import Start
from tests.twin.raw import Caller, Reply
from tieline.contract.schemas_around import INSTANCE_KEYS, INSTANCE_OPERATORS
from tieline.twin.options import Strictness

QUERY, JOBS = "/api/v2/flows/instances/query", "/api/v2/flows/instances/jobs"
START = "2026-01-01T00:00:00.000Z"
"""When the clock of these tests begins."""


def item(key: str, operator: str = "eq", value: str | None = None) -> dict[str, Any]:
    return {"key": key, "operator": operator} | ({} if value is None else {"value": value})


FOUND: dict[str, tuple[list[dict[str, Any]], str]] = {
    "everything": ([], "abc"),
    "an empty group": ([{}], "abc"),
    "one criterion": ([{"criteria": item("FlowId", value=CALLBACK)}], "a"),
    "all of several": ([{"and": [item("FlowType", value="workflow"), item("FlowId", value=PAYMENT)]}], "b"),
    "any of several": ([{"or": [item("FlowId", value=CALLBACK), item("FlowId", value=PAYMENT)]}], "ab"),
    "none of several": ([{"not": [item("FlowId", value=CALLBACK), item("FlowId", value=PAYMENT)]}], "c"),
    "two groups, both of which must hold": (
        [{"or": [item("FlowId", value=CALLBACK), item("FlowId", value=FAILS)]}, {"not": [item("FlowId", value=CALLBACK)]}],
        "c",
    ),
    "not that": ([{"criteria": item("FlowId", "not", CALLBACK)}], "bc"),
    "a beginning": ([{"criteria": item("FlowId", "begins", FAILS[:8])}], "c"),
    "failed with this": ([{"criteria": item("FlowErrorReason", "begins", "error.workflow")}], "c"),
    "failed at all": ([{"criteria": item("FlowErrorReason", "not_null")}], "c"),
    "began at that time": ([{"criteria": item("FlowStartDateTime", "eq", START)}], "a"),
    "began at that time, said in another zone": (
        [{"criteria": item("FlowStartDateTime", "eq", "2026-01-01T01:00:00+01:00")}],
        "a",
    ),
    "began from then on": ([{"criteria": item("FlowStartDateTime", "gte", "2026-01-01T00:00:10Z")}], "bc"),
    "began before": ([{"criteria": item("FlowStartDateTime", "lt", "2026-01-01T00:00:10.000Z")}], "a"),
    "ended after": ([{"criteria": item("FlowEndDateTime", "gt", "2026-01-01T00:00:11Z")}], "c"),
    "ended": ([{"criteria": item("FlowEndDateTime", "not_null")}], "abc"),
    "something no run here has": ([{"criteria": item("ConversationId", "not_null")}], ""),
    "no key": ([{"criteria": {"operator": "eq", "value": "x"}}], ""),
    "no operator": ([{"criteria": {"key": "FlowId", "value": CALLBACK}}], "a"),
}


@pytest.fixture
async def twin(start: Start) -> Caller:
    """Three runs ten seconds apart, named a, b and c, over since a second; the last has failed."""
    made = await start(limit=0)
    for name, flow in (("a", CALLBACK), ("b", PAYMENT), ("c", FAILS)):
        await made.launch({"flowId": flow, "name": name})
        made.clock.forward(10)
    return made


async def post(twin: Caller, path: str, body: Any) -> Reply:
    headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
    return await twin.send("POST", path, json.dumps(body).encode(), headers)


@pytest.mark.parametrize(("groups", "found"), FOUND.values(), ids=FOUND)
async def test_a_search(twin: Caller, groups: list[dict[str, Any]], found: str) -> None:
    listing = (await post(twin, QUERY, {"query": groups})).json
    assert "".join(run["name"] for run in listing["entities"]) == found[::-1]
    assert listing["total"] == len(found)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "constraint.validation"),
        ({"query": None}, "constraint.validation"),
        ({"query": {}}, "invalid.value"),
        ({"query": [{"criteria": {"key": "Colour"}}]}, "invalid.value"),
        ({"query": [{"and": [{"key": "FlowId", "operator": "like"}]}]}, "invalid.value"),
        ({"query": [{"criteria": {"key": "FlowId", "value": 7}}]}, "invalid.value"),
        ({"query": [], "pageNumber": 2}, "invalid.property"),
        ({"query": [{"or": [item("FlowEndDateTime", "lt", "soon")]}]}, "invalid.date"),
        ({"query": [{"not": [item("FlowEndDateTime", "lt")]}]}, "invalid.date"),
    ],
)
async def test_a_search_at_fault(twin: Caller, body: Any, code: str) -> None:
    reply = await post(twin, QUERY, body)
    assert (reply.status, reply.code) == (400, code)
    assert len(reply.json["message"]) < 400


async def test_a_result_and_an_index(twin: Caller) -> None:
    full = (await post(twin, QUERY, {"query": [{"criteria": item("FlowId", value=FAILS)}]})).json["entities"][0]
    assert (full["flowType"], full["flowVersion"], full["flowErrorReason"]) == (
        "workflow",
        "1.0",
        "error.workflow.expression.unexpectedNull",
    )
    assert (full["startDateTime"], full["endDateTime"]) == ("2026-01-01T00:00:20.000Z", "2026-01-01T00:00:21.000Z")
    index = (await post(twin, f"{QUERY}?indexOnly=true&pageSize=1", {"query": []})).json["entities"]
    assert index == [{"id": full["id"], "selfUri": full["selfUri"]}]


async def test_a_running_one_is_found_by_its_start_and_has_no_end(twin: Caller) -> None:
    run = (await twin.launch({"flowId": CALLBACK, "name": "d"})).json["id"]
    found = (await post(twin, QUERY, {"query": [{"criteria": item("FlowStartDateTime", "gte", "2026-01-01T00:00:30Z")}]})).json
    assert [(one["id"], "endDateTime" in one) for one in found["entities"]] == [(run, False)]


async def test_at_most_200_are_found(start: Start) -> None:
    twin = await start(limit=0)
    for _ in range(205):
        await twin.launch({"flowId": CALLBACK})
    listing = (await post(twin, QUERY + "?pageSize=200", {"query": []})).json
    assert (len(listing["entities"]), listing["total"], listing["pageCount"]) == (200, 200, 1)
    usual = (await post(twin, QUERY, {"query": []})).json
    assert (len(usual["entities"]), usual["pageSize"], usual["pageCount"]) == (50, 50, 4)
    assert (await post(twin, QUERY + "?pageSize=201", {"query": []})).code == "invalid.query.param.value"


async def test_what_can_be_searched_by(twin: Caller) -> None:
    told = (await twin.get("/api/v2/flows/instances/querycapabilities?expand=action")).json
    assert [one["criteriaKey"] for one in told["criteria"]] == list(INSTANCE_KEYS)
    assert all(set(one["operators"]) <= set(INSTANCE_OPERATORS) for one in told["criteria"])
    assert "workflow" in told["flowTypes"]


async def test_histories_are_made_ready(twin: Caller) -> None:
    """200 while the job is begun, 202 while it runs, 200 with the addresses of what can be fetched once it is done."""
    run = twin.twin.executions[0].id
    begun = await post(twin, JOBS + "?expand=bots", {"ids": [run, "unknown"]})
    assert (begun.status, begun.json["jobState"], "entities" in begun.json) == (200, "Running", False)
    assert (await twin.get(begun.json["selfUri"])).status == 202
    twin.clock.forward(1)
    done = await twin.get(begun.json["selfUri"])
    assert (done.status, done.json["jobState"]) == (200, "Success")
    ready, unknown = done.json["entities"]
    assert (unknown["id"], unknown["failed"], "downloadUri" in unknown) == ("unknown", True, False)
    fetched = (await twin.get(ready["downloadUri"].removeprefix("http://twin"))).json
    assert [one["id"] for one in fetched["executions"]] == [run]
    one = await twin.get(f"/api/v2/flows/instances/{run}")
    assert (one.status, one.json["jobState"]) == (200, "Running")


async def test_a_run_from_its_launch_to_its_end(start: Start) -> None:
    twin = await start(run_ms=1000)
    path = (await twin.launch({"flowId": CALLBACK, "name": "mine"})).json["selfUri"]
    running = (await twin.get(path)).json
    assert (running["status"], running["dateLaunched"]) == ("RUNNING", START)
    assert not {"dateCompleted", "completionReason", "outputData", "flowErrorInfo"} & running.keys()
    twin.clock.forward(1)
    done = (await twin.get(path)).json
    assert (done["status"], done["completionReason"], done["dateCompleted"]) == (
        "COMPLETED",
        "Success",
        "2026-01-01T00:00:01.000Z",
    )
    assert done["outputData"] == {"Flow.status": "Complete", "Flow.statusCode": "200"}, "an Integer comes back as text (recorded)"
    assert done["flowVersion"]["inputSchema"]["definitions"], "the whole version stands in it (recorded), not a reference"


async def test_a_run_that_failed_says_with_what(start: Start) -> None:
    twin = await start(run_ms=0)
    path = (await twin.launch({"flowId": FAILS})).json["selfUri"]
    failed = (await twin.get(path)).json
    assert (failed["status"], failed["completionReason"], "outputData" in failed) == ("FAILED", "Failure", False)
    assert failed["flowErrorInfo"]["code"] == "error.workflow.expression.unexpectedNull"


async def test_integers_among_outputs_come_back_as_text_in_lists_too(start: Start) -> None:
    twin = await start(run_ms=0)
    outputs = {"statusCode": 200, "Flow.counts": [1, None, 2], "ok": True, "text": 7}
    kinds = [
        {"name": "statusCode", "type": "Integer"},
        {"name": "counts", "type": "Integer", "collection": True},
        {"name": "ok", "type": "Boolean"},
    ]
    flow = {"id": "out", "name": "Outputs", "outputVariables": kinds, "outputs": outputs}
    await twin.send("POST", "/_twin/seed", json.dumps({"flows": [flow]}).encode())
    path = (await twin.launch({"flowId": "out"})).json["selfUri"]
    assert (await twin.get(path)).json["outputData"] == {
        "Flow.statusCode": "200", "Flow.counts": ["1", None, "2"], "Flow.ok": True, "Flow.text": 7,
    }  # fmt: skip


@pytest.mark.parametrize("code", ["architect.flow.execution.not.found", "architect.execution.flow.not.found"])
async def test_a_run_nobody_knows(start: Start, code: Any) -> None:
    twin = await start(strict=Strictness(missing_execution=code))
    reply = await twin.get("/api/v2/flows/executions/5d3b6c5e-0000-4000-8000-000000000000")
    assert (reply.status, reply.code) == (404, code)


async def test_a_run_may_be_invisible_for_a_while(start: Start) -> None:
    twin = await start(strict=Strictness(visible_ms=300))
    path = (await twin.launch({"flowId": CALLBACK})).json["selfUri"]
    assert (await twin.get(path)).status == 404
    twin.clock.forward(0.3)
    assert (await twin.get(path)).json["status"] == "RUNNING"
