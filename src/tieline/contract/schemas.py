"""The bodies of the contract as JSON schemas, draft-07: requests and answers, each property with the type the cloud really uses.

Source: the swagger of 2025-07-28 and the models of the Python SDK 269, held against the latter by a test. Where real
answers differ from the official description the real form stands here, and `DIFFERENCES` says so. Properties the cloud may
add are allowed in answers; in the launch request none is known beside the four.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from tieline.contract.inputs import DIALECT
from tieline.contract.words import EXECUTION_STATUSES, FLOW_TYPES, VERSION_TYPES

Schema: TypeAlias = dict[str, Any]
"""A JSON schema, draft-07."""

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer"}
_URI: Schema = {"type": "string", "format": "uri"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_ANY: Schema = {}
_OPEN: Schema = {"type": "object", "additionalProperties": {}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _listing(of: str) -> Schema:
    numbers = dict.fromkeys(("pageSize", "pageNumber", "total", "pageCount"), _COUNT)
    links = dict.fromkeys(("selfUri", "firstUri", "lastUri", "nextUri", "previousUri"), _URI)
    return {"type": "object", "properties": {"entities": {"type": "array", "items": _ref(of)}, **numbers, **links}}


def _texts(*names: str) -> Schema:
    return dict.fromkeys(names, _TEXT)


DEFINITIONS: Mapping[str, Schema] = {
    "FlowExecutionLaunchRequest": {
        "type": "object",
        "required": ["flowId"],
        "properties": {
            "flowId": _TEXT,
            "flowVersion": {"type": ["string", "null"]},
            "inputData": {"type": ["object", "null"], "additionalProperties": {}},
            "name": {"type": ["string", "null"]},
        },
    },
    "FlowExecutionLaunchResponse": {
        "type": "object",
        "properties": {"id": _TEXT, "name": _TEXT, "flowVersion": _ref("DomainEntityRef"), "selfUri": _URI},
    },
    "DomainEntityRef": {"type": "object", "properties": {"id": _TEXT, "name": _TEXT, "selfUri": _URI}},
    "NamedEntity": {"type": "object", "properties": {"id": _TEXT, "name": _TEXT}},
    "WritableDivision": {"type": "object", "properties": {"id": _TEXT, "name": _TEXT, "selfUri": _URI}},
    "User": {"type": "object", "properties": {"id": _TEXT, "name": _TEXT, "selfUri": _URI}},
    "ErrorBody": {
        "type": "object",
        "properties": {
            **_texts("message", "code"),
            "status": _COUNT,
            **_texts("entityId", "entityName", "messageWithParams"),
            "messageParams": {"type": "object", "additionalProperties": _TEXT},
            "contextId": _TEXT,
            "details": {"type": "array", "items": _ref("Detail")},
            "errors": {"type": "array", "items": _ref("ErrorBody")},
            "limit": _ref("Limit"),
        },
    },
    "Detail": {"type": "object", "properties": _texts("errorCode", "fieldName", "entityId", "entityName")},
    "Limit": {"type": "object", "properties": {"key": _TEXT, "namespace": _TEXT, "value": _COUNT}},
    "FlowRuntimeExecution": {
        "type": "object",
        "required": ["dateLaunched", "flowVersion", "status"],
        "properties": {
            **_texts("id", "name"),
            "flowVersion": _ref("FlowVersion"),
            "dateLaunched": _TIME,
            "status": {"type": "string", "enum": list(EXECUTION_STATUSES)},
            "dateCompleted": _TIME,
            "completionReason": _TEXT,
            "flowErrorInfo": _ref("ErrorBody"),
            "outputData": _OPEN,
            "conversation": _ref("DomainEntityRef"),
            "selfUri": _URI,
        },
    },
    "Flow": {
        "type": "object",
        "required": ["name"],
        "properties": {
            **_texts("id", "name"),
            "division": _ref("WritableDivision"),
            "description": _TEXT,
            "type": {"type": "string", "enum": list(FLOW_TYPES)},
            "lockedUser": _ref("User"),
            "lockedClient": _ref("DomainEntityRef"),
            **dict.fromkeys(("active", "system", "deleted", "virtualAgentEnabled"), _FLAG),
            **{name: _ref("FlowVersion") for name in ("publishedVersion", "savedVersion", "checkedInVersion", "debugVersion")},
            "inputSchema": _OPEN,
            "outputSchema": _OPEN,
            "publishedBy": _ref("User"),
            "currentOperation": _OPEN,
            "nluInfo": _OPEN,
            "supportedLanguages": {"type": "array", "items": _ref("SupportedLanguage")},
            "compatibleFlowTypes": {"type": "array", "items": _TEXT},
            "worktypeId": _TEXT,
            "selfUri": _URI,
        },
    },
    "FlowVersion": {
        "type": "object",
        "properties": {
            **_texts("id", "name", "commitVersion", "configurationVersion"),
            "type": {"type": "string", "enum": list(VERSION_TYPES)},
            **dict.fromkeys(("secure", "debug", "virtualAgentEnabled"), _FLAG),
            "createdBy": _ref("User"),
            "createdByClient": _ref("DomainEntityRef"),
            "configurationUri": _TEXT,
            **dict.fromkeys(("dateCreated", "dateCheckedIn", "dateSaved"), _COUNT),
            "generationId": _TEXT,
            "publishResultUri": _URI,
            "inputSchema": _ref("JsonSchemaDocument"),
            "outputSchema": _ref("JsonSchemaDocument"),
            "datePublished": _TIME,
            "datePublishedEnd": _TIME,
            "nluInfo": _OPEN,
            "supportedLanguages": {"type": "array", "items": _ref("SupportedLanguage")},
            "compatibleFlowTypes": {"type": "array", "items": _TEXT},
            "selfUri": _URI,
        },
    },
    "SupportedLanguage": {"type": "object", "properties": {"language": _TEXT, "isDefault": _FLAG}},
    "JsonSchemaDocument": {
        "type": "object",
        "properties": {
            **_texts("id", "$schema", "title", "description", "type"),
            "required": {"type": "array", "items": _TEXT},
            "properties": _OPEN,
            "additionalProperties": _ANY,
            "definitions": _OPEN,
        },
    },
    "FlowEntityListing": _listing("Flow"),
    "FlowVersionEntityListing": _listing("FlowVersion"),
    "TokenInfo": {
        "type": "object",
        "properties": {
            "organization": _ref("NamedEntity"),
            "homeOrganization": _ref("NamedEntity"),
            "authorizedScope": {"type": "array", "items": _TEXT},
            "clonedUser": _OPEN,
            "OAuthClient": _ref("OrgOAuthClient"),
            "dateTokenIdles": _TIME,
        },
    },
    "OrgOAuthClient": {
        "type": "object",
        "required": ["authorizedGrantType", "name"],
        "properties": {
            **_texts("id", "name"),
            "dateCreated": _TIME,
            "dateModified": _TIME,
            "createdBy": _ref("DomainEntityRef"),
            "modifiedBy": _ref("DomainEntityRef"),
            "authorizedGrantType": {
                "type": "string",
                "enum": ["CODE", "TOKEN", "SAML2-BEARER", "PASSWORD", "CLIENT-CREDENTIALS"],
            },
            "scope": {"type": "array", "items": _TEXT},
            "roleDivisions": {"type": "array", "items": _OPEN},
            "state": {"type": "string", "enum": ["active", "disabled", "inactive"]},
            "dateToDelete": _TIME,
            "organization": _ref("NamedEntity"),
        },
    },
    "OAuthToken": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {**_texts("access_token", "refresh_token", "token_type"), "expires_in": _COUNT},
    },
    "OAuthError": {
        "type": "object",
        "required": ["error"],
        "properties": _texts("error", "description", "error_description"),
    },
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
    return {"$schema": DIALECT, **_ref(name), "definitions": {each: DEFINITIONS[each] for each in DEFINITIONS if each in needed}}


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
