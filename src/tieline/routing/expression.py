"""Compiles and evaluates the expressions of routes: JMESPath, and JSONPath of the simple kind; bounded at load and at run."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from jmespath.exceptions import EmptyExpressionError, IncompleteExpressionError, JMESPathTypeError, LexerError, ParseError
from jmespath.lexer import Lexer
from jmespath.parser import Parser

from tieline.domain.json import Json
from tieline.problems.base import ProblemError, nearest
from tieline.problems.preflight import ExpressionFailed, ResultTooLarge
from tieline.problems.routes import ExpressionProblem, ExpressionSyntax, ExpressionTooBig, FunctionArguments, UnknownFunction
from tieline.routing.functions import MAX_TEXT, NAMES, FunctionFault, TooMuchText, parameters
from tieline.routing.interpreter import BoundedInterpreter, Node, TooMuch
from tieline.routing.jsonpath import is_jsonpath, translate

MAX_LENGTH = 4_000
"""How long an expression may be, in characters."""
MAX_NODES = 500
"""How many parts an expression may have."""
MAX_DEPTH = 64
"""How deep its parts may be nested; a chain of `|` or `||` counts each link."""
MAX_COPIES = 100_000
"""How many times an expression may copy what it is given, by its form alone."""


class Expression:
    """A compiled expression. `text` is as the operator wrote it."""

    __slots__ = ("_node", "text")

    def __init__(self, text: str, node: Node) -> None:
        """Take the text and its checked tree; `compile_expression` makes both."""
        self.text = text
        self._node = node

    def evaluate(self, document: Json) -> Json:
        """Evaluate on a JSON value; the result may share parts with it.

        Raises `ProblemError`: TL251 when a function or the result meets a value it cannot work with, TL252 when the
        evaluation makes more than it may.
        """
        try:
            return _finite(BoundedInterpreter().run(self._node, document))
        except TooMuch as much:
            raise ProblemError(ResultTooLarge(expression=self._short(), what=much.what, limit=much.limit)) from None
        except TooMuchText:
            raise ProblemError(ResultTooLarge(expression=self._short(), what="characters", limit=MAX_TEXT)) from None
        except JMESPathTypeError as fault:
            raise ProblemError(ExpressionFailed(expression=self._short(), fault=_type_fault(fault))) from None
        except FunctionFault as fault:
            raise ProblemError(ExpressionFailed(expression=self._short(), fault=str(fault))) from None
        except RecursionError:
            raise ProblemError(ExpressionFailed(expression=self._short(), fault="values are nested too deep")) from None
        except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
            fault_words = "a function was given values it cannot work with"
            raise ProblemError(ExpressionFailed(expression=self._short(), fault=fault_words)) from None

    def _short(self) -> str:
        flat = " ".join(self.text.split())
        return flat if len(flat) <= 120 else flat[:117] + "..."


def compile_expression(text: str) -> Expression:
    """Compile an expression. Raises `ProblemError` (TL520 to TL524) with the line and column of the first fault."""
    if len(text) > MAX_LENGTH:
        raise ProblemError(_too_big("characters", len(text), MAX_LENGTH))
    source = translate(text) if is_jsonpath(text) else text
    node = _parse(source)
    _check_size(node)
    for function in _functions(node):
        _check_call(function, source)
    _check_references(node, source)
    return Expression(text, node)


def _parse(text: str) -> Node:
    try:
        with warnings.catch_warnings():
            # a literal without quotes inside backticks is taken as text, with a warning meant for programmers
            warnings.simplefilter("ignore")
            parsed: Node = Parser().parse(text).parsed
            return parsed
    except RecursionError:
        raise ProblemError(_too_big("levels", f"more than {MAX_DEPTH}", MAX_DEPTH)) from None
    except EmptyExpressionError:
        raise ProblemError(_syntax(text, 0, "nothing", "an expression")) from None
    except IncompleteExpressionError:
        raise ProblemError(_syntax(text, len(text), "its end", "more of the expression")) from None
    except LexerError as fault:
        raise ProblemError(_lexer_fault(text, fault)) from None
    except ParseError as fault:
        raise ProblemError(_syntax(text, fault.lex_position, _token(fault), _expected(fault))) from None
    except (ValueError, LookupError):
        raise ProblemError(_syntax(text, 0, "something unreadable", "an expression")) from None


def _lexer_fault(text: str, fault: LexerError) -> ExpressionSyntax:
    position = fault.lexer_position
    value = str(fault.lexer_value)
    if "Unclosed" in fault.message:
        quote = text[position : position + 1]
        return _syntax(text, position, f"an opening {quote}", f"a closing {quote}")
    if value == "=":
        return _syntax(text, position, "`=`", "`==`")
    if value.startswith("$"):
        return _syntax(text, position, "`$`", "a path (JSONPath begins with `$`, JMESPath does not)")
    return _syntax(text, position, f"`{value[:12]}`", "a name, a literal or an operator")


def _token(fault: ParseError) -> str:
    value = str(fault.token_value)
    return {"EOF": "its end"}.get(fault.token_type, f"`{value[:40]}`")


_NAMES_OF_TOKENS = {
    "rparen": "`)`", "rbracket": "`]`", "rbrace": "`}`", "colon": "`:`", "comma": "`,`", "star": "`*`",
    "quoted_identifier": "a name", "unquoted_identifier": "a name",
}  # fmt: skip


def _expected(fault: ParseError) -> str:
    """Put the parser's word on what it waited for into ours."""
    message = fault.msg
    if message.startswith("Expecting: ["):
        return "a name, `[` or `{`" if "lbracket" in message else "a name"
    if message.startswith("Expecting: "):
        token = message.removeprefix("Expecting: ").partition(",")[0]
        return _NAMES_OF_TOKENS.get(token, token)
    if message.startswith("Unexpected token"):
        return "an operator or the end"
    if "unction name" in message:
        return "the plain name of a function"
    return "a name, a literal or a function"


def _check_size(root: Node) -> None:
    count, stack = 0, [(root, 1)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > MAX_NODES:
            raise ProblemError(_too_big("parts", f"more than {MAX_NODES}", MAX_NODES))
        if depth > MAX_DEPTH:
            raise ProblemError(_too_big("levels", f"more than {MAX_DEPTH}", MAX_DEPTH))
        stack.extend((child, depth + 1) for child in _children(node))
    if (copies := _copies(root)) > MAX_COPIES:
        raise ProblemError(_too_big("copies of its input", copies, MAX_COPIES))


def _copies(node: Node) -> int:
    """Give how many times a node may copy what it is given: several selections add up, one fed into the next multiplies."""
    each = [_copies(child) for child in _children(node)]
    match node["type"]:
        case "multi_select_list" | "multi_select_dict":
            return sum(each)
        case "subexpression" | "pipe" | "index_expression" | "key_val_pair" | "flatten" | "expref":
            return math.prod(each)
        case "projection" | "value_projection" | "filter_projection":
            return each[0] * each[1]
        case "or_expression" | "and_expression":
            return max(each)
        case "function_expression":
            return math.prod(each) if any(child["type"] == "expref" for child in _children(node)) else max(1, sum(each))
    return 1


def _children(node: Node) -> list[Node]:
    """The parts of a node that are nodes (those of a slice are numbers)."""
    return [child for child in node["children"] if isinstance(child, dict)]


def _walk(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(_children(node)))


def _functions(root: Node) -> Iterator[Node]:
    return (node for node in _walk(root) if node["type"] == "function_expression")


def _check_call(call: Node, text: str) -> None:
    name: str = call["value"]
    line, column = _place(text, _offset(text, name))
    if name not in NAMES:
        near = nearest(name, NAMES)
        raise ProblemError(UnknownFunction(function=name, allowed=", ".join(NAMES), nearest=near, at_line=line, at_column=column))
    wanted, given = parameters(name), len(call["children"])
    variadic = bool(wanted) and bool(wanted[-1].get("variadic"))
    if given < len(wanted) or (given > len(wanted) and not variadic):
        many = _count(len(wanted))
        raise ProblemError(
            FunctionArguments(
                function=name,
                seen=_count(given),
                allowed=f"at least {many}" if variadic else many,
                at_line=line,
                at_column=column,
            )
        )
    for index, argument in enumerate(call["children"]):
        takes = "expref" in wanted[min(index, len(wanted) - 1)]["types"]
        if takes != (argument["type"] == "expref"):
            seen = f"{'a value' if takes else 'an expression `&...`'} as argument {index + 1}"
            allowed = "an expression `&...` there" if takes else "a value there"
            raise ProblemError(FunctionArguments(function=name, seen=seen, allowed=allowed, at_line=line, at_column=column))


def _check_references(root: Node, text: str) -> None:
    """Refuse `&...` outside a function's arguments, and a slice by steps of 0; the library fails on both only when run."""
    for node in _walk(root):
        if node["type"] == "slice" and node["children"][2] == 0:
            raise ProblemError(_syntax(text, text.find(":"), "a slice by steps of 0", "a step other than 0"))
        for child in _children(node):
            if child["type"] == "expref" and node["type"] != "function_expression":
                raise ProblemError(_stray_reference(text))
    if root["type"] == "expref":
        raise ProblemError(_stray_reference(text))


def _stray_reference(text: str) -> ExpressionSyntax:
    start = next((token["start"] for token in Lexer().tokenize(text) if token["type"] == "expref"), 0)
    return _syntax(text, start, "`&`", "a value (`&` only stands before a function's argument)")


def _offset(text: str, function: str) -> int:
    """Find where a function is called: its name, followed by `(`."""
    tokens = list(Lexer().tokenize(text))
    for token, following in pairwise(tokens):
        if token["value"] == function and following["type"] == "lparen":
            return int(token["start"])
    return 0


def _count(number: int) -> str:
    return f"{number} argument" if number == 1 else f"{number} arguments"


def _place(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset into line and column, counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _syntax(text: str, offset: int, seen: str, expected: str) -> ExpressionSyntax:
    line, column = _place(text, offset)
    return ExpressionSyntax(at_line=line, at_column=column, seen=seen, expected=expected)


def _too_big(what: str, seen: Any, limit: int) -> ExpressionProblem:
    return ExpressionTooBig(at_line=1, at_column=1, what=what, seen=str(seen), limit=limit)


def _type_fault(fault: JMESPathTypeError) -> str:
    """Say which function got what, without the value."""
    takes = " or ".join(str(kind).replace("array-", "array of ") for kind in fault.expected_types)
    return f"`{fault.function_name}` takes {takes} and got {fault.actual_type}"


def _finite(value: Json) -> Json:
    """Give the value back when every number in it is finite; JSON has no other."""
    if isinstance(value, float) and not math.isfinite(value):
        raise FunctionFault("its result is a number that is not finite")
    if isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            if isinstance(part, float | list | dict):
                _finite(part)
    return value
