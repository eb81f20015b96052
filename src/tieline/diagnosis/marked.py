"""Lays a body out in lines and finds the place of a JSON pointer in them, for marking it as compilers do."""

from __future__ import annotations

import json

import msgspec

from tieline.capture.lenient import read_json
from tieline.domain.finding import pointer
from tieline.domain.json import Json

WIDEST = 96
_DEEP = 40


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a body to show: its number and text, and the column (from 0) and width of what is marked in it."""

    row: int
    text: str
    column: int
    width: int


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A body in lines, and the row, column and width of each place in it."""

    lines: tuple[str, ...]
    places: dict[str, tuple[int, int, int]]

    def mark(self, at: str) -> Mark | None:
        """Find a place, or the nearest one around it; None when the body is not shown."""
        while at not in self.places and at:
            at = at.rpartition("/")[0]
        if at not in self.places:
            return None
        row, column, width = self.places[at]
        text = self.lines[row]
        if column > WIDEST:
            return None
        return Mark(
            row=row + 1,
            text=text[:WIDEST] + (" ..." if len(text) > WIDEST else ""),
            column=column,
            width=min(width, WIDEST - column),
        )


def lay_out(body: str) -> Layout:
    """Lay a JSON body out; an unreadable one stays as it was written."""
    read = read_json(body)
    if read.deviations or not isinstance(read.value, dict | list):
        return Layout(lines=tuple(body.splitlines()) or ("",), places={})
    writer = _Writer()
    writer.write(read.value, (), "")
    return Layout(lines=tuple("".join(parts) for parts in writer.lines), places=writer.places)


def mark_raw(body: str, row: int, column: int) -> Mark | None:
    """Mark one character of a body as it was written (row and column from 1), with some of the line around it."""
    lines = body.split("\n")
    if not 1 <= row <= len(lines):
        return None
    text = lines[row - 1].replace("\t", " ").rstrip("\r")
    start = max(0, column - 1 - WIDEST // 2)
    return Mark(row=row, text=text[start : start + WIDEST], column=column - 1 - start, width=1)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.places: dict[str, tuple[int, int, int]] = {}

    def write(self, value: Json, path: tuple[str | int, ...], indent: str) -> None:
        if not path:
            self._place(path, 1)
        if isinstance(value, dict) and value and len(path) < _DEEP:
            self._many("{", "}", [(name, item) for name, item in value.items()], path, indent)
        elif isinstance(value, list) and value and len(path) < _DEEP:
            self._many("[", "]", list(enumerate(value)), path, indent)
        else:
            self._put(json.dumps(value, ensure_ascii=False)[:400])

    def _many(self, begin: str, end: str, items: list[tuple[str | int, Json]], path: tuple[str | int, ...], indent: str) -> None:
        self._put(begin)
        inner = indent + "  "
        for index, (key, item) in enumerate(items):
            self.lines.append([inner])
            name = json.dumps(key, ensure_ascii=False) if isinstance(key, str) else ""
            self._place((*path, key), len(name) or 1)
            if name:
                self._put(name + ": ")
            self.write(item, (*path, key), inner)
            if index < len(items) - 1:
                self._put(",")
        self.lines.append([indent])
        self._put(end)

    def _put(self, text: str) -> None:
        self.lines[-1].append(text)

    def _place(self, path: tuple[str | int, ...], width: int) -> None:
        self.places[pointer(*path)] = (len(self.lines) - 1, sum(map(len, self.lines[-1])), width)
