"""An event: what a caller handed in, with the attributes of CloudEvents 1.0."""

from __future__ import annotations

import msgspec

from tieline.domain.json import Json


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event. `source` + `id` make a repeat harmless (CloudEvents 1.0, section 3.1).

    `time` is ISO 8601 as the sender wrote it, or None. `data` is the decoded JSON payload (None when there was none).
    `extensions` are the CloudEvents extension attributes.
    """

    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    data: Json = None
    extensions: dict[str, Json] = msgspec.field(default_factory=dict)

    @property
    def request_id(self) -> str:
        """What makes a repeat of this event harmless, unless its route names another."""
        return f"{self.source}/{self.id}"

    def attributes(self) -> dict[str, Json]:
        """Give the event as one JSON object, the form that route expressions read."""
        return {
            **self.extensions,
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "data": self.data,
        }
