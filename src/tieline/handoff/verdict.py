"""What accept is asked and what it answers: a submission, and the verdict on it."""

from __future__ import annotations

import msgspec

from tieline.domain.finding import Finding
from tieline.domain.launch import FlowExecutionRequest


class Submission(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call to launch a flow, as a door hands it over.

    `findings` are faults the door met while reading the request (each at its JSON pointer); preflight adds its own.
    `environment` empty means the only one there is, or the default. `request_id` empty means: make one.
    `expire_time` is milliseconds since the epoch. `follow_ms` as in `Launch`.
    """

    request: FlowExecutionRequest
    request_id: str = ""
    environment: str = ""
    ordering_key: str = ""
    priority: int = 0
    expire_time: int | None = None
    follow_ms: int = 0
    findings: tuple[Finding, ...] = ()


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was stored, for these reasons (at least one)."""

    findings: tuple[Finding, ...]


class Valid(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `validate_only`: nothing was stored, and this is the launch request that would be sent (JSON, official form)."""

    environment: str
    body: bytes
