"""What the twin remembers: flows, tokens with their budgets, executions, uploads, triggers, the journal. All of it bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from tieline.twin.clients import Client, first_client
from tieline.twin.clock import TwinClock
from tieline.twin.conduct import Conducts
from tieline.twin.executions import Execution, Start, begun
from tieline.twin.faults.deck import Deck
from tieline.twin.flows import TwinFlow
from tieline.twin.journal import Journal
from tieline.twin.limiter import Limiter, limiter
from tieline.twin.options import Clock, NewId, TwinOptions
from tieline.twin.seed import SeedFlow

TOKENS_KEPT = 1000
JOBS_KEPT = 1000
TRIGGERS_MAX = 1000
DAY_MS = 86_400_000
BODY_KEPT = 16_384
"""The largest launch body that is kept with its execution, in bytes."""
BODIES_KEPT = 32 * 1024 * 1024
"""How large all kept launch bodies may be together, in bytes; the oldest runs go when they are larger."""
WEBHOOK = ("twin-webhook", "2f1a5c1e-0000-4000-8000-000000000005")
"""The one inbound webhook of every org: the id in its path, and its own id."""
Kept = TypeVar("Kept")


class Token(msgspec.Struct, kw_only=True):
    """One bearer token: whose it is, when it ends (milliseconds), and its own budget of requests (None: no limit)."""

    client: Client
    ends: int
    budget: Limiter | None


class Upload(msgspec.Struct, kw_only=True):
    """One upload of a flow: where its file is put, when it came, and the flow or the fault in it."""

    id: str
    signature: str
    received: int | None = None
    command: str = "Publish"
    flow: SeedFlow | None = None
    fault: str | None = None


class DataJob(msgspec.Struct, frozen=True, kw_only=True):
    """One job that makes histories of runs ready; `begun` is in milliseconds."""

    id: str
    ids: tuple[str, ...]
    begun: int


class State:
    """The twin's org. One event loop uses it; nothing here waits."""

    def __init__(
        self, options: TwinOptions, flows: tuple[SeedFlow, ...], *, clock: Clock, new_id: NewId, client_id: str | None = None
    ) -> None:
        """Make the org's flows from the seed. `client_id` is its first client's, None for the one of the options."""
        self.options, self.new_id = options, new_id
        self._first = first_client(options)
        if client_id is not None:
            self._first = msgspec.structs.replace(self._first, id=client_id)
        self.clock = TwinClock(clock)
        self._seed = flows
        self.reset()

    def reset(self) -> None:
        """Begin again: the flows and the client of the start, no tokens, no executions, an empty journal, the real clock."""
        self.clock.reset()
        self.flows = {flow.flow_id: self._flow(flow) for flow in self._seed}
        self.clients = {self._first.id: self._first}
        self.limit = self.options.limit
        self.token_limit = self.options.token_limit
        self.token_budgets: dict[str, Limiter] = {}
        self.tokens: dict[str, Token] = {}
        self.executions: dict[str, Execution] = {}
        self._bytes = 0
        self.uploads: dict[str, Upload] = {}
        self.data_jobs: dict[str, DataJob] = {}
        self.triggers: dict[str, dict[str, Any]] = {}
        self.webhooks = dict([WEBHOOK])
        self.deck = Deck(self.options.fault_seed)
        self.deck.set(self.options.faults)
        self.journal = Journal(self.options.keep_journal)
        self.conducts = Conducts()
        self.launches = 0

    def plant(self, flows: Sequence[SeedFlow], *, keep: bool) -> None:
        """Put flows in, beside those there are or instead of them."""
        made = {flow.flow_id: self._flow(flow) for flow in flows}
        self.flows = {**self.flows, **made} if keep else made

    def _flow(self, flow: SeedFlow) -> TwinFlow:
        return TwinFlow(flow, self.clock(), plain=self.options.strict.undefined_types == "plain")

    def _budget(self, allowed: int) -> Limiter:
        return limiter(self.options.window, allowed, count_refused=self.options.strict.count_refused)

    def run(self, id: str) -> Execution | None:
        """Find a run that can be seen: not too new, not too old."""
        found = self.executions.get(id)
        return found if found is not None and self.visible(found) else None

    def visible(self, run: Execution) -> bool:
        """Whether a run can be seen."""
        days = self.options.strict.keep_days
        return run.visible(self.clock()) and (not days or self.clock() < run.launched + days * DAY_MS)

    def set_limit(self, per_minute: int) -> None:
        """Set how many requests a minute each token may make (0: no limit), and give every token a fresh budget."""
        self.limit = per_minute
        for token in self.tokens.values():
            token.budget = self._budget(per_minute) if per_minute else None

    def may_ask_for_token(self, client: Client) -> bool:
        """Whether a client has not asked for too many tokens within the minute."""
        if not self.token_limit:
            return True
        if client.id not in self.token_budgets:
            _keep(self.token_budgets, client.id, self._budget(self.token_limit), TOKENS_KEPT)
        return self.token_budgets[client.id].take(self.clock()).passed

    def issue(self, client: Client) -> tuple[str, int]:
        """Make a token for a client; gives it with its life in seconds."""
        now = self.clock()
        if len(self.tokens) >= TOKENS_KEPT:
            self.tokens = {name: token for name, token in self.tokens.items() if token.ends > now}
        budget = self._budget(self.limit) if self.limit else None
        name, life = self.new_id(), client.token_life_s or self.options.token_life_s
        _keep(self.tokens, name, Token(client=client, ends=now + life * 1000, budget=budget), TOKENS_KEPT)
        return name, life

    def token(self, name: str) -> Token | None:
        """Find a token that is still good."""
        found = self.tokens.get(name)
        return found if found is not None and found.ends > self.clock() else None

    def revoke(self, name: str | None) -> None:
        """End a token now; whose it was stays known, so that its calls still lead to this org."""
        if (found := self.tokens.get(name or "")) is not None:
            found.ends = 0

    def launch(self, flow: TwinFlow, version: str, name: str | None, *, body: dict[str, Any], raw: bytes) -> Execution:
        """Start a run; the oldest is forgotten when there are too many. `raw` is the body as it came."""
        kept = raw if len(raw) <= BODY_KEPT else b""
        id, now, run_ms = self.new_id(), self.clock(), self.options.run_ms
        visible_ms = self.options.strict.visible_ms
        start = Start(
            id=id, flow=flow, version=version, name=name, body=body, raw=kept, now=now, run_ms=run_ms, visible_ms=visible_ms
        )
        run = begun(start)
        self._bytes += len(kept)
        while self.executions and (len(self.executions) >= self.options.keep_executions or self._bytes > BODIES_KEPT):
            self._bytes -= len(self.executions.pop(next(iter(self.executions))).raw)
        self.executions[run.id] = run
        self.launches += 1
        return run

    def upload(self) -> Upload:
        """Begin an upload."""
        made = Upload(id=self.new_id(), signature=self.new_id().replace("-", ""))
        return _keep(self.uploads, made.id, made, JOBS_KEPT)

    def data_job(self, ids: tuple[str, ...]) -> DataJob:
        """Begin to make histories of runs ready."""
        made = DataJob(id=self.new_id(), ids=ids, begun=self.clock())
        return _keep(self.data_jobs, made.id, made, JOBS_KEPT)


def _keep(kept: dict[str, Kept], id: str, made: Kept, most: int) -> Kept:
    """Keep one more; the oldest goes when there are too many."""
    if len(kept) >= most:
        del kept[next(iter(kept))]
    kept[id] = made
    return made
