"""How one try to launch ended, and what the cloud said about its pace."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tieline.domain.finding import Finding


class OutcomeKind(StrEnum):
    """The five ways a try can end."""

    LAUNCHED = "launched"
    REFUSED = "refused"
    THROTTLED = "throttled"
    NOT_SENT = "not sent"
    AMBIGUOUS = "ambiguous"


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What `inin-ratelimit-count`, `-allowed` and `-reset` said (platform SDK README samples): requests counted and allowed, milliseconds until reset."""

    count: int
    allowed: int
    reset_ms: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one try ended.

    `status` is the HTTP status, None when no answer came. `execution_id` is set when launched. `finding` says why when
    it was not launched. `retry_after_ms` is the wait the cloud asked for. `correlation_id` is `ININ-Correlation-Id`.
    `counted` is False when the cloud cannot have counted the request against the pace (nothing was sent).
    """

    kind: OutcomeKind
    status: int | None = None
    execution_id: str | None = None
    finding: Finding | None = None
    retry_after_ms: int | None = None
    allowance: Allowance | None = None
    correlation_id: str | None = None
    counted: bool = True


class ExecutionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `GET /api/v2/flows/executions/{id}` said of a run.

    `status` is the cloud's word (UNKNOWN, RUNNING, ERROR, TERMINATED, COMPLETED, FAILED), None when it could not be read;
    `error_code` and `error_message` are those of `flowErrorInfo`. `retry_after_ms` is set when the look itself was throttled.
    """

    status: str | None
    error_code: str | None = None
    error_message: str | None = None
    retry_after_ms: int | None = None
    allowance: Allowance | None = None
    throttled: bool = False
    gone: bool = False
    counted: bool = True


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try: its number (from 1), when it began and ended (milliseconds since the epoch), and how it ended."""

    number: int
    start_time: int
    end_time: int
    outcome: Outcome
