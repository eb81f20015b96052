"""The twin's settings. What nobody has published about Genesys Cloud is a setting here, strict by default, never a silent guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from tieline.contract.limits import REQUEST_BYTES, TOKEN_LIFE_S, TOKEN_RATE

Clock: TypeAlias = Callable[[], int]
"""Gives milliseconds since the epoch, UTC."""
NewId: TypeAlias = Callable[[], str]
"""Gives a fresh id that was not given before: for executions, tokens and correlation ids."""


class Sent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A launch that was refused: the request as it came (header names in lower case), and the status, code and body of the answer.

    `body` is None where it was not read.
    With a `code` other than `bad.request`, a 400 or 404 has read the body as one JSON object.
    """

    method: str
    path: str
    headers: Mapping[bytes, str]
    body: bytes | None
    status: int
    code: str
    answer: Mapping[str, Any]


Explain: TypeAlias = Callable[[Sent, Mapping[str, Any]], list[str]]
"""Says what is wrong with a refused launch, a line for each fault; it sees the flows there are (`TwinFlow` by id). The twin
decides without it; it only talks."""

SECRET = "twin-secret"  # noqa: S105 - the stand-in's well-known default
PERMISSIONS = frozenset(
    {
        *("architect:flow:launch", "architect:flow:view", "architect:flowExecution:view"),
        *("architect:flow:search", "architect:flowInstance:search", "architect:flowInstance:view"),
        *("architect:job:create", "architect:job:view"),
        *(f"processautomation:trigger:{verb}" for verb in ("add", "edit", "view", "delete")),
    }
)
"""What the first client's roles grant: everything the twin does. Tieline itself needs only the first three."""


class Window(StrEnum):
    """How the limiter's minute is laid. Which of them the cloud uses is unknown."""

    FIRST_REQUEST = "first-request"
    """A minute begins with the first request after the last one ended."""
    CLOCK_MINUTE = "clock-minute"
    """A minute of the clock, the same for every token."""
    SLIDING = "sliding"
    """The minute before each request."""


class Rule(StrEnum):
    """What happens to something the cloud may or may not mind."""

    REFUSE = "refuse"
    IGNORE = "ignore"


class Strictness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers no published material settles.

    `unknown_field`: a top-level field beside the four (REFUSE answers `invalid.property`).
    `unknown_input`: a key of `inputData` the flow has not got (REFUSE answers `input.var.not.marked.in.flow.def`; a forum report
    of 2023 saw such a key ignored, and the run fail).
    `wrong_value`: an input value its schema does not take (REFUSE answers `variable.value.not.allowed`).
    `missing_flow_id`, `wrong_type`, `wrong_version`, `wrong_flow_type`, `deleted_flow`: the code that answers a missing `flowId`,
    a field of the wrong JSON type, a version the flow has not published, a flow that is no workflow, and a deleted flow.
    `missing_execution`: the code that answers a run nobody knows; two are published.
    `other_division`: the code that answers a flow in a division the client's roles do not reach.
    `bad_client_status`: the token endpoint's status for an unknown client or a wrong secret.
    `name_of_unnamed`: what a run is called that was given no name: as its flow, or nothing.
    `visible_ms`: for how long after a launch its run is not found, read or searched (read after write).
    `name_fields`: whether a refusal's `details` name the field.
    `limit_in_429`: whether a 429 body carries `limit`.
    `request_bytes`: the largest body. `max_depth`: the deepest nesting of JSON taken. `page_size_max`: the largest `pageSize`.
    """

    unknown_field: Rule = Rule.REFUSE
    unknown_input: Rule = Rule.REFUSE
    wrong_value: Rule = Rule.REFUSE
    missing_flow_id: Literal["constraint.validation", "bad.request"] = "constraint.validation"
    wrong_type: Literal["invalid.value", "bad.request"] = "invalid.value"
    wrong_version: Literal["flow.config.not.published", "flow.definition.missing", "architect.flow.not.found"] = (
        "flow.definition.missing"
    )
    wrong_flow_type: Literal["flow.invalid.state", "architect.object.validate.failed"] = "flow.invalid.state"
    deleted_flow: Literal["architect.flow.not.found", "flow.invalid.state"] = "architect.flow.not.found"
    missing_execution: Literal["architect.flow.execution.not.found", "architect.execution.flow.not.found"] = (
        "architect.flow.execution.not.found"
    )
    other_division: Literal["missing.division.permission", "missing.any.division.permissions", "architect.flow.not.found"] = (
        "missing.division.permission"
    )
    bad_client_status: Literal[400, 401] = 400
    name_of_unnamed: Literal["flow", "nothing"] = "flow"
    visible_ms: int = 0
    name_fields: bool = False
    limit_in_429: bool = True
    request_bytes: int = REQUEST_BYTES.value
    max_depth: int = 100
    page_size_max: int = 500


class TwinOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where the twin listens and what it stands for.

    `host` is loopback unless said otherwise; `port` 0 takes a free one. `client_id` and `client_secret` are the one client it
    knows, `permissions` what that client's roles grant. `limit` is requests a minute for each token (0: no limit), `window` how
    the minute is laid. `run_ms` is how long a run takes (recorded ones took 600 to 1,300), unless its flow's seed says otherwise.
    `token_life_s` is how long a token lives. `token_limit` is how many tokens a client may ask for in a minute (0: no limit; the
    cloud's is not published). `explain_header` puts the findings of a refused launch into a header; the journal has them in any case.
    `faults` are those it begins with (`twin.faults`), `fault_seed` what their chance begins with. `seed` is a JSON file of flows, None for the sample flows.
    `keep_executions` bounds how many runs are remembered (the cloud keeps them several days), `keep_journal` how many exchanges.
    `body_timeout_s` is how long a request may take to come whole before the twin answers 408.
    """

    host: str = "127.0.0.1"
    port: int = 0
    client_id: str = "7e1e11ae-0000-4000-8000-000000000001"
    client_secret: str = SECRET
    permissions: frozenset[str] = PERMISSIONS
    limit: int = TOKEN_RATE.value
    window: Window = Window.FIRST_REQUEST
    run_ms: int = 1000
    token_life_s: int = TOKEN_LIFE_S
    token_limit: int = 0
    explain_header: bool = True
    faults: tuple[Any, ...] = ()
    fault_seed: int = 1
    seed: Path | None = None
    strict: Strictness = Strictness()
    keep_executions: int = 20_000
    keep_journal: int = 1000
    body_timeout_s: float = 10.0
