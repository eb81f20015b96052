"""Decides on a token request (`POST /oauth/token`): client credentials as HTTP Basic or in the form."""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import parse_qsl

import msgspec

from tieline.contract import oauth
from tieline.contract.oauth import TokenError
from tieline.twin.options import TwinOptions

FIELDS_MAX = 20
"""The most fields a form may have."""


def judge(authorization: str | None, content_type: str | None, body: bytes, options: TwinOptions) -> TokenError | None:
    """Say why no token is given, or None when one is."""
    if (content_type or "").partition(";")[0].strip().lower() != oauth.MEDIA_TYPE:
        return oauth.BAD_REQUEST
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=FIELDS_MAX))
        client = _basic(authorization) if authorization is not None else (form.get("client_id"), form.get("client_secret"))
    except ValueError:
        return oauth.BAD_REQUEST
    if (refused := _client(*client, options)) is not None:
        return refused
    return None if form.get("grant_type") == oauth.GRANT else oauth.BAD_GRANT


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


def _client(id: str | None, secret: str | None, options: TwinOptions) -> TokenError | None:
    if id is None or secret is None:
        return oauth.BAD_REQUEST
    if id != options.client_id:
        return _with_status(oauth.CLIENT_NOT_FOUND, options)
    if not hmac.compare_digest(secret.encode(), options.client_secret.encode()):
        return _with_status(oauth.BAD_SECRET, options)
    return None


def _with_status(error: TokenError, options: TwinOptions) -> TokenError:
    return msgspec.structs.replace(error, status=options.strict.bad_client_status)
