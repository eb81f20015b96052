"""`tieline doctor`: walks the way to the cloud and says where it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.markup import escape

from tieline.app.clock import system_clock
from tieline.app.doctor import run_doctor
from tieline.cli.say import OK, REFUSED, SETTINGS, UNAVAILABLE, as_json, out
from tieline.config.document import Mistake, read_document
from tieline.config.load import load_settings
from tieline.config.settings import EnvironmentSettings, Settings
from tieline.contract.regions import REGIONS
from tieline.doctor.probe import CONFIGURATION, STEPS, Probe, Verdict, failed, passed, skipped
from tieline.doctor.walk import Checkup, FlowRef
from tieline.domain.finding import Finding, find
from tieline.doors.translate_json import finding_json
from tieline.preflight.flow_id import id_finding
from tieline.problems.base import ProblemError, nearest
from tieline.problems.settings import UnknownReference

app = typer.Typer(add_completion=False)

_MARKS = {
    Verdict.PASSED: "[green]ok  [/]",
    Verdict.FAILED: "[bold red]FAIL[/]",
    Verdict.UNKNOWN: "[yellow]?   [/]",
    Verdict.SKIPPED: "[dim]skip[/]",
}
_NOBODY = frozenset({"TL420", "TL650"})
"""Findings that mean that nobody answers."""


@app.command()
def doctor(
    env: str = typer.Option(..., "--env", "-e", help="The environment to probe.", metavar="NAME"),
    config: Path = typer.Option(
        Path("tieline.yaml"), "--config", "-c", envvar="TIELINE_CONFIG", help="The settings.", metavar="FILE"
    ),
    flow: list[str] = typer.Option(
        [],
        "--flow",
        help="A flow's name or id; may be given several times. Left out: the flows of the environment's routes.",
        metavar="FLOW",
    ),
    launch: bool = typer.Option(False, "--launch", help="Really launch each flow named by --flow, once and with no inputs."),
    try_regions: bool = typer.Option(
        False, "--try-regions", help="When the client is refused, ask each other region's login host once, with its secret."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON object a line for each probe."),
) -> None:
    """Walk the way to the cloud, a probe at a time: configuration, name, TLS, token, flows, permission, budget.

    Nothing is launched without --launch. Exits with 1 when a probe failed, 3 when the settings are wrong, 4 when nobody answers.
    """
    if launch and not flow:
        raise typer.BadParameter("name the flows to launch with --flow", param_hint="--launch")
    clock = system_clock()
    began = clock()
    checked, settings = configuration(config, env)
    environment = next((each for each in settings.environments if each.name == env), None) if settings else None
    said = [msgspec.structs.replace(probe, ms=clock() - began) for probe in checked]
    if settings is None or environment is None:
        said += [skipped(step, f"not tried, for `{CONFIGURATION}` failed") for step in STEPS]
        _say_all(said, json=json)
    else:
        refs = [flow_ref(text) for text in flow] or routed(config, settings, env)
        _say_all(said, json=json)
        said += asyncio.run(_walk(environment, _checkup(environment, refs, launch=launch, try_regions=try_regions), json=json))
    if not json:
        _say_summary(said)
    if code := exit_code_of(said):
        raise typer.Exit(code)


async def _walk(environment: EnvironmentSettings, checkup: Checkup, *, json: bool) -> list[Probe]:
    said: list[Probe] = []
    async for probe in run_doctor(environment, checkup):
        _say(probe, json=json)
        said.append(probe)
    return said


def _checkup(environment: EnvironmentSettings, refs: Iterable[FlowRef], *, launch: bool, try_regions: bool) -> Checkup:
    cloud = environment.cloud
    others = tuple(region for region in REGIONS.values() if region.login != cloud.login_url) if try_regions else ()
    return Checkup(
        environment=environment.name,
        api_url=cloud.api_url,
        login_url=cloud.login_url,
        client_id=cloud.client_id,
        flows=tuple(dict.fromkeys(refs)),
        known=environment.flows,
        read_flows=environment.read_flows,
        launch=launch,
        regions=others,
    )


def configuration(file: Path, env: str) -> tuple[list[Probe], Settings | None]:
    """Probe the settings: the file is sound, every secret is there, the environment exists; a failed probe for each mistake."""
    try:
        settings, mistakes = load_settings(file)
    except ProblemError as error:
        return [failed(CONFIGURATION, find(problem, "")) for problem in error.problems], None
    if settings is None or mistakes:
        return [_mistaken(file, mistake) for mistake in mistakes], None
    names = tuple(each.name for each in settings.environments)
    if env not in names:
        near = nearest(env, names)
        problem = UnknownReference(setting="--env", name=env, what="environment", allowed=", ".join(names), nearest=near)
        return [failed(CONFIGURATION, find(problem, "setting:environments", near))], None
    return [passed(CONFIGURATION, f"{file} is sound, and has the environment `{env}`: {settings.summary()}")], settings


def _mistaken(file: Path, mistake: Mistake) -> Probe:
    finding = find(mistake.problem, mistake.at)
    line = f"{file}:{mistake.place.line}:{mistake.place.column}: {finding.line}"
    return Probe(name=CONFIGURATION, verdict=Verdict.FAILED, line=line, finding=finding)


def flow_ref(text: str) -> FlowRef:
    """Read what a person named: what has the form of an id is one."""
    return FlowRef(text=text, by_id=id_finding(text, "--flow", "") is None)


def routed(file: Path, settings: Settings, env: str) -> list[FlowRef]:
    """Name the flows that the routes of an environment launch; `file` is sound."""
    routes: Sequence[dict[str, Any]] = read_document(file.read_text("utf-8"), str(file))[0].value.get("routes", ())
    own = [route for route in routes if route.get("environment", settings.accept.default_environment) == env]
    return [FlowRef(text=route.get("flow_id") or route["flow"], by_id="flow_id" in route) for route in own]


def exit_code_of(probes: Sequence[Probe]) -> int:
    """Give the exit code that probes end the command with."""
    bad = [probe for probe in probes if probe.verdict is Verdict.FAILED]
    if not bad:
        return OK
    if bad[0].name == CONFIGURATION:
        return SETTINGS
    return UNAVAILABLE if any(probe.finding and probe.finding.code in _NOBODY for probe in bad) else REFUSED


def _say_all(probes: Sequence[Probe], *, json: bool) -> None:
    for probe in probes:
        _say(probe, json=json)


def _say(probe: Probe, *, json: bool) -> None:
    finding = probe.finding
    if json:
        told = {"probe": probe.name, "verdict": probe.verdict, "line": probe.line}
        as_json({**told, "finding": finding_json(finding) if finding else None, "ms": probe.ms})
        return
    took = f" [dim]({probe.ms} ms)[/]" if probe.ms else ""
    out().print(f"{_MARKS[probe.verdict]} [bold]{probe.name:<20}[/] {escape(probe.line)}{took}")
    if finding is not None:
        _say_finding(finding, probe.verdict)


def _say_finding(finding: Finding, verdict: Verdict) -> None:
    colour = "bold red" if verdict is Verdict.FAILED else "yellow"
    out().print(f"{'':25} [{colour}]{finding.code}[/] {finding.reason}, see `tieline explain {finding.code}`")
    out().print(f"{'':25} [dim]{escape(finding.help)}[/]")


def _say_summary(probes: Sequence[Probe]) -> None:
    counts = {verdict: sum(probe.verdict is verdict for probe in probes) for verdict in Verdict}
    out().print("\n" + ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count))
