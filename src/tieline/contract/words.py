"""The enumerations of the contract: execution statuses, flow types, version types.

Bodies write flow types in upper case; the `type` query parameter of GET /flows writes them in lower case (swagger, command line).
"""

from __future__ import annotations

EXECUTION_STATUSES: tuple[str, ...] = ("UNKNOWN", "RUNNING", "ERROR", "TERMINATED", "COMPLETED", "FAILED")
"""`FlowRuntimeExecution.status` (swagger; unchanged in the Python SDK 269)."""

ENDED_STATUSES: frozenset[str] = frozenset({"ERROR", "TERMINATED", "COMPLETED", "FAILED"})
"""Statuses after which a run does not change (inferred from their names; UNKNOWN may still become another)."""

FLOW_TYPES: tuple[str, ...] = (
    "BOT",
    "BUSINESSPROCESS",
    "COMMONMODULE",
    "DIGITALBOT",
    "EMAILSEND",
    "INBOUNDCALL",
    "INBOUNDCHAT",
    "INBOUNDEMAIL",
    "INBOUNDSHORTMESSAGE",
    "INQUEUECALL",
    "INQUEUEEMAIL",
    "INQUEUESHORTMESSAGE",
    "OUTBOUNDCALL",
    "SECURECALL",
    "SPEECH",
    "SURVEYINVITE",
    "VOICE",
    "VOICEMAIL",
    "VOICESURVEY",
    "WORKFLOW",
    "WORKITEM",
)
"""`Flow.type` (Python SDK 269; BUSINESSPROCESS and EMAILSEND are newer than the swagger of 2025-07-28)."""

QUERY_FLOW_TYPES: tuple[str, ...] = tuple(name.lower() for name in FLOW_TYPES)
"""The values of GET /flows' `type`."""

LAUNCHABLE_TYPES: frozenset[str] = frozenset({"WORKFLOW"})
"""Flow types a launch is documented for ("flow types that support it such as the workflow type"; no other is named anywhere)."""

VERSION_TYPES: tuple[str, ...] = ("PUBLISH", "CHECKIN", "SAVE")
"""`FlowVersion.type` (swagger)."""

REASON_SUCCESS = "Success"
"""`completionReason` of a run that ended well (recorded, wfm-hris-blueprint)."""
REASON_FAILURE = "Failure"
"""`completionReason` of a run that failed (observed, forum thread 20500)."""
