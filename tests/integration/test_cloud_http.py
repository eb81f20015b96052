"""The cloud over real sockets: a scripted server on loopback that misbehaves in every way, and sees each launch once."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from tieline.cloud.http import HttpCloud
from tieline.cloud.options import CloudOptions
from tieline.domain.outcome import Allowance, Outcome, OutcomeKind
from tieline.domain.secret import Secret
from tieline.problems.base import ProblemError
from tieline.problems.cloud import CloudForbidden, CloudThrottled

Handler = Callable[["Server", asyncio.StreamWriter], Awaitable[None]]
TOKEN = b'{"access_token":"t","token_type":"bearer","expires_in":86400}'


def http(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(status: int, body: bytes, *headers: str) -> Handler:
    async def handler(_: Server, writer: asyncio.StreamWriter) -> None:
        writer.write(http(status, body, *headers))

    return handler


async def resets(_: Server, writer: asyncio.StreamWriter) -> None:
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.close()


async def closes(_: Server, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def cuts_off(_: Server, writer: asyncio.StreamWriter) -> None:
    writer.write(http(200, b'{"id":"x', length=100))
    writer.close()


async def never_answers(server: Server, _: asyncio.StreamWriter) -> None:
    await server.ended.wait()


class Server:
    """Reads requests and answers the token itself, everything else through `handler`."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.tokens: list[Handler] = []
        self.ended = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
                await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = first.split(" ")
                self.seen.append(f"{method} {path.partition('?')[0]}")
                self.headers.append(headers)
                if path == "/oauth/token":
                    await (self.tokens.pop(0) if self.tokens else says(200, TOKEN))(self, writer)
                else:
                    await self.handler(self, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    @property
    def launches(self) -> int:
        return self.seen.count("POST /api/v2/flows/executions")


@asynccontextmanager
async def cloud_at(
    handler: Handler, *, clock: Callable[[], int] = lambda: 1_000_000, **options: Any
) -> AsyncIterator[tuple[Server, HttpCloud]]:
    server = Server(handler)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    cloud = HttpCloud(settings(server.port, **options), clock)
    try:
        yield server, cloud
    finally:
        server.ended.set()
        await cloud.close()
        listening.close()
        await listening.wait_closed()


def settings(port: int, **more: object) -> CloudOptions:
    url = f"http://127.0.0.1:{port}"
    plain = CloudOptions(api_url=url, login_url=url, client_id="c", client_secret=Secret("s3cret"), answer_ms=5_000)
    return msgspec.structs.replace(plain, **more)


async def one_launch(handler: Handler, **options: Any) -> Outcome:
    async with cloud_at(handler, **options) as (server, cloud):
        outcome = await cloud.launch(b'{"flowId":"f"}')
        assert server.launches == 1
        return outcome


def code(outcome: Outcome) -> str:
    assert outcome.finding is not None
    return outcome.finding.code


def error(status: int, name: str, *headers: str) -> Handler:
    return says(status, json.dumps({"status": status, "code": name, "message": "Words."}).encode(), *headers)


async def test_a_launch_names_its_execution_and_the_allowance() -> None:
    headers = ("ININ-Correlation-Id: c-1", "inin-ratelimit-count: 3", "inin-ratelimit-allowed: 180", "inin-ratelimit-reset: 61")
    outcome = await one_launch(says(200, b'{"id":"x-1"}', *headers))
    assert (outcome.kind, outcome.execution_id, outcome.correlation_id) == (OutcomeKind.LAUNCHED, "x-1", "c-1")
    assert outcome.allowance == Allowance(count=3, allowed=180, reset_ms=61_000)


@pytest.mark.parametrize(
    "handler",
    [
        resets,
        closes,
        cuts_off,
        error(500, "internal.server.error"),
        error(503, "service.unavailable"),
        error(408, "client.timeout"),
    ],
)
async def test_what_may_have_started_is_ambiguous(handler: Handler) -> None:
    outcome = await one_launch(handler)
    assert outcome.kind is OutcomeKind.AMBIGUOUS
    assert outcome.counted


async def test_an_answer_that_does_not_come_is_ambiguous() -> None:
    outcome = await one_launch(never_answers, answer_ms=50)
    assert (outcome.kind, code(outcome)) == (OutcomeKind.AMBIGUOUS, "TL430")


async def test_a_failure_of_the_cloud_is_ambiguous_and_named() -> None:
    outcome = await one_launch(error(500, "architect.unspecified.error", "ININ-Correlation-Id: c-9"))
    assert (outcome.kind, code(outcome)) == (OutcomeKind.AMBIGUOUS, "TL432")
    assert outcome.finding is not None
    assert outcome.finding.metadata["correlation_id"] == "c-9"


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"id":null}', b"[1]", b"", b"[" * 100_000])
async def test_a_success_that_names_no_execution_is_ambiguous(body: bytes) -> None:
    outcome = await one_launch(says(200, body))
    assert (outcome.kind, code(outcome)) == (OutcomeKind.AMBIGUOUS, "TL431")


async def test_an_answer_larger_than_allowed_is_ambiguous() -> None:
    outcome = await one_launch(says(200, b'{"id":"x"}' + b" " * 5_000), max_answer_bytes=1_000)
    assert (outcome.kind, code(outcome)) == (OutcomeKind.AMBIGUOUS, "TL431")


@pytest.mark.parametrize(
    ("status", "name", "wanted"),
    [
        (400, "variable.value.not.allowed", "TL401"),
        (400, "flow.config.not.published", "TL404"),
        (403, "missing.any.permissions", "TL402"),
        (404, "architect.flow.not.found", "TL403"),
        (409, "request.conflict", "TL401"),
        (410, "architect.flow.deleted", "TL401"),
        (413, "request.entity.too.large", "TL401"),
        (415, "unsupported.media.type", "TL401"),
    ],
)
async def test_a_refusal_keeps_the_clouds_code_and_message(status: int, name: str, wanted: str) -> None:
    outcome = await one_launch(error(status, name))
    assert (outcome.kind, code(outcome)) == (OutcomeKind.REFUSED, wanted)
    assert outcome.finding is not None
    assert outcome.finding.metadata["cloud_code"] == name
    assert outcome.finding.metadata["cloud_message"] == "Words."


async def test_a_refusal_in_html_is_a_refusal() -> None:
    outcome = await one_launch(says(400, b"<html>no</html>"))
    assert (outcome.kind, code(outcome)) == (OutcomeKind.REFUSED, "TL401")


async def test_a_throttle_says_how_long_and_is_not_repeated() -> None:
    outcome = await one_launch(error(429, "too.many.requests.retry.after", "Retry-After: 7"))
    assert (outcome.kind, outcome.retry_after_ms, code(outcome)) == (OutcomeKind.THROTTLED, 7_000, "TL410")


async def test_a_redirect_is_not_followed() -> None:
    outcome = await one_launch(says(307, b"", "Location: /elsewhere"))
    assert (outcome.kind, code(outcome)) == (OutcomeKind.NOT_SENT, "TL422")


async def test_a_refused_token_is_dropped_and_renewed_for_the_next_try() -> None:
    async with cloud_at(error(401, "bad.credentials")) as (server, cloud):
        first = await cloud.launch(b"{}")
        server.handler = says(200, b'{"id":"x"}')
        second = await cloud.launch(b"{}")
        assert (first.kind, code(first), second.kind) == (OutcomeKind.NOT_SENT, "TL405", OutcomeKind.LAUNCHED)
        assert server.seen.count("POST /oauth/token") == 2
        assert server.launches == 2


async def test_launches_at_once_share_one_token() -> None:
    async with cloud_at(says(200, b'{"id":"x"}')) as (server, cloud):
        outcomes = await asyncio.gather(*(cloud.launch(b"{}") for _ in range(8)))
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.LAUNCHED}
        assert server.seen.count("POST /oauth/token") == 1
        assert server.launches == 8
        assert {headers["authorization"] for headers in server.headers[1:]} == {"Bearer t"}


def token(value: str, seconds: int = 1_000) -> Handler:
    return says(200, json.dumps({"access_token": value, "token_type": "bearer", "expires_in": seconds}).encode())


async def test_a_token_is_renewed_ahead_of_its_end_and_serves_until_then_when_that_fails() -> None:
    now = [0]
    async with cloud_at(says(200, b'{"id":"x"}'), clock=lambda: now[0]) as (server, cloud):
        server.tokens = [token("first"), says(503, b""), says(503, b""), token("second")]
        shown = []
        for seconds in (0, 899, 900, 950, 998):
            now[0] = seconds * 1_000
            outcome = await cloud.launch(b"{}")
            assert outcome.kind is OutcomeKind.LAUNCHED
            shown.append((seconds, server.headers[-1]["authorization"][7:], server.seen.count("POST /oauth/token")))
        assert shown == [(0, "first", 1), (899, "first", 1), (900, "first", 2), (950, "first", 3), (998, "second", 4)]


async def test_a_token_past_its_end_is_never_sent() -> None:
    now = [0]
    async with cloud_at(says(200, b'{"id":"x"}'), clock=lambda: now[0]) as (server, cloud):
        server.tokens = [token("first"), says(503, b"")]
        await cloud.launch(b"{}")
        now[0] = 1_000_000
        outcome = await cloud.launch(b"{}")
        assert (outcome.kind, outcome.counted, server.launches) == (OutcomeKind.NOT_SENT, False, 1)


async def test_an_older_refusal_does_not_drop_a_newer_token() -> None:
    """Two launches are under way when the token is revoked; the second hears of it after the first has a new one."""
    held = asyncio.Event()

    async def revoked(server: Server, writer: asyncio.StreamWriter) -> None:
        refused = server.launches <= 2
        if server.launches == 1:
            await held.wait()
        writer.write(http(401, b'{"code":"bad.credentials"}') if refused else http(200, b'{"id":"x"}'))

    async with cloud_at(revoked) as (server, cloud):
        server.tokens = [token("first"), token("second"), token("third")]
        late = asyncio.create_task(cloud.launch(b"{}"))
        while server.launches < 1:
            await asyncio.sleep(0)
        first = await cloud.launch(b"{}")
        again = await cloud.launch(b"{}")
        held.set()
        assert (first.kind, again.kind) == (OutcomeKind.NOT_SENT, OutcomeKind.LAUNCHED)
        await late
        await cloud.launch(b"{}")
        assert server.headers[-1]["authorization"] == "Bearer second"
        assert server.seen.count("POST /oauth/token") == 2


async def test_wrong_credentials_are_told_as_such() -> None:
    refusal = b'{"error":"invalid_client","description":"client not found","error_description":"client not found"}'
    async with cloud_at(says(200, b"{}")) as (server, cloud):
        server.tokens = [says(400, refusal)]
        outcome = await cloud.launch(b"{}")
        assert (outcome.kind, code(outcome), outcome.counted) == (OutcomeKind.NOT_SENT, "TL406", False)
        assert server.launches == 0
        assert "s3cret" not in repr(outcome)


async def test_too_many_tokens_is_a_throttle() -> None:
    refusal = b'{"error":"invalid_request","description":"rate limit exceeded; x","error_description":"rate limit exceeded; x"}'
    async with cloud_at(says(200, b"{}")) as (server, cloud):
        server.tokens = [says(400, refusal)]
        outcome = await cloud.launch(b"{}")
        again = await cloud.launch(b"{}")
        assert (outcome.kind, code(outcome), outcome.counted) == (OutcomeKind.THROTTLED, "TL411", False)
        assert again.retry_after_ms == outcome.retry_after_ms == 60_000
        assert server.seen == ["POST /oauth/token"]


@pytest.mark.parametrize("answer", [says(200, b"<html>"), says(500, b""), says(200, b'{"access_token":""}'), says(302, b"")])
async def test_a_login_host_without_a_token_is_told(answer: Handler) -> None:
    async with cloud_at(says(200, b"{}")) as (server, cloud):
        server.tokens = [answer]
        outcome = await cloud.launch(b"{}")
        assert (outcome.kind, code(outcome), outcome.counted) == (OutcomeKind.NOT_SENT, "TL421", False)
        assert server.launches == 0


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{closed}", "http://no-such-host.invalid", "https://127.0.0.1:{open}", "not an address"]
)
async def test_a_cloud_that_cannot_be_reached_is_not_sent(url: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with cloud_at(closes) as (server, _):
            api = url.format(closed=held.getsockname()[1], open=server.port)
            away = HttpCloud(settings(server.port, api_url=api, connect_ms=500), lambda: 1_000_000)
            outcome = await away.launch(b"{}")
            await away.close()
            assert (outcome.kind, code(outcome), outcome.counted) == (OutcomeKind.NOT_SENT, "TL420", False)
            assert server.launches == 0


async def test_a_connection_closed_after_an_answer_is_not_used_again() -> None:
    async def answers_and_closes(_: Server, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, b'{"id":"x"}'))
        await writer.drain()
        writer.close()

    async with cloud_at(answers_and_closes) as (server, cloud):
        for number in range(1, 4):
            outcome = await cloud.launch(b"{}")
            await asyncio.sleep(0.01)
            assert outcome.kind is OutcomeKind.LAUNCHED
            assert server.launches == number


async def test_a_reused_connection_that_ends_unanswered_is_ambiguous_and_not_repeated() -> None:
    async with cloud_at(says(200, b'{"id":"x"}')) as (server, cloud):
        await cloud.launch(b"{}")
        server.handler = resets
        outcome = await cloud.launch(b"{}")
        assert outcome.kind is OutcomeKind.AMBIGUOUS
        assert server.launches == 2


async def test_flows_are_read_page_by_page() -> None:
    pages = [
        {
            "entities": [
                {"id": "1", "name": "a", "type": "WORKFLOW", "publishedVersion": {"id": "2.0"}, "inputSchema": {"x": 1}}
            ],
            "pageCount": 2,
        },
        {"entities": [{"id": "2", "name": "b", "type": "BOT"}, {"name": "no id"}, 7], "pageCount": 2},
    ]

    async def listing(server: Server, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, json.dumps(pages[server.seen.count("GET /api/v2/flows") - 1]).encode()))

    async with cloud_at(listing) as (server, cloud):
        one, two = await cloud.flows()
        assert (one.id, one.version, one.published, one.input_schema) == ("1", "2.0", True, {"x": 1})
        assert (two.type, two.version, two.published) == ("BOT", None, False)
        assert server.seen.count("GET /api/v2/flows") == 2


async def test_flows_that_cannot_be_read_are_a_problem() -> None:
    async with cloud_at(error(429, "too.many.requests.retry.after", "Retry-After: 3")) as (server, cloud):
        with pytest.raises(ProblemError) as throttled:
            await cloud.flows()
        assert isinstance(throttled.value.problems[0], CloudThrottled)
        assert throttled.value.problems[0].retry_after_ms == 3_000
        server.handler = error(403, "missing.any.permissions")
        with pytest.raises(ProblemError) as forbidden:
            await cloud.flows()
        assert isinstance(forbidden.value.problems[0], CloudForbidden)


async def test_a_look_reads_the_run_and_its_error() -> None:
    run = b'{"id":"x","status":"FAILED","flowErrorInfo":{"code":"error.workflow","message":"A null."}}'
    async with cloud_at(says(200, run)) as (server, cloud):
        view = await cloud.execution("x/../1")
        assert (view.status, view.error_code, view.error_message) == ("FAILED", "error.workflow", "A null.")
        assert server.seen[-1] == "GET /api/v2/flows/executions/x%2F..%2F1"
        server.handler = error(404, "architect.flow.execution.not.found")
        assert (await cloud.execution("x")).gone
        server.handler = error(429, "too.many.requests", "Retry-After: 2")
        view = await cloud.execution("x")
        assert (view.throttled, view.retry_after_ms, view.status) == (True, 2_000, None)
        server.handler = closes
        assert (await cloud.execution("x")).status is None
