"""`tieline twin`: a stand-in for Genesys Cloud on this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from tieline.app.twin import Running, run_twin
from tieline.cli.say import as_json, out

app = typer.Typer()


@app.command()
def twin(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(9090, help="Port to listen on; 0 takes a free one."),
    seed: Path | None = typer.Option(
        None, help="JSON file of flows to start with, instead of the sample flows.", exists=True, dir_okay=False
    ),
    limit: int = typer.Option(300, min=0, help="Requests a minute for each token; 0: no limit."),
    run_time: float = typer.Option(1.0, min=0.0, help="Seconds until a run ends (recorded runs took 0.6 to 1.3)."),
    explain: bool = typer.Option(
        True, "--explain/--no-explain", help="Name every fault of a refused launch in a response header."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON line for scripts, then serve."),
) -> None:
    """Stand in for Genesys Cloud: the token endpoint, flows and launches, with the published refusals and limits.

    Point any official SDK at the address it prints. Stop it with Ctrl-C.
    """
    asyncio.run(
        _serve(Running(host=host, port=port, seed=seed, limit=limit, run_ms=round(run_time * 1000), explain=explain), json=json)
    )


async def _serve(running: Running, *, json: bool) -> None:
    async with run_twin(running) as stand:
        ready = stand.ready()
        if json:
            as_json(ready)
        else:
            _say(ready)
        await stand.stopped()


def _say(ready: dict[str, Any]) -> None:
    console = out()
    console.print(f"A twin of Genesys Cloud serves at [bold]{ready['url']}[/]")
    console.print(f"  client id      {escape(ready['client_id'])}\n  client secret  {escape(ready['client_secret'])}\n\nFlows:")
    for flow in ready["flows"]:
        inputs = ", ".join((flow["inputSchema"] or {}).get("properties", {})) or "no inputs"
        state = "" if flow["published"] else "  [yellow](not published)[/]"
        console.print(f"  {flow['id']}  [bold]{escape(flow['name'])}[/] {flow['type']}{state}\n      [dim]{escape(inputs)}[/]")
    console.print(f"""
Try it:
  curl -s -u {ready["client_id"]}:{ready["client_secret"]} -d grant_type=client_credentials {ready["url"]}/oauth/token
Stop with Ctrl-C.""")
