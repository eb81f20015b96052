"""Fills in the `{{name}}` that Postman, Insomnia and Bruno put where a value comes from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAMED = re.compile(r"\{\{([^{}]*)\}\}")
_DEPTH = 10
_LONGEST = 4_000_000


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Put the values in for `{{name}}` (and Insomnia's `{{ _.name }}`), ten deep at most; a name nobody knows stays as written.

    A text that would grow past four million characters stays as it was.
    """
    if not variables:
        return text
    for _ in range(_DEPTH):
        filled = _filled(text, variables)
        if filled is None or filled == text:
            break
        text = filled
    return text


def _filled(text: str, variables: Mapping[str, str]) -> str | None:
    pieces: list[str] = []
    at = size = 0
    for found in _NAMED.finditer(text):
        value = _value(found[1].strip(), variables)
        if value is None:
            continue
        pieces += (text[at : found.start()], value)
        at = found.end()
        size += len(value)
        if size > _LONGEST:
            return None
    return "".join((*pieces, text[at:])) if pieces else None


def _value(name: str, variables: Mapping[str, str]) -> str | None:
    known = variables.get(name)
    if known is not None or not name.startswith("_"):
        return known
    own = name.removeprefix("_").strip()
    return variables.get(own[2:-2] if own.startswith(("['", '["')) and own.endswith(("']", '"]')) else own.removeprefix("."))
