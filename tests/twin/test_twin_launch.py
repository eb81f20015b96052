"""Launches over HTTP: what is taken, and every refusal with its status, code and headers."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tests.twin.conftest import Start
from tests.twin.raw import LAUNCH, Caller, request
from tieline.contract.operations import LAUNCH as PUBLISHED
from tieline.contract.schemas import document
from tieline.twin.options import Rule, Sent, Strictness
from tieline.twin.seed import SAMPLE

CALLBACK = next(flow.flow_id for flow in SAMPLE if flow.name == "Customer callback")
PAYMENT = next(flow.flow_id for flow in SAMPLE if flow.name == "Payment follow-up")
DRAFT = next(flow.flow_id for flow in SAMPLE if flow.name == "Draft survey")
IVR = next(flow.flow_id for flow in SAMPLE if flow.name == "Main IVR")
BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "malformed": b'{"flowId": ',
    "trailing text": b'{"flowId": "a"} x',
    "a list": b"[]",
    "a text": b'"flowId"',
    "null": b"null",
    "NaN": b'{"flowId": "a", "inputData": {"Flow.attempt": NaN}}',
    "Infinity": b'{"flowId": "a", "inputData": {"Flow.attempt": -Infinity}}',
    "a byte order mark": b'\xef\xbb\xbf{"flowId": "a"}',
    "bad UTF-8": b'{"flowId": "\xff"}',
    "UTF-16": '{"flowId": "a"}'.encode("utf-16"),
    "a lone surrogate": b'{"flowId": "a", "name": "\\ud800"}',
    "a key given twice": b'{"flowId": 1, "flowId": "a"}',
    "an inner key given twice": b'{"flowId": "a", "inputData": {"x": 1, "x": 2}}',
    "deep": b'{"flowId": "a", "inputData": ' + b'{"a":' * 150 + b"1" + b"}" * 151,
    "very deep": b"[" * 20_000,
    "very deep, closed": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a long number": b'{"flowId": "a", "inputData": {"Flow.attempt": ' + b"9" * 5000 + b"}}",
    "a huge number": b'{"flowId": "a", "inputData": {"Flow.attempt": 1e999}}',
}
REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no flowId": ({"name": "x"}, 400, "constraint.validation"),
    "null flowId": ({"flowId": None}, 400, "constraint.validation"),
    "empty flowId": ({"flowId": ""}, 400, "constraint.validation"),
    "flowId a number": ({"flowId": 7}, 400, "invalid.value"),
    "flowVersion a number": ({"flowId": CALLBACK, "flowVersion": 1.0}, 400, "invalid.value"),
    "name a list": ({"flowId": CALLBACK, "name": ["x"]}, 400, "invalid.value"),
    "inputData a list": ({"flowId": CALLBACK, "inputData": []}, 400, "invalid.value"),
    "unknown field": ({"flowId": CALLBACK, "inputs": {}}, 400, "invalid.property"),
    "unknown flow": ({"flowId": "5d3b6c5e-0000-4000-8000-000000000000"}, 404, "architect.flow.not.found"),
    "not published": ({"flowId": DRAFT}, 400, "flow.config.not.published"),
    "no workflow": ({"flowId": IVR}, 400, "flow.invalid.state"),
    "unknown version": ({"flowId": CALLBACK, "flowVersion": "9.0"}, 400, "flow.definition.missing"),
    "unknown input": ({"flowId": CALLBACK, "inputData": {"Flow.reasn": "x"}}, 400, "input.var.not.marked.in.flow.def"),
    "input without prefix": ({"flowId": CALLBACK, "inputData": {"reason": "x"}}, 400, "input.var.not.marked.in.flow.def"),
    "input with another case": ({"flowId": CALLBACK, "inputData": {"flow.reason": "x"}}, 400, "input.var.not.marked.in.flow.def"),
    "nested input": ({"flowId": CALLBACK, "inputData": {"Flow": {"reason": "x"}}}, 400, "input.var.not.marked.in.flow.def"),
    "wrong value": ({"flowId": CALLBACK, "inputData": {"Flow.reason": 7}}, 400, "variable.value.not.allowed"),
    "too large an integer": ({"flowId": CALLBACK, "inputData": {"Flow.attempt": 10**15}}, 400, "variable.value.not.allowed"),
    "a longer integer": ({"flowId": CALLBACK, "inputData": {"Flow.attempt": 10**40}}, 400, "variable.value.not.allowed"),
    "too long a text": ({"flowId": CALLBACK, "inputData": {"Flow.reason": "x" * 32_001}}, 400, "variable.value.not.allowed"),
}


async def test_a_launch_answers_200_with_a_run(twin: Caller) -> None:
    reply = await twin.launch({"flowId": CALLBACK, "name": "call back", "inputData": {"Flow.attempt": 1, "Flow.reason": None}})
    assert reply.status == 200
    # `selfUri` is a path in every recorded answer, although the description gives it the format uri.
    assert jsonschema_rs.is_valid(document("FlowExecutionLaunchResponse"), reply.json, validate_formats=False)
    run = twin.twin.executions[0]
    assert reply.json == {
        "id": run.id,
        "name": "call back",
        "flowVersion": {"id": "1.0", "name": "1.0", "selfUri": f"/api/v2/flows/{CALLBACK}/versions/1.0"},
        "selfUri": f"/api/v2/flows/executions/{run.id}",
    }
    assert run.body == {"flowId": CALLBACK, "name": "call back", "inputData": {"Flow.attempt": 1, "Flow.reason": None}}


@pytest.mark.parametrize(("asked", "started"), [(None, "2.0"), ("", "2.0"), ("1.0", "1.0"), ("1", "1.0"), ("2", "2.0")])
async def test_the_version_started(twin: Caller, asked: str | None, started: str) -> None:
    reply = await twin.launch({"flowId": PAYMENT, "flowVersion": asked})
    assert reply.json["flowVersion"]["id"] == started


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
async def test_a_body_that_is_no_json_object(twin: Caller, body: bytes) -> None:
    reply = await twin.launch(body)
    assert (reply.status, reply.code) == (400, "bad.request")
    assert twin.twin.executions == ()


@pytest.mark.parametrize(("body", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_a_launch_request_at_fault(twin: Caller, body: dict[str, Any], status: int, code: str) -> None:
    reply = await twin.launch(body)
    assert (reply.status, reply.code) == (status, code)
    assert reply.json["status"] == status
    assert jsonschema_rs.is_valid(document("ErrorBody"), reply.json)
    assert reply.json["contextId"] == reply.headers["inin-correlation-id"]
    assert (reply.json["details"], reply.json["errors"]) == ([], [])
    assert status == PUBLISHED.error(code).status
    assert twin.twin.executions == ()


async def test_a_message_is_the_published_one_filled_in(twin: Caller) -> None:
    reply = await twin.launch({"flowId": CALLBACK, "flowVerison": "1.0"})
    assert reply.json["message"] == "Value [flowVerison] is not a valid property for object [FlowExecutionLaunchRequest]"
    assert reply.json["messageWithParams"] == "Value [{value}] is not a valid property for object [{object}]"
    assert reply.json["messageParams"] == {"value": "flowVerison", "object": "FlowExecutionLaunchRequest"}


async def test_a_long_value_is_not_repeated_whole(twin: Caller) -> None:
    reply = await twin.launch({"flowId": CALLBACK, "n" * 1000: 1})
    assert len(reply.json["message"]) < 250


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": ""},
        {"content_encoding": "gzip"},
    ],
)
async def test_another_media_type(twin: Caller, headers: dict[str, str]) -> None:
    reply = await twin.launch({"flowId": CALLBACK}, **headers)
    assert (reply.status, reply.code) == (415, "unsupported.media.type")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'])
async def test_the_ways_to_say_json(twin: Caller, kind: str) -> None:
    assert (await twin.launch({"flowId": CALLBACK}, content_type=kind)).status == 200


async def test_no_media_type_at_all(twin: Caller) -> None:
    reply = await twin.send("POST", LAUNCH, b"{}", {"Authorization": f"Bearer {twin.token}"})
    assert (reply.status, reply.code) == (415, "unsupported.media.type")


async def test_a_body_at_the_limit_and_one_beyond(twin: Caller) -> None:
    frame = len(b'{"flowId": "%s"}' % b"")
    at = await twin.launch(b'{"flowId": "%s"}' % (b"x" * (512_000 - frame)))
    beyond = await twin.launch(b'{"flowId": "%s"}' % (b"x" * (512_001 - frame)))
    assert at.code == "architect.flow.not.found"
    assert (beyond.status, beyond.code) == (413, "request.entity.too.large")
    assert beyond.json["message"] == "The request is over the size limit. Maximum bytes: 512000"


async def test_a_much_too_large_body_is_heard_out(twin: Caller) -> None:
    assert (await twin.launch(b" " * 8_000_000)).status == 413


async def test_a_body_that_does_not_come(start: Start) -> None:
    twin = await start(body_timeout_s=0.02)
    head = request(
        "POST",
        LAUNCH,
        None,
        {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json", "Content-Length": "10"},
    )
    from tests.twin.raw import exchange

    reply = await exchange(twin.twin.url, head + b'{"f')
    assert (reply.status, reply.code) == (408, "client.timeout")


async def test_the_settings_for_what_nobody_published(start: Start) -> None:
    strict = Strictness(
        unknown_field=Rule.IGNORE,
        unknown_input=Rule.IGNORE,
        wrong_value=Rule.IGNORE,
        missing_flow_id="bad.request",
        wrong_type="bad.request",
        wrong_version="architect.flow.not.found",
        wrong_flow_type="architect.object.validate.failed",
        name_of_unnamed="nothing",
    )
    twin = await start(strict=strict)
    body = {"flowId": CALLBACK, "extra": 1, "inputData": {"Flow": {"reason": 1}, "Flow.reason": 7}}
    reply = await twin.launch(body)
    assert (reply.status, "name" in reply.json) == (200, False)
    assert (await twin.launch({})).code == "bad.request"
    assert (await twin.launch({"flowId": 1})).code == "bad.request"
    assert (await twin.launch({"flowId": IVR})).code == "architect.object.validate.failed"
    assert (await twin.launch({"flowId": CALLBACK, "flowVersion": "9.0"})).status == 404


async def test_an_ignored_unknown_input_does_not_hide_a_wrong_value(start: Start) -> None:
    twin = await start(strict=Strictness(unknown_input=Rule.IGNORE))
    assert (await twin.launch({"flowId": CALLBACK, "inputData": {"x": 1, "Flow.reason": "ok"}})).status == 200
    assert (await twin.launch({"flowId": CALLBACK, "inputData": {"x": 1, "Flow.reason": 7}})).code == "variable.value.not.allowed"


async def test_details_name_the_field_when_told_to(start: Start) -> None:
    twin = await start(strict=Strictness(name_fields=True))
    reply = await twin.launch({"flowId": CALLBACK, "inputData": {"Flow.reasn": "x"}})
    assert reply.json["details"] == [{"errorCode": "input.var.not.marked.in.flow.def", "fieldName": "Flow.reasn"}]


async def test_findings_stand_in_a_header_of_a_refused_launch_only(start: Start) -> None:
    seen: list[bytes | None] = []

    def explain(sent: Sent, flows: object) -> list[str]:
        seen.append(sent.body)
        return ["one thing", "another\r\nX-Evil: 1 \u00e9"]

    twin = await start(explain)
    refused = await twin.launch({"flowId": CALLBACK, "flowVerison": "1"})
    assert refused.headers["tieline-findings"] == "one thing | another X-Evil: 1 \\xe9"
    assert "x-evil" not in refused.headers
    assert "tieline-findings" not in (await twin.launch({"flowId": CALLBACK})).headers
    assert len(seen) == 1


async def test_a_failing_explanation_costs_only_the_explanation(start: Start) -> None:
    def explain(sent: Sent, flows: object) -> list[str]:
        raise RuntimeError("no words")

    twin = await start(explain)
    reply = await twin.launch({"flowId": CALLBACK, "flowVerison": "1"})
    assert (reply.code, "tieline-findings" in reply.headers) == ("invalid.property", False)
