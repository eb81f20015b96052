"""Goes through the tree of a file and pictures it; each language says what its nodes mean."""

from __future__ import annotations

from typing import Any

from tree_sitter import Node

from tieline.capture.source.ir import Assign, Expr, Module, Scope, Spot
from tieline.capture.source.tree import DEEPEST, named, parse, short, spot_of, text

_MOST_TERMS = 400


class Lowerer:
    """Pictures one file. `functions`, `classes`, `blocks` and `calls` are the types of those nodes."""

    functions: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()

    def __init__(self, file: str, folder: str, language: str, grammar: str, code: bytes) -> None:
        """Take the file."""
        self.file = file
        self.language = language
        self.lines = code.split(b"\n")
        self.root = parse(grammar, code)
        top = Scope("", "module", spot=(file, 1, 1))
        self.module = Module(file, folder, language, code.decode("utf-8", "replace"), top)
        top.module = self.module
        self._depth = 0

    def run(self) -> Module:
        """Picture the whole file."""
        waiting: list[tuple[Node, Scope, tuple[int, ...], bool]] = [(self.root, self.module.top, (), False)]
        while waiting:
            node, scope, block, covered = waiting.pop()
            if node.type in self.functions or node.type in self.classes:
                kind = "function" if node.type in self.functions else "class"
                scope, block, covered = self._enter(node, scope, kind), (), False
            elif node.type in self.blocks:
                block = (*block, node.start_byte)
            if self.statement(node, scope, block):
                covered = True
            elif not covered and node.type in self.calls:
                scope.bare.append(self.expr(node))
                covered = True
            waiting.extend((child, scope, block, covered) for child in reversed(node.named_children))
        return self.module

    def _enter(self, node: Node, parent: Scope, kind: str) -> Scope:
        scope = Scope("", kind, parent, module=self.module, spot=self.spot(node), end=node.end_byte)
        owner = parent if parent.kind == "class" else None
        scope.owner = owner.name if owner is not None else ""
        self.begin(node, scope)
        if kind == "class":
            scope.owner = scope.name
        self.module.scopes.append(scope)
        return scope

    def begin(self, node: Node, scope: Scope) -> None:
        """Fill in what a function or class says of itself: its name, parameters, type, marks."""

    def statement(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        """Take in a statement; True says that the calls inside it are taken in with it."""
        return False

    def expression(self, node: Node) -> Expr | None:
        """Picture an expression of the language; None when it is not told."""
        return None

    def expr(self, node: Node | None) -> Expr:
        """Picture an expression."""
        if node is None:
            return Expr("other")
        if self._depth > DEEPEST:
            return self.make("other", node)
        self._depth += 1
        try:
            made = self.expression(node)
        finally:
            self._depth -= 1
        return made if made is not None else self.make("other", node)

    def make(self, op: str, node: Node, **fields: Any) -> Expr:
        """Make an expression that stands where a node does."""
        return Expr(op, self.spot(node), node.start_byte, short(node), end=node.end_byte, **fields)

    def string(self, node: Node, value: str, raw: int = 0, skip: int = 1) -> Expr:
        """Make a text; its place is that of its first character, `skip` after the node's."""
        file, line, column = self.spot(node)
        return Expr("text", (file, line, column + skip), node.start_byte, short(node), value=value, raw=raw)

    def name(self, node: Node) -> Expr:
        """Make a name."""
        return self.make("name", node, name=text(node))

    def spot(self, node: Node) -> Spot:
        """Say where a node begins."""
        return spot_of(node, self.file, self.lines)

    def all(self, node: Node | None) -> tuple[Expr, ...]:
        """Picture all children of a node."""
        return tuple(self.expr(child) for child in named(node))

    def terms(self, node: Node, kind: str, sign: str) -> list[Node] | None:
        """List the terms of a chain `a + b + c`; None when a part of it has another sign."""
        found: list[Node] = []
        here: Node | None = node
        while here is not None and here.type == kind and len(found) < _MOST_TERMS:
            operator = here.child_by_field_name("operator")
            if text(operator) != sign:
                return None if not found else [here, *reversed(found)]
            right = here.child_by_field_name("right")
            if right is not None:
                found.append(right)
            here = here.child_by_field_name("left")
        return [*([here] if here is not None else []), *reversed(found)]

    def assign(self, scope: Scope, node: Node, target: Expr, value: Expr | None, **more: Any) -> None:
        """Take in an assignment; it counts from its end on."""
        scope.assigns.append(Assign(target, value, node.end_byte, **more))
