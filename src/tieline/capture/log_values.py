"""Finds the values in a log: by name in a decoded object, and escaped in a line of text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from tieline.capture.coding import decode, dump, fields, leading, percent_decode
from tieline.capture.names import plain
from tieline.domain.json import Json

_DEPTH = 5
_PRINTED_MAX = 100_000
_PRINTED_DEPTH = 1_000
_QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_SINGLE = re.compile(r"b?'([^'\\]*+(?:\\.[^'\\]*+)*+)'")
_BRACE = re.compile(r"[{}\[\]]")
_BARE = re.compile(r"%[57][BbDd][^\s&]+|[^\s,;]+")


def look(value: Json, names: Iterable[str]) -> Json:
    """Give the first of the named values that is there. `request.body` is found as `request: {body}`, `requestBody`,
    `request_body` and `request.body` alike.
    """
    for name in names:
        if (found := _look(fields(value), name.split("."), _DEPTH)) is not None:
            return found
    return None


def _look(value: dict[str, Json], parts: list[str], depth: int) -> Json:
    level = {plain(name): inner for name, inner in value.items()}
    for take in range(len(parts), 0, -1):
        inner = level.get(plain("".join(parts[:take])))
        if inner is None:
            continue
        if take == len(parts):
            return inner
        if depth and (found := _look(fields(inner), parts[take:], depth - 1)) is not None:
            return found
    return None


def unescape(text: str) -> str:
    """Undo escaping until the text is JSON: backslashes (once or twice), percent signs, JSON inside a JSON string.

    A text that never becomes JSON stays as it was, or without its backslashes when it can only be an escaped object.
    """
    now = text.strip()
    if (written := _python(now)) is not None:
        return written
    for _ in range(4):
        value = decode(now)
        if isinstance(value, dict | list):
            return now
        after = value.strip() if isinstance(value, str) else _once(now)
        if after == now:
            break
        now = after
    return now if now.startswith(("{", "[")) and text.lstrip('"').startswith(('{\\"', '[{\\"', "%7B", "%7b")) else text


def _python(text: str) -> str | None:
    """Give a Python dict as its program printed it (`{'flowId': None}`) as the JSON that program sends; None for anything else."""
    if not text.startswith(("{'", "[{'")) or len(text) > _PRINTED_MAX or text.count("{") + text.count("[") > _PRINTED_DEPTH:
        return None
    try:
        return dump(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _once(text: str) -> str:
    if text[:3].upper() in ("%7B", "%5B", "%22") or "%22" in text:
        return percent_decode(text, plus="%20" not in text and " " not in text)
    if "\\" in text:
        inner = decode(f'"{text}"')
        if isinstance(inner, str):
            return inner.strip()
        return text.replace('\\\\"', '\\"') if '\\\\"' in text else text.replace('\\"', '"')
    return text


def value_at(line: str, at: int) -> tuple[str, int]:
    """Read the value that begins at `at`, quoted, JSON, escaped JSON or a bare word; gives it with where it ends."""
    first = line[at : at + 1]
    if first in ("{", "["):
        return _json_at(line, at)
    if line.startswith(('"{', '"[', "'{", "'["), at) and (found := leading(line, at + 1)) is not None:
        return line[at + 1 : found[1]], found[1] + 1
    if first == '"' and (quoted := _QUOTED.match(line, at)) is not None:
        inner = decode(quoted[0])
        return (inner if isinstance(inner, str) else quoted[1]), quoted.end()
    if line.startswith('\\"', at) and (end := line.find('\\"', at + 2)) > 0 and line[at + 2 : at + 3] != "{":
        return line[at + 2 : end], end + 2
    if (single := _SINGLE.match(line, at)) is not None:
        return single[1], single.end()
    bare = _BARE.match(line, at)
    return (bare[0], bare.end()) if bare else ("", at)


def _json_at(line: str, at: int) -> tuple[str, int]:
    if (found := leading(line, at)) is not None:
        return line[at : found[1]], found[1]
    depth = 0
    for brace in _BRACE.finditer(line, at):
        depth += 1 if brace[0] in "{[" else -1
        if depth == 0:
            return unescape(line[at : brace.end()]), brace.end()
    return line[at:].rstrip(), len(line)
