"""What a language may ask while it reads a call: what expressions are worth, and what types and constructors hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from tieline.capture.source.ir import Expr, Module, Scope, Shape, TypeRef
from tieline.capture.source.project import Project
from tieline.capture.source.value import Val

Given = dict[tuple[int, str], Val]


@dataclass(slots=True)
class Frame:
    """Where an expression is read: in which scope, with which values for parameters. `touched` collects the parameters asked for."""

    scope: Scope
    given: Given = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    depth: int = 0

    def at(self, scope: Scope) -> Frame:
        """Give the same frame seen from a scope around it."""
        return Frame(scope, self.given, self.touched, self.depth)


class Evaluator(ABC):
    """Works out values in the files of one project."""

    project: Project

    @abstractmethod
    def value(self, expr: Expr | None, frame: Frame) -> Val:
        """Say what an expression is worth."""

    @abstractmethod
    def set_by(self, constructor: Scope, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the fields a constructor sets, called as it is here."""

    @abstractmethod
    def plainly_set(self, constructor: Scope, expr: Expr, frame: Frame, names: list[str]) -> dict[str, Val]:
        """Give the fields a constructor sets by their bare names."""

    @abstractmethod
    def shape(self, ref: TypeRef | None, module: Module | None, deep: int = 0) -> Shape | None:
        """Find the shape a type stands for."""

    @abstractmethod
    def zeros(self, shape: Shape, module: Module | None, deep: int = 0) -> dict[str, Val]:
        """Give what the members of a new object hold."""
