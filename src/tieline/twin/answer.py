"""One answer of the twin, before it is written."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.twin.faults.deck import Dealt

JSON = "application/json"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Status, body (a JSON value, or bytes as they are), headers beside the usual ones.

    `operation`, `code`, `execution`, `flow`, `client`, `findings` are for the journal. `dealt` are the faults on purpose that it
    meets on its way out; `bare` leaves the platform's headers away, as what stands between does.
    """

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    operation: str | None = None
    code: str | None = None
    execution: str | None = None
    flow: str | None = None
    client: str | None = None
    findings: str | None = None
    dealt: Dealt | None = None
    media_type: str = JSON
    bare: bool = False

    def payload(self) -> bytes:
        """Give the body's bytes."""
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
