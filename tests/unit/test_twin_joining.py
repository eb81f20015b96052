"""A response's head and its body go out as one write, and nothing is held back for longer than a turn of the loop."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tieline.twin.protocol import Joining

HEAD, BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}"


class Wire:
    """Stands in for a transport: keeps what was done to it, in order."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        self.done.append("close")

    def write_eof(self) -> None:
        self.done.append("eof")

    def abort(self) -> None:
        self.done.append("abort")


async def _joining() -> tuple[Any, list[Any]]:
    wire: Any = Wire()
    return Joining(wire, asyncio.get_running_loop()), wire.done


async def test_a_head_and_its_body_are_one_write_and_what_follows_is_written_as_it_comes() -> None:
    joining, done = await _joining()
    joining.write(HEAD)
    joining.write(BODY)
    joining.write(b"more")
    await asyncio.sleep(0)
    assert done == [HEAD + BODY, b"more"]


async def test_a_head_whose_body_is_slow_goes_out_with_the_next_turn() -> None:
    joining, done = await _joining()
    joining.write(HEAD)
    assert done == []
    await asyncio.sleep(0)
    assert done == [HEAD]
    joining.write(BODY)
    assert done == [HEAD, BODY]


async def test_100_continue_waits_for_nothing() -> None:
    joining, done = await _joining()
    joining.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert done == [b"HTTP/1.1 100 Continue\r\n\r\n"]


@pytest.mark.parametrize(("end", "left"), [("close", [HEAD, "close"]), ("write_eof", [HEAD, "eof"]), ("abort", ["abort"])])
async def test_an_end_lets_the_head_out_first_unless_it_is_hard(end: str, left: list[Any]) -> None:
    joining, done = await _joining()
    joining.write(HEAD)
    getattr(joining, end)()
    await asyncio.sleep(0)
    assert done == left
