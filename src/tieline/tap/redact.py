"""Removes secrets from what is kept or said of an exchange: by the names they go by, and by their values wherever they turn up."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

GONE = "<redacted>"
_SHORTEST = 6
"""A value shorter than this is not looked for elsewhere: it would hit words that are none."""

_HEADERS = frozenset({"authorization", "proxyauthorization", "cookie", "setcookie", "xapikey"})
_NAMES = frozenset(
    {"clientsecret", "accesstoken", "refreshtoken", "idtoken", "authorization", "password", "assertion", "codeverifier", "secret"}
)
_IN_FORMS = _NAMES | {"code"}
_HOLLOW = frozenset({"undefined", "[object object]", "client_credentials"})
_IN_TEXT = re.compile(
    r"""(?ix) ( (?: client_?secret | (?:access|refresh|id)_?token | authorization | password | assertion | code_?verifier | secret )
    ["'\\]* \s* [:=] \s* \\* )
    ( " (?:[^"\\]|\\.)* "? | ' (?:[^'\\]|\\.)* '? | (?:bearer|basic) \s+ [^\s&,;}"'\\]+ | [^\s&,;}"'\\]+ )"""
)
_SCHEME = re.compile(r"(?i)\s*(bearer|basic)\s+(\S.*)", re.DOTALL)
_TOKENS = re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{20,}")

Pairs = list[tuple[str, str]]


def secrets_of(headers: Pairs, url: str, bodies: list[str | None]) -> frozenset[str]:
    """Find the secret values of an exchange, so that they can be removed wherever else they stand."""
    found: set[str] = set()
    for name, value in headers:
        if _fold(name) in _HEADERS:
            found |= _of_header(value)
    found |= _of_pairs(parse_qsl(urlsplit(url).query))
    for body in bodies:
        if body:
            found |= _of_body(body)
    return frozenset(
        value for value in found if len(value) >= _SHORTEST and value.casefold() not in _HOLLOW and GONE not in value
    )


def clean_headers(headers: Pairs, secrets: frozenset[str]) -> dict[str, str]:
    """Give headers by name, their secrets removed; a scheme stays, since a wrong one is a fault worth seeing."""
    cleaned: dict[str, str] = {}
    for name, value in headers:
        told = _clean_header(value) if _fold(name) in _HEADERS else scrub(value, secrets)
        cleaned[name] = f"{cleaned[name]}, {told}" if name in cleaned else told
    return cleaned


def clean_url(url: str, secrets: frozenset[str]) -> str:
    """Give an address without the secrets in its query."""
    path, mark, query = url.partition("?")
    return scrub(path + mark + _clean_form(query), secrets)


def clean_body(text: str | None, secrets: frozenset[str]) -> tuple[Any, str | None]:
    """Give a body as JSON (None when it is none) and as text where JSON would not say all of it."""
    if text is None:
        return None, None
    told, exact = _json(text)
    if exact:
        return clean_value(told, secrets), None
    return None, clean_text(text, secrets)


def clean_text(text: str, secrets: frozenset[str]) -> str:
    """Give a text without its secrets: a form, broken JSON, or words."""
    if "=" in text and not any(mark in text for mark in "{<\n"):
        text = _clean_form(text)
    return scrub(_IN_TEXT.sub(lambda found: found[1] + GONE, text), secrets)


def scrub(text: str, secrets: frozenset[str]) -> str:
    """Remove the values themselves, longest first, and whatever looks like a token."""
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, GONE)
    return _TOKENS.sub(lambda found: found[1] + found[2] + GONE, text)


def _clean_header(value: str) -> str:
    scheme = _SCHEME.fullmatch(value)
    return f"{scheme[1]} {GONE}" if scheme else GONE


def _clean_form(text: str) -> str:
    pairs = [pair.partition("=") for pair in text.split("&")]
    return "&".join(
        name + mark + (GONE if mark and _fold(unquote_plus(name)) in _IN_FORMS else value) for name, mark, value in pairs
    )


def clean_value(value: Any, secrets: frozenset[str]) -> Any:
    """Give a JSON value without its secrets, whatever names or texts they stand in."""
    if isinstance(value, dict):
        return {
            scrub(name, secrets): GONE if _is_secret(name, item) else clean_value(item, secrets) for name, item in value.items()
        }
    if isinstance(value, list):
        return [clean_value(item, secrets) for item in value]
    return scrub(_IN_TEXT.sub(lambda found: found[1] + GONE, value), secrets) if isinstance(value, str) else value


def _is_secret(name: str, item: Any) -> bool:
    return item is not None and _fold(name.rpartition(".")[2]) in _NAMES


def _json(text: str) -> tuple[Any, bool]:
    """Read JSON; False when it is none, or when reading loses something (a name that stands twice)."""
    exact = True

    def members(pairs: Pairs) -> dict[str, Any]:
        nonlocal exact
        told = dict(pairs)
        exact = exact and len(told) == len(pairs)
        return told

    try:
        value = json.loads(text, object_pairs_hook=members, parse_constant=_refuse)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return None, False
    return value, exact and isinstance(value, dict | list)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _of_header(value: str) -> set[str]:
    scheme = _SCHEME.fullmatch(value)
    rest = scheme[2].strip() if scheme else value.strip()
    found = {rest}
    if scheme and scheme[1].casefold() == "basic":
        try:
            plain = base64.b64decode(rest + "=" * (-len(rest) % 4)).decode()
        except (binascii.Error, ValueError):
            return found
        found |= {plain, plain.partition(":")[2].strip()}
    return found


def _of_pairs(pairs: Pairs) -> set[str]:
    return {value for name, value in pairs if _fold(name) in _IN_FORMS}


def _of_body(text: str) -> set[str]:
    if text.lstrip()[:1] not in {"{", "["}:
        return _of_pairs(parse_qsl(text[:100_000])) if "=" in text[:1_000] else set()
    try:
        return _of_value(json.loads(text))
    except (ValueError, RecursionError):
        return {found[2].strip("\"'") for found in _IN_TEXT.finditer(text)}


def _of_value(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_of_value(item) for item in value))
    if not isinstance(value, dict):
        return set()
    found = {item for name, item in value.items() if isinstance(item, str) and _is_secret(name, item)}
    return found.union(*(_of_value(item) for item in value.values()))


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").strip().casefold()
