"""The queue's port: what every store of launches does, whatever it is built on.

One suite of cases (`tests/contract/queue`) runs on every implementation. Every verb is one transaction. Times are
milliseconds since the epoch and are handed in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias, TypeVar

import msgspec

from tieline.domain.launch import Launch, Receipt, State

T = TypeVar("T")

Step: TypeAlias = Callable[[bytes], tuple[bytes, T]]
"""A pure step on a pool's pace: takes the stored state (empty the first time), gives the new state and an answer.
The queue stores what it does not understand; the pacing room alone reads it."""


class Durability(StrEnum):
    """What a receipt of this queue means, as attested at start."""

    ONE_DISK = "synced to one disk"
    DISK_AND_STANDBY = "synced to one disk and one standby"
    NOT_SYNCED = "written to one disk, not synced: a power cut loses answered events"
    MEMORY = "memory, tests only"


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """The `request_id` was put before with other content: `id` is the launch that holds it, with its state and time."""

    id: str
    request_id: str
    state: State
    create_time: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One launch held for `lease_ms`; `fence` is the number every later verb on it must show."""

    launch: Launch
    fence: int
    lease_until: int


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which launches to list; a None or empty field does not narrow. `flow` is a flow's name or id."""

    states: tuple[State, ...] = ()
    environment: str | None = None
    route: str | None = None
    flow: str | None = None
    request_id: str | None = None
    created_after: int | None = None
    created_before: int | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some launches, newest first, and the id to pass as `before` for the next page (None at the end)."""

    launches: tuple[Launch, ...]
    next_before: str | None


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What one sweep did: leases that ran out (back to be claimed, or AMBIGUOUS), launches past their expiry, forgotten rows."""

    lapsed: int = 0
    ambiguous: int = 0
    expired: int = 0
    forgotten: int = 0


class Queue(ABC):
    """Keeps launches until they are settled."""

    @property
    @abstractmethod
    def durability(self) -> Durability:
        """What a receipt means."""

    @abstractmethod
    async def put(self, launches: Sequence[Launch]) -> list[Receipt | Repeated]:
        """Store launches; one answer each, in order, given only after the commit that holds them.

        A `request_id` seen within the window with the same `fingerprint` gets the first receipt (`repeated=True`);
        with another it gets `Repeated`. Two of one call count as a repeat of each other. `create_time` orders a window.
        Raises `ProblemError` (`TL301`...) when the store cannot take more or cannot write; then nothing of this call is stored.
        """

    @abstractmethod
    async def claim(self, environment: str, *, now: int, lease_ms: int, limit: int) -> list[Claim]:
        """Hold up to `limit` due launches: QUEUED, SCHEDULED or (followed) LAUNCHED with `schedule_time <= now`,
        higher `priority` first, then by due time. At most one unsettled launch of an `ordering_key` is ever held, the oldest.
        Their state does not change: a lease that runs out before `permit` simply makes them claimable again.
        """

    @abstractmethod
    async def permit(self, claim: Claim, pool: str, step: Step[T], *, sending: Callable[[T], Launch | None]) -> T | None:
        """Run `step` on the pool's pace and, in the same transaction, store what `sending(answer)` gives (SENDING) as the
        claimed launch; when that is None only the pace is stored. None when the claim's fence is no longer valid.
        """

    @abstractmethod
    async def pace(self, pool: str, step: Step[T]) -> T:
        """Run `step` on the pool's pace alone, durably."""

    @abstractmethod
    async def settle(self, claim: Claim, launch: Launch, *, pool: str | None = None, step: Step[None] | None = None) -> bool:
        """Store the launch's next value, end the claim, and stamp the pace, in one transaction.
        False (and only the pace is stamped) when the fence is no longer valid: someone else holds or has settled it.
        Raises `ProblemError` on a step the table of states does not have.
        """

    @abstractmethod
    async def release(self, claim: Claim, *, schedule_time: int) -> bool:
        """Give a claim back unsent, due at `schedule_time`; costs no attempt. False when the fence is no longer valid."""

    @abstractmethod
    async def requeue(self, before: Launch, after: Launch) -> Launch | Repeated | None:
        """Put a REFUSED, HELD or EXHAUSTED launch back with the content of `after` (QUEUED), in its old place of the order.

        Gives it as it now stands. None when it no longer stands as `before`: somebody else moved it. `Repeated` when `after`
        has another `request_id`, which a launch has held within the window. Raises as `put` when no more may wait.
        """

    @abstractmethod
    async def cancel(self, id: str, *, now: int) -> Launch | None:
        """Cancel a launch that is QUEUED or SCHEDULED, held or not. The launch as it now stands (its state tells whether
        it was cancelled); None when there is no such launch.
        """

    @abstractmethod
    async def get(self, id: str) -> Launch | None:
        """Read one launch."""

    @abstractmethod
    async def list(self, filter: Filter, *, limit: int, before: str | None = None) -> Page:
        """Read launches, newest first, those with an id below `before`."""

    @abstractmethod
    def watch(self, ids: Sequence[str]) -> AsyncIterator[Launch]:
        """Give each named launch as it stands now, then again after each change (a slow reader gets only the latest of
        each). Ends only when closed.
        """

    @abstractmethod
    async def next_due(self, environment: str) -> int | None:
        """When the earliest unheld launch falls due (may be in the past); None when there is none."""

    @abstractmethod
    async def wait(self, environment: str) -> None:
        """Return when something may have become claimable since the last call: a hint, never the only way to notice."""

    @abstractmethod
    async def counts(self) -> Mapping[str, Mapping[State, int]]:
        """How many launches stand in each state, by environment; cheap at a million."""

    @abstractmethod
    async def sweep(self, *, now: int) -> Swept:
        """Let leases lapse (a SENDING launch becomes AMBIGUOUS: it may have left), expire what is past `expire_time`,
        forget request ids outside the window and settled launches outside the retention. Bounded work per call.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what was accepted, then let go of the store."""
