"""It always answers, within the deadline, with a status that is defined and never 500, and is well afterwards.

One table: what is sent, byte for byte over a socket of its own, and what comes back. `TOKEN` stands for a good token. An answer is a
status with the code of its error body, "" where there is none. What peers do with 22 of these was measured in 2026: Prism 5.16 answers
six of them never, one with 500; every one takes a key given twice.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.twin.raw import DEADLINE_S, LAUNCH, Caller, Hands, started, talk
from tieline.twin.options import TwinOptions
from tieline.twin.protocol import HEAD_MAX
from tieline.twin.seed import SAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")
FLOW = next(flow.flow_id for flow in SAMPLE if flow.name == "Customer callback")
GOOD = json.dumps({"flowId": FLOW}).encode()
AUTH, JSON, HOST = b"Authorization: Bearer TOKEN", b"Content-Type: application/json", b"Host: twin"
ME = b"/api/v2/tokens/me"
H2C = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")
LAUNCHED, BAD, BROKEN_OFF, TOO_LATE = (200, ""), (400, "bad.request"), (400, "client.failed.request"), (408, "client.timeout")
WRONG_TYPE, UNKNOWN, WRONG_METHOD = (415, "unsupported.media.type"), (404, "not.found"), (405, "method.not.allowed")
NO_TOKEN, BAD_TOKEN, NO_FLOW = (401, "authentication.required"), (401, "bad.credentials"), (404, "architect.flow.not.found")
TOO_LARGE = (413, "request.entity.too.large")
Answer = tuple[int, str]


def says(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """Write a request as it stands, with no header of our own."""
    return b"\r\n".join([line, *headers, b"", b""]) + body


def post(
    body: bytes = GOOD, *more: bytes, version: bytes = b"1.1", kind: bytes = JSON, token: bytes = AUTH, **named: bytes
) -> bytes:
    """Write a launch; `length` stands for its Content-Length, `host` for its Host."""
    length = named.get("length", b"Content-Length: %d" % len(body))
    told = (named.get("host", HOST), token, kind, *more, length)
    return says(b"POST %s HTTP/%s" % (LAUNCH.encode(), version), *(one for one in told if one), body=body)


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def stream(body: bytes, *more: bytes, coding: bytes = b"chunked") -> bytes:
    return post(body, b"Transfer-Encoding: " + coding, *more, length=b"")


def get(path: bytes, *more: bytes, method: bytes = b"GET", token: bytes = AUTH, body: bytes = b"") -> bytes:
    return says(method + b" " + path + b" HTTP/1.1", HOST, token, *more, body=body)


BODIES: dict[str, tuple[bytes, Answer]] = {
    "malformed JSON": (post(b'{"flowId": '), BAD),
    "no body at all": (post(b"", length=b""), BAD),
    "trailing garbage": (post(GOOD + b" x"), BAD),
    "two values": (post(GOOD + GOOD), BAD),
    "NaN": (post(b'{"flowId": "a", "inputData": {"x": NaN}}'), BAD),
    "Infinity": (post(b'{"flowId": "a", "inputData": {"x": -Infinity}}'), BAD),
    "a key given twice": (post(b'{"flowId": 1, "flowId": "%s"}' % FLOW.encode()), BAD),
    "a key given twice, written differently": (post(b'{"flowId": 1, "flow\\u0049d": "%s"}' % FLOW.encode()), BAD),
    "a byte order mark": (post(b"\xef\xbb\xbf" + GOOD), BAD),
    "UTF-16": (post(GOOD.decode().encode("utf-16")), BAD),
    "UTF-16, and said": (post(GOOD.decode().encode("utf-16"), kind=JSON + b"; charset=utf-16"), WRONG_TYPE),
    "another charset, said": (post(kind=JSON + b"; charset=iso-8859-1"), WRONG_TYPE),
    "invalid UTF-8": (post(b'{"flowId": "\xff"}'), BAD),
    "an overlong form of UTF-8": (post(b'{"flowId": "\xc0\xaf"}'), BAD),
    "a lone surrogate": (post(b'{"flowId": "a", "name": "\\ud800"}'), BAD),
    "a surrogate in raw bytes": (post(b'{"flowId": "\xed\xa0\x80"}'), BAD),
    "a control character in a text": (post(b'{"flowId": "a\x00"}'), BAD),
    "a comment": (post(b'{"flowId": "a" /* x */}'), BAD),
    "20,000 deep": (post(b"[" * 20_000 + b"]" * 20_000), BAD),
    "20,000 deep, never closed": (post(b'{"a":' * 20_000), BAD),
    "an integer of 5,000 digits": (post(b'{"flowId": ' + b"9" * 5000 + b"}"), BAD),
    "a number beyond all": (post(b'{"flowId": 1e400}'), BAD),
    "gzip": (post(gzip.compress(GOOD), b"Content-Encoding: gzip"), WRONG_TYPE),
    "deflate": (post(zlib.compress(GOOD), b"Content-Encoding: deflate"), WRONG_TYPE),
    "gzip, not said": (post(gzip.compress(GOOD)), BAD),
    "a coding nobody knows": (post(GOOD, b"Content-Encoding: zorp"), WRONG_TYPE),
    "the coding that is none": (post(GOOD, b"Content-Encoding: identity"), LAUNCHED),
    "no Content-Type": (post(kind=b""), WRONG_TYPE),
    "an empty Content-Type": (post(kind=b"Content-Type:"), WRONG_TYPE),
    "a Content-Type of nonsense": (post(kind=b"Content-Type: ;;;="), WRONG_TYPE),
    "a form": (post(b"flowId=a", kind=b"Content-Type: application/x-www-form-urlencoded"), WRONG_TYPE),
    "another JSON": (post(kind=b"Content-Type: application/merge-patch+json"), WRONG_TYPE),
    "11 MB": (post(b'{"flowId": "' + b"a" * 11_000_000 + b'"}'), TOO_LARGE),
    "40 MB, more than is heard out": (post(b" " * 40_000_000), TOO_LARGE),
}
FRAMING: dict[str, tuple[bytes, Answer]] = {
    "chunked": (stream(chunked(GOOD)), LAUNCHED),
    "chunked, byte by byte": (stream(chunked(*(GOOD[at : at + 1] for at in range(len(GOOD))))), LAUNCHED),
    "chunked, with an extension": (stream(b"%x;a=b\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)), LAUNCHED),
    "chunked, with trailers": (stream(chunked(GOOD, end=b"0\r\nX-Check: 1\r\n\r\n"), b"Trailer: X-Check"), LAUNCHED),
    "a chunk size that is no number": (stream(b"zz\r\n%s\r\n0\r\n\r\n" % GOOD), BAD),
    "a chunk size beyond all": (stream(b"f" * 20 + b"\r\n"), BAD),
    "a chunk longer than it says": (stream(b"2\r\n%s\r\n0\r\n\r\n" % GOOD), BAD),
    "a later chunk at fault": (stream(b"5\r\n%s\r\nzz\r\n" % GOOD[:5]), BAD),
    "compressed on the way": (stream(chunked(GOOD), coding=b"gzip, chunked"), BAD),
    "a transfer coding nobody knows": (stream(b"", coding=b"zorp"), BAD),
    "Transfer-Encoding twice": (stream(chunked(GOOD), b"Transfer-Encoding: chunked"), BAD),
    "Content-Length and Transfer-Encoding": (post(chunked(GOOD), b"Transfer-Encoding: chunked"), BAD),
    "Content-Length twice, alike": (post(GOOD, b"Content-Length: %d" % len(GOOD)), BAD),
    "Content-Length twice, differently": (post(GOOD, b"Content-Length: 3"), BAD),
    "Content-Length as a list": (post(GOOD, length=b"Content-Length: %d, %d" % (len(GOOD), len(GOOD))), BAD),
    "Content-Length below nothing": (post(GOOD, length=b"Content-Length: -5"), BAD),
    "Content-Length with a sign": (post(GOOD, length=b"Content-Length: +%d" % len(GOOD)), BAD),
    "Content-Length beyond all": (post(GOOD, length=b"Content-Length: " + b"9" * 30), BAD),
    "Content-Length of nothing": (post(GOOD, length=b"Content-Length:"), BAD),
    "Content-Length that is not met": (post(GOOD, length=b"Content-Length: 500"), TOO_LATE),
    "a head alone, its body not sent": (post(b"", length=b"Content-Length: 5"), TOO_LATE),
    "a chunk that does not come": (stream(b"5\r\n{"), TOO_LATE),
    "half a head": (post()[:60], TOO_LATE),
    "Expect: 100-continue": (post(GOOD, b"Expect: 100-continue"), LAUNCHED),
    "Expect: 100-continue, and nothing comes": (post(b"", b"Expect: 100-continue", length=b"Content-Length: 5"), TOO_LATE),
    "Expect: something else": (post(GOOD, b"Expect: zorp"), LAUNCHED),
    "a body where none belongs": (get(ME, b"Content-Length: 2", body=b"{}"), LAUNCHED),
    "a malformed body where none belongs": (get(ME, JSON, b"Content-Length: 1", body=b"{"), LAUNCHED),
    "a chunked body where none belongs": (get(ME, b"Transfer-Encoding: chunked", body=chunked(b"{}")), LAUNCHED),
    "a body where none belongs that does not come": (get(ME, b"Content-Length: 9"), LAUNCHED),
    "a body with DELETE": (
        get(b"/api/v2/processautomation/triggers/x", b"Content-Length: 2", method=b"DELETE", body=b"{}"),
        UNKNOWN,
    ),
    "HEAD": (get(ME, method=b"HEAD"), LAUNCHED),
    "HEAD of nothing": (get(b"/nothing", method=b"HEAD"), (404, "")),
    "an empty line before": (b"\r\n" + post(), LAUNCHED),
}
VERSIONS: dict[str, tuple[bytes, Answer]] = {
    "HTTP/1.0": (post(version=b"1.0"), LAUNCHED),
    "HTTP/1.0, no Host": (post(version=b"1.0", host=b""), LAUNCHED),
    "HTTP/1.0, to be kept alive": (post(GOOD, b"Connection: keep-alive", version=b"1.0"), LAUNCHED),
    "HTTP/0.9": (b"GET /\r\n\r\n", BAD),
    "HTTP/1.1 without Host": (post(host=b""), BAD),
    "HTTP/1.1 with two Hosts": (post(GOOD, b"Host: other"), BAD),
    "HTTP/1.1 with two Hosts, alike": (post(GOOD, b"Host: twin"), BAD),
    "HTTP/2.0 in words": (post(version=b"2.0"), BAD),
    "HTTP/9.9": (post(version=b"9.9"), BAD),
    "h2c asked for, as Java's client does": (post(GOOD, *H2C), LAUNCHED),
    "h2c asked for, chunked": (stream(chunked(GOOD), *H2C), LAUNCHED),
    "h2c asked for, malformed body": (post(b"{", *H2C), BAD),
    "h2c asked for, no body": (get(ME, *H2C), LAUNCHED),
    "a web socket asked for": (get(ME, b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"), LAUNCHED),
    "TLS": (bytes.fromhex("16030100c8010000c40303") + bytes(200), BAD),
    "noise": (bytes(range(256)), BAD),
    "no request line": (b"nonsense\r\n\r\n", BAD),
    "a request line of four": (b"GET /api/v2/flows HTTP/1.1 x\r\nHost: twin\r\n\r\n", BAD),
    "tabs in the request line": (b"GET\t/api/v2/flows\tHTTP/1.1\r\nHost: twin\r\n\r\n", BAD),
    "lines without carriage returns": (post().replace(b"\r\n", b"\n"), BAD),
}
HEADERS: dict[str, tuple[bytes, Answer]] = {
    "Authorization twice, alike": (post(GOOD, AUTH), BAD_TOKEN),
    "Authorization twice, differently": (post(GOOD, b"Authorization: Bearer other"), BAD_TOKEN),
    "Content-Type twice, alike": (post(GOOD, JSON), WRONG_TYPE),
    "Content-Type twice, differently": (post(GOOD, b"Content-Type: text/plain"), WRONG_TYPE),
    "no Authorization": (post(token=b""), NO_TOKEN),
    "an empty Bearer": (post(token=b"Authorization: Bearer "), NO_TOKEN),
    "Basic where Bearer belongs": (post(token=b"Authorization: Basic eDp5"), NO_TOKEN),
    "a token in other letters": (post(token=b"Authorization: Bearer \xff\xfe"), BAD_TOKEN),
    "a token of 50,000 letters": (post(token=b"Authorization: Bearer " + b"a" * 50_000), BAD_TOKEN),
    "no token and a bad body": (post(b"{", token=b""), NO_TOKEN),
    "Accept: text/html": (post(GOOD, b"Accept: text/html"), LAUNCHED),
    "Accept: nothing": (post(GOOD, b"Accept: application/json;q=0"), LAUNCHED),
    "a head that is large": (post(GOOD, b"X-Large: " + b"a" * (HEAD_MAX - 1000)), LAUNCHED),
    "a head that is too large": (post(GOOD, b"X-Large: " + b"a" * HEAD_MAX), BAD),
    "a head of a megabyte": (post(GOOD, b"X-Large: " + b"a" * 1_000_000), BAD),
    "10,000 headers": (post(GOOD, *(b"X-%d: a" % number for number in range(10_000))), BAD),
    "a null byte in a header": (post(GOOD, b"X: a\x00b"), BAD),
    "other letters in a header": (post(GOOD, b"X: \xe9\xff"), LAUNCHED),
    "a folded header": (post(GOOD, b"X: a\r\n b"), BAD),
    "a blank before the colon": (post(GOOD, b"X : a"), BAD),
    "a header without a colon": (post(GOOD, b"nonsense"), BAD),
    "a carriage return in a header": (post(GOOD, b"X: a\rY: b"), BAD),
}
ADDRESSES: dict[str, tuple[bytes, Answer]] = {
    "a long query": (get(b"/api/v2/flows?name=" + b"a" * 8000), LAUNCHED),
    "an address that is too long": (get(b"/api/v2/flows/" + b"a" * HEAD_MAX), BAD),
    "escaped nonsense": (get(b"/api/v2/flows/%zz"), NO_FLOW),
    "an escape cut off": (get(b"/api/v2/flows/%"), NO_FLOW),
    "an escaped null": (get(b"/api/v2/flows/%00"), NO_FLOW),
    "escaped bytes that are no UTF-8": (get(b"/api/v2/flows/%ff%fe"), NO_FLOW),
    "an escaped surrogate": (get(b"/api/v2/flows/%ed%a0%80"), NO_FLOW),
    "a step up": (get(b"/api/v2/flows/../tokens/me"), UNKNOWN),
    "a step up, escaped": (get(b"/api/v2/flows/%2e%2e/tokens/me"), UNKNOWN),
    "a slash too many at the end": (get(b"/api/v2/flows/"), UNKNOWN),
    "a slash too many at the beginning": (get(b"//api/v2/flows"), UNKNOWN),
    "a slash too many between": (get(b"/api//v2/flows"), UNKNOWN),
    "no slash": (get(b"api/v2/flows"), BAD),
    "a whole address": (get(b"http://other.example" + ME), LAUNCHED),
    "a whole address at fault": (get(b"http://[::1/api"), BAD),
    "raw UTF-8": (get("/api/v2/flöws".encode()), BAD),
    "no address": (b"GET  HTTP/1.1\r\nHost: twin\r\n\r\n", BAD),
    "a star": (get(b"*", method=b"OPTIONS"), UNKNOWN),
    "a tunnel": (get(b"twin:80", method=b"CONNECT"), BAD),
    "another method": (get(LAUNCH.encode(), method=b"PATCH"), WRONG_METHOD),
    "a method nobody knows": (get(ME, method=b"ZORP"), BAD),
    "a method in small letters": (get(ME, method=b"get"), BAD),
    "a method of 10,000 letters": (get(ME, method=b"A" * 10_000), BAD),
    "a query parameter nobody knows": (get(b"/api/v2/flows?zorp=1"), LAUNCHED),
    "a query of nonsense": (get(b"/api/v2/flows?&&=&a&name=%zz"), LAUNCHED),
    "a query that is no UTF-8": (get(b"/api/v2/flows?name=%ff"), BAD),
    "a query of 5,000 parts": (get(b"/api/v2/flows?" + b"&".join(b"a=%d" % number for number in range(5000))), BAD),
    "a fragment": (get(b"/api/v2/flows#x"), LAUNCHED),
}
ENDS: dict[str, tuple[bytes, Answer]] = {
    "in its body": (post(GOOD, length=b"Content-Length: 500"), BROKEN_OFF),
    "in a chunk": (stream(b'5\r\n{"fl'), BROKEN_OFF),
    "before its last chunk": (stream(chunked(GOOD, end=b"")), BROKEN_OFF),
    "in its head": (post()[:60], BROKEN_OFF),
    "in the method": (b"PO", BROKEN_OFF),
    "after a whole request": (post(), LAUNCHED),
    "after a whole GET": (get(ME), LAUNCHED),
}
"""A caller that ends its half of the connection there."""
SEVERAL: dict[str, tuple[bytes, list[Answer]]] = {
    "three launches": (post() * 3, [LAUNCHED] * 3),
    "good and bad": (post() + get(b"/nothing") + post(b"{") + post(), [LAUNCHED, UNKNOWN, BAD, LAUNCHED]),
    "noise behind a launch": (post() + b"\x00\x01\r\n\r\n", [LAUNCHED, BAD]),
    "a Content-Length that is too short": (post(GOOD, length=b"Content-Length: 5"), [BAD, BAD]),
    "half a launch behind one": (post() + post()[:60], [LAUNCHED, TOO_LATE]),
    "a broken body behind a launch": (post() + stream(b"zz\r\n"), [LAUNCHED, BAD]),
    "two that ask for an upgrade": (post(GOOD, *H2C) + get(ME, *H2C), [LAUNCHED, LAUNCHED]),
    "2,000 that ask for an upgrade": (get(ME, b"Connection: Upgrade", b"Upgrade: h2c") * 2000, [LAUNCHED] * 2000),
    "an upgrade and an end": (get(ME, b"Connection: close, upgrade", b"Upgrade: h2c") + get(ME), [LAUNCHED]),
    "HTTP/1.0 closes": (post(version=b"1.0") + post(version=b"1.0"), [LAUNCHED]),
}
"""Requests in one breath, each answered, in order."""
ALL = {
    f"{kind}: {name}": case
    for kind, table in (
        ("body", BODIES),
        ("framing", FRAMING),
        ("version", VERSIONS),
        ("header", HEADERS),
        ("address", ADDRESSES),
    )
    for name, case in table.items()
}
SMALL = {name: (sent, wanted) for name, (sent, wanted) in ALL.items() if len(sent) < HEAD_MAX}


async def answered(
    twin: Caller, sent: bytes, wanted: list[Answer], *, ends: bool = False, between: Callable[[], Awaitable[object]] | None = None
) -> None:
    """Hold the answers against those wanted, and see that the twin is well afterwards."""
    replies = await talk(twin.twin.url, sent.replace(b"TOKEN", twin.token.encode()), len(wanted), ends=ends, between=between)
    assert [(one.status, one.json["code"] if one.body and one.status >= 400 else "") for one in replies] == wanted
    for one in replies:
        assert one.headers["inin-correlation-id"]
        if one.status >= 400 and one.body:
            assert (one.json["contextId"], one.json["status"]) == (one.headers["inin-correlation-id"], one.status)
    assert (await twin.launch({"flowId": FLOW})).status == 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def twin() -> AsyncIterator[Caller]:
    """One twin, which goes through all of it."""
    caller = await started(TwinOptions(body_timeout_s=0.2, limit=0), Hands())
    yield caller
    await caller.twin.stop()


@pytest.mark.parametrize(("sent", "wanted"), ALL.values(), ids=ALL)
async def test_a_request(twin: Caller, sent: bytes, wanted: Answer) -> None:
    await answered(twin, sent, [wanted])


@pytest.mark.parametrize(("sent", "wanted"), ENDS.values(), ids=ENDS)
async def test_a_caller_that_hangs_up_halfway(twin: Caller, sent: bytes, wanted: Answer) -> None:
    await answered(twin, sent, [wanted], ends=True)


@pytest.mark.parametrize(("sent", "wanted"), SEVERAL.values(), ids=SEVERAL)
async def test_several_requests_in_one_breath(twin: Caller, sent: bytes, wanted: list[Answer]) -> None:
    await answered(twin, sent, wanted)


@pytest.mark.parametrize(("sent", "wanted"), SMALL.values(), ids=SMALL)
async def test_the_same_in_two_parcels(twin: Caller, sent: bytes, wanted: Answer) -> None:
    """The network may cut anywhere: what comes back is the same."""
    await answered(twin, sent, [wanted], between=lambda: twin.get(ME.decode()))


async def test_a_reply_is_read_though_much_follows_what_was_wrong(twin: Caller) -> None:
    await answered(twin, stream(b"zz\r\n" + b"a" * 5_000_000), [BAD])
    await answered(twin, b"noise\r\n\r\n" + b"a" * 5_000_000, [BAD])


async def test_a_large_body_is_not_counted_to_the_head_behind_it(twin: Caller) -> None:
    """A parcel of the network may hold the end of one request and the beginning of the next."""
    first, second = post(b" " * 200_000 + GOOD), post()
    at = urlsplit(twin.twin.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write((first + second[:60]).replace(b"TOKEN", twin.token.encode()))
    statuses = [await reader.readline()]
    writer.write(second[60:].replace(b"TOKEN", twin.token.encode()))
    async with asyncio.timeout(DEADLINE_S):
        while b"HTTP/1.1" not in (line := await reader.readline()):
            assert line
    writer.close()
    assert [*statuses, line[line.index(b"HTTP") :]] == [b"HTTP/1.1 200 OK\r\n"] * 2


async def test_http_2_hears_that_http_1_1_is_required(twin: Caller) -> None:
    """The preface of HTTP/2 with prior knowledge, its SETTINGS, and a request: GOAWAY, error 0xd."""
    at = urlsplit(twin.twin.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000") + bytes.fromhex("00000101050000000182")
    )
    async with asyncio.timeout(DEADLINE_S):
        frames = await reader.read()
    writer.close()
    settings, (length, kind, error) = frames[:9], (int.from_bytes(frames[9:12], "big"), frames[12], frames[22:26])
    assert settings == bytes.fromhex("000000040000000000")
    assert (kind, error, length) == (7, b"\x00\x00\x00\x0d", len(frames) - 18)
    assert b"HTTP/1.1" in frames[26:]
    await answered(twin, post(), [LAUNCHED])


async def test_what_is_no_request_stands_in_the_journal(twin: Caller) -> None:
    await talk(twin.twin.url, b"nonsense\r\n\r\n", 1)
    report = (await twin.get("/_twin/journal?limit=1")).json
    assert [(one["status"], one["code"]) for one in report["exchanges"][-1:]] == [(400, "bad.request")]


async def test_an_upload_that_breaks_off_is_not_taken(twin: Caller) -> None:
    job = (await twin.send("POST", "/api/v2/flows/jobs", None, {"Authorization": f"Bearer {twin.token}"})).json
    target = job["presignedUrl"].removeprefix("http://twin").encode()
    put = says(b"PUT " + target + b" HTTP/1.1", HOST, b"Content-Length: 900", body=b"workflow:\n  name: Half\n")
    assert [one.status for one in await talk(twin.twin.url, put, 1, ends=True)] == [400]
    assert [one.status for one in await talk(twin.twin.url, put, 1)] == [408]
    assert (await twin.get(f"/api/v2/flows/jobs/{job['id']}")).json["status"] == "Registered"
