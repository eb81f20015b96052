"""Decides on a token request (`POST /oauth/token`): client credentials as HTTP Basic or in the form."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from tieline.contract import oauth
from tieline.contract.oauth import TokenError
from tieline.twin.clients import Client
from tieline.twin.options import Strictness

FIELDS_MAX = 20
"""The most fields a form may have."""


NOBODY = oauth.BAD_REQUEST


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a token request comes to: the client that gets a token, or the error; `id` is the client it named, None for none."""

    id: str | None = None
    client: Client | None = None
    error: TokenError | None = None


def named(authorization: str | None, body: bytes) -> str | None:
    """Give the client id a token request names, None when it cannot be read."""
    try:
        return _basic(authorization)[0] if authorization is not None else _form(body).get("client_id")
    except ValueError:
        return None


def judge(
    authorization: str | None, content_type: str | None, body: bytes, clients: Mapping[str, Client], strict: Strictness
) -> Grant:
    """Say who gets a token, or why nobody does."""
    if (content_type or "").partition(";")[0].strip().lower() != oauth.MEDIA_TYPE:
        return Grant(error=oauth.BAD_REQUEST)
    try:
        form = _form(body)
        id, secret = _basic(authorization) if authorization is not None else (form.get("client_id"), form.get("client_secret"))
    except ValueError:
        return Grant(error=oauth.BAD_REQUEST)
    if (refused := _client(id, secret, clients, strict)) is not None:
        return Grant(id=id, error=refused)
    if form.get("grant_type") != oauth.GRANT:
        return Grant(id=id, error=msgspec.structs.replace(oauth.BAD_GRANT, error=strict.bad_grant))
    return Grant(id=id, client=clients[str(id)])


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=FIELDS_MAX))


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ValueError("not HTTP Basic")
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not colon:
        raise ValueError("no colon")
    return name, secret


def _client(id: str | None, secret: str | None, clients: Mapping[str, Client], strict: Strictness) -> TokenError | None:
    if id is None or secret is None:
        return oauth.BAD_REQUEST
    client = clients.get(id)
    if client is None or not client.active:
        return _with_status(oauth.CLIENT_NOT_FOUND, strict)
    if not hmac.compare_digest(secret.encode(), client.secret.encode()):
        return _with_status(oauth.BAD_SECRET, strict)
    return None


def _with_status(error: TokenError, strict: Strictness) -> TokenError:
    return msgspec.structs.replace(error, status=strict.bad_client_status)
