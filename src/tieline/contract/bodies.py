"""Which bodies an operation takes and gives, by their official names.

Source: the swagger of 2025-07-28; the body of postFlowsJobs is newer (command line 166).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

ERROR = "ErrorBody"
"""What every refusal of the platform carries."""


class Bodies(NamedTuple):
    """The type of an operation's request body and of its good answer, in words; "" where there is none."""

    request: str = ""
    answer: str = ""


BODIES: Mapping[str, Bodies] = {
    "postFlowsExecutions": Bodies("FlowExecutionLaunchRequest", "FlowExecutionLaunchResponse"),
    "getFlowsExecution": Bodies(answer="FlowRuntimeExecution"),
    "getFlows": Bodies(answer="FlowEntityListing"),
    "getFlow": Bodies(answer="Flow"),
    "getFlowsDivisionviews": Bodies(answer="FlowDivisionViewEntityListing"),
    "getFlowVersions": Bodies(answer="FlowVersionEntityListing"),
    "getFlowVersion": Bodies(answer="FlowVersion"),
    "getFlowVersionConfiguration": Bodies(answer="object"),
    "getFlowLatestconfiguration": Bodies(answer="object"),
    "postFlowsInstancesQuery": Bodies("CriteriaQuery", "FlowResultEntityListing"),
    "getFlowsInstance": Bodies(answer="GetFlowExecutionDataJobResult"),
    "postFlowsInstancesJobs": Bodies("ExecutionDataRequest", "GetFlowExecutionDataJobResult"),
    "getFlowsInstancesJob": Bodies(answer="GetFlowExecutionDataJobResult"),
    "getFlowsInstancesQuerycapabilities": Bodies(answer="FlowsQueryCriteriaResponse"),
    "postFlowsJobs": Bodies("RegisterArchitectJobRequest", "RegisterArchitectJobResponse"),
    "getFlowsJob": Bodies(answer="ArchitectJobStateResponse"),
    "getProcessautomationTriggers": Bodies(answer="TriggerEntityListing"),
    "postProcessautomationTriggers": Bodies("CreateTriggerRequest", "Trigger"),
    "getProcessautomationTrigger": Bodies(answer="Trigger"),
    "putProcessautomationTrigger": Bodies("UpdateTriggerRequest", "Trigger"),
    "deleteProcessautomationTrigger": Bodies(),
    "getProcessautomationTriggersTopics": Bodies(answer="TopicCursorEntityListing"),
    "getTokensMe": Bodies(answer="TokenInfo"),
    "deleteTokensMe": Bodies(),
    "postIntegrationsWebhookEvents": Bodies("object", "WebhookInvocationResponse"),
    "getOrganizationsLimitsNamespace": Bodies(answer="LimitsEntityListing"),
    "getOrganizationsLimitsNamespaceDefaults": Bodies(answer="LimitsEntityListing"),
}
"""The bodies of each operation of the platform around flows, by operationId; one that is missing here is not compared."""
