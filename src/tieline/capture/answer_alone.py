"""Reads an answer that stands alone: an error body, the state of a run, or the text in which an official SDK says both."""

from __future__ import annotations

import re

from tieline.capture.coding import decode, fields, leading, text_of
from tieline.contract.words import EXECUTION_STATUSES
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange, Place
from tieline.domain.json import Json

_ERROR = frozenset({"message", "code", "status", "contextId"})
_OF_REQUESTS = frozenset({"inputData", "flowId", "config", "request", "req", "url", "method"})
_RUN = frozenset({"id", "flowVersion", "dateLaunched"})
_BODY = re.compile(r"(?:HTTP response body|response body|ErrorContent|raw body)\s*[:=]\s*(?=\{)", re.IGNORECASE)
_STATUS = re.compile(r"\bApiException\b[^\n]{0,80}?\(?([1-5]\d\d)\)?|\bstatus(?: ?code)?\s*[:=]\s*([1-5]\d\d)\b", re.IGNORECASE)
_CORRELATION = re.compile(r"inin-correlation-id['\"]?\s*[:=]\s*['\"\[]{0,3}([\w-]{4,64})", re.IGNORECASE)


def read_answer_alone(text: str, file: str) -> list[Exchange] | None:
    """Read one answer without its request; None when the text is no such thing."""
    value = decode(text)
    if isinstance(value, dict):
        return _of_object(value, text, file)
    found = _BODY.search(text)
    if found is None or (whole := leading(text, found.end())) is None:
        return None
    status = _STATUS.search(text)
    correlation = _CORRELATION.search(text)
    answer = CapturedAnswer(
        status=int(status[1] or status[2]) if status else None,
        headers=(("ININ-Correlation-Id", correlation[1]),) if correlation else None,
        body=text[found.end() : whole[1]],
    )
    return [_exchange(file, answer=answer)]


def _of_object(value: dict[str, Json], text: str, file: str) -> list[Exchange] | None:
    names = fields(value).keys()
    if len(_ERROR & names) >= 3 and not _OF_REQUESTS & names:
        return [_exchange(file, answer=CapturedAnswer(body=text))]
    if len(_RUN & names) >= 2 and text_of(value.get("status")) in EXECUTION_STATUSES:
        return [_exchange(file, answer=CapturedAnswer(status=200), execution=value)]
    return None


def _exchange(file: str, *, answer: CapturedAnswer, execution: Json = None) -> Exchange:
    place = Place(file=file, line=1)
    return Exchange(id=file, form="answer", request=CapturedRequest(), answer=answer, execution=execution, place=place)
