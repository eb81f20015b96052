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
from typer._click.exceptions import NoArgsIsHelpError, UsageError  # typer shows these in boxes, and gives no other name for them
from typer.core import TyperGroup

from tieline.cli.say import BUG, EXIT_CODES, INTERRUPTED, USAGE, exit_code, say_problems
from tieline.problems.base import ProblemError, nearest
from tieline.problems.bugs import Bug
from tieline.problems.settings import WrongCommand

COMMANDS: Mapping[str, str] = {
    "serve": "tieline.cli.serve",
    "twin": "tieline.cli.twin",
    "demo": "tieline.cli.demo",
    "check": "tieline.cli.check",
    "doctor": "tieline.cli.doctor",
    "tap": "tieline.cli.tap",
    "launches": "tieline.cli.launches",
    "queue": "tieline.cli.queue",
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

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, or name the nearest: the group itself knows the names of those it has imported only."""
        near = None if args[0] in COMMANDS else nearest(args[0], tuple(COMMANDS))
        if near is not None:
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{near}'?")
        return super().resolve_command(ctx, args)

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


def _wrong(error: UsageError) -> WrongCommand:
    """Put what the parser of the command line says into a line of the house."""
    said = error.format_message().removesuffix(".").replace("'", "`")
    return WrongCommand(command=error.ctx.command_path if error.ctx else "tieline", fault=said[:1].lower() + said[1:])


def run() -> None:
    """Run the command line; never shows a traceback unless TIELINE_DEBUG is set."""
    json = "--json" in sys.argv
    try:
        sys.exit(app(prog_name="tieline", standalone_mode=False))
    except NoArgsIsHelpError as error:
        typer.echo(error.format_message(), nl=False)
        sys.exit(USAGE)
    except UsageError as error:
        say_problems([_wrong(error)], json=json)
        sys.exit(USAGE)
    except ProblemError as error:
        say_problems(error.problems, json=json)
        sys.exit(max(exit_code(problem) for problem in error.problems))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`| head`); what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:
        if os.environ.get("TIELINE_DEBUG"):
            raise
        say_problems([Bug(trace_id=str(_keep_trace()))], json=json)
        sys.exit(BUG)
