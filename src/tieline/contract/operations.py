"""The operations Tieline knows: method, path, permissions, scopes, success status, and the error codes each publishes.

Source of everything here: the swagger of 2025-07-28 (`x-inin-requires-permissions`, `security`, `x-inin-error-codes`);
the gc command line 166 agrees on every permission. Two traps: a launch answers 200 (not 201 or 202) although the run only
begins, and scopes do not apply to a client-credentials token, whose roles alone decide (swagger, OAuthClient).
"""

from __future__ import annotations

from collections.abc import Mapping

from tieline.contract.errors import CUT_OFF, ErrorCode, codes
from tieline.contract.operation import Mode, Operation
from tieline.contract.operations_around import AROUND
from tieline.contract.sources import SDK_GO

_ARCHITECT = ("architect",)
_ARCHITECT_READ = ("architect", "architect:readonly")
_NOT_AUTHORIZED = "You are not authorized to perform the requested action."
_MISSING = codes(403, {"architect.missing.permission": _NOT_AUTHORIZED})
_MISSING_FLOW = codes(403, {"missing.division.permission": _NOT_AUTHORIZED, "architect.missing.permission": _NOT_AUTHORIZED})
_UNSPECIFIED = codes(500, {"architect.unspecified.error": "An unknown error occurred."})
_NO_FLOW = codes(404, {"architect.flow.not.found": "Could not find flow with specified ID."})
_DELETED = codes(410, {"architect.flow.deleted": "Flow has been deleted."})
_NO_SECURE_CALLS = codes(
    405, {"architect.secure.call.flow.not.supported": "Secure call flows are not supported by the current product levels."}
)
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
            },
        ),
        *CUT_OFF,
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
        *_NO_SECURE_CALLS,
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

CONFIGURATION = Operation(
    id="getFlowVersionConfiguration",
    method="GET",
    path="/api/v2/flows/{flowId}/versions/{versionId}/configuration",
    permissions=("architect:flow:view",),
    scopes=_ARCHITECT_READ,
    query=("deleted",),
    own=_MISSING_FLOW,
)
"""Read what one version consists of, in a form that is published nowhere."""

LATEST_CONFIGURATION = Operation(
    id="getFlowLatestconfiguration",
    method="GET",
    path="/api/v2/flows/{flowId}/latestconfiguration",
    permissions=("architect:flow:view",),
    scopes=_ARCHITECT_READ,
    query=("deleted",),
    own=(
        *_MISSING_FLOW,
        *codes(404, {"flow.no.config.available": "Flow has no saved or checked-in configuration."}),
        *_wrong_type(_WRONG_TYPE[0], _WRONG_TYPE[3]),
        *_NO_SECURE_CALLS,
    ),
)
"""Read what the newest saved version consists of."""

DIVISION_VIEWS = Operation(
    id="getFlowsDivisionviews",
    method="GET",
    path="/api/v2/flows/divisionviews",
    permissions=("architect:flow:search",),
    mode=Mode.ALL,
    scopes=_ARCHITECT_READ,
    query=(
        *("type", "pageNumber", "pageSize", "sortBy", "sortOrder", "id", "name", "publishVersionId"),
        *("publishedAfter", "publishedBefore", "divisionId", "includeSchemas"),
    ),
    own=(
        *codes(
            400,
            {
                "architect.flow.invalid.id": "An invalid flow Id was specified.",
                "architect.invalid.flow.type": "An invalid flow type was specified.",
                "architect.division.invalid": "One or more of the division IDs are not valid",
            },
        ),
        *_MISSING_FLOW,
        *codes(403, {"feature.forbidden": "This feature is not enabled for this organization."}),
        *_wrong_type(*(kind for kind in _WRONG_TYPE if "secure" not in kind[0])),
        *codes(500, {"architect.external.call.failure": "A call to another backend service failed."}),
        *codes(501, {"not.implemented": "Feature toggle is not enabled for this endpoint."}),
    ),
)
"""List flows in the small form, with a permission of its own. When `id` is given the other filters are not used."""

TOKEN_INFO = Operation(
    id="getTokensMe", method="GET", path="/api/v2/tokens/me", scopes=("user-basic-info",), query=("preserveIdleTTL",)
)
"""Describe the bearer token. It needs no permission and lists none, so it shows only that a token is good."""

TOKEN_CHECK = Operation(id="headTokensMe", method="HEAD", path="/api/v2/tokens/me", scopes=("user-basic-info",), values=False)
"""Say whether the bearer token is good, by the status alone (no good status is published; 200 is taken)."""

TOKEN_END = Operation(id="deleteTokensMe", method="DELETE", path="/api/v2/tokens/me", scopes=("user-basic-info",), values=False)
"""Revoke the bearer token."""

TOKEN = Operation(id="oauthToken", method="POST", path="/oauth/token", platform=False, source=SDK_GO)
"""Ask for a token; on the login host, not the API host, and not part of the swagger. Its errors are in `oauth`."""

OPERATIONS: Mapping[str, Operation] = {
    operation.id: operation
    for operation in (
        *(LAUNCH, EXECUTION, FLOWS, DIVISION_VIEWS, FLOW, FLOW_VERSIONS, FLOW_VERSION, CONFIGURATION, LATEST_CONFIGURATION),
        *AROUND,
        *(TOKEN_INFO, TOKEN_CHECK, TOKEN_END, TOKEN),
    )
}
"""Every covered operation, by its operationId."""
