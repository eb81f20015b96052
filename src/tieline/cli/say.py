"""How the terminal speaks: lines for people, JSON for programs, and exit codes that mean something."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape

from tieline.domain.finding import Finding
from tieline.problems.base import Kind, Problem, page_of

OK, REFUSED, USAGE, SETTINGS, UNAVAILABLE, NOT_FOUND, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 5, 70, 130
"""Exit codes: done; something checked is faulty; the command line is wrong; the settings are wrong; nobody answers;
no such thing; our own mistake; stopped by the person."""

EXIT_CODES: Mapping[int, str] = {
    OK: "done",
    REFUSED: "what was checked or asked for is faulty, or ended badly",
    USAGE: "the command line is wrong",
    SETTINGS: "the settings are wrong",
    UNAVAILABLE: "nobody answers there",
    NOT_FOUND: "no such thing",
    BUG: "a mistake of Tieline's own",
    INTERRUPTED: "stopped by the person",
}

_BY_CODE = {"TL110": SETTINGS, "TL507": SETTINGS, "TL518": USAGE}
_BY_KIND = {Kind.UNAVAILABLE: UNAVAILABLE, Kind.NOT_FOUND: NOT_FOUND, Kind.INTERNAL: BUG}


def exit_code(problem: Problem) -> int:
    """Give the exit code a problem ends the command with."""
    if problem.code in _BY_CODE:
        return _BY_CODE[problem.code]
    if problem.kind in _BY_KIND:
        return _BY_KIND[problem.kind]
    return SETTINGS if problem.code.startswith("TL5") else REFUSED


def out() -> Console:
    """Give the console for results."""
    return Console(highlight=False, soft_wrap=True, emoji=False)


def err() -> Console:
    """Give the console for faults and progress."""
    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def aligned(rows: Sequence[Sequence[str]], cell_of: Callable[[int, str], str] = lambda _, cell: escape(cell)) -> Iterator[str]:
    """Align columns under their headings (the first row), and cut none; `cell_of` says how a padded cell of a column is shown."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[-1] = cells[-1].rstrip()
        shown = "  ".join(cell_of(column, cell) if number else escape(cell) for column, cell in enumerate(cells))
        yield shown.rstrip() if number else f"[bold]{shown}[/]"


def as_json(value: Any) -> None:
    """Print one JSON value on a line of its own, at once."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def problem_json(problem: Problem) -> dict[str, Any]:
    """Give a problem as programs read it."""
    return {
        "code": problem.code,
        "reason": problem.reason,
        "line": problem.line(),
        "help": problem.help(),
        "metadata": problem.metadata(),
        "page": page_of(problem.code),
    }


def say_problems(problems: Sequence[Problem], *, json: bool) -> None:
    """Say on the error stream what went wrong: a line and its mend each, or one JSON object each."""
    if json:
        for problem in problems:
            sys.stderr.write(msgspec.json.encode(problem_json(problem)).decode() + "\n")
        return
    console = err()
    for problem in problems:
        console.print(f"[bold red]{problem.code}[/] {escape(problem.line())}")
        console.print(f"      [dim]{escape(problem.help())}[/]")


def say_findings(console: Console, findings: Sequence[Finding], indent: str = "  ") -> None:
    """Say each finding: its code, its place, its line, its mend."""
    for finding in findings:
        where = finding.at or "the whole body"
        console.print(f"{indent}[bold red]{finding.code}[/] [cyan]{escape(where)}[/] {escape(finding.line)}")
        console.print(f"{indent}      [dim]{escape(finding.help)}[/]")
