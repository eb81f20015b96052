"""Reads exchanges written as JSON: one object, a list, or one a line, each with `request`, `response` and maybe `execution`.

This is the form that `tieline tap` records. `body` is the decoded JSON of a body, or its text; null means not kept, and
`body_raw`, where it stands, is the text as it was sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange, Headers, Place

FORM = "exchange"


def read_exchange_lines(text: str, file: str) -> list[Exchange] | None:
    """Read exchanges one a line; None when the first line is none. A later line that is none is taken for a body alone."""
    found: list[Exchange] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        document = _decoded(line)
        if is_exchange(document):
            found.append(_exchange(document, file, number, len(found)))
        elif not found:
            return None
        else:
            body = CapturedRequest(body=line.strip())
            found.append(Exchange(id=f"{file}#{len(found) + 1}", form="body", request=body, place=Place(file=file, line=number)))
    return found or None


def _decoded(line: str) -> Any:
    try:
        return json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def read_exchange_document(document: Any, file: str) -> list[Exchange] | None:
    """Read one exchange, or a list of them; None when the document is not of this form."""
    items = document if isinstance(document, list) else [document]
    if not items or not all(is_exchange(item) for item in items):
        return None
    return [_exchange(item, file, 0, index) for index, item in enumerate(items)]


def is_exchange(document: Any) -> bool:
    """Tell whether a decoded value is an exchange in this form."""
    if not isinstance(document, dict) or not isinstance(document.get("request"), dict | type(None)):
        return False
    if "request" not in document and not isinstance(document.get("response"), dict):
        return False
    request = document.get("request") or {}
    known = {"method", "url", "headers", "body", "body_raw"}
    return not request or (bool(known & request.keys()) and not isinstance(request.get("url"), dict))


def _exchange(document: dict[str, Any], file: str, line: int, index: int) -> Exchange:
    request = document.get("request") or {}
    answer = document.get("response")
    id = document.get("id")
    return Exchange(
        id=str(id) if isinstance(id, str | int) else f"{file}#{index + 1}",
        form=FORM,
        request=CapturedRequest(
            method=_text(request.get("method")),
            url=_text(request.get("url")),
            headers=headers_of(request.get("headers")),
            body=_body(request),
        ),
        answer=_answer(answer) if isinstance(answer, dict) else None,
        execution=document.get("execution"),
        place=Place(file=file, line=line),
    )


def _answer(answer: dict[str, Any]) -> CapturedAnswer:
    status = answer.get("status")
    status = int(status) if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) < 5 else status
    return CapturedAnswer(
        status=status if isinstance(status, int) and not isinstance(status, bool) else None,
        headers=headers_of(answer.get("headers")),
        body=_body(answer),
    )


def _body(part: dict[str, Any]) -> str | None:
    raw = part.get("body_raw")
    body = raw if isinstance(raw, str) else part.get("body")
    if body is None or isinstance(body, str):
        return body
    return json.dumps(body, ensure_ascii=False)


def headers_of(value: Any) -> Headers | None:
    """Read headers written as an object or as a list of pairs or of {name, value}; None when there are none of these."""
    if isinstance(value, dict):
        return tuple(_pairs(value.items()))
    if isinstance(value, list):
        items = [(item.get("name", item.get("key")), item.get("value")) if isinstance(item, dict) else item for item in value]
        return tuple(_pairs(item for item in items if isinstance(item, list | tuple) and len(item) == 2))
    return None


def _pairs(items: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for name, value in items:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and one is not None:
                yield name, one if isinstance(one, str) else str(one)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
