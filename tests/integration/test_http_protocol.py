"""What comes to the HTTP door and is not quite HTTP/1.1: offers to upgrade, TLS, HTTP/2, noise; each has an answer, none loses a body."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.integration.test_http_door import CALL, Stuck
from tests.support.door import ANSWER_SECONDS, Served, served
from tieline.doors.http_protocol import HTTP_1_1_REQUIRED
from tieline.queue.port import Filter

H2C = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}


async def said(door: Served, *parcels: bytes) -> bytes:
    """Send parcels one after the other; gives all that comes until the door ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    async with asyncio.timeout(ANSWER_SECONDS):
        for parcel in parcels:
            writer.write(parcel)
            await writer.drain()
        whole = await reader.read()
    writer.close()
    return whole


def problem(answer: bytes) -> Any:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n")
    return json.loads(body)


async def test_a_launch_that_offers_h2c_keeps_its_body() -> None:
    """As Java's HTTP client sends its first POST; uvicorn alone drops the body."""
    async with served() as door:
        reply = await door.post("/v1/launches", CALL, H2C)
        second = await door.post(
            "/v1/launches", {**CALL, "name": "in two parts"}, {"Connection": "Upgrade", "Upgrade": "websocket"}
        )
    assert (reply.status, second.status) == (202, 202)


async def test_a_body_behind_an_offer_may_come_in_parts_and_a_request_behind_it() -> None:
    body = json.dumps(CALL).encode()
    lines = ["POST /v1/launches HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in H2C.items()), "", ""]).encode()
    async with served() as door:
        answers = await said(
            door, head[:40], head[40:], body[:5], body[5:] + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
    assert answers.count(b"HTTP/1.1 202 Accepted") == 1
    assert answers.endswith(b'{"status":"serving"}')


@pytest.mark.parametrize(
    ("sent", "begins"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
        (b"hello\r\n\r\n", ""),
        (b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", ""),
        (b"GET / HTTP/1.1\r\nHost x\r\n\r\n", ""),
    ],
    ids=["tls", "garbage", "connect", "colon"],
)
async def test_what_is_no_request_is_told_with_a_code(sent: bytes, begins: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        told = problem(await said(door, sent))
    assert (told["code"], told["metadata"]["begins"]) == ("TL142", begins)
    assert (f"with {begins}" in told["detail"]) == (begins != "")
    logged = capsys.readouterr()
    assert "no request" in logged.out
    assert "Invalid HTTP" not in logged.out + logged.err


async def test_http_2_is_told_so_in_its_own_way() -> None:
    async with served() as door:
        assert await said(door, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)) == HTTP_1_1_REQUIRED


async def test_noise_behind_a_request_does_not_cost_it_its_answer() -> None:
    """A `Content-Length` that is too small leaves a tail; the launch is stored, so its caller has to hear of it."""
    queue = Stuck()
    body = json.dumps(CALL).encode()
    head = (
        f"POST /v1/launches HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    async with served(queue=queue) as door:
        asking = asyncio.create_task(said(door, head + body + b"}\r\n\r\n", b"more"))
        await queue.entered.wait()
        queue.go.set()
        answer = await asking
        assert len((await door.queue.list(Filter(), limit=9)).launches) == 1
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 202 Accepted")


async def test_a_chunked_body_that_breaks_is_refused_and_stores_nothing() -> None:
    head = b"POST /v1/launches HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with served() as door:
        told = problem(await said(door, head + b'5\r\n{"a":\r\n', b"no chunk\r\n"))
        assert (await door.queue.list(Filter(), limit=9)).launches == ()
    assert told["code"] == "TL142"
