"""The control plane: seed, reset, clock, clients, limits, namespaces, the journal and expectations; what it refuses, it says clearly."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.twin.conftest import Start
from tests.twin.plane import asked, did, lines
from tests.twin.raw import Caller, Reply
from tieline.problems.catalogue import CATALOGUE
from tieline.testing.control import PROBLEMS
from tieline.twin.control.wrong import Wrong, document

FLOWS = "/api/v2/flows?pageSize=1"


def client_of(caller: Caller) -> str:
    return f"{caller.twin.options.client_id}:{caller.twin.options.client_secret}"


async def launch(caller: Caller, **inputs: Any) -> Reply:
    body = {"flowId": caller.flows["Customer callback"], "inputData": {f"Flow.{name}": value for name, value in inputs.items()}}
    return await caller.launch(body)


# -- what it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", Wrong)
def test_the_codes_are_those_of_the_catalogue(wrong: Wrong) -> None:
    told = document(wrong, "the fault")
    kind = CATALOGUE[told["code"]]
    assert (told["reason"], told["title"]) == (kind.reason, kind.title)
    assert told["type"].endswith("/" + kind.code)
    assert PROBLEMS[kind.code] is kind


def refused(reply: Reply, status: int, code: str) -> str:
    assert (reply.status, reply.json["code"], reply.json["status"]) == (status, code, status)
    assert reply.headers["content-type"] == "application/problem+json"
    return str(reply.json["detail"])


async def test_a_call_there_is_not(twin: Caller) -> None:
    assert "near it is /_twin/journal" in refused(await asked(twin, "GET", "jurnal"), 404, "TL574")
    assert refused(await asked(twin, "GET", "%00/../x"), 404, "TL574")


async def test_a_method_it_does_not_take(twin: Caller) -> None:
    reply = await asked(twin, "PUT", "faults")
    assert "it takes GET, POST, DELETE" in refused(reply, 405, "TL575")
    assert reply.headers["allow"] == "GET, POST, DELETE"


async def test_a_namespace_there_is_not(twin: Caller) -> None:
    assert "no namespace `nowhere`" in refused(await asked(twin, "GET", "journal", namespace="nowhere"), 404, "TL576")
    assert refused(await asked(twin, "DELETE", "namespaces", name="nowhere"), 404, "TL576")


@pytest.mark.parametrize(
    ("method", "name", "body", "says"),
    [
        ("POST", "clock", b"{", "the body: "),
        ("POST", "clock", b"\xff", "the body: "),
        ("POST", "clock", b"[" * 5000, "the body: "),
        ("POST", "clock", {"move_mss": 1}, "unknown field `move_mss`"),
        ("POST", "clock", {"move_ms": "1"}, "$.move_ms"),
        ("POST", "clock", [], "Expected `object`"),
        ("POST", "seed", {}, "missing required field `flows`"),
        ("POST", "journal/wait", {"timeout_ms": 10**7}, "timeout_ms lies between"),
        ("POST", "journal/wait", {"count": 0}, "count between"),
        ("POST", "journal/wait", {"where": {"staus": 4}}, "$.where"),
        ("POST", "verify", {"launches": [{"times": 1, "at_least": 2}]}, "launches[0]: times and at_least are both given"),
        ("POST", "clients", {"id": "", "secret": "x"}, "a client has an id"),
        ("POST", "clients", {"id": "x", "secret": "x", "tokenLifeS": 0}, "tokenLifeS lies between"),
        ("GET", "journal?limit=x", None, "Expected `int`"),
        ("GET", "journal?limit=-1", None, "limit is 0 or more"),
        ("GET", "journal?colour=red", None, "unknown field `colour`"),
        ("GET", "journal/count?after=x", None, "$.after"),
    ],
)
async def test_a_call_that_cannot_be_read(twin: Caller, method: str, name: str, body: Any, says: str) -> None:
    assert says in refused(await asked(twin, method, name, body), 400, "TL577")


async def test_a_body_that_is_too_large(twin: Caller) -> None:
    assert "larger than" in refused(await asked(twin, "POST", "seed", b" " * (8 * 1024 * 1024 + 1)), 400, "TL577")


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("clock", {"move_ms": -1}, "forward only"),
        ("clock", {"at": 5}, "goes with `hold`"),
        ("clock", {"hold": True, "at": -5}, "the clock lies between 1970"),
        ("clock", {"hold": True, "at": 10**17}, "the clock lies between 1970"),
        ("clock", {"move_ms": 10**17}, "the clock lies between 1970"),
        ("limits", {"per_minute": -1}, "a limit is 0 or more"),
        ("namespaces", {"name": ""}, "a name of its own"),
        ("namespaces", {"name": "default"}, "a name of its own"),
        ("namespaces", {"name": "x" * 201}, "a name of its own"),
    ],
)
async def test_what_cannot_be_done(twin: Caller, name: str, body: Any, says: str) -> None:
    assert says in refused(await asked(twin, "POST", name, body), 409, "TL578")
    assert (await twin.get(FLOWS)).status == 200, "and nothing broke"


async def test_a_page_of_somebody_else(twin: Caller) -> None:
    reply = await twin.send("POST", "/_twin/reset", b"", {"Origin": "http://evil.example"})
    assert "evil.example" in refused(reply, 403, "TL579")
    own = {"Origin": "http://twin"}
    assert (await twin.send("GET", "/_twin/journal", headers=own)).status == 200, "its own page may"


# -- the clock -------------------------------------------------------------------------------------------------------


async def test_an_hour_passes_at_once_for_tokens_limits_and_runs(start: Start) -> None:
    caller = await start(limit=2, token_life_s=3600, run_ms=3_600_000, token_limit=1)
    id = (await launch(caller)).json["id"]
    now = (await did(caller, "POST", "clock", {"hold": True}))["now"]
    assert [(await caller.get(FLOWS)).status for _ in range(2)] == [200, 429]
    assert (await caller.ask_token(client_of(caller))).status == 400, "one token a minute"
    assert (await did(caller, "POST", "clock", {"move_ms": 60_000}))["now"] == now + 60_000
    assert (await caller.get(FLOWS)).status == 200, "a minute later there is room again"
    assert (await caller.get(f"/api/v2/flows/executions/{id}")).json["status"] == "RUNNING"
    await did(caller, "POST", "clock", {"move_ms": 3_600_000 - 60_001})
    assert (await caller.get(FLOWS)).status == 200
    await did(caller, "POST", "clock", {"move_ms": 1})
    assert (await caller.get(FLOWS)).code == "bad.credentials", "the token lived an hour"
    await caller.sign_in()
    assert (await caller.get(f"/api/v2/flows/executions/{id}")).json["status"] == "COMPLETED"
    times = [line["time"] for line in await lines(caller)]
    assert times == sorted(times)
    assert times[-1].startswith("2026-01-01T01:00:00")


async def test_a_clock_is_held_at_a_time_and_let_go_from_there(twin: Caller) -> None:
    told = await did(twin, "POST", "clock", {"hold": True, "at": 1_000})
    assert told == {"now": 1_000, "time": "1970-01-01T00:00:01.000Z", "held": True}
    twin.clock.forward(100)
    assert (await did(twin, "GET", "clock"))["now"] == 1_000
    assert await did(twin, "POST", "clock", {"hold": False}) == {
        "now": 1_000,
        "time": "1970-01-01T00:00:01.000Z",
        "held": False,
    }
    twin.clock.forward(2)
    assert (await did(twin, "GET", "clock"))["now"] == 3_000


# -- namespaces ------------------------------------------------------------------------------------------------------


async def of_namespace(caller: Caller, name: str) -> Caller:
    told = await did(caller, "POST", "namespaces", {"name": name})
    made = Caller(caller.twin, caller.clock, flows={flow["name"]: flow["id"] for flow in told["flows"]})
    made.token = (await made.ask_token(f"{told['client_id']}:{told['client_secret']}")).json["access_token"]
    return made


async def test_namespaces_share_a_server_and_nothing_else(twin: Caller) -> None:
    one, two = await of_namespace(twin, "one"), await of_namespace(twin, "two")
    await did(twin, "POST", "seed", {"flows": [{"name": "Only in one"}]}, namespace="one")
    await did(twin, "POST", "limits", {"per_minute": 1}, namespace="one")
    await did(twin, "POST", "faults", {"faults": [{"status": 502}]}, namespace="two")
    await did(twin, "POST", "clock", {"hold": True, "at": 5_000}, namespace="two")
    assert [flow["name"] for flow in (await one.get("/api/v2/flows")).json["entities"]] == ["Only in one"]
    assert [(await one.get(FLOWS)).status, (await two.get(FLOWS)).status, (await twin.get(FLOWS)).status] == [429, 502, 200]
    assert (await launch(twin)).status == 200
    counts = [len(await lines(twin, path="/api/v2/*", namespace=name)) for name in ("one", "two", "default")]
    assert counts == [2, 1, 2]
    assert [len((await did(twin, "GET", "launches", namespace=name))["launches"]) for name in ("one", "default")] == [0, 1]
    assert (await did(twin, "GET", "clock", namespace="two"))["held"] is True
    assert (await did(twin, "GET", "clock"))["held"] is False
    assert (await did(twin, "GET", "namespaces"))["namespaces"] == ["default", "one", "two"]


async def test_what_a_namespace_refuses_stands_in_its_own_journal(twin: Caller) -> None:
    """Also when the token has expired or was revoked: whose it was is still known."""
    one = await of_namespace(twin, "one")
    await did(twin, "POST", "clock", {"move_ms": 90_000_000}, namespace="one")
    assert (await one.get(FLOWS)).status == 401
    assert [line["code"] for line in await lines(twin, status=401, namespace="one")] == ["bad.credentials"]
    assert await lines(twin, status=401) == []


async def test_a_namespace_that_is_reset_keeps_its_client(twin: Caller) -> None:
    told = await did(twin, "POST", "namespaces", {"name": "one"})
    await did(twin, "POST", "reset", namespace="one")
    again = await did(twin, "GET", "ready", namespace="one")
    assert again["client_id"] == told["client_id"] != twin.twin.options.client_id
    assert (await twin.ask_token(f"{told['client_id']}:{told['client_secret']}")).status == 200
    assert [line["path"] for line in await lines(twin, namespace="one")] == ["/oauth/token"]


async def test_a_namespace_that_is_dropped_knows_nobody(twin: Caller) -> None:
    one = await of_namespace(twin, "one")
    assert await did(twin, "DELETE", "namespaces", name="one") == {"namespaces": ["default"]}
    assert (await one.get(FLOWS)).status == 401


async def test_a_client_leads_to_one_namespace_alone(twin: Caller) -> None:
    await did(twin, "POST", "namespaces", {"name": "one"})
    taken = {"id": twin.twin.options.client_id, "secret": "other-secret"}
    said = refused(await asked(twin, "POST", "clients", taken, namespace="one"), 409, "TL578")
    assert "belongs to another namespace" in said


async def test_a_run_is_downloaded_from_whichever_namespace(twin: Caller) -> None:
    one = await of_namespace(twin, "one")
    id = (await launch(one)).json["id"]
    assert [run["id"] for run in (await did(twin, "GET", "executions", id=id))["executions"]] == [id]
    assert (await did(twin, "GET", "executions"))["executions"] == []


# -- the journal -----------------------------------------------------------------------------------------------------


async def test_the_journal_is_searched_and_counted(twin: Caller) -> None:
    await launch(twin, customerId="c-1")
    await twin.launch({"flowId": twin.flows["Customer callback"], "priority": 1})
    await twin.get("/api/v2/nothing")
    assert [line["path"] for line in await lines(twin, status="4xx")] == ["/api/v2/flows/executions", "/api/v2/nothing"]
    assert [line["code"] for line in await lines(twin, operation="postFlowsExecutions", status=400)] == ["invalid.property"]
    assert len(await lines(twin, flow="Customer callback")) == 1
    assert len(await lines(twin, contains="nothing")) == 1
    assert [line["n"] for line in await lines(twin, after=2)] == [3, 4]
    assert [line["n"] for line in await lines(twin, limit=2)] == [3, 4]
    assert await lines(twin, limit=0) == []
    assert await did(twin, "GET", "journal/count", method="POST") == {"count": 3, "dropped": 0}


async def test_the_journal_is_bounded_and_says_how_much_it_dropped(start: Start) -> None:
    caller = await start(keep_journal=3)
    for _ in range(5):
        await caller.get(FLOWS)
    told = await did(caller, "GET", "journal")
    assert (told["dropped"], [line["n"] for line in told["exchanges"]]) == (3, [4, 5, 6])
    assert await did(caller, "GET", "journal/count") == {"count": 3, "dropped": 3}


async def test_waiting_ends_when_it_came(twin: Caller) -> None:
    where = {"operation": "postFlowsExecutions", "status": 200}
    waiting = asyncio.create_task(did(twin, "POST", "journal/wait", {"where": where, "count": 2, "timeout_ms": 4000}))
    await asyncio.gather(launch(twin), launch(twin), twin.get(FLOWS))
    told = await waiting
    assert (told["came"], len(told["exchanges"])) == (True, 2)
    assert (await did(twin, "POST", "journal/wait", {"where": where, "count": 2}))["came"] is True, "it is there already"


async def test_waiting_ends_at_its_deadline(twin: Caller) -> None:
    told = await did(twin, "POST", "journal/wait", {"where": {"status": "5xx"}, "timeout_ms": 1})
    assert (told["came"], told["exchanges"]) == (False, [])


async def test_waiting_counts_what_is_dropped_meanwhile(start: Start) -> None:
    caller = await start(keep_journal=2)
    waiting = asyncio.create_task(
        did(caller, "POST", "journal/wait", {"where": {"method": "GET"}, "count": 5, "timeout_ms": 4000})
    )
    while not caller.twin.state.journal._waiting:
        await asyncio.sleep(0)
    for _ in range(5):
        await caller.get(FLOWS)
    assert (await waiting)["came"] is True


async def test_the_journal_as_a_har(twin: Caller) -> None:
    id = (await launch(twin, customerId="c-1")).json["id"]
    await twin.launch({"flowId": twin.flows["Customer callback"], "priority": 1})
    [good, bad] = (await did(twin, "GET", "journal.har", operation="postFlowsExecutions"))["log"]["entries"]
    assert json.loads(good["request"]["postData"]["text"])["inputData"] == {"Flow.customerId": "c-1"}
    assert (good["response"]["status"], good["_twin"]["execution"]) == (200, id)
    assert (bad["response"]["status"], bad["response"]["statusText"]) == (400, "invalid.property")


SECRET = "Zz9-very-secret-value"


async def test_no_secret_is_in_the_journal(twin: Caller) -> None:
    await did(twin, "POST", "clients", {"id": "c", "secret": SECRET})
    twin.token = (await twin.ask_token(f"c:{SECRET}")).json["access_token"]
    await twin.get(f"/api/v2/flows/{SECRET}?client_secret={SECRET}")
    await twin.get(f"/api/v2/flows/{twin.token}")
    await twin.get(f"/api/v2/{SECRET}/{twin.token}")
    await twin.launch({"flowId": SECRET, SECRET: twin.token, "inputData": {"Flow.attempt": SECRET}})
    await twin.launch({"flowId": twin.flows["Customer callback"], "inputData": {"Flow.reason": f"{SECRET} {twin.token}"}})
    for name in ("journal", "verdicts", "clients", "faults", "journal.har"):
        told = (await asked(twin, "GET", name)).body.decode()
        assert SECRET not in told, name
        assert twin.token not in told, name
    assert "/api/v2/flows/***" in {line["path"] for line in await lines(twin)}


# -- expectations ----------------------------------------------------------------------------------------------------


async def verified(caller: Caller, *wanted: dict[str, Any], **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = await did(caller, "POST", "verify", {"launches": list(wanted), **more})
    return told


async def test_verify_says_what_was_wanted_what_came_and_the_nearest(twin: Caller) -> None:
    await launch(twin, customerId="c-2", attempt=1)
    told = await verified(twin, {"flow": "Customer callback", "inputs": {"customerId": "c-1", "attempt": 1}})
    [one] = told["launches"]
    assert (told["ok"], one["came"]) == (False, 0)
    assert one["wanted"] == 'at least one launch of \'Customer callback\' with inputs {"customerId": "c-1", "attempt": 1}'
    assert one["nearest"]["differs"] == ['Flow.customerId is "c-2", not "c-1"']
    assert "the nearest: Customer callback 1.0" in told["says"]
    assert (await verified(twin, {"inputs": {"Flow.attempt": 1}, "times": 1}))["ok"]
    assert not (await verified(twin, {"inputs": {"attempt": True}}))["ok"], "true is not 1"


async def test_more_than_were_wanted_are_said_without_a_nearest(twin: Caller) -> None:
    await launch(twin)
    await launch(twin)
    told = await verified(twin, {"flow": "Customer callback", "times": 1})
    assert told["says"].startswith("expected one launch of 'Customer callback', found 2\nwhat was launched:\n")
    assert "nearest" not in told["launches"][0]


async def test_a_launch_that_is_missed_because_it_was_refused_is_said(start: Start) -> None:
    caller = await start(explain=lambda sent, flows: ["TL210 /priority `priority` is no field"])
    await caller.launch({"flowId": caller.flows["Customer callback"], "priority": 1})
    told = await verified(caller, {"flow": "Customer callback"})
    assert told["says"].endswith(
        "  (nothing was launched)\nwhat was refused:\n  400 invalid.property: TL210 /priority `priority` is no field"
    )


async def test_nothing_else(twin: Caller) -> None:
    await launch(twin, customerId="c-1")
    await launch(twin, customerId="c-2")
    told = await verified(twin, {"inputs": {"customerId": "c-1"}}, nothing_else=True)
    assert not told["ok"]
    assert "expected nothing else, found one launch more" in told["says"]


async def test_what_is_long_is_shown_short(twin: Caller) -> None:
    for _ in range(15):
        await launch(twin, customerId="x" * 10_000)
    told = await verified(twin, {"inputs": {"customerId": "y"}})
    assert len(told["says"]) < 8_000
    assert "and 5 before them" in told["says"]


async def test_a_body_too_large_to_keep_is_said_to_be_so(twin: Caller) -> None:
    await launch(twin, customerId="x" * 20_000)
    told = await verified(twin, {"inputs": {"customerId": "x"}})
    assert "its body was too large to keep" in told["says"]
