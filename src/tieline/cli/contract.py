"""`tieline contract diff`: what changed between Genesys' published API description and the contract Tieline goes by."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.markup import escape

from tieline.cli.say import OK, REFUSED, USAGE, as_json, out, say_problems
from tieline.contract.change import Aspect, Change, Weight
from tieline.contract.diffing import differences
from tieline.contract.published import Description, DescriptionFault, Fault, read
from tieline.problems.base import Problem
from tieline.problems.contract import (
    DescriptionElsewhere,
    DescriptionMalformed,
    DescriptionNotJson,
    DescriptionTooLarge,
    DescriptionTruncated,
    DescriptionUnknown,
    DescriptionUnreadable,
)

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Hold Tieline's contract against what Genesys publishes.")

_FAULTS: Mapping[Fault, Any] = {
    Fault.NOT_JSON: DescriptionNotJson,
    Fault.TRUNCATED: DescriptionTruncated,
    Fault.UNKNOWN: DescriptionUnknown,
    Fault.MALFORMED: DescriptionMalformed,
    Fault.ELSEWHERE: DescriptionElsewhere,
}
LARGEST = 200_000_000
"""The most bytes a description may have: ten times the 20 MB that Genesys publishes."""
_LONGEST = 400
_PLACES = 3
_SHARED = frozenset({Aspect.CODE, Aspect.PERMISSION, Aspect.SCOPE})


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One file, held against the contract: what it says it is, its changes, or the problem that prevents it."""

    file: str
    description: Description | None = None
    changes: Sequence[Change] = ()
    problem: Problem | None = None


@app.callback()
def contract() -> None:
    """Hold Tieline's contract against what Genesys publishes."""


@app.command()
def diff(
    files: list[str] = typer.Argument(
        ..., help="Published descriptions (publicapi-v2-latest.json), of one year or several; `-` reads standard input."
    ),
    every: bool = typer.Option(False, "--all", help="Show what is harmless too, and each known departure by itself."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object for all files."),
) -> None:
    """Say what a published API description has that the contract has not, and the other way round.

    Exits with 0 when nothing that matters differs, with 1 when something does, with 2 when a file cannot be compared.
    """
    compared = [compare(file) for file in files]
    if json:
        as_json(_as_object(compared, every=every))
    else:
        for one in compared:
            _say(one, every=every)
    problems = [one.problem for one in compared if one.problem is not None]
    say_problems(problems, json=json)
    if problems:
        raise typer.Exit(USAGE)
    raise typer.Exit(REFUSED if any(_count(one)[Weight.MATTERS] for one in compared) else OK)


def compare(file: str) -> Compared:
    """Read one file and hold it against the contract; what is wrong with the file comes back as its problem."""
    try:
        data = _read(file)
    except OSError as fault:
        return Compared(file=file, problem=DescriptionUnreadable(file=file, fault=(fault.strerror or str(fault)).lower()))
    if len(data) > LARGEST:
        return Compared(file=file, problem=DescriptionTooLarge(file=file, most=LARGEST))
    try:
        description = read(data)
        return Compared(file=file, description=description, changes=differences(description))
    except DescriptionFault as fault:
        return Compared(file=file, problem=_FAULTS[fault.fault](file=file, fault=fault.says))


def _read(file: str) -> bytes:
    """Read a file, or standard input for `-`, and no further than one byte beyond the largest. Raises `OSError`."""
    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(file).open("rb") as opened:
        return opened.read(LARGEST + 1)


def _count(one: Compared) -> Counter[Weight]:
    return Counter(change.weight for change in one.changes)


def _as_object(compared: Sequence[Compared], *, every: bool) -> dict[str, Any]:
    total: Counter[Weight] = sum((_count(one) for one in compared), Counter())
    return {"files": [_file_object(one, every=every) for one in compared], **_counts(total)}


def _file_object(one: Compared, *, every: bool) -> dict[str, Any]:
    if one.description is None:
        return {"file": one.file, "problem": None if one.problem is None else one.problem.code}
    shown = [change for change in one.changes if every or change.weight is not Weight.HARMLESS]
    about = one.description
    return {
        "file": one.file,
        "title": about.title,
        "version": about.version,
        "form": about.form,
        **_counts(_count(one)),
        "changes": [{**msgspec.structs.asdict(change), "says": change.says()} for change in shown],
    }


def _counts(count: Counter[Weight]) -> dict[str, int]:
    return {"matters": count[Weight.MATTERS], "known": count[Weight.KNOWN], "harmless": count[Weight.HARMLESS]}


def _say(one: Compared, *, every: bool) -> None:
    about = one.description
    if about is None:
        return
    console = out()
    console.print(f"[bold]{escape(one.file)}[/]  [dim]{escape(' '.join((about.title, about.version)))}, {escape(about.form)}[/]")
    for places, change in _gathered(_of(one, Weight.MATTERS), every=every):
        console.print(f"  [bold red]matters[/]  [cyan]{escape(_first(places))}[/]  {escape(_short(change.says()))}")
    _say_known(one, every=every)
    for change in _of(one, Weight.HARMLESS) if every else ():
        console.print(f"  [dim]harmless[/]  {escape(change.at)}  {escape(_short(change.says()))}")
    count = _count(one)
    hidden = "" if every or not count[Weight.HARMLESS] else " (--all shows them)"
    said = f"{count[Weight.MATTERS]} that matter, {count[Weight.KNOWN]} known departures, {count[Weight.HARMLESS]} harmless"
    console.print(f"  [{'red' if count[Weight.MATTERS] else 'green'}]{said}[/]{hidden}")


def _say_known(one: Compared, *, every: bool) -> None:
    """Say the known departures: a line for each reason, or for each place when all is asked for."""
    reasons: dict[str, list[Change]] = {}
    for change in _of(one, Weight.KNOWN):
        reasons.setdefault(change.why, []).append(change)
    for why, changes in reasons.items():
        places = _first(list(dict.fromkeys(change.at for change in changes)))
        out().print(f"  [yellow]known departure[/]  [cyan]{escape(places)}[/]  {escape(why)}")
        for change in changes if every else ():
            out().print(f"      {escape(change.at)}  {escape(_short(change.says()))}")


def _gathered(changes: Sequence[Change], *, every: bool) -> list[tuple[list[str], Change]]:
    """Put together what is said of several operations in the same words, as a code that comes to all of them is."""
    found: dict[object, tuple[list[str], Change]] = {}
    for change in changes:
        key = change.says() if change.aspect in _SHARED and not every else (change.at, change.says())
        found.setdefault(key, ([], change))[0].append(change.at)
    return list(found.values())


def _first(places: Sequence[str]) -> str:
    more = len(places) - _PLACES
    return ", ".join(places[:_PLACES]) + (f" and {more} more" if more > 0 else "")


def _of(one: Compared, weight: Weight) -> list[Change]:
    return [change for change in one.changes if change.weight is weight]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
