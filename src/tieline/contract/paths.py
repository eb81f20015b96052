"""The published paths around flows, and the families of paths that lie elsewhere; what an address is held against.

Source: the swagger of 2025-07-28 for every path that is given whole. `FAMILIES` are names of real resources (swagger, command
line) beside which a path cannot be called wrong from here.
"""

from __future__ import annotations

from collections.abc import Mapping

API = "/api/v2"

PATHS: Mapping[str, tuple[str, ...]] = {
    "/api/v2/flows/executions": ("POST",),
    "/api/v2/flows/executions/{flowExecutionId}": ("GET",),
    "/api/v2/flows": ("GET", "POST", "DELETE"),
    "/api/v2/flows/{flowId}": ("GET", "PUT", "DELETE"),
    "/api/v2/flows/divisionviews": ("GET",),
    "/api/v2/flows/{flowId}/versions": ("GET", "POST"),
    "/api/v2/flows/{flowId}/versions/{versionId}": ("GET",),
    "/api/v2/flows/{flowId}/versions/{versionId}/configuration": ("GET",),
    "/api/v2/flows/{flowId}/latestconfiguration": ("GET",),
    "/api/v2/flows/instances/query": ("POST",),
    "/api/v2/flows/instances/querycapabilities": ("GET",),
    "/api/v2/flows/instances/jobs": ("POST",),
    "/api/v2/flows/instances/jobs/{jobId}": ("GET",),
    "/api/v2/flows/instances/{instanceId}": ("GET",),
    "/api/v2/flows/jobs": ("POST",),
    "/api/v2/flows/jobs/{jobId}": ("GET",),
    "/api/v2/processautomation/triggers": ("GET", "POST"),
    "/api/v2/processautomation/triggers/topics": ("GET",),
    "/api/v2/processautomation/triggers/{triggerId}": ("GET", "PUT", "DELETE"),
    "/api/v2/tokens/me": ("GET", "DELETE", "HEAD"),
    "/api/v2/integrations/webhooks/{tokenId}/events": ("POST",),
    "/api/v2/organizations/limits/namespaces/{namespaceName}": ("GET",),
    "/api/v2/organizations/limits/namespaces/{namespaceName}/defaults": ("GET",),
    "/api/v2/organizations/limits/namespaces": ("GET",),
    "/api/v2/processautomation/triggers/topics/{topicName}/test": ("POST",),
    "/api/v2/processautomation/triggers/{triggerId}/test": ("POST",),
    "/oauth/token": ("POST",),
}
"""Path template to the methods it takes."""

FAMILIES: tuple[str, ...] = (
    "/api/v2/flows/actions",
    "/api/v2/flows/characteristics",
    "/api/v2/flows/datatables",
    "/api/v2/flows/export",
    "/api/v2/flows/instances/settings",
    "/api/v2/flows/milestones",
    "/api/v2/flows/outcomes",
    "/api/v2/flows/{flowId}/history",
    "/api/v2/flows/{flowId}/instances",
    "/api/v2/flows/{flowId}/versions/{versionId}/health",
    "/api/v2/flows/{flowId}/versions/{versionId}/intents",
    "/api/v2/analytics/flowexecutions",
    "/api/v2/analytics/flows",
    "/api/v2/integrations/actions",
)
"""Real resources whose names look like flows or runs; a path below one of them is not judged."""

CLOSED: Mapping[str, frozenset[str]] = {
    "/api/v2/architect": frozenset(
        {"dependencytracking", "emergencygroups", "grammars", "ivrs", "prompts", "schedulegroups", "schedules", "systemprompts"}
    ),
    "/api/v2/oauth": frozenset({"authorizations", "clients", "scopes"}),
}
"""Families around flows and tokens that are known whole (the SDKs' ArchitectApi and OAuthApi): a path below one of them that begins
with none of these is not published."""
