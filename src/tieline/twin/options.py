"""The twin's settings. What nobody has published about Genesys Cloud is a setting here, strict by default, never a silent guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

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


def _about(what: str, *, least: int | None = None) -> msgspec.Meta:
    return msgspec.Meta(description=what, ge=least)


class Rule(StrEnum):
    """What happens to something the cloud may or may not mind."""

    REFUSE = "refuse"
    IGNORE = "ignore"


class Strictness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers no published material settles; each says what it is about (`twin.settings` prints them)."""

    unknown_field: Annotated[
        Rule, _about("a field of a body that its schema has not got: refused (`invalid.property`), or not looked at")
    ] = Rule.REFUSE
    unknown_input: Annotated[
        Rule,
        _about(
            "a key of `inputData` that the flow has not got: refused (`input.var.not.marked.in.flow.def`), or not looked at, as a forum"
            " report of 2023 has it (the run failed then)"
        ),
    ] = Rule.REFUSE
    input_case: Annotated[
        Literal["exact", "fold"], _about("whether a key of `inputData` must be written as the flow has it, or in any case")
    ] = "exact"
    wrong_value: Annotated[
        Rule, _about("an input's value that its schema does not take: refused (`variable.value.not.allowed`), or taken")
    ] = Rule.REFUSE
    undefined_types: Annotated[
        Literal["any", "plain"],
        _about(
            "values of inputs whose type's definition was never seen (Boolean, Currency, Date, DateTime, Decimal, Duration, Time): any,"
            " or only those of the JSON type that suits (or text, or null)"
        ),
    ] = "any"
    missing_flow_id: Annotated[
        Literal["constraint.validation", "bad.request"], _about("the code for a launch without `flowId`")
    ] = "constraint.validation"
    wrong_type: Annotated[
        Literal["invalid.value", "bad.request"], _about("the code for a field of a launch that has another JSON type")
    ] = "invalid.value"
    name_max: Annotated[
        int, _about("the longest `name` of a launch, in characters (`constraint.validation` beyond it); 0: no limit", least=0)
    ] = 0
    wrong_version: Annotated[
        Literal["flow.config.not.published", "flow.definition.missing", "architect.flow.not.found"],
        _about("the code for a version the flow has not got"),
    ] = "flow.definition.missing"
    wrong_flow_type: Annotated[
        Literal["flow.invalid.state", "architect.object.validate.failed"],
        _about("the code for launching a flow that is no workflow"),
    ] = "flow.invalid.state"
    deleted_flow: Annotated[
        Literal["architect.flow.not.found", "flow.invalid.state"], _about("the code for launching a flow that was deleted")
    ] = "architect.flow.not.found"
    missing_execution: Annotated[
        Literal["architect.flow.execution.not.found", "architect.execution.flow.not.found"],
        _about("the code for a run nobody knows; both are published"),
    ] = "architect.flow.execution.not.found"
    other_division: Annotated[
        Literal["missing.division.permission", "missing.any.division.permissions", "architect.flow.not.found"],
        _about(
            "the code for a flow in a division that the client's roles do not reach; where an operation does not publish it, `not.found`"
        ),
    ] = "missing.division.permission"
    bad_client_status: Annotated[
        Literal[400, 401], _about("the token endpoint's status for an unknown client or a wrong secret")
    ] = 400
    bad_grant: Annotated[
        Literal["unsupported_grant_type", "invalid_request"], _about("the token endpoint's error for another grant type, or none")
    ] = "unsupported_grant_type"
    name_of_unnamed: Annotated[
        Literal["flow", "nothing"], _about("what a run is called that was given no name: as its flow, or nothing")
    ] = "flow"
    visible_ms: Annotated[
        int, _about("for how many milliseconds after its launch a run is not found, read or searched", least=0)
    ] = 0
    keep_days: Annotated[
        int, _about("for how many days a run is found (the cloud: several); 0: for as long as there is room for it", least=0)
    ] = 0
    name_fields: Annotated[bool, _about("whether a refusal's `details` name the field at fault")] = False
    repeated_header: Annotated[
        Rule,
        _about(
            "a header that comes twice with the same value: both, joined by a comma, as HTTP has it (RFC 9110, 5.3), so that a second"
            " `Content-Type` is 415 and a second `Authorization` 401, or taken as one; `Content-Length` and `Host` may not come twice"
            " in any case"
        ),
    ] = Rule.REFUSE
    compressed: Annotated[
        Literal["refuse", "read"], _about("a body in gzip or deflate: refused (`unsupported.media.type`), or read")
    ] = "refuse"
    limit_in_429: Annotated[bool, _about("whether a 429 body carries `limit`")] = True
    limit_headers: Annotated[
        bool, _about("whether answers carry `inin-ratelimit-*`; recorded answers of one operation did not")
    ] = True
    count_refused: Annotated[bool, _about("whether a request that is refused with 429 counts against the limit too")] = False
    request_bytes: Annotated[int, _about("the largest body, in bytes (reported, not published)", least=1)] = REQUEST_BYTES.value
    max_depth: Annotated[int, _about("the deepest nesting of JSON taken (`bad.request` beyond it)", least=1)] = 100
    page_size_max: Annotated[int, _about("the largest `pageSize` of a listing by page", least=1)] = 500


class TwinOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where the twin listens and what it stands for.

    `host` is loopback unless said otherwise; `port` 0 takes a free one. `client_id` and `client_secret` are the one client it
    knows, `permissions` what that client's roles grant. `limit` is requests a minute for each token (0: no limit), `window` how
    the minute is laid. `run_ms` is how long a run takes (recorded ones took 600 to 1,300), unless its flow's seed says otherwise.
    `token_life_s` is how long a token lives. `token_limit` is how many tokens a client may ask for in a minute (0: no limit; the
    cloud's is not published). `explain_header` puts the findings of a refused launch into a header; the journal has them in any case.
    `faults` are those it begins with (`twin.faults`), `fault_seed` what their chance begins with. `seed` is a file or folder of flows,
    or flows as plain data; None for the sample flows.
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
    seed: Path | Sequence[Any] | None = None
    strict: Strictness = Strictness()
    keep_executions: int = 20_000
    keep_journal: int = 1000
    body_timeout_s: float = 10.0
