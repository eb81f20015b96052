"""The bodies of the operations around the launch, as JSON schemas: past runs, uploads, triggers, webhooks, limits.

Source: the swagger of 2025-07-28, held against the models of the Python SDK 269 by a test.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieline.contract.schema_parts import ANY, COUNT, FLAG, OPEN, TEXT, TIME, URI, Schema, cursor, listing, many, ref, texts
from tieline.contract.words import FLOW_TYPES

INSTANCE_KEYS: tuple[str, ...] = (
    *("FlowStartDateTime", "FlowEndDateTime", "ConversationId", "WorkitemId", "FlowType", "FlowId"),
    *("FlowErrorReason", "FlowWarningReason", "FlowAlternateExecutionId", "FlowObjectExecutionId"),
    *("FlowActionId", "FlowActionType", "FlowActionOutputPathId", "FlowActionOutputPathName"),
    *("FlowActionIdOutputPathId", "FlowActionIdOutputPathName", "FlowActionTypeOutputPathId", "FlowActionTypeOutputPathName"),
    *("BotId", "BotErrorReason", "BotFlowExecutionId", "BotObjectExecutionId"),
)
"""What past runs can be searched by (`CriteriaItem.key`)."""

INSTANCE_OPERATORS: tuple[str, ...] = ("eq", "gt", "gte", "lt", "lte", "not", "begins", "not_null")
"""How a value is compared (`CriteriaItem.operator`)."""

INSTANCE_FLOW_TYPES: tuple[str, ...] = (
    *(
        "bot",
        "businessprocess",
        "commonmodule",
        "digitalbot",
        "emailsend",
        "inboundcall",
        "inboundchat",
        "inboundemail",
        "inboundshortmessage",
    ),
    *("inqueuecall", "inqueueshortmessage", "inqueueemail", "outboundcall", "securecall", "surveyinvite"),
    *("voice", "voicemail", "voicesurvey", "workflow", "workitem"),
)
"""Flow types as past runs name them (`FlowExecutionDataQueryResult.flowType`, Python SDK 269)."""

TRIGGER_OPERATORS: tuple[str, ...] = (
    *("GreaterThanOrEqual", "LessThanOrEqual", "Equal", "NotEqual", "LessThan", "GreaterThan"),
    *("NotIn", "In", "Contains", "All", "Exists", "Size"),
)
"""How a trigger compares what its path finds (`MatchCriteria.operator`)."""

JOB_STATES: tuple[str, ...] = ("Registered", "Started", "Success", "Failure")
"""`ArchitectJobStateResponse.status`."""
JOB_COMMANDS: tuple[str, ...] = ("Publish", "Create", "Update", "Export", "Validate")
"""`ArchitectJobStateResponse.command` (Validate is newer than the swagger of 2025-07-28)."""
DATA_FORMATS: tuple[str, ...] = ("Json", "TopLevelPrimitives")
"""How a trigger hands its event to a workflow (`WorkflowTargetSettings.dataFormat`)."""
DELAY_S = (60, 900)
"""The least and the most of a trigger's `delayBySeconds`."""
TTL_MIN_S = 10
"""The least of a trigger's `eventTTLSeconds`."""
DESCRIPTION_MAX = 512
"""The longest description of a trigger, in characters."""
INSTANCES_MAX = 200
"""The most results of one search of past runs."""

_TRIGGER = {
    "target": ref("TriggerTarget"),
    "enabled": FLAG,
    "matchCriteria": many(ref("MatchCriteria")),
    **texts("name", "topicName"),
    "eventTTLSeconds": COUNT,
    "delayBySeconds": COUNT,
    "description": TEXT,
}
_CRITERION = ref("CriteriaItem")

DEFINITIONS_AROUND: Mapping[str, Schema] = {
    "FlowDivisionView": {
        "type": "object",
        "required": ["name"],
        "properties": {
            **texts("id", "name"),
            "division": ref("WritableDivision"),
            "type": {"type": "string", "enum": list(FLOW_TYPES)},
            "description": TEXT,
            "inputSchema": ref("JsonSchemaDocument"),
            "outputSchema": ref("JsonSchemaDocument"),
            "supportedLanguages": many(ref("SupportedLanguage")),
            "publishedVersion": ref("FlowVersion"),
            "debugVersion": ref("FlowVersion"),
            "selfUri": URI,
        },
    },
    "FlowDivisionViewEntityListing": listing("FlowDivisionView"),
    "CriteriaQuery": {"type": "object", "required": ["query"], "properties": {"query": many(ref("CriteriaGroup"))}},
    "CriteriaGroup": {
        "type": "object",
        "properties": {**{name: many(_CRITERION) for name in ("and", "or", "not")}, "criteria": _CRITERION},
    },
    "CriteriaItem": {
        "type": "object",
        "properties": {
            "key": {"type": "string", "enum": list(INSTANCE_KEYS)},
            "operator": {"type": "string", "enum": list(INSTANCE_OPERATORS)},
            "value": TEXT,
        },
    },
    "FlowExecutionDataQueryResult": {
        "type": "object",
        "properties": {
            **texts("id", "name"),
            **dict.fromkeys(("startDateTime", "endDateTime"), TIME),
            **texts("flowId", "flowVersion", "conversationId", "workitemId"),
            "flowType": {"type": "string", "enum": list(INSTANCE_FLOW_TYPES)},
            **texts("flowErrorReason", "flowWarningReason", "flowName"),
            "selfUri": URI,
        },
    },
    "FlowResultEntityListing": listing("FlowExecutionDataQueryResult"),
    "ExecutionDataRequest": {"type": "object", "required": ["ids"], "properties": {"ids": many(TEXT)}},
    "ExecutionDataEntity": {
        "type": "object",
        "properties": {**texts("id", "downloadUri"), "failed": FLAG, "statusCode": TEXT},
    },
    "GetFlowExecutionDataJobResult": {
        "type": "object",
        "properties": {
            **texts("id", "name"),
            "entities": many(ref("ExecutionDataEntity")),
            "jobState": {"type": "string", "enum": ["Registered", "Running", "Success", "Failed"]},
            "selfUri": URI,
        },
    },
    "FlowsQueryCriteriaResponse": {
        "type": "object",
        "properties": {
            "criteria": many(ref("QueryCriteria")),
            **{name: many(TEXT) for name in ("flowTypes", "actionTypes", "errorCodes", "warningCodes")},
        },
    },
    "QueryCriteria": {
        "type": "object",
        "properties": {
            "criteriaKey": {"type": "string", "enum": list(INSTANCE_KEYS)},
            "criteriaGroups": many({"type": "string", "enum": ["flow", "bot"]}),
            "description": TEXT,
            "operators": many(TEXT),
            "dataType": {"type": "string", "enum": ["string", "guid", "dateTime"]},
            "categoryInfo": ref("CriteriaCategoryInfo"),
        },
    },
    "CriteriaCategoryInfo": {"type": "object", "properties": {"categoryId": TEXT, "displayOrder": COUNT}},
    "RegisterArchitectJobRequest": {"type": "object", "properties": {"createStubs": FLAG}},
    "RegisterArchitectJobResponse": {
        "type": "object",
        "properties": {
            **texts("id", "presignedUrl"),
            "headers": {"type": "object", "additionalProperties": TEXT},
            "selfUri": URI,
        },
    },
    "ArchitectJobStateResponse": {
        "type": "object",
        "properties": {
            "id": TEXT,
            "flow": ref("AddressableEntityRef"),
            "status": {"type": "string", "enum": list(JOB_STATES)},
            "command": {"type": "string", "enum": list(JOB_COMMANDS)},
            "messages": many(ref("ArchitectJobMessage")),
            "selfUri": URI,
        },
    },
    "ArchitectJobMessage": {
        "type": "object",
        "properties": {
            "dateTime": TIME,
            "type": {"type": "string", "enum": ["Error", "Warning", "Unknown"]},
            "text": TEXT,
            "details": many(OPEN),
        },
    },
    "AddressableEntityRef": {"type": "object", "properties": {"id": TEXT, "selfUri": URI}},
    "CreateTriggerRequest": {
        "type": "object",
        "required": ["enabled", "name", "target", "topicName"],
        "properties": _TRIGGER,
    },
    "UpdateTriggerRequest": {
        "type": "object",
        "required": ["enabled", "name", "target", "topicName", "version"],
        "properties": {"version": COUNT, **_TRIGGER},
    },
    "Trigger": {"type": "object", "properties": {"id": TEXT, "version": COUNT, **_TRIGGER, "selfUri": URI}},
    "TriggerTarget": {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["Workflow"]},
            "id": TEXT,
            "workflowTargetSettings": ref("WorkflowTargetSettings"),
        },
    },
    "WorkflowTargetSettings": {
        "type": "object",
        "properties": {"dataFormat": {"type": "string", "enum": list(DATA_FORMATS)}},
    },
    "MatchCriteria": {
        "type": "object",
        "properties": {
            "jsonPath": TEXT,
            "operator": {"type": "string", "enum": list(TRIGGER_OPERATORS)},
            "value": ANY,
            "values": many(ANY),
        },
    },
    "TriggerEntityListing": cursor(ref("Trigger")),
    "TopicCursorEntityListing": cursor(TEXT),
    "WebhookInvocationResponse": {"type": "object", "required": ["invocationId"], "properties": {"invocationId": TEXT}},
    "LimitsEntityListing": {"type": "object", "properties": {"entities": many(ref("Limit"))}},
}
"""Every body of them by its official name."""
