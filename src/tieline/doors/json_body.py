"""Reads a JSON body strictly: what two parsers could read in two ways is refused, and nothing can exhaust the process."""

from __future__ import annotations

import json
import re
from typing import NoReturn

import msgspec

from tieline.domain.json import Json
from tieline.problems.base import ProblemError
from tieline.problems.http import BodyEmpty, BodyNotJson, BodyTooDeep, DuplicateKey

_HOLDERS = frozenset({dict, list})
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPEN, _CLOSE = frozenset(b"{["), frozenset(b"}]")
_BOM = b"\xef\xbb\xbf"


def read_json(body: bytes, max_depth: int) -> Json:
    """Decode a JSON body. Raises `ProblemError`: TL131 empty, TL132 not JSON (also NaN, a byte order mark, a lone surrogate,
    a number beyond a double), TL133 a key twice in one object, TL134 nested deeper than `max_depth`.
    """
    if not body.strip():
        raise ProblemError(BodyEmpty())
    if body.startswith(_BOM):
        raise ProblemError(BodyNotJson(fault="it begins with a byte order mark"))
    if body.count(b"{") + body.count(b"[") > max_depth:
        _check_depth(body, max_depth)
    try:
        value = msgspec.json.decode(body)
        _CHECKER.decode(body.decode())
    except msgspec.DecodeError as fault:
        raise ProblemError(BodyNotJson(fault=_words(fault))) from None
    except UnicodeDecodeError:
        raise ProblemError(BodyNotJson(fault=not_utf8(body))) from None
    except (ValueError, RecursionError):
        # What msgspec takes and the standard library does not: a number too long to be one.
        raise ProblemError(BodyNotJson(fault="a number in it is out of range")) from None
    return value


def not_utf8(text: bytes) -> str:
    """Say where `text` stops being UTF-8, and never what stands there. A parser counts from the beginning of a text inside it."""
    try:
        text.decode()
    except UnicodeDecodeError as fault:
        return f"it is not UTF-8 (byte {fault.start})"
    return "it is not UTF-8"


def check_once(text: bytes, value: Json) -> None:
    """Raise `ProblemError` (TL133) for a key that stands twice in one object of `text`; `value` is what was read from it.

    Every key has a colon behind it: where there are no more colons than keys, none stands twice, and that is nearly always.
    Only text with others (in a time, an address, a key given twice) is read again.
    """
    if text.count(b":") != _keys(value):
        _ONCE.decode(text.decode())


def _keys(value: Json) -> int:
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    own = len(value) if type(value) is dict else 0
    return own + sum(_keys(one) for one in inner if type(one) in _HOLDERS)


def _check_depth(body: bytes, max_depth: int) -> None:
    """Count nesting without recursion, brackets inside strings left out."""
    depth = 0
    for byte in _STRINGS.sub(b"", body):
        if byte in _OPEN:
            depth += 1
            if depth > max_depth:
                raise ProblemError(BodyTooDeep(limit=max_depth))
        elif byte in _CLOSE:
            depth -= 1


def _once(pairs: list[tuple[str, Json]]) -> None:
    """Refuse a key that stands twice; what is built is thrown away, msgspec has built it faster."""
    if len(pairs) > 1:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ProblemError(DuplicateKey(key=key if len(key) <= 64 else key[:61] + "..."))
            seen.add(key)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _words(fault: msgspec.DecodeError) -> str:
    """Give the parser's word on it; it names the place, never the content."""
    said = str(fault)
    return said.removeprefix("JSON is malformed: ")[:200]


_CHECKER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
_ONCE = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str)
"""Made once: the standard library makes one for each call that has hooks. `_ONCE` looks at keys alone."""
