"""The bodies of the contract as JSON schemas, draft-07: requests and answers, each property with the type the cloud really uses.

Source: the swagger of 2025-07-28 and the models of the Python SDK 269, held against the latter by a test. Where real
answers differ from the official description the real form stands here, and `DIFFERENCES` says so. Properties the cloud may
add are allowed in answers; in the launch request none is known beside the four.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieline.contract.inputs import DIALECT
from tieline.contract.schema_parts import ANY, COUNT, FLAG, OPEN, TEXT, TIME, URI, Schema, listing, many, ref, texts
from tieline.contract.schemas_around import DEFINITIONS_AROUND
from tieline.contract.words import EXECUTION_STATUSES, FLOW_TYPES, VERSION_TYPES

DEFINITIONS: Mapping[str, Schema] = {
    "FlowExecutionLaunchRequest": {
        "type": "object",
        "required": ["flowId"],
        "properties": {
            "flowId": TEXT,
            "flowVersion": {"type": ["string", "null"]},
            "inputData": {"type": ["object", "null"], "additionalProperties": {}},
            "name": {"type": ["string", "null"]},
        },
    },
    "FlowExecutionLaunchResponse": {
        "type": "object",
        "properties": {"id": TEXT, "name": TEXT, "flowVersion": ref("DomainEntityRef"), "selfUri": URI},
    },
    "DomainEntityRef": {"type": "object", "properties": {"id": TEXT, "name": TEXT, "selfUri": URI}},
    "NamedEntity": {"type": "object", "properties": {"id": TEXT, "name": TEXT}},
    "WritableDivision": {"type": "object", "properties": {"id": TEXT, "name": TEXT, "selfUri": URI}},
    "User": {"type": "object", "properties": {"id": TEXT, "name": TEXT, "selfUri": URI}},
    "ErrorBody": {
        "type": "object",
        "properties": {
            **texts("message", "code"),
            "status": COUNT,
            **texts("entityId", "entityName", "messageWithParams"),
            "messageParams": {"type": "object", "additionalProperties": TEXT},
            "contextId": TEXT,
            "details": many(ref("Detail")),
            "errors": many(ref("ErrorBody")),
            "limit": ref("Limit"),
        },
    },
    "Detail": {"type": "object", "properties": texts("errorCode", "fieldName", "entityId", "entityName")},
    "Limit": {"type": "object", "properties": {"key": TEXT, "namespace": TEXT, "value": COUNT}},
    "FlowRuntimeExecution": {
        "type": "object",
        "required": ["dateLaunched", "flowVersion", "status"],
        "properties": {
            **texts("id", "name"),
            "flowVersion": ref("FlowVersion"),
            "dateLaunched": TIME,
            "status": {"type": "string", "enum": list(EXECUTION_STATUSES)},
            "dateCompleted": TIME,
            "completionReason": TEXT,
            "flowErrorInfo": ref("ErrorBody"),
            "outputData": OPEN,
            "conversation": ref("DomainEntityRef"),
            "selfUri": URI,
        },
    },
    "Flow": {
        "type": "object",
        "required": ["name"],
        "properties": {
            **texts("id", "name"),
            "division": ref("WritableDivision"),
            "description": TEXT,
            "type": {"type": "string", "enum": list(FLOW_TYPES)},
            "lockedUser": ref("User"),
            "lockedClient": ref("DomainEntityRef"),
            **dict.fromkeys(("active", "system", "deleted", "virtualAgentEnabled"), FLAG),
            **{name: ref("FlowVersion") for name in ("publishedVersion", "savedVersion", "checkedInVersion", "debugVersion")},
            "inputSchema": OPEN,
            "outputSchema": OPEN,
            "publishedBy": ref("User"),
            "currentOperation": OPEN,
            "nluInfo": OPEN,
            "supportedLanguages": many(ref("SupportedLanguage")),
            "compatibleFlowTypes": many(TEXT),
            "worktypeId": TEXT,
            "selfUri": URI,
        },
    },
    "FlowVersion": {
        "type": "object",
        "properties": {
            **texts("id", "name", "commitVersion", "configurationVersion"),
            "type": {"type": "string", "enum": list(VERSION_TYPES)},
            **dict.fromkeys(("secure", "debug", "virtualAgentEnabled"), FLAG),
            "createdBy": ref("User"),
            "createdByClient": ref("DomainEntityRef"),
            "configurationUri": TEXT,
            **dict.fromkeys(("dateCreated", "dateCheckedIn", "dateSaved"), COUNT),
            "generationId": TEXT,
            "publishResultUri": URI,
            "inputSchema": ref("JsonSchemaDocument"),
            "outputSchema": ref("JsonSchemaDocument"),
            "datePublished": TIME,
            "datePublishedEnd": TIME,
            "nluInfo": OPEN,
            "supportedLanguages": many(ref("SupportedLanguage")),
            "compatibleFlowTypes": many(TEXT),
            "selfUri": URI,
        },
    },
    "SupportedLanguage": {"type": "object", "properties": {"language": TEXT, "isDefault": FLAG}},
    "JsonSchemaDocument": {
        "type": "object",
        "properties": {
            **texts("id", "$schema", "title", "description", "type"),
            "required": many(TEXT),
            "properties": OPEN,
            "additionalProperties": ANY,
            "definitions": OPEN,
        },
    },
    "FlowEntityListing": listing("Flow"),
    "FlowVersionEntityListing": listing("FlowVersion"),
    "TokenInfo": {
        "type": "object",
        "properties": {
            "organization": ref("NamedEntity"),
            "homeOrganization": ref("NamedEntity"),
            "authorizedScope": many(TEXT),
            "clonedUser": OPEN,
            "OAuthClient": ref("OrgOAuthClient"),
            "dateTokenIdles": TIME,
        },
    },
    "OrgOAuthClient": {
        "type": "object",
        "required": ["authorizedGrantType", "name"],
        "properties": {
            **texts("id", "name"),
            "dateCreated": TIME,
            "dateModified": TIME,
            "createdBy": ref("DomainEntityRef"),
            "modifiedBy": ref("DomainEntityRef"),
            "authorizedGrantType": {
                "type": "string",
                "enum": ["CODE", "TOKEN", "SAML2-BEARER", "PASSWORD", "CLIENT-CREDENTIALS"],
            },
            "scope": many(TEXT),
            "roleDivisions": many(OPEN),
            "state": {"type": "string", "enum": ["active", "disabled", "inactive"]},
            "dateToDelete": TIME,
            "organization": ref("NamedEntity"),
        },
    },
    "OAuthToken": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {**texts("access_token", "refresh_token", "token_type"), "expires_in": COUNT},
    },
    "OAuthError": {
        "type": "object",
        "required": ["error"],
        "properties": texts("error", "description", "error_description"),
    },
    **DEFINITIONS_AROUND,
}
"""Every body by its official name (the two of the token endpoint have none and are named here)."""

DIFFERENCES: tuple[str, ...] = (
    "values of inputData and outputData are officially objects; real ones are strings, numbers, booleans, lists and null",
    "JsonSchemaDocument officially has no definitions and an object additionalProperties; recorded ones have definitions, and false",
    "User officially requires version; recorded createdBy has only id and selfUri",
    "flowVersion of a launch request may be null (its description says so); inputData and name are taken to allow null too (inferred)",
)
"""Where these schemas follow recorded answers rather than the official description."""

LAUNCH_FIELDS: tuple[str, ...] = tuple(DEFINITIONS["FlowExecutionLaunchRequest"]["properties"])
"""The four properties of a launch request."""


def document(name: str) -> Schema:
    """Give the schema of one body, complete: its definition with those it refers to. Raises `KeyError` for a name not covered."""
    if name not in DEFINITIONS:
        raise KeyError(name)
    needed = _closure(name)
    return {"$schema": DIALECT, **ref(name), "definitions": {each: DEFINITIONS[each] for each in DEFINITIONS if each in needed}}


def _closure(name: str) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        if (current := pending.pop()) not in found:
            found.add(current)
            pending += _references(DEFINITIONS[current])
    return found


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].rpartition("/")[2]] if "$ref" in node else []
    return own + [name for item in node.values() for name in _references(item)]
