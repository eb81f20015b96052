"""`tieline queue`: what an operator does with the queue's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer
from rich.markup import escape

from tieline.app.backup import back_up_queue
from tieline.cli.check import say_mistakes
from tieline.cli.launch_words import coloured
from tieline.cli.say import SETTINGS, as_json, err, out
from tieline.config.load import load_settings
from tieline.domain.launch import State

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Back up the queue.")


@app.callback()
def queue() -> None:
    """Back up the queue."""


@app.command()
def backup(
    file: Path = typer.Argument(..., help="The file to make; one that is there is not overwritten.", show_default=False),
    config: Path = typer.Option(Path("tieline.yaml"), "--config", "-c", envvar="TIELINE_CONFIG", help="The settings."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Copy the queue to a new file, while the gateway runs or not: everything answered before, as it stood at one moment.

    How to restore it without launching twice: docs/howto/operate.md.
    """
    settings, mistakes = load_settings(config, secrets=False)
    if settings is None or mistakes:
        say_mistakes(config, mistakes, json=json)
        raise typer.Exit(SETTINGS)
    with err().status("copying the queue"):
        found = back_up_queue(settings, file)
    size = file.stat().st_size
    if json:
        as_json({"file": str(file), "bytes": size, "launches": sum(found.values()), "states": found})
    else:
        _say(file, size, found)


def _say(file: Path, size: int, found: Mapping[State, int]) -> None:
    count = sum(found.values())
    out().print(f"{escape(str(file))} holds {count} launch{'' if count == 1 else 'es'}, {size:,} bytes")
    for state in State:
        if state in found:
            out().print(f"{found[state]:>8}  {coloured(state)}")
