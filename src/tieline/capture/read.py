"""Finds the form a captured text is in, and reads it: the one way in for everything that holds requests."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tieline.capture.exchange_lines import read_exchange_document, read_exchange_lines
from tieline.capture.names import plain
from tieline.domain.exchange import CapturedRequest, Exchange, Place

ReadFile = Callable[[str], str | None]


def no_files(name: str) -> str | None:
    """Read no file: what a capture points at stays unknown."""
    return None


def decode(raw: bytes) -> str:
    """Decode a capture's bytes; UTF-8 unless a byte order mark says UTF-16. What cannot be decoded stays as a mark."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8", "replace")


def read_captures(
    text: str, file: str, variables: Mapping[str, str], read_file: ReadFile = no_files, form: str | None = None
) -> list[Exchange]:
    """Read every exchange in a text, whatever its form; never raises, and gives at least one.

    What is no known form is taken for a body alone. `form` says which form it is and nothing else is tried: a form's name,
    or `body`.
    """
    if form == "body":
        return [_body(text, file)]
    found = _document(text, file, variables, form)
    if not found and form is None and _looks_like_an_answer(text):
        found = _reader("answer_alone", "read_answer_alone")(text, file)
    if not found and not (form is None and _looks_like_a_body(text)):
        found = _text(text, file, variables, read_file, form)
    return found or [_body(text, file)]


_LOGGED = frozenset(
    {"url", "uri", "path", "method", "request", "httprequest", "requestbody", "msg", "message", "level", "req", "log", "config"}
    | {
        "severity",
        "jsonpayload",
        "textpayload",
        "timestamp",
        "levelname",
        "requesturi",
        "requesturl",
        "requestmethod",
        "requestpath",
        "httpmethod",
        "properties",
        "messagetemplate",
    }
)
"""What the fields of a log record are called, folded; a launch request has none of them beside `flowId`."""


def _looks_like_a_body(text: str) -> bool:
    """Tell a body alone, sound or broken, from lines that hold requests: it begins as JSON and is no list of log records."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[", '"')):
        return False
    whole = _decoded(text)
    if whole is None:
        first = _decoded(start.partition("\n")[0])
        return not isinstance(first, dict)
    if not isinstance(whole, dict) or "flowId" in whole:
        return True
    names = {plain(name) for name in whole}
    return not (_LOGGED & names or any("http" in name for name in names))


def _looks_like_an_answer(text: str) -> bool:
    """Tell an error body or the state of a run, pasted alone, from the body of a request."""
    start = text.lstrip("\ufeff \t\r\n")
    return start.startswith("{") and '"status"' in text


def _body(text: str, file: str) -> Exchange:
    return Exchange(id=file, form="body", request=CapturedRequest(body=text), place=Place(file=file, line=1))


_KEYS: Mapping[str, frozenset[str]] = {
    "exchange": frozenset({"request", "response"}),
    "har": frozenset({"log"}),
    "postman": frozenset({"item", "collection"}),
    "insomnia": frozenset({"resources", "collection"}),
    "bruno": frozenset({"items", "http"}),
}
"""The names by which a document of each form is known at a glance; its reader has the last word."""


def _document(text: str, file: str, variables: Mapping[str, str], form: str | None) -> list[Exchange] | None:
    """Try the forms that are one JSON or YAML document. Each reader is imported when it is tried: a cold start stays short."""
    document = _decoded(text)
    if document is None:
        return None
    readers: dict[str, Callable[[], list[Exchange] | None]] = {
        "exchange": lambda: read_exchange_document(document, file),
        "har": lambda: _reader("har", "read_har")(document, file),
        "postman": lambda: _reader("postman", "read_postman")(document, file, variables),
        "insomnia": lambda: _reader("insomnia", "read_insomnia")(document, file, variables),
        "bruno": lambda: (
            _reader("bruno", "read_bruno_collection")(document, file, variables)
            or _reader("open_collection", "read_open_collection")(document, file, variables)
        ),
    }
    first = document[0] if isinstance(document, list) and document else document
    keys = first.keys() if isinstance(first, dict) else frozenset()
    return _first({name: read for name, read in readers.items() if _KEYS[name] & keys}, form)


def _text(text: str, file: str, variables: Mapping[str, str], read_file: ReadFile, form: str | None) -> list[Exchange] | None:
    """Try the forms that are lines of text."""
    readers: dict[str, Callable[[], list[Exchange] | None]] = {
        "exchange": lambda: read_exchange_lines(text, file),
        "curl": lambda: _reader("curl", "read_curl")(text, file, read_file),
        "call": lambda: _reader("pasted_call", "read_pasted_calls")(text, file),
        "bruno": lambda: _reader("bruno", "read_bruno")(text, file, variables),
        "http": lambda: _reader("raw_http", "read_raw_http")(text, file),
        "log": lambda: _reader("log_line", "read_log_lines")(text, file),
        "answer": lambda: _reader("answer_alone", "read_answer_alone")(text, file),
    }
    return _first(readers, form)


def _reader(module: str, name: str) -> Callable[..., list[Exchange] | None]:
    read: Callable[..., list[Exchange] | None] = getattr(importlib.import_module(f"tieline.capture.{module}"), name)
    return read


def _first(readers: Mapping[str, Callable[[], list[Exchange] | None]], form: str | None) -> list[Exchange] | None:
    for name, read in readers.items():
        if form in (None, name) and (found := read()):
            return found
    return None


def _decoded(text: str) -> Any:
    """Decode a JSON document, or the YAML of Insomnia or Bruno; None for any other text, and for a plain body."""
    start = text.lstrip("\ufeff \t\r\n")[:200]
    if start.startswith(("{", "[")):
        try:
            return json.loads(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return None
    if start.startswith(
        ("type: collection.insomnia", "type: 'collection.insomnia", 'type: "collection.insomnia', "_type: export")
    ):
        return _yaml(text)
    if start.startswith(("info:", "opencollection:")) and re.search(r"^ *(?:- )?http:\s*$", text, re.MULTILINE):
        return _yaml(text)
    return None


def _yaml(text: str) -> Any:
    import yaml  # noqa: PLC0415 - only for one form

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
