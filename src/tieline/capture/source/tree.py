"""Parses source text with tree-sitter, and the few helpers every language needs on the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from tree_sitter import Language, Node, Parser

from tieline.capture.source.ir import Expr, Spot

_GRAMMARS = {
    "go": ("tree_sitter_go", "language"),
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "java": ("tree_sitter_java", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
}
DEEPEST = 150
"""How deep expressions may be nested before they count as unknown."""
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u+[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{1,3}|\r?\n|.)", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0", "s": " "}


@cache
def _language(name: str) -> Language:
    module, function = _GRAMMARS[name]
    return Language(getattr(import_module(module), function)())


def parse(language: str, code: bytes) -> Node:
    """Parse a text; a text with errors gives a tree all the same."""
    return Parser(_language(language)).parse(code).root_node


def text(node: Node | None) -> str:
    """Give a node's text; `""` for no node."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def short(node: Node) -> str:
    """Give a node's text on one line, fit to stand in a placeholder."""
    return shorten(text(node))


def shorten(source: str) -> str:
    """Put a text on one line without the signs a placeholder cannot hold, 60 characters at most."""
    plain = re.sub(r"[<>{}\"'`\\]", "", " ".join(source.split()))
    return plain if len(plain) <= 60 else plain[:57] + "..."


def named(node: Node | None) -> list[Node]:
    """List a node's named children, comments left out."""
    return [child for child in node.named_children if "comment" not in child.type] if node is not None else []


def first(node: Node | None, *types: str) -> Node | None:
    """Find the first child of one of the types."""
    return next((child for child in node.children if child.type in types), None) if node is not None else None


def walk(node: Node, *types: str) -> Iterator[Node]:
    """Go through a node and all inside it, in order; all of them, or those of the types."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if not types or here.type in types:
            yield here
        waiting.extend(reversed(here.children))


def spot_of(node: Node, file: str, lines: list[bytes]) -> Spot:
    """Say where a node begins; the column counts characters."""
    row, column = node.start_point
    before = lines[row][:column] if row < len(lines) else b""
    return file, row + 1, len(before.decode("utf-8", "replace")) + 1


def unescape(source: str) -> str:
    """Resolve the escapes of a string literal, as the languages of this family have them."""

    def one(found: re.Match[str]) -> str:
        what = found[1]
        if what[0] in "uUx" and len(what) > 1:
            return _char(int(re.sub(r"[{}uUx]", "", what), 16))
        if what[0] in "01234567":
            return _char(int(what, 8))
        return "" if what in {"\n", "\r\n"} else _SHORT.get(what, what)

    return _ESCAPE.sub(one, source)


def _char(number: int) -> str:
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def number_of(source: str) -> int | float:
    """Read a number literal; 0 when it cannot be told."""
    plain = source.replace("_", "").rstrip("lLfFdDmMuUjn") if not source.lower().startswith("0x") else source.replace("_", "")
    if len(plain) > 300:
        return 0
    try:
        return int(plain, 0)
    except ValueError:
        pass
    try:
        value = float(plain)
    except ValueError:
        return 0
    return value if abs(value) < 1e300 else 0


def join(parts: list[Expr], like: Expr) -> Expr:
    """Put texts together into one expression."""
    return Expr("join", like.spot, like.pos, like.src, args=tuple(parts))
