"""Reads the calls that browsers copy beside curl: `fetch(url, {...})` and PowerShell's `Invoke-WebRequest`."""

from __future__ import annotations

import re

from tieline.capture.coding import dump, fields, text_of
from tieline.capture.lenient import read_json
from tieline.domain.exchange import CapturedRequest, Exchange, Headers, Place
from tieline.domain.json import Json

_FETCH = re.compile(r"""\bfetch\s*\(\s*(["'`])(?P<url>[^"'`\s]{1,2000})\1\s*(?P<more>,\s*(?=\{))?""")
_STRINGIFY = re.compile(r"JSON\.stringify\(\s*(?=[{\[])")
_CLOSED = re.compile(r"([}\]])\s*\)")
_INVOKE = re.compile(r"\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b", re.IGNORECASE)
_OPTION = re.compile(
    r"""-(?P<name>Uri|Method|Body|ContentType|Headers)[ :]+(?:(?P<quoted>"(?:`.|""|[^"`])*"|'(?:''|[^'])*')|@\{(?P<table>[^}]*)\}|(?P<bare>[^\s`]+))""",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"""["']?([\w-]+)["']?\s*=\s*("(?:`.|""|[^"`])*"|'(?:''|[^'])*')""")
_MOST = 1_000


def read_pasted_calls(text: str, file: str) -> list[Exchange] | None:
    """Read every such call; None when there is none."""
    found: list[Exchange] = []
    for at, request in [*_fetches(text), *_invocations(text)]:
        line = text.count("\n", 0, at) + 1
        found.append(Exchange(id=f"{file}:{line}", form="call", request=request, place=Place(file=file, line=line)))
    return found or None


def _fetches(text: str) -> list[tuple[int, CapturedRequest]]:
    found: list[tuple[int, CapturedRequest]] = []
    for call in list(_FETCH.finditer(text))[:_MOST]:
        init = _init(text[call.end() : call.end() + 1_000_000]) if call["more"] else {}
        headers = tuple((name, text_of(value)) for name, value in fields(init.get("headers")).items())
        method = text_of(init.get("method")).upper() or "GET"
        request = CapturedRequest(method=method, url=call["url"], headers=headers, body=_sent(init.get("body")))
        found.append((call.start(), request))
    return found


def _init(text: str) -> dict[str, Json]:
    """Read the second argument; `JSON.stringify({...})` stands for what is in it."""
    bare, changed = _STRINGIFY.subn("", text)
    return fields(read_json(_CLOSED.sub(r"\1", bare) if changed else bare).value)


def _sent(body: Json) -> str:
    if body is None:
        return ""
    return body if isinstance(body, str) else dump(body) or ""


def _invocations(text: str) -> list[tuple[int, CapturedRequest]]:
    starts = [one.start() for one in _INVOKE.finditer(text)][:_MOST]
    return [
        (start, request)
        for start, end in zip(starts, [*starts[1:], len(text)][: len(starts)], strict=True)
        if (request := _invocation(text[start:end])) is not None
    ]


def _invocation(text: str) -> CapturedRequest | None:
    """Read one; backticks at the ends of lines join them, within quotes they escape."""
    options: dict[str, str] = {}
    headers: Headers = ()
    for option in _OPTION.finditer(text):
        name = option["name"].casefold()
        if option["table"] is not None:
            headers = tuple((entry[1], _unquoted(entry[2])) for entry in _ENTRY.finditer(option["table"]))
        elif name not in options:
            options[name] = _unquoted(option["quoted"]) if option["quoted"] else option["bare"]
    if "uri" not in options:
        return None
    if "contenttype" in options:
        headers = (*headers, ("Content-Type", options["contenttype"]))
    method = options.get("method", "GET").upper()
    return CapturedRequest(method=method, url=options["uri"], headers=headers, body=options.get("body", ""))


def _unquoted(text: str) -> str:
    if text[:1] == "'":
        return text[1:-1].replace("''", "'")
    return re.sub(r"`(.)", lambda one: {"n": "\n", "r": "\r", "t": "\t"}.get(one[1], one[1]), text[1:-1].replace('""', '"'))
