"""`tieline diagnose`: says why a launch was refused, from whatever form the request is held in."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import typer

from tieline.capture.bounds import MOST
from tieline.capture.flows import read_flows
from tieline.capture.read import decode, read_captures
from tieline.cli.diagnosing import say_diagnosis
from tieline.cli.say import OK, REFUSED, SETTINGS, as_json, err, out
from tieline.diagnosis.finding import Diagnosis
from tieline.diagnosis.many import diagnose_all
from tieline.diagnosis.marked import places_in_file
from tieline.diagnosis.tell import diagnosis_json, level_of, place_of, sarif
from tieline.domain.exchange import Exchange
from tieline.domain.flow import Flow
from tieline.problems.base import ProblemError, nearest
from tieline.problems.capture import CaptureTooLarge, CaptureUnreadable, FlowsUnreadable, VariablesUnreadable

app = typer.Typer(add_completion=False)

LARGEST = 64 * 1024 * 1024
"""The largest file read, in bytes: browsers export HARs of tens of megabytes."""
FORMS = ("exchange", "curl", "call", "http", "har", "postman", "insomnia", "bruno", "log", "answer", "body")
_FORMS = ", ".join(FORMS)
_WHOLE = ("exchange", "har")
"""Forms that are read to their end."""


@app.command()
def diagnose(
    files: list[Path] = typer.Argument(
        None, help="What holds the request, in any form; - is standard input.", metavar="FILE|-..."
    ),
    source: list[Path] = typer.Option([], "--source", help="Source code to look through: a file or a folder.", metavar="PATH"),
    flow_schema: list[Path] = typer.Option(
        [],
        "--flow-schema",
        help="An input schema, a flow, a list of flows, or a twin's --json line: inputs are held against it.",
        metavar="FILE",
    ),
    env: str = typer.Option(
        "", "--env", help="Read the flows live from this environment of tieline.yaml (the cloud or a twin).", metavar="NAME"
    ),
    config: Path = typer.Option(
        Path("tieline.yaml"), "--config", help="The settings, for --env.", envvar="TIELINE_CONFIG", metavar="FILE"
    ),
    variables: list[Path] = typer.Option(
        [], "--variables", help="A Postman environment, or a JSON object, that fills in {{name}}.", metavar="FILE"
    ),
    form: str = typer.Option(
        "", "--form", help=f"Read it as this form and no other: {_FORMS}.", metavar="FORM", autocompletion=lambda: list(FORMS)
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON object a line for each exchange."),
    as_sarif: bool = typer.Option(False, "--sarif", help="Print one SARIF 2.1.0 log, for code review."),
    github: bool = typer.Option(False, "--github", help="Print GitHub annotations."),
    all_of_them: bool = typer.Option(False, "--all", help="Show sound exchanges too."),
) -> None:
    """Say why a launch was refused: every fault of the request by name, whose error it is, and the request mended.

    Reads curl commands, raw HTTP, HAR, Postman, Insomnia and Bruno collections, log lines, exchanges that `tieline tap` recorded,
    and a JSON body alone. Exits with 1 when anything is wrong or cannot be told.
    """
    if form and form not in FORMS:
        raise typer.BadParameter(f"{form} is none of {_FORMS}", param_hint="--form")
    if not files and not source:
        raise typer.BadParameter("name a file, - for standard input, or --source PATH", param_hint="FILE")
    flows = {**flows_of(flow_schema), **(_live(config, env, quiet=json or github) if env else {})}
    found: list[tuple[Diagnosis, dict[str, tuple[int, int]]]] = []
    worst = OK
    for diagnosis, places in _diagnoses(files or [], source, variables_of(variables), form or None, flows):
        worst = worst if diagnosis.sound else REFUSED
        if as_sarif:
            found.append((diagnosis, places or places_in_file(diagnosis)))
        else:
            _say(diagnosis, places, json=json, github=github, whole=all_of_them or bool(files and len(files) == 1 and not source))
    if as_sarif:
        from importlib.metadata import version  # noqa: PLC0415 - reads files; only when asked

        as_json(sarif([one for one, _ in found], version("tieline"), [places for _, places in found]))
    if worst:
        raise typer.Exit(worst)


def _diagnoses(
    files: Iterable[Path], source: list[Path], variables: Mapping[str, str], form: str | None, flows: Mapping[str, Flow]
) -> Iterator[tuple[Diagnosis, dict[str, tuple[int, int]]]]:
    for file in files:
        exchanges = read_file(file, variables, form)
        for diagnosis in diagnose_all(exchanges, flows):
            yield diagnosis, {}
        if len(exchanges) == MOST and exchanges[0].form not in _WHOLE:
            err().print(f"only the first {MOST:,} requests of {file} were read", markup=False)
    for path in source:
        from tieline.cli.diagnose_source import diagnose_source  # noqa: PLC0415 - the grammars are large

        yield from diagnose_source(path, flows)


def read_file(file: Path, variables: Mapping[str, str], form: str | None = None) -> list[Exchange]:
    """Read every exchange of a file, `-` for standard input. Raises `ProblemError` (TL630, TL631)."""
    raw = sys.stdin.buffer.read(LARGEST + 1) if str(file) == "-" else _read_bytes(file)
    if len(raw) > LARGEST:
        raise ProblemError(CaptureTooLarge(file=str(file), bytes=len(raw), limit=LARGEST))
    beside = Path.cwd() if str(file) == "-" else file.parent
    return read_captures(decode(raw), str(file), variables, lambda name: _beside(beside, name), form)


def _read_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        raise ProblemError(CaptureUnreadable(file=str(file), fault=_words(fault))) from None


def _words(fault: Exception) -> str:
    return (fault.strerror or type(fault).__name__).lower() if isinstance(fault, OSError) else str(fault)


def _beside(folder: Path, name: str) -> str | None:
    """Read a file that a curl command names (`-d @body.json`), when it stands beside it."""
    try:
        with (folder / name).open("rb") as opened:
            return decode(opened.read(LARGEST))
    except (OSError, ValueError):
        return None


def _json_of(file: Path) -> object:
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return jsonlib.loads(decode(raw).lstrip("\ufeff"))


def flows_of(files: Iterable[Path]) -> dict[str, Flow]:
    """Read flows by id from files. Raises `ProblemError` (TL632)."""
    flows: dict[str, Flow] = {}
    for file in files:
        try:
            read = read_flows(_json_of(file))
        except (OSError, ValueError, RecursionError) as fault:
            raise ProblemError(FlowsUnreadable(file=str(file), fault=_words(fault))) from None
        if read is None:
            raise ProblemError(FlowsUnreadable(file=str(file), fault="it holds neither a flow nor an input schema"))
        flows |= read
    return flows


def variables_of(files: Iterable[Path]) -> dict[str, str]:
    """Read the variables of environment files. Raises `ProblemError` (TL633)."""
    variables: dict[str, str] = {}
    for file in files:
        from tieline.capture.postman import read_environment  # noqa: PLC0415 - only where a collection has one

        try:
            read = read_environment(_json_of(file))
        except (OSError, ValueError, RecursionError) as fault:
            raise ProblemError(VariablesUnreadable(file=str(file), fault=_words(fault))) from None
        if read is None:
            raise ProblemError(VariablesUnreadable(file=str(file), fault="it is no environment"))
        variables |= read
    return variables


def _live(config: Path, env: str, *, quiet: bool) -> dict[str, Flow]:
    from tieline.app.preview import live_flows  # noqa: PLC0415 - brings the whole house in
    from tieline.cli.check import say_mistakes  # noqa: PLC0415
    from tieline.cli.reading import reading_flows  # noqa: PLC0415
    from tieline.config.load import load_settings  # noqa: PLC0415
    from tieline.problems.settings import UnknownReference  # noqa: PLC0415

    settings, mistakes = load_settings(config)
    if settings is None or mistakes:
        say_mistakes(config, mistakes, json=False)
        raise typer.Exit(SETTINGS)
    names = [one.name for one in settings.environments]
    if env not in names:
        near = nearest(env, names)
        raise ProblemError(
            UnknownReference(setting="--env", name=env, what="environment", allowed=", ".join(names), nearest=near)
        )
    with reading_flows(quiet=quiet) as reading:
        return live_flows(settings.environments[names.index(env)], reading)


def _say(diagnosis: Diagnosis, places: dict[str, tuple[int, int]], *, json: bool, github: bool, whole: bool) -> None:
    if json:
        as_json(diagnosis_json(diagnosis))
    elif github:
        _annotate(diagnosis, places or places_in_file(diagnosis))
    elif whole or not diagnosis.sound:
        console = out()
        say_diagnosis(console, diagnosis)
        console.print()


def _annotate(diagnosis: Diagnosis, places: dict[str, tuple[int, int]]) -> None:
    """Print workflow commands, which GitHub shows beside the lines they name."""
    for one in diagnosis.findings:
        row, column = place_of(one, diagnosis, places)
        level = {"error": "error", "warning": "warning"}.get(level_of(one.role), "notice")
        file = _property(diagnosis.exchange.place.file)
        message = f"{one.finding.line}%0A{one.finding.help}".replace("\r", "").replace("\n", "%0A")
        typer.echo(f"::{level} file={file},line={row},col={column},title={one.finding.code} {one.rule.value}::{message}")


def _property(text: str) -> str:
    return text.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
