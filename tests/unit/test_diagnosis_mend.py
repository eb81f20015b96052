"""The mended request: the launch that was meant, however it was wrapped, and nothing that nobody wrote."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from tieline.diagnosis.diagnose import diagnose
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange

ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
URL = "https://api.mypurecloud.de/api/v2/flows/executions"


def _mended(body: Any, url: str = URL) -> tuple[Any, str]:
    request = CapturedRequest(method="POST", url=url, body=body if isinstance(body, str) else json.dumps(body))
    mended = diagnose(Exchange(id="x", form="exchange", request=request, answer=CapturedAnswer(status=400)), {}).mended
    assert mended is not None
    return mended.body, mended.curl


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"flow_id": ID, "inputs": {"a": 1}}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ({"flowId": ID, "parameters": [{"name": "a", "value": "1"}]}, {"flowId": ID, "inputData": {"Flow.a": "1"}}),
        ({"flowId": ID, "inputs": [{"key": "a", "value": 1}, "x"]}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ({"flow": {"id": ID, "name": "n"}, "data": {"a": 1}}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ({"data": {"flowId": ID, "inputData": {"Flow.a": 1}}}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ({"type": "flow", "configuration": {"flowId": ID, "parameters": {"a": 1}}}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ([{"flowId": ID, "name": 7}], {"flowId": ID, "name": "7"}),
        ({"flowId": ID, "Flow.a": 1}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ({"flowId": ID, "inputData": {"Flow": {"a": 1}, "flow.b": 2, "c": 3}}, {"flowId": ID, "inputData": {"Flow.b": 2, "Flow.c": 3, "Flow.a": 1}}),
        ({"flowId": ID, "inputData": '{"a": 1}'}, {"flowId": ID, "inputData": {"Flow.a": 1}}),
        ({"flowId": ID, "user": {"id": "u"}, "priority": 5}, {"flowId": ID}),
        (f"{{'flowId': '{ID}', 'flowVersion': 3,}}", {"flowId": ID, "flowVersion": "3"}),
        ({"flowId": "Main menu"}, {"flowId": "<flow id>"}),
    ],
)  # fmt: skip
def test_the_launch_that_was_meant(body: Any, wanted: dict[str, Any]) -> None:
    assert _mended(body)[0] == wanted


def test_a_flow_named_in_the_address_is_taken_from_there() -> None:
    body, curl = _mended({"inputs": {"a": 1}}, f"https://api.mypurecloud.de/api/v2/architect/flows/{ID}/execute")
    assert body == {"flowId": ID, "inputData": {"Flow.a": 1}}
    assert shlex.split(curl)[:4] == ["curl", "-X", "POST", URL]


@pytest.mark.parametrize("value", ["O'Brien", 'say "x"', "a\\b", "$HOME `id` !", "é\n"])
def test_the_curl_command_sends_the_mended_body_whatever_it_holds(value: str) -> None:
    body, curl = _mended({"flowId": ID, "inputs": {"a": value}})
    words = shlex.split(curl.replace("\\\n", " "))
    assert json.loads(words[words.index("-d") + 1]) == body == {"flowId": ID, "inputData": {"Flow.a": value}}
