"""What a fault does to one request: to its answer before it took effect, and to the answer on its way out."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Awaitable, Callable
from typing import Any

from tieline.contract.errors import ErrorCode
from tieline.contract.limits import HEADER_RETRY_AFTER
from tieline.contract.oauth import RATE_LIMITED, TokenError
from tieline.contract.operation import Operation
from tieline.twin.answer import Answer
from tieline.twin.faults.deck import Dealt
from tieline.twin.faults.fault import RATE_LIMITED_CODE, Fault
from tieline.twin.refusal import Refusal

PIECES = 20
"""In how many pieces a slow body goes out."""
HTML = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center></body></html>\r\n"
Send = Callable[[dict[str, Any]], Awaitable[None]]


def named(dealt: Dealt | None) -> str | None:
    """Name what struck, for the journal."""
    if dealt is None:
        return None
    return ", ".join(f"{fault.name} ({_effect(fault)})" if fault.name else _effect(fault) for fault in dealt.faults)


def _effect(fault: Fault) -> str:
    told = (
        ("delay", fault.delay is not None), (fault.code or "", fault.code is not None), (str(fault.status), fault.status is not None),
        ("took effect", fault.took_effect), (f"reset {fault.reset}", fault.reset is not None), ("truncate", fault.truncate is not None),
        ("malformed", fault.malformed), ("slow", fault.slow_ms is not None), ("revoke", fault.revoke),
    )  # fmt: skip
    return "+".join(name for name, is_so in told if is_so)


class BrokenError(Exception):
    """A fault on purpose breaks the connection: `hard` as a reset, else once what was written has gone out."""

    def __init__(self, *, hard: bool) -> None:
        """Take how."""
        super().__init__("broken on purpose")
        self.hard = hard


def refusal(dealt: Dealt, operation: Operation) -> Refusal | TokenError | None:
    """Give the published refusal a fault answers with; None when none does."""
    for fault in dealt.faults:
        if fault.revoke:
            return Refusal(error=operation.error("bad.credentials"))
        if fault.code == RATE_LIMITED_CODE:
            return RATE_LIMITED
        if fault.code is not None:
            return _published(operation.error(fault.code), fault.retry_after_s)
    return None


def _published(error: ErrorCode, seconds: int | None) -> Refusal:
    words = [str(seconds or 1) if "seconds" in error.template else "fault"] * error.slots
    params = {f"p{number}": word for number, word in enumerate(words)}
    headers = ((HEADER_RETRY_AFTER, str(seconds)),) if seconds is not None else ()
    return Refusal(error=error, params=params, headers=headers)


def page(dealt: Dealt) -> Answer | None:
    """Give the answer of a proxy between, with its bare status; None when no fault has one."""
    for fault in dealt.faults:
        if fault.status is not None:
            headers = ((HEADER_RETRY_AFTER, str(fault.retry_after_s)),) if fault.retry_after_s is not None else ()
            body = b"" if fault.status in {204, 304} else HTML % (fault.status, fault.status)
            return Answer(status=fault.status, body=body, headers=headers, media_type="text/html", bare=True)
    return None


def resets(dealt: Dealt | None, when: str) -> bool:
    """Whether the connection breaks, before or after the request took effect."""
    return dealt is not None and any(fault.reset == when for fault in dealt.faults)


async def hold_back(dealt: Dealt) -> None:
    """Let the time pass by which faults hold an answer back."""
    if dealt.delay_ms:
        await sleep(dealt.delay_ms / 1000)


def takes_effect(dealt: Dealt) -> bool:
    """Whether a request takes effect although a fault answers it."""
    return any(fault.took_effect for fault in dealt.faults)


def spoils(dealt: Dealt) -> bool:
    """Whether nobody can tell from the answer what became of the request."""
    return any(fault.reset is not None or fault.truncate is not None or fault.malformed for fault in dealt.faults)


async def sent(dealt: Dealt, head: dict[str, Any], payload: bytes, send: Send) -> bool:
    """Send an answer as the faults have it; False when none concerns the way it is sent. Raises `BrokenError` for one that is cut off."""
    for fault in dealt.faults:
        if fault.truncate is not None:
            await send(head)
            await send({"type": "http.response.body", "body": payload[: int(len(payload) * fault.truncate)], "more_body": True})
            raise BrokenError(hard=False)
        if fault.malformed:
            await send(head)
            await send({"type": "http.response.body", "body": malformed(payload)})
            return True
        if fault.slow_ms is not None:
            await _slowly(head, payload, fault.slow_ms, send)
            return True
    return False


def malformed(payload: bytes) -> bytes:
    """Give a body of the same length that is no JSON: no JSON text ends in a comma."""
    return payload[:-1] + b"," if payload else b""


async def _slowly(head: dict[str, Any], payload: bytes, ms: int, send: Send) -> None:
    await send(head)
    size = max(1, -(-len(payload) // PIECES))
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    for piece in pieces:
        await sleep(ms / 1000 / len(pieces))
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
