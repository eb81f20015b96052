"""A refusal: a published error code with its values, and the error body it becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tieline.contract.errors import ErrorCode
from tieline.contract.limits import Limit
from tieline.contract.sources import NOWHERE

METHOD_NOT_ALLOWED = ErrorCode(status=405, code="method.not.allowed", template="HTTP 405 Method Not Allowed", source=NOWHERE)
"""A wrong method on a known path. No published operation lists an answer for it; the words are the twin's."""

VALUE_MAX = 100
"""The longest piece of a caller's value that a message repeats, in characters."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request is refused: the published error, the values for its template by name in order, the field at fault, the limit
    that was hit, and headers the answer needs beside the usual ones.
    """

    error: ErrorCode
    params: Mapping[str, str] = msgspec.field(default_factory=dict)
    field: str | None = None
    limit: Limit | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def body(self, context_id: str, *, name_fields: bool) -> dict[str, Any]:
        """Give the error body, in the form of the recorded ones: `message` filled, and with `messageWithParams` and
        `messageParams` beside it where the template takes values.
        """
        body: dict[str, Any] = {
            "message": self.error.message(*self.params.values()),
            "code": self.error.code,
            "status": self.error.status,
            "contextId": context_id,
            "details": [{"errorCode": self.error.code, "fieldName": self.field}]
            if name_fields and self.field is not None
            else [],
            "errors": [],
        }
        if self.params:
            body["messageWithParams"] = _named(self.error, tuple(self.params))
            body["messageParams"] = dict(self.params)
        if self.limit is not None:
            body["limit"] = {"key": self.limit.key, "namespace": self.limit.namespace, "value": self.limit.value}
        return body


@lru_cache(maxsize=256)
def _named(error: ErrorCode, names: tuple[str, ...]) -> str:
    """Fill a template with the names of its values, in braces."""
    return error.message(*(f"{{{name}}}" for name in names))


def shown(value: object) -> str:
    """Show a caller's value in a message: as JSON, short."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 3] + "..."
