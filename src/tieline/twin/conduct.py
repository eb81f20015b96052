"""How each client behaves, and what an operator of the cloud would hold against it; bounded, counted as requests go by.

A launch is repeated when one with the very same body was sent before within a minute, and may have happened: it did, or it ended
in a way that does not tell (no answer, a broken connection, a 5xx). To send again what was refused is no repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

K = TypeVar("K", str, bytes)
CLIENTS_KEPT = 1000
BODIES_KEPT = 2000
"""How many launch bodies of one client are remembered, as hashes, to notice a repeat."""
REPEAT_MS = 60_000
"""Within how long the same launch counts as a repeat."""
CALLS_PER_TOKEN = 2
"""A client that made fewer calls for each token than this fetches a token per call."""
TOKENS_SEEN = 3
"""From how many tokens on that is said."""
WAITS_KEPT = 1000
UNKNOWN = "(unknown)"
"""Who is meant where a secret is nobody's the twin knows."""


class Conduct(msgspec.Struct, kw_only=True):
    """One client's counts. `waits` are the times (milliseconds) until which each of its tokens was told to wait."""

    client: str
    calls: int = 0
    launches: int = 0
    tokens: int = 0
    repeated: int = 0
    early: int = 0
    secrets: int = 0
    waits: dict[str, int] = msgspec.field(default_factory=dict)
    seen: dict[bytes, int] = msgspec.field(default_factory=dict)

    def verdicts(self) -> list[dict[str, Any]]:
        """Say what is wrong with it; empty when nothing is."""
        found: list[dict[str, Any]] = []
        if self.repeated:
            found.append(
                _said(
                    "repeated-launch",
                    self.repeated,
                    "sent again, within a minute, a launch that may have happened; each may start a run",
                )
            )
        if self.early:
            found.append(_said("ignored-retry-after", self.early, "called again before the time that Retry-After named"))
        if self.tokens >= TOKENS_SEEN and self.calls < self.tokens * CALLS_PER_TOKEN:
            found.append(
                _said("token-per-call", self.tokens, f"fetched {self.tokens} tokens for {self.calls} calls; a token lasts a day")
            )
        if self.secrets:
            found.append(
                _said("secret-out-of-place", self.secrets, "sent a secret in an address, or to an operation that takes none")
            )
        return found


def _said(name: str, count: int, says: str) -> dict[str, Any]:
    return {"verdict": name, "count": count, "says": says}


class Conducts:
    """The conduct of every client of an org."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_client: dict[str, Conduct] = {}

    def of(self, client: str) -> Conduct:
        """Give a client's conduct, a new one when it was never seen."""
        found = self._by_client.get(client)
        if found is None:
            if len(self._by_client) >= CLIENTS_KEPT:
                del self._by_client[next(iter(self._by_client))]
            found = self._by_client[client] = Conduct(client=client)
        return found

    def called(self, client: str, token: str, now: int, throttled_s: int | None) -> None:
        """Count one call; `throttled_s` is what Retry-After said to it, None when it said nothing. It binds the token, not the client."""
        one = self.of(client)
        one.calls += 1
        if one.waits and now < one.waits.get(token, 0):
            one.early += 1
        if throttled_s is not None:
            _remember(one.waits, token, now + throttled_s * 1000, WAITS_KEPT)

    def sent(self, client: str, now: int, body: bytes, *, launched: bool, open: bool) -> None:
        """Count one launch that was sent; `launched` says that it took effect, `open` that the client cannot know that it did not."""
        one = self.of(client)
        one.launches += launched
        mark = blake2b(body, digest_size=8).digest()
        if now - one.seen.get(mark, now - REPEAT_MS) < REPEAT_MS:
            one.repeated += 1
        if launched or open:
            _remember(one.seen, mark, now, BODIES_KEPT)

    def told(self) -> list[Mapping[str, Any]]:
        """Give every client with its counts and what is wrong with it."""
        return [
            {
                "client": one.client,
                "calls": one.calls,
                "launches": one.launches,
                "tokens": one.tokens,
                "verdicts": one.verdicts(),
            }
            for one in self._by_client.values()
        ]


def _remember(kept: dict[K, int], name: K, value: int, most: int) -> None:
    kept.pop(name, None)
    if len(kept) >= most:
        del kept[next(iter(kept))]
    kept[name] = value
