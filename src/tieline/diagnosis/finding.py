"""What diagnosis says of one exchange: findings with their rule and role, and the request mended."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tieline.domain.exchange import CapturedRequest, Exchange
from tieline.domain.finding import Finding
from tieline.domain.json import Json


class Rule(StrEnum):
    """What kind of fault a finding is; a coarser name than its code, for programs that count."""

    UNKNOWN_FIELD = "unknown-field"
    MISSING_REQUIRED = "missing-required"
    WRONG_TYPE = "wrong-type"
    MALFORMED_JSON = "malformed-json"
    CONTENT_TYPE = "content-type"
    METHOD = "method"
    ENDPOINT = "endpoint"
    HOST = "host"
    REGION = "region"
    AUTH = "auth"
    SCOPE = "scope"
    PERMISSION = "permission"
    FLOW_ID_FORMAT = "flow-id-format"
    FLOW_NOT_FOUND = "flow-not-found"
    FLOW_UNPUBLISHED = "flow-unpublished"
    FLOW_TYPE = "flow-type"
    FLOW_VERSION = "flow-version"
    INPUT_NAME = "input-name"
    INPUT_TYPE = "input-type"
    RATE_LIMIT = "rate-limit"
    TOO_LARGE = "too-large"
    TRANSIENT = "transient"
    OTHER = "other"


class Role(StrEnum):
    """What a finding has to do with the answer: it explains it, bites next, stands beside it, or is one of several candidates."""

    CAUSE = "cause"
    POSSIBLE = "possible"
    NEXT = "next"
    SIDE = "side"


class Diagnosed(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in an exchange. `why` says what makes its role certain, or what would tell."""

    finding: Finding
    rule: Rule
    role: Role
    why: str = ""


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """The request as it should be: as curl, and its body (None when it has none that can be told)."""

    curl: str
    body: dict[str, Json] | None = None


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said of one exchange, most telling first.

    `sound` is that nothing is wrong with it; `cannot_tell` that something went wrong, or may have, and nothing seen explains it;
    `check` is then the shortest check that would tell. `request` is the request as it was understood.
    """

    exchange: Exchange
    sound: bool
    cannot_tell: bool
    findings: tuple[Diagnosed, ...]
    mended: Mended | None = None
    check: str | None = None

    @property
    def request(self) -> CapturedRequest:
        """The request that was judged."""
        return self.exchange.request
