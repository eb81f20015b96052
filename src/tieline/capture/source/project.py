"""The files of one language that are read together, and what they declare; files are parsed when they are first needed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePath
from typing import Protocol

from tieline.capture.source.ir import Expr, Member, Module, Scope, Shape, TypeRef, callee, expressions

_MOST_FILES = 60
_MOST_PICTURED = 4 << 20
"""How many bytes of source are pictured for one question, some twenty seconds of work; far more than a service has near a launch."""


class _Lowers(Protocol):
    def lower(self, file: str, folder: str, code: bytes) -> Module: ...


class Project:
    """Knows the files of one language, by name."""

    def __init__(self, files: dict[str, bytes], language: _Lowers) -> None:
        """Take the files' bytes by path, as the user knows them."""
        self._files = files
        self._language = language
        self._read: dict[str, Module] = {}
        self._left = _MOST_PICTURED
        self.unread: set[str] = set()
        self._folders: dict[str, list[str]] = {}
        for file in files:
            self._folders.setdefault(_folder(file), []).append(file)
        self._named = lru_cache(maxsize=4096)(self._search)
        self._ordered: dict[tuple[str, str], list[Module]] = {}
        self._beside: dict[str, list[Module]] = {}
        self._functions: dict[tuple[str, str], list[Scope]] = {}

    def module(self, file: str) -> Module:
        """Give a file's picture; an empty one, counted in `unread`, once too much was pictured."""
        if file not in self._read:
            code = self._files[file]
            if len(code) > self._left:
                self.unread.add(file)
                code = b""
            self._left -= len(code)
            self._read[file] = self._language.lower(file, _folder(file), code)
        return self._read[file]

    def module_of(self, file: str, otherwise: Module | None) -> Module | None:
        """Give the picture of a file that is part of the project."""
        return self.module(file) if file in self._files else otherwise

    def mentioning(self, pattern: str) -> list[str]:
        """List the files in whose text a pattern (of bytes) is found."""
        sign = re.compile(pattern.encode(), re.IGNORECASE)
        return [file for file, code in self._files.items() if sign.search(code)]

    def beside(self, module: Module) -> list[Module]:
        """List the other files of the same folder."""
        if module.file not in self._beside:
            files = self._folders.get(module.folder, [])[:_MOST_FILES]
            self._beside[module.file] = [self.module(file) for file in files if file != module.file]
        return self._beside[module.file]

    def _search(self, word: str, folder: str) -> tuple[str, ...]:
        plain = word.encode()
        sign = re.compile(rb"\b" + re.escape(plain) + rb"\b")
        found = [file for file, code in self._files.items() if plain in code and sign.search(code)]
        return tuple(sorted(found, key=lambda file: (_folder(file) != folder, file))[:_MOST_FILES])

    def _modules(self, word: str, module: Module | None) -> list[Module]:
        if not word or module is None:
            return []
        key = (word, module.file)
        if key not in self._ordered:
            found = [self.module(file) for file in self._named(word, module.folder)]
            self._ordered[key] = sorted(found, key=lambda other: (other is not module, other.folder != module.folder, other.file))
        return self._ordered[key]

    def functions(self, name: str, module: Module | None) -> list[Scope]:
        """Find the functions of a name: those of the file, else of the folder, else of the whole project."""
        if module is None or len(name) < 2:
            return []
        key = (name, module.file)
        if key not in self._functions:
            self._functions[key] = self._nearest(name, module)
        return self._functions[key]

    def _nearest(self, name: str, module: Module) -> list[Scope]:
        tiers: tuple[list[Scope], list[Scope], list[Scope]] = ([], [], [])
        for other in self._modules(name, module):
            tier = 0 if other is module else 1 if other.folder == module.folder else 2
            tiers[tier].extend(scope for scope in other.scopes if scope.kind == "function" and scope.name == name)
        return next((tier for tier in tiers if tier), [])

    def shape(self, name: str, module: Module | None) -> Shape | None:
        """Find a shape by its name, with what it takes over from others."""
        for other in self._modules(name, module):
            if (shape := other.shapes.get(name)) is not None:
                return self.whole(shape, other)
        return None

    def whole(self, shape: Shape, module: Module | None, deep: int = 0) -> Shape:
        """Give a shape with the members of those it is built on."""
        members = list(shape.members)
        for base in shape.bases:
            other = self._bare_shape(base, module) if deep < 5 else None
            if other is not None and other is not shape:
                own = {member.name for member in members}
                members += [member for member in self.whole(other, module, deep + 1).members if member.name not in own]
        return shape if len(members) == len(shape.members) else _with(shape, members)

    def _bare_shape(self, name: str, module: Module | None) -> Shape | None:
        return next((other.shapes[name] for other in self._modules(name, module) if name in other.shapes), None)

    def alias(self, name: str, module: Module | None) -> TypeRef | None:
        """Find what a type name is another name for."""
        return next((other.types[name] for other in self._modules(name, module) if name in other.types), None)

    def holders(self, owner: str, name: str, module: Module | None) -> list[Scope]:
        """List the scopes in which `owner.name` may be declared: classes named so, then files."""
        found: list[Scope] = []
        for other in self._modules(name, module):
            named = [scope for scope in other.scopes if scope.kind == "class" and scope.name == owner]
            tops = [other.top] if owner.casefold() in (other.folder + "/" + other.file).casefold() else []
            found += [
                scope for scope in (*named, *tops) if any(a.target.op == "name" and a.target.name == name for a in scope.assigns)
            ]
        return found

    def setters(self, name: str, owner: str, module: Module | None) -> list[Scope]:
        """List the scopes that may set a field: the class itself, its methods, and what makes objects of it."""
        found: list[Scope] = []
        for other in self._modules(name, module):
            if module is None or other.folder != module.folder or (other.language != "go" and other is not module):
                continue
            found += [
                scope for scope in other.scopes if scope.owner == owner or (other.language == "go" and scope.kind == "function")
            ]
        return found

    def calls_of(self, scope: Scope) -> list[tuple[Scope, Expr]]:
        """List the calls of a function, with where they stand; those of the same folder first, tests last."""
        found: list[tuple[Scope, Expr]] = []
        for module in self._modules(scope.name, scope.module):
            for other in (module.top, *module.scopes):
                found += [(other, expr) for expr in _calls(other) if other is not scope and callee(expr)[1] == scope.name]
        return found


def _calls(scope: Scope) -> list[Expr]:
    return [expr for expr in expressions(roots(scope)) if expr.op == "call"]


def roots(scope: Scope) -> list[Expr]:
    """List the expressions a scope is made of."""
    values = [assign.value for assign in scope.assigns if assign.value is not None]
    seen: set[int] = set()
    found: list[Expr] = []
    for expr in (*values, *scope.bare, *scope.results):
        if id(expr) not in seen:
            seen.add(id(expr))
            found.append(expr)
    return found


def _with(shape: Shape, members: list[Member]) -> Shape:
    return Shape(shape.name, shape.spot, members, shape.bases, shape.order, shape.opaque, shape.traits)


def _folder(file: str) -> str:
    return str(PurePath(file).parent)
