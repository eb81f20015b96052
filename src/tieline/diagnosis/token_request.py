"""Judges a token request: its host is the address's affair, here are its form, its fields and its credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tieline.capture.lenient import read_json
from tieline.contract.oauth import GRANT
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.diagnosis.credentials import read_authorization
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.form import FORM_TYPE, content_type, form_pairs, media_type
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.diagnosis.unknown import is_mark, stands_for
from tieline.domain.exchange import CapturedRequest
from tieline.domain.finding import pointer
from tieline.domain.json import Json
from tieline.preflight.fields import near, short
from tieline.problems.diagnosis import (
    CredentialsInBody,
    RequestContentType,
    ScopeUseless,
    TokenFieldMissing,
    TokenFieldUnknown,
    TokenFieldValue,
)

FIELDS = (
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "assertion",
    "orgName",
)
GRANTS = (GRANT, "authorization_code", "refresh_token", "password", "urn:ietf:params:oauth:grant-type:saml2-bearer")
_NEEDED = {"authorization_code": ("code", "redirect_uri"), "refresh_token": ("refresh_token",)}
_INVENTED = re.compile(r"flow|execut|launch|trigger", re.IGNORECASE)
"""No published scope has such a word in its name: launching is under `architect` (swagger, `security`)."""


def judge_token(request: CapturedRequest, status: int | None) -> Iterator[Spotted]:
    """Say what is wrong with a token request."""
    text = request.body
    pairs, is_json = _read(text)
    fields = dict(pairs)
    in_form = "client_id" in fields or "client_secret" in fields
    if is_json:
        seen = media_type(request) or "application/json"
        problem = RequestContentType(wanted=FORM_TYPE, seen=seen)
        yield spot(
            problem, Rule.CONTENT_TYPE, Stage.FORM, "header:Content-Type", FORM_TYPE, why="the body is JSON, and must be a form"
        )
    elif text is not None:
        yield from content_type(request, FORM_TYPE, status, sent=bool(text) and bool(request.whole))
    yield from read_authorization(request, TOKEN, status, in_form=in_form)
    if text is not None:
        yield from _fields(request, fields)
    if in_form and request.header("Authorization") is None and request.headers is not None:
        why = "credentials in the form are seen to work, but only the header is documented"
        yield spot(CredentialsInBody(host="login"), Rule.AUTH, Stage.AUTH, "auth", sure=False, said=True, why=why)


def _read(text: str | None) -> tuple[list[tuple[str, str]], bool]:
    """Give the fields of the body, and whether it was JSON."""
    if not text or not text.strip():
        return [], False
    if text.lstrip()[0] in "{\"'":
        value: Json = read_json(text).value
        if isinstance(value, dict):
            return [(name, str(item)) for name, item in value.items()], True
    return form_pairs(text), False


def _fields(request: CapturedRequest, fields: dict[str, str]) -> Iterator[Spotted]:
    allowed = ", ".join(f"`{name}`" for name in FIELDS[:3])
    for name in fields:
        if name == "scope":
            yield from _scopes(fields)
        elif name not in FIELDS and not is_mark(name):
            guess = near(name, FIELDS)
            problem = TokenFieldUnknown(field=short(name), allowed=allowed, nearest=guess)
            yield spot(problem, Rule.UNKNOWN_FIELD, Stage.FORM, pointer(name), guess, why="it is none of the grant's fields")
    grant = fields.get("grant_type")
    if grant is None:
        if not any(near(name, FIELDS) == "grant_type" for name in fields if name not in FIELDS):
            yield spot(TokenFieldMissing(field="grant_type", value=GRANT, found=_misplaced(request)), Rule.MISSING_REQUIRED, Stage.FORM, "/grant_type", why="the grant asks for it")  # fmt: skip
    elif grant in _NEEDED:
        for name in _NEEDED[grant]:
            if name not in fields:
                problem_needed = TokenFieldMissing(field=name, value=f"<{name}>")
                yield spot(problem_needed, Rule.MISSING_REQUIRED, Stage.FORM, pointer(name), why="the grant asks for it")
    elif grant not in GRANTS and not stands_for(grant):
        problem_value = TokenFieldValue(field="grant_type", seen=short(grant), allowed=f"`{GRANT}`")
        yield spot(problem_value, Rule.WRONG_TYPE, Stage.FORM, "/grant_type", GRANT, why="it is none of the grants")


def _misplaced(request: CapturedRequest) -> str | None:
    if request.header("grant_type") is not None:
        return "among the headers"
    return "in the query" if "grant_type=" in (request.url or "") else None


def _scopes(fields: dict[str, str]) -> Iterator[Spotted]:
    of_client = fields.get("grant_type", GRANT) == GRANT
    for scope in fields["scope"].split():
        if stands_for(scope):
            continue
        exists = _INVENTED.search(scope) is None
        if not exists or of_client:
            problem = ScopeUseless(scope=short(scope), exists=exists, needed=LAUNCH.permissions[0])
            yield spot(problem, Rule.SCOPE, Stage.ALLOWED, "scope", why="scopes are not part of the client-credentials grant")
