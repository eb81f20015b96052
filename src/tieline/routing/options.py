"""The settings of one route."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tieline.domain.json import Json


class Constant(msgspec.Struct, frozen=True, kw_only=True):
    """A value that stands as it is."""

    value: Json


Made = str | Constant
"""What a field is made of: the text of an expression, or a constant."""


class RouteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One route as the settings have it.

    `sources` and `types` narrow what it takes (empty: anything; a type may end in `*`), `when` is a condition. `flow` or
    `flow_id` says what to launch. The rest are expressions or constants over the event's attributes. Durations are milliseconds.
    """

    name: str
    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    when: str | None = None
    environment: str = ""
    flow: str | None = None
    flow_id: str | None = None
    flow_version: str | None = None
    inputs: Mapping[str, Made] = msgspec.field(default_factory=dict)
    initiator_id: Made | None = None
    initiator_type: str | None = None
    label: Made | None = None
    request_id: Made | None = None
    ordering_key: Made | None = None
    priority: Made | None = None
    expire_after_ms: int = 0
    follow_ms: int = 0
