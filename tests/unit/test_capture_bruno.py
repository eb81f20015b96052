"""Bruno's files and its collections exported as JSON."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tieline.capture.bruno import read_bruno, read_bruno_collection
from tieline.capture.read import read_captures
from tieline.domain.exchange import CapturedRequest

BRU = """meta {
  name: launch flow
  type: http
  seq: 1
}

post {
  url: {{base}}/api/v2/flows/:what?a=1
  body: json
  auth: bearer
}

params:query {
  a: 1
}

params:path {
  what: executions
}

headers {
  Accept: application/json
  ~Off: 1
}

auth:bearer {
  token: {{token}}
}

body:json {
  {
    "flowId": "{{flow}}"
  }
}

vars:pre-request {
  flow: 7
  ~token: off
}

script:pre-request {
  if (x) {
  }
}
"""


def request(text: str, **variables: str) -> CapturedRequest:
    (found,) = read_bruno(text, "a.bru", variables) or []
    return found.request


@pytest.mark.parametrize("text", [BRU, BRU.replace("\n", "\r\n")])
def test_a_file(text: str) -> None:
    (found,) = read_bruno(text, "launch.bru", {"base": "https://api.mypurecloud.com", "token": "abc"}) or []
    assert (found.id, found.form, found.place.line) == ("launch.bru:7", "bruno", 7)
    assert found.request == CapturedRequest(
        method="POST",
        url="https://api.mypurecloud.com/api/v2/flows/executions?a=1",
        headers=(("Accept", "application/json"), ("Authorization", "Bearer abc"), ("Content-Type", "application/json")),
        whole=True,
        body='{\n  "flowId": "7"\n}',
    )


@pytest.mark.parametrize(
    ("rest", "body", "kind"),
    [
        ("body:text {\n  hello\n}", "hello", "text/plain"),
        (
            "body:form-urlencoded {\n  grant_type: client_credentials\n  ~a: b\n  s: x y\n}",
            "grant_type=client_credentials&s=x%20y",
            "application/x-www-form-urlencoded",
        ),
        ("body:multipart-form {\n  a: b\n}", None, "multipart/form-data"),
        ("body {\n  {}\n}", "{}", "application/json"),
        ("headers {\n  content-type: text/x\n}\nbody:json {\n  {}\n}", "{}", "text/x"),
        ("", "", None),
    ],
)
def test_bodies(rest: str, body: str | None, kind: str | None) -> None:
    found = request(f"post {{\n  url: https://x\n}}\n{rest}")
    assert (found.body, found.header("content-type")) == (body, kind)


def test_the_request_names_its_body_and_its_authorization() -> None:
    found = request("get {\n  url: https://x\n  body: none\n  auth: none\n}\nbody:json {\n  {}\n}\nauth:bearer {\n  token: a\n}")
    assert found == CapturedRequest(method="GET", url="https://x", headers=(), whole=True, body="")


@pytest.mark.parametrize(
    ("auth", "sent", "whole"),
    [
        ("auth:basic {\n  username: id\n  password: s\n}", "Basic " + base64.b64encode(b"id:s").decode(), True),
        ("auth:apikey {\n  key: Authorization\n  value: k\n  placement: header\n}", "k", True),
        ("auth:oauth2 {\n  grant_type: client_credentials\n}", None, False),
    ],
)
def test_authorization(auth: str, sent: str | None, whole: bool) -> None:
    found = request(f"post {{\n  url: https://x\n}}\n{auth}")
    assert (found.header("authorization"), found.whole) == (sent, whole)


def test_inherited_authorization_is_not_known() -> None:
    assert not request("post {\n  url: https://x\n  auth: inherit\n}").whole


COLLECTION: dict[str, Any] = {
    "name": "Genesys",
    "version": "1",
    "root": {"request": {"auth": {"mode": "bearer", "bearer": {"token": "{{token}}"}}}},
    "activeEnvironmentUid": "e1",
    "environments": [{"uid": "e1", "name": "dev", "variables": [{"name": "base", "value": "https://x", "enabled": True}]}],
    "items": [
        {
            "type": "folder",
            "name": "Launch",
            "items": [
                {
                    "type": "http-request",
                    "name": "launch",
                    "request": {
                        "url": "{{base}}/api/v2/flows/executions",
                        "method": "POST",
                        "headers": [
                            {"name": "A", "value": "b", "enabled": True},
                            {"name": "Off", "value": "1", "enabled": False},
                        ],
                        "body": {"mode": "json", "json": "{}"},
                        "auth": {"mode": "inherit"},
                    },
                }
            ],
        },
        {
            "type": "http",
            "name": "token",
            "request": {
                "url": "{{base}}/oauth/token",
                "method": "POST",
                "body": {
                    "mode": "formUrlEncoded",
                    "formUrlEncoded": [{"name": "a", "value": "b"}, {"name": "c", "enabled": False}],
                },
                "auth": {"mode": "none"},
            },
        },
    ],
}


def test_a_collection() -> None:
    launch, token = read_bruno_collection(COLLECTION, "c.json", {"token": "t"}) or []
    assert (launch.id, launch.form) == ("c.json#1", "bruno")
    assert launch.request == CapturedRequest(
        method="POST",
        url="https://x/api/v2/flows/executions",
        headers=(("A", "b"), ("Authorization", "Bearer t"), ("Content-Type", "application/json")),
        whole=True,
        body="{}",
    )
    assert (token.request.url, token.request.body) == ("https://x/oauth/token", "a=b")
    assert token.request.headers == (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize("text", ["", "meta {\n}", "post {\n}", "vars {\n  a: b\n}", "post {", "{}"])
def test_what_is_no_request(text: str) -> None:
    assert read_bruno(text, "a", {}) is None


@pytest.mark.parametrize(
    "document", [None, [], {}, {"name": "x", "items": []}, {"items": [{"request": {}}]}, {"name": 1, "items": [3]}]
)
def test_what_is_no_collection(document: Any) -> None:
    assert read_bruno_collection(document, "a", {}) is None


YAML = """info:
  name: launch
  type: http
  seq: 1

http:
  method: POST
  url: https://api.{{region}}/api/v2/flows/executions
  headers:
    - name: X-Off
      value: "1"
      disabled: true
  body:
    type: json
    data: |-
      {
        "flowId": "{{flow}}"
      }
  auth:
    type: bearer
    token: "{{token}}"

runtime:
  variables:
    - name: flow
      value: abc
"""


def test_a_request_in_yaml() -> None:
    (found,) = read_captures(YAML, "launch.yml", {"region": "mypurecloud.de"})
    assert (found.id, found.form, found.request.method) == ("launch", "bruno", "POST")
    assert found.request.url == "https://api.mypurecloud.de/api/v2/flows/executions"
    assert found.request.headers == (("Authorization", "Bearer {{token}}"), ("Content-Type", "application/json"))
    assert found.request.body == '{\n  "flowId": "abc"\n}'


def test_a_collection_in_one_yaml_file() -> None:
    text = """opencollection: 1.0.0
info:
  name: Genesys
items:
  - info:
      name: folder
      type: folder
    items:
      - info:
          name: token
          type: http
        http:
          method: POST
          url: https://login.mypurecloud.com/oauth/token
          body:
            type: form-urlencoded
            data:
              - name: grant_type
                value: client_credentials
              - name: scope
                value: x
                disabled: true
          auth:
            type: basic
            basic:
              username: id
              password: secret
"""
    (found,) = read_captures(text, "g.yml", {})
    assert (found.id, found.request.body) == ("token", "grant_type=client_credentials")
    assert found.request.headers == (
        ("Authorization", "Basic aWQ6c2VjcmV0"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    )
