"""Reads requests from curl commands, as bash, cmd.exe and PowerShell take them, and the answers printed below."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tieline.capture.coding import basic, percent_encode, with_query
from tieline.capture.curl_options import Option, options
from tieline.capture.http_text import answer_below
from tieline.capture.shell_words import Command, commands
from tieline.domain.exchange import CapturedRequest, Exchange, Place

ReadFile = Callable[[str], str | None]

_DATA = ("data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json")
_SENDS = (*_DATA, "form", "form-string")
_HOST = re.compile(
    r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})(?::\d+)?(?:[/?#].*)?", re.DOTALL
)
_ADDRESS = re.compile(r"[./$%{<:]|^localhost$")
_HEADERS = {"user-agent": "User-Agent", "referer": "Referer"}


def read_curl(text: str, file: str, read_file: ReadFile) -> list[Exchange] | None:
    """Read every curl command of a text; None when there is none. `read_file` gives the text of a file a command names."""
    found: list[Exchange] = []
    every = commands(text)
    lines = _Lines(text)
    for at, command in enumerate(every):
        requests = [one for part in _parts(options(command.words)) for one in _requests(part, command, read_file)]
        if not requests:
            continue
        line = lines.of(command.start)
        below = text[command.end : every[at + 1].start if at + 1 < len(every) else len(text)]
        answer = answer_below(below.rpartition("\n")[0] if at + 1 < len(every) else below)
        for number, request in enumerate(requests):
            found.append(
                Exchange(
                    id=f"{file}:{line}" + (f"#{number + 1}" if number else ""),
                    form="curl",
                    request=request,
                    answer=answer if number == len(requests) - 1 else None,
                    place=Place(file=file, line=line),
                )
            )
    return found or None


class _Lines:
    """Counts lines as far as it was asked, going forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def of(self, at: int) -> int:
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line


def _parts(every: Sequence[Option]) -> list[list[Option]]:
    parts: list[list[Option]] = [[]]
    for option in every:
        if option[0] == "next":
            parts.append([])
        else:
            parts[-1].append(option)
    return parts


def _requests(part: Sequence[Option], command: Command, read_file: ReadFile) -> list[CapturedRequest]:
    """Build the requests of one command: one for each address."""
    named = dict(part)
    words = [value for name, value in part if name == "url" and value]
    urls = [word for word in words if "://" in word] or [word for word in words if _ADDRESS.search(word)]
    if not urls and not any(name in named for name in ("request", *_SENDS, "header")):
        return []
    body, kind = _body(part, command, read_file)
    sends = kind is not None
    query = "&".join(
        filter(
            None,
            (
                *(_urlencoded(value, read_file) or "" for name, value in part if name == "url-query"),
                body if "get" in named else "",
            ),
        )
    )
    method = named.get("request") or (
        "HEAD" if "head" in named else "PUT" if "upload-file" in named else "POST" if sends and "get" not in named else "GET"
    )
    headers = _headers(part, kind if "get" not in named else None, read_file)
    return [
        CapturedRequest(method=method, url=_url(url, query), headers=headers, whole=True, body="" if "get" in named else body)
        for url in (urls[:100] or (None,))
    ]


def _url(url: str | None, query: str) -> str | None:
    if url is None:
        return None
    return with_query(f"http://{url}" if _HOST.fullmatch(url) else url, query)


def _body(part: Sequence[Option], command: Command, read_file: ReadFile) -> tuple[str | None, str | None]:
    """Give the body and the content type that curl sets for it; None for a type it does not set."""
    if any(name in ("form", "form-string") for name, _ in part):
        return None, "multipart/form-data"
    if any(name == "upload-file" for name, _ in part):
        return next(_file(value, command, read_file) for name, value in part if name == "upload-file"), None
    data = [(name, value) for name, value in part if name in _DATA]
    if not data:
        return "", None
    pieces = [_piece(name, value, command, read_file) for name, value in data]
    kind = "application/json" if any(name == "json" for name, _ in data) else "application/x-www-form-urlencoded"
    texts = [piece for piece in pieces if piece is not None]
    if len(texts) < len(pieces):
        return None, kind
    body = texts[0]
    for (name, _), text in zip(data[1:], texts[1:], strict=True):
        body += text if name == "json" or not body else f"&{text}"
    return body, kind


def _piece(name: str, value: str, command: Command, read_file: ReadFile) -> str | None:
    if name == "data-urlencode":
        return _urlencoded(value, read_file)
    if name == "data-raw" or not value.startswith("@"):
        return value
    text = _file(value[1:], command, read_file)
    return text.replace("\r", "").replace("\n", "") if text is not None and name in ("data", "data-ascii") else text


def _file(name: str, command: Command, read_file: ReadFile) -> str | None:
    return command.stdin if name in ("-", ".") else read_file(name)


def _urlencoded(value: str, read_file: ReadFile) -> str | None:
    """Encode `text`, `=text`, `name=text`, `@file` or `name@file` as --data-urlencode does."""
    found = re.match(r"([^=@]*)([=@])", value)
    if found is None:
        return percent_encode(value)
    name, rest = found[1], value[found.end() :]
    text = rest if found[2] == "=" else read_file(rest)
    if text is None:
        return None
    return f"{name}={percent_encode(text)}" if name else percent_encode(text)


def _headers(part: Sequence[Option], kind: str | None, read_file: ReadFile) -> tuple[tuple[str, str], ...]:
    """Give the headers as written, then those curl adds by itself."""
    found: list[tuple[str, str]] = []
    removed: set[str] = set()
    lines: list[str] = []
    for name, value in part:
        if name == "header":
            lines += (read_file(value[1:]) or "").splitlines() if value.startswith("@") else [value]
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and value.strip():
            found.append((key.strip(), value.strip()))
        elif colon:
            removed.add(key.strip().casefold())
        elif key.strip().endswith(";"):
            found.append((key.strip()[:-1], ""))
    there = removed | {key.casefold() for key, _ in found}
    return (*found, *((key, value) for key, value in _added(part, kind) if key.casefold() not in there))


def _added(part: Sequence[Option], kind: str | None) -> list[tuple[str, str]]:
    last = dict(part)
    added = [(_HEADERS[name], value) for name, value in last.items() if name in _HEADERS]
    if "user" in last:
        added.append(("Authorization", basic(last["user"])))
    if "oauth2-bearer" in last:
        added.append(("Authorization", f"Bearer {last['oauth2-bearer']}"))
    if "=" in last.get("cookie", ""):
        added.append(("Cookie", last["cookie"]))
    if kind is not None:
        added.append(("Content-Type", kind))
    if "json" in last:
        added.append(("Accept", "application/json"))
    return added
