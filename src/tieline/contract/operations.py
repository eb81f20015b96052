"""The operations Tieline knows: method, path, permissions, scopes, success status, and the error codes each publishes.

Source of everything here: the swagger of 2025-07-28 (`x-inin-requires-permissions`, `security`, `x-inin-error-codes`);
the gc command line 166 agrees on every permission. Two traps: a launch answers 200 (not 201 or 202) although the run only
begins, and scopes do not apply to a client-credentials token, whose roles alone decide (swagger, OAuthClient).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tieline.contract.errors import PLATFORM, ErrorCode, codes
from tieline.contract.sources import SDK_GO, SWAGGER, Source


class Mode(StrEnum):
    """Whether one of an operation's permissions is enough, or all are needed."""

    ANY = "ANY"
    ALL = "ALL"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the platform API.

    `path` is the template with `{name}` for what varies. `permissions` may be empty (none needed); `scopes` matter to user
    tokens only. `query` names the query parameters. `own` are the error codes beside the platform's; where both have the
    same code the operation's own text holds. `success` is the HTTP status of a good answer.
    """

    id: str
    method: str
    path: str
    permissions: tuple[str, ...] = ()
    mode: Mode = Mode.ANY
    scopes: tuple[str, ...] = ()
    success: int = 200
    query: tuple[str, ...] = ()
    own: tuple[ErrorCode, ...] = ()
    platform: bool = True
    source: Source = SWAGGER

    @property
    def errors(self) -> tuple[ErrorCode, ...]:
        """Every code this operation publishes: its own, then the platform's that it does not word anew."""
        mine = {(error.status, error.code) for error in self.own}
        common = PLATFORM if self.platform else ()
        return self.own + tuple(error for error in common if (error.status, error.code) not in mine)

    def error(self, code: str) -> ErrorCode:
        """Give a published code of this operation; raises `KeyError` for one it does not publish."""
        for error in self.errors:
            if error.code == code:
                return error
        raise KeyError(f"{self.id} publishes no {code}")

    def permits(self, held: frozenset[str]) -> bool:
        """Whether a client that holds these permissions may call it."""
        if not self.permissions:
            return True
        has = [permission in held for permission in self.permissions]
        return any(has) if self.mode is Mode.ANY else all(has)


_ARCHITECT = ("architect",)
_ARCHITECT_READ = ("architect", "architect:readonly")
_NOT_AUTHORIZED = "You are not authorized to perform the requested action."
_MISSING = codes(403, {"architect.missing.permission": _NOT_AUTHORIZED})
_MISSING_FLOW = codes(403, {"missing.division.permission": _NOT_AUTHORIZED, "architect.missing.permission": _NOT_AUTHORIZED})
_UNSPECIFIED = codes(500, {"architect.unspecified.error": "An unknown error occurred."})
_NO_FLOW = codes(404, {"architect.flow.not.found": "Could not find flow with specified ID."})
_DELETED = codes(410, {"architect.flow.deleted": "Flow has been deleted."})
_NO_VERSION = codes(404, {"architect.flow.version.missing": "Specified flow version is missing."})


def _wrong_type(*kinds: tuple[str, str]) -> tuple[ErrorCode, ...]:
    return codes(405, {code: f"Cannot perform requested operation on {what}." for code, what in kinds})


_WRONG_TYPE = (
    ("architect.inbound.short.message.flow.invalid.operation", "an inbound short message flow"),
    ("architect.workflow.invalid.operation", "a workflow"),
    ("architect.speech.flow.invalid.operation", "a speech flow"),
    ("architect.secure.call.flow.invalid.operation", "a secure call flow"),
    ("architect.digital.bot.flow.invalid.operation", "a digital bot flow"),
    ("architect.bot.flow.invalid.operation", "a bot flow"),
)
_WRONG_TYPE_READ = (
    ("Inbound.Email.Flow.Invalid.Operation", "an inbound email flow"),
    ("Outbound.Call.Flow.Invalid.Operation", "an outbound call flow"),
    ("Inbound.Call.Flow.Invalid.Operation", "an inbound call flow"),
    ("Inqueue.Call.Flow.Invalid.Operation", "an inqueue call flow"),
    ("architect.survey.invite.flow.invalid.operation", "a survey invite flow"),
)

LAUNCH = Operation(
    id="postFlowsExecutions",
    method="POST",
    path="/api/v2/flows/executions",
    permissions=("architect:flow:launch",),
    scopes=_ARCHITECT,
    own=(
        *codes(
            400,
            {
                "flow.config.not.published": "Flow definition has not been published",
                "flow.definition.missing": "Flow definition file cannot be loaded",
                "flow.invalid.state": "Flow definition is in an invalid state",
                "input.var.not.marked.in.flow.def": "Input variable in the Variable Manifest List from the flow launch request object"
                " has not been marked as an Input to flow within the Architect flow definition",
                "variable.value.not.allowed": "The variable value is not a legal value",
                "architect.object.validate.failed": "Failed to validate object.",
                "client.failed.request": "The client did not produce a request with valid end of stream signaling."
                " This can be caused by poor network connection and/or client behavior.",
            },
        ),
        *_MISSING,
        *_NO_FLOW,
        *codes(
            404,
            {
                "architect.flow.execution.not.found": "Could not find flow execution with specified ID.",
                "general.not.found": "An item could not be found",
            },
        ),
        *_UNSPECIFIED,
    ),
)
"""Start one run of a published flow. It has no idempotency key of any kind."""

EXECUTION = Operation(
    id="getFlowsExecution",
    method="GET",
    path="/api/v2/flows/executions/{flowExecutionId}",
    permissions=("architect:flowExecution:view",),
    scopes=_ARCHITECT_READ,
    own=(
        *_MISSING,
        *codes(
            404,
            {
                "architect.execution.flow.not.found": "Could not find flow execution with specified ID.",
                "architect.flow.execution.not.found": "Specifiec flow execution not found.",
            },
        ),
        *_UNSPECIFIED,
    ),
)
"""Read the state of one run, kept for several days (the typo in one message is the cloud's)."""

FLOWS = Operation(
    id="getFlows",
    method="GET",
    path="/api/v2/flows",
    permissions=("architect:flow:view",),
    scopes=_ARCHITECT_READ,
    query=(
        "type",
        "pageNumber",
        "pageSize",
        "sortBy",
        "sortOrder",
        "id",
        "name",
        "description",
        "nameOrDescription",
        "publishVersionId",
        "editableBy",
        "lockedBy",
        "lockedByClientId",
        "secure",
        "deleted",
        "includeSchemas",
        "virtualAgentEnabled",
        "publishedAfter",
        "publishedBefore",
        "divisionId",
    ),
    own=(
        *codes(
            400,
            {
                "architect.invalid.flow.type": "An invalid flow type was specified.",
                "architect.division.invalid": "One or more of the division IDs are not valid.",
            },
        ),
        *_MISSING_FLOW,
        *_wrong_type(*_WRONG_TYPE, ("architect.voice.flow.invalid.operation", "a voice flow")),
        *codes(500, {"architect.external.call.failure": "A call to another backend service failed."}),
    ),
)
"""List flows. When `id` is given the other filters are not used."""

FLOW = Operation(
    id="getFlow",
    method="GET",
    path="/api/v2/flows/{flowId}",
    permissions=("architect:flow:view",),
    scopes=_ARCHITECT_READ,
    query=("deleted",),
    own=(
        *_MISSING_FLOW,
        *_NO_FLOW,
        *_NO_VERSION,
        *_wrong_type(*_WRONG_TYPE, *_WRONG_TYPE_READ),
        *codes(
            405,
            {"architect.secure.call.flow.not.supported": "Secure call flows are not supported by the current product levels."},
        ),
        *_DELETED,
    ),
)
"""Read one flow."""

FLOW_VERSIONS = Operation(
    id="getFlowVersions",
    method="GET",
    path="/api/v2/flows/{flowId}/versions",
    permissions=("architect:flow:view",),
    scopes=_ARCHITECT_READ,
    query=("pageNumber", "pageSize", "deleted"),
    own=(*_MISSING_FLOW, *_NO_FLOW, *_DELETED),
)
"""List a flow's versions."""

FLOW_VERSION = Operation(
    id="getFlowVersion",
    method="GET",
    path="/api/v2/flows/{flowId}/versions/{versionId}",
    permissions=("architect:flow:view",),
    scopes=_ARCHITECT_READ,
    query=("deleted",),
    own=(
        *_MISSING_FLOW,
        *codes(404, {"architect.flow.data.missing": "Flow version data content is missing."}),
        *_NO_VERSION,
        *_NO_FLOW,
        *_DELETED,
        *codes(500, {"architect.flow.data.invalid.format": "Flow version data content is in an invalid format."}),
    ),
)
"""Read one version of a flow."""

TOKEN_INFO = Operation(
    id="getTokensMe", method="GET", path="/api/v2/tokens/me", scopes=("user-basic-info",), query=("preserveIdleTTL",)
)
"""Describe the bearer token. It needs no permission and lists none, so it shows only that a token is good."""

TOKEN = Operation(id="oauthToken", method="POST", path="/oauth/token", platform=False, source=SDK_GO)
"""Ask for a token; on the login host, not the API host, and not part of the swagger. Its errors are in `oauth`."""

OPERATIONS: Mapping[str, Operation] = {
    operation.id: operation for operation in (LAUNCH, EXECUTION, FLOWS, FLOW, FLOW_VERSIONS, FLOW_VERSION, TOKEN_INFO, TOKEN)
}
"""Every covered operation, by its operationId."""
