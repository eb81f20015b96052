"""`tieline demo`: the whole way on loopback: a gateway, a twin, real events in, running executions out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json as jsonlib
import secrets
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from tieline.cli.children import Children, free_or_any
from tieline.cli.gateway import Gateway
from tieline.cli.launch_words import COLOURS
from tieline.cli.launches import follow
from tieline.cli.sampling import sample_bytes, sample_text
from tieline.cli.say import as_json, err, out, say_findings
from tieline.doors.grpc_caller import launch_flow
from tieline.doors.translate_json import finding_json
from tieline.handoff.verdict import Refused

app = typer.Typer(add_completion=False)

PATIENCE_SECONDS = 60.0


@app.command()
def demo(
    data: Path | None = typer.Option(
        None, help="Folder for the settings, the queue and the logs; a temporary one when left out."
    ),
    once: bool = typer.Option(False, "--once", help="Stop after the sample events instead of serving on."),
    json: bool = typer.Option(False, "--json", help="Print one JSON line for scripts, then serve."),
) -> None:
    """Start a gateway and a twin on loopback, send sample events, show what became of each, and serve until stopped."""
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the latter when its terminal is closed: its children must not outlive it
        signal.signal(ending, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="tieline-demo-") as temporary:
        folder = data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with Children(folder) as children:
            stage = _set_up(folder, children, quiet=json)
            results = _play(stage, quiet=json)
            if json:
                more = {"folder": str(folder), "next": commands(stage, folder)}
                as_json({"gateway": stage.gateway, "twin": stage.twin, **more, **results})
            else:
                _say_next(stage, folder)
            if not once:
                _serve_until_stopped(children)


class Stage:
    """What the demo started: the gateway's and the twin's addresses, and the secrets the senders sign with."""

    def __init__(self, gateway: dict[str, Any], twin: dict[str, Any], keys: Mapping[str, str]) -> None:
        """Take what the two processes said when they were ready."""
        self.gateway = gateway
        self.twin = twin
        self.keys = keys


def _set_up(folder: Path, children: Children, *, quiet: bool) -> Stage:
    def say(line: str) -> None:
        if not quiet:
            err().print(line)

    say("[dim]starting a twin of Genesys Cloud ...[/]")
    twin = children.start("twin", "--port", str(free_or_any(9090)))
    names = ("GITHUB_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET", "EVENTBRIDGE_API_KEY")
    keys = {name: secrets.token_hex(24) for name in names}
    settings = folder / "tieline.yaml"
    settings.write_text(_settings(twin, folder), "utf-8")
    say("[dim]starting the gateway ...[/]")
    gateway = children.start("serve", "--config", str(settings), env={**keys, "TIELINE_CLIENT_SECRET": twin["client_secret"]})
    return Stage(gateway, twin, keys)


def _settings(twin: Mapping[str, Any], folder: Path) -> str:
    """Give the sample settings with this run's addresses; they are otherwise those of the docs."""
    text = sample_text("tieline.yaml")
    here = {
        "127.0.0.1:8080": f"127.0.0.1:{free_or_any(8080)}",
        "127.0.0.1:50051": f"127.0.0.1:{free_or_any(50051)}",
        "http://127.0.0.1:9090": twin["url"],
        "client_id: 7e1e11ae-0000-4000-8000-000000000001": f"client_id: {jsonlib.dumps(twin['client_id'])}",
        "path: tieline.db": f"path: {jsonlib.dumps(str(folder / 'tieline.db'))}",
    }
    for sample, ours in here.items():
        assert sample in text, sample
        text = text.replace(sample, ours)
    return text


def _play(stage: Stage, *, quiet: bool) -> dict[str, Any]:
    """Send the sample events, follow their launches to the end, then send one faulty launch."""
    gateway = Gateway(stage.gateway["http"])
    sent = {what: send(gateway, stage) for what, send in SENDERS.items()}
    followed = {id: what for what, id in sent.items()}
    last: dict[str, dict[str, Any]] = {}
    if not quiet:
        out().print("\n[bold]Events in, executions out[/]")
        for id, what in followed.items():
            out().print(f"  {what:<34} receipt  launch {id}")
        out().print()
    for launch in follow(gateway, list(followed), PATIENCE_SECONDS):
        last[launch["id"]] = launch
        if not quiet:
            _say_change(followed[launch["id"]], launch)
    refused = _refused(stage)
    if not quiet:
        out().print("\n[bold]A launch with faults is refused while its caller waits, every fault named[/]")
        say_findings(out(), refused.findings)
    return {
        "launches": [{"sample": what, **last.get(id, {"id": id})} for id, what in followed.items()],
        "refused": [finding_json(finding) for finding in refused.findings],
    }


def _say_change(what: str, launch: Mapping[str, Any]) -> None:
    execution = launch.get("execution") or {}
    became = f"execution {execution['id']} {execution.get('status') or ''}" if execution else ""
    state = launch["state"]
    out().print(f"  {what:<34} [{COLOURS[state]}]{state:<9}[/] {escape(launch.get('flow') or '')}  [dim]{became}[/]")


def _webhook(gateway: Gateway, source: str, body: bytes, headers: Mapping[str, str]) -> str:
    answer = gateway.send("POST", f"/v1/events/{source}", body, {"Content-Type": "application/json", **headers})
    return str(answer["id"])


def _github(gateway: Gateway, stage: Stage) -> str:
    body = sample_bytes("github_push.json")
    signature = hmac.new(stage.keys["GITHUB_WEBHOOK_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": secrets.token_hex(16), "X-Hub-Signature-256": f"sha256={signature}"}
    return _webhook(gateway, "github", body, headers)


def _stripe(gateway: Gateway, stage: Stage) -> str:
    body = sample_bytes("stripe_payment.json")
    now = int(time.time())
    signed = f"{now}.".encode() + body
    signature = hmac.new(stage.keys["STRIPE_WEBHOOK_SECRET"].encode(), signed, hashlib.sha256).hexdigest()
    return _webhook(gateway, "stripe", body, {"Stripe-Signature": f"t={now},v1={signature}"})


def _genesys(gateway: Gateway, stage: Stage) -> str:
    return _webhook(
        gateway, "genesys", sample_bytes("genesys_conversation.json"), {"X-Api-Key": stage.keys["EVENTBRIDGE_API_KEY"]}
    )


def _call(_gateway: Gateway, stage: Stage) -> str:
    answer = asyncio.run(
        launch_flow(stage.gateway["grpc"], jsonlib.loads(sample_bytes("callback_request.json")), follow_ms=60_000)
    )
    assert not isinstance(answer, Refused), answer
    return answer.id


def _refused(stage: Stage) -> Refused:
    answer = asyncio.run(launch_flow(stage.gateway["grpc"], jsonlib.loads(sample_bytes("faulty_request.json"))))
    assert isinstance(answer, Refused), answer
    return answer


SENDERS: Mapping[str, Callable[[Gateway, Stage], str]] = {
    "GitHub push (webhook)": _github,
    "Stripe payment (webhook)": _stripe,
    "Genesys EventBridge (webhook)": _genesys,
    "FlowExecutionRequest (gRPC)": _call,
}


def commands(stage: Stage, folder: Path) -> list[str]:
    """Give the commands to try next, each of which works as it is printed, in a shell in the folder the demo was started from."""
    http, tieline = stage.gateway["http"], _called()
    faulty = '{"flow": "Customer callback", "inputs": {"customerId": "c-1", "atempt": 2}}'
    sound = '{"flow": "Customer callback", "inputs": {"customerId": "c-1", "attempt": 2}}'
    return [
        f"{tieline} launches list --url {http}",
        f"{tieline} explain TL220",
        f"{tieline} check {shlex.quote(str(folder / 'tieline.yaml'))} --no-secrets",
        f"curl -s {http}/v1/launches -H 'Content-Type: application/json' \\\n       -d '{faulty}'",
        f"curl -s '{http}/v1/launches?request_id=call-1&follow=60' -H 'Content-Type: application/json' \\\n       -d '{sound}'",
    ]


def _called() -> str:
    """Say how this Tieline is called: by its name where the PATH leads to it, else as it was called this time."""
    script = Path(sys.argv[0])
    if script.name != "tieline":
        return shlex.join([sys.executable, "-m", "tieline.cli"])
    found = shutil.which("tieline")
    return "tieline" if found and Path(found).samefile(script) else shlex.quote(str(script))


def _say_next(stage: Stage, folder: Path) -> None:
    http, grpc, twin = stage.gateway["http"], stage.gateway["grpc"], stage.twin
    out().print("\n[bold]Try next[/] (in another terminal, in this folder)")
    for command in commands(stage, folder):
        out().print(f"  {escape(command)}")
    out().print(f"""
gateway  HTTP {http}   gRPC {grpc}   ({stage.gateway["durability"]})
twin     {twin["url"]}   client {twin["client_id"]} / {twin["client_secret"]}   its traffic: {twin["url"]}/_twin/
files    {folder}
[dim]serving; stop with Ctrl-C[/]""")


def _serve_until_stopped(children: Children) -> None:
    never = threading.Event()
    while not children.ended():
        never.wait(1.0)
    err().print("[red]a process ended by itself; stopping[/]")
    raise typer.Exit(1)
