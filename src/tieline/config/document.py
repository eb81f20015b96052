"""Reads YAML into plain values and remembers where each of them stands, so that every mistake has a line and a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from tieline.domain.finding import pointer
from tieline.problems.base import Problem
from tieline.problems.settings import DuplicateSetting, NotYaml, WrongSettingType

MAX_NODES = 200_000
"""How many YAML nodes a file may have, aliases counted each time: a bound on files that unfold into gigabytes."""


def spoken(at: str) -> str:
    """Name a place in words: `routes[2].inputs.Flow.amount`; the whole file is tieline.yaml."""
    said = ""
    for part in at.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        said += f"[{key}]" if key.isdecimal() else f".{key}"
    return said.lstrip(".") or "tieline.yaml"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value stands in the file; line and column count from 1."""

    line: int
    column: int


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One problem in the settings, at a JSON pointer, a line and a column of the file."""

    at: str
    place: Place
    problem: Problem


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """How a text is written in the file: in quotes (no lines), or as a block: `lines` are the block's, with their indentation.

    `folded` says that the lines are one line of text, each joined to the next by a blank.
    """

    lines: tuple[str, ...] = ()
    folded: bool = False

    def place(self, line: int, column: int, mark: Place) -> Place:
        """Give the place in the file of a place within the text; `mark` is where the block's `|` or `>` stands."""
        row = line - 1
        if self.folded:
            while column > len(self.lines[row].strip()) + 1 and row + 1 < len(self.lines):
                column -= len(self.lines[row].strip()) + 1
                row += 1
        indented = self.lines[row if self.folded else 0]
        return Place(line=mark.line + 1 + row, column=len(indented) - len(indented.lstrip()) + column)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A YAML file as plain values, with the place of every value (by JSON pointer) and of every key."""

    value: Any
    places: Mapping[str, Place]
    texts: Mapping[str, Text]
    """How the text at a pointer is written, where it is not on one line of its own without quotes."""

    def place(self, at: str) -> Place:
        """Give the place of a pointer, or of the nearest thing around it that is in the file."""
        while at and at not in self.places:
            at = at.rpartition("/")[0]
        return self.places.get(at, Place(line=1, column=1))

    def place_within(self, at: str, line: int, column: int) -> Place:
        """Give the place in the file of a place (from 1) within the text that stands at `at`."""
        place = self.place(at)
        written = self.texts.get(at)
        if written is not None and written.lines:
            return written.place(line, column, place)
        return Place(line=place.line + line - 1, column=place.column + column - 1 + (written is not None))


def read_document(text: str, name: str) -> tuple[Document, tuple[Mistake, ...]]:
    """Parse `text`; `name` is the file's name for the words. Never raises: what is wrong comes back as mistakes."""
    reader = _Reader(text)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = {} if node is None else reader.read(node, "")
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        mistake = _not_yaml(fault, name)
        return Document(value={}, places={}, texts={}), (mistake,)
    if not isinstance(value, dict):
        wrong = WrongSettingType(setting=name, seen=_kind(value), allowed="a mapping of settings")
        reader.mistakes.append(Mistake(at="", place=Place(line=1, column=1), problem=wrong))
        value = {}
    return Document(value=value, places=reader.places, texts=reader.texts), tuple(reader.mistakes)


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.places: dict[str, Place] = {}
        self.texts: dict[str, Text] = {}
        self.mistakes: list[Mistake] = []
        self._scalars = yaml.SafeLoader("")
        self._nodes = 0

    def read(self, node: yaml.Node, at: str) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} values")
        self.places.setdefault(at, _place(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, at + pointer(index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.style:
            self.texts[at] = Text(lines=self._block(node), folded=node.style == ">")
        if node.tag == "tag:yaml.org,2002:timestamp":
            return node.value
        return self._scalars.construct_object(node)

    def _block(self, node: yaml.ScalarNode) -> tuple[str, ...]:
        """Give the lines of a block as they stand in the file; none for a text in quotes."""
        block = self._lines[node.start_mark.line + 1 : node.end_mark.line] if node.style in ("|", ">") else []
        return tuple(block)

    def _mapping(self, node: yaml.MappingNode, at: str) -> dict[str, Any]:
        self._scalars.flatten_mapping(node)
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            # A key such as `on` or `8080` is a word to its author, whatever YAML 1.1 makes of it.
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            where = at + pointer(key)
            if key in found:
                first = self.places[where]
                again = DuplicateSetting(setting=spoken(where), first_line=first.line)
                self.mistakes.append(Mistake(at=where, place=_place(key_node), problem=again))
            self.places[where] = _place(value_node) if _has_text(value_node) else _place(key_node)
            self.places.setdefault(f"{where}#key", _place(key_node))
            found[key] = self.read(value_node, where)
        return found


def _has_text(node: yaml.Node) -> bool:
    return not isinstance(node, yaml.ScalarNode) or bool(node.value)


def _place(node: yaml.Node) -> Place:
    mark = node.start_mark
    return Place(line=mark.line + 1, column=mark.column + 1)


def _not_yaml(fault: Exception, name: str) -> Mistake:
    mark = getattr(fault, "problem_mark", None)
    place = Place(line=mark.line + 1, column=mark.column + 1) if mark else Place(line=1, column=1)
    says = getattr(fault, "problem", None) or str(fault).partition("\n")[0] or "nested too deeply"
    return Mistake(at="", place=place, problem=NotYaml(file=name, fault=says))


def _kind(value: Any) -> str:
    kinds = {type(None): "nothing", bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list"}
    return kinds.get(type(value), "a mapping")
