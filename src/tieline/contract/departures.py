"""Where the contract departs from Genesys' published description on purpose, and why; what `contract diff` does not count.

Each row holds only while the description still says what it said when the row was written: `published` is that text.
"""

from __future__ import annotations

import msgspec

from tieline.contract.change import Aspect, Change, Weight
from tieline.contract.sources import CLI, HRIS, INFERENCE, PUBLIC_CODE, SDK_GO, SDK_PYTHON, SWAGGER, Source


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """One departure. `at`, `contract` and `published` are as in `Change`; a text that ends in `*` stands for all that begin so."""

    at: str
    aspect: Aspect
    contract: str | None = "*"
    published: str | None = "*"
    why: str
    source: Source

    def covers(self, change: Change) -> bool:
        """Whether this is the reason of a change."""
        pairs = ((self.at, change.at), (self.contract, change.contract), (self.published, change.published))
        return self.aspect is change.aspect and all(_fits(pattern, value) for pattern, value in pairs)


def _fits(pattern: str | None, value: str | None) -> bool:
    if pattern is None or value is None:
        return pattern is value
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


_NEWER = "newer than the description of 2025-07-28"
_TOKEN_HOST = "the token endpoint is on the login host, which the description leaves out"  # noqa: S105 - no secret
_FORM = "id and secret may come in the form as well as in the header"
_ANY_VALUE = "values are described as objects; real ones are strings, numbers, booleans, lists and null"
_USER = "recorded `createdBy` has only id and selfUri, so no more of User is relied on, and `version` is not required"
_NULLS = "the description of flowVersion allows null in words; the same is taken to hold for the other optional fields"
_SCHEMAS = "recorded schemas have `definitions`, and false for additionalProperties"
_GROWING = "the platform adds values from year to year, and Tieline takes any"
_OPEN = "Tieline reads none of it, so the contract leaves it open"


def _rows(why: str, source: Source, *rows: tuple[str, Aspect, str | None, str | None]) -> tuple[Departure, ...]:
    return tuple(
        Departure(at=at, aspect=aspect, contract=contract, published=published, why=why, source=source)
        for at, aspect, contract, published in rows
    )


DEPARTURES: tuple[Departure, ...] = (
    *_rows(
        _ANY_VALUE,
        HRIS,
        ("*", Aspect.TYPE, "object", "object of object"),
        ("*", Aspect.TYPE, "list of object", "list of object of object"),
        ("*", Aspect.BODY, "object", "object of object"),
    ),
    *_rows(
        _SCHEMAS,
        HRIS,
        ("JsonSchemaDocument.additionalProperties", Aspect.TYPE, "any", "object"),
        ("JsonSchemaDocument.definitions", Aspect.FIELD, "definitions", None),
    ),
    *_rows(_USER, HRIS, ("User.*", Aspect.FIELD, None, "*"), ("User.version", Aspect.REQUIRED, None, "version")),
    *_rows(
        _NULLS,
        INFERENCE,
        *(
            (f"FlowExecutionLaunchRequest.{name}", Aspect.NULL, "may be null", "not null")
            for name in ("flowVersion", "inputData", "name")
        ),
    ),
    *_rows(_TOKEN_HOST, SDK_GO, ("/oauth/*", Aspect.PATH, "*", None), ("OAuth*", Aspect.DEFINITION, "*", None)),
    *_rows(_FORM, PUBLIC_CODE, ("POST /oauth/token", Aspect.PARAMETER, None, "Authorization (required, in header)")),
    *_rows(
        _NEWER,
        SDK_PYTHON,
        ("Flow.type", Aspect.ENUM, "BUSINESSPROCESS", None),
        ("Flow.type", Aspect.ENUM, "EMAILSEND", None),
        *(("FlowDivisionView.type", Aspect.ENUM, kind, None) for kind in ("BUSINESSPROCESS", "EMAILSEND")),
        ("GET /api/v2/flows?type", Aspect.ENUM, "businessprocess", None),
        ("TokenInfo.dateTokenIdles", Aspect.FIELD, "dateTokenIdles", None),
        ("ArchitectJobMessage.details", Aspect.FIELD, "details", None),
        ("ArchitectJobMessage.type", Aspect.ENUM, "Unknown", None),
        *(("FlowExecutionDataQueryResult.flowType", Aspect.ENUM, kind, None) for kind in ("businessprocess", "emailsend")),
    ),
    *_rows(
        _NEWER,
        CLI,
        ("POST /api/v2/flows/jobs", Aspect.BODY, "RegisterArchitectJobRequest", None),
        ("RegisterArchitectJobRequest", Aspect.DEFINITION, "*", None),
        ("ArchitectJobStateResponse.command", Aspect.ENUM, "Validate", None),
    ),
    *_rows(_NEWER, CLI, ("GET /api/v2/flows?type", Aspect.ENUM, "emailsend", None)),
    *_rows(
        _OPEN,
        SWAGGER,
        ("Flow.currentOperation", Aspect.TYPE, "object", "Operation"),
        ("Flow.nluInfo", Aspect.TYPE, "object", "NluInfo"),
        ("FlowVersion.nluInfo", Aspect.TYPE, "object", "NluInfo"),
        ("TokenInfo.clonedUser", Aspect.TYPE, "object", "TokenInfoClonedUser"),
        ("ArchitectJobMessage.details", Aspect.TYPE, "list of object", "list of ArchitectJobMessageDetail"),
        ("MatchCriteria.value", Aspect.TYPE, "any", "JsonNode"),
        ("MatchCriteria.values", Aspect.TYPE, "list of any", "list of JsonNode"),
        ("OrgOAuthClient.roleDivisions", Aspect.TYPE, "list of object", "list of RoleDivision"),
    ),
    *_rows(
        _GROWING,
        SWAGGER,
        ("Limit.namespace", Aspect.ENUM, "any value", "*"),
        ("FlowsQueryCriteriaResponse.flowTypes", Aspect.ENUM, "any value", "*"),
        ("FlowsQueryCriteriaResponse.actionTypes", Aspect.ENUM, "any value", "*"),
        ("Flow.compatibleFlowTypes", Aspect.ENUM, "any value", "*"),
        ("FlowVersion.compatibleFlowTypes", Aspect.ENUM, "any value", "*"),
    ),
)
"""Every departure, the general ones first."""


def weighed(change: Change) -> Change:
    """Give the change with the weight and the reason of a departure that covers it, or as it is."""
    if change.weight is not Weight.MATTERS:
        return change
    found = next((one for one in DEPARTURES if one.covers(change)), None)
    return (
        change
        if found is None
        else msgspec.structs.replace(change, weight=Weight.KNOWN, why=f"{found.why} ({found.source.name})")
    )
