"""Requests inside log lines: structured, logfmt and free text, with the body escaped in every way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tieline.capture.log_line import read_log_lines
from tieline.domain.exchange import CapturedAnswer, Exchange

URL = "https://api.mypurecloud.com/api/v2/flows/executions"
BODY = '{"flowId":"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901","flowLaunchTarget":{"a":["x y"]}}'
ERROR = '{"message":"Flow not found","code":"not.found","status":404}'


def quoted(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = json.dumps(text)
    return text


def one(text: str) -> Exchange:
    found = read_log_lines(text, "app.log") or []
    assert len(found) == 1, found
    return found[0]


BODIES = [
    f"body={BODY}",
    f"body={quoted(BODY)}",
    f"body={quoted(BODY, 2)}",
    f"body={quoted(BODY)[1:-1]}",
    f"body={quoted(quoted(BODY)[1:-1])[1:-1]}",
    f"body: '{BODY}'",
    f'body="{BODY}"',
    f"requestBody={BODY}",
    f"payload: {quoted(BODY)}",
    "body="
    + BODY.replace("{", "%7B")
    .replace("}", "%7D")
    .replace('"', "%22")
    .replace(" ", "%20")
    .replace("[", "%5B")
    .replace("]", "%5D"),
    f"- {BODY}",
    f"sent {quoted(BODY)[1:-1]}",
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("start", [f"POST {URL} 400", f"method=POST url={URL} status=400", f'method=POST url="{URL}" status=400'])
def test_a_body_escaped_in_every_way(start: str, body: str) -> None:
    found = one(f"2026-01-01T10:20:30.123Z ERROR [http] {start} {body}")
    assert (found.request.method, found.request.url, found.request.body) == ("POST", URL, BODY)
    assert found.answer == CapturedAnswer(status=400)
    assert found.request.headers is None
    assert not found.request.whole


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"INFO POST {URL} -> 404", 404),
        (f'1.2.3.4 - - [01/Jan/2026:10:20:30 +0000] "POST {URL} HTTP/1.1" 404 123 "-" "x/1"', 404),
        (f'HTTP Request: POST {URL} "HTTP/1.1 404 Not Found"', 404),
        (f"POST {URL} returned status 404 in 120ms", 404),
        (f"POST {URL} took 200.5 ms", None),
        (f"POST {URL}", None),
    ],
)
def test_lines_of_text(line: str, status: int | None) -> None:
    found = one(line)
    assert (found.request.method, found.request.url, found.request.body) == ("POST", URL, None)
    assert (found.answer.status if found.answer else None) == status


def test_the_answer_of_a_line() -> None:
    for line in (
        f"POST {URL} 404 body={BODY} response={ERROR}",
        f"POST {URL} 404 request: {BODY} response: {quoted(ERROR)}",
        f"POST {URL} 404 {BODY} {ERROR}",
    ):
        found = one(line)
        assert found.request.body == BODY
        assert found.answer == CapturedAnswer(status=404, body=ERROR)
    lone = one(f"POST {URL} 404 {ERROR}")
    assert lone.request.body is None
    assert lone.answer == CapturedAnswer(status=404, body=ERROR)


OBJECTS: list[dict[str, Any]] = [
    {"level": "error", "method": "POST", "url": URL, "status": 404, "requestBody": BODY, "responseBody": ERROR},
    {"msg": "failed", "method": "post", "uri": URL, "statusCode": "404", "body": json.loads(BODY), "response": json.loads(ERROR)},
    {"request": {"method": "POST", "url": URL, "body": BODY}, "response": {"status": 404, "body": ERROR}},
    {"req": {"method": "POST", "url": URL, "data": json.loads(BODY)}, "res": {"statusCode": 404, "body": ERROR}},
    {
        "http.request.method": "POST",
        "url.full": URL,
        "http.response.status_code": 404,
        "http.request.body.content": BODY,
        "http.response.body.content": ERROR,
    },
    {
        "http": {
            "request": {"method": "POST", "body": {"content": BODY}},
            "response": {"status_code": 404, "body": {"content": ERROR}},
        },
        "url": {"full": URL},
    },
    {
        "attributes": 1,
        "http.method": "POST",
        "http.url": URL,
        "http.status_code": 404,
        "payload": quoted(BODY),
        "response_body": quoted(ERROR),
    },
    {
        "method": "POST",
        "path": "/api/v2/flows/executions",
        "host": "api.mypurecloud.com",
        "status": 404,
        "request": BODY,
        "response": ERROR,
    },
]


@pytest.mark.parametrize("value", OBJECTS)
@pytest.mark.parametrize(
    "wrap",
    [
        json.dumps,
        lambda value: "2026-01-01T00:00:00Z stdout F " + json.dumps(value),
        lambda value: json.dumps({"log": json.dumps(value) + "\n", "stream": "stdout"}),
        lambda value: json.dumps(value, indent=2),
        lambda value: json.dumps([value], indent=1),
        lambda value: "app " + json.dumps(json.dumps(value))[1:-1],
    ],
    ids=["plain", "kubernetes", "docker", "pretty", "array", "escaped"],
)
def test_objects(value: dict[str, Any], wrap: Any) -> None:
    found = one(wrap(value))
    assert (found.request.method, found.request.url) == ("POST", URL)
    assert json.loads(found.request.body or "") == json.loads(BODY)
    assert found.answer is not None
    assert found.answer.status == 404
    assert json.loads(found.answer.body or "") == json.loads(ERROR)


@pytest.mark.parametrize(
    "headers",
    [
        {"headers": {"Content-Type": "text/plain"}},
        {"request.headers": [{"name": "Content-Type", "value": "text/plain"}]},
        {"headers": [["content-type", "text/plain"]]},
        {"http.request.header.content-type": ["text/plain"]},
    ],
)
def test_headers(headers: dict[str, Any]) -> None:
    found = one(json.dumps({"method": "POST", "url": URL, **headers}))
    assert found.request.header("Content-Type") == "text/plain"
    assert not found.request.whole


def test_several_lines_and_a_body_alone() -> None:
    found = read_log_lines(f"starting\nPOST {URL} 200\n\nGET {URL}/7 404\nsending {BODY}\n", "app.log") or []
    assert [(each.id, each.request.method) for each in found] == [
        ("app.log:2", "POST"),
        ("app.log:4", "GET"),
        ("app.log:5", None),
    ]
    assert found[2].request.body == BODY
    assert (found[0].form, found[0].place.line) == ("log", 2)
    assert one(BODY).request.body is not None


@pytest.mark.parametrize(
    "text", ["", "hello", '{"a": 1}', "[1]", "POST office", "status=400 body={}", '{"level":"info","msg":"up"}']
)
def test_what_is_no_request(text: str) -> None:
    assert read_log_lines(text, "a") is None


def test_a_long_line_is_read_in_a_moment() -> None:
    for piece in ('a={"', "body={", '{"a":', 'x="\\"', "[{", "{ ", "POST /"):
        read_log_lines(piece * 50_000, "a")
