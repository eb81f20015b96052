"""Accept: what is stored, what is refused, and what a repeat is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.launches import NOW, options
from tieline.domain.event import Event
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest, Launch, Receipt, State
from tieline.doors.translate_proto import to_submission
from tieline.flowbook.book import Book
from tieline.handoff.accept import Accept, AcceptOptions
from tieline.handoff.ids import launch_ids
from tieline.handoff.verdict import Refused, Submission, Valid
from tieline.problems.base import ProblemError
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Filter
from tieline.routing.options import Constant, RouteOptions
from tieline.routing.router import compile_routes
from tieline.v1.launch_service_pb2 import LaunchFlowRequest

ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
STRING = {"archDataTypeId": "str", "oneOf": [{"type": "null"}, {"type": "string", "maxLength": 32000}]}
FLOW = Flow(
    id=ID,
    name="Callback",
    published=True,
    input_schema={
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "Flow.customerId": {"$ref": "#/definitions/archString"},
            "Flow.tags": {"type": "array", "items": {"$ref": "#/definitions/archString"}},
        },
        "additionalProperties": False,
        "definitions": {"archString": STRING},
    },
)
ROUTE = RouteOptions(
    name="sold",
    sources=("shop",),
    types=("sold.*",),
    flow="Callback",
    inputs={"customerId": "data.customer", "tags": "data.tags"},
    ordering_key="data.customer",
    priority=Constant(value=4),
    expire_after_ms=60_000,
    follow_ms=5_000,
)


class Stage:
    """Accept on a queue in memory."""

    def __init__(
        self,
        routes: Sequence[RouteOptions] = (ROUTE,),
        environments: tuple[str, ...] = ("dev",),
        flows: Sequence[Flow] = (FLOW,),
        queue: MemoryQueue | None = None,
        now: int = NOW,
        **more: Any,
    ) -> None:
        self.queue = queue or MemoryQueue(options(**more), lambda: now)
        settings = AcceptOptions(environments=environments, default_environment="dev" if len(environments) == 1 else "")
        books = {name: Book(flows, complete=True) for name in environments}
        self.accept = Accept(
            self.queue, books, compile_routes(routes), settings, clock=lambda: now, new_id=launch_ids(lambda: now, lambda _: 5)
        )

    async def launch(self, **more: Any) -> Receipt | Refused:
        return await self.accept.launch(call(**more))

    async def stored(self) -> list[Launch]:
        return list(reversed((await self.queue.list(Filter(), limit=100)).launches))


def call(**more: Any) -> Submission:
    request = {"flow": "Callback", "inputs": {"customerId": "c-1"}, **more.pop("request", {})}
    return Submission(request=FlowExecutionRequest(**request), **more)


def event(number: int = 1, **data: Any) -> Event:
    return Event(id=str(number), source="shop", type="sold.online", data={"customer": "c-1", "tags": ["a"], **data})


def codes(answer: object) -> list[str]:
    assert isinstance(answer, Refused), answer
    return [finding.code for finding in answer.findings]


async def test_a_call_is_compiled_to_the_clouds_form_and_stored() -> None:
    stage = Stage()
    receipt = await stage.launch(ordering_key="k", priority=3, expire_time=NOW + 1, follow_ms=9)
    [launch] = await stage.stored()
    assert isinstance(receipt, Receipt)
    assert launch.body == b'{"flowId":"%s","inputData":{"Flow.customerId":"c-1"}}' % ID.encode()
    assert (launch.state, launch.flow, launch.flow_id, launch.environment) == (State.QUEUED, "Callback", ID, "dev")
    assert (launch.ordering_key, launch.priority, launch.expire_time, launch.follow_ms) == ("k", 3, NOW + 1, 9)
    assert (receipt.id, receipt.request_id) == (launch.id, launch.id)


async def test_a_faulty_call_is_refused_and_nothing_is_stored() -> None:
    stage = Stage()
    answer = await stage.launch(request={"inputs": {"customerID": "c", "tags": "one"}, "flow_version": "newest"})
    assert set(codes(answer)) == {"TL220", "TL224", "TL214"}
    assert await stage.stored() == []


async def test_validate_stores_nothing_and_shows_the_body() -> None:
    stage = Stage()
    valid = stage.accept.validate(call())
    assert isinstance(valid, Valid)
    assert valid.body.startswith(b'{"flowId"')
    assert await stage.stored() == []


async def test_an_unknown_environment_is_refused_with_the_nearest() -> None:
    [finding] = _refused(await Stage().launch(environment="DEV")).findings
    assert (finding.code, finding.at, finding.suggestion) == ("TL170", "call:environment", "dev")


async def test_no_environment_where_there_are_several_is_refused() -> None:
    assert codes(await Stage(environments=("dev", "prod")).launch()) == ["TL170"]


def _refused(answer: object) -> Refused:
    assert isinstance(answer, Refused)
    return answer


async def test_an_expire_time_in_the_past_is_refused() -> None:
    assert codes(await Stage().launch(expire_time=NOW)) == ["TL172"]


@pytest.mark.parametrize(
    ("late_ms", "said"),
    [
        (0, "0 ms"),
        (1_999, "1999 ms"),
        (2_000, "2 seconds"),
        (119_999, "119 seconds"),
        (120_000, "2 minutes"),
        (172_800_000, "2 days"),
    ],
)
async def test_how_late_it_is_is_said_in_a_unit_a_person_reads(late_ms: int, said: str) -> None:
    answer = await Stage().launch(expire_time=NOW - late_ms)
    assert isinstance(answer, Refused)
    assert answer.findings[0].line == f"expire_time passed {said} ago"


async def test_of_a_call_without_a_request_only_that_is_said() -> None:
    submission = to_submission(LaunchFlowRequest(), 64)
    answer = await Stage().accept.launch(submission)
    assert codes(answer) == ["TL118"]


@pytest.mark.parametrize("more", [{"priority": 10}, {"priority": -1}, {"request_id": "x" * 257}, {"ordering_key": "x" * 257}])
async def test_a_priority_out_of_range_is_refused(more: dict[str, Any]) -> None:
    assert codes(await Stage().launch(**more)) == ["TL173"]


async def test_a_repeat_with_the_same_content_gets_the_first_receipt() -> None:
    stage = Stage()
    first, again = await stage.launch(request_id="r"), await stage.launch(request_id="r")
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.id, again.repeated) == (first.id, True)
    assert len(await stage.stored()) == 1


@pytest.mark.parametrize(
    "other", [{"request": {"inputs": {"customerId": "c-2"}}}, {"ordering_key": "k"}, {"request": {"name": "x"}}]
)
async def test_the_same_request_id_with_other_content_is_refused(other: dict[str, Any]) -> None:
    stage = Stage()
    await stage.launch(request_id="r")
    assert codes(await stage.launch(request_id="r", **other)) == ["TL171"]
    assert len(await stage.stored()) == 1


async def test_a_batch_has_a_verdict_for_each_in_order() -> None:
    stage = Stage()
    good, bad = call(request_id="1"), call(request={"flow": "Calback"})
    answers = await stage.accept.launches([good, bad, call(request_id="2"), good])
    assert [type(answer) for answer in answers] == [Receipt, Refused, Receipt, Receipt]
    assert codes(answers[1]) == ["TL540"]
    assert len(await stage.stored()) == 2


async def test_an_event_becomes_the_launch_its_route_makes() -> None:
    stage = Stage()
    [receipt] = await stage.accept.events([event()])
    [launch] = await stage.stored()
    assert isinstance(receipt, Receipt)
    assert (launch.route, launch.request_id, launch.ordering_key, launch.priority) == ("sold", "shop/1", "c-1", 4)
    assert (launch.expire_time, launch.follow_ms, launch.state) == (NOW + 60_000, 5_000, State.QUEUED)
    assert launch.event == event()


async def test_an_events_number_becomes_the_text_its_flow_takes() -> None:
    stage = Stage()
    await stage.accept.events([event(customer=17, tags=[1, True])])
    [launch] = await stage.stored()
    assert launch.body.endswith(b'"inputData":{"Flow.customerId":"17","Flow.tags":["1","true"]}}')


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (Event(id="1", source="shop", type="lost"), "TL250"),
        (event(customer={"id": 1}), "TL253"),
        (event(tags="a"), "TL224"),
    ],
)
async def test_an_event_that_cannot_be_launched_is_kept_refused_with_its_findings(made: Event, code: str) -> None:
    stage = Stage()
    [receipt] = await stage.accept.events([made])
    [launch] = await stage.stored()
    assert isinstance(receipt, Receipt)
    assert receipt.state is State.REFUSED
    assert launch.event == made
    assert code in [finding.code for finding in launch.findings]
    assert (launch.schedule_time, launch.body) == (None, b"")


async def test_a_redelivered_event_is_a_repeat_even_when_what_does_not_matter_changed() -> None:
    stage = Stage()
    [first] = await stage.accept.events([event(pending_webhooks=1)])
    [again] = await stage.accept.events([event(pending_webhooks=2)])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.id, again.repeated) == (first.id, True)
    assert len(await stage.stored()) == 1


async def test_an_event_id_reused_for_another_launch_is_kept_refused() -> None:
    stage = Stage()
    await stage.accept.events([event()])
    [second, new] = await stage.accept.events([event(customer="c-2"), event(2)])
    [_, kept, _] = sorted(await stage.stored(), key=lambda launch: launch.id)
    assert isinstance(second, Receipt)
    assert isinstance(new, Receipt)
    assert (second.state, new.state) == (State.REFUSED, State.QUEUED)
    assert [finding.code for finding in kept.findings] == ["TL174"]
    assert kept.event == event(customer="c-2")
    [again] = await stage.accept.events([event(customer="c-2")])
    assert isinstance(again, Receipt)
    assert (again.id, again.repeated) == (second.id, True)


async def test_a_full_queue_is_told_and_stores_nothing() -> None:
    stage = Stage(max_waiting=1)
    with pytest.raises(ProblemError, match="TL302"):
        await stage.accept.launches([call(), call()])
    assert await stage.stored() == []


def test_ids_sort_by_time_and_are_version_7() -> None:
    times = iter([5, 5, 4, 6])
    new_id = launch_ids(lambda: next(times), lambda bits: (1 << bits) - 1)
    made = [new_id() for _ in range(4)]
    assert made == sorted(made)
    assert len(set(made)) == 4
    assert {id[14] for id in made} == {"7"}
    assert {id[19] for id in made} == {"b"}


def test_more_ids_than_a_millisecond_has_borrow_from_the_next() -> None:
    new_id = launch_ids(lambda: 1, lambda _: 0)
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))
