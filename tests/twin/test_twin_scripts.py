"""Runs on a script: they end when and as it says, with outputs computed from their inputs; the instances query finds them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.twin.plane import asked, did
from tests.twin.raw import Caller
from tieline.twin.script import Outcome, script_fault

QUERY = "/api/v2/flows/instances/query"


def flow(*script: dict[str, Any], **more: Any) -> dict[str, Any]:
    outputs = [
        {"name": "total", "type": "Integer"},
        {"name": "parts", "type": "Integer", "collection": True},
        {"name": "greeting"},
    ]
    names = [{"name": "customer"}, {"name": "items", "collection": True}, {"name": "attempt", "type": "Integer"}]
    return {"name": "Order", "inputs": names, "outputVariables": outputs, "script": list(script), **more}


async def planted(caller: Caller, *script: dict[str, Any], **more: Any) -> str:
    """Seed the one flow; gives its id."""
    told = await did(caller, "POST", "seed", {"flows": [flow(*script, **more)]})
    return str(told["flows"][0]["id"])


async def started(caller: Caller, flow_id: str, **inputs: Any) -> str:
    reply = await caller.launch({"flowId": flow_id, "inputData": {f"Flow.{name}": value for name, value in inputs.items()}})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


async def run(caller: Caller, id: str) -> dict[str, Any]:
    told: dict[str, Any] = (await caller.get(f"/api/v2/flows/executions/{id}")).json
    return told


async def found(caller: Caller, *items: dict[str, str]) -> list[dict[str, Any]]:
    body = {"query": [{"and": list(items)}]}
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    reply = await caller.send("POST", QUERY, json.dumps(body).encode(), headers)
    assert reply.status == 200, reply.body
    listed: list[dict[str, Any]] = reply.json["entities"]
    return listed


async def test_a_run_completes_when_its_script_says_with_outputs_computed_from_its_inputs(twin: Caller) -> None:
    id = await started(
        twin,
        await planted(
            twin,
            {
                "afterMs": 5000,
                "outputs": {"parts": [1, 2]},
                "compute": {"total": "length(inputs.items)", "greeting": "join(' ', ['Hello', inputs.customer])"},
            },
        ),
        customer="Ada",
        items=["a", "b", "c"],
    )
    twin.clock.forward(4.999)
    running = await run(twin, id)
    assert (running["status"], running.get("outputData"), running.get("dateCompleted")) == ("RUNNING", None, None)
    twin.clock.forward(0.001)
    done = await run(twin, id)
    assert done["status"] == "COMPLETED"
    assert done["outputData"] == {"Flow.parts": ["1", "2"], "Flow.total": "3", "Flow.greeting": "Hello Ada"}
    assert (done["dateLaunched"], done["dateCompleted"]) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z")
    assert isinstance(done["flowVersion"]["dateCreated"], int)
    assert done["flowVersion"]["datePublished"].endswith("Z")


async def test_the_first_outcome_that_fits_decides(twin: Caller) -> None:
    script: list[dict[str, Any]] = [
        {"when": "inputs.attempt == `1`", "end": "FAILED", "error": {"code": "error.own", "message": "no luck"}},
        {"when": "inputs.attempt == `2`", "end": "RUNNING"},
        {"when": "inputs.attempt == `3`", "end": "TERMINATED"},
        {"compute": {"greeting": "name"}},
    ]
    flow_id = await planted(twin, *script)
    ids = [await started(twin, flow_id, attempt=number) for number in (1, 2, 3, 4)]
    twin.clock.forward(86_400)
    await twin.sign_in()
    ends = [await run(twin, id) for id in ids]
    assert [one["status"] for one in ends] == ["FAILED", "RUNNING", "TERMINATED", "COMPLETED"]
    assert ends[0]["flowErrorInfo"] == {"code": "error.own", "message": "no luck"}
    assert "dateCompleted" not in ends[1]
    assert ends[3]["outputData"] == {"Flow.greeting": "Order"}


async def test_a_run_of_a_failing_script_has_the_observed_error_unless_given_its_own(twin: Caller) -> None:
    id = await started(twin, await planted(twin, {"end": "FAILED"}))
    twin.clock.forward(1)
    told = await run(twin, id)
    assert (told["completionReason"], told["flowErrorInfo"]["code"]) == ("Failure", "error.workflow.expression.unexpectedNull")


async def test_what_cannot_be_computed_is_not_set(twin: Caller) -> None:
    id = await started(twin, await planted(twin, {"compute": {"total": "abs(inputs.customer)", "greeting": "inputs.nothing"}}))
    twin.clock.forward(1)
    assert (await run(twin, id))["outputData"] == {"Flow.total": None, "Flow.greeting": None}


async def test_a_run_is_out_of_sight_for_as_long_as_its_script_says(twin: Caller) -> None:
    flow_id = await planted(twin, {"visibleMs": 3000, "afterMs": 1000})
    id = await started(twin, flow_id)
    by_flow = {"key": "FlowId", "operator": "eq", "value": flow_id}
    missing = await twin.get(f"/api/v2/flows/executions/{id}")
    assert (missing.status, missing.code) == (404, "architect.flow.execution.not.found")
    assert await found(twin, by_flow) == []
    assert (await twin.get(f"/api/v2/flows/instances/{id}")).status == 404
    assert [one["execution"] for one in (await did(twin, "GET", "launches"))["launches"]] == [id], "the control plane sees it"
    twin.clock.forward(3)
    assert (await run(twin, id))["status"] == "COMPLETED"
    assert [one["id"] for one in await found(twin, by_flow)] == [id]


async def test_the_instances_query_finds_runs_by_flow_time_and_error(twin: Caller) -> None:
    flow_id = await planted(twin, {"when": "inputs.attempt", "end": "FAILED", "error": {"code": "error.own"}}, {})
    failed = await started(twin, flow_id, attempt=1)
    twin.clock.forward(60)
    fine = await started(twin, flow_id)
    twin.clock.forward(60)
    of_flow = {"key": "FlowId", "operator": "eq", "value": flow_id}
    assert [one["id"] for one in await found(twin, of_flow)] == [fine, failed], "newest first"
    by_error = {"key": "FlowErrorReason", "operator": "eq", "value": "error.own"}
    [one] = await found(twin, of_flow, by_error)
    assert (one["id"], one["flowErrorReason"]) == (failed, "error.own")
    since = {"key": "FlowStartDateTime", "operator": "gte", "value": "2026-01-01T00:01:00.000Z"}
    assert [one["id"] for one in await found(twin, of_flow, since)] == [fine]


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome(when="inputs.["), "script[0].when: "),
        (Outcome(compute={"a": "join('x'"}), "script[0].compute.a: "),
        (Outcome(compute={"a": "(" * 3000}), "script[0].compute.a: "),
        (Outcome(compute={"a": "a" * 4001}), "at most 4000 characters"),
        (Outcome(after_ms=-1), "afterMs lies between"),
        (Outcome(visible_ms=10**12), "visibleMs lies between"),
        (Outcome(end="FAILED", outputs={"a": 1}), "of a run that completes, this one ends FAILED"),
        (Outcome(error={"code": "x"}), "of a run that fails, this one ends COMPLETED"),
    ],
)
def test_a_script_that_cannot_be(outcome: Outcome, says: str) -> None:
    fault = script_fault((outcome,))
    assert fault is not None
    assert says in fault


async def test_a_script_that_cannot_be_is_refused_with_its_place(twin: Caller) -> None:
    reply = await asked(twin, "POST", "seed", {"flows": [flow({"when": "a ="})]})
    assert (reply.status, reply.json["code"]) == (400, "TL570")
    assert "flows[0] ('Order'): script[0].when" in reply.json["detail"]
    assert "Customer callback" in twin.flows, "what was there stays"


async def test_runs_are_forgotten_when_their_bodies_grow_too_large(twin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from tieline.twin import state

    monkeypatch.setattr(state, "BODIES_KEPT", 40_000)
    flow_id = await planted(twin, {})
    ids = [await started(twin, flow_id, customer="x" * 15_000) for _ in range(4)]
    assert [one["execution"] for one in (await did(twin, "GET", "launches"))["launches"]] == ids[2:]
    assert (await twin.get(f"/api/v2/flows/executions/{ids[0]}")).status == 404
