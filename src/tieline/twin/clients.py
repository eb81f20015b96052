"""The OAuth clients of a twin's org: what each may do, where, and for how long its tokens live."""

from __future__ import annotations

from typing import Literal

import msgspec

from tieline.twin.options import PERMISSIONS, TwinOptions


class Client(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One OAuth client.

    `permissions` are those its roles grant. `divisions` are the ids of the divisions they are granted in, None for all of them.
    `scopes` bind only tokens of users (`grant` USER), as the cloud has it; they mean nothing for client credentials.
    `token_life_s` is how long its tokens live, None for the twin's own setting. A client that is not `active` gets no token and
    its tokens are refused. `allowed_address` false refuses its calls as from an address that is not allowed.
    """

    id: str
    secret: str
    name: str = "Tieline twin's client"
    permissions: frozenset[str] = PERMISSIONS
    divisions: frozenset[str] | None = None
    grant: Literal["CLIENT-CREDENTIALS", "USER"] = "CLIENT-CREDENTIALS"
    scopes: frozenset[str] = frozenset()
    token_life_s: int | None = None
    active: bool = True
    allowed_address: bool = True

    def reaches(self, division: str) -> bool:
        """Whether its roles are granted in a division."""
        return self.divisions is None or division in self.divisions


def first_client(options: TwinOptions) -> Client:
    """Give the client a twin has from the start."""
    return Client(id=options.client_id, secret=options.client_secret, permissions=options.permissions)
