"""The shape of tieline.yaml as a JSON schema (draft-07): what `tieline check` holds a file against, and what editors complete from."""

from __future__ import annotations

from typing import Any

from tieline.config.units import DURATION_FORM, FLOW_ID_FORM, FLOW_VERSION_FORM, LISTEN_FORM, REGION_FORM, SIZE_FORM, URL_FORM
from tieline.contract.regions import REGIONS

Schema = dict[str, Any]

HTTP, GRPC = "127.0.0.1:8080", "127.0.0.1:50051"
"""Where the doors listen when the file does not say."""


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


def _whole(says: str, default: int, minimum: int = 0) -> Schema:
    return {"type": "integer", "minimum": minimum, "description": says, "default": default}


def _flag(says: str, **more: Any) -> Schema:
    return {"type": "boolean", "description": says, **more}


def _choice(says: str, *values: str, **more: Any) -> Schema:
    return {"enum": list(values), "description": says, **more}


def _duration(says: str, **more: Any) -> Schema:
    return {"type": ["string", "number"], "format": "duration", "title": DURATION_FORM, "description": says, **more}


def _size(says: str, **more: Any) -> Schema:
    return {"type": ["string", "integer"], "format": "size", "title": SIZE_FORM, "description": says, **more}


SECRET: Schema = _object(
    "Where a secret is: an environment variable or a file. Secrets do not stand in tieline.yaml.",
    {
        "env": _text("Name of an environment variable.", examples=["TIELINE_CLIENT_SECRET"]),
        "file": _text(
            "Path of a file that holds the secret and nothing else; blanks and line ends round it are left off.",
            examples=["/run/secrets/tieline"],
        ),
    },
    oneOf=[{"required": ["env"]}, {"required": ["file"]}],
    title="{ env: NAME } or { file: PATH }",
)


def _door(says: str, default: str) -> Schema:
    listen = {
        "type": "string",
        "format": "listen",
        "title": LISTEN_FORM,
        "description": "Where it listens, host:port; port 0 takes a free one. Beyond loopback only with `auth.tokens`.",
        "default": default,
        "examples": [default.replace("127.0.0.1", "10.0.0.5")],
    }
    return _object(says, {"listen": listen})


PACE: Schema = _object(
    "How fast launches may leave for this environment.",
    {
        "limit": _whole(
            "Requests the token may make in a window; 300 a minute is the platform's figure. The lower of this and what the cloud "
            "announces holds. 0: unpaced, for a cloud that is none.",
            300,
        ),
        "window": _duration(
            "Length of the window. A permit comes back a whole window after its answer, so that no window the cloud could lay holds "
            "more than the limit; 61s is the longest reset recorded.",
            default="61s",
        ),
        "in_flight": _whole("Requests under way at once.", 16, 1),
    },
)

FLOW: Schema = _object(
    "A flow that is known without asking the org.",
    {
        "id": _text(
            "The flow's id (a GUID; each org has its own).",
            format="flow-id",
            title=FLOW_ID_FORM,
            examples=["9863b810-8682-4e57-bea3-8a3e244c48a0"],
        ),
        "name": _text("The flow's name.", examples=["Customer callback"]),
        "type": _text("Flow type as bodies have it; only workflows can be launched.", default="WORKFLOW"),
        "version": _text("Newest published version (in quotes: without them YAML reads a number).", examples=["1.0"]),
        "published": _flag("Whether a version is published; not judged when left out."),
        "input_schema": {
            "type": ["string", "object"],
            "description": "The input schema (`inputSchema` of `GET /api/v2/flows/{flowId}`), or the path of a JSON file that holds it. "
            "Inputs are not checked when left out.",
            "examples": ["flows/callback.json"],
        },
    },
    ("id", "name"),
)

ENVIRONMENT: Schema = _object(
    "One org: region, credentials, flows.",
    {
        "region": _text(
            "AWS region of the org, or its domain.",
            format="region",
            title=REGION_FORM,
            examples=["eu-central-1", "mypurecloud.de"],
        ),
        "url": _text(
            "One address for API and login instead of a region: a twin, or a gateway in front.",
            format="url",
            title=URL_FORM,
            examples=["http://127.0.0.1:9090"],
        ),
        "client_id": _text(
            "OAuth client of type client credentials, used by nothing else: its budget is the pace.",
            examples=["7e1e11ae-0000-4000-8000-000000000001"],
        ),
        "client_secret": SECRET,
        "pace": PACE,
        "timeout": _duration("How long an answer may take before the outcome counts as ambiguous.", default="30s"),
        "flows": _list_of("Flows known without asking; the org's word on the same id is the newer one.", FLOW),
        "read_flows": _flag("Whether flows and their input schemas are read from the org.", default=True),
        "refresh": _duration("How often they are read again.", default="10m"),
    },
    ("client_id", "client_secret"),
    oneOf=[{"required": ["region"]}, {"required": ["url"]}],
)

_CONSTANT: Schema = _object("A constant.", {"value": {}}, ("value",))
_CONSTANT_TEXT: Schema = _object("A constant.", {"value": {"type": "string", "minLength": 1}}, ("value",))

SOURCE: Schema = _object(
    "A sender of webhooks: how its signature is checked, and where its events carry id, type and time.",
    {
        "scheme": _choice(
            "How the sender signs; none takes anybody's word, on loopback only.",
            "standard-webhooks",
            "github",
            "genesys-open-messaging",
            "stripe",
            "hmac",
            "token",
            "none",
        ),
        "form": _choice(
            "Where the event's id, type and time stand; when left out, what the scheme implies (`plain` for hmac, token and none). "
            "CloudEvents in structured mode and batches are read as such whatever this says; in binary mode (ce- headers) where it is cloudevents, or plain without id and type.",
            "github",
            "stripe",
            "eventbridge",
            "standard-webhooks",
            "open-messaging",
            "cloudevents",
            "plain",
        ),
        "secrets": _list_of("The secrets in force, several while one is being rotated.", SECRET),
        "header": _text(
            "For hmac and token: the header that carries the signature or token; for token, `Authorization: Bearer` when left out.",
            examples=["X-Signature"],
        ),
        "algorithm": _choice("For hmac: the digest.", "sha256", "sha1", "sha512", default="sha256"),
        "encoding": _choice("For hmac: how the signature is written.", "hex", "base64", "base64url", default="hex"),
        "prefix": _text("For hmac: what stands before the signature.", examples=["sha256="]),
        "timestamp_header": _text(
            "For hmac: the header whose time (seconds since the epoch) is signed before the body, joined by a full stop.",
            examples=["X-Timestamp"],
        ),
        "window": _duration("How far a signed time may be off, either way; older is a replay.", default="5m"),
        "id": _text(
            "Expression over {headers, body, query} for the event's id; a digest of the body when neither it nor the form says.",
            examples=["body.order.id"],
        ),
        "type": {
            "anyOf": [{"type": "string", "minLength": 1}, _CONSTANT_TEXT],
            "title": "an expression or { value: TEXT }",
            "description": "Expression for the event's type, or a constant in {value: ...}; `event` when neither it nor the form says.",
            "examples": ["body.kind", {"value": "order"}],
        },
        "time": _text("Expression for the event's time.", examples=["body.created_at"]),
        "subject": _text("Expression for the event's subject.", examples=["body.customer.id"]),
        "max_body": _size("Largest body taken from this sender; `limits.max_body` when left out."),
    },
    ("scheme",),
)


def _expression(says: str, **more: Any) -> Schema:
    return {
        "anyOf": [{"type": ["string", "number", "boolean", "null"]}, _CONSTANT],
        "title": "an expression, a number, true, false, null or { value: CONSTANT }",
        "description": says,
        **more,
    }


EXPRESSION: Schema = _expression(
    "A JMESPath expression over the event, or a constant: {value: ...}, a number, a boolean.",
    examples=["data.customer.id", {"value": "web"}],
)
_ONE_OR_MORE: Schema = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
    "title": "a text or a list of texts",
}

ROUTE: Schema = _object(
    "The rule that turns an event into a launch; the first route that matches takes it.",
    {
        "route": _text("The route's name, for people and metrics.", examples=["payments"]),
        "match": _object(
            "Which events this route takes; all of it must hold, and a route without it takes every event.",
            {
                "source": {**_ONE_OR_MORE, "description": "The event's source, or a list of them.", "examples": ["stripe"]},
                "type": {
                    **_ONE_OR_MORE,
                    "description": "The event's type, a list, or a beginning followed by *.",
                    "examples": ["payment_intent.*"],
                },
                "when": _text("A JMESPath condition on the event.", examples=["data.ref == 'refs/heads/main'"]),
            },
        ),
        "environment": _text("Environment to launch in; the default one when left out.", examples=["prod"]),
        "flow": _text("The flow's name; of several with one name, the workflow.", examples=["Payment follow-up"]),
        "flow_id": _text(
            "The flow's id.", format="flow-id", title=FLOW_ID_FORM, examples=["9863b810-8682-4e57-bea3-8a3e244c48a0"]
        ),
        "flow_version": _text(
            "Version to launch (in quotes); the newest published one when left out.",
            format="flow-version",
            title=FLOW_VERSION_FORM,
            examples=["1.0"],
        ),
        "inputs": _map_of(
            "Input name, with `Flow.` or without, to expression. What finds nothing is left out.",
            EXPRESSION,
        ),
        "initiator": _object(
            "On whose behalf; never sent to the cloud as a field.",
            {
                "id": _expression("Expression for the id, or a constant.", examples=["data.agent.id"]),
                "type": _choice("What the id names.", "user", "externalContact"),
            },
            ("id", "type"),
        ),
        "name": _expression("Expression for the label of the run.", examples=["data.order.id"]),
        "request_id": _expression(
            "Expression for what makes a repeat harmless; the event's source/id when left out.", examples=["data.order.id"]
        ),
        "ordering_key": _expression(
            "Expression for a key: launches with the same one leave one at a time, in order.", examples=["data.customer.id"]
        ),
        "priority": {
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "string"}],
            "title": "0 to 9, or an expression",
            "description": "0 to 9, higher first, or an expression for it.",
            "default": 0,
        },
        "expire_after": _duration(
            "How long a launch may wait before it is not sent at all; for ever when left out.", examples=["1h"]
        ),
        "follow": _duration("How long the run itself is followed after the launch; not at all when left out.", examples=["1m"]),
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
            "http": _door("The HTTP door: webhooks and REST.", HTTP),
            "grpc": _door("The gRPC door.", GRPC),
            "auth": _object(
                "Who may call the gRPC door and `/v1/launches`; webhooks show their own signature.",
                {
                    "tokens": _list_of(
                        "Bearer tokens callers may show, several while one is being rotated; none: anybody.", SECRET
                    )
                },
            ),
            "limits": _object(
                "What a door takes in.",
                {
                    "max_body": _size("Largest message or body.", default="1MiB"),
                    "body_timeout": _duration("How long the HTTP door waits for a whole body.", default="30s"),
                    "max_depth": _whole("Deepest nesting of JSON.", 64, 4),
                    "max_in_flight": _whole("Calls and batches a door handles at once; more are refused as overload.", 1000, 1),
                    "drain": _duration("How long a stop waits for calls under way.", default="10s"),
                },
            ),
            "queue": _object(
                "Where launches are kept.",
                {
                    "store": _choice(
                        "sqlite: one file, synced. memory: tests only, with `accept_loss`.", "sqlite", "memory", default="sqlite"
                    ),
                    "path": _text(
                        "The database file; a relative path starts from the folder of this file.", default="tieline.db"
                    ),
                    "dedupe_window": _duration("How long a request_id is remembered.", default="72h"),
                    "retention": _duration("How long a settled launch can be read.", default="7d"),
                    "max_waiting": _whole("Launches that may wait before more are refused as overload.", 5_000_000),
                    "accept_loss": _flag("Take a store that can lose what was answered.", default=False),
                },
            ),
            "retry": _object(
                "Tries that did not reach the cloud. What may have launched is never tried again.",
                {
                    "max_attempts": _whole("Tries before a launch is EXHAUSTED.", 10, 1),
                    "first_wait": _duration("Wait after the first; it doubles with each.", default="1s"),
                    "longest_wait": _duration("Longest wait between two.", default="5m"),
                },
            ),
            "environments": {**_map_of("The orgs launches go to, by name.", ENVIRONMENT), "minProperties": 1},
            "default_environment": _text(
                "The environment a call or route means when it names none; the only one there is when left out.",
                examples=["prod"],
            ),
            "sources": _map_of("Senders of webhooks, by the name in their address: `POST /v1/events/NAME`.", SOURCE),
            "routes": _list_of("Routes, in the order they are tried.", ROUTE),
        },
        ("environments",),
    ),
}
"""The whole of tieline.yaml. `description`, `default` and `examples` are also what docs/reference/settings.md is printed from."""

REGION_NAMES: tuple[str, ...] = tuple(sorted(REGIONS))
