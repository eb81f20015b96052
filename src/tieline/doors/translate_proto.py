"""Wire to domain and back: the launch messages of proto/tieline/v1. Read once per launch, so every line here is counted in microseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

import msgspec
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp

from tieline.domain.finding import Finding, find, pointer
from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest, Initiator, Launch, Receipt, State
from tieline.domain.outcome import Attempt, Outcome, OutcomeKind
from tieline.doors.json_body import check_once, not_utf8
from tieline.handoff.verdict import Refused, Submission, Valid
from tieline.problems.base import Problem, ProblemError
from tieline.problems.doors import FieldMissing, InputsJsonInvalid, NestedTooDeep, NumberNotFinite, TimeOutOfRange
from tieline.v1 import launch_pb2 as pb
from tieline.v1.launch_service_pb2 import LaunchFlowRequest, LaunchFlowResponse, LaunchVerdict

EXACT = 2.0**53
"""Whole doubles up to here are the integer they look like; larger ones stay doubles."""
_MAX_SECONDS = 253_402_300_799
_STATES: dict[State, pb.Launch.State.ValueType] = {state: pb.Launch.State.Value(f"STATE_{state.value}") for state in State}
STATE_OF: dict[pb.Launch.State.ValueType, State] = {number: state for state, number in _STATES.items()}
"""The state of each number on the wire."""
_KINDS: dict[OutcomeKind, pb.Outcome.Kind.ValueType] = {kind: pb.Outcome.Kind.Value(f"KIND_{kind.name}") for kind in OutcomeKind}
_NO_STRUCTURE = bytes(set(range(256)) - set(b":{["))
_decode_object = msgspec.json.Decoder(dict[str, Json]).decode


class _FaultyError(Exception):
    """The quick way met a value it cannot keep; the slow way says which."""


def to_submission(message: LaunchFlowRequest, max_depth: int) -> Submission:
    """Read one call. What is wrong with its form becomes findings of the submission; never raises."""
    found: list[Finding] = []
    expire_time = _expire_time(message.expire_time, found) if message.HasField("expire_time") else None
    follow_ms = _follow_ms(message.follow, found) if message.HasField("follow") else 0
    return Submission(
        request=_to_request(message, max_depth, found),
        request_id=message.request_id,
        environment=message.environment,
        ordering_key=message.ordering_key,
        priority=message.priority,
        expire_time=expire_time,
        follow_ms=follow_ms,
        findings=tuple(found),
    )


def _to_request(message: LaunchFlowRequest, max_depth: int, found: list[Finding]) -> FlowExecutionRequest:
    asked = message.request
    flow_id, flow = asked.flow_id or None, asked.flow or None
    if flow_id is flow is None and not message.HasField("request"):
        found.append(find(FieldMissing(field="request"), ""))
    who = asked.initiator if asked.HasField("initiator") else None
    inputs: dict[str, Json] = {}
    if text := asked.inputs_json:
        inputs = _from_json(text, max_depth, found)
    elif fields := asked.inputs.fields:
        inputs = _from_struct(fields, max_depth, found)
    elif asked.WhichOneof("inputs_form") == "inputs_json":  # given, and empty
        inputs = _from_json(text, max_depth, found)
    return FlowExecutionRequest(
        flow_id=flow_id,
        flow=flow,
        flow_version=asked.flow_version or None,
        inputs=inputs,
        initiator=Initiator(id=who.id, type=who.type) if who is not None else None,
        name=asked.name or None,
    )


def _from_json(text: bytes, max_depth: int, found: list[Finding]) -> dict[str, Json]:
    try:
        inputs = _decode_object(text)
        if _plainly_flat(text, inputs) and max_depth:
            return inputs
        if depth_within(text, inputs, max_depth):
            check_once(text, inputs)
            return inputs
        problem: Problem = NestedTooDeep(limit=max_depth)
    except RecursionError:
        problem = NestedTooDeep(limit=max_depth)
    except UnicodeDecodeError:
        problem = InputsJsonInvalid(fault=not_utf8(text))
    except msgspec.DecodeError as fault:
        problem = InputsJsonInvalid(fault=str(fault).replace(" - at `$`", ""))
    except ProblemError as error:
        problem = error.problems[0]
    found.append(find(problem, "/inputs"))
    return {}


def _plainly_flat(text: bytes, inputs: dict[str, Json]) -> bool:
    """Tell at a glance that an object holds no other, no array, and no key twice, as nearly all do; False settles nothing."""
    return text.translate(None, _NO_STRUCTURE) == b"{" + b":" * len(inputs)


def depth_within(text: bytes, value: Json, limit: int) -> bool:
    """Tell whether JSON is nested at most `limit` deep. Fewer opening brackets than that cannot be deeper, so most text is only counted."""
    if text.count(b"{") + text.count(b"[") <= limit:
        return True
    level = _inner([[value]])
    while level and limit:
        level = _inner(level)
        limit -= 1
    return not level


def _inner(level: list[Json]) -> list[Json]:
    """The objects and arrays directly inside those of a level."""
    inside = (value for outer in level for value in (outer.values() if type(outer) is dict else outer))
    return [value for value in inside if type(value) in {dict, list}]


def _from_struct(fields: Mapping[str, Value], max_depth: int, found: list[Finding]) -> dict[str, Json]:
    depth = max_depth - 1
    try:
        # Nearly all values are strings, so that is tried first; `items()` of this map is slower, it is written in Python.
        return {name: fields[name].string_value or _value(fields[name], depth) for name in fields}
    except _FaultyError:
        kept: dict[str, Json] = {
            name: _checked(value, pointer("inputs", name), max_depth - 1, max_depth, found) for name, value in fields.items()
        }
        return kept


def _value(value: Value, depth: int) -> Json:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if depth < 1 and kind in {"struct_value", "list_value"}:
        raise _FaultyError
    if kind == "struct_value":
        return {name: _value(inner, depth - 1) for name, inner in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_value(inner, depth - 1) for inner in value.list_value.values]
    return None


def _number(number: float) -> int | float:
    if number.is_integer():
        return int(number) if -EXACT <= number <= EXACT else number
    if not isfinite(number):
        raise _FaultyError
    return number


def _checked(value: Value, at: str, depth: int, limit: int, found: list[Finding]) -> Json:
    """Read a value the slow way: what cannot be kept becomes None and a finding at its place."""
    kind = value.WhichOneof("kind")
    if kind == "number_value" and not isfinite(value.number_value):
        found.append(find(NumberNotFinite(seen=str(value.number_value)), at))
        return None
    if kind not in {"struct_value", "list_value"}:
        return _value(value, 0)
    if depth < 1:
        found.append(find(NestedTooDeep(limit=limit), at))
        return None
    if kind == "struct_value":
        fields = value.struct_value.fields.items()
        return {name: _checked(inner, at + pointer(name), depth - 1, limit, found) for name, inner in fields}
    return [_checked(inner, f"{at}/{i}", depth - 1, limit, found) for i, inner in enumerate(value.list_value.values)]


def _expire_time(time: Timestamp, found: list[Finding]) -> int | None:
    if not 0 <= time.seconds <= _MAX_SECONDS:
        found.append(find(TimeOutOfRange(field="expire_time", allowed="a time from 1970 to 9999"), "call:expire_time"))
        return None
    return time.seconds * 1000 + time.nanos // 1_000_000


def _follow_ms(follow: Duration, found: list[Finding]) -> int:
    if not 0 <= follow.seconds <= _MAX_SECONDS or follow.nanos < 0:
        found.append(find(TimeOutOfRange(field="follow", allowed="0 or more"), "call:follow"))
        return 0
    return follow.seconds * 1000 + follow.nanos // 1_000_000


def field_of(at: str) -> str:
    """Say a finding's place as a path in the call: `/inputs/Flow.amount` is `request.inputs.Flow.amount`, `call:priority` is `priority`."""
    if at.startswith("call:"):
        return at[5:]
    if at and not at.startswith("/"):
        return at
    path = "request"
    for part in at.split("/")[1:]:
        path += f"[{part}]" if part.isdecimal() else "." + part.replace("~1", "/").replace("~0", "~")
    return path


def fill_finding(message: pb.Finding, finding: Finding, place: Callable[[str], str] = field_of) -> None:
    """Write a finding; `place` says how its place is told."""
    message.code = finding.code
    message.reason = finding.reason
    message.field = place(finding.at)
    message.description = finding.line
    message.help = finding.help
    message.help_url = finding.page
    message.metadata.update(finding.metadata)
    message.suggestion = finding.suggestion or ""


def fill_receipt(message: pb.Receipt, receipt: Receipt) -> None:
    """Write a receipt."""
    message.id = receipt.id
    message.request_id = receipt.request_id
    message.state = _STATES[receipt.state]
    time, ms = message.create_time, receipt.create_time
    time.seconds, time.nanos = ms // 1000, ms % 1000 * 1_000_000  # as `_fill_time`, without a call: there is one for each launch
    if receipt.repeated:
        message.repeated = True


def fill_verdict(message: LaunchVerdict, verdict: Receipt | Valid | Refused) -> None:
    """Write the verdict on one item of a batch."""
    if isinstance(verdict, Receipt):
        fill_receipt(message.receipt, verdict)
    elif isinstance(verdict, Valid):
        _fill_valid(message.valid, verdict)
    else:
        fill_refusal(message.refusal, verdict)


def fill_refusal(message: pb.Refusal, refused: Refused, place: Callable[[str], str] = field_of) -> None:
    """Write every finding of a refusal."""
    for finding in refused.findings:
        fill_finding(message.findings.add(), finding, place)


def to_answer(answer: Receipt | Valid) -> LaunchFlowResponse:
    """Write the answer to one call."""
    message = LaunchFlowResponse()
    if isinstance(answer, Receipt):
        fill_receipt(message.receipt, answer)
    else:
        _fill_valid(message.valid, answer)
    return message


def _fill_valid(message: pb.Valid, valid: Valid) -> None:
    message.environment = valid.environment
    message.launch_request_json = valid.body


def _fill_time(message: Timestamp, ms: int) -> None:
    message.seconds = ms // 1000
    message.nanos = ms % 1000 * 1_000_000


def to_launch(launch: Launch) -> pb.Launch:
    """Write a launch as it stands, without inputs and event data."""
    message = pb.Launch(
        id=launch.id,
        request_id=launch.request_id,
        state=_STATES[launch.state],
        environment=launch.environment,
        route=launch.route,
        flow_id=launch.flow_id,
        flow=launch.flow,
        ordering_key=launch.ordering_key,
        priority=launch.priority,
        attempt_count=launch.begun,
    )
    _fill_time(message.create_time, launch.create_time)
    _fill_time(message.update_time, launch.update_time)
    if launch.schedule_time is not None:
        _fill_time(message.schedule_time, launch.schedule_time)
    if launch.expire_time is not None:
        _fill_time(message.expire_time, launch.expire_time)
    for attempt in launch.attempts:
        _fill_attempt(message.attempts.add(), attempt)
    for finding in launch.findings:
        fill_finding(message.findings.add(), finding, str)
    _fill_end(message, launch)
    return message


def _fill_end(message: pb.Launch, launch: Launch) -> None:
    if (run := launch.execution) is not None:
        message.execution.id = run.id
        message.execution.status = run.status or ""
        message.execution.error_code = run.error_code or ""
        message.execution.error_message = run.error_message or ""
    if (event := launch.event) is not None:
        message.event.id = event.id
        message.event.source = event.source
        message.event.type = event.type
        message.event.subject = event.subject or ""
        message.event.time = event.time or ""


def _fill_attempt(message: pb.Attempt, attempt: Attempt) -> None:
    message.number = attempt.number
    _fill_time(message.start_time, attempt.start_time)
    _fill_time(message.end_time, attempt.end_time)
    _fill_outcome(message.outcome, attempt.outcome)


def _fill_outcome(message: pb.Outcome, outcome: Outcome) -> None:
    message.kind = _KINDS[outcome.kind]
    message.http_status = outcome.status or 0
    message.execution_id = outcome.execution_id or ""
    message.correlation_id = outcome.correlation_id or ""
    if outcome.finding is not None:
        fill_finding(message.finding, outcome.finding, str)
    if outcome.retry_after_ms is not None:
        message.retry_after.FromMilliseconds(outcome.retry_after_ms)
