"""Faults on purpose over the wire: what the client meets, what took effect, and what the journal says of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.twin.conftest import Start
from tests.twin.plane import asked, did, lines
from tests.twin.raw import LAUNCH, Caller, Reply
from tieline.twin import striking
from tieline.twin.faults.fault import read_scenario


async def faulty(caller: Caller, *faults: dict[str, Any], **more: Any) -> None:
    await did(caller, "POST", "faults", {"faults": list(faults), **more})


async def launch(caller: Caller, **more: Any) -> Reply:
    return await caller.launch({"flowId": caller.flows["Customer callback"], "inputData": {"Flow.customerId": "c-1"}}, **more)


async def runs(caller: Caller) -> int:
    return len((await did(caller, "GET", "executions"))["executions"])


@pytest.mark.parametrize(("when", "launched", "status"), [("before", 0, 0), ("after", 1, 200)])
async def test_a_connection_is_reset_before_or_after_the_launch_took_effect(
    twin: Caller, when: str, launched: int, status: int
) -> None:
    await faulty(twin, {"name": "lost", "operation": "postFlowsExecutions", "reset": when, "times": 1})
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await launch(twin)
    assert await runs(twin) == launched
    [line] = await lines(twin, operation="postFlowsExecutions")
    assert (line["status"], line["fault"]) == (status, f"lost (reset {when})")
    assert ("execution" in line) == bool(launched)
    assert (await launch(twin)).status == 200, "once was enough"


async def test_an_answer_that_says_504_although_the_launch_took_effect(twin: Caller) -> None:
    await faulty(twin, {"code": "request.timeout", "took_effect": True, "times": 1})
    reply = await launch(twin)
    assert (reply.status, reply.code) == (504, "request.timeout")
    [line] = await lines(twin, operation="postFlowsExecutions")
    assert (line["status"], line["fault"], line["flow"]) == (504, "request.timeout+took effect", "Customer callback")
    assert await runs(twin) == 1


async def raw(caller: Caller, path: str) -> tuple[bytes, bytes, bool]:
    """Read everything until the end; gives head, body, and whether the connection was ended in order."""
    at = caller.twin.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(at[0], int(at[1]))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {caller.token}\r\n\r\n".encode())
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.read(-1)
    writer.close()
    return head, body, True


async def test_a_truncated_answer_ends_in_the_middle_of_its_body(twin: Caller) -> None:
    whole = (await twin.get("/api/v2/flows?pageSize=5")).body
    await faulty(twin, {"truncate": 0.5})
    head, body, _ = await raw(twin, "/api/v2/flows?pageSize=5")
    announced = next(int(line.split(b": ")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    assert announced == len(whole)
    assert body == whole[: announced // 2]


async def test_a_malformed_answer_is_whole_by_http_and_no_json(twin: Caller) -> None:
    await faulty(twin, {"malformed": True, "times": 1})
    reply = await launch(twin)
    assert reply.status == 200
    assert len(reply.body) == int(reply.headers["content-length"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)
    assert await runs(twin) == 1
    assert (await launch(twin)).json["id"], "the connection and the twin are sound"


async def test_a_slow_body_comes_in_pieces_and_whole(twin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(striking, "sleep", sleep)
    await faulty(twin, {"slow_ms": 2000})
    reply = await launch(twin)
    assert reply.json["id"]
    assert striking.PIECES - 1 <= len(waited) <= striking.PIECES
    assert sum(waited) == pytest.approx(2.0)


async def test_a_delay_holds_the_answer_back(twin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    await faulty(twin, {"delay": {"ms": 250}}, {"delay": {"ms": 100}})
    monkeypatch.setattr(striking, "sleep", sleep)
    assert (await launch(twin)).status == 200
    assert waited == [0.35]


async def test_bursts_of_5xx_and_storms_of_429(twin: Caller) -> None:
    await faulty(
        twin,
        {"name": "burst", "operation": "postFlowsExecutions", "code": "service.unavailable", "skip": 1, "times": 2},
        {"name": "storm", "operation": "getFlows", "code": "too.many.requests.retry.after", "retry_after_s": 5, "times": 3},
    )
    assert [(await launch(twin)).status for _ in range(4)] == [200, 503, 503, 200]
    replies = [await twin.get("/api/v2/flows") for _ in range(4)]
    assert [reply.status for reply in replies] == [429, 429, 429, 200]
    assert replies[0].headers["retry-after"] == "5"
    assert replies[0].json["message"] == "Rate limit exceeded the maximum. Retry the request in [5] seconds"
    told = (await did(twin, "GET", "faults"))["faults"]
    assert [(one["name"], one["met"], one["struck"]) for one in told] == [("burst", 4, 2), ("storm", 4, 3)]
    assert [line["fault"] for line in await lines(twin, fault="storm*")] == ["storm (too.many.requests.retry.after)"] * 3


async def test_a_page_of_a_proxy_between(twin: Caller) -> None:
    await faulty(twin, {"status": 502, "retry_after_s": 1, "times": 1}, {"status": 204, "skip": 1})
    reply = await launch(twin)
    assert (reply.status, reply.headers["content-type"], reply.headers["retry-after"]) == (502, "text/html", "1")
    assert "inin-correlation-id" not in reply.headers
    assert (await launch(twin)).status == 204


async def test_a_token_is_revoked_in_mid_flight(twin: Caller) -> None:
    await faulty(twin, {"revoke": True, "operation": "postFlowsExecutions", "skip": 1, "times": 1})
    assert (await launch(twin)).status == 200
    refused = await launch(twin)
    assert (refused.status, refused.code) == (401, "bad.credentials")
    assert (await twin.get("/api/v2/flows")).status == 401, "the token is gone, not the request alone"
    await twin.sign_in()
    assert (await launch(twin)).status == 200
    assert await runs(twin) == 2


async def test_by_flow_and_by_client(twin: Caller) -> None:
    await did(twin, "POST", "clients", {"id": "other", "secret": "other-secret"})
    await faulty(twin, {"flow": "Payment follow-up", "status": 500}, {"client": "other", "operation": "getFlows", "status": 502})
    assert (await launch(twin)).status == 200
    assert (await twin.launch({"flowId": twin.flows["Payment follow-up"]})).status == 500
    assert (await twin.get("/api/v2/flows")).status == 200
    twin.token = (await twin.ask_token("other:other-secret")).json["access_token"]
    assert (await twin.get("/api/v2/flows")).status == 502


async def test_the_token_endpoint_has_faults_in_its_own_form(twin: Caller) -> None:
    await did(twin, "POST", "faults", {"preset": "token-limit"})
    client = f"{twin.twin.options.client_id}:{twin.twin.options.client_secret}"
    refused = await twin.ask_token(client)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")
    assert refused.json["description"].startswith("rate limit exceeded;")
    assert (await twin.get("/api/v2/flows")).status == 200
    assert [(await twin.ask_token(client)).status for _ in range(3)] == [400, 400, 200]


async def test_the_same_seed_strikes_the_same_requests(twin: Caller) -> None:
    async def statuses(seed: int) -> list[int]:
        await faulty(twin, {"status": 503, "probability": 0.5, "operation": "getFlows"}, seed=seed)
        return [(await twin.get("/api/v2/flows?pageSize=1")).status for _ in range(20)]

    first = await statuses(3)
    assert set(first) == {200, 503}
    assert await statuses(3) == first
    assert await statuses(4) != first


async def test_a_scenario_from_the_start_outlives_a_reset(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text("- {name: from the file, operation: postFlowsExecutions, code: internal.server.error, times: 1}\n")
    caller = await start(faults=read_scenario(file))
    assert [(await launch(caller)).status for _ in range(2)] == [500, 200]
    await did(caller, "POST", "reset")
    await caller.sign_in()
    assert [(await launch(caller)).status for _ in range(2)] == [500, 200], "a reset begins again, counts and all"
    await did(caller, "DELETE", "faults")
    assert (await did(caller, "GET", "faults"))["faults"] == []


async def test_presets_are_told_and_one_that_is_none_is_refused_with_those_there_are(twin: Caller) -> None:
    told = (await did(twin, "GET", "presets"))["presets"]
    for name in told:
        assert (await did(twin, "POST", "faults", {"preset": name}))["faults"]
    refused = await asked(twin, "POST", "faults", {"preset": "stormy"})
    assert (refused.status, refused.json["code"]) == (400, "TL571")
    assert "storm-429" in refused.json["detail"]


async def test_requests_that_are_let_in_by_nobody_meet_no_fault(twin: Caller) -> None:
    await faulty(twin, {"status": 500})
    twin.token = "nobody's"
    reply = await twin.send("POST", LAUNCH, b"{}", {"Authorization": "Bearer x", "Content-Type": "application/json"})
    assert reply.status == 401
