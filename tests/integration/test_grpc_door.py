"""The gRPC door with a real grpc.aio client: each call, each refusal with its details, and a graceful end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.support.grpc_door import NOW, Running, details, serving
from tieline.domain.finding import find
from tieline.domain.launch import Launch, State
from tieline.domain.secret import Secret
from tieline.doors.grpc_door import LAUNCHES
from tieline.handoff.verdict import Refused
from tieline.problems.base import ProblemError
from tieline.problems.preflight import NoRoute, UnknownInput, WrongType
from tieline.problems.queue import QueueOverloaded, StoreFull
from tieline.v1 import event_service_pb2 as events
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as launches
from tieline.v1.cloudevents_pb2 import CloudEvent
from tieline.v1.event_service_pb2_grpc import EventServiceStub
from tieline.v1.launch_service_pb2_grpc import LaunchServiceStub

Code = grpc.StatusCode
Health = health_pb2.HealthCheckResponse


def call(**more: Any) -> launches.LaunchFlowRequest:
    request = json_format.ParseDict({"flow": "Callback", "inputs": {"n": 1}}, pb.FlowExecutionRequest())
    return launches.LaunchFlowRequest(request=request, **more)


def stub(door: Running) -> Any:
    return LaunchServiceStub(door.channel)


async def refusal(answer: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await answer
    return caught.value


def code(error: grpc.aio.AioRpcError) -> str:
    """Give the code of a refusal, from its ErrorInfo."""
    info: Any = details(error)["ErrorInfo"]
    assert info.domain == "tieline.dev"
    return str(info.metadata["code"])


# -- launches ------------------------------------------------------------------------------------------------------------


async def test_a_launch_is_answered_with_its_receipt_and_can_be_read() -> None:
    async with serving() as door:
        receipt = (await stub(door).LaunchFlow(call(request_id="r-1"))).receipt
        again = (await stub(door).LaunchFlow(call(request_id="r-1"))).receipt
        launch = await stub(door).GetLaunch(launches.GetLaunchRequest(id=receipt.id))
    assert (receipt.request_id, receipt.state, receipt.repeated, again.repeated) == ("r-1", pb.Launch.STATE_QUEUED, False, True)
    assert (launch.id, launch.flow) == (receipt.id, "Callback")


async def test_a_refusal_has_a_violation_for_each_fault_the_code_and_the_page() -> None:
    found = (
        find(WrongType(field="flowVersion", seen="an integer", allowed="a string"), "/flowVersion"),
        find(UnknownInput(input="atempt", flow="Callback", allowed="`Flow.attempt`", nearest="Flow.attempt"), "/inputs/atempt"),
    )
    async with serving() as door:
        door.accept.refuse = lambda _: found
        error = await refusal(stub(door).LaunchFlow(call()))
    told: Any = details(error)
    assert error.code() is Code.INVALID_ARGUMENT
    assert [(v.field, v.reason) for v in told["BadRequest"].field_violations] == [
        ("request.flowVersion", "FIELD_TYPE"),
        ("request.inputs.atempt", "INPUT_UNKNOWN"),
    ]
    assert "did you mean `Flow.attempt`?" in told["BadRequest"].field_violations[1].description
    assert (told["ErrorInfo"].reason, code(error)) == ("FIELD_TYPE", "TL204")
    assert [link.url.rpartition("/")[2] for link in told["Help"].links] == ["TL204", "TL220"]


async def test_validate_only_stores_nothing() -> None:
    async with serving() as door:
        answer = await stub(door).LaunchFlow(call(validate_only=True))
        listed = await stub(door).ListLaunches(launches.ListLaunchesRequest())
    assert answer.valid.launch_request_json == b'{"flowId":"f"}'
    assert not listed.launches


async def test_a_list_is_filtered_and_comes_in_pages() -> None:
    async with serving() as door:
        ids = [(await stub(door).LaunchFlow(call())).receipt.id for _ in range(3)]
        await stub(door).CancelLaunch(launches.CancelLaunchRequest(id=ids[0]))
        first = await stub(door).ListLaunches(launches.ListLaunchesRequest(page_size=2))
        second = await stub(door).ListLaunches(launches.ListLaunchesRequest(page_size=2, page_token=first.next_page_token))
        cancelled = await stub(door).ListLaunches(launches.ListLaunchesRequest(filter="state = CANCELLED"))
    assert [launch.id for launch in [*first.launches, *second.launches]] == ids[::-1]
    assert (second.next_page_token, [launch.id for launch in cancelled.launches]) == ("", [ids[0]])


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [({"filter": "sate = QUEUED"}, "TL106"), ({"page_token": "!"}, "TL107"), ({"page_size": -1}, "TL108")],
)
async def test_a_list_that_cannot_be_given_says_why(request_: dict[str, Any], wanted: str) -> None:
    async with serving() as door:
        error = await refusal(stub(door).ListLaunches(launches.ListLaunchesRequest(**request_)))
    assert (error.code(), code(error)) == (Code.INVALID_ARGUMENT, wanted)


async def test_a_launch_that_is_not_there_is_not_found() -> None:
    async with serving() as door:
        get = await refusal(stub(door).GetLaunch(launches.GetLaunchRequest(id="nobody")))
        cancel = await refusal(stub(door).CancelLaunch(launches.CancelLaunchRequest(id="nobody")))
        replay = await refusal(stub(door).ReplayLaunch(launches.ReplayLaunchRequest(id="nobody")))
    assert [(error.code(), code(error)) for error in (get, cancel, replay)] == [(Code.NOT_FOUND, "TL104")] * 3


async def test_a_launch_that_has_left_cannot_be_cancelled() -> None:
    async with serving() as door:
        id = (await stub(door).LaunchFlow(call())).receipt.id
        await door.move(id, State.SENDING)
        error = await refusal(stub(door).CancelLaunch(launches.CancelLaunchRequest(id=id)))
    assert (error.code(), code(error)) == (Code.FAILED_PRECONDITION, "TL105")


async def test_a_refused_launch_is_replayed_and_who_keeps_a_watch_open_sees_it() -> None:
    async with serving() as door:
        id = (await stub(door).LaunchFlow(call())).receipt.id
        await door.move(id, State.SENDING, State.REFUSED)
        watched = stub(door).WatchLaunch(launches.WatchLaunchRequest(id=id, keep_open=True))
        seen = [(await watched.read()).launch.state]
        launch = await stub(door).ReplayLaunch(launches.ReplayLaunchRequest(id=id))
        seen.append((await watched.read()).launch.state)
        watched.cancel()
        again = await refusal(stub(door).ReplayLaunch(launches.ReplayLaunchRequest(id=id)))
    assert (launch.id, launch.state) == (id, pb.Launch.STATE_QUEUED)
    assert seen == [pb.Launch.STATE_REFUSED, pb.Launch.STATE_QUEUED]
    assert (again.code(), code(again)) == (Code.FAILED_PRECONDITION, "TL175")


async def test_a_launch_that_would_be_refused_again_is_answered_with_a_violation_for_each_finding() -> None:
    faults = (
        find(UnknownInput(flow="Callback", input="n", allowed="Flow.m", nearest="Flow.m"), "/inputs/n", "Flow.m"),
        find(NoRoute(source="shop", type="sold", routes=""), ""),
    )
    async with serving() as door:
        id = (await stub(door).LaunchFlow(call())).receipt.id
        await door.move(id, State.SENDING, State.REFUSED)
        door.accept.remake = lambda _: Refused(findings=faults)
        error = await refusal(stub(door).ReplayLaunch(launches.ReplayLaunchRequest(id=id)))
        kept = await stub(door).GetLaunch(launches.GetLaunchRequest(id=id))
    bad: Any = details(error)["BadRequest"]
    assert (error.code(), code(error)) == (Code.INVALID_ARGUMENT, "TL220")
    assert [(violation.field, violation.reason) for violation in bad.field_violations] == [
        ("/inputs/n", "INPUT_UNKNOWN"),
        ("", "NO_ROUTE"),
    ]
    assert kept.state == pb.Launch.STATE_REFUSED


async def test_what_may_have_run_is_replayed_only_by_that_word() -> None:
    async with serving() as door:
        held = Launch(
            id="l-held", request_id="r", fingerprint=b"", environment="dev", create_time=NOW, update_time=NOW, state=State.HELD
        )
        await door.queue.put([held])
        error = await refusal(stub(door).ReplayLaunch(launches.ReplayLaunchRequest(id="l-held")))
        launch = await stub(door).ReplayLaunch(launches.ReplayLaunchRequest(id="l-held", may_repeat=True))
    assert (error.code(), code(error)) == (Code.FAILED_PRECONDITION, "TL176")
    assert launch.state == pb.Launch.STATE_QUEUED


async def test_a_watch_gives_each_change_and_ends_when_it_is_settled() -> None:
    async with serving() as door:
        id = (await stub(door).LaunchFlow(call())).receipt.id
        seen = []
        async for answer in stub(door).WatchLaunch(launches.WatchLaunchRequest(id=id)):
            seen.append(answer.launch.state)
            await door.queue.cancel(id, now=1)
    assert seen == [pb.Launch.STATE_QUEUED, pb.Launch.STATE_CANCELLED]


# -- streams -------------------------------------------------------------------------------------------------------------


async def test_a_stream_of_batches_has_a_verdict_per_item_in_order() -> None:
    async def batches() -> AsyncIterator[launches.LaunchFlowsRequest]:
        for sequence in range(5):
            faulty = launches.LaunchFlowRequest()
            yield launches.LaunchFlowsRequest(sequence=sequence, launches=[call(), faulty, call(validate_only=True)])

    async with serving() as door:
        answers = [answer async for answer in stub(door).LaunchFlows(batches())]
    assert [answer.sequence for answer in answers] == list(range(5))
    assert [[verdict.WhichOneof("verdict") for verdict in answer.verdicts] for answer in answers] == [
        ["receipt", "refusal", "valid"]
    ] * 5
    [finding, *_] = answers[0].verdicts[1].refusal.findings
    assert finding.code == "TL118"


async def test_events_are_published_one_or_in_a_stream() -> None:
    def an_event(id: str) -> CloudEvent:
        return CloudEvent(id=id, source="shop", spec_version="1.0", type="sold", text_data='{"n": 1}')

    async def batches() -> AsyncIterator[events.PublishEventsRequest]:
        yield events.PublishEventsRequest(sequence=7, events=[an_event("2"), CloudEvent(id="3")])

    async with serving() as door:
        service: Any = EventServiceStub(door.channel)
        one = await service.PublishEvent(events.PublishEventRequest(event=an_event("1")))
        [many] = [answer async for answer in service.PublishEvents(batches())]
        published = door.accept.published
    assert one.receipt.request_id == "shop/1"
    assert [verdict.WhichOneof("verdict") for verdict in many.verdicts] == ["receipt", "refusal"]
    assert [(event.id, event.data) for event in published] == [("1", {"n": 1}), ("2", {"n": 1})]


async def test_a_stream_that_is_cancelled_leaves_the_door_serving() -> None:
    async def one() -> AsyncIterator[launches.LaunchFlowsRequest]:
        yield launches.LaunchFlowsRequest(launches=[call()])
        await asyncio.Event().wait()

    async with serving(max_in_flight=1) as door:
        stream = stub(door).LaunchFlows(one())
        assert len((await stream.read()).verdicts) == 1
        stream.cancel()
        assert (await stub(door).LaunchFlow(call())).receipt.id


# -- the door itself -----------------------------------------------------------------------------------------------------


async def test_a_token_is_asked_for_where_there_are_some() -> None:
    async with serving(tokens=(Secret("old"), Secret("new"))) as door:
        errors = [await refusal(stub(door).LaunchFlow(call(), metadata=m)) for m in ((), (("authorization", "Bearer x"),))]
        for token in ("old", "new"):
            await stub(door).LaunchFlow(call(), metadata=(("authorization", f"Bearer {token}"),))
        health = await _health(door)
    assert [(error.code(), code(error)) for error in errors] == [(Code.UNAUTHENTICATED, "TL101")] * 2
    assert health == health_pb2.HealthCheckResponse.SERVING


async def _health(door: Running) -> int:
    service: Any = health_pb2_grpc.HealthStub(door.channel)
    return int((await service.Check(health_pb2.HealthCheckRequest())).status)


async def test_more_at_once_than_the_door_takes_is_overload_with_a_time_to_come_back() -> None:
    async with serving(max_in_flight=1) as door:
        door.accept.gate = asyncio.Event()
        first = asyncio.ensure_future(stub(door).LaunchFlow(call()))
        await door.accept.begun.wait()
        error = await refusal(stub(door).LaunchFlow(call()))
        door.accept.gate.set()
        assert (await first).receipt.id
    told: Any = details(error)
    assert (error.code(), code(error)) == (Code.RESOURCE_EXHAUSTED, "TL102")
    assert told["RetryInfo"].retry_delay.ToMilliseconds() == 1_000


@pytest.mark.parametrize(
    ("problem", "status", "wait"),
    [
        (QueueOverloaded(what="launches", waiting=9, limit=9, retry_after_ms=700), Code.RESOURCE_EXHAUSTED, 700),
        (StoreFull(path="db"), Code.UNAVAILABLE, 5_000),
    ],
)
async def test_a_store_that_cannot_take_it_says_when_to_come_back(problem: Any, status: Code, wait: int) -> None:
    async with serving() as door:
        door.accept.fault = ProblemError(problem)
        error = await refusal(stub(door).LaunchFlow(call()))
    told: Any = details(error)
    assert (error.code(), code(error), told["RetryInfo"].retry_delay.ToMilliseconds()) == (status, problem.code, wait)


async def test_a_bug_answers_internal_with_a_trace_id() -> None:
    async with serving() as door:
        door.accept.fault = ZeroDivisionError("inside words")
        error = await refusal(stub(door).LaunchFlow(call()))
    told: Any = details(error)
    assert (error.code(), code(error), told["ErrorInfo"].metadata["trace_id"]) == (Code.INTERNAL, "TL901", "trace-1")
    assert "inside words" not in str(error.details())


async def test_a_message_that_is_too_large_is_refused_and_nothing_is_stored() -> None:
    async with serving(max_bytes=1_000) as door:
        error = await refusal(stub(door).LaunchFlow(call(request_id="x" * 2_000)))
        assert (await stub(door).LaunchFlow(call())).receipt.id
        assert len(door.accept.asked) == 1
    assert error.code() is Code.RESOURCE_EXHAUSTED


async def test_bytes_that_are_no_message_are_named() -> None:
    async with serving() as door:
        raw: Any = door.channel.unary_unary("/tieline.v1.LaunchService/LaunchFlow")
        error = await refusal(raw(b"\xff\xff\xff"))
    assert (error.code(), code(error)) == (Code.INVALID_ARGUMENT, "TL113")


async def test_a_deadline_that_passes_ends_the_call() -> None:
    async with serving() as door:
        door.accept.gate = asyncio.Event()
        error = await refusal(stub(door).LaunchFlow(call(), timeout=0.2))
        door.accept.gate.set()
    assert error.code() is Code.DEADLINE_EXCEEDED


async def test_a_stop_finishes_what_is_under_way_and_takes_nothing_new() -> None:
    async with serving() as door:
        door.accept.gate = asyncio.Event()
        first = asyncio.ensure_future(stub(door).LaunchFlow(call()))
        await door.accept.begun.wait()
        stopping = asyncio.ensure_future(door.door.stop())
        await asyncio.sleep(0)
        door.accept.gate.set()
        assert (await first).receipt.id
        await stopping
        error = await refusal(stub(door).LaunchFlow(call(), timeout=2))
    assert error.code() in (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED)


async def test_who_watches_its_health_is_told_of_the_stop_and_let_go() -> None:
    async with serving() as door:
        service: Any = health_pb2_grpc.HealthStub(door.channel)
        watching = [service.Watch(health_pb2.HealthCheckRequest(service=name)) for name in ("", LAUNCHES, "nobody")]
        before = [(await watch.read()).status for watch in watching]
        await door.door.stop()
        after = [(await watch.read()).status for watch in watching]
        ends = [await refusal(watch.read()) for watch in watching]
    serving_, not_serving, unknown = Health.SERVING, Health.NOT_SERVING, Health.SERVICE_UNKNOWN
    assert before == [serving_, serving_, unknown]
    assert after == [not_serving, not_serving, unknown]
    assert {(end.code(), end.details()) for end in ends} == {(Code.UNAVAILABLE, "the gateway is stopping")}


async def test_the_health_of_a_service_that_is_not_here_is_not_found() -> None:
    async with serving() as door:
        service: Any = health_pb2_grpc.HealthStub(door.channel)
        error = await refusal(service.Check(health_pb2.HealthCheckRequest(service="nobody")))
    assert error.code() is Code.NOT_FOUND


async def test_reflection_names_the_services() -> None:
    async with serving() as door:
        service: Any = reflection_pb2_grpc.ServerReflectionStub(door.channel)  # type: ignore[arg-type]
        asked = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        [answer] = [answer async for answer in service.ServerReflectionInfo(asked)]
    names = {one.name for one in answer.list_services_response.service}
    assert {"tieline.v1.LaunchService", "tieline.v1.EventService", "grpc.health.v1.Health"} <= names
