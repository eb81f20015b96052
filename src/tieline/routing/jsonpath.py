"""Understands a JSONPath of the simple kind (`$.a['b'][0]`) by turning it into JMESPath; Genesys people know JSONPath from data actions."""

from __future__ import annotations

import json
import re

from tieline.problems.base import ProblemError
from tieline.problems.routes import JsonPathNotSimple

_STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*) | \['(?P<single>(?:[^'\\]|\\.)*)'\] | \["(?P<double>(?:[^"\\]|\\.)*)"\]
    | \[(?P<index>-?\d{1,9})\] | (?P<all>\[\*\]|\.\*)""",
    re.VERBOSE,
)


def is_jsonpath(text: str) -> bool:
    """Tell whether an expression is meant as JSONPath: it begins with `$`."""
    return text.lstrip().startswith("$")


def translate(text: str) -> str:
    """Turn a simple JSONPath into the JMESPath that means the same. Raises `ProblemError` (TL524) for any other."""
    path = text.strip()
    place = 1
    steps: list[str] = []
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None:
            raise ProblemError(_not_simple(text, path, place))
        steps.append(_translated(step))
        place = step.end()
    return "".join(steps).lstrip(".") or "@"


def _translated(step: re.Match[str]) -> str:
    if step["index"] is not None:
        return f"[{step['index']}]"
    if step["all"] is not None:
        return step["all"]
    name = step["name"]
    if name is None:
        name = re.sub(r"\\(.)", r"\1", step["single"] if step["single"] is not None else step["double"])
    return "." + json.dumps(name)


def _not_simple(text: str, path: str, place: int) -> JsonPathNotSimple:
    before = text[: text.index("$") + place]
    seen = path[place : place + 12]
    return JsonPathNotSimple(at_line=before.count("\n") + 1, at_column=len(before) - before.rfind("\n"), seen=f"`{seen}`")
