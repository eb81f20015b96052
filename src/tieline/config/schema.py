"""The shape of tieline.yaml as a JSON schema (draft-07): what `tieline check` holds a file against, and what editors complete from."""

from __future__ import annotations

from typing import Any

from tieline.config.units import DURATION_FORM, FLOW_ID_FORM, FLOW_VERSION_FORM, LISTEN_FORM, REGION_FORM, SIZE_FORM, URL_FORM
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


def _flag(says: str, **more: Any) -> Schema:
    return {"type": "boolean", "description": says, **more}


def _duration(says: str, **more: Any) -> Schema:
    return {"type": ["string", "number"], "format": "duration", "title": DURATION_FORM, "description": says, **more}


def _size(says: str, **more: Any) -> Schema:
    return {"type": ["string", "integer"], "format": "size", "title": SIZE_FORM, "description": says, **more}


def _listen(default: str) -> Schema:
    says = "Where it listens: host:port, loopback unless `auth.tokens` are set. Port 0 takes a free one."
    return {"type": "string", "format": "listen", "title": LISTEN_FORM, "description": says, "default": default}


SECRET: Schema = _object(
    "Where a secret is: an environment variable or a file. Secrets do not stand in tieline.yaml.",
    {"env": _text("Name of an environment variable."), "file": _text("Path of a file that holds the secret and nothing else.")},
    oneOf=[{"required": ["env"]}, {"required": ["file"]}],
    title="{ env: NAME } or { file: PATH }",
)

PACE: Schema = _object(
    "How fast launches may leave for this environment.",
    {
        "limit": _whole("Requests the token allows in a window; 300 a minute is the platform's figure. 0: unpaced.", default=300),
        "window": _duration("Length of the window: the longest reset recorded.", default="61s"),
        "in_flight": _whole("Requests under way at once.", 1, default=16),
    },
)

FLOW: Schema = _object(
    "A flow that is known without asking the org.",
    {
        "id": _text("The flow's id (a GUID; each org has its own).", format="flow-id", title=FLOW_ID_FORM),
        "name": _text("The flow's name."),
        "type": _text("Flow type as bodies have it.", default="WORKFLOW"),
        "version": _text('Newest published version, such as "1.0" (in quotes: without them YAML reads a number).'),
        "published": _flag("Whether a version is published; not known when left out."),
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
        "region": _text(
            "AWS region of the org, such as eu-central-1, or its domain, such as mypurecloud.de.",
            format="region",
            title=REGION_FORM,
        ),
        "url": _text(
            "One address for API and login instead of a region: a twin, or a gateway in front.", format="url", title=URL_FORM
        ),
        "client_id": _text("OAuth client of type client credentials, used by nothing else: its budget is the pace."),
        "client_secret": SECRET,
        "pace": PACE,
        "timeout": _duration("How long an answer may take before the outcome counts as ambiguous.", default="30s"),
        "flows": _list_of("Flows known without asking.", FLOW),
        "read_flows": _flag("Whether flows and their input schemas are read from the org.", default=True),
        "refresh": _duration("How often they are read again.", default="10m"),
    },
    ("client_id", "client_secret"),
    oneOf=[{"required": ["region"]}, {"required": ["url"]}],
)

_CONSTANT: Schema = _object("A constant.", {"value": {}}, ("value",))

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
        "header": _text("For hmac (required) and token (`Authorization: Bearer` when left out): the header that carries it."),
        "algorithm": {"enum": ["sha256", "sha1", "sha512"], "description": "For hmac: the hash.", "default": "sha256"},
        "encoding": {
            "enum": ["hex", "base64", "base64url"],
            "description": "For hmac: how the signature is written.",
            "default": "hex",
        },
        "prefix": _text("For hmac: what stands before the signature, such as sha256=."),
        "timestamp_header": _text(
            "For hmac: the header whose time (epoch seconds) is signed before the body, joined by a full stop."
        ),
        "window": _duration(
            "How far a signed time may be off, for the schemes that carry one; what is older may be a replay.", default="5m"
        ),
        "id": _text("Expression for the event's id over `{headers, body, query}`; what the form says when left out."),
        "type": {
            "anyOf": [{"type": "string", "minLength": 1}, _object("A constant.", {"value": _text("The type.")}, ("value",))],
            "title": "an expression or { value: TEXT }",
            "description": "Expression for the event's type, or a constant; what the form says when left out, else `event`.",
        },
        "time": _text("Expression for the event's time; what the form says when left out."),
        "subject": _text("Expression for the event's subject."),
        "max_body": _size("Largest body taken; `limits.max_body` when left out."),
    },
    ("scheme",),
)

EXPRESSION: Schema = {
    "anyOf": [{"type": ["string", "number", "boolean", "null"]}, _CONSTANT],
    "title": "an expression, a number, true, false, null or { value: CONSTANT }",
    "description": "A JMESPath expression over the event, or a constant.",
}
_ONE_OR_MORE: Schema = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
    "title": "a text or a list of texts",
}

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
        "flow_id": _text("The flow's id.", format="flow-id", title=FLOW_ID_FORM),
        "flow_version": _text(
            "Version to launch; the newest published one when left out.", format="flow-version", title=FLOW_VERSION_FORM
        ),
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
            "title": "0 to 9, or an expression",
            "description": "0 to 9, higher first.",
        },
        "expire_after": _duration("How long a launch may wait before it is not sent at all; for ever when left out."),
        "follow": _duration("How long the run itself is followed after the launch; not at all when left out."),
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
            "http": _object("The HTTP door: webhooks and REST.", {"listen": _listen("127.0.0.1:8080")}),
            "grpc": _object("The gRPC door.", {"listen": _listen("127.0.0.1:50051")}),
            "auth": _object("Who may call.", {"tokens": _list_of("Bearer tokens callers may show.", SECRET)}),
            "limits": _object(
                "What a door takes in.",
                {
                    "max_body": _size("Largest message or body.", default="1MiB"),
                    "body_timeout": _duration("How long the HTTP door waits for a whole body.", default="30s"),
                    "max_depth": _whole("Deepest nesting of JSON.", 4, default=64),
                    "max_in_flight": _whole(
                        "Calls and batches a door handles at once; more are refused as overload.", 1, default=1000
                    ),
                    "drain": _duration("How long a stop waits for calls under way.", default="10s"),
                },
            ),
            "queue": _object(
                "Where launches are kept.",
                {
                    "store": {
                        "enum": ["sqlite", "memory"],
                        "description": "sqlite: one file, synced. memory: tests only.",
                        "default": "sqlite",
                    },
                    "path": _text("The database file, from the folder of tieline.yaml.", default="tieline.db"),
                    "dedupe_window": _duration("How long a request_id is remembered.", default="72h"),
                    "retention": _duration("How long a settled launch can be read.", default="7d"),
                    "max_waiting": _whole("Launches that may wait before more are refused as overload.", default=5_000_000),
                    "accept_loss": _flag("Take a store that can lose what was answered.", default=False),
                },
            ),
            "retry": _object(
                "Tries that did not reach the cloud.",
                {
                    "max_attempts": _whole("Tries before a launch is EXHAUSTED.", 1, default=10),
                    "first_wait": _duration("Wait after the first.", default="1s"),
                    "longest_wait": _duration("Longest wait between two.", default="5m"),
                },
            ),
            "environments": {**_map_of("The orgs launches go to, by name.", ENVIRONMENT), "minProperties": 1},
            "default_environment": _text(
                "The environment a call or route means when it names none; the only one when there is one."
            ),
            "sources": _map_of("Senders of webhooks, by the name in their address.", SOURCE),
            "routes": _list_of("Routes, in the order they are tried.", ROUTE),
        },
        ("environments",),
    ),
}
"""The whole of tieline.yaml."""

REGION_NAMES: tuple[str, ...] = tuple(sorted(REGIONS))
