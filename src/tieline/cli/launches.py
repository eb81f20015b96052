"""`tieline launches`: what became of each launch, asked from a running gateway; and what a person does to them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from tieline.cli import acting
from tieline.cli.gateway import AsJson, Gateway, Token, Url
from tieline.cli.launch_words import COLOURS, coloured, why
from tieline.cli.say import REFUSED, aligned, as_json, out
from tieline.cli.when import Since, Until, check_span
from tieline.domain.launch import REPLAYABLE, SETTLED, State

app = typer.Typer(add_completion=False, no_args_is_help=True, help="See what became of each launch; replay and cancel.")

_BAD = frozenset({"FAILED", "AMBIGUOUS", "HELD", "REFUSED", "EXPIRED", "EXHAUSTED"})
_POLL_SECONDS = 0.5
HEADINGS = ("launch", "state", "flow", "route", "created (UTC)", "execution, or why there is none")


@app.command("list")
def list_launches(
    state: list[State] = typer.Option([], "--state", help="Only these states; may be given several times.", case_sensitive=False),
    flow: str = typer.Option("", help="Only launches of this flow (name or id)."),
    route: str = typer.Option("", help="Only launches a route made."),
    environment: str = typer.Option("", help="Only launches of this environment."),
    request_id: str = typer.Option("", help="Only launches with this request id (of an event: SOURCE/ID)."),
    since: str | None = Since,
    until: str | None = Until,
    limit: int = typer.Option(20, min=1, max=100_000, help="How many, newest first."),
    url: str = Url,
    token: str = Token,
    json: bool = AsJson,
) -> None:
    """List launches, newest first."""
    check_span(since, until)
    query = {
        "state": ",".join(state),
        "flow": flow,
        "route": route,
        "environment": environment,
        "request_id": request_id,
        "created_after": since,
        "created_before": until,
    }
    found = Gateway(url, token).launches(query, limit)
    if json:
        for launch in found:
            as_json(launch)
        return
    rows = [_row(launch) for launch in found]
    if not rows:
        out().print("no launches")
        return
    _say_rows(out(), rows)


def _say_rows(console: Console, rows: Sequence[Sequence[str]]) -> None:
    """Print a launch a line; on a terminal that is too narrow for it, two: an id that is cut cannot be copied."""
    width = sum(max(map(len, column)) + 2 for column in zip(HEADINGS, *rows, strict=True)) - 2
    if console.is_terminal and width > console.width:
        for id, state, flow, route, created, became in rows:
            console.print(f"{id}  {coloured(state)}")
            console.print(escape(f"    {flow}  {route}  {created}"))
            console.print(escape(f"    {became}"))
        return
    for line in aligned(
        [HEADINGS, *rows], lambda column, cell: f"[{COLOURS[cell.strip()]}]{cell}[/]" if column == 1 else escape(cell)
    ):
        console.print(line)


def _row(launch: Mapping[str, Any]) -> tuple[str, ...]:
    execution = launch.get("execution") or {}
    return (
        launch["id"],
        launch["state"],
        launch.get("flow") or launch.get("flow_id") or "-",
        launch.get("route") or "-",
        launch["create_time"].replace("T", " ")[:19],
        execution.get("id") or why(launch) or "-",
    )


@app.command()
def show(id: str = typer.Argument(help="The launch's id."), url: str = Url, token: str = Token, json: bool = AsJson) -> None:
    """Show one launch: its state, its attempts, its findings."""
    launch = Gateway(url, token).launch(id)
    if json:
        as_json(launch)
    else:
        say_launch(out(), launch)


def say_launch(console: Console, launch: Mapping[str, Any]) -> None:
    """Print one launch for a person."""
    execution = launch.get("execution") or {}
    rows = {
        "launch": launch["id"],
        "state": coloured(launch["state"]),
        "flow": escape(f"{launch.get('flow') or '-'}  {launch.get('flow_id') or ''}"),
        "environment": escape(launch["environment"]),
        "route": escape(launch.get("route") or "-"),
        "request_id": escape(launch["request_id"]),
        "created": launch["create_time"],
        "updated": launch["update_time"],
        "next step": launch.get("schedule_time") if launch["state"] in ("QUEUED", "SCHEDULED", "LAUNCHED") else None,
        "expires": launch.get("expire_time"),
        "execution": f"{execution['id']}  {execution.get('status') or ''}" if execution else None,
        "run failed": escape(f"{execution.get('error_code')}: {execution.get('error_message')}")
        if execution.get("error_code")
        else None,
    }
    for name, value in rows.items():
        if value:
            console.print(f"[dim]{name:>12}[/]  {value}")
    for attempt in launch.get("attempts") or ():
        outcome = attempt["outcome"]
        console.print(f"[dim]{'attempt ' + str(attempt['number']):>12}[/]  {attempt['start_time']}  {_outcome(outcome)}")
    for finding in launch.get("findings") or ():
        console.print(
            f"[dim]{'finding':>12}[/]  [bold red]{finding['code']}[/] [cyan]{escape(finding['at'])}[/] {escape(finding['line'])}"
        )
        console.print(f"{'':>12}  [dim]{escape(finding.get('help') or '')}[/]")
    if launch["state"] in REPLAYABLE:
        word = " --may-repeat, if its run is not in Genesys Cloud" if launch["state"] == State.HELD else ", once that is mended"
        console.print(f"[dim]{'then':>12}[/]  tieline launches replay {launch['id']}{word}")


def _outcome(outcome: Mapping[str, Any]) -> str:
    status = f" ({outcome['status']})" if outcome.get("status") else ""
    finding = outcome.get("finding") or {}
    why = f": {finding['code']} {finding['line']}" if finding else ""
    return escape(f"{outcome['kind']}{status}{why}")


@app.command()
def watch(
    ids: list[str] = typer.Argument(help="Launch ids."),
    timeout: float = typer.Option(0.0, help="Stop after so many seconds (0: only when each has settled).", min=0.0),
    url: str = Url,
    token: str = Token,
    json: bool = AsJson,
) -> None:
    """Print each change of some launches until all have settled; exits with 1 when one of them ended badly."""
    worst = False
    for launch in follow(Gateway(url, token), ids, timeout):
        worst = worst or launch["state"] in _BAD
        if json:
            as_json(launch)
        else:
            out().print(f"{launch['update_time']}  {launch['id']}  {coloured(launch['state'])}  {_end(launch)}")
    if worst:
        raise typer.Exit(REFUSED)


def follow(gateway: Gateway, ids: list[str], timeout: float) -> Iterator[dict[str, Any]]:
    """Give each launch whenever its state or the cloud's word on it changes, until all have settled or the time is over."""
    seen: dict[str, Any] = {}
    waiting = list(dict.fromkeys(ids))
    end = time.monotonic() + timeout if timeout else None
    while waiting:
        for id in list(waiting):
            launch = gateway.launch(id)
            now = (launch["state"], (launch.get("execution") or {}).get("status"))
            if seen.get(id) != now:
                seen[id] = now
                yield launch
            if launch["state"] in SETTLED and not launch.get("followed"):
                waiting.remove(id)
        if waiting and end is not None and time.monotonic() >= end:
            return
        if waiting:
            time.sleep(_POLL_SECONDS)


def _end(launch: Mapping[str, Any]) -> str:
    execution = launch.get("execution") or {}
    if execution:
        return escape(f"execution {execution['id']} {execution.get('status') or ''}")
    findings = launch.get("findings") or ()
    return escape(f"{findings[0]['code']} {findings[0]['line']}" if findings else "")


app.command()(acting.replay)
app.command()(acting.cancel)
