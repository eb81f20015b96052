"""Calls a gRPC door, as any caller would: for the demo and the terminal. It stands in this room because grpc has one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

import grpc
import msgspec
from google.protobuf import json_format
from google.rpc import error_details_pb2 as details_pb2
from google.rpc.status_pb2 import Status

from tieline.domain.event import Event
from tieline.domain.finding import Finding
from tieline.domain.json import Json
from tieline.domain.launch import Receipt, State
from tieline.doors.grpc_refusal import DETAILS
from tieline.doors.translate_proto import STATE_OF
from tieline.handoff.verdict import Refused
from tieline.problems.base import ProblemError
from tieline.problems.doors import CallFailed, MessageUnreadable
from tieline.v1 import event_service_pb2 as events
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as launches
from tieline.v1.cloudevents_pb2 import CloudEvent
from tieline.v1.event_service_pb2_grpc import EventServiceStub
from tieline.v1.launch_service_pb2_grpc import LaunchServiceStub

TIMEOUT_S = 30.0


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A watched launch after a change. `update_time` is milliseconds since the epoch; `execution_id` is None until launched."""

    id: str
    state: State
    update_time: int
    execution_id: str | None = None
    execution_status: str | None = None
    findings: tuple[Finding, ...] = ()


async def launch_flow(
    target: str,
    request: Mapping[str, Json],
    *,
    token: str | None = None,
    request_id: str = "",
    environment: str = "",
    follow_ms: int = 0,
) -> Receipt | Refused:
    """Launch a flow through the door at `target` (`host:port`), with `FlowExecutionRequest` in its JSON form.

    A finding's `at` is its field's path as the door tells it. Raises `ProblemError`: TL113 when the request has not that form,
    TL120 when the gateway gave no verdict.
    """
    message = launches.LaunchFlowRequest(request=_request(request), request_id=request_id, environment=environment)
    if follow_ms:
        message.follow.FromMilliseconds(follow_ms)
    async with grpc.aio.insecure_channel(target) as channel:
        try:
            with _failing(target):
                answer = await LaunchServiceStub(channel).LaunchFlow(message, timeout=TIMEOUT_S, metadata=_bearer(token))
        except _RefusedError as error:
            return Refused(findings=error.findings)
    return _receipt(answer.receipt)


async def publish(target: str, event: Event, *, token: str | None = None) -> Receipt | Refused:
    """Publish an event through the door at `target`. Raises `ProblemError` (TL120) when the gateway gave no verdict."""
    message = events.PublishEventRequest(event=_event(event))
    async with grpc.aio.insecure_channel(target) as channel:
        try:
            with _failing(target):
                answer = await EventServiceStub(channel).PublishEvent(message, timeout=TIMEOUT_S, metadata=_bearer(token))
        except _RefusedError as error:
            return Refused(findings=error.findings)
    return _receipt(answer.receipt)


async def watch(target: str, id: str, *, token: str | None = None, keep_open: bool = False) -> AsyncIterator[Change]:
    """Give a launch as it stands and after each change, until nothing more is to come (`keep_open`: until closed).
    Raises `ProblemError` (TL120) when the call fails, as for an id that is unknown.
    """
    request = launches.WatchLaunchRequest(id=id, keep_open=keep_open)
    async with grpc.aio.insecure_channel(target) as channel:
        with _failing(target):
            async for message in LaunchServiceStub(channel).WatchLaunch(request, metadata=_bearer(token)):
                yield _change(message.launch)


def findings_of(status: Status) -> tuple[Finding, ...]:
    """Read the findings of a refusal from its details; empty when there are none. Only the first one's facts travel."""
    bad, info, links = details_pb2.BadRequest(), details_pb2.ErrorInfo(), details_pb2.Help()
    for detail in status.details:
        for kind in (bad, info, links):
            if detail.Is(kind.DESCRIPTOR):
                detail.Unpack(kind)
    found = []
    for index, violation in enumerate(bad.field_violations):
        names, _, mend = (links.links[index].description if index < len(links.links) else "").partition(": ")
        found.append(
            Finding(
                code=names.partition(" ")[0],
                reason=violation.reason,
                at=violation.field,
                line=violation.description,
                help=mend,
                metadata=dict(info.metadata) if index == 0 else {},
            )
        )
    return tuple(found)


class _RefusedError(Exception):
    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__()
        self.findings = findings


@contextmanager
def _failing(target: str) -> Iterator[None]:
    """Turn a failed call into its findings, or into a problem when it has none."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        # The code and the text are those of the call; the details, where there are any, say more.
        status = Status()
        for name, value in error.trailing_metadata() or ():
            if name == DETAILS and isinstance(value, bytes):
                status.ParseFromString(value)
        if found := findings_of(status):
            raise _RefusedError(found) from None
        raise ProblemError(CallFailed(target=target, status=error.code().name, said=error.details() or "nothing")) from None


def _bearer(token: str | None) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),) if token else ()


def _request(request: Mapping[str, Json]) -> pb.FlowExecutionRequest:
    rest = {name: value for name, value in request.items() if name != "inputs"}
    try:
        message: pb.FlowExecutionRequest = json_format.ParseDict(rest, pb.FlowExecutionRequest())
    except json_format.ParseError:
        raise ProblemError(MessageUnreadable(message=pb.FlowExecutionRequest.DESCRIPTOR.full_name)) from None
    if request.get("inputs") is not None:
        message.inputs_json = msgspec.json.encode(request["inputs"])
    return message


def _event(event: Event) -> CloudEvent:
    message = CloudEvent(id=event.id, source=event.source, type=event.type, spec_version="1.0")
    named: dict[str, Json] = {**event.extensions, "subject": event.subject, "time": event.time}
    for name, value in named.items():
        if value is None:
            continue
        attribute = message.attributes[name]
        if isinstance(value, bool):
            attribute.ce_boolean = value
        elif isinstance(value, int):
            attribute.ce_integer = value
        else:
            attribute.ce_string = str(value)
    if event.data is not None:
        message.attributes["datacontenttype"].ce_string = "application/json"
        message.text_data = msgspec.json.encode(event.data).decode()
    return message


def _receipt(message: pb.Receipt) -> Receipt:
    return Receipt(
        id=message.id,
        request_id=message.request_id,
        state=STATE_OF[message.state],
        create_time=message.create_time.ToMilliseconds(),
        repeated=message.repeated,
    )


def _change(message: pb.Launch) -> Change:
    return Change(
        id=message.id,
        state=STATE_OF[message.state],
        update_time=message.update_time.ToMilliseconds(),
        execution_id=message.execution.id or None,
        execution_status=message.execution.status or None,
        findings=tuple(_finding(finding) for finding in message.findings),
    )


def _finding(message: pb.Finding) -> Finding:
    return Finding(
        code=message.code,
        reason=message.reason,
        at=message.field,
        line=message.description,
        help=message.help,
        metadata=dict(message.metadata),
        suggestion=message.suggestion or None,
    )
