"""HTTP as a proxy's log, `curl -v` and a REST client's file show it."""

from __future__ import annotations

import pytest

from tieline.capture.raw_http import read_raw_http
from tieline.domain.exchange import CapturedRequest, Exchange

BODY = '{"flowId": "1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"}'
PROXY = f"""POST /api/v2/flows/executions HTTP/1.1
Host: api.mypurecloud.com
Authorization: Bearer abc
Content-Type: application/json

{BODY}

HTTP/1.1 400 Bad Request
Content-Type: application/json
ININ-Correlation-Id: 77

{{
  "message": "no",

  "status": 400
}}
"""
VERBOSE = """* Connected to api.mypurecloud.com (1.2.3.4) port 443
> POST /api/v2/flows/executions HTTP/2
> Host: api.mypurecloud.com
> Content-Length: 50
>
} [50 bytes data]
* We are completely uploaded and fine
< HTTP/2 429
< retry-after: 3
<
{ [2 bytes data]
{}* Connection #0 to host api.mypurecloud.com left intact
"""
REST_CLIENT = """@base = https://api.mypurecloud.com
@token = abc

### Token
# @name login
POST https://login.mypurecloud.com/oauth/token
Content-Type: application/x-www-form-urlencoded

grant_type=client_credentials

### Launch
POST {{base}}/api/v2/flows/executions
    ?a=1
    &b=2
Authorization: Bearer {{token}}
Content-Type: application/json

{
  "flowId": "x"
}

###
GET {{base}}/api/v2/flows HTTP/1.1

### from a file
PUT {{base}}/api/v2/flows/1
Content-Type: application/json

< ./body.json
"""


def read(text: str) -> list[Exchange]:
    return read_raw_http(text, "log.txt") or []


@pytest.mark.parametrize(
    "text", [PROXY, PROXY.replace("\n", "\r\n"), PROXY.replace("POST /", "POST https://api.mypurecloud.com/")]
)
def test_a_proxy_log(text: str) -> None:
    (found,) = read(text)
    assert (found.id, found.form, found.place.line) == ("log.txt:1", "http", 1)
    assert found.request == CapturedRequest(
        method="POST",
        url="https://api.mypurecloud.com/api/v2/flows/executions",
        headers=(("Host", "api.mypurecloud.com"), ("Authorization", "Bearer abc"), ("Content-Type", "application/json")),
        whole=True,
        body=BODY,
    )
    assert found.answer is not None
    assert (found.answer.status, found.answer.header("inin-correlation-id")) == (400, "77")
    assert (found.answer.body or "").endswith('"status": 400\n}')


def test_what_curl_says_of_itself() -> None:
    (found,) = read(VERBOSE)
    assert found.request.url == "https://api.mypurecloud.com/api/v2/flows/executions"
    assert found.request.whole
    assert found.request.body is None
    assert found.answer is not None
    assert (found.answer.status, found.answer.header("Retry-After"), found.answer.body) == (429, "3", "{}")


def test_a_rest_clients_file() -> None:
    found = read(REST_CLIENT)
    assert [(each.request.method, each.request.url, each.request.body) for each in found] == [
        ("POST", "https://login.mypurecloud.com/oauth/token", "grant_type=client_credentials"),
        ("POST", "https://api.mypurecloud.com/api/v2/flows/executions?a=1&b=2", '{\n  "flowId": "x"\n}'),
        ("GET", "https://api.mypurecloud.com/api/v2/flows", ""),
        ("PUT", "https://api.mypurecloud.com/api/v2/flows/1", None),
    ]
    assert found[1].request.header("authorization") == "Bearer abc"
    assert found[1].place.line == 12
    assert not found[1].request.whole


def test_an_answer_alone() -> None:
    (found,) = read("HTTP/1.1 404 Not Found\nContent-Length: 2\n\n{}")
    assert found.request == CapturedRequest()
    assert found.answer is not None
    assert (found.answer.status, found.answer.body) == (404, "{}")


def test_an_answer_without_a_head_and_a_request_without_a_body() -> None:
    (found,) = read("GET /api/v2/flows HTTP/1.1\nHost: api.mypurecloud.ie\n\nHTTP/1.1 100 Continue\n\nHTTP/1.1 204 No Content\n")
    assert found.request.body == ""
    assert found.answer is not None
    assert (found.answer.status, found.answer.body) == (204, "")
    (bare,) = read("post /api/v2/flows/executions")
    assert bare.request == CapturedRequest(method="post", url="/api/v2/flows/executions")


def test_chunks_are_joined() -> None:
    text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n'
    assert [each.answer.body for each in read(text) if each.answer] == ['{"a": 1}']


@pytest.mark.parametrize("text", ["", "POST it", "GET well soon", "{}", "HTTP/1.1", "# POST /x"])
def test_what_is_no_http(text: str) -> None:
    assert read_raw_http(text, "a") is None
