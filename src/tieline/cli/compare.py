"""`tieline compare`: the request that works against the one that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from tieline.cli.diagnose import flows_of, read_file, variables_of
from tieline.cli.say import OK, REFUSED, as_json, out
from tieline.diagnosis.compare import Difference, Weight
from tieline.diagnosis.compare import compare as differences_of
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.tell import diagnosed_json
from tieline.domain.exchange import Exchange
from tieline.problems.base import ProblemError
from tieline.problems.capture import CompareNeedsTwo

app = typer.Typer(add_completion=False)

SOURCES = frozenset({".go", ".py", ".js", ".mjs", ".ts", ".tsx", ".java", ".cs"})
_COLOURS = {Weight.EXPLAINED: "bold red", Weight.SHAPE: "yellow", Weight.VALUE: "cyan", Weight.PASSING: "dim"}
_WORDS = {
    Weight.EXPLAINED: "most likely",
    Weight.SHAPE: "may matter",
    Weight.VALUE: "other value",
    Weight.PASSING: "no matter",
}


@app.command()
def compare(
    works: str = typer.Argument(
        ..., help="What works: a file in any form diagnose reads, FILE#name or FILE#number for one of several.", metavar="WORKS"
    ),
    fails: str = typer.Argument(..., help="What does not work; source code too.", metavar="FAILS"),
    flow_schema: list[Path] = typer.Option(
        [], "--flow-schema", help="An input schema or flows, to hold the inputs against.", metavar="FILE"
    ),
    variables: list[Path] = typer.Option(
        [], "--variables", help="A Postman environment, or a JSON object, that fills in {{name}}.", metavar="FILE"
    ),
    every: bool = typer.Option(False, "--all", help="Show what never matters too (User-Agent and the like)."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object a line for each difference."),
) -> None:
    """Hold a request that works against one that does not, field by field and header by header, most likely cause first.

    Exits with 1 when they differ in anything that may matter.
    """
    filled = variables_of(variables)
    flows = flows_of(flow_schema)
    one, other = read_one(works, filled), read_one(fails, filled)
    found = differences_of(one.request, diagnose(other, flows))
    shown = [each for each in found if every or each.weight is not Weight.PASSING]
    for difference in shown:
        if json:
            as_json(difference_json(difference))
        else:
            _say(difference, one.id, other.id)
    if not json and not shown:
        out().print("[green]no difference that may matter[/]")
    if any(each.weight <= Weight.SHAPE for each in found):
        raise typer.Exit(REFUSED)
    raise typer.Exit(OK)


def read_one(text: str, variables: dict[str, str]) -> Exchange:
    """Read the one request that `FILE`, `FILE#name` or `FILE#number` means. Raises `ProblemError` (TL630, TL634)."""
    file, _, which = text.partition("#")
    path = Path(file)
    found = _source(path) if path.suffix in SOURCES or path.is_dir() else read_file(path, variables)
    if which:
        named = [one for one in found if one.id == which or one.id.rpartition("/")[2].strip() == which]
        if not named and which.isdigit() and 0 < int(which) <= len(found):
            named = [found[int(which) - 1]]
        found = named or found
    if len(found) != 1:
        names = ", ".join(f"`{one.id}`" for one in found[:8]) + (" ..." if len(found) > 8 else "")
        raise ProblemError(CompareNeedsTwo(file=file, found=len(found), names=names or "none"))
    return found[0]


def _source(path: Path) -> list[Exchange]:
    from tieline.capture.source.find import read_source  # noqa: PLC0415 - the grammars are large

    return [call.exchange for call in read_source(path)]


def difference_json(one: Difference) -> dict[str, Any]:
    """Give a difference as programs read it."""
    finding = None if one.finding is None else diagnosed_json(one.finding)
    return {
        "at": one.at,
        "weight": one.weight.name.lower(),
        "says": one.says,
        "works": one.works,
        "fails": one.fails,
        "finding": finding,
    }


def _say(one: Difference, works: str, fails: str) -> None:
    console = out()
    colour = _COLOURS[one.weight]
    console.print(f"[{colour}]{_WORDS[one.weight]}[/] [cyan]{escape(one.at or 'the body')}[/]  {escape(one.says)}")
    for name, value, sign in ((works, one.works, "+"), (fails, one.fails, "-")):
        console.print(f"    {sign} {escape(value) if value is not None else '[dim](nothing)[/]'}  [dim]{escape(name)}[/]")
    if one.finding is not None:
        finding = one.finding.finding
        console.print(f"      [bold]{finding.code}[/] {escape(finding.line)}\n      help: {escape(finding.help)}")
