"""One small picture of a program that every language is turned into: expressions, types, shapes of objects, scopes."""

from __future__ import annotations

from dataclasses import dataclass, field

from tieline.domain.json import Json

Spot = tuple[str, int, int]
"""A file, a line and a column, both from 1."""
NOWHERE: Spot = ("-", 0, 0)


@dataclass(slots=True)
class Expr:
    """An expression. `op` says which; the fields it does not need are empty.

    text (value), scalar (value), absent, join (args are concatenated), name (name), attr (base, name), index (base, args[0]),
    call (base, args, kw), new (type, args, kw, entries), object (entries), array (args), either (args), lambda (scope), other.
    """

    op: str
    spot: Spot = NOWHERE
    pos: int = 0
    src: str = ""
    name: str = ""
    value: Json = None
    base: Expr | None = None
    args: tuple[Expr, ...] = ()
    kw: dict[str, Expr] = field(default_factory=dict)
    entries: tuple[tuple[Expr | None, Expr], ...] = ()
    type: TypeRef | None = None
    scope: Scope | None = None
    raw: int = 0
    end: int = 0


@dataclass(slots=True, frozen=True)
class TypeRef:
    """A type: `kind` is string, number, boolean, array, object, any or named; `shape` is given where it is written in place."""

    kind: str
    name: str = ""
    of: TypeRef | None = None
    shape: Shape | None = None
    nullable: bool = False


@dataclass(slots=True)
class Member:
    """A member of a shape. `names` is the name it is sent under by each library ("" for any); None is "never sent"."""

    name: str
    type: TypeRef
    spot: Spot
    names: dict[str, str | None]
    notes: dict[str, tuple[tuple[str, dict[str, str]], ...]] = field(default_factory=dict)
    omit: str = ""
    quoted: bool = False
    embedded: bool = False
    default: Expr | None = None

    def sent(self, dialect: str) -> str | None:
        """Give the name it is sent under."""
        return self.names[dialect] if dialect in self.names else self.names.get("", self.name)

    def said(self, dialect: str) -> tuple[tuple[str, dict[str, str]], ...]:
        """Give what is notable about it."""
        return self.notes.get(dialect, self.notes.get("", ()))


@dataclass(slots=True)
class Shape:
    """A struct, class, record or interface: what an object of it is made of."""

    name: str
    spot: Spot
    members: list[Member] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    opaque: bool = False
    traits: frozenset[str] = frozenset()

    def member(self, name: str) -> Member | None:
        """Find a member by its name in the code."""
        return next((member for member in self.members if member.name == name), None)


@dataclass(slots=True)
class Assign:
    """A value given to a name, an attribute or an element. `index` is its place in a call that gives several values."""

    target: Expr
    value: Expr | None
    pos: int
    index: int = 0
    key: str | None = None
    adds: bool = False
    type: TypeRef | None = None
    block: tuple[int, ...] = ()


@dataclass(slots=True)
class Param:
    """A parameter of a function."""

    name: str
    type: TypeRef | None = None
    default: Expr | None = None


@dataclass(slots=True, eq=False)
class Scope:
    """A function, a class or a whole file: what is said in it, in order, without the functions inside."""

    name: str
    kind: str
    parent: Scope | None = None
    owner: str = ""
    receiver: str = ""
    params: list[Param] = field(default_factory=list)
    returns: TypeRef | None = None
    marks: list[str] = field(default_factory=list)
    assigns: list[Assign] = field(default_factory=list)
    bare: list[Expr] = field(default_factory=list)
    results: list[Expr] = field(default_factory=list)
    module: Module | None = None
    spot: Spot = NOWHERE
    end: int = 1 << 60


@dataclass(slots=True, eq=False)
class Module:
    """A file that was read."""

    file: str
    folder: str
    language: str
    text: str
    top: Scope
    scopes: list[Scope] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    types: dict[str, TypeRef] = field(default_factory=dict)
    imports: list[str] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)

    def imports_any(self, *words: str) -> bool:
        """Tell whether one of the words is part of what the file imports."""
        return any(word in name for name in self.imports for word in words)


def expressions(roots: list[Expr]) -> list[Expr]:
    """List expressions and all those inside, outermost first; functions inside are left out."""
    found: list[Expr] = []
    waiting = list(reversed(roots))
    while waiting:
        expr = waiting.pop()
        found.append(expr)
        inner = [expr.base] if expr.base else []
        inner += [*expr.args, *expr.kw.values()]
        for key, value in expr.entries:
            inner += [value] if key is None else [key, value]
        waiting.extend(reversed(inner))
    return found


def root_name(expr: Expr | None) -> str | None:
    """Give the name an expression begins with: `a` of `a.b[c].d`."""
    for _ in range(100):
        if expr is None:
            return None
        if expr.op == "name":
            return expr.name
        if expr.op not in {"attr", "index", "call"}:
            return None
        expr = expr.base
    return None


def callee(expr: Expr) -> tuple[Expr | None, str]:
    """Split what is called: the object it is called on, if any, and the name of the method or function."""
    base = expr.base
    if base is None:
        return None, ""
    if base.op == "attr":
        return base.base, base.name
    return None, base.name if base.op == "name" else ""


def dotted(expr: Expr | None) -> str:
    """Give the dotted name an expression is (`json.Marshal`), or `""`."""
    parts: list[str] = []
    for _ in range(20):
        if expr is None or expr.op not in {"attr", "name"}:
            return ""
        parts.append(expr.name)
        if expr.op == "name":
            return ".".join(reversed(parts))
        expr = expr.base
    return ""
