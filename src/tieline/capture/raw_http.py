"""Reads requests and answers written as HTTP: a proxy's log, `curl -v`, or a `.http` file."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from tieline.capture.http_text import STATUS, body_text, split_head, split_lines
from tieline.capture.variables import fill
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange, Headers, Place

_REQUEST = re.compile(
    r"(>[ \t]?)?(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]+(https?://\S+|/\S*|\{\{[^{}\n]*\}\}\S*)(?:[ \t]+(HTTP/\d(?:\.\d)?))?[ \t]*",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"@([\w-]+)[ \t]*=(.*)")
_QUERY = re.compile(r"[ \t]+[?&]\S*")
_FROM_FILE = re.compile(r"<@?(?:\w+)?[ \t]+\S.*")
_FENCE = re.compile(r"[ \t]*(?:```|~~~).*")
_MOST = 10_000


class _Block(msgspec.Struct, frozen=True):
    """A request or status line, and the lines below it up to the next."""

    found: re.Match[str]
    line: int
    rest: list[str]
    after_break: bool


def read_raw_http(text: str, file: str) -> list[Exchange] | None:
    """Read every request with the answer that follows it, and answers that stand alone; None when there is neither."""
    lines = split_lines(text)
    written_by_hand = any(line.startswith("###") for line in lines)
    variables = {one[1]: one[2].strip() for line in lines if (one := _VARIABLE.fullmatch(line))}
    found: list[Exchange] = []
    for block in _blocks(lines):
        if block.found.re is _REQUEST:
            request = _request(block, variables, by_hand=written_by_hand)
            found.append(
                Exchange(id=f"{file}:{block.line}", form="http", request=request, place=Place(file=file, line=block.line))
            )
            continue
        answer = _answer(block)
        if (answer.status or 0) < 200 and found:
            continue
        if found and not block.after_break and (found[-1].answer is None or found[-1].request.method == "CONNECT"):
            found[-1] = msgspec.structs.replace(found[-1], answer=answer)
        elif (answer.status or 0) >= 200:
            place = Place(file=file, line=block.line)
            found.append(Exchange(id=f"{file}:{block.line}", form="http", request=CapturedRequest(), answer=answer, place=place))
    return found or None


def _blocks(lines: list[str]) -> list[_Block]:
    starts: list[tuple[int, re.Match[str] | None]] = []
    for at, line in enumerate(lines):
        if len(line) > 20_000:
            continue
        if line.startswith("###") or _FENCE.fullmatch(line):
            starts.append((at, None))
        elif (found := STATUS.fullmatch(line.strip()) or _REQUEST.fullmatch(line.strip())) is not None:
            starts.append((at, found))
    blocks: list[_Block] = []
    broken = False
    for number, (at, found) in enumerate(starts[:_MOST]):
        if found is None:
            broken |= lines[at].startswith("###")
            continue
        end = starts[number + 1][0] if number + 1 < len(starts) else len(lines)
        blocks.append(_Block(found, at + 1, lines[at + 1 : end], broken))
        broken = False
    return blocks


def _request(block: _Block, variables: Mapping[str, str], *, by_hand: bool) -> CapturedRequest:
    found, rest = block.found, block.rest
    query = 0
    while query < len(rest) and _QUERY.fullmatch(rest[query]):
        query += 1
    prefix = ">" if found[1] else ""
    notes = [line for line in rest[query:] if prefix or not line.startswith(("# ", "// ", "#@"))] if by_hand else rest[query:]
    headers, lines = split_head(notes, prefix)
    headers = tuple((name, fill(value, variables)) for name, value in headers if not name.startswith(":"))
    url = fill(found[3] + "".join(line.strip() for line in rest[:query]), variables)
    host = next((value for name, value in headers if name.casefold() == "host"), None)
    whole = bool(headers) and (found[4] is not None or host is not None)
    body: str | None = fill(body_text([line for line in lines if not line.startswith(("> {%", "< {%"))], headers), variables)
    unseen = not body and not by_hand and (not whole or (prefix and _has_body(headers)))
    if unseen or _FROM_FILE.fullmatch(body or ""):
        body = None
    return CapturedRequest(
        method=found[2],
        url=f"https://{host}{url}" if host and url.startswith("/") else url,
        headers=headers or None,
        whole=whole,
        body=body,
    )


def _has_body(headers: Headers) -> bool:
    """Tell whether the head says that a body follows: `curl -v` prints none."""
    return any(
        name.casefold() == "transfer-encoding" or (name.casefold() == "content-length" and value != "0")
        for name, value in headers
    )


def _answer(block: _Block) -> CapturedAnswer:
    headers, lines = split_head(block.rest, "<" if block.found[1] else "")
    return CapturedAnswer(status=int(block.found[2]), headers=headers or None, body=body_text(lines, headers))
