"""The settings of one sender of webhooks."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tieline.domain.json import Json
from tieline.domain.secret import Secret
from tieline.routing.expression import Expression


class Scheme(StrEnum):
    """How a sender signs its webhooks."""

    STANDARD_WEBHOOKS = "standard-webhooks"
    GITHUB = "github"
    GENESYS_OPEN_MESSAGING = "genesys-open-messaging"
    STRIPE = "stripe"
    HMAC = "hmac"
    TOKEN = "token"  # noqa: S105 - a scheme's name
    NONE = "none"


class Form(StrEnum):
    """Where an event's id, type and time stand in a webhook that is not a CloudEvent."""

    GITHUB = "github"
    STRIPE = "stripe"
    EVENTBRIDGE = "eventbridge"
    STANDARD_WEBHOOKS = "standard-webhooks"
    OPEN_MESSAGING = "open-messaging"
    CLOUDEVENTS = "cloudevents"
    PLAIN = "plain"


class SourceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One sender of webhooks.

    `name` is the last part of its address, and the source of its plain events. `secrets` are those in force, several
    while one is rotated. `header`, `algorithm`, `encoding`, `prefix` and `timestamp_header` belong to the schemes hmac
    and token. `window_ms` is how far a signed time may be off. `id`, `type`, `time` and `subject` are expressions over
    `{headers, body, query}` (a text that is not an expression is a constant); None leaves it to the form.
    """

    name: str
    scheme: Scheme
    form: Form
    secrets: tuple[Secret, ...] = ()
    header: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    timestamp_header: str = ""
    window_ms: int = 300_000
    id: Expression | None = None
    type: Expression | None = None
    type_constant: Json = None
    time: Expression | None = None
    subject: Expression | None = None
    max_bytes: int = 1_048_576


FORM_OF: dict[Scheme, Form] = {
    Scheme.STANDARD_WEBHOOKS: Form.STANDARD_WEBHOOKS,
    Scheme.GITHUB: Form.GITHUB,
    Scheme.GENESYS_OPEN_MESSAGING: Form.OPEN_MESSAGING,
    Scheme.STRIPE: Form.STRIPE,
    Scheme.HMAC: Form.PLAIN,
    Scheme.TOKEN: Form.PLAIN,
    Scheme.NONE: Form.PLAIN,
}
"""The form a scheme implies."""
