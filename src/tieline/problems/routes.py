"""52x: faults in the routes of the settings, and in their expressions."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Problem


class RouteProblem(Problem, frozen=True, kw_only=True):
    """What all faults of routes share: the operator mends them."""

    actor: ClassVar[Actor] = Actor.OPERATOR


class ExpressionProblem(RouteProblem, frozen=True, kw_only=True):
    """What all faults of an expression share: their place within its text, counted from 1."""

    at_line: int
    at_column: int

    def where(self) -> str:
        """Say the place in words."""
        return f"column {self.at_column}" if self.at_line == 1 else f"line {self.at_line}, column {self.at_column}"


class ExpressionSyntax(ExpressionProblem, frozen=True, kw_only=True):
    """An expression that is not JMESPath (nor a simple JSONPath)."""

    code: ClassVar[str] = "TL520"
    reason: ClassVar[str] = "EXPRESSION_SYNTAX"
    title: ClassVar[str] = "An expression cannot be read"

    seen: str
    expected: str

    def line(self) -> str:
        """Say what was met, where, and what could stand there."""
        return f"the expression has {self.seen} at {self.where()}, where {self.expected} is expected"

    def help(self) -> str:
        """Say the most usual reason."""
        return "expressions are JMESPath: text stands in single quotes, names with other letters than a-z, 0-9 and _ in double quotes"


class UnknownFunction(ExpressionProblem, frozen=True, kw_only=True):
    """An expression calls a function there is not."""

    code: ClassVar[str] = "TL521"
    reason: ClassVar[str] = "FUNCTION_UNKNOWN"
    title: ClassVar[str] = "An expression calls a function that does not exist"

    function: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the function, its place and the nearest there is."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.function}` at {self.where()} is not a function{near}"

    def help(self) -> str:
        """List the functions."""
        return f"functions: {self.allowed}"


class FunctionArguments(ExpressionProblem, frozen=True, kw_only=True):
    """An expression calls a function with too few, too many, or the wrong sort of arguments."""

    code: ClassVar[str] = "TL522"
    reason: ClassVar[str] = "FUNCTION_ARGUMENTS"
    title: ClassVar[str] = "A function is called with the wrong arguments"

    function: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the function, what it got and what it takes."""
        return f"`{self.function}` at {self.where()} is given {self.seen}, and takes {self.allowed}"

    def help(self) -> str:
        """Say what to do."""
        return f"call `{self.function}` with {self.allowed}"


class ExpressionTooBig(ExpressionProblem, frozen=True, kw_only=True):
    """An expression that is too long, too deep, or would multiply what it is given."""

    code: ClassVar[str] = "TL523"
    reason: ClassVar[str] = "EXPRESSION_TOO_BIG"
    title: ClassVar[str] = "An expression is too big"

    what: str
    seen: str
    limit: int

    def line(self) -> str:
        """Name the measure, its value and the limit."""
        return f"the expression has {self.seen} {self.what}, and may have {self.limit}"

    def help(self) -> str:
        """Say what to do."""
        return "split it over several inputs, or prepare the value in the service that sends the event"


class JsonPathNotSimple(ExpressionProblem, frozen=True, kw_only=True):
    """A JSONPath beyond the simple kind that is understood."""

    code: ClassVar[str] = "TL524"
    reason: ClassVar[str] = "JSONPATH_NOT_SIMPLE"
    title: ClassVar[str] = "A JSONPath is not of the simple kind"

    seen: str

    def line(self) -> str:
        """Say what was met and what is understood."""
        return f"the JSONPath has {self.seen} at {self.where()}; understood are `.name`, `['name']`, `[0]` and `[*]`"

    def help(self) -> str:
        """Say what to write instead."""
        return "write it as JMESPath, without the `$`: a filter is `items[?price > `10`]`"


class RouteNameTwice(RouteProblem, frozen=True, kw_only=True):
    """Two routes of one name."""

    code: ClassVar[str] = "TL525"
    reason: ClassVar[str] = "ROUTE_NAME_TWICE"
    title: ClassVar[str] = "Two routes have the same name"

    route: str
    first: int

    def line(self) -> str:
        """Name the route and the place of the first."""
        return f"the name `{self.route}` is already that of route {self.first}"

    def help(self) -> str:
        """Say what to do."""
        return "give each route a name of its own; launches are listed by it"


class RouteFlow(RouteProblem, frozen=True, kw_only=True):
    """A route that names no flow, or names it twice."""

    code: ClassVar[str] = "TL526"
    reason: ClassVar[str] = "ROUTE_FLOW"
    title: ClassVar[str] = "A route must name one flow"

    route: str
    seen: str

    def line(self) -> str:
        """Say which of the two it is."""
        return f"route `{self.route}` names {self.seen}"

    def help(self) -> str:
        """Say what to write."""
        return "write either `flow` with the flow's name, or `flow_id` with its id"


class RouteValue(RouteProblem, frozen=True, kw_only=True):
    """A value of a route outside what is allowed."""

    code: ClassVar[str] = "TL527"
    reason: ClassVar[str] = "ROUTE_VALUE"
    title: ClassVar[str] = "A value of a route is not allowed"

    setting: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the setting, its value and the values allowed."""
        return f"`{self.setting}` is {self.seen}, and must be {self.allowed}"

    def help(self) -> str:
        """Say what to write."""
        return f"write {self.allowed}"


class RouteInputTwice(RouteProblem, frozen=True, kw_only=True):
    """A route that fills the same input twice, with and without its prefix."""

    code: ClassVar[str] = "TL528"
    reason: ClassVar[str] = "ROUTE_INPUT_TWICE"
    title: ClassVar[str] = "A route fills an input twice"

    input: str
    other: str

    def line(self) -> str:
        """Name both."""
        return f"`{self.input}` and `{self.other}` are the same input"

    def help(self) -> str:
        """Say which to keep."""
        return f"keep one of the two, best `{self.other}`"


class RouteHidden(RouteProblem, frozen=True, kw_only=True):
    """A route that no event can reach: one before it takes all that it would."""

    code: ClassVar[str] = "TL529"
    reason: ClassVar[str] = "ROUTE_HIDDEN"
    title: ClassVar[str] = "A route is never reached"

    route: str
    taker: str
    taker_number: int

    def line(self) -> str:
        """Name the route, and the one that takes its events."""
        return f"no event reaches route `{self.route}`: route {self.taker_number}, `{self.taker}`, takes every event it would"

    def help(self) -> str:
        """Say both ways out."""
        return f"put `{self.route}` before `{self.taker}`, or let `{self.taker}` match less; the first route that matches takes the event"
