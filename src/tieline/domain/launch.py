"""A launch: one start of a flow that Tieline owes the cloud; its states, and which state follows which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tieline.domain.event import Event
from tieline.domain.finding import Finding
from tieline.domain.json import Json
from tieline.domain.outcome import Attempt


class State(StrEnum):
    """Where a launch stands."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SCHEDULED = "SCHEDULED"
    LAUNCHED = "LAUNCHED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    AMBIGUOUS = "AMBIGUOUS"
    HELD = "HELD"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    EXHAUSTED = "EXHAUSTED"


NEXT: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.REFUSED, State.EXPIRED, State.CANCELLED}),
    State.SENDING: frozenset({State.LAUNCHED, State.SCHEDULED, State.AMBIGUOUS, State.REFUSED, State.EXHAUSTED, State.EXPIRED}),
    State.SCHEDULED: frozenset({State.SENDING, State.EXPIRED, State.CANCELLED, State.REFUSED}),
    State.AMBIGUOUS: frozenset({State.LAUNCHED, State.SCHEDULED, State.HELD}),
    State.LAUNCHED: frozenset({State.COMPLETED, State.FAILED}),
    State.REFUSED: frozenset({State.QUEUED}),
    State.HELD: frozenset({State.QUEUED}),
    State.EXHAUSTED: frozenset({State.QUEUED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""The table of states. A launch moves only along it; the picture in docs/explanation/states.md is printed from it."""

CANCELLABLE = frozenset(state for state, following in NEXT.items() if State.CANCELLED in following)
REPLAYABLE = frozenset(state for state, following in NEXT.items() if State.QUEUED in following)
SETTLED = frozenset(
    {
        State.LAUNCHED,
        State.COMPLETED,
        State.FAILED,
        State.AMBIGUOUS,
        State.HELD,
        State.REFUSED,
        State.EXPIRED,
        State.CANCELLED,
        State.EXHAUSTED,
    }
)
"""States in which nothing more is owed to the cloud unless a person or a later decision says so."""


class Initiator(msgspec.Struct, frozen=True, kw_only=True):
    """On whose behalf: Tieline's own, never sent to the cloud as a field. `type` is `user` or `externalContact`."""

    id: str
    type: str


class FlowExecutionRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """The caller's form of a launch: `flowId` or `flow` (a name), optional `flowVersion`, `inputs`, `initiator`, `name`.

    It is kept as the caller gave it; preflight says what is wrong with it and compiles the cloud's form.
    """

    flow_id: str | None = None
    flow: str | None = None
    flow_version: str | None = None
    inputs: dict[str, Json] = msgspec.field(default_factory=dict)
    initiator: Initiator | None = None
    name: str | None = None


class Execution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the launch became in the cloud: the execution's id, and the cloud's last word on it where a route follows it."""

    id: str
    status: str | None = None
    error_code: str | None = None
    error_message: str | None = None


class Launch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One start of a flow that Tieline owes the cloud. All times are milliseconds since the epoch, UTC.

    `id` sorts by time of creation. `fingerprint` tells whether a repeat of `request_id` has the same content.
    `environment` names the org. `route` is empty for a direct call. `ordering_key`: launches with the same key leave one
    at a time, in the order they were put. `priority` is 0 to 9, higher leaves first. `schedule_time` is when the next
    step is due, None when none is. `follow_ms` is for how long after LAUNCHED the run itself is looked at (0: not at all).
    `body` is the launch request as it will be sent (JSON, official form), empty when refused before it was made.
    `begun` counts the tries that reached the cloud's door; `attempts` are the latest of them. `begun_before` of them came
    before the last replay, which begins the allowance of tries anew.
    """

    id: str
    request_id: str
    fingerprint: bytes
    environment: str
    create_time: int
    update_time: int
    state: State = State.QUEUED
    route: str = ""
    flow_id: str = ""
    flow: str = ""
    ordering_key: str = ""
    priority: int = 0
    schedule_time: int | None = None
    expire_time: int | None = None
    follow_ms: int = 0
    event: Event | None = None
    request: FlowExecutionRequest | None = None
    body: bytes = b""
    begun: int = 0
    begun_before: int = 0
    attempts: tuple[Attempt, ...] = ()
    execution: Execution | None = None
    findings: tuple[Finding, ...] = ()


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Proof that a launch is durable. `repeated` is True when this `request_id` was put before, with the same content."""

    id: str
    request_id: str
    state: State
    create_time: int
    repeated: bool = False
