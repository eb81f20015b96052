"""The codings a captured request goes through, undone and done: JSON, percent signs, base64. Nothing here raises."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable

from tieline.domain.json import Json

PLACEHOLDER = re.compile(
    r"<[^<>\n]{1,80}>|\$\{[^{}\n]{1,80}\}|\$\([^()\n]{1,200}\)|\$[A-Za-z_]\w*|\{\{[^{}\n]{1,80}\}\}|%[A-Za-z_]\w*%"
)
"""What stands where a value is still to come: `<id>`, `$ID`, `${ID}`, `$(cat id)`, `{{id}}`, `%ID%`."""

_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9._~-]+")
_DECODER = json.JSONDecoder()


def decode(text: str) -> Json:
    """Decode JSON; None when it is not JSON, or nested too deep to be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def leading(text: str, at: int = 0) -> tuple[Json, int] | None:
    """Decode the JSON value that begins at `at`, and say where it ends; None when none begins there."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def dump(value: Json) -> str | None:
    """Write JSON without blanks; None when it cannot be written."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError):
        return None


def fields(value: Json) -> dict[str, Json]:
    """Give an object's fields; none when the value is not an object."""
    return {key: inner for key, inner in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}


def entries(value: Json) -> list[Json]:
    """Give a list's entries; none when the value is not a list."""
    return list(value) if isinstance(value, list | tuple) else []


def text_of(value: Json) -> str:
    """Give a scalar as the text it would be written as; empty for anything else."""
    if isinstance(value, str):
        return value
    return (dump(value) or "") if isinstance(value, bool | int | float) else ""


def percent_decode(text: str, *, plus: bool = False) -> str:
    """Undo `%xx`, and `+` for a blank when asked."""
    plain = text.replace("+", " ") if plus else text
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), plain)


def percent_encode(text: str) -> str:
    """Write `%xx` for all but letters, digits and `-._~`; placeholders stay as they are written."""
    pieces: list[str] = []
    at = 0
    for found in PLACEHOLDER.finditer(text):
        pieces += (_encoded(text[at : found.start()]), found[0])
        at = found.end()
    return "".join((*pieces, _encoded(text[at:])))


def _encoded(text: str) -> str:
    return _TO_ESCAPE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass")), text)


def form(pairs: Iterable[tuple[str, str]]) -> str:
    """Write pairs as `application/x-www-form-urlencoded`."""
    return "&".join(f"{percent_encode(name)}={percent_encode(value)}" for name, value in pairs)


def with_query(url: str, query: str) -> str:
    """Put a query at the end of a url's own, before its fragment."""
    if not query:
        return url
    base, mark, fragment = url.partition("#")
    joint = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
    return f"{base}{joint}{query}{mark}{fragment}"


def basic(user: str) -> str:
    """Give the value of Authorization for `name:password`; one with a placeholder stays legible."""
    if PLACEHOLDER.search(user):
        return f"Basic {user}"
    return f"Basic {base64.b64encode(user.encode('utf-8', 'surrogatepass')).decode('ascii')}"


def from_base64(text: str) -> str | None:
    """Undo base64 of UTF-8 text; None when it is no base64."""
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return None
