"""`tieline launches replay` and `cancel`: act on some launches, named or chosen, one call to the gateway each."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from typer._click.exceptions import UsageError  # typer gives no other name for it

from tieline.cli.gateway import AsJson, Gateway, Token, Told, Url
from tieline.cli.launch_words import coloured, why
from tieline.cli.say import as_json, err, exit_code, out, problem_json
from tieline.cli.when import Since, Until, check_span
from tieline.domain.launch import CANCELLABLE, REPLAYABLE, State
from tieline.problems.base import Kind, ProblemError

ALL = 1 << 60
"""More launches than there can be."""

Ids = typer.Argument(
    default_factory=list, metavar="[ID]...", help="Launch ids; or choose them by the options.", show_default=False
)
States = typer.Option([], "--state", help="Those in these states; may be given several times.", case_sensitive=False)
Flow = typer.Option(None, help="Those of this flow (name or id).")
Route = typer.Option(None, help="Those a route made.")
Environment = typer.Option(None, help="Those of this environment.")
All = typer.Option(False, "--all", help="All that this can be done to.")
Yes = typer.Option(False, "--yes", "-y", help="Do not ask whether to, where launches were chosen and not named.")


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to each launch: the word for it, the states it can be done in, and those chosen where none is named."""

    word: str
    done: str
    states: frozenset[State]
    chosen: tuple[State, ...]
    query: Mapping[str, str] = {}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which launches: ids, or what `launches list` narrows by."""

    ids: tuple[str, ...]
    states: tuple[State, ...]
    narrowed: Mapping[str, str | None]
    everything: bool


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway said of a launch it did nothing to."""

    id: str
    told: Told


def replay(
    ids: list[str] = Ids,
    state: list[State] = States,
    flow: str | None = Flow,
    route: str | None = Route,
    environment: str | None = Environment,
    since: str | None = Since,
    until: str | None = Until,
    everything: bool = All,
    may_repeat: bool = typer.Option(
        False, "--may-repeat", help="Also those whose flow may then run a second time: look for the run in Genesys Cloud first."
    ),
    yes: bool = Yes,
    url: str = Url,
    token: str = Token,
    json: bool = AsJson,
) -> None:
    """Put refused or exhausted launches back, as they would be made today; exits with 1 when any would be refused again.

    An event goes through today's routes, a call through preflight, both with the flows as they now are. What would be refused
    again stays as it is, and why is said. Name launches by their ids, or choose them as `launches list` does.
    """
    chosen = (State.REFUSED, State.EXHAUSTED, *((State.HELD,) if may_repeat else ()))
    query = {"may_repeat": "true"} if may_repeat else {}
    verb = Verb(word="replay", done="replayed", states=REPLAYABLE, chosen=chosen, query=query)
    narrowed = {"flow": flow, "route": route, "environment": environment, "created_after": since, "created_before": until}
    choice = _choice(ids, state, narrowed, everything)
    act(Gateway(url, token), verb, choice, yes=yes, json=json)


def cancel(
    ids: list[str] = Ids,
    state: list[State] = States,
    flow: str | None = Flow,
    route: str | None = Route,
    environment: str | None = Environment,
    since: str | None = Since,
    until: str | None = Until,
    everything: bool = All,
    yes: bool = Yes,
    url: str = Url,
    token: str = Token,
    json: bool = AsJson,
) -> None:
    """Cancel launches that have not left; exits with 1 when any had. Name them by their ids, or choose them as `launches list` does."""
    verb = Verb(word="cancel", done="cancelled", states=CANCELLABLE, chosen=(State.QUEUED, State.SCHEDULED))
    narrowed = {"flow": flow, "route": route, "environment": environment, "created_after": since, "created_before": until}
    choice = _choice(ids, state, narrowed, everything)
    act(Gateway(url, token), verb, choice, yes=yes, json=json)


def _choice(ids: Sequence[str], states: Sequence[State], narrowed: Mapping[str, str | None], everything: bool) -> Choice:
    check_span(narrowed["created_after"], narrowed["created_before"])
    return Choice(ids=tuple(dict.fromkeys(ids)), states=tuple(states), narrowed=narrowed, everything=everything)


def act(gateway: Gateway, verb: Verb, choice: Choice, *, yes: bool, json: bool) -> None:
    """Do it to each launch of the choice, say what became of each, and sum up; also where it ends before the last."""
    _check(verb, choice)
    ids = choice.ids or _chosen(gateway, verb, choice, yes=yes)
    done, refused = 0, list[Refusal]()
    try:
        for answer in _each(gateway, verb, ids):
            done += not isinstance(answer, Refusal)
            refused += [answer] if isinstance(answer, Refusal) else []
            _say(answer, json=json, quiet=not choice.ids)
    finally:
        if not json and (not choice.ids or len(ids) > 1):
            _sum_up(out(), verb, done, refused, len(ids))
    if refused:
        raise typer.Exit(max(exit_code(refusal.told) for refusal in refused))


def _check(verb: Verb, choice: Choice) -> None:
    """Refuse a command line that does not say which launches, or says it twice."""
    given = {name: value for name, value in choice.narrowed.items() if value is not None}
    if bool(choice.ids) == bool(choice.states or choice.everything or given):
        both = "by ids or by options, not by both" if choice.ids else "by their ids, by an option such as --state, or --all"
        raise UsageError(f"say which launches to {verb.word}: {both}")
    for name, value in given.items():
        if not value:  # in a script, a variable that is not set: it would choose them all
            raise typer.BadParameter("it is empty", param_hint=f"--{name}")
    for state in choice.states:
        if state not in verb.states:
            allowed = ", ".join(sorted(verb.states))
            raise typer.BadParameter(f"{state} launches cannot be {verb.done}, only {allowed}", param_hint="--state")


def _chosen(gateway: Gateway, verb: Verb, choice: Choice, *, yes: bool) -> list[str]:
    """Find the launches, oldest first, and ask whether to go on."""
    ids: list[str] = []
    reasons: Counter[tuple[str, str]] = Counter()
    query = {**choice.narrowed, "state": ",".join(choice.states or verb.chosen)}
    with err().status("reading which launches there are"):
        for launch in gateway.launches(query, ALL):
            ids.append(launch["id"])
            reasons[launch["state"], why(launch)] += 1
    if ids and not yes:
        _ask(verb, len(ids), reasons)
    return ids[::-1]


def _ask(verb: Verb, count: int, reasons: Counter[tuple[str, str]]) -> None:
    """Say how many there are of each sort, and ask. Raises `typer.Abort` on no, and a usage error where nobody can answer."""
    if not sys.stdin.isatty():
        raise UsageError(f"there are {count} launches to {verb.word}, and nobody can be asked here: say --yes")
    console = err()
    for (state, reason), of_it in reasons.most_common():
        console.print(f"{of_it:>8}  {coloured(state)}  {escape(reason)}".rstrip())
    typer.confirm(f"{verb.word} {_count(count, 'launch', 'launches')}?", abort=True, err=True)


def _each(gateway: Gateway, verb: Verb, ids: Sequence[str]) -> Iterator[Mapping[str, Any] | Refusal]:
    """Do it to one after the other. A fault that is not the launch's own ends it: the next would meet the same."""
    from rich.progress import track  # noqa: PLC0415 - only here, and slow to import

    console = err()
    steps = track(ids, verb.word, console=console, transient=True, disable=len(ids) < 2 or not console.is_terminal)
    for id in steps:
        try:
            yield gateway.launch(id, verb.word, verb.query)
        except ProblemError as error:
            told = error.problems[0]
            if not isinstance(told, Told) or not (told.findings() or told.kind in (Kind.NOT_FOUND, Kind.STATE)):
                raise
            yield Refusal(id=id, told=told)


def _say(answer: Mapping[str, Any] | Refusal, *, json: bool, quiet: bool) -> None:
    """Say what became of one: in JSON always, to a person where it was named (of many that were chosen the summary tells)."""
    if json and isinstance(answer, Refusal):
        as_json({"id": answer.id, "problem": {**problem_json(answer.told), "findings": answer.told.findings()}})
    elif json:
        as_json(answer)
    elif quiet:
        return
    elif isinstance(answer, Refusal):
        _say_refusal(out(), answer)
    else:
        flow = escape(answer.get("flow") or answer.get("flow_id") or "")
        out().print(f"{answer['id']}  {coloured(answer['state'])}  {flow}".rstrip())


def _say_refusal(console: Console, refusal: Refusal) -> None:
    """Say why nothing was done to a launch: every finding of today, or the one line where there are none."""
    told = refusal.told
    if not told.findings():
        console.print(f"{refusal.id}  [bold red]{told.code}[/] {escape(told.line())}")
        console.print(f"    [dim]{escape(told.help())}[/]")
        return
    console.print(f"{refusal.id}  would be refused")
    for finding in told.findings():
        where = escape(finding["at"] or "the whole body")
        console.print(f"    [bold red]{finding['code']}[/] [cyan]{where}[/] {escape(finding['line'])}")
        console.print(f"          [dim]{escape(finding['help'])}[/]")


def _sum_up(console: Console, verb: Verb, done: int, refused: Sequence[Refusal], asked: int) -> None:
    """Count what was done and what was not, by reason, each with one launch it befell."""
    if not asked:
        console.print(f"no launches to {verb.word}")
        return
    left = asked - done - len(refused)
    rest = f", {left} not reached: run it again for them" if left else ""
    console.print(f"{done} {verb.done}, {len(refused)} not{rest}")
    groups: defaultdict[tuple[str, str], list[Refusal]] = defaultdict(list)
    for refusal in refused:
        groups[refusal.told.code, refusal.told.reason].append(refusal)
    for (code, reason), of_it in sorted(groups.items(), key=lambda group: -len(group[1])):
        first = of_it[0]
        such_as = f"such as {first.id}: {escape(first.told.line())}"
        console.print(f"{len(of_it):>8}  [bold red]{code}[/] {escape(reason)}, [dim]{such_as}[/]")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
