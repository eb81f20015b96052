"""Wire to domain and back, for launches."""

from __future__ import annotations

import math

import msgspec
import pytest
from google.protobuf import json_format

from tieline.domain.event import Event
from tieline.domain.finding import Finding
from tieline.domain.launch import Execution, FlowExecutionRequest, Initiator, Launch, Receipt, State
from tieline.domain.outcome import Attempt, Outcome, OutcomeKind
from tieline.doors.translate_proto import depth_within, field_of, to_answer, to_launch, to_submission
from tieline.v1 import launch_pb2 as pb
from tieline.v1.launch_service_pb2 import LaunchFlowRequest


def parsed(request: dict[str, object]) -> LaunchFlowRequest:
    return LaunchFlowRequest(request=json_format.ParseDict(request, pb.FlowExecutionRequest()))


def test_the_json_form_is_what_callers_write() -> None:
    message = parsed(
        {
            "flowId": "50a3ee0f-2c1d-4d64-b10d-d5a4b6c1a0a1",
            "flow": "Callback",
            "flowVersion": "2.0",
            "inputs": {"customerId": "c-1", "amount": 125, "rate": 0.5, "vip": True, "note": None, "tags": ["a", {"b": 2}]},
            "initiator": {"id": "u-1", "type": "externalContact"},
            "name": "callback 1",
        }
    )
    submission = to_submission(message, 64)
    assert submission.findings == ()
    assert submission.request == FlowExecutionRequest(
        flow_id="50a3ee0f-2c1d-4d64-b10d-d5a4b6c1a0a1",
        flow="Callback",
        flow_version="2.0",
        inputs={"customerId": "c-1", "amount": 125, "rate": 0.5, "vip": True, "note": None, "tags": ["a", {"b": 2}]},
        initiator=Initiator(id="u-1", type="externalContact"),
        name="callback 1",
    )
    assert type(submission.request.inputs["amount"]) is int


def test_what_is_left_out_is_none() -> None:
    assert to_submission(parsed({"flow": "Callback"}), 64).request == FlowExecutionRequest(flow="Callback")


def test_the_fields_of_the_call_are_read() -> None:
    message = parsed({"flow": "Callback"})
    message.request_id, message.environment, message.ordering_key, message.priority = "r-1", "dev", "k", 7
    message.expire_time.FromMilliseconds(1_700_000_000_123)
    message.follow.FromMilliseconds(60_500)
    submission = to_submission(message, 64)
    assert (submission.request_id, submission.environment, submission.ordering_key, submission.priority) == ("r-1", "dev", "k", 7)
    assert submission.expire_time == 1_700_000_000_123
    assert submission.follow_ms == 60_500


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "TL114"),
        (b"[1]", "TL114"),
        (b'{"a": 1', "TL114"),
        (b'{"a": "\xff"}', "TL114"),
        (b'{"a": NaN}', "TL114"),
        (b'{"a": [[1]]}', None),
        (b'{"a": [[[1]]]}', "TL112"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "TL112"),
        (b'{"a": "{{{{[[[["}', None),
        (b'{"a": 1, "a": 2}', "TL133"),
        (b'{"a": {"b": "::", "b": 2}}', "TL133"),
        (b'{"a": "12:30", "b": "https://x"}', None),
    ],
)
def test_inputs_json_is_an_object_within_the_depth(text: bytes, code: str | None) -> None:
    message = LaunchFlowRequest(request=pb.FlowExecutionRequest(inputs_json=text))
    found = to_submission(message, 3).findings
    assert [(finding.code, finding.at) for finding in found] == ([(code, "/inputs")] if code else [])


def test_inputs_json_keeps_integers_exact() -> None:
    message = LaunchFlowRequest(request=pb.FlowExecutionRequest(inputs_json=b'{"n": 9007199254740993}'))
    assert to_submission(message, 64).request.inputs == {"n": 2**53 + 1}


def test_a_number_json_cannot_say_is_found_at_its_place() -> None:
    message = LaunchFlowRequest()
    message.request.inputs.update({"good": 1, "a/b": [1.0, math.nan], "inner": {"x": math.inf}})
    submission = to_submission(message, 64)
    assert {(finding.code, finding.at) for finding in submission.findings} == {
        ("TL111", "/inputs/a~1b/1"),
        ("TL111", "/inputs/inner/x"),
    }
    assert submission.request.inputs["good"] == 1


def test_inputs_nested_too_deep_are_found_at_their_place() -> None:
    message = LaunchFlowRequest()
    message.request.inputs.update({"ok": [1], "deep": {"x": [1]}})
    found = to_submission(message, 2).findings
    assert [(finding.code, finding.at) for finding in found] == [("TL112", "/inputs/deep/x")]


def test_whole_numbers_too_large_to_be_exact_stay_doubles() -> None:
    message = LaunchFlowRequest()
    message.request.inputs.update({"n": 1e300, "m": 2.0**53})
    inputs = to_submission(message, 64).request.inputs
    assert inputs == {"n": 1e300, "m": 2**53}
    assert type(inputs["n"]) is float
    msgspec.json.encode(inputs)


def test_a_call_without_a_request_is_found() -> None:
    assert [finding.code for finding in to_submission(LaunchFlowRequest(), 64).findings] == ["TL118"]


def test_times_out_of_range_are_found() -> None:
    message = parsed({"flow": "Callback"})
    message.expire_time.seconds = -1
    message.follow.seconds = -5
    found = to_submission(message, 64).findings
    assert [(finding.code, finding.at) for finding in found] == [("TL119", "call:expire_time"), ("TL119", "call:follow")]


@pytest.mark.parametrize(
    ("at", "field"),
    [
        ("", "request"),
        ("/inputs/Flow.amount", "request.inputs.Flow.amount"),
        ("/inputs/a~1b/0", "request.inputs.a/b[0]"),
        ("/flowId", "request.flowId"),
        ("call:priority", "priority"),
        ("url", "url"),
    ],
)
def test_a_place_is_told_as_a_path(at: str, field: str) -> None:
    assert field_of(at) == field


def test_a_receipt_keeps_its_milliseconds() -> None:
    message = to_answer(Receipt(id="l-1", request_id="r-1", state=State.QUEUED, create_time=1_700_000_000_123, repeated=True))
    assert message.receipt.create_time.ToMilliseconds() == 1_700_000_000_123
    assert (message.receipt.id, message.receipt.request_id, message.receipt.repeated) == ("l-1", "r-1", True)
    assert message.receipt.state == pb.Launch.STATE_QUEUED


def test_every_state_and_every_outcome_has_its_number() -> None:
    assert {f"STATE_{state}" for state in State} | {"STATE_UNSPECIFIED"} == set(pb.Launch.State.keys())
    assert {f"KIND_{kind.name}" for kind in OutcomeKind} | {"KIND_UNSPECIFIED"} == set(pb.Outcome.Kind.keys())


def test_a_launch_carries_everything_but_its_payload() -> None:
    finding = Finding(code="TL401", reason="X", at="/flowId", line="a", help="b", metadata={"k": "v"}, suggestion="s")
    outcome = Outcome(kind=OutcomeKind.THROTTLED, status=429, finding=finding, retry_after_ms=1_500, correlation_id="c")
    launch = Launch(
        id="l-1",
        request_id="r-1",
        fingerprint=b"x",
        environment="dev",
        create_time=1_000,
        update_time=2_000,
        state=State.SCHEDULED,
        route="github",
        flow_id="f",
        flow="Callback",
        ordering_key="k",
        priority=3,
        schedule_time=3_000,
        expire_time=4_000,
        event=Event(id="e", source="s", type="t", subject="u", data={"secret": "data-secret"}),
        request=FlowExecutionRequest(flow="Callback", inputs={"secret": "input-secret"}),
        body=b"body-secret",
        begun=1,
        attempts=(Attempt(number=1, start_time=1_500, end_time=1_600, outcome=outcome),),
        execution=Execution(id="x-1", status="RUNNING"),
        findings=(finding,),
    )
    message = to_launch(launch)
    assert b"secret" not in message.SerializeToString()
    assert message.state == pb.Launch.STATE_SCHEDULED
    assert message.schedule_time.ToMilliseconds() == 3_000
    assert message.attempts[0].outcome.retry_after.ToMilliseconds() == 1_500
    assert message.attempts[0].outcome.finding.field == "/flowId"
    assert (message.findings[0].help_url, message.findings[0].suggestion) == ("https://tieline.dev/errors/TL401", "s")
    assert (message.execution.id, message.event.source, message.attempt_count) == ("x-1", "s", 1)


def test_depth_counts_objects_and_arrays() -> None:
    assert depth_within(b'{"a": {}}', {"a": {}}, 2)
    assert not depth_within(b'{"a": {}}', {"a": {}}, 1)
    assert depth_within(b'{"a": 1, "b": "{"}', {"a": 1, "b": "{"}, 1)
