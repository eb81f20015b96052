"""HAR files as browsers and proxies write them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tieline.capture.har import read_har
from tieline.domain.exchange import CapturedAnswer, CapturedRequest

BODY = '{"flowId":"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"}'
URL = "https://api.mypurecloud.com/api/v2/flows/executions"


def entry(url: str = URL, **changed: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": "POST",
        "url": url,
        "httpVersion": "http/2.0",
        "headers": [{"name": ":authority", "value": "x"}, {"name": "content-type", "value": "application/json"}],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(BODY),
        "postData": {"mimeType": "application/json", "text": BODY},
    }
    response: dict[str, Any] = {
        "status": 400,
        "statusText": "",
        "headers": [{"name": "inin-correlation-id", "value": "77"}],
        "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
    }
    return {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 12,
        "request": {**request, **changed.get("request", {})},
        "response": {**response, **changed.get("response", {})},
    }


def har(*entries: dict[str, Any], creator: str = "Firefox") -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": list(entries)}}


def test_a_request_with_its_answer() -> None:
    (found,) = read_har(har(entry()), "a.har") or []
    assert (found.id, found.form, found.place.file) == ("a.har#1", "har", "a.har")
    assert found.request == CapturedRequest(
        method="POST", url=URL, headers=(("content-type", "application/json"),), whole=True, body=BODY
    )
    assert found.answer == CapturedAnswer(status=400, headers=(("inin-correlation-id", "77"),), body="{}")


def test_only_what_could_be_genesys_is_kept_unless_nothing_is() -> None:
    other, region = entry("https://example.com/app.js"), entry("https://apps.mypurecloud.ie/directory")
    gateway = entry("https://gateway.example.com/genesys/api/v2/x")
    assert [each.id for each in read_har(har(other, entry(), region, gateway), "a") or []] == ["a#2", "a#3", "a#4"]
    assert [each.id for each in read_har(har(other, other), "a") or []] == ["a#1", "a#2"]


def test_chrome_leaves_authorization_out() -> None:
    (found,) = read_har(har(entry(), creator="WebInspector"), "a") or []
    assert not found.request.whole
    shown = entry(request={"headers": [{"name": "Authorization", "value": "Bearer x"}]})
    (whole,) = read_har(har(shown, creator="WebInspector"), "a") or []
    assert whole.request.whole


def test_a_status_of_zero_is_no_answer() -> None:
    (found,) = read_har(har(entry(response={"status": 0, "content": {"size": 0}})), "a") or []
    assert found.answer is None


def test_bodies() -> None:
    encoded = base64.b64encode(BODY.encode()).decode()
    params = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "scope", "value": "a b"}, {"name": "x"}]}
    found = read_har(
        har(
            entry(
                request={"postData": {"text": encoded, "encoding": "base64"}},
                response={"content": {"text": encoded, "encoding": "base64"}},
            ),
            entry(request={"postData": params}),
            entry(request={"method": "GET", "postData": None, "bodySize": 0}, response={"status": 204, "content": {"size": 0}}),
            entry(request={"postData": None}, response={"content": {"size": 5}}),
        ),
        "a",
    )
    assert [(each.request.body, each.answer and each.answer.body) for each in found or []] == [
        (BODY, BODY),
        ("scope=a%20b&x=", "{}"),
        ("", ""),
        (None, None),
    ]


@pytest.mark.parametrize("document", [None, [], {}, {"log": []}, {"log": {"entries": {}}}, {"log": {"entries": []}}, "log"])
def test_what_is_no_har(document: Any) -> None:
    assert read_har(document, "a") is None
