"""The OAuth token of one environment: client credentials, cached, renewed ahead of expiry, one request in flight."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

from tieline.cloud.answer import Answer, Exchange, Fault, retry_after_of, said, text_of
from tieline.cloud.exchange import Call
from tieline.cloud.options import CloudOptions
from tieline.contract import oauth
from tieline.contract.limits import TOKEN_LIFE_MAX_S, TOKEN_LIFE_MIN_S
from tieline.domain.clock import Clock
from tieline.domain.finding import find
from tieline.domain.outcome import Outcome, OutcomeKind
from tieline.problems.base import Problem
from tieline.problems.cloud import CloudUnreachable, CredentialsRefused, TokenThrottled, TokenUnreadable

THROTTLE_MS = 60_000
"""How long to ask for no token after a rate refusal: the official provider tries for one minute (provider.go)."""
PAUSE_MS = 1_000
"""How long a failure stands before the login host is asked again, so that calls under way do not ask one by one."""

Send: TypeAlias = Callable[[Call], Awaitable[Exchange]]


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token; good until `expires`, to be renewed from `renew` on (milliseconds since the epoch)."""

    value: str
    renew: int
    expires: int

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "Token(***)"


class NoToken(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no token, and until when nobody asks again."""

    kind: OutcomeKind
    problem: Problem
    status: int | None
    until: int

    def outcome(self, now: int) -> Outcome:
        """Say it as the outcome of a launch: nothing was sent, nothing was counted."""
        wait = max(0, self.until - now) if self.kind is OutcomeKind.THROTTLED else None
        return Outcome(kind=self.kind, status=self.status, finding=find(self.problem, ""), retry_after_ms=wait, counted=False)


class TokenSource:
    """Gives the token of one environment."""

    def __init__(self, options: CloudOptions, clock: Clock, send: Send) -> None:
        """Take the credentials, the clock, and what makes one HTTP exchange."""
        self._options = options
        self._clock = clock
        self._send = send
        self._token: Token | None = None
        self._failed: NoToken | None = None
        self._asking = asyncio.Lock()

    async def get(self) -> Token | NoToken:
        """Give a good token: the kept one, or a new one. While renewing fails, the kept one serves until it expires."""
        if (ready := self._ready()) is not None:
            return ready
        async with self._asking:
            if (ready := self._ready()) is not None:
                return ready
            return await self._ask()

    def drop(self, token: Token) -> None:
        """Forget a token the cloud refused, unless a newer one is there already."""
        if self._token is token:
            self._token = None

    def _ready(self) -> Token | NoToken | None:
        now = self._clock()
        failed = self._failed if self._failed is not None and self._failed.until > now else None
        if self._token is not None and (now < self._token.renew or (failed and now < self._token.expires)):
            return self._token
        return failed

    async def _ask(self) -> Token | NoToken:
        got = self._read(await self._send(self._call()))
        if isinstance(got, Token):
            self._token, self._failed = got, None
            return got
        self._failed = got
        if self._token is not None and self._clock() < self._token.expires:
            return self._token
        return got

    def _call(self) -> Call:
        pair = f"{self._options.client_id}:{self._options.client_secret.reveal()}".encode()
        return Call(
            method="POST",
            url=self._options.login_url.rstrip("/") + oauth.PATH,
            headers={
                "Authorization": "Basic " + b64encode(pair).decode("ascii"),
                "Content-Type": oauth.MEDIA_TYPE,
                "Accept": "application/json",
            },
            body=f"grant_type={oauth.GRANT}".encode(),
            answer_ms=self._options.token_ms,
            max_bytes=65_536,
        )

    def _read(self, came: Exchange) -> Token | NoToken:
        now = self._clock()
        host = self._options.login_url.partition("://")[2].rstrip("/")
        if isinstance(came, Fault):
            return _not_sent(CloudUnreachable(host=host, fault=came.text), None, now)
        if came.status == 200:
            return _token(came, now) or _not_sent(TokenUnreadable(host=host, fault="the answer holds no token"), 200, now)
        return _refusal(came, host, now)


def _not_sent(problem: Problem, status: int | None, now: int) -> NoToken:
    return NoToken(kind=OutcomeKind.NOT_SENT, problem=problem, status=status, until=now + PAUSE_MS)


def _token(answer: Answer, now: int) -> Token | None:
    body = answer.json()
    value, seconds = body.get("access_token"), body.get("expires_in", TOKEN_LIFE_MIN_S)
    if not isinstance(value, str) or not value or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    life = int(max(0, min(seconds, TOKEN_LIFE_MAX_S)) * 1_000)
    return Token(value=value, renew=now + life - min(life // 10, 300_000), expires=now + life)


def _refusal(answer: Answer, host: str, now: int) -> NoToken:
    """Read the token endpoint's own error form: `error`, `description`, `error_description` (SDK, AuthErrorResponse)."""
    body = answer.json()
    error = text_of(body.get("error")) or said(answer).cloud_code
    words = text_of(body.get("error_description")) or text_of(body.get("description")) or said(answer).cloud_message
    about = said(answer).correlation_id
    if answer.status == 429 or (words or "").startswith(oauth.RATE_LIMITED_PREFIX):
        wait = retry_after_of(answer) or THROTTLE_MS
        throttled = TokenThrottled(
            status=answer.status, cloud_code=error, cloud_message=words, correlation_id=about, host=host, retry_after_ms=wait
        )
        return NoToken(kind=OutcomeKind.THROTTLED, problem=throttled, status=answer.status, until=now + wait)
    if error in ("invalid_client", "unauthorized_client") or answer.status in (401, 403):
        refused = CredentialsRefused(status=answer.status, cloud_code=error, cloud_message=words, correlation_id=about, host=host)
        return _not_sent(refused, answer.status, now)
    fault = f"it answered {answer.status}" + (f" `{error}`" if error else "")
    return _not_sent(TokenUnreadable(status=answer.status, correlation_id=about, host=host, fault=fault), answer.status, now)
