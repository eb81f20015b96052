"""What every run of the tests shares."""

from __future__ import annotations

from typing import Any

from tests.support.score import SCORE


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the diagnosis' score per rule over the golden exchanges, when they were run."""
    lines = SCORE.lines()
    if lines:
        terminalreporter.section("diagnosis: golden exchanges whose causes are named rightly, per rule")
        for line in lines:
            terminalreporter.write_line(line)
