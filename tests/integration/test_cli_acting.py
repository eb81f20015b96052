"""What `tieline launches replay` says where the way to the gateway, and not a launch, is at fault; and of what may run twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from structlog.testing import capture_logs

from tests.support.door import Served, served
from tests.support.launches import NOW, a_launch
from tieline.cli.acting import replay
from tieline.cli.when import moment
from tieline.domain.launch import FlowExecutionRequest, Launch, State
from tieline.domain.secret import Secret
from tieline.problems.base import ProblemError

CALL = FlowExecutionRequest(flow_id="8bac0364-4aa2-4032-b8d9-b5c32bba6a9a")
NONE: dict[str, Any] = {"ids": [], "state": [], "everything": False} | dict.fromkeys(
    ("flow", "route", "environment", "since", "until")
)
PLAIN: dict[str, Any] = {**NONE, "may_repeat": False, "yes": True, "token": "", "json": False}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The door's log would stand among what the command says."""
    with capture_logs():
        yield


def stopped(number: int, state: State = State.REFUSED) -> Launch:
    return a_launch(number, request=CALL, state=state, schedule_time=None)


async def run(door: Served, **more: Any) -> int:
    """Run the command on a thread of its own, beside the door; gives its exit code."""
    try:
        await asyncio.to_thread(replay, **{**PLAIN, "url": f"http://127.0.0.1:{door.port}", **more})
    except typer.Exit as ended:
        return ended.exit_code
    return 0


async def test_all_that_can_be_replayed_is_without_what_may_run_twice(capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        await door.queue.put([stopped(1), stopped(2, State.EXHAUSTED), stopped(3, State.HELD), stopped(4, State.AMBIGUOUS)])
        assert await run(door, everything=True) == 0
        assert capsys.readouterr().out == "2 replayed, 0 not\n"
        assert await run(door, state=[State.HELD]) == 1
        assert f"1  TL176 MAY_REPEAT, such as {3:020d}: launch `{3:020d}` is HELD: it was sent" in capsys.readouterr().out
        assert await run(door, everything=True, may_repeat=True) == 0
        assert capsys.readouterr().out == "1 replayed, 0 not\n"
        counts = (await door.queue.counts())["dev"]
    assert counts == {State.QUEUED: 3, State.AMBIGUOUS: 1}


async def test_those_of_a_while_are_chosen_by_when_they_were_created(capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.fromtimestamp(NOW / 1000, UTC)
    async with served() as door:
        await door.queue.put([stopped(n) for n in range(0, 5_000, 1_000)])  # one a second
        assert (
            await run(door, since=moment("1.5s", now + timedelta(seconds=3)), until=moment("0s", now + timedelta(seconds=3))) == 0
        )
        assert capsys.readouterr().out == "1 replayed, 0 not\n"
        replayed = await door.queue.get(stopped(2_000).id)
    assert replayed is not None
    assert replayed.state is State.QUEUED


async def test_they_are_replayed_oldest_first(capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        await door.queue.put([stopped(n) for n in range(250)])
        assert await run(door, everything=True, json=True) == 0
    ids = [line.split('"')[3] for line in capsys.readouterr().out.splitlines()]
    assert ids == [f"{n:020d}" for n in range(250)]


async def test_a_wrong_token_is_one_fault_and_not_one_for_each_launch(capsys: pytest.CaptureFixture[str]) -> None:
    async with served(tokens=(Secret("right"),)) as door:
        with pytest.raises(ProblemError, match="TL101"):
            await run(door, ids=["a", "b"], token="wrong")
    assert capsys.readouterr().out == "0 replayed, 0 not, 2 not reached: run it again for them\n"


async def test_a_gateway_that_goes_away_leaves_word_of_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as door:
        await door.queue.put([stopped(n) for n in range(5)])
        replayed = door.accept.replay
        count = 0

        async def failing(id: str, *, may_repeat: bool = False) -> Any:
            nonlocal count
            count += 1
            if count > 3:
                raise ConnectionError
            return await replayed(id, may_repeat=may_repeat)

        door.accept.replay = failing  # type: ignore[method-assign]
        with pytest.raises(ProblemError, match="TL901"):
            await run(door, everything=True)
    assert capsys.readouterr().out == "3 replayed, 0 not, 2 not reached: run it again for them\n"
