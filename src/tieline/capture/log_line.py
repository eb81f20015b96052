"""Reads requests out of logs: objects of structured logs, logfmt, and lines of text with the request inside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tieline.capture.bounds import MOST
from tieline.capture.coding import PLACEHOLDER, decode, dump, entries, fields, leading, text_of
from tieline.capture.http_text import split_lines
from tieline.capture.log_values import look, unescape, value_at
from tieline.capture.names import plain
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange, Headers, Place
from tieline.domain.json import Json

_METHOD = (
    "http.request.method",
    "request.method",
    "req.method",
    "http.method",
    "httpRequest.requestMethod",
    "method",
    "verb",
    "requestMethod",
    "httpMethod",
)
_URL = (
    "url.full", "http.url", "request.url", "req.url", "request.uri", "httpRequest.requestUrl", "url.original", "url", "uri",
    "request.path", "req.path", "http.target", "url.path", "http.path", "path", "endpoint", "http.route", "requestUrl",
)  # fmt: skip
_HOST = ("server.address", "http.host", "net.peer.name", "request.host", "req.host", "url.domain", "host")
_STATUS = (
    "http.response.status_code", "http.status_code", "response.status", "response.statusCode", "res.status", "res.statusCode",
    "httpRequest.status", "resp.status", "resp.statusCode", "statusCode", "http.status", "status", "code",
)  # fmt: skip
_HEADERS = ("http.request.headers", "request.headers", "req.headers", "http.request.header", "headers")
_ANSWER_HEADERS = ("http.response.headers", "response.headers", "res.headers", "http.response.header")
_BODY = ("http.request.body.content", "http.request.body", "request.body", "req.body", "request.payload", "request.data", "req.data", "body", "payload", "data", "request", "req")  # fmt: skip
_ANSWER_BODY = ("http.response.body.content", "http.response.body", "response.body", "res.body", "resp.body", "response.data", "res.data", "error.response", "responseText", "response", "resp", "answer")  # fmt: skip
_MESSAGE = ("message", "msg", "log", "textPayload", "event.original", "@message", "jsonPayload")

_REQUEST_LINE = re.compile(
    r"""(?<![\w-])(GET|POST|PUT|PATCH|DELETE|HEAD)\b["'\]: ]{1,4}(?:request (?:for|to) ["']?)?((?:https?://|/(?!/)|\{\{)[^\s"'<>\\,]*)(?:[ ]HTTP/[\d.]{1,3})?""",
    re.IGNORECASE,
)
_STATUS_IN = re.compile(
    r"""["')\]]{0,2}[ ]?(?:["']HTTP/[\d.]{1,3}[ ])?(?:(?:->|=>|-|:|,|returned|responded|response|answered|failed|got|with|status|code|status_?code|http)[ :=]{0,3}){0,4}([1-5]\d\d)(?![\w.-]|:\d)""",
    re.IGNORECASE,
)
_STATUS_BEFORE = re.compile(r"(?<![\w.:,/-])([1-5]\d\d)(?: [A-Z][A-Za-z]{1,20}){0,3}(?: on| for|:| ->)? ?$")
_NAMED = re.compile(r"""(?<![\w.%-])["']?([A-Za-z][\w.-]{0,60})["']?\s?[=:]\s?(?=[^\s=])""")
_BODY_START = re.compile(r"""[{\[]\\*["']|[{\[]\s""")
_HINT = re.compile(
    r"\b(?:get|post|put|patch|delete|head)\b[\"'\]: ]{1,4}(?:http|/|\{\{|request )|flow[\W_]{0,3}id|method|verb", re.IGNORECASE
)
_VAGUE = ("request", "req", "data", "response", "resp", "answer", "path", "http")
_BODIES = ("{", "[", "%7B", "%7b", '"{', "/")
_LONGEST = 2_000_000
_PARTS = 20


def read_log_lines(text: str, file: str) -> list[Exchange] | None:
    """Read the requests of a log; None when no line names a request or holds a launch's body."""
    found: list[Exchange] = []
    for line, value in _records(text):
        read = _from_object(value, 3) if isinstance(value, dict) else _from_line(value, 3)
        if len(found) == MOST:
            break
        if read is not None:
            request, answer = read
            found.append(
                Exchange(id=f"{file}:{line}", form="log", request=request, answer=answer, place=Place(file=file, line=line))
            )
    return found or None


_Read = tuple[CapturedRequest, CapturedAnswer | None]


def _records(text: str) -> Iterator[tuple[int, Json]]:
    """Give each record and its line: objects decoded, anything else as its text."""
    if text.lstrip()[:1] in ("{", "[") and "\n" in text.strip():
        whole = decode(text)
        if isinstance(whole, dict | list):
            yield from ((1, one) for one in (whole if isinstance(whole, list) else [whole]) if isinstance(one, dict))
            return
    for number, line in enumerate(split_lines(text), 1):
        if len(line) <= _LONGEST and _HINT.search(line):
            value = decode(line) if line.lstrip().startswith("{") else None
            yield number, value if isinstance(value, dict) else line


def _from_object(value: Json, depth: int) -> _Read | None:
    """Read one object of a structured log; one that only wraps a line is unwrapped."""
    method, url = text_of(look(value, _METHOD)), text_of(look(value, _URL))
    body = _body(value, _BODY)
    if not _is_request(method, url, body):
        return _inside(value, depth) if depth else None
    host = text_of(look(value, _HOST))
    if url.startswith("/") and "." in host:
        url = f"https://{host}{url}"
    status, answer = _status(look(value, _STATUS)), _body(value, _ANSWER_BODY)
    request = CapturedRequest(method=method.upper() or None, url=url or None, headers=_headers(value, _HEADERS), body=body)
    heads = _headers(value, _ANSWER_HEADERS)
    return request, CapturedAnswer(
        status=status, headers=heads, body=answer
    ) if status is not None or answer is not None else None


def _inside(value: Json, depth: int) -> _Read | None:
    """Read the request that stands inside an object: the object itself as a launch, its message, or one of its parts."""
    if _launches(value):
        return CapturedRequest(body=dump(value)), None
    message = look(value, _MESSAGE)
    if message is not None and not isinstance(message, dict) and (read := _from_line(text_of(message), depth - 1)) is not None:
        return read
    parts = [inner for inner in fields(value).values() if isinstance(inner, dict)][:_PARTS]
    read = next((found for inner in parts if (found := _from_object(inner, depth - 1)) is not None), None)
    if read is None or read[1] is not None:
        return read
    status, answer = _status(look(value, _STATUS)), _body(value, _ANSWER_BODY)
    return read[0], CapturedAnswer(status=status, body=answer) if status is not None or answer is not None else None


def _is_request(method: str, url: str, body: str | None) -> bool:
    return bool(
        (re.fullmatch(r"[A-Za-z]{3,7}", method) and ("/" in url or PLACEHOLDER.search(url))) or _launches(decode(body or ""))
    )


def _launches(value: Json) -> bool:
    return any(plain(name) == "flowid" for name in fields(value))


def _body(value: Json, names: tuple[str, ...]) -> str | None:
    """Give the first of the named values that can be a body; an object that has a part of another name is none."""
    for name in names:
        found = look(value, (name,))
        if isinstance(found, str):
            return unescape(found)
        if isinstance(found, dict | list) and not _is_message(name, found):
            return dump(found)
    return None


def _is_message(name: str, value: Json) -> bool:
    """Tell whether what goes by the name of request or response is the whole of it, head and all, and so no body."""
    if name in ("request", "req"):
        return look(value, ("method", "url", "headers")) is not None
    return name in ("response", "resp") and (
        look(value, ("headers", "statusCode", "body")) is not None or set(fields(value)) <= {"status"}
    )


def _status(value: Json) -> int | None:
    text = text_of(value).strip()[:3]
    return int(text) if re.fullmatch(r"[1-5]\d\d", text, re.ASCII) else None


def _headers(value: Json, names: tuple[str, ...]) -> Headers | None:
    found = look(value, names)
    if isinstance(found, dict):
        return tuple((name, text_of(entries(inner)[0] if entries(inner) else inner)) for name, inner in fields(found).items())
    if isinstance(found, list):
        named = ((fields(one), entries(one)) for one in found)
        return tuple(
            (
                text_of(one.get("name") or one.get("key") or (pair or [""])[0]),
                text_of(one.get("value") or (pair[1] if len(pair) > 1 else "")),
            )
            for one, pair in named
        )
    prefix = names[0].removesuffix("s") + "."
    dotted = {name[len(prefix) :]: inner for name, inner in fields(value).items() if name.startswith(prefix)}
    return tuple((name, text_of(entries(inner)[0] if entries(inner) else inner)) for name, inner in dotted.items()) or None


def _from_line(line: str, depth: int) -> _Read | None:
    """Read a line of text: the values it names, else what stands where such lines have it."""
    named = _named_values(line)
    found = _REQUEST_LINE.search(line)
    method = found[1] if found else text_of(look(named, _METHOD))
    url = found[2].rstrip(".;)") if found else text_of(look(named, _URL))
    body, answer = _body(named, _BODY), _body(named, _ANSWER_BODY)
    if (inner := _inner(line, depth)) is not None and not found and inner[0].url is not None:
        return inner
    if body is None or answer is None:
        for text in _unnamed(line, found.end() if found else 0, {body, answer}):
            if body is None and (
                answer is not None or _launches(decode(text)) or not look(decode(text), ("status", "code", "errors", "id"))
            ):
                body = text
            elif answer is None:
                answer = text
    if not _is_request(method, url, body):
        return None
    after = (_STATUS_IN.match(line, found.end()) or _STATUS_BEFORE.search(line[: found.start()][-80:])) if found else None
    status = int(after[1]) if after else _status(look(named, _STATUS))
    request = CapturedRequest(method=method.upper() or None, url=url or None, body=body)
    return request, CapturedAnswer(status=status, body=answer) if status is not None or answer is not None else None


def _named_values(line: str) -> dict[str, Json]:
    """Give `name=value` and `name: value` of a line; the first of a name counts."""
    found: dict[str, Json] = {}
    at = 0
    for _ in range(500):
        name = _NAMED.search(line, at)
        if name is None:
            break
        value, end = value_at(line, name.end())
        at = max(end, name.end())
        if plain(name[1]) not in _VAGUE or value.lstrip().startswith(_BODIES):
            found.setdefault(name[1], value)
    return found


def _inner(line: str, depth: int) -> _Read | None:
    """Read the object of a structured log that stands behind a collector's prefix."""
    at = line.find("{")
    if at < 0 or not depth:
        return None
    whole = leading(line, at)
    value = whole[0] if whole else decode(value_at(line, at)[0])
    return _from_object(value, depth - 1) if isinstance(value, dict) and not _launches(value) else None


def _unnamed(line: str, at: int, known: set[str | None]) -> Iterator[str]:
    """Give the JSON objects of a line behind `at` that are not known yet, few at most."""
    for _ in range(8):
        start = _BODY_START.search(line, at)
        if start is None:
            return
        text, at = value_at(line, start.start())
        text = unescape(text)
        if text not in known and isinstance(decode(text), dict):
            yield text
