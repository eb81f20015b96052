"""Reads JSON as people write it: says every place where it is not JSON, and still gives the value that was meant.

Template marks that stand outside quotes (`{{flowId}}`, `${x}`, `<id>`, `%s`) are unknown values and no fault: whatever sends
the request puts them in first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import msgspec

from tieline.domain.finding import pointer
from tieline.domain.json import Json

DEEPEST = 64
"""How deep values may be nested before reading stops."""
MOST_DEVIATIONS = 20

_TEMPLATE = re.compile(
    r"\{\{[^{}\n]{0,200}\}\}|\$!?\{[^{}\n]{0,200}\}|<(?![/?!])[^<>\n\"]{1,200}(?<!/)>|%\(?[\w.]{0,60}\)?[sdvqf]"
    r"|\$!?[A-Za-z_][\w.]{0,100}(?:\([^()\n]{0,100}\))?"
)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_WORD = re.compile(r"[A-Za-z_$][\w$.-]{0,200}")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_FOREIGN: dict[str, Json] = {
    "True": True,
    "False": False,
    "None": None,
    "undefined": None,
    "NaN": None,
    "Infinity": None,
    "nil": None,
}
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d\u201c\"", "\u201d": "\u201d\u201c\"", "\u2018": "\u2019\u2018'", "\u2019": "\u2019\u2018'", "\u00ab": "\u00bb", "`": "`"}  # fmt: skip
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_BOM = "\ufeff"


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a text is no JSON: `kind` names it, `words` say it, `offset` counts characters from 0."""

    kind: str
    words: str
    offset: int


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What a text holds: the value meant, the deviations from JSON, and the places (JSON pointers) of unknown values."""

    value: Json = None
    readable: bool = True
    deviations: tuple[Deviation, ...] = ()
    unknown: frozenset[str] = frozenset()
    twice: tuple[str, ...] = ()


class _StopError(Exception):
    """Nothing more can be made of the text."""


def read_json(text: str) -> Read:
    """Read a JSON text; never raises. `readable` is False when no value can be made of it at all."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(found)
        if len(made) < len(found):
            names = [name for name, _ in found]
            twice.extend(sorted({name for name in names if names.count(name) > 1})[:MOST_DEVIATIONS])
        return made

    if _too_deep(text):
        return Read(readable=False, deviations=(Deviation(kind="too-deep", words=_TOO_DEEP, offset=0),))
    try:
        return Read(value=json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant), twice=tuple(twice))
    except (ValueError, RecursionError):
        return _Reader(text).whole()


_TOO_DEEP = f"values are nested deeper than {DEEPEST}, and nothing reads that"


def _too_deep(text: str) -> bool:
    """Tell whether brackets outside of quotes are nested deeper than anything can be meant to be."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif mark in "]}":
            depth = max(0, depth - 1)
    return False


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def read_places(text: str) -> dict[str, tuple[int, int]]:
    """Give where each value of a JSON text stands (JSON pointer to offset and width): its name, or the value where it has none."""
    if _too_deep(text):
        return {}
    reader = _Reader(text)
    reader.whole()
    return reader.places


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Give the line and column, from 1, of an offset."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.deviations: list[Deviation] = []
        self.unknown: set[str] = set()
        self.places: dict[str, tuple[int, int]] = {}

    def whole(self) -> Read:
        if self.text.startswith(_BOM):
            self._deviate("bom", "a byte order mark stands before it")
            self.at = 1
        value: Json = None
        readable = True
        try:
            self._space()
            if self.at >= len(self.text):
                raise _StopError
            self.places[""] = (self.at, 1)
            value = self._value(())
            self._space()
            if self.at < len(self.text):
                self._deviate("after-end", "more text follows the end of the value")
        except _StopError:
            readable = self.at > 0 and isinstance(value, dict)
        if not readable and not self.deviations:
            self._deviate("no-json", "it is no JSON at all")
        return Read(
            value=value, readable=readable, deviations=tuple(self.deviations[:MOST_DEVIATIONS]), unknown=frozenset(self.unknown)
        )

    def _deviate(self, kind: str, words: str, offset: int | None = None) -> None:
        if len(self.deviations) < MOST_DEVIATIONS:
            self.deviations.append(Deviation(kind=kind, words=words, offset=self.at if offset is None else offset))

    def _space(self) -> None:
        text, end = self.text, len(self.text)
        while self.at < end:
            if text[self.at] in " \t\r\n":
                self.at += 1
            elif text[self.at].isspace():
                self._deviate("odd-space", "a space that JSON does not know stands outside of quotes")
                self.at += 1
            elif text.startswith("//", self.at) or (text[self.at] == "#" and not self._template_here()):
                self._deviate("comment", "a comment stands in it, and JSON has none")
                stop = text.find("\n", self.at)
                self.at = end if stop < 0 else stop
            elif text.startswith("/*", self.at):
                self._deviate("comment", "a comment stands in it, and JSON has none")
                stop = text.find("*/", self.at)
                self.at = end if stop < 0 else stop + 2
            else:
                return

    def _template_here(self) -> bool:
        return _TEMPLATE.match(self.text, self.at) is not None

    def _value(self, path: tuple[str | int, ...]) -> Json:
        if len(path) > DEEPEST:
            self._deviate("too-deep", _TOO_DEEP)
            raise _StopError
        here = self.text[self.at : self.at + 1]
        if not here:
            self._deviate("cut-off", "it ends before the value does")
            raise _StopError
        if (template := _TEMPLATE.match(self.text, self.at)) is not None:
            self.at = template.end()
            self.unknown.add(pointer(*path))
            return template[0]
        if here == "{":
            return self._object(path)
        if here == "[":
            return self._array(path)
        if here in _QUOTES:
            return self._string()
        return self._bare(path)

    def _bare(self, path: tuple[str | int, ...]) -> Json:
        if (number := _NUMBER.match(self.text, self.at)) is not None:
            self.at = number.end()
            written = number[0]
            if self.text[self.at : self.at + 1].isalnum():
                return self._unquoted(number.start())
            if len(written) > 400:
                return 0
            return float(written) if any(mark in written for mark in ".eE") else int(written)
        if (word := _WORD.match(self.text, self.at)) is not None:
            if word[0] in _WORDS:
                self.at = word.end()
                return _WORDS[word[0]]
            if word[0] in _FOREIGN:
                self._deviate("foreign-literal", f"`{word[0]}` is no JSON value")
                self.at = word.end()
                return _FOREIGN[word[0]]
            return self._unquoted(self.at)
        if self.text.startswith("...", self.at):
            self.at += 3
            self.unknown.add(pointer(*path))
            return "..."
        self._deviate("unexpected", f"`{self.text[self.at]}` stands where a value should")
        raise _StopError

    def _unquoted(self, start: int) -> str:
        self._deviate("unquoted", "a text stands without quotes", start)
        end = start
        while end < len(self.text) and self.text[end] not in ",}]\n":
            end += 1
        self.at = end
        return self.text[start:end].strip()

    def _string(self) -> str:
        opened, start = self.text[self.at], self.at
        closing = _QUOTES[opened]
        if opened != '"':
            kind, words = (
                ("smart-quotes", "typographic quotes") if opened not in "'`" else ("single-quotes", f"{opened} as quotes")
            )
            self._deviate(kind, f'{words} stand where JSON wants "')
        self.at += 1
        parts: list[str] = []
        text, end = self.text, len(self.text)
        while self.at < end:
            char = text[self.at]
            if char in closing and (opened == '"' or self._closes()):
                self.at += 1
                return "".join(parts)
            if char == "\\":
                parts.append(self._escape())
                continue
            if char < " ":
                self._deviate("control", "a line break or control character stands inside a text")
                if char == "\n" and self._line_looks_new():
                    return "".join(parts)
            parts.append(char)
            self.at += 1
        self._deviate("cut-off", "a text is opened and never closed", start)
        return "".join(parts)

    def _closes(self) -> bool:
        rest = self.text[self.at + 1 : self.at + 40].lstrip()
        return not rest or rest[0] in ",:}]"

    def _line_looks_new(self) -> bool:
        rest = self.text[self.at : self.at + 80].lstrip()
        return rest[:1] in {"}", "]"} or re.match(r"[\"'\u201c][\w.-]+[\"'\u201d]\s*:", rest) is not None

    def _escape(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        if char == "u":
            digits = self.text[self.at + 2 : self.at + 6]
            if re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                self.at += 6
                return chr(int(digits, 16))
        if char in _ESCAPES and char:
            self.at += 2
            return _ESCAPES[char]
        self._deviate("escape", f"`\\{char}` is no escape of JSON")
        self.at += 1 + len(char)
        return char

    def _object(self, path: tuple[str | int, ...]) -> Json:
        made: dict[str, Json] = {}
        self._items("}", lambda: self._member(made, path))
        return made

    def _array(self, path: tuple[str | int, ...]) -> Json:
        made: list[Json] = []

        def one() -> None:
            self.places[pointer(*path, len(made))] = (self.at, 1)
            made.append(self._value((*path, len(made))))

        self._items("]", one)
        return made

    def _items(self, close: str, one: Callable[[], None]) -> None:
        self.at += 1
        first = True
        while True:
            self._space()
            here = self.text[self.at : self.at + 1]
            if not here:
                self._deviate("cut-off", f"it ends without its `{close}`")
                return
            if here == close:
                self.at += 1
                return
            if here in "}]":
                self._deviate("mismatched", f"`{here}` stands where `{close}` should")
                self.at += 1
                return
            if not first and not self._comma(here, close):
                return
            if first and here == ",":
                self._deviate("extra-comma", "a comma stands before the first item")
                self.at += 1
                continue
            first = False
            before = self.at
            one()
            if self.at == before:
                raise _StopError

    def _comma(self, here: str, close: str) -> bool:
        """Pass the comma between two items; False when the list has ended behind it."""
        if here == ",":
            comma = self.at
            self.at += 1
            self._space()
            while self.text[self.at : self.at + 1] == ",":
                self._deviate("extra-comma", "two commas stand in a row")
                self.at += 1
                self._space()
            if self.text[self.at : self.at + 1] == close:
                self._deviate("trailing-comma", f"a comma stands before the closing `{close}`", comma)
                self.at += 1
                return False
            if self.at >= len(self.text):
                self._deviate("cut-off", f"it ends without its `{close}`")
                return False
        elif here == ";":
            self._deviate("unexpected", "`;` stands where a comma should")
            self.at += 1
            self._space()
        elif not self._template_here() or here == "<":
            self._deviate("missing-comma", "a comma is missing before this")
        return self.at < len(self.text)

    def _member(self, made: dict[str, Json], path: tuple[str | int, ...]) -> None:
        here, start = self.text[self.at], self.at
        if here in _QUOTES:
            name = self._string()
        elif (template := _TEMPLATE.match(self.text, self.at)) is not None:
            self.at = template.end()
            name = template[0]
            self._space()
            if self.text[self.at : self.at + 1] != ":":
                return
        elif (word := _WORD.match(self.text, self.at)) is not None:
            self._deviate("unquoted-name", f"the name `{word[0]}` stands without quotes")
            self.at = word.end()
            name = word[0]
        elif self.text.startswith("...", self.at):
            self.at += 3
            return
        else:
            self._deviate("unexpected", f"`{here}` stands where a name should")
            raise _StopError
        self.places[pointer(*path, name)] = (start, self.at - start)
        self._space()
        here = self.text[self.at : self.at + 1]
        if here in {":", "="}:
            if here == "=":
                self._deviate("missing-colon", "`=` stands where a colon should")
            self.at += 1
        else:
            self._deviate("missing-colon", f"the colon after `{name[:40]}` is missing")
            if here in {",", "}"}:
                made[name] = None
                return
        self._space()
        made[name] = None
        made[name] = self._value((*path, name))
