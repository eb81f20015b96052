"""The `tieline` command: finds the subcommand, runs it, and turns what goes wrong into a line with a code and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from tieline.cli.say import BUG, EXIT_CODES, INTERRUPTED, exit_code, say_problems
from tieline.problems.base import ProblemError
from tieline.problems.bugs import Bug

COMMANDS: Mapping[str, str] = {
    "serve": "tieline.cli.serve",
    "twin": "tieline.cli.twin",
    "demo": "tieline.cli.demo",
    "check": "tieline.cli.check",
    "doctor": "tieline.cli.doctor",
    "tap": "tieline.cli.tap",
    "launches": "tieline.cli.launches",
    "diagnose": "tieline.cli.diagnose",
    "compare": "tieline.cli.compare",
    "contract": "tieline.cli.contract",
    "explain": "tieline.cli.explain",
}
"""Each subcommand's module, imported only when it is the one asked for: a cold start stays short."""


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import one command, under the name it is listed and completed by."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = typer.main.get_command(importlib.import_module(module).app)
        command.name = cmd_name
        return command


_EXITS = "\n".join(f"- {code}: {says}" for code, says in EXIT_CODES.items())

app = typer.Typer(
    cls=LazyGroup,
    name="tieline",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"Exit codes:\n\n{_EXITS}",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - reads files; only when asked

        typer.echo(f"tieline {version('tieline')}")
        raise typer.Exit


@app.callback()
def tieline(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version and stop."),
) -> None:
    """Hand events to Genesys Cloud Architect flows: durable, checked before sending, sent once, at the pace the cloud allows."""


def _keep_trace() -> Path:
    """Write the traceback where the person can find it, and give its path."""
    handle, name = tempfile.mkstemp(prefix="tieline-", suffix=".log")
    with os.fdopen(handle, "w") as file:
        traceback.print_exc(file=file)
    return Path(name)


def run() -> None:
    """Run the command line; never shows a traceback unless TIELINE_DEBUG is set."""
    json = "--json" in sys.argv
    try:
        app(prog_name="tieline")
    except ProblemError as error:
        say_problems(error.problems, json=json)
        sys.exit(max(exit_code(problem) for problem in error.problems))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`| head`); what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:
        if os.environ.get("TIELINE_DEBUG"):
            raise
        say_problems([Bug(trace_id=str(_keep_trace()))], json=json)
        sys.exit(BUG)
