"""Replay: what is put back, as what, and what is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.launches import NOW, a_launch, moved
from tests.unit.test_handoff_accept import FLOW, ROUTE, Stage, call, codes, event
from tieline.domain.event import Event
from tieline.domain.finding import find
from tieline.domain.flow import Flow
from tieline.domain.launch import REPLAYABLE, FlowExecutionRequest, Launch, Receipt, State
from tieline.domain.next import RetryPolicy, after, begin
from tieline.domain.outcome import Attempt, Outcome, OutcomeKind
from tieline.problems.base import ProblemError
from tieline.problems.cloud import CloudRefused
from tieline.queue.memory import MemoryQueue

LATER = NOW + 5_000


async def refused_event(routes: Any = (), made: Event | None = None, **more: Any) -> tuple[MemoryQueue, Launch]:
    """Take an event where no route (or a wrong one) makes a launch of it; give the queue and the launch that was kept."""
    stage = Stage(routes, **more)
    [receipt] = await stage.accept.events([made or event()])
    assert isinstance(receipt, Receipt)
    launch = await stage.queue.get(receipt.id)
    assert launch is not None
    assert launch.state is State.REFUSED
    return stage.queue, launch


async def replayed(queue: MemoryQueue, id: str, routes: Any = (ROUTE,), *, may_repeat: bool = False, **more: Any) -> Launch:
    answer = await Stage(routes, queue=queue, now=LATER, **more).accept.replay(id, may_repeat=may_repeat)
    assert isinstance(answer, Launch), answer
    assert await queue.get(id) == answer
    return answer


async def problem_of(queue: MemoryQueue, id: str, routes: Any = (ROUTE,), **more: Any) -> dict[str, str]:
    with pytest.raises(ProblemError) as met:
        await Stage(routes, queue=queue, now=LATER).accept.replay(id, **more)
    return {"code": met.value.problems[0].code, **met.value.problems[0].metadata()}


async def put_as(launch: Launch) -> MemoryQueue:
    stage = Stage()
    await stage.queue.put([launch])
    return stage.queue


async def test_an_event_no_route_took_becomes_what_the_mended_route_makes() -> None:
    queue, kept = await refused_event()
    launch = await replayed(queue, kept.id)
    assert (launch.state, launch.id, launch.request_id, launch.create_time) == (State.QUEUED, kept.id, "shop/1", NOW)
    assert (launch.route, launch.flow, launch.ordering_key, launch.priority, launch.follow_ms) == (
        "sold",
        "Callback",
        "c-1",
        4,
        5000,
    )
    assert (launch.update_time, launch.schedule_time, launch.expire_time) == (LATER, LATER, LATER + 60_000)
    assert launch.body == b'{"flowId":"%s","inputData":{"Flow.customerId":"c-1","Flow.tags":["a"]}}' % FLOW.id.encode()
    assert launch.findings == ()


async def test_an_event_goes_to_the_environment_the_mended_route_names() -> None:
    """Where there are several and no default one, what no route took was kept in none."""
    both = ("dev", "prod")
    queue, kept = await refused_event(environments=both)
    launch = await replayed(queue, kept.id, (msgspec.structs.replace(ROUTE, environment="prod"),), environments=both)
    assert (kept.environment, launch.environment) == ("", "prod")
    assert await queue.claim("prod", now=LATER, lease_ms=1_000, limit=1) != []


async def test_the_event_redelivered_after_its_replay_is_a_repeat() -> None:
    queue, kept = await refused_event()
    await replayed(queue, kept.id)
    [again] = await Stage(queue=queue, now=LATER).accept.events([event()])
    assert isinstance(again, Receipt)
    assert (again.id, again.repeated) == (kept.id, True)


async def test_a_mended_flow_takes_the_event_its_route_made_before() -> None:
    lacking = msgspec.structs.replace(FLOW, input_schema={**(FLOW.input_schema or {}), "properties": {}})
    queue, kept = await refused_event((ROUTE,), flows=(lacking,))
    assert (await replayed(queue, kept.id)).body != b""


async def test_a_launch_still_refused_is_answered_with_todays_findings_and_stays() -> None:
    queue, kept = await refused_event()
    wrong = msgspec.structs.replace(ROUTE, inputs={"customer": "data.customer"})
    answer = await Stage((wrong,), queue=queue).accept.replay(kept.id)
    assert (codes(answer), [finding.code for finding in kept.findings]) == (["TL220"], ["TL250"])
    assert await queue.get(kept.id) == kept


@pytest.mark.parametrize("state", [State.REFUSED, State.EXHAUSTED])
async def test_a_call_goes_through_preflight_again_with_todays_flows(state: State) -> None:
    """Its flow was published anew under another id; what the caller asked for stays."""
    asked = call(ordering_key="k", priority=3, request_id="r", expire_time=LATER + 1, follow_ms=7)
    stage = Stage()
    receipt = await stage.accept.launch(asked)
    assert isinstance(receipt, Receipt)
    [claim] = await stage.queue.claim("dev", now=NOW, lease_ms=1_000, limit=1)
    finding = find(CloudRefused(status=404, cloud_code="architect.flow.not.found", cloud_message=""), "")
    tried = Attempt(number=1, start_time=NOW, end_time=NOW, outcome=Outcome(kind=OutcomeKind.REFUSED, finding=finding))
    sending = begin(claim.launch, NOW)
    await stage.queue.permit(claim, "dev", lambda pace: (pace, 1), sending=lambda _: sending)
    await stage.queue.settle(claim, moved(sending, state, attempts=(tried,), findings=(finding,)))
    other = Flow(id="11111111-4aa2-4032-b8d9-b5c32bba6a9a", name="Callback", published=True, input_schema=FLOW.input_schema)
    launch = await replayed(stage.queue, receipt.id, flows=(other,))
    assert (launch.state, launch.flow_id, launch.request_id, launch.create_time) == (State.QUEUED, other.id, "r", NOW)
    assert (launch.ordering_key, launch.priority, launch.expire_time, launch.follow_ms) == ("k", 3, LATER + 1, 7)
    assert (launch.attempts, launch.findings, launch.begun) == ((tried,), (), 1)
    assert other.id.encode() in launch.body
    [repeat] = await Stage(queue=stage.queue, flows=(other,)).accept.launches([asked])
    assert isinstance(repeat, Receipt)
    assert repeat.repeated


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"expire_time": LATER}, "TL172"),
        ({"environment": "gone"}, "TL170"),
        ({"request": FlowExecutionRequest(flow="Closed")}, "TL540"),
    ],
)
async def test_a_call_that_would_be_refused_today_stays(more: dict[str, Any], code: str) -> None:
    facts = {"request": call().request, "state": State.REFUSED, "schedule_time": None, **more}
    kept = a_launch(1, **facts)
    queue = await put_as(kept)
    assert codes(await Stage(queue=queue, now=LATER).accept.replay(kept.id)) == [code]
    assert await queue.get(kept.id) == kept


async def test_a_replay_begins_the_allowance_of_tries_anew_and_goes_on_counting_them() -> None:
    kept = a_launch(1, request=call().request, state=State.EXHAUSTED, schedule_time=None, begun=10)
    launch = await replayed(await put_as(kept), kept.id)
    policy = RetryPolicy(max_attempts=2)
    first = after(begin(launch, LATER), Outcome(kind=OutcomeKind.NOT_SENT), policy, LATER, 0.0)
    second = after(begin(first, LATER), Outcome(kind=OutcomeKind.NOT_SENT), policy, LATER, 0.0)
    assert (first.state, first.schedule_time) == (State.SCHEDULED, LATER + policy.first_wait_ms)
    assert second.state is State.EXHAUSTED
    assert [attempt.number for attempt in second.attempts] == [11, 12]
    assert second.findings[-1].metadata["attempts"] == "2"


async def test_an_unknown_launch_is_said_to_be() -> None:
    assert await problem_of(Stage().queue, "nobody") == {"code": "TL104", "id": "nobody"}


@pytest.mark.parametrize("state", sorted(set(State) - REPLAYABLE))
async def test_no_other_state_can_be_replayed(state: State) -> None:
    kept = a_launch(1, request=call().request, state=state, schedule_time=None)
    queue = await put_as(kept)
    assert await problem_of(queue, kept.id, may_repeat=True) == {"code": "TL175", "id": kept.id, "state": state}
    assert await queue.get(kept.id) == kept


async def test_what_may_have_run_is_replayed_only_by_that_word() -> None:
    kept = a_launch(1, request=call().request, state=State.HELD, schedule_time=None, begun=1)
    queue = await put_as(kept)
    assert await problem_of(queue, kept.id) == {"code": "TL176", "id": kept.id, "state": "HELD"}
    assert await queue.get(kept.id) == kept
    assert (await replayed(queue, kept.id, may_repeat=True)).state is State.QUEUED


async def test_an_event_id_used_twice_is_replayed_only_by_that_word() -> None:
    stage = Stage()
    [_, second] = await stage.accept.events([event(), event(customer="c-2")])
    first, kept = await stage.stored()
    assert second.state is State.REFUSED  # type: ignore[union-attr]
    met = await problem_of(stage.queue, kept.id)
    assert met == {"code": "TL176", "id": kept.id, "state": "REFUSED", "other": first.id, "request_id": "shop/1"}
    launch = await replayed(stage.queue, kept.id, may_repeat=True)
    assert (launch.request_id, launch.ordering_key) == (kept.request_id, "c-2")


async def test_the_request_id_a_mended_route_names_is_taken_so_that_no_other_event_launches_it_again() -> None:
    by_customer = msgspec.structs.replace(ROUTE, request_id="data.customer")
    queue, kept = await refused_event()
    assert (await replayed(queue, kept.id, (by_customer,))).request_id == "c-1"
    [again] = await Stage((by_customer,), queue=queue, now=LATER).accept.events([event(2)])
    assert isinstance(again, Receipt)
    assert (again.id, again.repeated) == (kept.id, True)


async def test_of_two_events_a_mended_route_takes_for_one_only_one_is_launched() -> None:
    by_customer = msgspec.structs.replace(ROUTE, request_id="data.customer")
    stage = Stage(())
    await stage.accept.events([event(1), event(2)])
    first, second = await stage.stored()
    await replayed(stage.queue, first.id, (by_customer,))
    met = await problem_of(stage.queue, second.id, (by_customer,))
    assert (met["code"], met["other"], met["request_id"]) == ("TL176", first.id, "c-1")
    assert (await replayed(stage.queue, second.id, (by_customer,), may_repeat=True)).request_id == "shop/2"


class Moving(MemoryQueue):
    """Lets somebody else move a launch between the look at it and its being put back."""

    def __init__(self, stage: Stage, instead: Launch) -> None:
        self.__dict__.update(stage.queue.__dict__)
        self.instead: Launch | None = instead

    async def requeue(self, before: Launch, after: Launch) -> Any:
        if self.instead is not None:
            self._rows[before.id].launch, self.instead = self.instead, None
        return await super().requeue(before, after)


@pytest.mark.parametrize(("state", "code"), [(State.HELD, "TL176"), (State.QUEUED, "TL175")])
async def test_what_was_moved_meanwhile_is_judged_as_it_now_stands(state: State, code: str) -> None:
    kept = a_launch(1, request=call().request, state=State.REFUSED, schedule_time=None)
    stage = Stage()
    await stage.queue.put([kept])
    queue = Moving(stage, moved(kept, state, update_time=LATER))
    assert (await problem_of(queue, kept.id))["code"] == code
