"""Turns what was captured into an exchange, has it judged, and says the result without secrets."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import msgspec
import structlog

from tieline.diagnosis.finding import Diagnosed, Diagnosis, Mended, Role
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange
from tieline.domain.finding import Finding
from tieline.tap.headers import first
from tieline.tap.options import MARGIN
from tieline.tap.redact import clean_url, clean_value, scrub, secrets_of
from tieline.tap.seen import Capture, Endpoint, Pairs, Seen

Judge = Callable[[Exchange], Diagnosis]
_log = structlog.get_logger("tieline.tap")

UNFOLDED_MAX = 8 * MARGIN * 2
"""The most bytes a compressed body may unfold to, to be read."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the tap says of one exchange that failed; nothing in it is secret. `stopped`: it never left."""

    id: str
    time_ms: int
    endpoint: Endpoint
    method: str
    url: str
    status: int | None
    stopped: bool
    findings: tuple[Diagnosed, ...]
    cannot_tell: bool = False
    check: str | None = None
    mended: Mended | None = None


Say = Callable[[Said], None]


def exchange_of(seen: Seen) -> Exchange:
    """Give the exchange as far as it has come."""
    request = CapturedRequest(
        method=seen.method,
        url=seen.url,
        headers=tuple(seen.request_headers),
        whole=True,
        body=text_of(seen.request, seen.request_headers),
    )
    answer = None
    if seen.status is not None:
        body = text_of(seen.response, seen.response_headers)
        answer = CapturedAnswer(status=seen.status, headers=tuple(seen.response_headers), body=body)
    return Exchange(id=seen.id, form="tap", request=request, answer=answer)


def judged(judge: Judge, seen: Seen) -> Diagnosis | None:
    """Have an exchange judged; its secrets are gone from the result. A judge that fails costs the diagnosis, never the answer."""
    try:
        return _cleaned(judge(exchange_of(seen)), _secrets(seen))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the service gets its answer
        _log.error("diagnosis failed", id=seen.id, exc_info=error)
        return None


def failed(seen: Seen, diagnosis: Diagnosis) -> bool:
    """Tell whether there is something to say: the answer is a refusal, or there is a cause all the same."""
    return (seen.status or 0) >= 400 or faulty(diagnosis)


def faulty(diagnosis: Diagnosis) -> bool:
    """Tell whether a fault is certain."""
    return any(one.role is Role.CAUSE for one in diagnosis.findings)


def said_of(seen: Seen, diagnosis: Diagnosis, *, stopped: bool = False) -> Said:
    """Say an exchange's diagnosis."""
    return Said(
        id=seen.id,
        time_ms=seen.time_ms,
        endpoint=seen.endpoint,
        method=seen.method,
        url=clean_url(seen.url, _secrets(seen)),
        status=seen.status,
        stopped=stopped,
        findings=diagnosis.findings,
        cannot_tell=diagnosis.cannot_tell,
        check=diagnosis.check,
        mended=diagnosis.mended,
    )


def text_of(body: Capture | None, headers: Pairs) -> str | None:
    """Give a captured body as text, unfolded; None where it was not captured whole or cannot be read."""
    raw = body.whole if body is not None else None
    if raw is not None:
        raw = _unfolded(raw, first(headers, "content-encoding").strip().casefold())
    return raw.decode("utf-8", "replace") if raw is not None else None


def _unfolded(raw: bytes, coding: str) -> bytes | None:
    if coding in {"", "identity"}:
        return raw
    if coding in {"gzip", "x-gzip"}:
        return _inflated(raw, (31,))
    return _inflated(raw, (15, -15)) if coding == "deflate" else None


def _inflated(raw: bytes, windows: Sequence[int]) -> bytes | None:
    for bits in windows:
        unfolding = zlib.decompressobj(bits)
        try:
            text = unfolding.decompress(raw, UNFOLDED_MAX)
        except zlib.error:
            continue
        return text if unfolding.eof else None
    return None


def _secrets(seen: Seen) -> frozenset[str]:
    bodies = [text_of(seen.request, seen.request_headers), text_of(seen.response, seen.response_headers)]
    return secrets_of([*seen.request_headers, *seen.response_headers], seen.url, bodies)


def _cleaned(diagnosis: Diagnosis, secrets: frozenset[str]) -> Diagnosis:
    mended, check = diagnosis.mended, diagnosis.check
    if mended is not None:
        mended = Mended(curl=scrub(mended.curl, secrets), body=clean_value(mended.body, secrets))
    findings = tuple(
        msgspec.structs.replace(one, finding=_clean_finding(one.finding, secrets), why=scrub(one.why, secrets))
        for one in diagnosis.findings
    )
    return msgspec.structs.replace(diagnosis, findings=findings, mended=mended, check=scrub(check, secrets) if check else check)


def _clean_finding(finding: Finding, secrets: frozenset[str]) -> Finding:
    return msgspec.structs.replace(
        finding,
        at=scrub(finding.at, secrets),
        line=scrub(finding.line, secrets),
        help=scrub(finding.help, secrets),
        metadata={name: scrub(value, secrets) for name, value in finding.metadata.items()},
        suggestion=scrub(finding.suggestion, secrets) if finding.suggestion else finding.suggestion,
    )
