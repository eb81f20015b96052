"""What the twin remembers: flows, tokens with their budgets, executions, the journal. All of it bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from tieline.twin.clients import Client, first_client
from tieline.twin.clock import TwinClock
from tieline.twin.executions import Execution
from tieline.twin.flows import TwinFlow
from tieline.twin.limiter import Limiter, limiter
from tieline.twin.options import Clock, NewId, TwinOptions
from tieline.twin.seed import SeedFlow
from tieline.twin.times import iso

TOKENS_KEPT = 1000
BODY_KEPT = 16_384
"""The largest launch body that is kept with its execution, in bytes."""


class Token(msgspec.Struct, kw_only=True):
    """One bearer token: whose it is, when it ends (milliseconds), and its own budget of requests (None: no limit)."""

    client: Client
    ends: int
    budget: Limiter | None


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the journal: no body, no query, no credentials. `code` is the error's, `execution` what was launched."""

    time: str
    method: str
    path: str
    status: int
    code: str | None = None
    execution: str | None = None


class State:
    """The twin's org. One event loop uses it; nothing here waits."""

    def __init__(self, options: TwinOptions, flows: tuple[SeedFlow, ...], *, clock: Clock, new_id: NewId) -> None:
        """Make the org's flows from the seed."""
        self.options, self.new_id = options, new_id
        self.clock = TwinClock(clock)
        self._seed = flows
        self.reset()

    def reset(self) -> None:
        """Begin again: the flows and the client of the start, no tokens, no executions, an empty journal, the real clock."""
        self.clock.reset()
        self.flows = {flow.flow_id: TwinFlow(flow, self.clock()) for flow in self._seed}
        self.clients = {self.options.client_id: first_client(self.options)}
        self.limit = self.options.limit
        self.tokens: dict[str, Token] = {}
        self.executions: dict[str, Execution] = {}
        self.journal: deque[Exchange] = deque(maxlen=self.options.keep_journal)
        self.exchanges = 0
        self.launches = 0

    def plant(self, flows: Sequence[SeedFlow], *, keep: bool) -> None:
        """Put flows in, beside those there are or instead of them."""
        made = {flow.flow_id: TwinFlow(flow, self.clock()) for flow in flows}
        self.flows = {**self.flows, **made} if keep else made

    def set_limit(self, per_minute: int) -> None:
        """Set how many requests a minute each token may make (0: no limit), and give every token a fresh budget."""
        self.limit = per_minute
        for token in self.tokens.values():
            token.budget = limiter(self.options.window, per_minute) if per_minute else None

    def rename_client(self, id: str) -> None:
        """Give the first client another id, so that it leads to this org alone."""
        first = first_client(self.options)
        self.clients = {id: msgspec.structs.replace(first, id=id)}

    def issue(self, client: Client) -> tuple[str, int]:
        """Make a token for a client; gives it with its life in seconds."""
        now = self.clock()
        self.tokens = {name: token for name, token in self.tokens.items() if token.ends > now}
        while len(self.tokens) >= TOKENS_KEPT:
            del self.tokens[next(iter(self.tokens))]
        budget = limiter(self.options.window, self.limit) if self.limit else None
        name, life = self.new_id(), client.token_life_s or self.options.token_life_s
        self.tokens[name] = Token(client=client, ends=now + life * 1000, budget=budget)
        return name, life

    def token(self, name: str) -> Token | None:
        """Find a token that is still good."""
        found = self.tokens.get(name)
        return found if found is not None and found.ends > self.clock() else None

    def launch(self, flow: TwinFlow, version: str, name: str | None, *, body: dict[str, Any], size: int) -> Execution:
        """Start a run; the oldest is forgotten when there are too many."""
        now = self.clock()
        takes = self.options.run_ms if flow.seed.run_ms is None else flow.seed.run_ms
        kept = body if size <= BODY_KEPT else None
        run = Execution(id=self.new_id(), flow=flow, version=version, name=name, launched=now, ends=now + takes, body=kept)
        if len(self.executions) >= self.options.keep_executions:
            del self.executions[next(iter(self.executions))]
        self.executions[run.id] = run
        self.launches += 1
        return run

    def note(self, method: str, path: str, status: int, *, code: str | None = None, execution: str | None = None) -> None:
        """Write one exchange into the journal."""
        self.exchanges += 1
        self.journal.append(
            Exchange(time=iso(self.clock()), method=method, path=path[:200], status=status, code=code, execution=execution)
        )

    def report(self) -> dict[str, Any]:
        """Give the journal, newest last, with how many launches there were and how many exchanges it no longer holds."""
        return {"launches": self.launches, "dropped": self.exchanges - len(self.journal), "exchanges": list(self.journal)}
