"""What came back: an HTTP answer, or the network fault instead of one; and how both are read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from tieline.contract.limits import HEADER_ALLOWED, HEADER_CORRELATION, HEADER_COUNT, HEADER_RESET, HEADER_RETRY_AFTER
from tieline.domain.json import Json
from tieline.domain.outcome import Allowance

LONGEST_MESSAGE = 500


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer: status, headers by lower-case name, and the body; `cut` when the body was larger than allowed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    cut: bool = False

    def json(self) -> Json:
        """Read the body as a JSON object; an empty one when it is something else."""
        try:
            read = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """No answer: `text` says how it ended, `host` where, and `sent` whether a byte of the request may have gone out."""

    text: str
    host: str
    sent: bool


Exchange: TypeAlias = Answer | Fault


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the cloud's error body said (`ErrorBody`, swagger: nothing in it is required), and the id of the exchange."""

    status: int
    cloud_code: str | None
    cloud_message: str | None
    correlation_id: str | None


def said(answer: Answer) -> Said:
    """Read the error body and the correlation id; the body's `contextId` is the same id where the header is missing."""
    body = answer.json()
    return Said(
        status=answer.status,
        cloud_code=text_of(body.get("code")),
        cloud_message=text_of(body.get("message")),
        correlation_id=answer.headers.get(HEADER_CORRELATION.lower()) or text_of(body.get("contextId")),
    )


def text_of(value: Json) -> str | None:
    """Give a non-empty string, cut to a bearable length, or None."""
    return value[:LONGEST_MESSAGE] if isinstance(value, str) and value else None


def allowance_of(answer: Answer) -> Allowance | None:
    """Read the rate headers; None unless all three are there (they are not on every answer)."""
    numbers = [_whole(answer.headers.get(name.lower())) for name in (HEADER_COUNT, HEADER_ALLOWED, HEADER_RESET)]
    count, allowed, reset = numbers
    if count is None or allowed is None or reset is None:
        return None
    return Allowance(count=count, allowed=allowed, reset_ms=reset * 1_000)


def retry_after_of(answer: Answer) -> int | None:
    """Read `Retry-After` (whole seconds, as the platform writes it) as milliseconds."""
    seconds = _whole(answer.headers.get(HEADER_RETRY_AFTER.lower()))
    return None if seconds is None else seconds * 1_000


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 10 else None
