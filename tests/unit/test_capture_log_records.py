"""One record of a structured log, alone in a file, as each logger writes it: known for a record, and read with its answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tieline.capture.read import read_captures

URL = "https://api.mypurecloud.com/api/v2/flows/executions"
BODY = '{"flowId":"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901","inputs":{"a":1}}'
ERROR = '{"message":"m","code":"bad.request","status":400}'

RECORDS: dict[str, Any] = {
    "zap": {"level": "error", "ts": 1.5, "caller": "x.go:1", "msg": "failed", "method": "POST", "url": URL, "status": 400}
    | {"body": BODY, "response": ERROR},
    "slog": {"time": "t", "level": "ERROR", "msg": "failed", "req": {"method": "POST", "url": URL, "body": BODY}}
    | {"resp": {"status": 400, "body": ERROR}},
    "serilog compact": {"@t": "t", "@mt": "failed {Url}", "Method": "POST", "Url": URL, "StatusCode": 400}
    | {"RequestBody": BODY, "ResponseBody": ERROR},
    "serilog": {"Timestamp": "t", "Level": "Error", "MessageTemplate": "failed {Url}"}
    | {"Properties": {"HttpMethod": "POST", "Url": URL, "StatusCode": 400, "RequestBody": BODY, "ResponseBody": ERROR}},
    "axios": {"message": "Request failed with status code 400", "name": "AxiosError", "code": "ERR_BAD_REQUEST", "status": 400}
    | {
        "config": {"method": "post", "url": URL, "headers": {"Content-Type": "application/json"}, "data": BODY},
        "response": ERROR,
    },
    "google cloud": {"severity": "ERROR", "timestamp": "t"}
    | {"jsonPayload": {"message": "failed", "method": "POST", "url": URL, "status": 400, "body": BODY, "response": ERROR}},
    "docker": {
        "log": json.dumps({"msg": "x", "method": "POST", "url": URL, "status": 400, "body": BODY, "response": ERROR}) + "\n"
    }
    | {"stream": "stderr", "time": "t"},
    "python": {"asctime": "t", "levelname": "ERROR", "message": f"POST {URL} -> 400 body={BODY} response={ERROR}"},
}


@pytest.mark.parametrize("logger", RECORDS)
def test_a_record_alone(logger: str) -> None:
    (found,) = read_captures(json.dumps(RECORDS[logger]) + "\n", "app.log", {})
    assert found.form == "log"
    assert (found.request.method, found.request.url, found.request.body) == ("POST", URL, BODY)
    assert found.answer is not None
    assert (found.answer.status, found.answer.body) == (400, ERROR)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f'HttpClientErrorException$BadRequest: 400 Bad Request on POST request for "{URL}": "{ERROR}"', 400),
        (f"launch failed: 409 POST {URL} response={ERROR}", 409),
        (f"2026-01-01 00:00:00,123 POST {URL} response={ERROR}", None),
        (f"after 250 ms POST {URL} response={ERROR}", None),
    ],
)
def test_a_status_before_the_method(line: str, status: int | None) -> None:
    (found,) = read_captures(line, "app.log", {})
    assert (found.request.method, found.request.url) == ("POST", URL)
    assert found.answer is not None
    assert (found.answer.status, found.answer.body) == (status, ERROR)


@pytest.mark.parametrize(
    "body", [{"flowId": "x", "url": "/a", "method": "POST"}, {"flowId": "x", "message": "hello"}, {"data": {"a": 1}}]
)
def test_a_launch_is_no_record(body: dict[str, Any]) -> None:
    (found,) = read_captures(json.dumps(body), "body.json", {})
    assert found.form == "body"
