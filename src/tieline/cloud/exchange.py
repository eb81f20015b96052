"""One HTTP exchange, once, with the truth about whether a byte went out."""

from __future__ import annotations

import asyncio
import ssl
from types import SimpleNamespace

import aiohttp
import msgspec

from tieline.cloud.answer import Answer, Exchange, Fault
from tieline.cloud.options import CloudOptions


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request to make: `answer_ms` bounds it as a whole once connected, `max_bytes` its answer."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None = None
    answer_ms: int
    max_bytes: int


class _Way:
    """How far one request has come."""

    sent = False


async def _headers_sent(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams) -> None:
    context.trace_request_ctx.sent = True


def open_session(options: CloudOptions) -> aiohttp.ClientSession:
    """Open the session all calls of one environment share; needs a running event loop.

    aiohttp repeats nothing here: it repeats only idempotent methods, on a connection used before, and redirects are off.
    """
    trace = aiohttp.TraceConfig()
    # Called just before the first byte is handed to the socket, in the same step of the event loop: never too late.
    trace.on_request_headers_sent.append(_headers_sent)
    connector = aiohttp.TCPConnector(limit=options.max_connections, keepalive_timeout=options.keepalive_ms / 1_000)
    return aiohttp.ClientSession(
        connector=connector,
        trace_configs=[trace],
        trust_env=options.proxy_from_env,
        cookie_jar=aiohttp.DummyCookieJar(),
        raise_for_status=False,
    )


async def exchange(session: aiohttp.ClientSession, options: CloudOptions, call: Call) -> Exchange:
    """Make one request and read its answer, bounded in time and size; a network fault is a value, not an exception."""
    way = _Way()
    timeout = aiohttp.ClientTimeout(
        total=(options.connect_ms + call.answer_ms) / 1_000, connect=options.connect_ms / 1_000, sock_read=call.answer_ms / 1_000
    )
    try:
        async with session.request(
            call.method,
            call.url,
            data=call.body,
            headers=call.headers,
            timeout=timeout,
            allow_redirects=False,
            trace_request_ctx=way,
        ) as response:
            body, cut = await _read(response, call.max_bytes)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=headers, body=body, cut=cut)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Fault(text=_say(error, way.sent), host=_host(call.url), sent=way.sent)


async def _read(response: aiohttp.ClientResponse, max_bytes: int) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > max_bytes:
            response.close()
            return b"".join(parts), True
        parts.append(part)
    return b"".join(parts), False


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _say(error: Exception, sent: bool) -> str:
    """Name the step that failed, without anything of the request."""
    match error:
        case asyncio.TimeoutError():
            return "no answer in time" if sent else "no connection in time"
        case aiohttp.ClientConnectorDNSError():
            return "the name cannot be resolved"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate was not accepted"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return "no TLS session came about"
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed before an answer"
        case aiohttp.ClientPayloadError():
            return "the answer was cut off"
        case aiohttp.ClientResponseError():
            return "the answer is not HTTP"
        case OSError() if error.strerror:
            return error.strerror.lower()
        case _:
            return type(error).__name__
