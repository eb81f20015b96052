"""Postman's collections and environments, in both versions of the form."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tieline.capture.postman import read_environment, read_postman
from tieline.domain.exchange import CapturedAnswer, Exchange

V21 = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BODY = '{"flowId": "{{flow_id}}"}'
JSON = {"raw": {"language": "json"}}


def collection(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"info": {"_postman_id": "1", "name": "Genesys", "schema": V21}, "item": list(items), **more}


def item(name: str = "launch flow", **request: Any) -> dict[str, Any]:
    whole = {"method": "POST", "header": [], "url": {"raw": "{{base}}/api/v2/flows/executions", "host": ["{{base}}"]}, **request}
    return {"name": name, "request": whole, "response": []}


def read(*items: dict[str, Any], variables: dict[str, str] | None = None, **more: Any) -> list[Exchange]:
    return read_postman(collection(*items, **more), "c.json", variables or {}) or []


def header(name: str, *items: dict[str, Any], **more: Any) -> str | None:
    return read(*items, **more)[0].request.header(name)


def test_folders_variables_and_what_postman_adds() -> None:
    (found,) = read(
        {"name": "Launch", "item": [item(body={"mode": "raw", "raw": BODY, "options": JSON})]},
        variables={"base": "https://api.{{region}}", "flow_id": "env"},
        variable=[{"key": "region", "value": "mypurecloud.ie"}, {"key": "flow_id", "value": "collection"}],
        auth={"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
    )
    assert (found.id, found.form, found.place.line, found.answer) == ("Launch / launch flow", "postman", 0, None)
    assert found.request.url == "https://api.mypurecloud.ie/api/v2/flows/executions"
    assert found.request.body == '{"flowId": "env"}'
    assert found.request.headers == (("Authorization", "Bearer {{token}}"), ("Content-Type", "application/json"))
    assert found.request.whole


def test_examples_are_exchanges_with_their_answers() -> None:
    saved = item(body={"mode": "raw", "raw": "{}"})
    example = {
        "name": "bad",
        "originalRequest": {"method": "POST", "header": [], "body": {"mode": "raw", "raw": '{"a":1}'}, "url": "https://x/y"},
        "status": "Bad Request",
        "code": 400,
        "header": [{"key": "Content-Type", "value": "application/json"}],
        "body": '{"status":400}',
    }
    now, found = read({**saved, "response": [example]})
    assert (now.id, now.request.body, now.answer) == ("launch flow", "{}", None)  # it was changed since the example was saved
    assert (found.id, found.request.url, found.request.body) == ("launch flow / bad", "https://x/y", '{"a":1}')
    assert found.answer == CapturedAnswer(status=400, headers=(("Content-Type", "application/json"),), body='{"status":400}')
    both = read({**saved, "response": [example, {"name": "none", "code": None}]})
    assert [each.id for each in both] == ["launch flow / bad", "launch flow / none"]
    assert both[1].request.body == "{}"


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ({"type": "bearer", "bearer": [{"key": "token", "value": "abc"}]}, "Bearer abc"),
        ({"type": "bearer", "bearer": {"token": "abc"}}, "Bearer abc"),
        (
            {"type": "basic", "basic": [{"key": "username", "value": "id"}, {"key": "password", "value": "s"}]},
            "Basic " + base64.b64encode(b"id:s").decode(),
        ),
        ({"type": "basic", "basic": {"username": "{{id}}", "password": "s"}}, "Basic {{id}}:s"),
        (
            {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "abc"}, {"key": "addTokenTo", "value": "header"}]},
            "Bearer abc",
        ),
        ({"type": "apikey", "apikey": [{"key": "key", "value": "Authorization"}, {"key": "value", "value": "k"}]}, "k"),
        ({"type": "noauth"}, None),
        (None, "Bearer collection"),
    ],
)
def test_authorization(auth: Any, sent: str | None) -> None:
    above = {"type": "bearer", "bearer": [{"key": "token", "value": "collection"}]}
    assert header("authorization", item(auth=auth), auth=above) == sent


def test_authorization_that_the_file_does_not_hold() -> None:
    (found,) = read(item(auth={"type": "oauth2", "oauth2": [{"key": "addTokenTo", "value": "header"}]}))
    assert not found.request.whole
    (found,) = read(item(url="https://x/y?a=1", auth={"type": "apikey", "apikey": {"key": "k", "value": "v", "in": "query"}}))
    assert found.request.url == "https://x/y?a=1&k=v"


def test_the_nearest_folder_authorizes() -> None:
    inner = {"name": "in", "auth": {"type": "bearer", "bearer": {"token": "inner"}}, "item": [item()]}
    assert (
        header("authorization", {"name": "out", "item": [inner]}, auth={"type": "basic", "basic": {"username": "a"}})
        == "Bearer inner"
    )


@pytest.mark.parametrize(
    ("body", "text", "kind"),
    [
        ({"mode": "raw", "raw": "{}", "options": JSON}, "{}", "application/json"),
        ({"mode": "raw", "raw": "{}"}, "{}", "text/plain"),
        (
            {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b c"}, {"key": "x", "value": "y", "disabled": True}]},
            "a=b%20c",
            "application/x-www-form-urlencoded",
        ),
        ({"mode": "formdata", "formdata": [{"key": "a", "value": "b"}]}, None, "multipart/form-data"),
        (
            {"mode": "graphql", "graphql": {"query": "{a}", "variables": '{"b":1}'}},
            '{"query":"{a}","variables":{"b":1}}',
            "application/json",
        ),
        ({"mode": "file", "file": {"src": "/tmp/x"}}, None, None),
        ({"mode": "raw", "raw": "", "options": JSON}, "", None),
        (None, "", None),
    ],
)
def test_bodies(body: Any, text: str | None, kind: str | None) -> None:
    (found,) = read(item(body=body))
    assert (found.request.body, found.request.header("content-type")) == (text, kind)


def test_headers() -> None:
    raw = {"mode": "raw", "raw": "{}", "options": JSON}
    listed = [{"key": "content-type", "value": "text/plain"}, {"key": "Off", "value": "1", "disabled": True}]
    assert read(item(header=listed, body=raw))[0].request.headers == (("content-type", "text/plain"),)
    assert read(item(header="A: b\nContent-Type: application/xml\n", body=raw))[0].request.headers == (
        ("A", "b"),
        ("Content-Type", "application/xml"),
    )
    silent = {**item(body=raw), "protocolProfileBehavior": {"disabledSystemHeaders": {"content-type": True}}}
    assert read(silent)[0].request.headers == ()


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://x/y", "https://x/y"),
        (
            {
                "protocol": "https",
                "host": ["api", "mypurecloud", "com"],
                "port": "443",
                "path": ["api", "v2", "flows"],
                "query": [{"key": "a", "value": "1"}, {"key": "b", "value": "2", "disabled": True}],
            },
            "https://api.mypurecloud.com:443/api/v2/flows?a=1",
        ),
        (
            {
                "raw": "https://x:80/flows/:id/:none",
                "variable": [{"key": "id", "value": "{{flow}}"}, {"key": "none", "value": ""}],
            },
            "https://x:80/flows/7/:none",
        ),
    ],
)
def test_urls(url: Any, whole: str) -> None:
    assert read(item(url=url), variables={"flow": "7"})[0].request.url == whole


def test_a_get_sends_no_body_unless_told_to() -> None:
    get = item(method="GET", body={"mode": "raw", "raw": "{}"})
    assert read(get)[0].request.body == ""
    assert read({**get, "protocolProfileBehavior": {"disableBodyPruning": True}})[0].request.body == "{}"


def test_variables_that_name_each_other_come_to_an_end() -> None:
    assert read(item(url="{{a}}"), variables={"a": "{{b}}", "b": "{{a}}"})[0].request.url in ("{{a}}", "{{b}}")
    assert len(read(item(url="{{a}}"), variables={"a": "{{a}}" * 1000})[0].request.url or "") < 20_000_000


def test_environments() -> None:
    exported = {
        "name": "dev",
        "values": [{"key": "a", "value": "1", "enabled": True}, {"key": "b", "value": "2", "enabled": False}],
    }
    assert read_environment(exported) == {"a": "1"}
    assert read_environment({"a": "1"}) == {"a": "1"}
    assert read_environment({"a": {}}) is None
    assert read_environment([]) is None


@pytest.mark.parametrize("document", [None, [], {}, {"info": {}}, {"info": {}, "item": {}}, {"info": {}, "item": [1]}, "x"])
def test_what_is_no_collection(document: Any) -> None:
    assert read_postman(document, "a", {}) is None
