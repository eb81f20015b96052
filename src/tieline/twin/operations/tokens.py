"""The token itself: whose it is, whether it is good, its end."""

from __future__ import annotations

from typing import Any

from tieline.contract.operations import TOKEN_INFO
from tieline.twin.clients import first_client
from tieline.twin.listing import Query
from tieline.twin.operations.asked import Asked, Made
from tieline.twin.state import State

ORGANIZATION = {"id": "2f1a5c1e-0000-4000-8000-000000000004", "name": "Tieline twin"}


def token_info(state: State, asked: Asked) -> dict[str, Any]:
    """Describe the token: whose it is; it names no permissions, as the cloud's does not."""
    Query(TOKEN_INFO, asked.query).flag("preserveIdleTTL")
    whose = asked.client or first_client(state.options)
    client = {
        "id": whose.id,
        "name": whose.name,
        "authorizedGrantType": "CODE" if whose.grant == "USER" else whose.grant,
        "scope": sorted(whose.scopes),
        "state": "active",
        "organization": ORGANIZATION,
    }
    return {
        "organization": ORGANIZATION,
        "homeOrganization": ORGANIZATION,
        "authorizedScope": sorted(whose.scopes),
        "OAuthClient": client,
    }


def token_check(state: State, asked: Asked) -> Made:
    """Say that the token is good; whoever comes here has one that is."""
    del state, asked
    return Made(status=200)


def token_end(state: State, asked: Asked) -> Made:
    """Revoke the token."""
    state.revoke(asked.token)
    return Made(status=200)
