"""A flow as the flow book knows it."""

from __future__ import annotations

import msgspec

from tieline.domain.json import Json


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One Architect flow in one environment.

    `type` is upper case, as bodies of the API have it (`WORKFLOW`). `version` is the newest published version id
    (such as `1.0`), None when it was never published or when nobody knows. `published` is None when unknown.
    `input_schema` is the draft-07 document of the flow's inputs (property names carry the `Flow.` prefix), None when unknown.
    """

    id: str
    name: str
    type: str = "WORKFLOW"
    version: str | None = None
    published: bool | None = None
    input_schema: Json = None
