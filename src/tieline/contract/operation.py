"""One operation of the platform API: method, path, permissions, scopes, success status, and the error codes it publishes."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tieline.contract.errors import PLATFORM, VALUES, ErrorCode
from tieline.contract.sources import SWAGGER, Source


class Mode(StrEnum):
    """Whether one of an operation's permissions is enough, or all are needed."""

    ANY = "ANY"
    ALL = "ALL"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the platform API.

    `path` is the template with `{name}` for what varies. `permissions` may be empty (none needed); `scopes` matter to user
    tokens only. `query` names the query parameters. `own` are the error codes beside the platform's; where both have the
    same code the operation's own text holds. `success` is the HTTP status of a good answer, `also` others that are one too.
    `platform` says that the platform's own codes come with it, `values` that those about wrong values are among them, `token`
    that it wants a bearer token. `errors` follows from these and is not given: every code this operation publishes, its own first.
    """

    id: str
    method: str
    path: str
    permissions: tuple[str, ...] = ()
    mode: Mode = Mode.ANY
    scopes: tuple[str, ...] = ()
    success: int = 200
    query: tuple[str, ...] = ()
    own: tuple[ErrorCode, ...] = ()
    platform: bool = True
    values: bool = True
    token: bool = True
    also: tuple[int, ...] = ()
    source: Source = SWAGGER
    errors: tuple[ErrorCode, ...] = ()

    def __post_init__(self) -> None:
        """Put the codes together, once."""
        mine = {(error.status, error.code) for error in self.own}
        common = [error for error in PLATFORM if self.values or error.code not in VALUES] if self.platform else []
        more = tuple(error for error in common if (error.status, error.code) not in mine)
        msgspec.structs.force_setattr(self, "errors", self.own + more)

    def error(self, code: str) -> ErrorCode:
        """Give a published code of this operation; raises `KeyError` for one it does not publish."""
        for error in self.errors:
            if error.code == code:
                return error
        raise KeyError(f"{self.id} publishes no {code}")

    def publishes(self, code: str) -> bool:
        """Whether this operation publishes a code."""
        return any(error.code == code for error in self.errors)

    def permits(self, held: frozenset[str]) -> bool:
        """Whether a client that holds these permissions may call it."""
        if not self.permissions:
            return True
        has = [permission in held for permission in self.permissions]
        return any(has) if self.mode is Mode.ANY else all(has)
