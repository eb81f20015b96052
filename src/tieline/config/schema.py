"""The shape of tieline.yaml as a JSON schema (draft-07): what `tieline check` holds a file against, and what editors complete from."""

from __future__ import annotations

from typing import Any

from tieline.contract.regions import REGIONS

Schema = dict[str, Any]


def _object(says: str, properties: dict[str, Schema], required: tuple[str, ...] = (), **more: Any) -> Schema:
    return {
        "type": "object",
        "description": says,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _map_of(says: str, schema: Schema) -> Schema:
    return {"type": "object", "description": says, "additionalProperties": schema}


def _list_of(says: str, schema: Schema) -> Schema:
    return {"type": "array", "description": says, "items": schema}


def _text(says: str, **more: Any) -> Schema:
    return {"type": "string", "minLength": 1, "description": says, **more}


def _whole(says: str, minimum: int = 0, **more: Any) -> Schema:
    return {"type": "integer", "minimum": minimum, "description": says, **more}


def _flag(says: str) -> Schema:
    return {"type": "boolean", "description": says}


def _duration(says: str) -> Schema:
    return {"type": ["string", "number"], "format": "duration", "description": f"{says} (500ms, 30s, 5m, 72h, 7d)"}


def _size(says: str) -> Schema:
    return {"type": ["string", "integer"], "format": "size", "description": f"{says} (512kB, 1MiB)"}


SECRET: Schema = _object(
    "Where a secret is: an environment variable or a file. Secrets do not stand in tieline.yaml.",
    {"env": _text("Name of an environment variable."), "file": _text("Path of a file that holds the secret and nothing else.")},
    oneOf=[{"required": ["env"]}, {"required": ["file"]}],
)

DOOR: Schema = _object(
    "One door.",
    {"listen": {"type": "string", "format": "listen", "description": "host:port; loopback unless auth is configured."}},
)

PACE: Schema = _object(
    "How fast launches may leave for this environment.",
    {
        "limit": _whole("Requests the token allows in a window; 300 a minute is the platform's figure. 0: unpaced."),
        "window": _duration("Length of the window; 61s by default, the longest reset recorded"),
        "in_flight": _whole("Requests under way at once.", 1),
    },
)

FLOW: Schema = _object(
    "A flow that is known without asking the org.",
    {
        "id": _text("The flow's id (a GUID; each org has its own).", format="flow-id"),
        "name": _text("The flow's name."),
        "type": _text("Flow type as bodies have it, such as WORKFLOW."),
        "version": _text("Newest published version id, such as 1.0."),
        "published": _flag("Whether a version is published."),
        "input_schema": {
            "type": ["string", "object"],
            "description": "The input schema, or the path of a JSON file that holds it.",
        },
    },
    ("id", "name"),
)

ENVIRONMENT: Schema = _object(
    "One org: region, credentials, flows.",
    {
        "region": _text("AWS region of the org, such as eu-central-1, or its domain, such as mypurecloud.de.", format="region"),
        "url": _text("One address for API and login instead of a region: a twin, or a gateway in front.", format="url"),
        "client_id": _text("OAuth client of type client credentials, used by nothing else: its budget is the pace."),
        "client_secret": SECRET,
        "pace": PACE,
        "timeout": _duration("How long an answer may take before the outcome counts as ambiguous"),
        "flows": _list_of("Flows known without asking.", FLOW),
        "read_flows": _flag("Whether flows and their input schemas are read from the org (default true)."),
        "refresh": _duration("How often they are read again"),
    },
    ("client_id", "client_secret"),
    oneOf=[{"required": ["region"]}, {"required": ["url"]}],
)

SOURCE: Schema = _object(
    "A sender of webhooks: how its signature is checked, and where its events carry id, type and time.",
    {
        "scheme": {
            "enum": ["standard-webhooks", "github", "genesys-open-messaging", "stripe", "hmac", "token", "none"],
            "description": "How the sender signs.",
        },
        "form": {
            "enum": ["github", "stripe", "eventbridge", "standard-webhooks", "open-messaging", "cloudevents", "plain"],
            "description": "Where the event's id, type and time stand; by default what the scheme implies.",
        },
        "secrets": _list_of("The secrets in force, several while one is being rotated.", SECRET),
        "header": _text("For hmac and token: the header that carries the signature or token."),
        "algorithm": {"enum": ["sha256", "sha1", "sha512"], "description": "For hmac."},
        "encoding": {"enum": ["hex", "base64", "base64url"], "description": "For hmac: how the signature is written."},
        "prefix": _text("For hmac: what stands before the signature, such as sha256=."),
        "timestamp_header": _text(
            "For hmac: the header whose time (epoch seconds) is signed before the body, joined by a full stop."
        ),
        "window": _duration("How old a signed time may be"),
        "id": _text("Expression for the event's id over {headers, body, query}."),
        "type": _text("Expression for the event's type, or a constant in {value: ...}."),
        "time": _text("Expression for the event's time."),
        "subject": _text("Expression for the event's subject."),
        "max_body": _size("Largest body taken"),
    },
    ("scheme",),
)

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_CONSTANT: Schema = _object("A constant.", {"value": {}}, ("value",))
EXPRESSION: Schema = {
    "anyOf": [{"type": ["string", "number", "boolean", "null"]}, _CONSTANT],
    "description": "A JMESPath expression over the event, or a constant: {value: ...}, a number, a boolean.",
}
_ONE_OR_MORE: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

ROUTE: Schema = _object(
    "The rule that turns an event into a launch; the first route that matches takes it.",
    {
        "route": _text("The route's name, for people and metrics."),
        "match": _object(
            "Which events this route takes; all of it must hold.",
            {
                "source": {**_ONE_OR_MORE, "description": "The event's source, or a list."},
                "type": {**_ONE_OR_MORE, "description": "The event's type, a list, or a beginning followed by *."},
                "when": _text("A JMESPath condition."),
            },
        ),
        "environment": _text("Environment to launch in; the default one when left out."),
        "flow": _text("The flow's name."),
        "flow_id": _text("The flow's id.", format="flow-id"),
        "flow_version": _text("Version to launch; the newest published one when left out.", format="flow-version"),
        "inputs": _map_of("Input name to expression.", EXPRESSION),
        "initiator": _object(
            "On whose behalf.",
            {"id": EXPRESSION, "type": {"enum": ["user", "externalContact"], "description": "What the id names."}},
            ("id", "type"),
        ),
        "name": {**EXPRESSION, "description": "Label of the run."},
        "request_id": {**EXPRESSION, "description": "What makes a repeat harmless; source/id of the event when left out."},
        "ordering_key": {**EXPRESSION, "description": "Launches with the same key leave one at a time, in order."},
        "priority": {
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "string"}],
            "description": "0 to 9, higher first.",
        },
        "expire_after": _duration("How long a launch may wait before it is not sent at all"),
        "follow": _duration("How long the run itself is followed after the launch; not at all when left out"),
    },
    ("route",),
    oneOf=[{"required": ["flow"]}, {"required": ["flow_id"]}],
)

SCHEMA: Schema = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "tieline.yaml",
    **_object(
        "Settings of a Tieline gateway.",
        {
            "http": DOOR,
            "grpc": DOOR,
            "auth": _object("Who may call.", {"tokens": _list_of("Bearer tokens callers may show.", SECRET)}),
            "limits": _object(
                "What a door takes in.",
                {
                    "max_body": _size("Largest message or body"),
                    "body_timeout": _duration("How long the HTTP door waits for a whole body"),
                    "max_depth": _whole("Deepest nesting of JSON.", 4),
                    "max_in_flight": _whole("Calls handled at once.", 1),
                    "drain": _duration("How long a stop waits for calls under way"),
                },
            ),
            "queue": _object(
                "Where launches are kept.",
                {
                    "store": {"enum": ["sqlite", "memory"], "description": "sqlite: one file, synced. memory: tests only."},
                    "path": _text("The database file."),
                    "dedupe_window": _duration("How long a request_id is remembered"),
                    "retention": _duration("How long a settled launch can be read"),
                    "max_waiting": _whole("Launches that may wait before more are refused as overload."),
                    "accept_loss": _flag("Take a store that can lose what was answered."),
                },
            ),
            "retry": _object(
                "Tries that did not reach the cloud.",
                {
                    "max_attempts": _whole("Tries before a launch is EXHAUSTED.", 1),
                    "first_wait": _duration("Wait after the first"),
                    "longest_wait": _duration("Longest wait between two"),
                },
            ),
            "environments": {**_map_of("The orgs launches go to, by name.", ENVIRONMENT), "minProperties": 1},
            "default_environment": _text("The environment a call or route means when it names none."),
            "sources": _map_of("Senders of webhooks, by the name in their address.", SOURCE),
            "routes": _list_of("Routes, in the order they are tried.", ROUTE),
        },
        ("environments",),
    ),
}
"""The whole of tieline.yaml."""

REGION_NAMES: tuple[str, ...] = tuple(sorted(REGIONS))
