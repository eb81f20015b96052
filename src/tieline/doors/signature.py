"""Checks that a webhook comes from who it says: over the raw bytes, in constant time, with every secret in force."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tieline.domain.secret import Secret
from tieline.doors.source_options import Scheme, SourceOptions
from tieline.problems.base import ProblemError
from tieline.problems.http import SignatureMalformed, SignatureMissing, SignatureStale, SignatureWrong

Headers = Mapping[str, str]
"""Header names in lower case to values."""

GITHUB_HEADER = "x-hub-signature-256"
STRIPE_HEADER = "stripe-signature"
STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verify(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """Check the signature of `body`; `now` is milliseconds since the epoch. Raises `ProblemError` (TL150 to TL153).

    A source without secrets refuses everything, unless its scheme is none.
    """
    _CHECKS[source.scheme](source, headers, body, now)


def _none(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """Take anything: the settings hold that such a source is reachable on loopback only."""


def _github(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body (docs.github.com, validating webhook deliveries)."""
    given = _hex(GITHUB_HEADER, _after(GITHUB_HEADER, _header(headers, GITHUB_HEADER), "sha256=", "sha256= and 64 hex digits"))
    _match(source.secrets, GITHUB_HEADER, (given,), lambda key: hmac.digest(key, body, "sha256"))


def _open_messaging(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """Genesys Open Messaging: the same header, but base64 (developer.genesys.cloud, Open Messaging, validate)."""
    text = _after(GITHUB_HEADER, _header(headers, GITHUB_HEADER), "sha256=", "sha256= and base64")
    _match(source.secrets, GITHUB_HEADER, (_base64(GITHUB_HEADER, text),), lambda key: hmac.digest(key, body, "sha256"))


def _stripe(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=...]` over `t.body` (docs.stripe.com, webhook signatures)."""
    form = "t=<seconds>,v1=<hex>"
    parts = [part.partition("=") for part in _header(headers, STRIPE_HEADER).split(",")]
    stamps = [value for name, _, value in parts if name.strip() == "t"]
    given = tuple(_hex(STRIPE_HEADER, value) for name, _, value in parts if name.strip() == "v1")
    if len(stamps) != 1 or not given or not _is_seconds(stamps[0]):
        raise ProblemError(SignatureMalformed(header=STRIPE_HEADER, allowed=form))
    signed = stamps[0].encode() + b"." + body
    _match(source.secrets, STRIPE_HEADER, given, lambda key: hmac.digest(key, signed, "sha256"))
    _fresh(source, int(stamps[0]), now)


def _standard(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """Standard Webhooks v1 (standard-webhooks/spec): `id.timestamp.body`, checked by the official library, the time by us:
    the library reads the system's clock, and here time is a parameter.
    """
    id, stamp, given = (_header(headers, name) for name in STANDARD_HEADERS)
    if not _is_seconds(stamp):
        raise ProblemError(SignatureMalformed(header="webhook-timestamp", allowed="seconds since the epoch"))
    if not any(_standard_fits(secret, id, int(stamp), given, body) for secret in source.secrets):
        raise ProblemError(SignatureWrong(header="webhook-signature"))
    _fresh(source, int(stamp), now)


def _standard_fits(secret: Secret, id: str, stamp: int, given: str, body: bytes) -> bool:
    try:
        expected = Webhook(secret.reveal()).sign(id, datetime.fromtimestamp(stamp, UTC), body.decode())
    except (WebhookVerificationError, ValueError, RuntimeError, OverflowError, OSError):
        return False  # not a secret of this scheme, not UTF-8, or a time beyond the calendar: it fits nothing
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given.split(" "))


def _hmac(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """HMAC as the settings describe it: header, algorithm, encoding, prefix, and a signed time where there is one."""
    name = source.header.lower()
    allowed = f"{source.prefix}{source.encoding}"
    text = _after(name, _header(headers, name), source.prefix, allowed)
    given = _DECODE[source.encoding](name, text)
    signed = body
    if source.timestamp_header:
        stamp = _header(headers, source.timestamp_header.lower())
        if not _is_seconds(stamp):
            raise ProblemError(SignatureMalformed(header=source.timestamp_header, allowed="seconds since the epoch"))
        signed = stamp.encode() + b"." + body
    _match(source.secrets, name, (given,), lambda key: hmac.digest(key, signed, source.algorithm))
    if source.timestamp_header:
        _fresh(source, int(stamp), now)


def _token(source: SourceOptions, headers: Headers, body: bytes, now: int) -> None:
    """A token that never changes, in a header of its own or as a bearer token."""
    name = (source.header or "authorization").lower()
    given = _header(headers, name)
    if name == "authorization":
        scheme, _, given = given.partition(" ")
        if scheme.lower() != "bearer":
            raise ProblemError(SignatureMalformed(header=name, allowed="Bearer and the token"))
    _match(source.secrets, name, (_digest(given.strip().encode()),), _digest)


def _digest(text: bytes) -> bytes:
    """Digest before comparing, so that not even the length of a token shows in the time."""
    return hashlib.sha256(text).digest()


_CHECKS: Mapping[Scheme, Callable[[SourceOptions, Headers, bytes, int], None]] = {
    Scheme.NONE: _none,
    Scheme.GITHUB: _github,
    Scheme.GENESYS_OPEN_MESSAGING: _open_messaging,
    Scheme.STRIPE: _stripe,
    Scheme.STANDARD_WEBHOOKS: _standard,
    Scheme.HMAC: _hmac,
    Scheme.TOKEN: _token,
}


def _match(secrets: tuple[Secret, ...], header: str, given: tuple[bytes, ...], make: Callable[[bytes], bytes]) -> None:
    """Hold what was given against every secret, without stopping at the first that fits."""
    fits = False
    for secret in secrets:
        expected = make(secret.reveal().encode())
        for one in given:
            fits |= hmac.compare_digest(expected, one)
    if not fits:
        raise ProblemError(SignatureWrong(header=header))


def _fresh(source: SourceOptions, stamp: int, now: int) -> None:
    age = now // 1000 - stamp
    if abs(age) * 1000 > source.window_ms:
        raise ProblemError(SignatureStale(age_s=age, window_s=source.window_ms // 1000))


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name, "").strip()
    if not value:
        raise ProblemError(SignatureMissing(header=name))
    return value


def _after(header: str, text: str, prefix: str, allowed: str) -> str:
    if not text.startswith(prefix):
        raise ProblemError(SignatureMalformed(header=header, allowed=allowed))
    return text.removeprefix(prefix)


def _is_seconds(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12


def _hex(header: str, text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        raise ProblemError(SignatureMalformed(header=header, allowed="hex")) from None


def _base64(header: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProblemError(SignatureMalformed(header=header, allowed="base64")) from None


def _base64url(header: str, text: str) -> bytes:
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    return _base64(header, standard + "=" * (-len(standard) % 4))


_DECODE: Mapping[str, Callable[[str, str], bytes]] = {"hex": _hex, "base64": _base64, "base64url": _base64url}
