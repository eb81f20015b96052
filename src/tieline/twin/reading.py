"""Reads a JSON request body strictly: what a careful server would not take is refused, never guessed at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tieline.contract.operation import Operation
from tieline.twin.options import Strictness
from tieline.twin.refusal import Refusal


class Refused(Exception):
    """Carries a refusal to whoever answers."""

    def __init__(self, refusal: Refusal) -> None:
        """Take the refusal."""
        super().__init__(refusal.error.code)
        self.refusal = refusal


def refuse(operation: Operation, code: str, params: Mapping[str, str] | None = None, field: str | None = None) -> Refused:
    """Make the refusal with a published code; of `params` as many are used, in order, as its template takes."""
    error = operation.error(code)
    taken = dict(list((params or {}).items())[: error.slots])
    return Refused(Refusal(error=error, params=taken, field=field))


def check_media_type(operation: Operation, content_type: str | None, content_encoding: str | None) -> None:
    """Raise `Refused` (415) unless the body is announced as plain JSON in UTF-8 (what the cloud says to compressed bodies is unknown)."""
    if not _plain_json(content_type or "", content_encoding or "identity"):
        raise refuse(operation, "unsupported.media.type")


@lru_cache(maxsize=256)
def _plain_json(content_type: str, content_encoding: str) -> bool:
    kind, _, rest = content_type.partition(";")
    charset = next((value.strip(' "') for name, _, value in _parameters(rest) if name.strip().lower() == "charset"), "utf-8")
    plain = content_encoding.strip().lower() == "identity"
    return kind.strip().lower() == "application/json" and charset.lower() in {"utf-8", "utf8"} and plain


def _parameters(text: str) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in text.split(";")]


def read_object(operation: Operation, body: bytes, strict: Strictness) -> dict[str, Any]:
    """Decode one JSON object. Raises `Refused` (400 `bad.request`) for anything else: no JSON, NaN, a byte order mark, bad UTF-8,
    lone surrogates, numbers out of range, trailing text, a key given twice, nesting deeper than `strict.max_depth`, no object.
    """
    try:
        value = msgspec.json.decode(body)
        if not isinstance(value, dict) or _too_deep(body, value, strict.max_depth):
            raise _malformed(operation)
        if body.count(b":") != _keys(value):
            _STRICT.decode(body.decode())
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _malformed(operation) from error
    return value


def _malformed(operation: Operation) -> Refused:
    return refuse(operation, "bad.request")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is given twice")


def _keys(value: Any) -> int:
    """Count the keys in a value. Each has a colon behind it: text with no more colons than that has none twice, for one went away."""
    keys, inside = (len(value), value.values()) if type(value) is dict else (0, value)
    for inner in inside:
        if type(inner) in _HOLDERS:
            keys += _keys(inner)
    return keys


_HOLDERS = frozenset({dict, list})
_STRICT = json.JSONDecoder(object_pairs_hook=_no_key_twice)


def _too_deep(body: bytes, value: Any, limit: int) -> bool:
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    layer, depth = [value], 0
    while layer and depth <= limit:
        depth += 1
        layer = [inner for outer in layer for inner in _children(outer)]
    return depth > limit


def _children(value: Any) -> list[Any]:
    items = value.values() if isinstance(value, dict) else value
    return [item for item in items if isinstance(item, dict | list)]
