"""Reads the Authorization header; says what is wrong with its form and never shows its value."""

from __future__ import annotations

import base64
import binascii
import re

from tieline.contract.operation import Operation
from tieline.contract.operations import TOKEN
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.diagnosis.unknown import stands_for
from tieline.domain.exchange import CapturedRequest
from tieline.problems.diagnosis import AuthorizationMalformed, AuthorizationMissing

BEARER = "Bearer <token>"
BASIC = "Basic <base64 of client_id:client_secret>"
AT = "header:Authorization"

_HOLLOW = {"undefined", "null", "none", "nil", "nan", "[object object]", "false", "true"}
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def read_authorization(request: CapturedRequest, operation: Operation, status: int | None, *, in_form: bool) -> list[Spotted]:
    """Judge the Authorization header for an operation. `in_form`: the client's credentials stand in the token request's form."""
    value = request.header("Authorization")
    wanted = BASIC if operation is TOKEN else BEARER
    if value is None:
        known = request.headers is not None and (request.whole or status == 401)
        needed = known and not in_form
        return (
            [spot(AuthorizationMissing(wanted=wanted), Rule.AUTH, Stage.AUTH, AT, why="no such header was sent")]
            if needed
            else []
        )
    fault = _basic_fault(value) if operation is TOKEN else _bearer_fault(value)
    if fault is None or (operation is TOKEN and in_form):
        return []
    return [
        spot(AuthorizationMalformed(fault=fault, wanted=wanted), Rule.AUTH, Stage.AUTH, AT, why="the header cannot be a good one")
    ]


def _bearer_fault(value: str) -> str | None:
    text = value.strip()
    if not text:
        return "is empty"
    if text[0] in "\"'":
        return "stands in quotes"
    scheme, _, rest = text.partition(" ")
    rest = rest.strip()
    if scheme.casefold() == "bearer":
        return _token_fault(rest)
    if scheme.casefold() == "bearer:":
        return "has a colon after `Bearer`"
    if stands_for(text):
        return None
    if scheme.casefold() in {"basic", "token", "oauth", "oauth2", "apikey", "jwt", "digest"} and rest:
        return f"has the scheme `{scheme}`"
    if scheme.casefold().startswith("bearer"):
        return "has no space after `Bearer`"
    return "has no scheme" if not rest else f"has the scheme `{scheme[:20]}`"


def _token_fault(token: str) -> str | None:
    if not token:
        return "has no token after `Bearer`"
    if token.casefold() in _HOLLOW:
        return f"has `{token}` where the token should be"
    if stands_for(token):
        return None
    if token.casefold().startswith("bearer"):
        return "says `Bearer` twice"
    if ", bearer" in token.casefold():
        return "comes twice"  # two of a name are one value, joined by a comma: RFC 9110, 5.3
    if token[0] in "\"'":
        return "has its token in quotes"
    if token.startswith("{"):
        return "has a JSON text where the token should be"
    return "has a space or line break in its token" if any(char.isspace() for char in token) else None


def _basic_fault(value: str) -> str | None:
    text = value.strip()
    scheme, _, rest = text.partition(" ")
    rest = rest.strip()
    if scheme.casefold() != "basic":
        if stands_for(text):
            return None
        return f"has the scheme `{scheme[:20]}`" if rest else "has no scheme"
    if not rest:
        return "has no credentials after `Basic`"
    if rest.casefold() in _HOLLOW:
        return f"has `{rest}` where the credentials should be"
    if not rest.casefold().startswith(("base64", "btoa")) and stands_for(rest):
        return None
    return _encoded_fault(rest)


def _encoded_fault(text: str) -> str | None:
    if not _BASE64.fullmatch(text):
        return "has credentials that are not base64: encode `client_id:client_secret`"
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if "-" in text or "_" in text else None)
    except (binascii.Error, ValueError):
        return "has credentials that are not base64: encode `client_id:client_secret`"
    if b":" not in plain:
        return "has credentials without the colon of `client_id:client_secret`"
    return "has a line break inside its credentials" if plain.rstrip(b"\r\n") != plain else None
