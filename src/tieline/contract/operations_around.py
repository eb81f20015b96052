"""The operations around the launch: past runs, uploads of flows, triggers, inbound webhooks, limits.

Source of everything here: the swagger of 2025-07-28; the command line 166 agrees on every permission. These operations publish
few codes of their own beside the platform's.
"""

from __future__ import annotations

from tieline.contract.errors import CUT_OFF, codes
from tieline.contract.operation import Mode, Operation

_READ = ("architect", "architect:readonly")
_TRIGGERS = ("process-automation",)
_TRIGGERS_READ = ("process-automation", "process-automation:readonly")
_TRIGGER_VIEW = ("processautomation:trigger:edit", "processautomation:trigger:view")
_ORGANIZATION_READ = ("organization", "organization:readonly")

INSTANCES_QUERY = Operation(
    id="postFlowsInstancesQuery",
    method="POST",
    path="/api/v2/flows/instances/query",
    permissions=("architect:flowInstance:search",),
    scopes=_READ,
    query=("indexOnly", "pageSize"),
    own=CUT_OFF,
)
"""Search past runs; at most 200 are found."""

INSTANCE = Operation(
    id="getFlowsInstance",
    method="GET",
    path="/api/v2/flows/instances/{instanceId}",
    permissions=("architect:flowInstance:view",),
    scopes=_READ,
    query=("expand",),
)
"""Have the history of one run made ready to be fetched."""

INSTANCES_JOBS = Operation(
    id="postFlowsInstancesJobs",
    method="POST",
    path="/api/v2/flows/instances/jobs",
    permissions=("architect:flowInstance:view",),
    scopes=_READ,
    query=("expand",),
    own=CUT_OFF,
)
"""Have the histories of several runs made ready to be fetched."""

INSTANCES_JOB = Operation(
    id="getFlowsInstancesJob",
    method="GET",
    path="/api/v2/flows/instances/jobs/{jobId}",
    permissions=("architect:flowInstance:view",),
    scopes=_READ,
    also=(202,),
)
"""Read how far such a job is: 202 while it runs."""

CAPABILITIES = Operation(
    id="getFlowsInstancesQuerycapabilities",
    method="GET",
    path="/api/v2/flows/instances/querycapabilities",
    permissions=("architect:flowInstance:search",),
    scopes=_READ,
    query=("expand",),
)
"""Read what past runs may be searched by."""

FLOWS_JOBS = Operation(
    id="postFlowsJobs",
    method="POST",
    path="/api/v2/flows/jobs",
    permissions=("architect:job:create",),
    mode=Mode.ALL,
    scopes=("architect",),
    also=(202,),
    own=CUT_OFF,
)
"""Begin an upload: the answer says where the file is to be put, and with which headers."""

FLOWS_JOB = Operation(
    id="getFlowsJob",
    method="GET",
    path="/api/v2/flows/jobs/{jobId}",
    permissions=("architect:job:view",),
    mode=Mode.ALL,
    scopes=_READ,
    query=("expand",),
    own=(
        *codes(400, {"general.bad.request": "Bad request"}),
        *codes(404, {"general.resource.not.found": "Unable to find a job with that jobId"}),
    ),
)
"""Read what became of an upload."""

TRIGGERS = Operation(
    id="getProcessautomationTriggers",
    method="GET",
    path="/api/v2/processautomation/triggers",
    permissions=_TRIGGER_VIEW,
    scopes=_TRIGGERS_READ,
    query=("before", "after", "pageSize", "topicName", "enabled", "hasDelayBy"),
)
"""List triggers, by cursor."""

TRIGGER_NEW = Operation(
    id="postProcessautomationTriggers",
    method="POST",
    path="/api/v2/processautomation/triggers",
    permissions=("processautomation:trigger:add",),
    scopes=_TRIGGERS,
    own=CUT_OFF,
)
"""Make a trigger."""

TRIGGER = Operation(
    id="getProcessautomationTrigger",
    method="GET",
    path="/api/v2/processautomation/triggers/{triggerId}",
    permissions=_TRIGGER_VIEW,
    scopes=_TRIGGERS_READ,
)
"""Read a trigger."""

TRIGGER_CHANGE = Operation(
    id="putProcessautomationTrigger",
    method="PUT",
    path="/api/v2/processautomation/triggers/{triggerId}",
    permissions=("processautomation:trigger:edit",),
    scopes=_TRIGGERS,
    own=CUT_OFF,
)
"""Change a trigger; `version` must be the one that is there."""

TRIGGER_END = Operation(
    id="deleteProcessautomationTrigger",
    method="DELETE",
    path="/api/v2/processautomation/triggers/{triggerId}",
    permissions=("processautomation:trigger:delete",),
    scopes=_TRIGGERS,
    success=204,
    values=False,
)
"""Delete a trigger."""

TOPICS = Operation(
    id="getProcessautomationTriggersTopics",
    method="GET",
    path="/api/v2/processautomation/triggers/topics",
    permissions=_TRIGGER_VIEW,
    scopes=_TRIGGERS_READ,
    query=("before", "after", "pageSize"),
)
"""List the topics a trigger may listen to."""

WEBHOOK = Operation(
    id="postIntegrationsWebhookEvents",
    method="POST",
    path="/api/v2/integrations/webhooks/{tokenId}/events",
    success=202,
    also=(200,),
    token=False,
    own=CUT_OFF,
)
"""Hand over an event; the id in the path is all that protects it. It raises `v2.integrations.inbound.webhook.{id}.invocation`."""

LIMITS = Operation(
    id="getOrganizationsLimitsNamespace",
    method="GET",
    path="/api/v2/organizations/limits/namespaces/{namespaceName}",
    scopes=_ORGANIZATION_READ,
    own=codes(400, {"invalid.value": "The provided namespace is not valid or does not have any viewable limits"}),
)
"""Read the limits of an org in one namespace; it needs no permission."""

LIMITS_DEFAULTS = Operation(
    id="getOrganizationsLimitsNamespaceDefaults",
    method="GET",
    path="/api/v2/organizations/limits/namespaces/{namespaceName}/defaults",
    scopes=_ORGANIZATION_READ,
    own=codes(400, {"invalid.value": "The  provided namespace is not valid or does not have any viewable limits"}),
)
"""Read the limits an org has unless it was given others (the double blank in its message is the cloud's)."""

AROUND: tuple[Operation, ...] = (
    *(INSTANCES_QUERY, INSTANCE, INSTANCES_JOBS, INSTANCES_JOB, CAPABILITIES),
    *(FLOWS_JOBS, FLOWS_JOB),
    *(TRIGGERS, TRIGGER_NEW, TRIGGER, TRIGGER_CHANGE, TRIGGER_END, TOPICS),
    *(WEBHOOK, LIMITS, LIMITS_DEFAULTS),
)
"""All of them, in the order of this file."""
