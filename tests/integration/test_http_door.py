"""The HTTP door over real sockets: what it takes, what it refuses, and that a refusal stores nothing."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.support.door import Reply, Served, served, source
from tests.support.launches import NOW, a_launch, options
from tests.unit.test_signature import hub
from tieline.domain.launch import FlowExecutionRequest, State
from tieline.domain.secret import Secret
from tieline.doors.openapi import document
from tieline.doors.source_options import Scheme
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Filter

FLOW = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
CALL = {"flowId": FLOW, "inputs": {"a": 1}}


async def stored(door: Served) -> int:
    return len((await door.queue.list(Filter(), limit=100)).launches)


# -- launches ------------------------------------------------------------------------------------------------------------


async def test_a_launch_is_durable_when_it_is_answered_and_can_be_read() -> None:
    async with served() as door:
        reply = await door.post("/v1/launches?ordering_key=k&priority=3&request_id=r-1", CALL)
        assert reply.status == 202
        assert reply.headers["location"] == f"/v1/launches/{reply.value['id']}"
        read = await door.get(reply.headers["location"])
    assert read.status == 200
    assert (read.value["state"], read.value["request_id"], read.value["priority"], read.value["ordering_key"]) == (
        "QUEUED",
        "r-1",
        3,
        "k",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", read.value["create_time"])


@pytest.mark.parametrize("how", ["query", "header"])
async def test_a_repeat_is_harmless(how: str) -> None:
    path = "/v1/launches?request_id=r-1" if how == "query" else "/v1/launches"
    headers = {} if how == "query" else {"Idempotency-Key": '"r-1"'}
    async with served() as door:
        first, again, other = [await door.post(path, call, headers) for call in (CALL, CALL, {**CALL, "name": "x"})]
        assert await stored(door) == 1
    assert (first.status, again.status, other.status) == (202, 200, 409)
    assert again.value == {**first.value, "repeated": True}
    assert other.code == "TL171"


async def test_validate_only_stores_nothing_and_shows_what_would_be_sent() -> None:
    async with served() as door:
        reply = await door.post("/v1/launches?validate_only=true", CALL)
        assert await stored(door) == 0
    assert (reply.status, reply.value["launch_request"]) == (200, {"flowId": FLOW, "inputData": {"Flow.a": 1}})


async def test_a_faulty_launch_is_refused_with_every_finding() -> None:
    async with served() as door:
        reply = await door.post("/v1/launches", {"flowId": FLOW, "flowVersion": 3, "inputs": [], "extra": True})
        assert await stored(door) == 0
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json"
    assert {finding["at"] for finding in reply.value["findings"]} == {"/flowVersion", "/inputs", "/extra"}
    assert all(finding["page"].endswith(finding["code"]) for finding in reply.value["findings"])


async def test_a_launch_can_be_cancelled_until_it_leaves() -> None:
    async with served() as door:
        id = (await door.post("/v1/launches", CALL)).value["id"]
        first, again = [await door.post(f"/v1/launches/{id}:cancel", b"") for _ in range(2)]
        await door.queue.put([a_launch(1, state=State.REFUSED, schedule_time=None)])
        settled = await door.post(f"/v1/launches/{1:020d}:cancel", b"")
        missing = await door.post("/v1/launches/nobody:cancel", b"")
    assert (first.status, first.value["state"]) == (200, "CANCELLED")
    assert (again.status, again.value["state"]) == (200, "CANCELLED")
    assert (settled.status, settled.code) == (409, "TL105")
    assert (missing.status, missing.code) == (404, "TL104")


async def test_a_launch_is_replayed_as_it_would_be_made_today() -> None:
    kept = a_launch(1, request=FlowExecutionRequest(flow_id=FLOW), state=State.REFUSED, schedule_time=None)
    async with served() as door:
        await door.queue.put([kept])
        first, again = [await door.post(f"/v1/launches/{kept.id}:replay", b"") for _ in range(2)]
        missing = await door.post("/v1/launches/nobody:replay", b"")
    assert (first.status, first.value["id"], first.value["state"]) == (200, kept.id, "QUEUED")
    assert (again.status, again.code) == (409, "TL175")
    assert (missing.status, missing.code) == (404, "TL104")


async def test_a_launch_that_would_be_refused_again_says_every_fault() -> None:
    faulty = FlowExecutionRequest(flow_id="no id", flow_version="newest")
    kept = a_launch(1, request=faulty, state=State.EXHAUSTED, schedule_time=None)
    async with served() as door:
        await door.queue.put([kept])
        reply = await door.post(f"/v1/launches/{kept.id}:replay", b"")
        assert await door.queue.get(kept.id) == kept
    assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json")
    assert {finding["at"] for finding in reply.value["findings"]} == {"/flowId", "/flowVersion"}


async def test_what_may_have_run_is_replayed_only_by_that_word() -> None:
    kept = a_launch(1, request=FlowExecutionRequest(flow_id=FLOW), state=State.HELD, schedule_time=None)
    async with served() as door:
        await door.queue.put([kept])
        path = f"/v1/launches/{kept.id}:replay"
        refused = [await door.post(path + query, b"") for query in ("", "?may_repeat=false", "?may_repeat=x", "?may_repaet=true")]
        taken = await door.post(path + "?may_repeat=true", b"")
    assert [(reply.status, reply.code) for reply in refused] == [(409, "TL176"), (409, "TL176"), (400, "TL140"), (400, "TL140")]
    assert (taken.status, taken.value["state"]) == (200, "QUEUED")


async def test_nobody_without_a_token_replays() -> None:
    async with served(tokens=(Secret("t"),)) as door:
        reply = await door.post("/v1/launches/x:replay", b"")
    assert (reply.status, reply.code) == (401, "TL101")


async def test_a_list_comes_in_pages_and_can_be_narrowed() -> None:
    async with served() as door:
        ids = [(await door.post("/v1/launches", {**CALL, "name": str(n)})).value["id"] for n in range(5)]
        await door.post(f"/v1/launches/{ids[0]}:cancel", b"")
        first = await door.get("/v1/launches?page_size=3")
        second = await door.get(f"/v1/launches?page_size=3&page_token={first.value['next_page_token']}")
        cancelled = await door.get("/v1/launches?state=cancelled")
        wrong = [
            await door.get(f"/v1/launches?{query}")
            for query in ("state=QUEUD", "state=", "page_token=%21", "page_size=0", "page_size=", "created_after=", "sate=QUEUED")
        ]
    assert [launch["id"] for launch in first.value["launches"] + second.value["launches"]] == ids[::-1]
    assert second.value["next_page_token"] == ""
    assert [launch["id"] for launch in cancelled.value["launches"]] == [ids[0]]
    assert [reply.code for reply in wrong] == ["TL106", "TL106", "TL107", "TL140", "TL140", "TL140", "TL140"]


# -- bodies --------------------------------------------------------------------------------------------------------------


async def refused(door: Served, reply: Reply, code: str, status: int) -> None:
    assert (reply.status, reply.code) == (status, code)
    assert await stored(door) == 0


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with served(max_bytes=1000) as door:
        await refused(door, await door.post("/v1/launches", {"name": "x" * 1000}), "TL130", 413)
        chunked = b"POST /v1/launches HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunked += b"200\r\n" + b"x" * 512 + b"\r\n" + b"200\r\n" + b"x" * 512 + b"\r\n"
        await refused(door, await door.ask(chunked), "TL130", 413)
        small = await door.post("/v1/launches", CALL)
    assert small.status == 202


@pytest.mark.parametrize("path", ["/v1/launches", "/v1/events/open"])
@pytest.mark.parametrize(
    ("body", "headers", "code", "status"),
    [
        (b"not json", {}, "TL132", 400),
        (b"", {}, "TL131", 400),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, {}, "TL134", 400),
        (b"[" * 100_000, {}, "TL134", 400),
        (b'{"a":1,"a":2}', {}, "TL133", 400),
        (b"{}", {"Content-Type": "text/plain"}, "TL135", 415),
        (b"{}", {"Content-Type": ""}, "TL135", 415),
        (b"\x1f\x8b", {"Content-Encoding": "gzip"}, "TL136", 415),
    ],
)
async def test_a_body_that_cannot_be_taken_is_a_clear_refusal(
    path: str, body: bytes, headers: dict[str, str], code: str, status: int
) -> None:
    async with served() as door:
        await refused(door, await door.post(path, body, headers), code, status)


async def test_a_body_that_does_not_come_is_refused_and_gives_its_place_back() -> None:
    async with served(body_ms=50, max_in_flight=1) as door:
        stalled = b"POST /v1/events/open HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        answer = await door.ask(stalled)
        await refused(door, answer, "TL141", 408)
        assert answer.headers["connection"] == "close"
        assert (await door.post("/v1/launches", CALL)).status == 202


async def test_a_caller_that_goes_away_stores_nothing_and_harms_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        _, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(b"POST /v1/launches HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await door.post("/v1/launches", CALL)).status == 202
        assert await stored(door) == 1
    said = capsys.readouterr()
    assert "TL901" not in said.out + said.err


# -- webhooks ------------------------------------------------------------------------------------------------------------


async def events(door: Served) -> list[Any]:
    page = await door.queue.list(Filter(), limit=100)
    return [launch.event for launch in reversed(page.launches)]


async def test_a_github_webhook_is_signed_stored_and_a_redelivery_is_a_repeat() -> None:
    body = b'{"zen": "Design for failure."}'
    headers = {
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": "d-1",
        "X-Hub-Signature-256": hub("It's a Secret to Everybody", body)["x-hub-signature-256"],
    }
    async with served() as door:
        first, again = [await door.post("/v1/events/github", body, headers) for _ in range(2)]
        forged = await door.post("/v1/events/github", body + b" ", headers)
        [event] = await events(door)
    assert (first.status, again.status, forged.status) == (202, 200, 401)
    assert first.value["state"] == "REFUSED"
    assert (event.id, event.source, event.type, event.data) == ("d-1", "github", "ping", json.loads(body))


async def test_cloudevents_come_in_binary_structured_and_batch_mode() -> None:
    binary = {
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "/shop",
        "ce-type": "sold",
        "ce-subject": "caf%C3%A9",
        "ce-tenant": "t",
    }
    structured = {"specversion": "1.0", "id": "2", "source": "/shop", "type": "sold", "data": {"n": 2}, "tenant": "t"}
    batch = [{**structured, "id": "3"}, {**structured, "id": "4"}]
    async with served() as door:
        one = await door.post("/v1/events/open", {"n": 1}, binary)
        two = await door.post("/v1/events/open", structured, {"Content-Type": "application/cloudevents+json; charset=utf-8"})
        many = await door.post("/v1/events/open", batch, {"Content-Type": "application/cloudevents-batch+json"})
        found = await events(door)
    assert [reply.status for reply in (one, two, many)] == [202, 202, 202]
    assert len(many.value["receipts"]) == 2
    assert [(event.id, event.source, event.type) for event in found] == [(str(n), "/shop", "sold") for n in (1, 2, 3, 4)]
    assert (found[0].subject, found[0].data, found[0].extensions) == ("café", {"n": 1}, {"tenant": "t"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/cloudevents+json", {"specversion": "0.3", "id": "1", "source": "s", "type": "t"}),
        ("application/cloudevents+json", {"specversion": "1.0", "id": "", "source": "s", "type": "t"}),
        ("application/cloudevents+json", {"specversion": "1.0", "id": 1, "source": "s", "type": "t"}),
        ("application/cloudevents+json", {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data_base64": "AA=="}),
        ("application/cloudevents+json", []),
        ("application/cloudevents-batch+json", []),
        ("application/cloudevents-batch+json", {}),
    ],
)
async def test_what_is_no_cloudevent_is_refused(kind: str, body: Any) -> None:
    async with served() as door:
        await refused(door, await door.post("/v1/events/open", body, {"Content-Type": kind}), "TL155", 400)


async def test_no_sender_speaks_in_the_name_of_another() -> None:
    event = {"specversion": "1.0", "id": "1", "source": "github", "type": "push"}
    binary = {f"ce-{name}": value for name, value in event.items()}
    async with served() as door:
        alone = await door.post("/v1/events/open", event, {"Content-Type": "application/cloudevents+json"})
        batch = [{**event, "source": "open"}, event]
        among = await door.post("/v1/events/open", batch, {"Content-Type": "application/cloudevents-batch+json"})
        headers = await door.post("/v1/events/open", {}, binary)
        for reply in (alone, among, headers):
            await refused(door, reply, "TL156", 403)
        own = await door.post("/v1/events/open", {}, {**binary, "ce-source": "open"})
    assert own.status == 202


async def test_headers_that_no_signature_covers_do_not_say_what_a_signed_body_is() -> None:
    body = b'{"zen": "Design for failure."}'
    signed = {
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": "d-1",
        "X-Hub-Signature-256": hub("It's a Secret to Everybody", body)["x-hub-signature-256"],
    }
    forged = {"ce-specversion": "1.0", "ce-id": "d-2", "ce-source": "/x", "ce-type": "push"}
    async with served() as door:
        first = await door.post("/v1/events/github", body, signed)
        again = await door.post("/v1/events/github", body, {**signed, **forged})
        mapped = await door.post("/v1/events/mapped", {"number": 7}, forged)
        found = await events(door)
    assert (first.status, again.status, mapped.status) == (202, 200, 202)
    assert [(event.id, event.source, event.type) for event in found] == [("d-1", "github", "ping"), ("7", "mapped", "event")]


async def test_a_plain_webhook_without_an_id_is_told_apart_by_its_body() -> None:
    async with served() as door:
        first, again, other = [await door.post("/v1/events/open", {"n": n}) for n in (1, 1, 2)]
    assert first.value["id"] == again.value["id"] != other.value["id"]


async def test_an_unknown_source_is_not_told_which_there_are() -> None:
    async with served() as door:
        reply = await door.post("/v1/events/githup", {})
        await refused(door, reply, "TL139", 404)
    assert "github" not in json.dumps(reply.value)


async def test_nothing_of_a_refused_body_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        for path in ("/v1/events/github", "/v1/launches", "/v1/events/open"):
            await door.post(path, b'{"card": "4242 4242"', {"X-Hub-Signature-256": "sha256=" + "0" * 64})
    said = capsys.readouterr()
    assert "4242" not in said.out + said.err


async def test_a_refused_webhook_is_told_to_the_operator_without_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        reply = await door.post("/v1/events/github", b'{"card": "4242 4242"}', {"X-Hub-Signature-256": "sha256=" + "0" * 64})
        await door.post("/v1/events/card4242", {})
    said = capsys.readouterr()
    first, second = [line for line in (said.out + said.err).splitlines() if "webhook refused" in line]
    assert all(word in first for word in ("TL151", "github", reply.value["instance"].removeprefix("urn:tieline:")))
    assert "TL139" in second
    assert "4242" not in first + second


# -- the door itself -----------------------------------------------------------------------------------------------------


async def test_a_token_is_asked_for_where_there_are_some() -> None:
    async with served(tokens=(Secret("old"), Secret("new"))) as door:
        tries = [
            await door.get("/v1/launches", headers)
            for headers in ({}, *({"Authorization": f"Bearer {t}"} for t in ("old", "new", "x")))
        ]
        basic = await door.get("/v1/launches", {"Authorization": "Basic old"})
        health = await door.get("/healthz")
    assert [reply.status for reply in tries] == [401, 200, 200, 401]
    assert (basic.status, basic.headers["www-authenticate"]) == (401, "Bearer")
    assert health.status == 200


async def test_unknown_paths_and_methods_have_their_answer() -> None:
    async with served() as door:
        path = await door.get("/v2/launches")
        method = await door.ask("DELETE /v1/launches HTTP/1.1\nHost: l\n\n")
        webhook = await door.get("/v1/events/open")
    assert (path.status, path.code) == (404, "TL137")
    assert (method.status, method.code, method.headers["allow"]) == (405, "TL138", "POST, GET, HEAD")
    assert (webhook.status, webhook.headers["allow"]) == (405, "POST")
    assert [reply.value["status"] for reply in (path, method, webhook)] == [404, 405, 405]


class Stuck(MemoryQueue):
    """A queue whose put waits until it may go on."""

    def __init__(self) -> None:
        super().__init__(options(), lambda: NOW)
        self.entered = asyncio.Event()
        self.go = asyncio.Event()

    async def put(self, launches: Any) -> Any:
        self.entered.set()
        await self.go.wait()
        return await super().put(launches)


async def test_more_at_once_than_the_door_takes_is_overload() -> None:
    queue = Stuck()
    async with served(queue=queue, max_in_flight=1) as door:
        first = asyncio.create_task(door.post("/v1/launches", CALL))
        await queue.entered.wait()
        second = await door.post("/v1/launches", CALL)
        health = await door.get("/healthz")
        queue.go.set()
        assert (await first).status == 202
    assert (second.status, second.code, second.headers["retry-after"], health.status) == (429, "TL102", "1", 200)


async def test_a_stop_finishes_what_is_under_way() -> None:
    queue = Stuck()
    async with served(queue=queue) as door:
        first = asyncio.create_task(door.post("/v1/launches", CALL))
        await queue.entered.wait()
        stopping = asyncio.create_task(door.door.stop())
        await asyncio.sleep(0)
        queue.go.set()
        assert (await first).status == 202
        await stopping
    assert [launch.state for launch in (await queue.list(Filter(), limit=9)).launches] == [State.QUEUED]


async def test_a_full_queue_says_when_to_come_back() -> None:
    queue = MemoryQueue(options(max_waiting=1), lambda: NOW)
    async with served(queue=queue) as door:
        replies = [await door.post("/v1/launches", {**CALL, "name": str(n)}) for n in range(2)]
    assert (replies[1].status, replies[1].code, replies[1].headers["retry-after"]) == (429, "TL302", "1")


async def test_a_bug_is_a_500_with_a_trace_id_and_nothing_else() -> None:
    class Broken(MemoryQueue):
        async def get(self, id: str) -> Any:
            raise ZeroDivisionError("inside words")

    async with served(queue=Broken(options(), lambda: NOW)) as door:
        reply = await door.get("/v1/launches/1")
    assert (reply.status, reply.code) == (500, "TL901")
    assert "inside words" not in json.dumps(reply.value)


async def test_an_address_in_use_is_named() -> None:
    async with served() as door:
        with pytest.raises(Exception, match="TL110"):
            async with served(port=door.port):
                raise AssertionError("two doors on one port")


async def test_readiness_says_what_a_receipt_means() -> None:
    async with served() as door:
        reply = await door.get("/readyz")
    assert (reply.status, reply.value["ready"], reply.value["receipt_means"]) == (200, True, "memory, tests only")


async def test_the_description_is_valid_openapi_and_served() -> None:
    async with served() as door:
        reply = await door.get("/openapi.json")
    assert reply.value == document()
    validate(reply.value)


async def test_a_source_has_a_bound_of_its_own() -> None:
    async with served(source("open", Scheme.NONE, max_bytes=10)) as door:
        await refused(door, await door.post("/v1/events/open", {"a": "0123456789"}), "TL130", 413)
