"""One answer of the twin, before it is written."""

from __future__ import annotations

from typing import Any

import msgspec

JSON = "application/json"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Status, body (a JSON value, or bytes as they are), headers beside the usual ones; `code` and `execution` are for the journal."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    code: str | None = None
    execution: str | None = None
    media_type: str = JSON

    def payload(self) -> bytes:
        """Give the body's bytes."""
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
