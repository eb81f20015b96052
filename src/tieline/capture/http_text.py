"""HTTP as text: a head, its body, and the answer that a terminal shows below a command."""

from __future__ import annotations

import re

from tieline.capture.coding import leading
from tieline.domain.exchange import CapturedAnswer, Headers

STATUS = re.compile(r"(<[ \t]?)?HTTP/\d(?:\.\d)?[ \t]+([1-5]\d\d)(?:[ \t].*)?")
"""A status line, as on the wire or as `curl -v` prints it."""

_HEADER = re.compile(r"([!#$%&'*+.^_`|~\w-]+)[ \t]*:(.*)")
_NOISE = re.compile(r"\*( .*)?|[{}] \[\d.*|[<>]( .*)?|[ \t]*%[ \t]+Total .*")
_STOP = re.compile(r"[ \t]*```.*|[ \t]*~~~.*|\$ .*|PS [^>]*>.*|[A-Za-z]:\\[^>]*>.*|###.*")
_SAID = re.compile(
    r"(?:(?:response|status|http|result|answer|code|http[ _-]?(?:status|code)|status[ _-]?code)\b\W{0,3})?([1-5]\d\d)(?:\s+[A-Za-z][\w ]*)?",
    re.IGNORECASE,
)
_SHOWN = 200


def split_lines(text: str) -> list[str]:
    """Split at LF or CRLF, and at nothing else."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def split_head(lines: list[str], prefix: str = "") -> tuple[Headers, list[str]]:
    """Split what follows a first line into headers and the lines of the body; `prefix` is what `curl -v` puts before each.

    The head ends at an empty line, or where a line can be no header.
    """
    headers: list[tuple[str, str]] = []
    for at, raw in enumerate(lines):
        if prefix and not raw.startswith(prefix):
            if _NOISE.fullmatch(raw):
                continue
            return tuple(headers), _quiet(lines[at:])
        line = raw[len(prefix) :].removeprefix(" ") if prefix else raw
        if not line.strip():
            return tuple(headers), _quiet(lines[at + 1 :]) if prefix else lines[at + 1 :]
        if (found := _HEADER.fullmatch(line)) is not None:
            headers.append((found[1], found[2].strip()))
        elif headers and line[0] in " \t":
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif line.lstrip()[0] in '{["<':
            return tuple(headers), lines[at:]
    return tuple(headers), []


def _quiet(lines: list[str]) -> list[str]:
    return [line.partition("* Connection #")[0] for line in lines if not _NOISE.fullmatch(line)]


def body_text(lines: list[str], headers: Headers) -> str:
    """Join the lines of a body, without empty ones around it, and undo chunked coding when the lines show it."""
    if any(name.casefold() == "transfer-encoding" and "chunked" in value.casefold() for name, value in headers):
        lines = _unchunked(lines)
    return "\n".join(lines).strip("\r\n")


def _unchunked(lines: list[str]) -> list[str]:
    sizes = [line for line in lines if line.strip()]
    if len(sizes) < 2 or _size(sizes[0]) is None or sizes[-1].strip() != "0":
        return lines
    whole: list[str] = []
    left = 0
    for line in lines:
        if left > 0:
            whole.append(line)
            left -= len(line.encode("utf-8", "surrogatepass")) + 1
        elif (size := _size(line)) is not None:
            left = size
    return ["".join(whole)]


def _size(line: str) -> int | None:
    digits = line.partition(";")[0].strip()
    return int(digits, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", digits) else None


def answer_below(text: str) -> CapturedAnswer | None:
    """Read the answer that stands below a command: the last head with its body, else a lone JSON value or status."""
    lines = split_lines(text)
    stop = next((at for at, line in enumerate(lines) if _STOP.fullmatch(line) and any(map(str.strip, lines[:at]))), len(lines))
    heads = [(at, found) for at, line in enumerate(lines[:stop]) if (found := STATUS.fullmatch(line.strip()))]
    if not heads:
        return _lone(lines)
    at, found = heads[-1]
    headers, rest = split_head(lines[at + 1 : stop], "<" if found[1] else "")
    return CapturedAnswer(status=int(found[2]), headers=headers, body=_first_value(body_text(rest, headers)))


def _first_value(text: str) -> str:
    """Cut what a terminal shows below a JSON body."""
    if text.lstrip()[:1] in ("{", "[") and (found := leading(text.lstrip())) is not None:
        return text.lstrip()[: found[1]]
    return text


def _lone(lines: list[str]) -> CapturedAnswer | None:
    status = None
    for at, line in enumerate(lines[:_SHOWN]):
        if line.lstrip()[:1] in ("{", "["):
            text = "\n".join(lines[at:]).lstrip()
            found = leading(text)
            if found is not None:
                after = _SAID.fullmatch(split_lines(text[found[1] :])[0].strip()) if status is None else None
                return CapturedAnswer(status=int(after[1]) if after else status, body=text[: found[1]])
            if re.match(r"[{}] \[\d", text) is None:
                return CapturedAnswer(status=status, body="\n".join(_paragraph(lines[at:])))
        elif status is None and (said := _SAID.fullmatch(line.strip())) is not None:
            status = int(said[1])
    return CapturedAnswer(status=status) if status is not None else None


def _paragraph(lines: list[str]) -> list[str]:
    end = next((at for at, line in enumerate(lines) if not line.strip() or _STOP.fullmatch(line)), len(lines))
    return lines[:end]
