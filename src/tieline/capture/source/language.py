"""What the reader asks of each language: how to picture a file, and what the language's libraries do."""

from __future__ import annotations

from tieline.capture.source.evaluator import Evaluator, Frame
from tieline.capture.source.ir import Assign, Expr, Member, Module, Scope, Shape
from tieline.capture.source.value import Val, scalar

Remark = tuple[str, Expr | None, dict[str, str]]
"""The kind of a note, where it stands (None: at the call), and its facts."""


class Language:
    """A language. The methods here say "nothing known"; each language says more."""

    name = ""
    selves = frozenset({"this", "self"})
    encoders: frozenset[str] = frozenset()
    """Names of functions that write JSON."""
    sdk_call = ""
    """The official SDK's function."""

    def lower(self, file: str, folder: str, code: bytes) -> Module:
        """Turn a file into its picture."""
        raise NotImplementedError

    def call(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what a call of a library's function gives; None when it is no such call."""
        return None

    def method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        """Say what a value is after a method was called on it (and what the call gives: the same thing); None when unknown."""
        return None

    def writes(self, engine: Evaluator, name: str, value: Val, expr: Expr, frame: Frame) -> Val | None:
        """Say what the value of `name` is after a call that writes into it in some other way."""
        return None

    def assigned(self, engine: Evaluator, base: Val, name: str, value: Val) -> Val | None:
        """Say what a library's object is after one of its properties was set; None for the plain thing."""
        return None

    def attr(self, engine: Evaluator, base: Val, name: str) -> Val | None:
        """Give a property of a library's object."""
        return None

    def constant(self, name: str, expr: Expr) -> Val | None:
        """Give a constant of a library by its dotted name."""
        return None

    def new(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what a constructor of a library gives."""
        return None

    def constructed(self, engine: Evaluator, shape: Shape, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the members a constructor of the program's own sets by its arguments."""
        names = shape.order or [member.name for member in shape.members]
        given = {name: engine.value(arg, frame) for name, arg in zip(names, expr.args, strict=False)}
        return given | {name: engine.value(arg, frame) for name, arg in expr.kw.items() if shape.member(name)}

    def zero(self, engine: Evaluator, member: Member) -> Val | None:
        """Give what a member holds that nobody set."""
        return scalar(None, member.spot)

    def sink(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give the request that a call sends; None when it sends none."""
        return None

    def bare(self, engine: Evaluator, expr: Expr, frame: Frame, request: Val) -> bool:
        """Tell whether the client that sends a request is made in sight and adds no headers of its own."""
        return False

    def remarks(self, module: Module, scope: Scope, expr: Expr, request: Val) -> list[Remark]:
        """Say what is notable about how a call is made, beside its body."""
        return []


def changes(assign: Assign, name: str) -> bool:
    """Tell whether an assignment gives the name itself a value."""
    return assign.target.op == "name" and assign.target.name == name
