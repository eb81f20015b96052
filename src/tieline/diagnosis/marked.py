"""Finds the place of a JSON pointer in a body, as it was written or laid out in lines, for marking it as compilers do."""

from __future__ import annotations

import json
from bisect import bisect_right

import msgspec

from tieline.capture.lenient import read_json, read_places
from tieline.diagnosis.finding import Diagnosis
from tieline.domain.finding import pointer
from tieline.domain.json import Json

WIDEST = 96
LARGEST_SHOWN = 200_000
"""The longest body, in characters, whose places are looked for."""
_DEEP = 40


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a body to show: its number (None in a layout that is ours) and text, and the column (from 0) and width of the mark."""

    row: int | None
    text: str
    column: int
    width: int


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A body in lines, and the row, column and width of each place in it; `written`: these are the lines as they were written."""

    lines: tuple[str, ...]
    places: dict[str, tuple[int, int, int]]
    written: bool = True

    def mark(self, at: str) -> Mark | None:
        """Find a place, or the nearest one around it; None when the body is not shown."""
        while at not in self.places and at:
            at = at.rpartition("/")[0]
        if at not in self.places:
            return None
        row, column, width = self.places[at]
        return _window(self.lines[row], row + 1 if self.written else None, column, width)


def _window(line: str, row: int | None, column: int, width: int) -> Mark:
    """Show as much of a line around a mark as a terminal is wide."""
    start = 0 if column < WIDEST * 3 // 4 else column - WIDEST // 2
    text = line[start : start + WIDEST].replace("\t", " ").rstrip("\r")
    shown = ("... " if start else "") + text + (" ..." if len(line) > start + WIDEST else "")
    at = column - start + (4 if start else 0)
    return Mark(row=row, text=shown, column=at, width=max(1, min(width, start + WIDEST - column)))


def lay_out(body: str) -> Layout:
    """Give a body's lines and places: as they were written, but a sound body that was written in one line is laid out."""
    lines = tuple(body.split("\n"))
    read = read_json(body)
    if len(lines) > 1 or read.deviations or not isinstance(read.value, dict | list):
        return Layout(lines=lines, places=written_places(body))
    writer = _Writer()
    writer.write(read.value, (), "")
    return Layout(lines=tuple("".join(parts) for parts in writer.lines), places=writer.places, written=False)


def written_places(body: str) -> dict[str, tuple[int, int, int]]:
    """Give the row and column (from 0) and the width of each place in a body as it was written."""
    starts = [0]
    for line in body.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: dict[str, tuple[int, int, int]] = {}
    for at, (offset, width) in read_places(body).items():
        row = bisect_right(starts, offset) - 1
        found[at] = (row, offset - starts[row], width)
    return found


def places_in_file(diagnosis: Diagnosis) -> dict[str, tuple[int, int]]:
    """Give the line and column (from 1) of each place, where the file is the body itself and so has them; empty elsewhere."""
    body = diagnosis.request.body or ""
    if diagnosis.exchange.form != "body" or diagnosis.exchange.place.line > 1 or len(body) > LARGEST_SHOWN:
        return {}
    return {at: (row + 1, column + 1) for at, (row, column, _) in written_places(body).items()}


def mark_raw(body: str, row: int, column: int) -> Mark | None:
    """Mark one character of a body as it was written (row and column from 1), with some of the line around it."""
    lines = body.split("\n")
    return _window(lines[row - 1], row, column - 1, 1) if 1 <= row <= len(lines) else None


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
