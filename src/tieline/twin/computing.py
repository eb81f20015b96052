"""Evaluates the expressions of a script within bounds: JMESPath has no loops, yet `[@,@]` piped into itself 24 times makes 553 MB."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import Parser
from jmespath.visitor import TreeInterpreter

LENGTH_MAX = 4000
"""How long an expression may be, in characters."""
STEPS_MAX = 100_000
"""How many steps one evaluation may take: the nodes it visits, and the sizes of what it makes and of what functions are given."""
SIZE_MAX = 64_000
"""How large any value it makes may be, roughly in characters of JSON; what is shared counts as often as it would be written."""
EXPRESSIONS_KEPT = 1000


class ExpressionError(ValueError):
    """An expression cannot be read, or cannot be evaluated on these inputs; the message says why."""


def expression_fault(text: str) -> str | None:
    """Say why a text is no expression; None when it is one."""
    try:
        _parsed(text)
    except ExpressionError as fault:
        return str(fault)
    return None


def evaluate(text: str, document: Any) -> Any:
    """Give the value of an expression. Raises `ExpressionError`: not readable, of a wrong kind, or too much."""
    try:
        return _Bounded().run(_parsed(text), document)
    except RecursionError:
        raise ExpressionError("values are nested too deep") from None
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as fault:
        raise ExpressionError(str(fault).splitlines()[0] if str(fault) else type(fault).__name__) from None


@lru_cache(EXPRESSIONS_KEPT)
def _parsed(text: str) -> Any:
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"an expression is at most {LENGTH_MAX} characters long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a literal without quotes inside backticks is taken as text, as JMESPath once had it
            return Parser().parse(text).parsed
    except RecursionError:
        raise ExpressionError("it is nested too deep") from None
    except (JMESPathError, ValueError, LookupError) as fault:
        raise ExpressionError(str(fault).splitlines()[0]) from None


class _Bounded(TreeInterpreter):
    """JMESPath's interpreter, which counts as it goes. One instance evaluates once."""

    def __init__(self) -> None:
        super().__init__()
        self._known = Functions()
        self._steps = STEPS_MAX

    def run(self, node: Any, document: Any) -> Any:
        """Evaluate; what comes out is no larger than what may be made on the way."""
        return self._measured(self.visit(node, document))

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._spend(1)
        made = super().visit(node, *args, **kwargs)
        return self._measured(made) if node["type"] in _MAKING else made

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Compare what has been measured: two values that share parts take long to tell apart. Null for what has no order."""
        left, right = (self._measured(self.visit(child, value)) for child in node["children"])
        if node["value"] not in {"eq", "ne"} and not all(isinstance(side, int | float | str) for side in (left, right)):
            return None
        return self.COMPARATOR_FUNC[node["value"]](left, right)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        """Measure what a function is given before it works: `to_string` writes what is shared as often as it stands there."""
        given = [self._measured(self.visit(child, value)) for child in node["children"]]
        return self._known.call_function(node["value"], given)

    def _measured(self, value: Any) -> Any:
        self._measure(value)
        return value

    def _measure(self, value: Any) -> None:
        """Walk a value as it would be written, and stop where it is too much."""
        size, stack = 0, [value]
        while stack:
            one = stack.pop()
            if isinstance(one, list):
                size += 2 + len(one)
                stack.extend(one)
            elif isinstance(one, dict):
                size += 2 + sum(len(key) + 3 for key in one)
                stack.extend(one.values())
            else:
                size += len(one) + 2 if isinstance(one, str) else 8
            if size > SIZE_MAX:
                raise ExpressionError(f"it makes a value of more than {SIZE_MAX} characters")
        self._spend(size // 64)

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise ExpressionError(f"it takes more than {STEPS_MAX} steps")


_MAKING = frozenset(
    {
        *("multi_select_list", "multi_select_dict", "flatten", "function_expression"),
        *("projection", "value_projection", "filter_projection"),
    }
)
"""Nodes that make something new."""
