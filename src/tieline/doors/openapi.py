"""The OpenAPI 3.1 description of the HTTP door, written from what the door reads and answers."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from tieline.domain.launch import State
from tieline.doors.http_query import PAGE_SIZE, PAGE_SIZE_MAX
from tieline.doors.translate_json import PROBLEM_JSON

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_FILLED: Json = {"type": "string", "minLength": 1}
_STATES = "|".join(State)
_TIME: Json = {"type": "string", "format": "date-time"}
_WHOLE: Json = {"type": "integer"}


def document() -> Json:
    """Give the description. Which sources there are is not told in it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tieline",
            "version": version("tieline"),
            "summary": "Hands events to Genesys Cloud Architect flows.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _paths() -> Json:
    return {
        "/v1/events/{source}": {"post": _webhook()},
        "/v1/launches": {"post": _launch(), "get": _list()},
        "/v1/launches/{id}": {"get": _one("getLaunch", "Read a launch", "The launch as it stands.", ("400", "401", "404"))},
        "/v1/launches/{id}:cancel": {
            "post": _one(
                "cancelLaunch", "Cancel a launch that has not left", "The cancelled launch.", ("400", "401", "404", "409")
            )
        },
        "/v1/launches/{id}:replay": {"post": _replay()},
        "/healthz": {"get": _plain("health", "Whether the process serves", {"200": "It does."})},
        "/readyz": {
            "get": _plain(
                "readiness", "Whether it can launch", {"200": "It can.", "503": "Something is missing; `needs` says what."}
            )
        },
        "/openapi.json": {"get": _plain("openapi", "This description", {"200": "OpenAPI 3.1."})},
    }


def _webhook() -> Json:
    return {
        "operationId": "publishWebhook",
        "summary": "Take a webhook: a CloudEvent (binary, structured or batch), or the source's own JSON",
        "description": "Signed as the source's settings say. Stored before it is answered; what no route takes is kept as REFUSED.",
        "parameters": [_path("source", "The source's name in the settings.")],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {}},
                "application/cloudevents+json": {"schema": {"$ref": "#/components/schemas/CloudEvent"}},
                "application/cloudevents-batch+json": {
                    "schema": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/CloudEvent"}}
                },
            },
        },
        "responses": {
            "202": _answer("The receipt, or the receipts of a batch.", {"$ref": "#/components/schemas/Receipts"}),
            "200": _answer("A repeat: the first receipt again.", {"$ref": "#/components/schemas/Receipts"}),
            **_problems("400", "401", "403", "404", "408", "409", "413", "415", "429", "503"),
        },
    }


def _launch() -> Json:
    query = [
        _query("validate_only", {"type": "boolean"}, "Check, and store nothing."),
        _query(
            "request_id",
            {"type": "string", "maxLength": 256},
            "Makes a repeat harmless; the header Idempotency-Key says the same.",
        ),
        _query("environment", _TEXT, "Where to launch; the default one when left out."),
        _query("ordering_key", {"type": "string", "maxLength": 256}, "Launches with the same key leave one at a time, in order."),
        _query("priority", {"type": "integer", "minimum": 0, "maximum": 9}, "Higher leaves first."),
        _query("expire_time", _TIME, "When it is too late to send it."),
        _query("follow", {"type": "number", "minimum": 0, "maximum": 604_800}, "For how many seconds the run is followed."),
    ]
    return {
        "operationId": "launchFlow",
        "summary": "Launch a flow",
        "description": "Checked while you wait; durable when it answers 202.",
        "security": [{}, {"token": []}],
        "parameters": query,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/FlowExecutionRequest"}}},
        },
        "responses": {
            "202": {
                **_answer("Durable.", {"$ref": "#/components/schemas/Receipt"}),
                "headers": {"Location": {"description": "The launch.", "schema": _TEXT}},
                "links": {
                    name: {"operationId": name, "parameters": {"id": "$response.body#/id"}}
                    for name in ("getLaunch", "cancelLaunch", "replayLaunch")
                },
            },
            "200": _answer("A repeat of the same request_id, or the answer to validate_only.", {"type": "object"}),
            **_problems("400", "401", "408", "409", "413", "415", "429", "503"),
        },
    }


def _list() -> Json:
    query = [
        _query("state", {"type": "string", "pattern": f"^(?:{_STATES})(?:,(?:{_STATES}))*$"}, "States, parted by commas."),
        _query("environment", _TEXT, "Only of this environment."),
        _query("route", _TEXT, "Only those a route made."),
        _query("flow", _TEXT, "Only of this flow, by name or id."),
        _query("request_id", _TEXT, "Only with this request_id."),
        _query("created_after", _TIME, "Only those created later."),
        _query("created_before", _TIME, "Only those created earlier."),
        _query(
            "page_size", {"type": "integer", "minimum": 1, "default": PAGE_SIZE}, f"How many; at most {PAGE_SIZE_MAX} are given."
        ),
        _query("page_token", _TEXT, "The next_page_token of the page before."),
    ]
    listing = {
        "type": "object",
        "required": ["launches", "next_page_token"],
        "properties": {"launches": {"type": "array", "items": {"$ref": "#/components/schemas/Launch"}}, "next_page_token": _TEXT},
    }
    return {
        "operationId": "listLaunches",
        "summary": "List launches, newest first",
        "security": [{}, {"token": []}],
        "parameters": query,
        "responses": {"200": _answer("A page.", listing), **_problems("400", "401", "429", "503")},
    }


def _one(name: str, summary: str, says: str, refusals: tuple[str, ...]) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "security": [{}, {"token": []}],
        "parameters": [_path("id", "The launch's id.")],
        "responses": {"200": _answer(says, {"$ref": "#/components/schemas/Launch"}), **_problems(*refusals, "429", "503")},
    }


def _replay() -> Json:
    may_repeat = _query("may_repeat", {"type": "boolean"}, "Replay it though that may start the flow a second time.")
    said = _one(
        "replayLaunch",
        "Put a launch that is REFUSED, HELD or EXHAUSTED back, as it would be made today",
        "The launch, QUEUED.",
        ("400", "401", "404", "409"),
    )
    return {
        **said,
        "description": "400 has today's findings: it would be refused again, and stays as it is. 409: its state, or it may run twice.",
        "parameters": [*said["parameters"], may_repeat],
    }


def _plain(name: str, summary: str, answers: dict[str, str]) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {status: _answer(says, {"type": "object"}) for status, says in answers.items()},
    }


def _path(name: str, says: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": says, "schema": {"type": "string", "minLength": 1}}


def _query(name: str, schema: Json, says: str) -> Json:
    return {"name": name, "in": "query", "required": False, "description": says, "schema": schema}


def _answer(says: str, schema: Json) -> Json:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


_SAYS = {
    "400": "Refused, with every finding.",
    "401": "No valid signature or token.",
    "403": "A CloudEvent in another sender's name.",
    "404": "No such thing.",
    "409": "The request_id was used with other content, or the launch has left.",
    "408": "The body did not come in time.",
    "413": "The body is too large.",
    "415": "The content type or encoding is not taken.",
    "429": "Too much at once; Retry-After says when to come back.",
    "503": "The store cannot take it now; Retry-After says when to come back.",
}


def _problems(*statuses: str) -> Json:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _SAYS[status], "content": content} for status in statuses}


_SCHEMAS: Json = {
    "FlowExecutionRequest": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "flowId": {
                "type": "string",
                "pattern": "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
                "description": "The flow's id; this or `flow`.",
            },
            "flow": {**_FILLED, "description": "The flow's name; this or `flowId`."},
            "flowVersion": {
                "type": ["string", "null"],
                "pattern": r"^(?:\d+(?:\.\d+)?)?$",
                "description": "The newest published version when left out.",
            },
            "inputs": {"type": ["object", "null"], "description": "The flow's inputs; the prefix `Flow.` may be left out."},
            "initiator": {
                "type": ["object", "null"],
                "additionalProperties": False,
                "required": ["id", "type"],
                "properties": {"id": _FILLED, "type": {"enum": ["user", "externalContact"]}},
            },
            "name": {"type": ["string", "null"], "description": "Label of the run."},
        },
        "description": "A field that is null is as left out.",
        "oneOf": [{"required": ["flowId"]}, {"required": ["flow"]}],
    },
    "CloudEvent": {
        "type": "object",
        "required": ["specversion", "id", "source", "type"],
        "properties": {
            "specversion": {"const": "1.0"},
            **{name: {"type": "string", "minLength": 1} for name in ("id", "source", "type")},
            **{name: {"type": ["string", "null"], "description": "Null is as left out."} for name in ("subject", "time")},
            "data": {},
        },
    },
    "Receipt": {
        "type": "object",
        "required": ["id", "request_id", "state", "create_time", "repeated"],
        "properties": {
            "id": _TEXT,
            "request_id": _TEXT,
            "state": {"enum": list(State)},
            "create_time": _TIME,
            "repeated": {"type": "boolean"},
        },
    },
    "Receipts": {
        "oneOf": [
            {"$ref": "#/components/schemas/Receipt"},
            {
                "type": "object",
                "required": ["receipts"],
                "properties": {"receipts": {"type": "array", "items": {"$ref": "#/components/schemas/Receipt"}}},
            },
        ]
    },
    "Finding": {
        "type": "object",
        "required": ["code", "reason", "at", "line", "help", "page"],
        "properties": {
            "code": {"type": "string", "pattern": r"^TL\d{3}$"},
            **dict.fromkeys(("reason", "at", "line", "help", "suggestion", "page"), _TEXT),
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "reason", "help", "instance", "findings"],
        "properties": {
            **dict.fromkeys(("type", "title", "detail", "reason", "help", "instance"), _TEXT),
            "code": {"type": "string", "pattern": r"^TL\d{3}$"},
            "status": _WHOLE,
            "metadata": {"type": "object", "additionalProperties": _TEXT},
            "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
        },
    },
    "Launch": {
        "type": "object",
        "required": [
            "id",
            "request_id",
            "state",
            "environment",
            "priority",
            "create_time",
            "update_time",
            "attempts",
            "findings",
        ],
        "properties": {
            **dict.fromkeys(("id", "request_id", "environment", "route", "flow", "flow_id", "ordering_key"), _TEXT),
            "state": {"enum": list(State)},
            "priority": _WHOLE,
            **dict.fromkeys(("create_time", "update_time", "schedule_time", "expire_time"), _TIME),
            "followed": {"type": "boolean", "description": "Whether the run is still looked at."},
            "event": {"type": "object", "properties": dict.fromkeys(("id", "source", "type"), _TEXT)},
            "execution": {
                "type": "object",
                "properties": dict.fromkeys(("id", "status", "error_code", "error_message"), _TEXT),
            },
            "attempts": {"type": "array", "items": {"type": "object"}},
            "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
        },
    },
}
