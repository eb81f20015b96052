"""The functions of route expressions: those of JMESPath, and a small closed set of Tieline's own. No loops, no regular expressions."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import NAMESPACE_DNS, NAMESPACE_OID, NAMESPACE_URL, NAMESPACE_X500, UUID, uuid5

from jmespath.functions import Functions, signature

from tieline.domain.json import Json

MAX_TEXT = 512_000
"""How long a text may become inside a function, in characters: as long as the largest request the cloud takes, in bytes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_BELOW = 100_000_000_000
"""A number below this is taken for seconds since the epoch (up to the year 5138), from here on for milliseconds (from 1973)."""
_NAMESPACES = {"dns": NAMESPACE_DNS, "url": NAMESPACE_URL, "oid": NAMESPACE_OID, "x500": NAMESPACE_X500}
_TEXT: dict[str, Any] = {"types": ["string"]}
_ANY: dict[str, Any] = {"types": []}


_F = TypeVar("_F", bound=Callable[..., Any])


def takes(*parameters: dict[str, Any]) -> Callable[[_F], _F]:
    """Say what a function takes, one mapping a parameter; the library's decorator, whose stubs fit only its own functions."""
    decorate: Callable[[_F], _F] = cast("Any", signature)(*parameters)
    return decorate


class FunctionFault(Exception):
    """A function met a value it cannot work with; the message says which, and never quotes the value."""


class TooMuchText(Exception):
    """A function would make a text longer than `MAX_TEXT`."""


class TielineFunctions(Functions):
    """JMESPath's functions and Tieline's own, each method `_func_NAME` being the function NAME."""

    @takes({**_ANY, "variadic": True})
    def _func_coalesce(self, *values: Json) -> Json:
        return next((value for value in values if value is not None and value != ""), None)

    @takes(_ANY, _ANY)
    def _func_default(self, value: Json, fallback: Json) -> Json:
        return fallback if value is None else value

    @takes({**_ANY, "variadic": True})
    def _func_concat(self, *values: Json) -> str:
        return "".join(_bounded([_written(value, place) for place, value in enumerate(values, 1)]))

    @takes(_TEXT)
    def _func_lower(self, text: str) -> str:
        return text.lower()

    @takes(_TEXT)
    def _func_upper(self, text: str) -> str:
        return text.upper()

    @takes(_TEXT, {"types": ["number"]})
    def _func_truncate(self, text: str, length: float) -> str:
        if length < 0 or length != int(length):
            raise FunctionFault("`truncate` takes a whole length of 0 or more")
        return text[: int(length)]

    @takes(_TEXT, _TEXT)
    def _func_split(self, text: str, separator: str) -> list[str]:
        if not separator:
            raise FunctionFault("`split` cannot split at an empty text")
        return text.split(separator)

    @takes(_TEXT, _TEXT, _TEXT)
    def _func_replace(self, text: str, old: str, new: str) -> str:
        if not old:
            raise FunctionFault("`replace` cannot replace an empty text")
        if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
            raise TooMuchText
        return text.replace(old, new)

    @takes({"types": ["number", "string"]})
    def _func_to_iso(self, moment: float | str) -> str:
        number = _number(moment, "to_iso")
        milliseconds = number * 1000 if abs(number) < _SECONDS_BELOW else number
        try:
            when = _EPOCH + timedelta(milliseconds=round(milliseconds))
        except OverflowError:
            raise FunctionFault("`to_iso` was given a time outside the years 1 to 9999") from None
        return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z".rjust(24, "0")

    @takes(_TEXT)
    def _func_epoch(self, text: str) -> int:
        return self._func_epoch_ms(text) // 1000

    @takes(_TEXT)
    def _func_epoch_ms(self, text: str) -> int:
        try:
            when = datetime.fromisoformat(text)
            return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)
        except (ValueError, OverflowError):
            raise FunctionFault("a text that is not an ISO 8601 time cannot be turned into an epoch") from None

    @takes(_TEXT, _TEXT)
    def _func_uuid5(self, namespace: str, name: str) -> str:
        try:
            return str(uuid5(_NAMESPACES.get(namespace) or UUID(namespace), name))
        except (ValueError, UnicodeEncodeError):
            raise FunctionFault("`uuid5` takes a namespace (a GUID, or `dns`, `url`, `oid`, `x500`) and a name") from None

    @takes(_TEXT, {"types": ["array-string"]})
    def _func_join(self, glue: str, parts: list[str]) -> str:
        if len(glue) * len(parts) > MAX_TEXT:
            raise TooMuchText
        return glue.join(_bounded(parts))

    @takes(_ANY)
    def _func_to_number(self, value: Json) -> Json:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            return _number(value, "to_number")
        except FunctionFault:
            return None


def _number(value: float | str, function: str) -> float:
    """Read a finite number, keeping integers whole."""
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            try:
                value = float(value)
            except ValueError:
                raise FunctionFault(f"`{function}` was given a text that is not a number") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise FunctionFault(f"`{function}` was given a number that is not finite")
    return value


def _written(value: Json, place: int) -> str:
    """Write one argument of `concat`; the library checks only the first of many."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        kind = "null" if value is None else "an array" if isinstance(value, list) else "an object"
        raise FunctionFault(f"`concat` takes strings, numbers and booleans, and argument {place} is {kind}")
    return value if isinstance(value, str) else str(value)


def _bounded(parts: list[str]) -> list[str]:
    if sum(map(len, parts)) > MAX_TEXT:
        raise TooMuchText
    return parts


FUNCTIONS = TielineFunctions()
"""One instance; it holds nothing."""

_TABLE: dict[str, dict[str, Any]] = TielineFunctions.FUNCTION_TABLE
NAMES: tuple[str, ...] = tuple(sorted(_TABLE))
"""Every function's name."""


def parameters(name: str) -> tuple[dict[str, Any], ...]:
    """Give what a function takes: one mapping a parameter, with `types` and, on the last, perhaps `variadic`."""
    return tuple(_TABLE[name]["signature"])
