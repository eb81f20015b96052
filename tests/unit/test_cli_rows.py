"""Lists at a terminal, wide and narrow, and piped: no id is ever cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tieline.cli.gateway import Gateway
from tieline.cli.launches import _row, _say_rows
from tieline.cli.say import aligned
from tieline.problems.base import ProblemError

LAUNCH = {
    "id": "01a21e02-1994-7000-a170-16479702a26e",
    "state": "LAUNCHED",
    "flow": "Customer [callback]",
    "create_time": "2026-11-27T17:16:23.828Z",
    "execution": {"id": "5843a047-2abd-4c66-bdc4-7372ae59286a"},
}
REFUSED = {**LAUNCH, "state": "REFUSED", "execution": None, "findings": [{"code": "TL250", "reason": "NO_ROUTE"}]}
AMBIGUOUS = {
    **LAUNCH,
    "state": "AMBIGUOUS",
    "execution": None,
    "findings": [],
    "attempts": [{"outcome": {"finding": {"code": "TL430", "reason": "ANSWER_MISSING"}}}],
}


def shown(width: int, *, terminal: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, no_color=True, highlight=False, soft_wrap=True)
    _say_rows(console, [_row(one) for one in (LAUNCH, REFUSED, AMBIGUOUS)])
    assert isinstance(console.file, io.StringIO)
    return [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(("width", "terminal"), [(200, True), (200, False), (40, False)])
def test_a_launch_stands_on_a_line_of_its_own(width: int, terminal: bool) -> None:
    lines = shown(width, terminal=terminal)
    assert len(lines) == 4
    assert lines[1].split("  ")[0] == LAUNCH["id"]
    assert lines[1].endswith(LAUNCH["execution"]["id"])  # type: ignore[index]
    assert "Customer [callback]" in lines[1]
    assert lines[2].endswith("TL250 NO_ROUTE")
    assert lines[3].endswith("TL430 ANSWER_MISSING")


def test_a_narrow_terminal_has_each_launch_on_three_lines_none_too_long() -> None:
    lines = shown(60, terminal=True)
    assert len(lines) == 9
    assert all(len(line) <= 60 for line in lines)
    assert lines[0] == f"{LAUNCH['id']}  LAUNCHED"
    assert lines[2].strip() == LAUNCH["execution"]["id"]  # type: ignore[index]


def test_columns_stand_under_their_headings() -> None:
    heading, row = aligned([("a", "long heading", "c"), ("value", "b", "last")])
    assert heading == "[bold]a      long heading  c[/]"
    assert row == "value  b             last"


@pytest.mark.parametrize("url", ["ftp://x", "127.0.0.1:8080", ""])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(ProblemError, match=r"TL513.*is not an address such as"):
        Gateway(url).get("/v1/launches")
