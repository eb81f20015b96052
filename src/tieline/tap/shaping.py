"""Sanitises an exchange and keeps its shape: a recording of a real org that can be shown, replayed and held against the twin.

What says how the cloud works stays as it was: the words of paths, codes, statuses, types, versions, dates, the names of fields and
inputs, the platform's own sentences. What is somebody's is replaced by something of the same form: ids by other ids, texts by texts
of the same length and letters, numbers in inputs and outputs by numbers of as many digits. The same value is always replaced by the
same one, wherever it stands, so that what belonged together still does; without the key, nobody can go back.
"""

from __future__ import annotations

import hmac
import re
import string
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from tieline.contract.inputs import FlowVariable, input_schema, output_schema
from tieline.contract.operations import OPERATIONS
from tieline.contract.schemas import DEFINITIONS


def texts(value: Any) -> Iterator[str]:
    """Give every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?")
_PATH = re.compile(r"/(?:api/v2|platform)(?:/[^/?\s]*)*(?:\?\S*)?")
_SEGMENT = re.compile(r"[a-z]+|v\d|\d+\.\d+", re.ASCII)
"""A part of a path that is a word of the platform or a version, where the path is none the contract knows."""
_PERMISSIONS = re.compile(r"[a-z]\w*:[\w*]+:[\w*]+(?:, ?[a-z]\w*:[\w*]+:[\w*]+)*")
_NAME = re.compile(r"[\w.$:-]{1,100}", re.ASCII)
"""What may be the name of a field; anything else in its place is somebody's."""
_KEPT = frozenset(
    {
        "code", "status", "type", "grant_type", "token_type", "completionReason", "generationId", "version", "flowVersion",
        "$schema", "$ref", "$id", "archDataTypeId", "error", "error_description", "description_code", "level", "sortOrder", "sortBy",
        "commitVersion", "configurationVersion", "format", "pattern", "category", "operator", "dataType", "contextId",
        "authorizedGrantType", "language", "namespace", "key", "statusCode",
    }
)  # fmt: skip
"""Names whose values are words of the platform, never somebody's."""
_OPEN = frozenset({"inputData", "outputData", "inputs", "data"})
"""Names below which every value is somebody's, whatever it is called."""
_CODED = re.compile(r"[a-z]+(?:\.[a-z]+)+|[A-Z][A-Z0-9_]{2,}|\d+(?:\.\d+){1,2}|true|false|", re.ASCII)
"""What is a word of the platform by its form: an error code, an enumeration, a version."""
_SENTENCES = frozenset(
    text
    for schema in (input_schema((FlowVariable(name="a"), FlowVariable(name="b", type="Integer"))), output_schema(()))
    for text in texts(schema)
)
"""What the platform itself writes into the schemas of flows."""
_KEPT_HEADERS = frozenset(
    {
        "content-type",
        "accept-encoding",
        "content-encoding",
        "accept",
        "retry-after",
        "allow",
        "cache-control",
        "connection",
        "transfer-encoding",
    }
)
_KEPT_PREFIXES = ("inin-ratelimit",)
_LEFT_OUT = frozenset(
    {"date", "server", "content-length", "host", "user-agent", "cookie", "set-cookie", "via", "x-forwarded-for"}
)
"""Headers that say who was there and when, and nothing of how the cloud works."""


_TYPES = frozenset({"String", "Integer", "Object", "Boolean", "Array", "Number"})
_TEMPLATES = tuple(
    (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one.path))), ["{" not in part for part in one.path.split("/")])
    for one in sorted(OPERATIONS.values(), key=lambda one: one.path.count("{"))
)
"""The paths of the contract, those of fixed words first, with which of their parts are fixed."""


class Shaper:
    """Replaces what is somebody's, always in the same way; `key` is kept nowhere."""

    def __init__(self, key: bytes) -> None:
        """Take the key that the replacements hang on."""
        self._key = key

    def value(self, value: Any, name: str = "", *, own: bool = False) -> Any:
        """Give a JSON value of the same shape. `own` says that it stands in inputs or outputs, where all is somebody's."""
        if isinstance(value, dict):
            return self._object(value, name, own=own)
        if isinstance(value, list):
            return [self.value(item, name, own=own) for item in value]
        if isinstance(value, str):
            return self.text(value, name, own=own)
        if own and type(value) in {int, float}:
            return self._number(value)
        return value

    def text(self, text: str, name: str = "", *, own: bool = False) -> str:
        """Give a text of the same form."""
        if not own and (name in _KEPT or text in _SENTENCES or _CODED.fullmatch(text)):
            return self._ids(text)
        if name == "message" and not own:
            return _BRACKETS.sub(lambda found: f"[{self._within(found[1])}]", self._ids(text))
        if _DATE.fullmatch(text):
            return text
        if _UUID.fullmatch(text):
            return self._ids(text)
        if not own and _PATH.fullmatch(text):
            return self.url(text)
        if _EMAIL.fullmatch(text):
            return f"user-{self._digest(text)[:8]}@example.com"
        return self._letters(text)

    def url(self, url: str) -> str:
        """Give an address with what varies in its path and the values of its query replaced; the host and the path's words stay."""
        before, mark, query = url.partition("?")
        scheme, slashes, rest = before.rpartition("://")
        host, slash, path = rest.partition("/")
        pairs = [pair.partition("=") for pair in query.split("&")] if mark else []
        told = "&".join(name + equals + self._query(value) for name, equals, value in pairs)
        return scheme + slashes + host + self._path(slash + path) + mark + told

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Give headers: those of HTTP and of the platform's limits as they are, a scheme of authorization, no other value."""
        kept = {name: value for name, value in headers.items() if name.casefold() not in _LEFT_OUT}
        return {name: self._header(name.casefold(), value) for name, value in kept.items()}

    def form(self, text: str) -> str:
        """Give a form of the same fields; of their values only the kind of grant stays."""
        pairs = [pair.partition("=") for pair in text.split("&")]
        return "&".join(name + mark + (value if name == "grant_type" else self._letters(value)) for name, mark, value in pairs)

    def _header(self, name: str, value: str) -> str:
        if name in _KEPT_HEADERS or name.startswith(_KEPT_PREFIXES):
            return value
        if name == "authorization":
            scheme, blank, rest = value.partition(" ")
            return scheme + blank + self.text(rest, own=True) if blank else self._letters(value)
        return self._ids(value) if _UUID.fullmatch(value) else self._letters(value)

    def _object(self, value: dict[str, Any], name: str, *, own: bool) -> dict[str, Any]:
        told = {}
        for inner, item in value.items():
            key = inner if _NAME.fullmatch(inner) else self._letters(inner)
            told[key] = self.value(item, inner, own=own or name in _OPEN or inner in _OPEN)
        given = value.get("messageParams")
        if not own and isinstance(given, dict) and isinstance(value.get("message"), str):
            told["message"] = self._message(value["message"], [str(one) for one in given.values()])
        return told

    def _message(self, text: str, params: list[str]) -> str:
        """Give a message whose values are known: each is replaced as it is where it stands alone, and so are ids."""
        meant = [f"[{param}]" if f"[{param}]" in text else param for param in params if param]
        found = "|".join([*(re.escape(one) for one in sorted(meant, key=len, reverse=True)), _UUID.pattern])
        return re.sub(found, lambda one: self._within(one[0]), text)

    def _path(self, path: str) -> str:
        """Give a path: what an operation of the contract has in braces is somebody's, and elsewhere what is no plain word."""
        known = next((one for one in _TEMPLATES if one[0].fullmatch(path)), None)
        parts = path.split("/")
        fixed = known[1] if known is not None else [_SEGMENT.fullmatch(part) is not None for part in parts]
        return "/".join(
            part if is_fixed or _CODED.fullmatch(part) else self.text(part, own=True)
            for part, is_fixed in zip(parts, fixed, strict=True)
        )

    def _query(self, value: str) -> str:
        """Give a value of a query as it would be given in a body."""
        plain = unquote_plus(value)
        return value if plain.isdigit() and len(plain) < 5 else quote_plus(self.text(plain), safe="/:,")

    def _within(self, text: str) -> str:
        """A value in a message: permissions, seconds and names of the platform's objects stay, anything else is somebody's."""
        if text[:1] == "[" and text[-1:] == "]":
            return f"[{self._within(text[1:-1])}]"
        plain = text.strip("[]")
        if _PERMISSIONS.fullmatch(plain) or (plain.isdigit() and len(plain) < 7) or plain in DEFINITIONS or plain in _TYPES:
            return text
        return self.text(text)

    def _ids(self, text: str) -> str:
        return _UUID.sub(lambda found: self._id(found[0]), text)

    def _id(self, text: str) -> str:
        told = self._digest(text.casefold())
        return f"{told[:8]}-{told[8:12]}-4{told[13:16]}-8{told[17:20]}-{told[20:32]}"

    def _letters(self, text: str) -> str:
        """Replace letters by letters and digits by digits; what is neither stays."""
        stream = bytes.fromhex(self._digest(text))
        made = []
        for at, char in enumerate(self._ids(text) if _UUID.search(text) else text):
            byte = stream[at % len(stream)]
            if char in string.ascii_lowercase:
                made.append(string.ascii_lowercase[byte % 26])
            elif char in string.ascii_uppercase:
                made.append(string.ascii_uppercase[byte % 26])
            elif char in string.digits:
                made.append(string.digits[byte % 10])
            else:
                made.append("x" if char.isalnum() else char)
        return "".join(made)

    def _number(self, value: float) -> float:
        text = self._letters(str(abs(value))) if abs(value) < 1e15 else "0"
        try:
            told = float(text) if isinstance(value, float) else int("1" + text[1:] if text[:1] == "0" and len(text) > 1 else text)
        except ValueError:
            return type(value)(0)
        return -told if value < 0 else told

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
