"""How long a request may take to come whole: the time in which the twin itself does not read does not count."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from tieline.twin.protocol import TwinProtocol


def protocol(*, paused: bool) -> Any:
    """A connection on which a head has come in part, and nothing else."""
    made: Any = TwinProtocol.__new__(TwinProtocol)
    made.loop = asyncio.get_running_loop()
    made.config = SimpleNamespace(app=SimpleNamespace(patience_s=60.0))
    made.flow = SimpleNamespace(read_paused=paused)
    made.broken = []
    made._break_off = made.broken.append
    made._wait(True)
    return made


async def test_a_request_that_does_not_come_is_broken_off() -> None:
    made = protocol(paused=False)
    made._too_slow()
    assert (made.broken, made._timer) == (["client.timeout"], None)


async def test_while_nothing_is_read_patience_begins_anew() -> None:
    made = protocol(paused=True)
    first = made._timer
    made._too_slow()
    assert made.broken == []
    assert made._timer is not None
    assert made._timer is not first
    made._wait(False)


async def test_the_next_request_has_patience_of_its_own() -> None:
    made = protocol(paused=False)
    made.parser = SimpleNamespace(should_upgrade=lambda: True)
    made.on_message_complete()
    assert made._timer is None


async def test_patience_begins_anew_with_each_answer_to_what_came_before() -> None:
    made = protocol(paused=True)
    made.server_state = SimpleNamespace(total_requests=0)
    made.transport = SimpleNamespace(is_closing=lambda: True)  # so that the server has nothing more to do
    first = made._timer
    made.on_response_complete()
    assert first.cancelled()
    assert made._timer is not None
    made._deaf = True  # now the timer is that of the end, which is to come
    last = made._timer
    made.on_response_complete()
    assert made._timer is last
    made._wait(False)
