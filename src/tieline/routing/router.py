"""Routes compiled: which one takes an event, and what its expressions make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tieline.domain.event import Event
from tieline.domain.finding import Finding, find, pointer
from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest, Initiator
from tieline.problems.base import Problem, ProblemError
from tieline.problems.preflight import ExpressionType, NoRoute
from tieline.problems.routes import RouteFlow, RouteHidden, RouteInputTwice, RouteNameTwice, RouteValue
from tieline.routing.expression import Expression, compile_expression
from tieline.routing.options import Constant, Made, RouteOptions
from tieline.routing.reach import hidden_by

_PREFIX = "Flow."
MAX_PRIORITY = 9


class RouteFault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault in the routes' settings: at a JSON pointer of the settings, `line` and `column` (from 1) within the expression there."""

    at: str
    problem: Problem
    line: int = 1
    column: int = 1


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """What a route made of an event. `findings` are expressions that failed on it. Durations are milliseconds."""

    route: str
    environment: str
    request: FlowExecutionRequest
    request_id: str = ""
    ordering_key: str = ""
    priority: int = 0
    expire_after_ms: int = 0
    follow_ms: int = 0
    findings: tuple[Finding, ...] = ()


class Unrouted(msgspec.Struct, frozen=True, kw_only=True):
    """No route took the event."""

    findings: tuple[Finding, ...]


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """A route whose expressions are compiled; a constant stays as it is."""

    options: RouteOptions
    when: Expression | None
    made: dict[str, Expression | Constant]
    inputs: dict[str, Expression | Constant]


class Router:
    """Routes in the order they are tried."""

    def __init__(self, routes: Sequence[Compiled]) -> None:
        """Take compiled routes; use `compile_routes`."""
        self._routes = tuple(routes)

    def route(self, event: Event) -> Routed | Unrouted:
        """Let the first route that matches make a launch of the event."""
        document = event.attributes()
        for route in self._routes:
            taken = _matches(route, event, document)
            if isinstance(taken, Finding):
                return _make(route, document, (taken,))
            if taken:
                return _make(route, document, ())
        names = ", ".join(route.options.name for route in self._routes)
        return Unrouted(findings=(find(NoRoute(source=event.source, type=event.type, routes=names), ""),))


def compile_routes(options: Sequence[RouteOptions]) -> Router:
    """Compile routes. Raises `ProblemError` with every fault; `faults_of` gives them with their places."""
    router, faults = compile_with_faults(options)
    if faults:
        raise ProblemError(*(fault.problem for fault in faults))
    return router


def compile_with_faults(options: Sequence[RouteOptions]) -> tuple[Router, list[RouteFault]]:
    """Compile routes and give every fault at its place in the settings; a faulty expression is left out."""
    faults: list[RouteFault] = list(_name_faults(options))
    return Router([_compile(route, f"/routes/{index}", faults) for index, route in enumerate(options)]), faults


def _name_faults(options: Sequence[RouteOptions]) -> Iterator[RouteFault]:
    first: dict[str, int] = {}
    for index, route in enumerate(options):
        if (route.flow is None) == (route.flow_id is None):
            seen_flow = "no flow" if route.flow is None else "both `flow` and `flow_id`"
            yield RouteFault(at=f"/routes/{index}", problem=RouteFlow(route=route.name, seen=seen_flow))
        yield from _constant_faults(route, f"/routes/{index}")
        if route.name in first:
            problem = RouteNameTwice(route=route.name, first=first[route.name] + 1)
            yield RouteFault(at=f"/routes/{index}/route", problem=problem)
        first.setdefault(route.name, index)
        if (taker := hidden_by(options, index)) is not None:
            hidden = RouteHidden(route=route.name, taker=options[taker].name, taker_number=taker + 1)
            yield RouteFault(at=f"/routes/{index}", problem=hidden)
        seen: dict[str, str] = {}
        for name in route.inputs:
            bare = name.removeprefix(_PREFIX)
            if bare in seen:
                yield RouteFault(
                    at=f"/routes/{index}/inputs{pointer(name)}", problem=RouteInputTwice(input=name, other=seen[bare])
                )
            seen.setdefault(bare, name)


def _constant_faults(route: RouteOptions, at: str) -> Iterator[RouteFault]:
    """Check what stands as it is: an expression can only be checked on an event."""
    priority = route.priority.value if isinstance(route.priority, Constant) else 0
    if type(priority) is not int or not 0 <= priority <= MAX_PRIORITY:
        problem = RouteValue(setting="priority", seen=str(priority)[:40], allowed=f"0 to {MAX_PRIORITY}")
        yield RouteFault(at=f"{at}/priority", problem=problem)
    for kind in route.types:
        if "*" in kind[:-1]:
            allowed = "a type, or the beginning of one followed by a single `*`"
            yield RouteFault(
                at=f"{at}/match/type", problem=RouteValue(setting="match.type", seen=f"`{kind[:40]}`", allowed=allowed)
            )
    texts = {
        "name": route.label,
        "request_id": route.request_id,
        "ordering_key": route.ordering_key,
        "initiator/id": route.initiator_id,
    }
    for place, made in texts.items():
        value = made.value if isinstance(made, Constant) else ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            setting = place.replace("/", ".")
            problem = RouteValue(setting=setting, seen=str(value)[:40], allowed="a text or a number")
            yield RouteFault(at=f"{at}/{place}", problem=problem)


def _compile(route: RouteOptions, at: str, faults: list[RouteFault]) -> Compiled:
    fields: dict[str, Made | None] = {
        "/name": route.label,
        "/request_id": route.request_id,
        "/ordering_key": route.ordering_key,
        "/priority": route.priority,
        "/initiator/id": route.initiator_id,
    }
    made = {place: _field(value, at + place, faults) for place, value in fields.items() if value is not None}
    inputs = {name: _field(value, f"{at}/inputs{pointer(name)}", faults) for name, value in route.inputs.items()}
    when = _field(route.when, f"{at}/match/when", faults) if route.when is not None else None
    return Compiled(options=route, when=when if isinstance(when, Expression) else None, made=made, inputs=inputs)


def _field(value: Made, at: str, faults: list[RouteFault]) -> Expression | Constant:
    if isinstance(value, Constant):
        return value
    try:
        return compile_expression(value)
    except ProblemError as error:
        for problem in error.problems:
            line, column = getattr(problem, "at_line", 1), getattr(problem, "at_column", 1)
            faults.append(RouteFault(at=at, problem=problem, line=line, column=column))
        return Constant(value=None)


def _matches(route: Compiled, event: Event, document: dict[str, Json]) -> bool | Finding:
    options = route.options
    if options.sources and event.source not in options.sources:
        return False
    if options.types and not any(_type_fits(kind, event.type) for kind in options.types):
        return False
    if route.when is None:
        return True
    try:
        return bool(route.when.evaluate(document))
    except ProblemError as error:
        return find(error.problems[0], "setting:match.when")


def _type_fits(wanted: str, kind: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


class _Maker:
    """Evaluates a route's fields on one event, and keeps what fails."""

    def __init__(self, document: dict[str, Json], findings: Sequence[Finding]) -> None:
        self._document = document
        self.findings = list(findings)

    def value(self, made: Expression | Constant, at: str) -> Json:
        if isinstance(made, Constant):
            return made.value
        try:
            return made.evaluate(self._document)
        except ProblemError as error:
            self.findings.append(find(error.problems[0], at))
            return None

    def text(self, made: Expression | Constant | None, at: str) -> str:
        value = self.value(made, at) if made is not None else None
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            self._wrong(made, at, value, "a text or a number")
        return ""

    def priority(self, made: Expression | Constant | None) -> int:
        value = self.value(made, "setting:priority") if made is not None else 0
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_PRIORITY:
            return value
        if value is not None:
            self._wrong(made, "setting:priority", value, f"0 to {MAX_PRIORITY}")
        return 0

    def _wrong(self, made: Expression | Constant | None, at: str, value: Any, allowed: str) -> None:
        text = made.text if isinstance(made, Expression) else "a constant"
        seen = type(value).__name__
        self.findings.append(
            find(ExpressionType(setting=at.removeprefix("setting:"), expression=text, seen=seen, allowed=allowed), at)
        )


def _make(route: Compiled, document: dict[str, Json], findings: Sequence[Finding]) -> Routed:
    maker = _Maker(document, findings)
    options = route.options
    inputs = {name: maker.value(made, "/inputs" + pointer(name)) for name, made in route.inputs.items()}
    initiator = maker.text(route.made.get("/initiator/id"), "/initiator/id")
    request = FlowExecutionRequest(
        flow_id=options.flow_id,
        flow=options.flow,
        flow_version=options.flow_version,
        # What an expression does not find is left out: the variable then takes its initial value in the flow.
        inputs={name: value for name, value in inputs.items() if value is not None},
        initiator=Initiator(id=initiator, type=options.initiator_type or "") if options.initiator_type else None,
        name=maker.text(route.made.get("/name"), "/name") or None,
    )
    return Routed(
        route=options.name,
        environment=options.environment,
        request=request,
        request_id=maker.text(route.made.get("/request_id"), "setting:request_id"),
        ordering_key=maker.text(route.made.get("/ordering_key"), "setting:ordering_key"),
        priority=maker.priority(route.made.get("/priority")),
        expire_after_ms=options.expire_after_ms,
        follow_ms=options.follow_ms,
        findings=tuple(maker.findings),
    )
