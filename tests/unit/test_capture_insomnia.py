"""Insomnia's exports, version 4 and version 5."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tieline.capture.insomnia import read_insomnia

V4: dict[str, Any] = {
    "_type": "export",
    "__export_format": 4,
    "__export_source": "insomnia.desktop.app:v2023.5.8",
    "resources": [
        {
            "_id": "req_1",
            "_type": "request",
            "parentId": "fld_1",
            "name": "launch flow",
            "method": "POST",
            "url": "{{ _.base_url }}/api/v2/flows/executions",
            "body": {"mimeType": "application/json", "text": '{"flowId": "{{ _.flow.id }}"}'},
            "parameters": [{"name": "a", "value": "b c"}, {"name": "x", "value": "y", "disabled": True}],
            "headers": [{"name": "Content-Type", "value": "application/json"}, {"name": "Off", "value": "1", "disabled": True}],
            "authentication": {"type": "bearer", "token": "{{ token }}"},
        },
        {
            "_id": "req_2",
            "_type": "request",
            "parentId": "wrk_1",
            "name": "token",
            "method": "POST",
            "url": "https://login.mypurecloud.com/oauth/token",
            "body": {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [{"name": "grant_type", "value": "client_credentials"}, {"name": "n", "value": "1", "disabled": True}],
            },
            "headers": [],
            "authentication": {"type": "basic", "username": "{{ _['client'] }}", "password": "{{ _.unknown }}"},
        },
        {"_id": "fld_1", "_type": "request_group", "parentId": "wrk_1", "name": "Launch", "environment": {"token": "folder"}},
        {"_id": "wrk_1", "_type": "workspace", "parentId": None, "name": "Genesys"},
        {
            "_id": "env_1",
            "_type": "environment",
            "parentId": "wrk_1",
            "name": "Base",
            "data": {"flow": {"id": "base"}, "client": "me"},
        },
        {"_id": "env_2", "_type": "environment", "parentId": "env_1", "name": "Dev", "data": {"flow": {"id": "dev"}}},
    ],
}
V5 = """
type: collection.insomnia.rest/5.0
name: Genesys
meta: {id: wrk_1}
collection:
  - name: Launch
    meta: {id: fld_1}
    authentication: {type: oauth2, grantType: client_credentials}
    children:
      - url: "{{ _.base_url }}/api/v2/flows/executions/:id"
        name: state
        meta: {id: req_1}
        method: GET
        pathParameters:
          - {name: id, value: "7"}
        headers:
          - {name: Accept, value: application/json}
          - {name: Off, value: x, disabled: true}
  - url: "{{ _.base_url }}/api/v2/flows/executions"
    name: launch
    method: POST
    body:
      mimeType: application/json
      text: |-
        {"flowId": "x"}
environments:
  name: Base
  data: {base_url: "https://api.mypurecloud.de"}
"""


def test_version_4() -> None:
    launch, token = read_insomnia(V4, "i.json", {"base_url": "https://api.mypurecloud.com"}) or []
    assert (launch.id, launch.form, launch.place.file) == ("i.json#1", "insomnia", "i.json")
    assert launch.request.url == "https://api.mypurecloud.com/api/v2/flows/executions?a=b%20c"
    assert launch.request.headers == (("Content-Type", "application/json"), ("Authorization", "Bearer folder"))
    assert launch.request.body == '{"flowId": "dev"}'
    assert launch.request.whole
    assert token.request.body == "grant_type=client_credentials"
    assert token.request.header("authorization") == "Basic me:{{ _.unknown }}"
    assert token.request.header("content-type") == "application/x-www-form-urlencoded"


def test_what_is_given_goes_before_the_exported() -> None:
    (launch, _) = read_insomnia(V4, "i", {"flow.id": "given", "token": "t"}) or []
    assert launch.request.body == '{"flowId": "given"}'
    assert launch.request.header("authorization") == "Bearer t"
    assert (launch.request.url or "").startswith("{{ _.base_url }}/")


def test_version_5() -> None:
    state, launch = read_insomnia(yaml.safe_load(V5), "i.yaml", {}) or []
    assert state.request.url == "https://api.mypurecloud.de/api/v2/flows/executions/7"
    assert state.request.headers == (("Accept", "application/json"),)
    assert not state.request.whole
    assert state.request.body == ""
    assert (launch.request.method, launch.request.body) == ("POST", '{"flowId": "x"}')
    assert launch.request.header("content-type") == "application/json"


@pytest.mark.parametrize(
    ("authentication", "sent"),
    [
        ({"type": "bearer", "token": "a", "prefix": "Token"}, "Token a"),
        ({"type": "bearer", "token": "a", "disabled": True}, None),
        ({"type": "oauth2", "accessToken": "a"}, "Bearer a"),
        ({"type": "apikey", "key": "Authorization", "value": "k", "addTo": "header"}, "k"),
        ({"type": "none"}, None),
        ({}, None),
    ],
)
def test_authorization(authentication: Any, sent: str | None) -> None:
    request = {"_type": "request", "url": "https://x", "authentication": authentication}
    (found,) = read_insomnia({"resources": [request]}, "a", {}) or []
    assert found.request.header("authorization") == sent


@pytest.mark.parametrize(
    "document", [None, [], {}, {"resources": []}, {"resources": [{}]}, {"type": "spec.insomnia.rest/5.0"}, 1]
)
def test_what_is_no_export(document: Any) -> None:
    assert read_insomnia(document, "a", {}) is None
