"""`tieline check`: holds tieline.yaml against everything it must be, and shows the launch each sample event would make."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from tieline.app.preview import Preview, preview_launches
from tieline.cli.sampling import sample_text
from tieline.cli.say import REFUSED, SETTINGS, as_json, err, out, problem_json, say_findings
from tieline.config.document import Mistake
from tieline.config.load import load_settings
from tieline.config.schema import SCHEMA
from tieline.domain.event import Event
from tieline.domain.launch import Launch, State
from tieline.doors.translate_json import finding_json
from tieline.problems.base import ProblemError
from tieline.problems.settings import SampleUnreadable

app = typer.Typer(add_completion=False)


@app.command()
def check(
    file: Path = typer.Argument(Path("tieline.yaml"), help="The settings.", envvar="TIELINE_CONFIG"),
    events: list[Path] = typer.Argument(
        None, help="Sample events: CloudEvents in JSON; one, a list, or one a line in each file.", metavar="[EVENT]..."
    ),
    no_secrets: bool = typer.Option(False, "--no-secrets", help="Do not look for the secrets the file names (for CI)."),
    live: bool = typer.Option(
        False, "--live", help="Read the flows from each environment, so that names and inputs are checked against them."
    ),
    example: bool = typer.Option(False, "--example", help="Print a whole tieline.yaml to start from, and stop."),
    schema: bool = typer.Option(False, "--schema", help="Print the JSON schema of tieline.yaml for editors, and stop."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object a line: each mistake, each launch."),
) -> None:
    """Check the whole settings file, every mistake at once with its line and column; show what sample events become.

    Exits with 3 when the settings are wrong, with 1 when a sample event would be refused.
    """
    if example or schema:
        out().print(jsonlib.dumps(SCHEMA, indent=2) if schema else sample_text("tieline.yaml"), markup=False)
        return
    settings, mistakes = load_settings(file, secrets=not no_secrets)
    if settings is None or mistakes:
        say_mistakes(file, mistakes, json=json)
        raise typer.Exit(SETTINGS)
    if not json:
        out().print(f"[green]{file} is sound[/]: {settings.summary()}")
    samples = [event for path in events or () for event in read_samples(path)]
    previews = preview_launches(settings, samples, live=live)
    for preview in previews:
        _say_preview(preview, json=json)
    if any(preview.launch.state is State.REFUSED for preview in previews):
        raise typer.Exit(REFUSED)


def read_samples(path: Path) -> list[Event]:
    """Read sample events from a file. Raises `ProblemError` (TL516)."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ProblemError(SampleUnreadable(file=str(path), fault=str(fault))) from None
    return [_event(item, path) for item in _items(text, path)]


def _items(text: str, path: Path) -> list[Any]:
    try:
        whole = jsonlib.loads(text)
    except ValueError as fault:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [jsonlib.loads(line) for line in lines]
        except ValueError:
            raise ProblemError(SampleUnreadable(file=str(path), fault=f"not JSON: {fault}")) from None
    return whole if isinstance(whole, list) else [whole]


def _event(item: Any, path: Path) -> Event:
    needed = ("id", "source", "type")
    missing = [name for name in needed if not isinstance(item, dict) or not isinstance(item.get(name), str) or not item[name]]
    if missing:
        raise ProblemError(SampleUnreadable(file=str(path), fault=f"no {', '.join(f'`{name}`' for name in missing)}"))
    known = {*needed, "subject", "time", "data", "specversion", "datacontenttype", "dataschema"}
    return Event(
        id=item["id"],
        source=item["source"],
        type=item["type"],
        subject=item.get("subject"),
        time=item.get("time"),
        data=item.get("data"),
        extensions={name: value for name, value in item.items() if name not in known},
    )


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


def _say_preview(preview: Preview, *, json: bool) -> None:
    event, launch = preview.event, preview.launch
    if json:
        as_json(_preview_json(event, launch))
        return
    if launch.state is State.REFUSED:
        out().print(f"\n{escape(event.source)} {escape(event.type)} {escape(event.id)}: [red]would be refused[/]")
        say_findings(out(), launch.findings)
        return
    out().print(
        f"\n{escape(event.source)} {escape(event.type)} {escape(event.id)}: route [bold]{escape(launch.route)}[/] in {launch.environment}"
    )
    out().print(
        f"  request_id {escape(launch.request_id)}",
        f"ordering_key {escape(launch.ordering_key or '-')}",
        f"priority {launch.priority}",
    )
    out().print(jsonlib.dumps(jsonlib.loads(launch.body), indent=2), markup=False)


def _preview_json(event: Event, launch: Launch) -> dict[str, Any]:
    return {
        "event": {"id": event.id, "source": event.source, "type": event.type},
        "route": launch.route,
        "environment": launch.environment,
        "state": launch.state,
        "request_id": launch.request_id,
        "ordering_key": launch.ordering_key,
        "priority": launch.priority,
        "launch_request": jsonlib.loads(launch.body) if launch.body else None,
        "findings": [finding_json(finding) for finding in launch.findings],
    }
