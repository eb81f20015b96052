"""`tieline tap`: a proxy between a service and the cloud that changes nothing and explains what fails."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from tieline.app.tap import run_tap
from tieline.cli import stdin
from tieline.cli.diagnose import flows_of
from tieline.cli.looping import run
from tieline.cli.say import as_json, err, out
from tieline.diagnosis.tell import diagnosed_json
from tieline.domain.flow import Flow
from tieline.tap.judge import Said
from tieline.tap.options import TapOptions, read_target
from tieline.tap.record import time_text

app = typer.Typer(add_completion=False)

UNSAID_MAX = 1_000
"""How many diagnoses may wait for a terminal that stands still; traffic never waits for it."""


@app.command()
def tap(
    to: str = typer.Option(
        ..., help="Where requests lead: https://api.mypurecloud.com, a region, or the address of a twin.", metavar="URL|REGION"
    ),
    host: str = typer.Option("127.0.0.1", help="Address of this machine to listen on; loopback only.", metavar="ADDRESS"),
    port: int = typer.Option(0, min=0, max=65_535, help="Port to listen on; 0 takes a free one."),
    enforce: bool = typer.Option(False, "--enforce", help="Refuse a faulty launch here, with every fault, before it leaves."),
    record: Path | None = typer.Option(
        None, help="Append each exchange to this file, a line of JSON each, without secrets.", metavar="FILE"
    ),
    login: str | None = typer.Option(None, help="The login host, where it does not follow from --to.", metavar="URL|REGION"),
    flow_schema: list[Path] = typer.Option(
        None,
        help="An input schema, a flow, a list of flows, or a twin's --json line: inputs are held against it.",
        metavar="FILE",
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON line once it listens, then one for each launch that fails."),
    with_stdin: bool = typer.Option(False, "--stop-with-stdin", help=stdin.HELP),
) -> None:
    """Stand between a service and the cloud: pass everything on as it is, and explain each launch that fails.

    The explanation is printed, and added to the answer as the header Tieline-Diagnosis. Stop it with Ctrl-C.
    """
    if with_stdin:
        stdin.stop_with_stdin()
    options = TapOptions(target=read_target(to, login), host=host, port=port, enforce=enforce, record=record)
    run(_serve(options, flows_of(flow_schema or []), json=json))


async def _serve(options: TapOptions, flows: Mapping[str, Flow], *, json: bool) -> None:
    speaker = _Speaker(json=json)
    try:
        async with run_tap(options, flows, speaker.say) as tapping:
            ready = tapping.ready()
            if json:
                as_json(ready)
            else:
                _say_ready(ready)
            speaker.start()
            await tapping.stopped()
    finally:
        speaker.stop()


class _Speaker:
    """Says diagnoses on a thread of its own, so that a terminal that stands still holds nothing up."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._waiting: queue.Queue[Said | None] = queue.Queue(UNSAID_MAX)
        self._thread = threading.Thread(target=self._speak, name="tap says", daemon=True)
        self._unsaid = 0

    def start(self) -> None:
        self._thread.start()

    def say(self, said: Said) -> None:
        try:
            self._waiting.put_nowait(said)
        except queue.Full:
            self._unsaid += 1

    def stop(self) -> None:
        """Say what waits, for a second at most."""
        if not self._thread.is_alive():
            return
        try:
            self._waiting.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(1)
        if self._unsaid:
            err().print(f"{self._unsaid} diagnoses were not printed: the output stood still")

    def _speak(self) -> None:
        while (said := self._waiting.get()) is not None:
            try:
                _say_json(said) if self._json else _say_text(said)
            except (BrokenPipeError, ValueError):
                return


def _say_json(said: Said) -> None:
    mended = {"curl": said.mended.curl, "json": said.mended.body} if said.mended else None
    as_json(
        {
            "id": said.id,
            "time": time_text(said.time_ms),
            "endpoint": said.endpoint,
            "method": said.method,
            "url": said.url,
            "status": said.status,
            "stopped": said.stopped,
            "findings": [diagnosed_json(one) for one in said.findings],
            "cannot_tell": said.cannot_tell,
            "check": said.check,
            "mended": mended,
        }
    )


def _say_text(said: Said) -> None:
    console = out()
    time = datetime.fromtimestamp(said.time_ms / 1_000).astimezone().strftime("%H:%M:%S")
    what = "[yellow]stopped[/]" if said.stopped else f"[bold]{said.status or '-'}[/]"
    console.print(f"{time} {what} {escape(said.method)} {escape(said.url)}  [dim]{said.id}[/]")
    for one in said.findings:
        where = one.finding.at or "the whole body"
        console.print(f"  [bold red]{one.finding.code}[/] {one.role} [cyan]{escape(where)}[/] {escape(one.finding.line)}")
        console.print(f"        [dim]{escape(one.finding.help)}[/]")
    if said.cannot_tell:
        console.print("  nothing in the exchange explains it")
    if said.check:
        console.print(f"  [dim]to tell: {escape(said.check)}[/]")


def _say_ready(ready: dict[str, Any]) -> None:
    console, host, port = out(), ready["host"], ready["port"]
    console.print(f"Tap listens at [bold]{ready['url']}[/] and leads to [bold]{escape(ready['api'])}[/]")
    if ready["login"] != ready["api"]:
        console.print(f"  tokens  {escape(ready['login'])}")
    if ready["record"]:
        console.print(f"  records to {escape(ready['record'])}")
    if ready["enforce"]:
        console.print("  faulty launches are refused here and never leave")
    console.print(f"""
Point a service here: {ready["url"]} instead of the API's address and of the login host's, or by an SDK's gateway settings:
  host {host}, protocol http, port {port}, path_params_login login, path_params_api api
  Python: Configuration().gateway_configuration = GatewayConfiguration(host="{host}", protocol="http", port={port},
          path_params_login="login", path_params_api="api")
Stop with Ctrl-C.""")
