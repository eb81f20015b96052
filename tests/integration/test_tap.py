"""The tap changes nothing, explains what fails, keeps no secret, and stops what it is asked to stop."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Process
from tests.support.upstream import RESET, Upstream, talk, upstream
from tests.twin.raw import Hands
from tieline.diagnosis.diagnose import diagnose
from tieline.domain.exchange import Exchange
from tieline.problems.base import ProblemError
from tieline.tap.headers import HEADER_MAX
from tieline.tap.judge import Said
from tieline.tap.options import TapOptions, read_target
from tieline.tap.proxy import Tap

ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
TOKEN = "t0ken-of-the-service-0123456789"
SECRET = "s3cret-of-the-client"
REFUSED = {"message": "no", "code": "bad.request", "status": 400, "contextId": "c-1"}
FAULTY = {"flowId": ID, "inputs": {"Flow.a": 1}}
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n" + b'{"id":"r1"}'


def _answer(status: int, body: Any, *headers: str) -> bytes:
    raw = json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} X", "Content-Type: application/json", *headers, f"Content-Length: {len(raw)}", "", ""]
    return "\r\n".join(head).encode() + raw


def _launch(body: Any, *headers: str, token: str = TOKEN) -> bytes:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual = ["Host: tap", f"Authorization: Bearer {token}", "Content-Type: application/json", f"Content-Length: {len(raw)}"]
    return "\r\n".join(["POST /api/v2/flows/executions HTTP/1.1", *usual, *headers, "", ""]).encode() + raw


def _headers(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.casefold(): value for name, _, value in (line.partition(": ") for line in lines)}


@asynccontextmanager
async def tapping(
    to: Upstream | str, *, judge: Callable[[Exchange], Any] | None = None, **options: Any
) -> AsyncIterator[tuple[str, list[Said]]]:
    said: list[Said] = []
    target = read_target(to if isinstance(to, str) else to.url)
    tap = Tap(
        TapOptions(target=target, **options), judge=judge or (lambda one: diagnose(one, {})), say=said.append, clock=Hands()
    )
    port = await tap.start()
    try:
        yield f"http://127.0.0.1:{port}", said
    finally:
        await tap.stop()


# -- it changes nothing ----------------------------------------------------------------------------------------------


async def test_a_request_arrives_as_it_was_sent() -> None:
    async with upstream(GOOD) as cloud, tapping(cloud) as (url, _):
        sent = (
            b"PUT /api/v2/thing%2Fa/../b;x=1?q=a%20b&q=%zz HTTP/1.1\r\nHost: tap\r\nX-Twice: 1\r\nx-twice: 2\r\n"
            b"User-Agent: \r\nContent-Length: 5\r\n\r\n\x00\xffabc"
        )
        assert (await talk(url, sent)).endswith(b'{"id":"r1"}')
        [came] = cloud.came
    head, _, body = came.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"PUT /api/v2/thing%2Fa/../b;x=1?q=a%20b&q=%zz HTTP/1.1"
    assert lines[1] == b"Host: " + cloud.url.removeprefix("http://").encode()
    assert [line for line in lines if line.lower().startswith(b"x-twice")] == [b"X-Twice: 1", b"X-Twice: 2"]
    assert not [
        line for line in lines if line.lower().startswith((b"accept", b"content-type", b"via", b"x-forwarded", b"cookie"))
    ]
    assert body == b"\x00\xffabc"


async def test_an_answer_comes_back_as_it_was_given() -> None:
    packed = gzip.compress(b'{"a": 1}')
    head = (
        "HTTP/1.1 207 Some Words\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nSet-Cookie: s=1\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\n\r\n"
    )
    async with upstream(head.encode() + packed) as cloud, tapping(cloud) as (url, _):
        came = await talk(url, b"GET /api/v2/flows HTTP/1.1\r\nHost: tap\r\n\r\n")
        again = await talk(url, b"GET /api/v2/flows HTTP/1.1\r\nHost: tap\r\n\r\n")
        assert b"s=1" not in cloud.came[1], "a cookie was kept"
    head_lines = came.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert head_lines[0] == b"HTTP/1.1 207 Some Words"
    assert [line for line in head_lines if line[:3] in {b"X-B", b"x-a"}] == [b"X-B: 1", b"x-a: 2", b"X-B: 3"]
    assert not [line for line in head_lines if line.lower().startswith((b"server", b"content-type", b"tieline"))]
    assert came.endswith(packed)
    assert again.endswith(packed)


async def test_a_redirect_is_the_services_own_business() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    async with upstream(moved) as cloud, tapping(cloud) as (url, _):
        assert b"302" in (await talk(url, b"GET /a HTTP/1.1\r\nHost: tap\r\n\r\n")).split(b"\r\n")[0]
        assert len(cloud.came) == 1


@pytest.mark.parametrize("method", ["HEAD", "GET", "DELETE", "OPTIONS", "PATCH"])
async def test_an_answer_without_a_body(method: str) -> None:
    async with upstream(b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n") as cloud, tapping(cloud) as (url, _):
        came = await talk(url, f"{method} /api/v2/flows HTTP/1.1\r\nHost: tap\r\n\r\n".encode())
    assert came.startswith(b"HTTP/1.1 204")
    assert _headers(came)["x-a"] == "1"


async def test_a_chunked_request_arrives_whole() -> None:
    sent = (
        b"POST /api/v2/flows/executions HTTP/1.1\r\nHost: tap\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        b'5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n'
    )
    async with upstream(GOOD) as cloud, tapping(cloud) as (url, _):
        await talk(url, sent)
        [came] = cloud.came
    assert b"transfer-encoding: chunked" in came.lower()
    assert json.loads(b"".join(came.partition(b"\r\n\r\n")[2].split(b"\r\n")[1:-3:2])) == {"a": 1}


async def test_a_part_of_an_answer_comes_before_the_rest_of_it() -> None:
    gate = asyncio.Event()
    answer = (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst", gate, b"rest!")
    async with upstream(*answer) as cloud, tapping(cloud) as (url, _):
        host, _, port = url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /api/v2/flows HTTP/1.1\r\nHost: tap\r\n\r\n")
        async with asyncio.timeout(10):
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(5) == b"first"
            gate.set()
            assert await reader.readexactly(5) == b"rest!"
        writer.close()


async def test_an_answer_that_is_cut_off_is_cut_off_here_too() -> None:
    async with upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"") as cloud, tapping(cloud) as (url, _):
        came = await talk(url, b"GET /api/v2/flows HTTP/1.1\r\nHost: tap\r\n\r\n", until_closed=True)
    assert len(came.partition(b"\r\n\r\n")[2]) < 100


async def test_many_at_once_keep_up() -> None:
    async with upstream(GOOD) as cloud, tapping(cloud) as (url, said):
        answers = await asyncio.gather(*(talk(url, _launch({"flowId": ID, "name": str(number)})) for number in range(200)))
        assert all(answer.endswith(b'{"id":"r1"}') for answer in answers)
        assert len(cloud.came) == 200
        assert said == []


# -- it explains what fails ------------------------------------------------------------------------------------------


async def test_a_launch_that_fails_is_explained_in_a_header_and_said() -> None:
    async with upstream(_answer(400, REFUSED)) as cloud, tapping(cloud) as (url, said):
        came = await talk(url, _launch(FAULTY))
    assert json.loads(came.partition(b"\r\n\r\n")[2]) == REFUSED
    assert _headers(came)["tieline-diagnosis"].startswith("TL202 /inputs: `inputs` is not a field")
    [one] = said
    assert (one.status, one.stopped, [found.finding.code for found in one.findings]) == (400, False, ["TL202"])
    assert one.mended is not None
    assert one.mended.body == {"flowId": ID, "inputData": {"Flow.a": 1}}


async def test_a_sound_launch_and_what_is_no_launch_are_not_spoken_of() -> None:
    async with upstream(GOOD) as cloud, tapping(cloud) as (url, said):
        assert "tieline-diagnosis" not in _headers(await talk(url, _launch({"flowId": ID})))
        await talk(url, b"GET /api/v2/users/me HTTP/1.1\r\nHost: tap\r\n\r\n")
    assert said == []


async def test_a_launch_the_cloud_takes_and_ignores_is_said_all_the_same() -> None:
    async with upstream(GOOD) as cloud, tapping(cloud) as (url, said):
        await talk(url, _launch({"flowId": ID, "inputData": {"Flow": {"a": 1}}}))
    assert [found.finding.code for one in said for found in one.findings] == ["TL222"]


async def test_a_judge_that_fails_costs_the_diagnosis_alone() -> None:
    def broken(exchange: Exchange) -> Any:
        raise KeyError("a mistake of ours")

    async with upstream(_answer(400, REFUSED)) as cloud, tapping(cloud, judge=broken) as (url, said):
        came = await talk(url, _launch(FAULTY))
    assert json.loads(came.partition(b"\r\n\r\n")[2]) == REFUSED
    assert "tieline-diagnosis" not in _headers(came)
    assert said == []


async def test_enforce_keeps_a_faulty_launch_from_leaving() -> None:
    async with upstream(GOOD) as cloud, tapping(cloud, enforce=True) as (url, said):
        came = await talk(url, _launch(FAULTY))
        assert cloud.came == []
        assert (await talk(url, _launch({"flowId": ID}))).endswith(b'{"id":"r1"}')
        assert len(cloud.came) == 1
    told = json.loads(came.partition(b"\r\n\r\n")[2])
    assert came.startswith(b"HTTP/1.1 400")
    assert (told["code"], [one["code"] for one in told["findings"]]) == ("TL681", ["TL202"])
    assert [one.stopped for one in said] == [True]


@pytest.mark.parametrize("enforce", [True, False])
async def test_hostile_names_make_no_header_and_many_faults_no_long_one(enforce: bool) -> None:
    faulty = {"a\r\nX-Evil: 1": 1, "\u2028\x00é": 2, **{f"field{'x' * 60}{number}": 1 for number in range(300)}}
    async with upstream(_answer(400, REFUSED)) as cloud, tapping(cloud, enforce=enforce) as (url, _):
        came = await talk(url, _launch(faulty))
    told = _headers(came)
    assert "x-evil" not in told
    assert told["tieline-diagnosis"].isascii()
    assert told["tieline-diagnosis"].isprintable()
    assert len(told["tieline-diagnosis"]) <= HEADER_MAX
    assert re.search(r" \| and \d+ more$", told["tieline-diagnosis"])
    if enforce:
        assert len(json.loads(came.partition(b"\r\n\r\n")[2])["findings"]) == len(faulty) + 1


async def test_nobody_answers_upstream() -> None:
    async with tapping("http://127.0.0.1:1") as (url, said):
        came = await talk(url, _launch({"flowId": ID}))
    assert came.startswith(b"HTTP/1.1 502")
    assert json.loads(came.partition(b"\r\n\r\n")[2])["code"] == "TL680"
    assert [found.finding.code for one in said for found in one.findings] == ["TL680"]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((RESET,), ConnectionResetError),
        ((b"HTTP/1.1 200 OK\r\nConte", RESET), ConnectionResetError),
        ((b"",), asyncio.IncompleteReadError),
        ((b"SSH-2.0-none\r\n\r\n", b""), asyncio.IncompleteReadError),
    ],
    ids=["reset", "reset within the head", "closed", "no HTTP"],
)
async def test_a_connection_that_ends_without_an_answer_ends_here_too(answer: tuple[bytes, ...], fault: type[Exception]) -> None:
    """Nothing is answered in the cloud's place, and nothing is sent a second time: the launch may have happened."""
    async with upstream(*answer) as cloud, tapping(cloud) as (url, said):
        with pytest.raises(fault):
            await talk(url, _launch({"flowId": ID}))
        assert len(cloud.came) == 1
    assert [(one.status, found.finding.code) for one in said for found in one.findings] == [(None, "TL685")]


async def test_a_service_that_goes_away_takes_its_request_with_it() -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        came.set()
        await reader.read()
        gone.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server, tapping(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as (url, said), asyncio.timeout(10):
        host, _, port = url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(_launch({"flowId": ID}))
        await came.wait()
        writer.transport.abort()
        await gone.wait()
    assert said == []


async def test_a_client_that_offers_an_upgrade_is_answered_as_without_it() -> None:
    """Java's HttpClient offers `h2c` with its first request, and the next goes over the same connection."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA")
    async with upstream(GOOD) as cloud, tapping(cloud) as (url, _):
        host, _, port = url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        async with asyncio.timeout(10):
            for lines in (offer, offer, ()):
                writer.write(_launch({"flowId": ID}, *lines))
                assert await reader.readexactly(len(GOOD)) == GOOD
        writer.close()
    assert len(cloud.came) == 3
    assert not [came for came in cloud.came if b"h2c" in came or b"HTTP2-Settings" in came]


# -- it keeps no secret ----------------------------------------------------------------------------------------------


async def test_no_secret_is_recorded_or_said(tmp_path: Path) -> None:
    file = tmp_path / "tap.jsonl"
    form = f"grant_type=client_credentials&client_id=me&client_secret={SECRET}".encode()
    basic = base64.b64encode(f"me:{SECRET}".encode()).decode()
    requests = [
        _launch({**FAULTY, "note": f"Bearer {TOKEN}", TOKEN: 1}),
        _launch({"flowId": ID, "inputs": {"password": SECRET}}, f"X-Again: {TOKEN}"),
        b"POST /login/oauth/token HTTP/1.1\r\nHost: t\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        + str(len(form)).encode() + b"\r\n\r\n" + form,
        f"POST /oauth/token?client_secret={SECRET} HTTP/1.1\r\nHost: t\r\nAuthorization: Basic {basic}\r\nContent-Length: 0\r\n\r\n".encode(),
        _launch(b'{"flowId": "' + SECRET.encode() + b'", "client_secret": "' + SECRET.encode() + b'"'),
    ]  # fmt: skip
    said: list[Said] = []
    for request, echoed in zip(requests, (TOKEN, *[f"{TOKEN} {SECRET}"] * 4), strict=True):
        # An answer repeats what it was sent; a secret that its own request does not hold cannot be told from any other word.
        echo = _answer(400, {**REFUSED, "message": f"no [{echoed}]", "access_token": TOKEN}, f"Set-Cookie: a={TOKEN}")
        async with upstream(echo) as cloud, tapping(cloud, record=file) as (url, heard):
            await talk(url, request)
            said += heard
    kept = file.read_text()
    told = repr(said)
    assert len(kept.splitlines()) == len(requests)
    assert said
    for secret in (TOKEN, SECRET, basic):
        assert secret not in kept
        assert secret not in told
    assert file.stat().st_mode & 0o077 == 0


async def test_a_recording_is_read_back_by_diagnose(tmp_path: Path) -> None:
    file = tmp_path / "tap.jsonl"
    async with upstream(_answer(400, REFUSED)) as cloud, tapping(cloud, record=file) as (url, _):
        await talk(url, _launch(FAULTY))
    done = subprocess.run(
        [sys.executable, "-m", "tieline.cli", "diagnose", "--json", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    [told] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["code"], one["at"], one["role"]) for one in told["findings"]] == [("TL202", "/inputs", "cause")]


async def test_a_recording_that_cannot_be_written(tmp_path: Path) -> None:
    async with upstream(GOOD) as cloud:
        with pytest.raises(ProblemError, match="cannot write the recording"):
            async with tapping(cloud, record=tmp_path / "no" / "tap.jsonl"):
                raise AssertionError("it started")


# -- where it leads and listens --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to", ["mypurecloud", "ftp://api.mypurecloud.com", "https://", "https://u:p@api.mypurecloud.com", "http://h:0"]
)
def test_a_target_that_is_none(to: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_target(to)
    assert caught.value.problems[0].code == "TL683"
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize("to", ["eu-west-1", "mypurecloud.ie", "https://api.mypurecloud.ie"])
def test_a_region_says_both_hosts(to: str) -> None:
    target = read_target(to)
    assert (target.api, target.login) == ("https://api.mypurecloud.ie", "https://login.mypurecloud.ie")


def test_it_listens_on_loopback_only() -> None:
    with pytest.raises(ProblemError) as caught:
        Tap(
            TapOptions(target=read_target("eu-west-1"), host="0.0.0.0"),
            judge=lambda one: diagnose(one, {}),
            say=print,
            clock=Hands(),
        )
    assert caught.value.problems[0].code == "TL684"


def test_the_command_between_the_official_sdk_and_a_twin(tmp_path: Path) -> None:
    """Real processes; the SDK is led here by its gateway settings alone."""
    with Process("twin", "--port", "0", cwd=tmp_path) as twin, Process("tap", "--to", twin.ready["url"], cwd=tmp_path) as tap:
        flow = next(flow["id"] for flow in twin.ready["flows"] if flow["name"] == "Customer callback")
        words = [str(tap.ready["port"]), twin.ready["client_id"], twin.ready["client_secret"], flow]
        client = Path(__file__).parent.parent / "twin" / "sdk_gateway_client.py"
        done = subprocess.run([sys.executable, str(client), *words], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["status"] in {"RUNNING", "COMPLETED"}
        assert told["refused"][:2] == [400, "input.var.not.marked.in.flow.def"]
        assert "/inputData/Flow.nothing" in told["refused"][2]
        assert tap.child.stdout is not None
        said = json.loads(tap.child.stdout.readline())
        assert (said["endpoint"], said["status"], said["findings"][0]["code"]) == ("launch", 400, "TL619")
        assert tap.end() == 0
