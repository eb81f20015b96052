"""`tieline twin`: a stand-in for Genesys Cloud on this machine; and a recording of a real org, made, served and held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.markup import escape

from tieline.app.twin import Running, grade_recording, run_replay, run_twin
from tieline.cli import stdin
from tieline.cli.looping import run
from tieline.cli.say import OK, REFUSED, as_json, out
from tieline.problems.base import ProblemError
from tieline.problems.twin import TwinSetting
from tieline.twin.faults.fault import PRESETS
from tieline.twin.options import Window
from tieline.twin.replaying.grading import Grade

app = typer.Typer(add_completion=False, subcommand_metavar="[grade RECORDING]")
_WHERE, _ORG, _FAULTS, _REAL = "Where it listens", "What it stands for", "Faults on purpose", "A recording instead of a twin"
_OF_A_TWIN = (
    *("seed", "limit", "window", "token_limit", "token_life", "run_time", "faults", "fault_seed", "settings", "explain"),
)
"""Options that mean something of a twin only."""


class Explain(StrEnum):
    """Whether refusals are explained beside the answer; the journal has the explanation in any case."""

    ON = "on"
    OFF = "off"


@app.callback(invoke_without_command=True)
def twin(
    context: typer.Context,
    host: str = typer.Option("127.0.0.1", help="Address to listen on.", rich_help_panel=_WHERE),
    port: int = typer.Option(9090, min=0, max=65_535, help="Port to listen on; 0 takes a free one.", rich_help_panel=_WHERE),
    json: bool = typer.Option(False, "--json", help="Print one JSON line for scripts, then serve.", rich_help_panel=_WHERE),
    with_stdin: bool = typer.Option(False, "--stop-with-stdin", help=stdin.HELP, rich_help_panel=_WHERE),
    seed: Path | None = typer.Option(
        None,
        help="Flows to start with instead of the samples: JSON, YAML, an Architect flow in YAML, or a folder of these.",
        exists=True,
        metavar="PATH",
        rich_help_panel=_ORG,
    ),
    limit: int = typer.Option(
        300, min=0, help="Requests a minute for each token; 0: no limit.", metavar="N", rich_help_panel=_ORG
    ),
    window: Window = typer.Option(
        Window.FIRST_REQUEST,
        help=f"How that minute is laid: {', '.join(Window)}. Which the cloud uses is unknown.",
        metavar="HOW",
        rich_help_panel=_ORG,
    ),
    token_limit: int = typer.Option(
        0,
        min=0,
        help="Tokens a minute for each client; 0: no limit. The cloud answers 400, not 429.",
        metavar="N",
        rich_help_panel=_ORG,
    ),
    token_life: int = typer.Option(86_400, min=1, help="Seconds a token lives.", metavar="S", rich_help_panel=_ORG),
    run_time: float = typer.Option(
        1.0, min=0.0, help="Seconds until a run ends (recorded runs took 0.6 to 1.3).", metavar="S", rich_help_panel=_ORG
    ),
    settings: list[str] = typer.Option(
        None,
        "--set",
        help="An answer nobody has published, set otherwise (docs/reference/twin-settings.md); may be repeated.",
        metavar="NAME=VALUE",
        rich_help_panel=_ORG,
    ),
    explain: Explain = typer.Option(
        Explain.ON,
        help="on or off: whether a header of each refused launch's answer names every fault.",
        metavar="WORD",
        rich_help_panel=_ORG,
    ),
    faults: list[str] = typer.Option(
        None,
        help=f"A scenario in YAML (docs/howto/twin.md), or one of {', '.join(PRESETS)}; may be repeated.",
        metavar="FILE|PRESET",
        rich_help_panel=_FAULTS,
    ),
    fault_seed: int = typer.Option(
        1,
        help="What their chance begins with: the same requests meet the same faults.",
        metavar="N",
        rich_help_panel=_FAULTS,
    ),
    record: str | None = typer.Option(
        None,
        help="Pass everything on to this org and keep the exchanges, sanitised but in shape.",
        metavar="URL",
        rich_help_panel=_REAL,
    ),
    to_file: Path = typer.Option(
        Path("recording.jsonl"), "--out", help="Where --record writes.", metavar="FILE", rich_help_panel=_REAL
    ),
    replay: Path | None = typer.Option(None, help="Serve a recording.", metavar="FILE", rich_help_panel=_REAL),
) -> None:
    """Stand in for Genesys Cloud: tokens, flows, launches and what is around them, with the published refusals and limits.

    Point any official SDK at the address it prints; /_twin/ there shows the traffic. Stop it with Ctrl-C.

    `tieline twin grade RECORDING` says where the twin answers otherwise than a real org did.
    """
    if context.invoked_subcommand is not None:
        return
    _check_mode(context, record=record is not None, replay=replay is not None)
    if with_stdin:
        stdin.stop_with_stdin()
    if record is not None:
        run(_record(record, to_file, host, port, json=json))
        return
    if replay is not None:
        run(_replay(replay, host, port, json=json))
        return
    running = Running(
        host=host,
        port=port,
        seed=seed,
        limit=limit,
        token_limit=token_limit,
        token_life_s=token_life,
        window=window.value,
        run_ms=round(run_time * 1000),
        explain=explain is Explain.ON,
        faults=tuple(faults or ()),
        fault_seed=fault_seed,
        settings=dict(_pair(one) for one in settings or ()),
    )
    run(_serve(running, json=json))


def _check_mode(context: typer.Context, *, record: bool, replay: bool) -> None:
    """Raise TL572 for options that mean nothing together: silence would let somebody believe in a limit that is none."""
    sources = {param.name: context.get_parameter_source(str(param.name)) for param in context.command.params}
    given = [param for param in context.command.params if (source := sources[param.name]) and source.name == "COMMANDLINE"]
    names = {str(param.name): param.opts[0] for param in given}
    if record and replay:
        raise ProblemError(TwinSetting(fault="--record and --replay are two things; give one of them"))
    if not record and "to_file" in names:
        raise ProblemError(TwinSetting(fault="--out goes with --record"))
    if record or replay:
        idle = [option for name, option in names.items() if name in _OF_A_TWIN]
        if idle:
            mode = "--record passes on to a real org" if record else "--replay serves a recording"
            raise ProblemError(TwinSetting(fault=f"{mode}; {', '.join(idle)} is of a twin"))


@app.command("grade")
def grade(
    recording: Path = typer.Argument(
        ..., help="A recording, as --record and `tieline tap --record` write it.", metavar="RECORDING", show_default=False
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Hold the twin against a recording of a real org: say where status, code, headers or form of its answers differ.

    Exits with 0 when nothing differs, with 1 when something does.
    """
    grades = run(grade_recording(recording))
    wrong = [one for one in grades if one.differences]
    if json:
        as_json({"exchanges": len(grades), "differ": len(wrong), "grades": msgspec.to_builtins(grades)})
    else:
        _say_grades(grades, wrong)
    raise typer.Exit(REFUSED if wrong else OK)


def _say_grades(grades: Sequence[Grade], wrong: Sequence[Grade]) -> None:
    console = out()
    for one in wrong:
        console.print(
            f"line {one.line}  [bold]{escape(one.method)} {escape(one.path)}[/] {one.status}  [dim]{one.operation or 'not covered'}[/]"
        )
        for found in one.differences:
            console.print(
                f"    [cyan]{escape(found.at or 'the body')}[/]  recorded {escape(found.recorded)}, the twin {escape(found.twin)}"
            )
    for operation, count in Counter(one.operation or "not covered" for one in grades).items():
        same = sum(not one.differences for one in grades if (one.operation or "not covered") == operation)
        console.print(f"{operation:42} {same} of {count} answered alike")


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise ProblemError(TwinSetting(fault=f"`{text}` has no `=`"))
    return name.replace("-", "_"), value


async def _serve(running: Running, *, json: bool) -> None:
    async with run_twin(running) as stand:
        ready = stand.ready()
        if json:
            as_json(ready)
        else:
            _say(ready)
        await stand.stopped()


async def _replay(file: Path, host: str, port: int, *, json: bool) -> None:
    async with run_replay(file, host, port) as stand:
        ready = stand.ready()
        if json:
            as_json(ready)
        else:
            out().print(f"A recording of {ready['exchanges']} exchanges is served at [bold]{ready['url']}[/]\nStop with Ctrl-C.")
        await stand.stopped()


async def _record(url: str, file: Path, host: str, port: int, *, json: bool) -> None:
    from tieline.app.tap import run_tap  # noqa: PLC0415 - a twin starts without the client for HTTP
    from tieline.tap.options import TapOptions, read_target  # noqa: PLC0415

    options = TapOptions(target=read_target(url), host=host, port=port, record=file, keep_all=True)
    async with run_tap(options, {}, lambda said: None, in_shape=True) as tapping:
        ready = tapping.ready()
        if json:
            as_json(ready)
        else:
            out().print(
                f"[bold]{ready['url']}[/] leads to [bold]{escape(ready['api'])}[/]; every exchange is kept in {escape(str(file))},\n"
                "with ids, texts and numbers of yours replaced by others of the same form. It is a real org: what you launch runs.\n"
                "Stop with Ctrl-C."
            )
        await tapping.stopped()


def _say(ready: dict[str, Any]) -> None:
    console = out()
    console.print(f"A twin of Genesys Cloud serves at [bold]{ready['url']}[/]  (its traffic: {ready['url']}/_twin/)")
    console.print(f"  client id      {escape(ready['client_id'])}\n  client secret  {escape(ready['client_secret'])}\n\nFlows:")
    for flow in ready["flows"]:
        inputs = ", ".join((flow["inputSchema"] or {}).get("properties", {})) or "no inputs"
        state = "" if flow["published"] else "  [yellow](not published)[/]"
        console.print(f"  {flow['id']}  [bold]{escape(flow['name'])}[/] {flow['type']}{state}\n      [dim]{escape(inputs)}[/]")
    console.print(f"""
Try it:
  curl -s -u {ready["client_id"]}:{ready["client_secret"]} -d grant_type=client_credentials {ready["url"]}/oauth/token
Stop with Ctrl-C.""")
