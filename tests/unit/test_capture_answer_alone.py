"""Answers pasted without their request: an error body, a run's state, what an SDK's exception prints."""

from __future__ import annotations

import json

from tieline.capture.read import read_captures
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Rule

REFUSED = {
    "message": "Unable to perform the requested action. You are missing the following permission(s): [architect:flow:launch]",
    "code": "missing.permissions",
    "status": 403,
    "contextId": "5ab1",
    "details": [],
    "errors": [],
}
RUN = {
    "id": "77887197-c917-445b-8b17-06b10fbf7c8f",
    "name": "Payment follow-up",
    "flowVersion": {"id": "1.0"},
    "dateLaunched": "2026-03-26T20:14:38.338Z",
    "status": "FAILED",
    "flowErrorInfo": {"code": "expression.failed", "message": "the expression failed"},
}
SDK = f"""PureCloudPlatformClientV2.rest.ApiException: (403)
Reason: Forbidden
HTTP response headers: HTTPHeaderDict({{'Content-Type': 'application/json', 'inin-correlation-id': '5ab1-77'}})
HTTP response body: {json.dumps(REFUSED)}
"""


def test_an_error_body_alone_is_an_answer_and_no_request() -> None:
    [exchange] = read_captures(json.dumps(REFUSED), "a.json", {})
    assert exchange.form == "answer"
    assert exchange.request.body is None
    [found] = diagnose(exchange, {}).findings
    assert (found.rule, found.finding.at) == (Rule.PERMISSION, "permission")


def test_the_state_of_a_run_alone() -> None:
    [exchange] = read_captures(json.dumps(RUN, indent=2), "a.json", {})
    assert exchange.execution == RUN
    [found] = diagnose(exchange, {}).findings
    assert found.finding.code == "TL440"


def test_what_an_sdk_prints() -> None:
    [exchange] = read_captures(SDK, "a.txt", {})
    assert exchange.answer is not None
    assert exchange.answer.status == 403
    assert exchange.answer.header("ININ-Correlation-Id") == "5ab1-77"
    assert json.loads(exchange.answer.body or "") == REFUSED


def test_a_launch_with_a_status_of_its_own_stays_a_request() -> None:
    body = {"flowId": "9863b810-8682-4e57-bea3-8a3e244c48a0", "status": "new", "message": "hello", "code": "1"}
    [exchange] = read_captures(json.dumps(body), "a.json", {})
    assert exchange.form == "body"


def test_a_python_dict_in_a_log_is_the_json_it_becomes() -> None:
    line = "2026-01-01 INFO payload={'flowId': '9863b810-8682-4e57-bea3-8a3e244c48a0', 'inputData': {'Flow.a': True, 'Flow.b': None}} status=400"
    [exchange] = read_captures(line, "a.log", {})
    assert json.loads(exchange.request.body or "")["inputData"] == {"Flow.a": True, "Flow.b": None}
