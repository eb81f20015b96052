"""The filter of a list."""

from __future__ import annotations

import pytest

from tieline.domain.launch import State
from tieline.doors.filters import read_filter
from tieline.problems.base import ProblemError
from tieline.problems.doors import FilterInvalid
from tieline.queue.port import Filter


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", Filter()),
        ("state = QUEUED", Filter(states=(State.QUEUED,))),
        ("state=QUEUED OR state=HELD AND flow=x", Filter(states=(State.QUEUED, State.HELD), flow="x")),
        (
            '(state = QUEUED OR state = HELD) AND flow = "Customer callback"',
            Filter(states=(State.QUEUED, State.HELD), flow="Customer callback"),
        ),
        ('flow = "say \\"hi\\""', Filter(flow='say "hi"')),
        ('route = "" AND environment = dev AND request_id = a/b:1', Filter(route="", environment="dev", request_id="a/b:1")),
        (
            "create_time > 1970-01-01T00:00:01Z AND create_time < 1970-01-01T00:00:02Z",
            Filter(created_after=1_000, created_before=2_000),
        ),
    ],
)
def test_a_filter_is_read(text: str, read: Filter) -> None:
    assert read_filter(text) == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stat = QUEUED", "did you mean `state`?"),
        ("state = QUEUE", "did you mean `QUEUED`?"),
        ("state", "its end"),
        ("state =", "its end"),
        ("state > QUEUED", "`>`"),
        ("state = QUEUED flow = x", "`flow`"),
        ("state = QUEUED AND", "its end"),
        ("flow = x AND flow = y", "not compared before"),
        ("flow = x OR flow = y", "`OR`"),
        ("create_time = 2026-01-01", "`<` or `>`"),
        ("create_time > soon", "`soon`"),
        ('flow = "x', "in double quotes"),
        ("(state = QUEUED", "`)`"),
        ("flow = 'x'", "`'x'`"),
    ],
)
def test_a_wrong_filter_names_the_part(text: str, says: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_filter(text)
    assert isinstance(caught.value.problems[0], FilterInvalid)
    assert says in caught.value.problems[0].line()
