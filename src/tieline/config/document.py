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


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value stands in the file; line and column count from 1."""

    line: int
    column: int


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One problem in the settings, at a JSON pointer, a line and a column of the file."""

    at: str
    place: Place
    problem: Problem


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A YAML file as plain values, with the place of every value (by JSON pointer) and of every key."""

    value: Any
    places: Mapping[str, Place]
    quoted: frozenset[str]
    """Pointers of strings that stand in quotes: their text begins one column later."""

    def place(self, at: str) -> Place:
        """Give the place of a pointer, or of the nearest thing around it that is in the file."""
        while at and at not in self.places:
            at = at.rpartition("/")[0]
        return self.places.get(at, Place(line=1, column=1))


def read_document(text: str, name: str) -> tuple[Document, tuple[Mistake, ...]]:
    """Parse `text`; `name` is the file's name for the words. Never raises: what is wrong comes back as mistakes."""
    reader = _Reader(name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = {} if node is None else reader.read(node, "")
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        mistake = _not_yaml(fault, name)
        return Document(value={}, places={}, quoted=frozenset()), (mistake,)
    if not isinstance(value, dict):
        wrong = WrongSettingType(setting=name, seen=_kind(value), allowed="a mapping of settings")
        reader.mistakes.append(Mistake(at="", place=Place(line=1, column=1), problem=wrong))
        value = {}
    return Document(value=value, places=reader.places, quoted=frozenset(reader.quoted)), tuple(reader.mistakes)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[str, Place] = {}
        self.quoted: set[str] = set()
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
        if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"'):
            self.quoted.add(at)
        if node.tag == "tag:yaml.org,2002:timestamp":
            return node.value
        return self._scalars.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, at: str) -> dict[str, Any]:
        self._scalars.flatten_mapping(node)
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            # A key such as `on` or `8080` is a word to its author, whatever YAML 1.1 makes of it.
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            where = at + pointer(key)
            if key in found:
                first = self.places[where]
                again = DuplicateSetting(setting=where, first_line=first.line)
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
