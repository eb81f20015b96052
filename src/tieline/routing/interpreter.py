"""Evaluates a parsed expression within bounds: JMESPath has no loops, yet `[@,@]` piped into itself 24 times makes 553 MB."""

from __future__ import annotations

from typing import Any, TypeAlias

from jmespath.visitor import Options, TreeInterpreter

from tieline.domain.json import Json
from tieline.routing.functions import FUNCTIONS, MAX_TEXT

MAX_RESULT = MAX_TEXT
"""How large a result may be, in characters of JSON (roughly: quotes and commas are estimated)."""
MAX_MADE = 4_000_000
"""How large any value made on the way may be, in the same measure; what is shared counts as often as it would be written."""
MAX_STEPS = 200_000
"""How many steps one evaluation may take: nodes visited, and the sizes of what functions and comparisons are given."""

Node: TypeAlias = Any
"""A node of the library's tree: a dict of `type`, `children` and perhaps `value`."""

_OPTIONS = Options(custom_functions=FUNCTIONS)


class TooMuch(Exception):
    """An evaluation went over a bound: `limit` and `what` it counts."""

    def __init__(self, limit: int, what: str) -> None:
        """Take the bound and the word for what it counts."""
        super().__init__(f"more than {limit} {what}")
        self.limit = limit
        self.what = what


class BoundedInterpreter(TreeInterpreter):
    """JMESPath's interpreter, which counts as it goes and stops when it is too much. One instance evaluates once."""

    def __init__(self) -> None:
        """Begin with nothing spent."""
        super().__init__(_OPTIONS)
        self._steps = MAX_STEPS
        self._sizes: dict[int, tuple[int, Json]] = {}

    def run(self, node: Node, document: Json) -> Json:
        """Evaluate `node` on `document`. Raises `TooMuch`, and what the functions raise."""
        result = self.visit(node, document)
        if self._measure(result) > MAX_RESULT:
            raise TooMuch(MAX_RESULT, "characters")
        return result

    def visit(self, node: Node, *args: Any, **kwargs: Any) -> Json:
        """Visit one node: one step."""
        self._spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_multi_select_list(self, node: Node, value: Json) -> Json:
        """`[a, b]`: makes a list, so it is measured."""
        return self._made(super().visit_multi_select_list(node, value))

    def visit_multi_select_dict(self, node: Node, value: Json) -> Json:
        """`{a: b}`: makes an object, so it is measured."""
        return self._made(super().visit_multi_select_dict(node, value))

    def visit_projection(self, node: Node, value: Json) -> Json:
        """`a[*].b`: makes a list, so it is measured."""
        return self._made(super().visit_projection(node, value))

    def visit_value_projection(self, node: Node, value: Json) -> Json:
        """`a.*.b`: makes a list, so it is measured."""
        return self._made(super().visit_value_projection(node, value))

    def visit_filter_projection(self, node: Node, value: Json) -> Json:
        """`a[?b]`: makes a list, so it is measured."""
        return self._made(super().visit_filter_projection(node, value))

    def visit_flatten(self, node: Node, value: Json) -> Json:
        """`a[]`: makes a list, so it is measured."""
        return self._made(super().visit_flatten(node, value))

    def visit_comparator(self, node: Node, value: Json) -> Json:
        """`a < b`: null when the two are not of one kind (the library would fail); comparing what is large takes steps."""
        left, right = (self.visit(child, value) for child in node["children"])
        for side in (left, right):
            if isinstance(side, list | dict):
                self._spend(self._measure(side) // 64)
        if node["value"] not in ("eq", "ne") and not _ordered(left, right):
            return None
        return self.COMPARATOR_FUNC[node["value"]](left, right)

    def visit_function_expression(self, node: Node, value: Json) -> Json:
        """`f(a)`: what it is given takes steps by its size; what it makes is measured."""
        given = [self.visit(child, value) for child in node["children"]]
        self._spend(sum(self._measure(one) for one in given) // 64)
        return self._made(FUNCTIONS.call_function(node["value"], given))

    def _made(self, value: Json) -> Json:
        if self._measure(value) > MAX_MADE:
            raise TooMuch(MAX_MADE, "characters on the way")
        return value

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise TooMuch(MAX_STEPS, "steps")

    def _measure(self, value: Json) -> int:
        """Give the size of a value as it would be written; each container is walked once per evaluation."""
        if isinstance(value, str):
            return len(value) + 2
        if not isinstance(value, list | dict):
            return 8 if not isinstance(value, int) else 8 + value.bit_length() // 3
        known = self._sizes.get(id(value))
        if known is not None:
            return known[0]
        self._spend(len(value) // 8)
        size = 2 + len(value)
        if isinstance(value, dict):
            size += sum(len(key) + 3 for key in value)
            parts: Any = value.values()
        else:
            parts = value
        for part in parts:
            size += self._measure(part)
            if size > MAX_MADE:
                raise TooMuch(MAX_MADE, "characters on the way")
        self._sizes[id(value)] = (size, value)
        return size


def _ordered(left: Json, right: Json) -> bool:
    """Tell whether two values have an order: two numbers or two texts."""
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str)
    return all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
