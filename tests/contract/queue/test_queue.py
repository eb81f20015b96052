"""What every queue does: the port's promises, case by case."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from tests.support.launches import NOW, a_launch, moved
from tieline.domain.launch import Launch, Receipt, State
from tieline.problems.base import ProblemError
from tieline.queue.port import Claim, Filter, Queue, Repeated

Make = Callable[..., Awaitable[Queue]]
LEASE = 1_000


async def put(queue: Queue, *launches: Launch) -> list[Receipt | Repeated]:
    return await queue.put(launches)


async def claim(queue: Queue, *, now: int = NOW + 100, limit: int = 100, environment: str = "dev") -> list[Claim]:
    return await queue.claim(environment, now=now, lease_ms=LEASE, limit=limit)


async def send(queue: Queue, held: Claim, pool: str = "dev") -> Any:
    """Take a permit and write SENDING."""
    return await queue.permit(
        held,
        pool,
        lambda state: (state + b"p", "go"),
        sending=lambda _: moved(held.launch, State.SENDING, begun=held.launch.begun + 1),
    )


def back(launch: Launch, **more: Any) -> Launch:
    return moved(launch, State.QUEUED, schedule_time=NOW, **more)


async def state_of(queue: Queue, number: int) -> State:
    launch = await queue.get(f"{number:020d}")
    assert launch is not None
    return launch.state


# -- put -----------------------------------------------------------------------------------------------------------------


async def test_a_put_gives_a_receipt_and_the_launch_can_be_read_whole(queue: Queue) -> None:
    launch = a_launch(1, ordering_key="k", priority=3, flow="F", body=b'{"a":1}')
    [receipt] = await put(queue, launch)
    assert receipt == Receipt(id=launch.id, request_id="request-1", state=State.QUEUED, create_time=launch.create_time)
    assert await queue.get(launch.id) == launch


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"environment": "test"},
        {"state": State.REFUSED, "schedule_time": None},
        {"route": "other"},
        {"flow": "other"},
        {"flow_id": "other"},
        {"ordering_key": "k"},
        {"priority": 1},
        {"expire_time": NOW + 9},
        {"create_time": NOW - 5, "update_time": NOW - 4, "schedule_time": NOW - 3, "fingerprint": b"other", "body": b"[]"},
    ],
    ids=lambda odd: ", ".join(odd) or "none",
)
async def test_a_hundred_put_at_once_are_each_kept_as_they_were_put(queue: Queue, odd: dict[str, Any]) -> None:
    launches = [a_launch(n, route="r", flow="f", flow_id="i") for n in range(100)]
    launches[57] = msgspec.structs.replace(launches[57], **odd)
    assert [receipt.id for receipt in await put(queue, *launches)] == [launch.id for launch in launches]
    assert [await queue.get(launch.id) for launch in launches] == launches


async def test_an_empty_put_is_nothing(queue: Queue) -> None:
    assert await queue.put([]) == []


async def test_a_repeat_gets_the_first_receipt_and_stores_nothing(queue: Queue) -> None:
    [first] = await put(queue, a_launch(1))
    [again] = await put(queue, a_launch(2, request_id="request-1"))
    assert isinstance(first, Receipt)
    assert again == msgspec.structs.replace(first, repeated=True)
    assert await queue.get(f"{2:020d}") is None


async def test_a_repeat_within_one_call_counts(queue: Queue) -> None:
    answers = await put(
        queue, a_launch(1), a_launch(2, request_id="request-1"), a_launch(3, request_id="request-1", fingerprint=b"other")
    )
    assert isinstance(answers[1], Receipt)
    assert answers[1].repeated
    assert isinstance(answers[2], Repeated)
    assert {answer.id for answer in answers} == {f"{1:020d}"}


async def test_the_same_request_id_with_other_content_is_repeated(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [answer] = await put(queue, a_launch(2, request_id="request-1", fingerprint=b"other"))
    assert answer == Repeated(id=f"{1:020d}", request_id="request-1", state=State.QUEUED, create_time=NOW + 1)


async def test_a_repeat_tells_the_state_the_first_has_now(queue: Queue) -> None:
    await put(queue, a_launch(1))
    await queue.cancel(f"{1:020d}", now=NOW)
    [again] = await put(queue, a_launch(2, request_id="request-1"))
    assert isinstance(again, Receipt)
    assert again.state is State.CANCELLED


async def test_outside_the_window_the_request_id_is_free_again(queue: Queue) -> None:
    await put(queue, a_launch(1))
    inside, outside = (
        a_launch(2, request_id="request-1", create_time=NOW + 10_000),
        a_launch(3, request_id="request-1", create_time=NOW + 10_001),
    )
    [again] = await put(queue, inside)
    [fresh] = await put(queue, outside)
    assert isinstance(again, Receipt)
    assert isinstance(fresh, Receipt)
    assert (again.repeated, fresh.repeated) == (True, False)


async def test_many_request_ids_are_all_remembered(queue: Queue) -> None:
    await queue.put([a_launch(n) for n in range(3_000)])
    answers = await queue.put(
        [a_launch(n + 10_000, request_id=f"request-{n}", create_time=NOW + 5_000) for n in range(0, 3_000, 7)]
    )
    assert all(isinstance(answer, Receipt) and answer.repeated for answer in answers)


async def test_an_id_of_our_own_making_is_its_own_request_id(queue: Queue) -> None:
    [receipt] = await put(queue, a_launch(1, request_id=f"{1:020d}"))
    assert isinstance(receipt, Receipt)
    assert (receipt.request_id, receipt.repeated) == (f"{1:020d}", False)


async def test_more_than_may_wait_is_refused_whole(make: Make) -> None:
    queue = await make(max_waiting=2)
    await put(queue, a_launch(1))
    with pytest.raises(ProblemError, match="TL302"):
        await put(queue, a_launch(2), a_launch(3))
    assert await queue.get(f"{2:020d}") is None
    [receipt] = await put(queue, a_launch(4))
    assert isinstance(receipt, Receipt)


async def test_puts_at_the_same_time_are_all_answered(queue: Queue) -> None:
    answers = await asyncio.gather(*(put(queue, a_launch(n)) for n in range(200)))
    assert [answer.id for [answer] in answers] == [f"{n:020d}" for n in range(200)]


# -- claim ---------------------------------------------------------------------------------------------------------------


async def test_a_claim_holds_due_launches_oldest_first(queue: Queue) -> None:
    await put(queue, a_launch(3), a_launch(1), a_launch(2))
    assert [held.launch.id for held in await claim(queue, limit=2)] == [f"{1:020d}", f"{2:020d}"]
    assert [held.launch.id for held in await claim(queue)] == [f"{3:020d}"]
    assert await claim(queue) == []


async def test_a_claim_does_not_change_the_state(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    assert held.launch.state is State.QUEUED
    assert await state_of(queue, 1) is State.QUEUED


async def test_what_is_not_due_is_not_claimed(queue: Queue) -> None:
    await put(queue, a_launch(1, schedule_time=NOW + 500), a_launch(2, state=State.REFUSED, schedule_time=None))
    assert await claim(queue, now=NOW + 499) == []
    assert len(await claim(queue, now=NOW + 500)) == 1


async def test_a_higher_priority_goes_first(queue: Queue) -> None:
    await put(queue, a_launch(1), a_launch(2, priority=9), a_launch(3, priority=5), a_launch(4, priority=5))
    assert [held.launch.priority for held in await claim(queue)] == [9, 5, 5, 0]


async def test_an_environment_has_its_own_launches(queue: Queue) -> None:
    await put(queue, a_launch(1), a_launch(2, environment="prod"))
    assert [held.launch.id for held in await claim(queue, environment="prod")] == [f"{2:020d}"]


async def test_a_lease_that_runs_out_before_a_permit_makes_claimable_again(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [first] = await claim(queue, now=NOW + 100)
    assert await claim(queue, now=NOW + 100 + LEASE - 1) == []
    [second] = await claim(queue, now=NOW + 100 + LEASE)
    assert second.fence > first.fence
    assert await send(queue, first) is None
    assert not await queue.settle(first, moved(first.launch, State.SENDING))
    assert not await queue.release(first, schedule_time=NOW)
    assert await send(queue, second) == "go"


# -- ordering keys -------------------------------------------------------------------------------------------------------


async def test_one_launch_of_a_key_at_a_time_oldest_first(queue: Queue) -> None:
    await put(queue, *(a_launch(n, ordering_key="k") for n in (1, 2, 3)), a_launch(4))
    first, other = await claim(queue)
    assert (first.launch.id, other.launch.id) == (f"{1:020d}", f"{4:020d}")
    assert await claim(queue) == []
    await send(queue, first)
    await queue.settle(first, moved(first.launch, State.LAUNCHED))
    [second] = await claim(queue)
    assert second.launch.id == f"{2:020d}"


async def test_a_hundred_of_a_key_put_at_once_still_go_one_at_a_time(queue: Queue) -> None:
    await put(queue, *[a_launch(n, ordering_key="k") for n in range(100)])
    assert [held.launch.id for held in await claim(queue)] == [a_launch(0).id]


@pytest.mark.parametrize("after", [State.AMBIGUOUS, State.REFUSED, State.EXHAUSTED, State.EXPIRED, State.LAUNCHED])
async def test_an_ended_launch_lets_the_next_of_its_key_go(queue: Queue, after: State) -> None:
    await put(queue, a_launch(1, ordering_key="k"), a_launch(2, ordering_key="k"))
    [first] = await claim(queue)
    await send(queue, first)
    await queue.settle(first, moved(first.launch, after))
    assert [held.launch.id for held in await claim(queue)] == [f"{2:020d}"]


async def test_a_scheduled_launch_keeps_the_next_of_its_key_waiting(queue: Queue) -> None:
    await put(queue, a_launch(1, ordering_key="k"), a_launch(2, ordering_key="k"))
    [first] = await claim(queue)
    await send(queue, first)
    await queue.settle(first, moved(first.launch, State.SCHEDULED, schedule_time=NOW + 900))
    assert await claim(queue, now=NOW + 899) == []
    assert [held.launch.id for held in await claim(queue, now=NOW + 900)] == [f"{1:020d}"]


async def test_a_cancelled_launch_lets_the_next_of_its_key_go(queue: Queue) -> None:
    await put(queue, a_launch(1, ordering_key="k"), a_launch(2, ordering_key="k"))
    await queue.cancel(f"{1:020d}", now=NOW)
    assert [held.launch.id for held in await claim(queue)] == [f"{2:020d}"]


async def test_the_same_key_in_another_environment_is_another_key(queue: Queue) -> None:
    await put(queue, a_launch(1, ordering_key="k"), a_launch(2, ordering_key="k", environment="prod"))
    assert len(await claim(queue)) == 1
    assert len(await claim(queue, environment="prod")) == 1


async def test_a_refused_event_blocks_nobody(queue: Queue) -> None:
    await put(queue, a_launch(1, ordering_key="k", state=State.REFUSED, schedule_time=None), a_launch(2, ordering_key="k"))
    assert [held.launch.id for held in await claim(queue)] == [f"{2:020d}"]


async def test_a_requeued_older_launch_waits_for_the_one_that_is_held(queue: Queue) -> None:
    refused = a_launch(1, ordering_key="k", state=State.REFUSED, schedule_time=None)
    await put(queue, refused, a_launch(2, ordering_key="k"))
    [younger] = await claim(queue)
    assert await queue.requeue(refused, moved(refused, State.QUEUED, schedule_time=NOW))
    assert await claim(queue) == []
    await send(queue, younger)
    await queue.settle(younger, moved(younger.launch, State.LAUNCHED))
    assert [held.launch.id for held in await claim(queue)] == [f"{1:020d}"]


# -- permit, settle, release ---------------------------------------------------------------------------------------------


async def test_a_permit_writes_sending_and_the_pace_together(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    assert await send(queue, held) == "go"
    assert await state_of(queue, 1) is State.SENDING
    assert await queue.pace("dev", lambda state: (state, state)) == b"p"


async def test_a_permit_that_says_wait_changes_the_pace_alone(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    assert await queue.permit(held, "dev", lambda state: (b"later", 7), sending=lambda _: None) == 7
    assert await state_of(queue, 1) is State.QUEUED
    assert await queue.pace("dev", lambda state: (state, state)) == b"later"


async def test_a_settle_stores_the_next_value_and_stamps_the_pace(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    done = moved(held.launch, State.LAUNCHED, begun=1)
    assert await queue.settle(held, done, pool="dev", step=lambda state: (state + b"s", None))
    assert await queue.get(done.id) == done
    assert await queue.pace("dev", lambda state: (state, state)) == b"ps"
    assert not await queue.settle(held, done)


async def test_a_zombies_settle_is_refused_and_only_stamps_the_pace(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    swept = await queue.sweep(now=NOW + 100 + LEASE)
    assert (swept.lapsed, swept.ambiguous) == (1, 1)
    assert not await queue.settle(held, moved(held.launch, State.LAUNCHED), pool="dev", step=lambda state: (b"z", None))
    assert await state_of(queue, 1) is State.AMBIGUOUS
    assert await queue.pace("dev", lambda state: (state, state)) == b"z"


async def test_a_step_the_table_does_not_have_is_refused(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    with pytest.raises(ProblemError, match="TL308"):
        await queue.settle(held, moved(held.launch, State.COMPLETED))
    assert await state_of(queue, 1) is State.QUEUED
    assert await send(queue, held) == "go"


async def test_a_release_gives_back_unsent(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    assert await queue.release(held, schedule_time=NOW + 300)
    assert await claim(queue, now=NOW + 299) == []
    assert len(await claim(queue, now=NOW + 300)) == 1


async def test_what_is_being_sent_cannot_be_released(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    assert not await queue.release(held, schedule_time=NOW)
    assert await state_of(queue, 1) is State.SENDING


async def test_a_launched_one_that_is_followed_can_be_claimed_for_a_look(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    await queue.settle(held, moved(held.launch, State.LAUNCHED, schedule_time=NOW + 400))
    [look] = await claim(queue, now=NOW + 400)
    assert look.launch.state is State.LAUNCHED
    assert await queue.settle(look, moved(look.launch, State.LAUNCHED, schedule_time=NOW + 800))
    [look] = await claim(queue, now=NOW + 800)
    assert await queue.settle(look, moved(look.launch, State.COMPLETED))
    assert await state_of(queue, 1) is State.COMPLETED


# -- sweep ---------------------------------------------------------------------------------------------------------------


async def test_a_lease_that_runs_out_while_sending_makes_ambiguous_never_claimable(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    assert await claim(queue, now=NOW + 100 + LEASE) == []
    launch = await queue.get(held.launch.id)
    assert launch is not None
    assert launch.state is State.AMBIGUOUS
    assert [finding.code for finding in launch.findings] == ["TL309"]
    assert await claim(queue, now=NOW + 1_000_000) == []


async def test_what_waits_past_its_expiry_ends(queue: Queue) -> None:
    await put(queue, a_launch(1, expire_time=NOW + 500), a_launch(2))
    assert (await queue.sweep(now=NOW + 499)).expired == 0
    assert (await queue.sweep(now=NOW + 500)).expired == 1
    launch = await queue.get(f"{1:020d}")
    assert launch is not None
    assert launch.state is State.EXPIRED
    assert [finding.code for finding in launch.findings] == ["TL310"]
    assert [held.launch.id for held in await claim(queue, now=NOW + 600)] == [f"{2:020d}"]


async def test_settled_launches_are_forgotten_after_the_retention_and_waiting_ones_never(queue: Queue) -> None:
    await put(queue, a_launch(1), a_launch(2))
    await queue.cancel(f"{1:020d}", now=NOW + 10)
    assert (await queue.sweep(now=NOW + 20_010)).forgotten == 0
    assert (await queue.sweep(now=NOW + 20_011)).forgotten >= 1
    assert await queue.get(f"{1:020d}") is None
    assert await queue.get(f"{2:020d}") is not None


# -- cancel, requeue -----------------------------------------------------------------------------------------------------


async def test_a_waiting_launch_can_be_cancelled_even_while_held(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    launch = await queue.cancel(held.launch.id, now=NOW + 200)
    assert launch is not None
    assert (launch.state, launch.update_time) == (State.CANCELLED, NOW + 200)
    assert await send(queue, held) is None


async def test_what_is_being_sent_cannot_be_cancelled(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    launch = await queue.cancel(held.launch.id, now=NOW)
    assert launch is not None
    assert launch.state is State.SENDING


async def test_cancelling_nothing_gives_nothing(queue: Queue) -> None:
    assert await queue.cancel("nobody", now=NOW) is None


async def test_a_refused_launch_can_be_put_back_with_other_content(queue: Queue) -> None:
    refused = a_launch(1, state=State.REFUSED, schedule_time=None, body=b"")
    await put(queue, refused)
    mended = back(refused, body=b'{"mended":true}', fingerprint=b"new", flow="F", route="r", priority=9, expire_time=NOW + 900)
    assert await queue.requeue(refused, mended) == mended
    [held] = await claim(queue)
    assert held.launch == mended == await queue.get(refused.id)


async def test_a_launch_is_put_back_once(queue: Queue) -> None:
    refused = a_launch(1, state=State.REFUSED, schedule_time=None)
    await put(queue, refused)
    assert await queue.requeue(refused, back(refused))
    assert await queue.requeue(refused, back(refused)) is None
    assert len(await claim(queue)) == 1


@pytest.mark.parametrize("state", [State.REFUSED, State.EXHAUSTED])
async def test_what_was_put_back_and_refused_again_meanwhile_is_not_put_back_as_it_was(queue: Queue, state: State) -> None:
    """Two people replay at once: the second has decided on a launch that is no more."""
    refused = a_launch(1, state=State.REFUSED, schedule_time=None)
    await put(queue, refused)
    await queue.requeue(refused, back(refused))
    [held] = await claim(queue)
    await send(queue, held)
    again = moved(held.launch, state, begun=1, update_time=NOW + 50)
    assert await queue.settle(held, again)
    assert await queue.requeue(refused, back(refused)) is None
    assert await queue.get(refused.id) == again
    assert await queue.requeue(again, back(again)) == back(again)


async def test_what_is_put_back_counts_among_those_that_may_wait(make: Make) -> None:
    """Else a night's replay would have the doors refuse what comes in now."""
    queue = await make(max_waiting=1)
    refused = a_launch(1, state=State.REFUSED, schedule_time=None)
    await put(queue, refused)
    await put(queue, a_launch(2))
    with pytest.raises(ProblemError, match="TL302"):
        await queue.requeue(refused, back(refused, request_id="other"))
    assert await queue.get(refused.id) == refused
    await queue.cancel(f"{2:020d}", now=NOW)
    assert await queue.requeue(refused, back(refused))


async def test_nothing_is_put_back_where_nothing_stands(queue: Queue) -> None:
    launch = a_launch(1, state=State.REFUSED, schedule_time=None)
    assert await queue.requeue(launch, back(launch)) is None


async def test_only_what_can_be_replayed_is_put_back(queue: Queue) -> None:
    await put(queue, a_launch(1))
    [held] = await claim(queue)
    await send(queue, held)
    lost = moved(held.launch, State.AMBIGUOUS, begun=1)
    await queue.settle(held, lost)
    assert await queue.requeue(lost, back(lost)) is None
    assert await state_of(queue, 1) is State.AMBIGUOUS


async def test_a_launch_put_back_leaves_from_where_it_now_belongs(queue: Queue) -> None:
    """The mended route may name another environment and another ordering key."""
    refused = a_launch(1, state=State.REFUSED, schedule_time=None, ordering_key="a")
    await put(queue, refused, a_launch(2, environment="prod", ordering_key="b"))
    await queue.requeue(refused, back(refused, environment="prod", ordering_key="b"))
    assert await claim(queue) == []
    assert [held.launch.id for held in await claim(queue, environment="prod")] == [refused.id]
    assert await queue.counts() == {"prod": {State.QUEUED: 2}} | {name: {} for name in await queue.counts() if name == "dev"}


async def test_a_launch_put_back_under_another_request_id_is_found_by_it(queue: Queue) -> None:
    refused = a_launch(1, state=State.REFUSED, schedule_time=None)
    await put(queue, refused)
    mended = back(refused, request_id="order-1")
    assert await queue.requeue(refused, mended) == mended
    assert (await queue.list(Filter(request_id="order-1"), limit=5)).launches == (mended,)
    assert (await queue.list(Filter(request_id="request-1"), limit=5)).launches == ()
    [repeat, fresh] = await put(queue, a_launch(2, request_id="order-1"), a_launch(3, request_id="request-1"))
    assert (repeat.id, isinstance(repeat, Receipt) and repeat.repeated) == (refused.id, True)
    assert fresh.id == f"{3:020d}"


async def test_a_request_id_another_launch_holds_is_not_taken(queue: Queue) -> None:
    refused = a_launch(1, state=State.REFUSED, schedule_time=None)
    await put(queue, refused, a_launch(2, request_id="order-1"))
    answer = await queue.requeue(refused, back(refused, request_id="order-1"))
    assert isinstance(answer, Repeated)
    assert (answer.id, answer.state) == (f"{2:020d}", State.QUEUED)
    assert await queue.get(refused.id) == refused


async def test_where_tries_begin_anew_is_kept(queue: Queue) -> None:
    spent = a_launch(1, state=State.EXHAUSTED, schedule_time=None, begun=10)
    await put(queue, spent)
    await queue.requeue(spent, back(spent, begun_before=10))
    kept = await queue.get(spent.id)
    assert kept is not None
    assert (kept.begun, kept.begun_before) == (10, 10)


# -- reading -------------------------------------------------------------------------------------------------------------


async def test_a_list_is_newest_first_in_pages(queue: Queue) -> None:
    await put(queue, *(a_launch(n) for n in range(5)))
    first = await queue.list(Filter(), limit=2)
    second = await queue.list(Filter(), limit=2, before=first.next_before)
    third = await queue.list(Filter(), limit=2, before=second.next_before)
    assert [launch.id[-1] for page in (first, second, third) for launch in page.launches] == ["4", "3", "2", "1", "0"]
    assert third.next_before is None


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        (Filter(states=(State.CANCELLED,)), [1]),
        (Filter(states=(State.CANCELLED, State.QUEUED)), [4, 3, 2, 1]),
        (Filter(environment="prod"), [2]),
        (Filter(route="r"), [3]),
        (Filter(flow="F"), [3]),
        (Filter(flow="f-id"), [3]),
        (Filter(request_id="request-4"), [4]),
        (Filter(created_after=NOW + 2), [4, 3]),
        (Filter(created_before=NOW + 2), [1]),
        (Filter(environment="dev", states=(State.QUEUED,)), [4, 3]),
        (Filter(flow="nothing"), []),
    ],
)
async def test_a_list_can_be_narrowed(queue: Queue, filter: Filter, numbers: list[int]) -> None:
    await put(queue, a_launch(1), a_launch(2, environment="prod"), a_launch(3, route="r", flow="F", flow_id="f-id"), a_launch(4))
    await queue.cancel(f"{1:020d}", now=NOW)
    assert [int(launch.id) for launch in (await queue.list(filter, limit=10)).launches] == numbers


async def test_a_watch_gives_each_state_and_then_each_change(queue: Queue) -> None:
    await put(queue, a_launch(1), a_launch(2))
    watch = queue.watch([f"{1:020d}", f"{2:020d}"])
    seen = [(await anext(watch)).state for _ in range(2)]
    await queue.cancel(f"{2:020d}", now=NOW)
    changed = await asyncio.wait_for(anext(watch), 5)
    await watch.aclose()  # type: ignore[attr-defined]
    assert seen == [State.QUEUED, State.QUEUED]
    assert (changed.id, changed.state) == (f"{2:020d}", State.CANCELLED)


async def test_a_slow_watcher_gets_only_the_latest(queue: Queue) -> None:
    await put(queue, a_launch(1))
    watch = queue.watch([f"{1:020d}"])
    await anext(watch)
    [held] = await claim(queue)
    await send(queue, held)
    await queue.settle(held, moved(held.launch, State.LAUNCHED))
    assert (await asyncio.wait_for(anext(watch), 5)).state in (State.SENDING, State.LAUNCHED)
    await asyncio.sleep(0)
    await watch.aclose()  # type: ignore[attr-defined]


async def test_next_due_is_the_earliest_that_nobody_holds(queue: Queue) -> None:
    assert await queue.next_due("dev") is None
    await put(queue, a_launch(1, schedule_time=NOW + 50), a_launch(2, schedule_time=NOW + 900, priority=4))
    assert await queue.next_due("dev") == NOW + 50
    await claim(queue)
    assert await queue.next_due("dev") == NOW + 900


async def test_a_put_wakes_who_waits(queue: Queue) -> None:
    waiting = asyncio.ensure_future(queue.wait("dev"))
    await put(queue, a_launch(1))
    await asyncio.wait_for(waiting, 5)


async def test_the_counts_are_those_of_the_rows(queue: Queue) -> None:
    await put(queue, *(a_launch(n) for n in range(6)), a_launch(7, environment="prod"))
    await queue.cancel(f"{0:020d}", now=NOW)
    held = (await claim(queue, limit=3))[:2]
    for one in held:
        await send(queue, one)
    await queue.settle(held[0], moved(held[0].launch, State.LAUNCHED))
    counts = await queue.counts()
    assert dict(counts["dev"]) == {State.QUEUED: 3, State.CANCELLED: 1, State.SENDING: 1, State.LAUNCHED: 1}
    assert dict(counts["prod"]) == {State.QUEUED: 1}
