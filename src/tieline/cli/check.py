"""`tieline check`: holds tieline.yaml against everything it must be, and shows the launch each sample event would make."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from tieline.app.preview import Preview, books_of, preview
from tieline.app.samples import SampleFile, read_samples
from tieline.cli.reading import reading_flows
from tieline.cli.sampling import sample_text
from tieline.cli.say import REFUSED, SETTINGS, as_json, err, out, problem_json, say_findings, say_problems
from tieline.config.document import Mistake
from tieline.config.flows import Misfit, misfits
from tieline.config.load import document_of, load_settings
from tieline.config.schema import SCHEMA
from tieline.config.settings import Settings
from tieline.domain.event import Event
from tieline.domain.launch import State
from tieline.doors.translate_json import finding_json
from tieline.handoff.verdict import Submission
from tieline.problems.base import Problem, ProblemError, page_of
from tieline.problems.flows import FlowNameUnknown
from tieline.problems.settings import SampleUnreadable

app = typer.Typer(add_completion=False)


@app.command()
def check(
    file: Path = typer.Argument(Path("tieline.yaml"), help="The settings.", envvar="TIELINE_CONFIG"),
    samples: list[str] = typer.Argument(
        None,
        help="Sample events in JSON, `-` for standard input: CloudEvents, webhooks as they are sent, launch requests; one, a list, "
        "or one a line in each file. `SOURCE=FILE` names the source of a webhook whose form does not tell it.",
        metavar="[EVENT]...",
    ),
    header: list[str] = typer.Option([], "--header", "-H", help="A header the samples came with: 'X-GitHub-Event: push'."),
    no_secrets: bool = typer.Option(False, "--no-secrets", help="Do not look for the secrets the file names (for CI)."),
    live: bool = typer.Option(
        False, "--live", help="Read the flows from each environment, so that names and inputs are checked against them."
    ),
    example: bool = typer.Option(False, "--example", help="Print a whole tieline.yaml to start from, and stop."),
    schema: bool = typer.Option(False, "--schema", help="Print the JSON schema of tieline.yaml for editors, and stop."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object a line: each mistake, each launch."),
) -> None:
    """Check the whole settings file, every mistake at once with its line and column; show what sample events become.

    Exits with 3 when the settings are wrong or a sample cannot be read, with 1 when a sample event would be refused.
    """
    if example or schema:
        out().print(jsonlib.dumps(SCHEMA, indent=2) if schema else sample_text("tieline.yaml"), markup=False)
        return
    settings, mistakes = load_settings(file, secrets=not no_secrets)
    if settings is None or mistakes:
        say_mistakes(file, mistakes, json=json)
        raise typer.Exit(SETTINGS)
    with reading_flows(quiet=json or not live) as reading:
        books = books_of(settings, live=live, reading=reading)
    wrong = misfits(document_of(file), books, settings.accept.default_environment)
    _say_misfits(file, wrong, json=json)
    if not wrong and not json:
        out().print(f"[green]{file} is sound[/]: {settings.summary()}")
    read, unreadable = _read_all(samples or (), _headers(header), settings)
    previews = preview(settings, books, read)
    for one in previews:
        _say_preview(one, json=json)
    say_problems(unreadable, json=json)
    if wrong or unreadable:
        raise typer.Exit(SETTINGS)
    if any(one.findings for one in previews):
        raise typer.Exit(REFUSED)


def _read_all(
    named: Sequence[str], headers: Mapping[str, str], settings: Settings
) -> tuple[list[Event | Submission], list[Problem]]:
    """Read every sample; one that cannot be read does not hide the next."""
    read: list[Event | Submission] = []
    faults: list[Problem] = []
    for name in named:
        try:
            read += read_samples(_sample(name, headers), settings)
        except ProblemError as error:
            faults += error.problems
    return read, faults


def _sample(named: str, headers: Mapping[str, str]) -> SampleFile:
    """Read the file that a person named, `SOURCE=FILE` or `FILE`. Raises `ProblemError` (TL516)."""
    source, mark, name = named.partition("=")
    if not mark or "/" in source or Path(named).is_file():
        source, name = "", named
    try:
        text = sys.stdin.buffer.read().decode() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        said = (fault.strerror or str(fault)).lower() if isinstance(fault, OSError) else "it is not UTF-8"
        raise ProblemError(SampleUnreadable(file=name, fault=said)) from None
    return SampleFile(name="standard input" if name == "-" else name, text=text, source=source, headers=headers)


def _headers(given: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition(":") for one in given]
    if wrong := [name for name, mark, _ in pairs if not mark]:
        raise typer.BadParameter(f"`{wrong[0]}` has no colon; write 'Name: value'", param_hint="--header")
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def say_mistakes(file: Path, mistakes: Sequence[Mistake], *, json: bool) -> None:
    """Say every mistake with its line and column, and how many there are."""
    for mistake in mistakes:
        _say_mistake(file, mistake, json=json)
    if not json:
        err().print(f"{len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'} in {file}")


def _say_mistake(file: Path, mistake: Mistake, *, json: bool) -> None:
    place = mistake.place
    if json:
        as_json(
            {
                "file": str(file),
                "line": place.line,
                "column": place.column,
                "at": mistake.at,
                "problem": problem_json(mistake.problem),
            }
        )
        return
    out().print(f"{file}:{place.line}:{place.column}: [bold red]{mistake.problem.code}[/] {escape(mistake.problem.line())}")
    out().print(f"      [dim]{escape(mistake.problem.help())}[/]")


def _say_misfits(file: Path, found: Sequence[Misfit], *, json: bool) -> None:
    for one in found:
        place, finding = one.place, one.finding
        if json:
            problem = {**finding_json(finding), "page": page_of(finding.code)}
            as_json({"file": str(file), "line": place.line, "column": place.column, "at": one.at, "problem": problem})
            continue
        out().print(f"{file}:{place.line}:{place.column}: [bold red]{finding.code}[/] {escape(finding.line)}")
        out().print(f"      [dim]{escape(finding.help)}[/]")
    if found and not json:
        err().print(f"{len(found)} mistake{'' if len(found) == 1 else 's'} in {file}")


def _say_preview(preview: Preview, *, json: bool) -> None:
    event = preview.event
    if json:
        as_json(_preview_json(preview))
        return
    what = escape(f"{event.source} {event.type} {event.id}" if event else "a launch request")
    if preview.findings:
        untold = not preview.known and all(finding.code == FlowNameUnknown.code for finding in preview.findings)
        out().print(f"\n{what}: {'[yellow]cannot be told[/]' if untold else '[red]would be refused[/]'}")
        say_findings(out(), preview.findings)
        return
    way = f"route [bold]{escape(preview.route)}[/]" if preview.route else "a call"
    out().print(f"\n{what}: {way} in {preview.environment}")
    if event:
        key = preview.ordering_key or "-"
        out().print(escape(f"  request_id {preview.request_id}  ordering_key {key}  priority {preview.priority}"))
    out().print(jsonlib.dumps(jsonlib.loads(preview.body), indent=2), markup=False)


def _preview_json(preview: Preview) -> dict[str, Any]:
    event = preview.event
    return {
        "event": {"id": event.id, "source": event.source, "type": event.type} if event else None,
        "route": preview.route,
        "environment": preview.environment,
        "state": State.REFUSED if preview.findings else State.QUEUED,
        "request_id": preview.request_id,
        "ordering_key": preview.ordering_key,
        "priority": preview.priority,
        "launch_request": jsonlib.loads(preview.body) if preview.body else None,
        "findings": [finding_json(finding) for finding in preview.findings],
    }
