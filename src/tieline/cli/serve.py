"""`tieline serve`: the gateway."""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from pathlib import Path

import structlog
import typer

from tieline.app import library_log
from tieline.app.gateway import run_gateway
from tieline.cli import stdin
from tieline.cli.check import say_mistakes
from tieline.cli.looping import run
from tieline.cli.say import SETTINGS, as_json, out
from tieline.config.load import load_settings
from tieline.config.settings import Settings

app = typer.Typer(add_completion=False)


class LogForm(StrEnum):
    """How the log is written."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@app.command()
def serve(
    config: Path = typer.Option(Path("tieline.yaml"), "--config", "-c", envvar="TIELINE_CONFIG", help="The settings."),
    log_form: LogForm = typer.Option(
        LogForm.AUTO, envvar="TIELINE_LOG_FORM", help="json, text, or text on a terminal and json elsewhere."
    ),
    log_level: LogLevel = typer.Option(LogLevel.INFO, envvar="TIELINE_LOG_LEVEL", help="How much is logged."),
    json: bool = typer.Option(
        False, "--json", help="Print one JSON line once it serves: its addresses and what a receipt means."
    ),
    no_dispatch: bool = typer.Option(
        False,
        "--no-dispatch",
        envvar="TIELINE_NO_DISPATCH",
        help="Take events and calls, and launch nothing: what waits can be looked at first, after a backup was restored.",
    ),
    with_stdin: bool = typer.Option(False, "--stop-with-stdin", help=stdin.HELP),
) -> None:
    """Serve the gateway: take events and calls in, keep them durable, launch flows at the pace the cloud allows.

    SIGTERM drains: calls under way finish, requests in flight get their answer, what is waiting stays durable. The log goes to the error stream.
    """
    if with_stdin:
        stdin.stop_with_stdin()
    settings, mistakes = load_settings(config)
    if settings is None or mistakes:
        say_mistakes(config, mistakes, json=json)
        raise typer.Exit(SETTINGS)
    _log(log_form, log_level)
    run(_serve(settings, dispatching=not no_dispatch, json=json))


async def _serve(settings: Settings, *, dispatching: bool, json: bool) -> None:
    async with run_gateway(settings, dispatching=dispatching) as gateway:
        ready = gateway.ready()
        if json:
            as_json(ready)
        else:
            out().print(f"Tieline serves  HTTP {ready['http']}   gRPC {ready['grpc']}\na receipt means: {ready['durability']}")
            if not dispatching:
                out().print("[yellow]it launches nothing[/] (--no-dispatch): what is due waits until it is started without")
        await gateway.stopped()


def _log(form: LogForm, level: LogLevel) -> None:
    """Send wide events to the error stream, one line each; what libraries log comes in the same form."""
    as_text = form is LogForm.TEXT or (form is LogForm.AUTO and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    library_log.take_over()
