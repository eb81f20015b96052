"""How each client behaves, and what an operator of the cloud would hold against it; bounded, counted as requests go by."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

CLIENTS_KEPT = 1000
BODIES_KEPT = 2000
"""How many launch bodies of one client are remembered, as hashes, to notice a repeat."""
REPEAT_MS = 60_000
"""Within how long the same launch counts as a repeat."""
CALLS_PER_TOKEN = 2
"""A client that made fewer calls for each token than this fetches a token per call."""
TOKENS_SEEN = 3
"""From how many tokens on that is said."""


class Conduct(msgspec.Struct, kw_only=True):
    """One client's counts. Times are milliseconds."""

    client: str
    calls: int = 0
    launches: int = 0
    tokens: int = 0
    repeated: int = 0
    early: int = 0
    secrets: int = 0
    wait_until: int = 0
    seen: dict[bytes, int] = msgspec.field(default_factory=dict)

    def verdicts(self) -> list[dict[str, Any]]:
        """Say what is wrong with it; empty when nothing is."""
        found: list[dict[str, Any]] = []
        if self.repeated:
            found.append(
                _said("repeated-launch", self.repeated, "sent the same launch again within a minute; each may start a run")
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

    def called(self, client: str, now: int, *, throttled_s: int | None) -> None:
        """Count one call; `throttled_s` is what Retry-After said to it, None when it was not throttled."""
        one = self.of(client)
        one.calls += 1
        if now < one.wait_until:
            one.early += 1
        if throttled_s is not None:
            one.wait_until = now + throttled_s * 1000

    def launched(self, client: str, now: int, body: bytes) -> None:
        """Count one launch that reached the flow; the same body again soon after is a repeat."""
        one = self.of(client)
        one.launches += 1
        mark = blake2b(body, digest_size=8).digest()
        if now - one.seen.get(mark, now - REPEAT_MS) < REPEAT_MS:
            one.repeated += 1
        one.seen.pop(mark, None)
        if len(one.seen) >= BODIES_KEPT:
            del one.seen[next(iter(one.seen))]
        one.seen[mark] = now

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
