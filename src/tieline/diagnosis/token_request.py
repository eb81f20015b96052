"""Judges a token request: its host is the address's affair, here are its form, its fields and its credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tieline.capture.lenient import read_json
from tieline.contract.oauth import GRANT, PUBLISHED_SCOPE
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
GRANTS = (GRANT, "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:saml2-bearer")
_OF_PASSWORD = frozenset({"username", "password"})
_NEEDED = {"authorization_code": ("code", "redirect_uri"), "refresh_token": ("refresh_token",)}
_INVENTED = re.compile(r"flow|execut|launch|trigger", re.IGNORECASE)
"""No published scope has such a word in its name: launching is under `architect`."""
_SCOPES_SHOWN = 8


def judge_token(request: CapturedRequest, status: int | None, code: str | None = None) -> Iterator[Spotted]:
    """Say what is wrong with a token request that was answered with `status` and the error `code`."""
    text = request.body
    pairs, is_json = _read(text)
    fields = dict(pairs or form_pairs((request.url or "").partition("?")[2]))  # programs are seen to send it in the query alone
    secret_in_form = "client_secret" in fields
    public = "client_id" in fields and fields.get("grant_type") not in {
        None,
        GRANT,
    }  # a client with a code needs no secret (PKCE)
    if is_json:
        seen = media_type(request) or "application/json"
        problem = RequestContentType(wanted=FORM_TYPE, seen=seen)
        yield spot(
            problem, Rule.CONTENT_TYPE, Stage.FORM, "header:Content-Type", FORM_TYPE, why="the body is JSON, and must be a form"
        )
    elif text is not None:
        yield from content_type(request, FORM_TYPE, status, sent=bool(text) and bool(request.whole))
    yield from read_authorization(request, TOKEN, status, in_form=secret_in_form or public)
    if text is not None:
        yield from _fields(request, fields, code)
    if secret_in_form and request.header("Authorization") is None and request.headers is not None:
        why = "only the header is documented; programs are seen to send them so too"
        yield spot(CredentialsInBody(host="login"), Rule.AUTH, Stage.AUTH, "auth", said=True, aside=True, why=why)


def _read(text: str | None) -> tuple[list[tuple[str, str]], bool]:
    """Give the fields of the body, and whether it was JSON."""
    if not text or not text.strip():
        return [], False
    if text.lstrip()[0] in "{\"'":
        value: Json = read_json(text).value
        if isinstance(value, dict):
            return [(name, str(item)) for name, item in value.items()], True
    return form_pairs(text), False


def _fields(request: CapturedRequest, fields: dict[str, str], code: str | None) -> Iterator[Spotted]:
    allowed = ", ".join(f"`{name}`" for name in FIELDS[:3])
    grant = fields.get("grant_type")
    for name in fields:
        if name == "scope":
            yield from _scopes(fields, refused=code == "invalid_scope")
        elif name not in FIELDS and not is_mark(name) and not (grant == "password" and name in _OF_PASSWORD):
            guess = near(name, FIELDS)
            problem = TokenFieldUnknown(field=short(name), allowed=allowed, nearest=guess)
            yield spot(problem, Rule.UNKNOWN_FIELD, Stage.FORM, pointer(name), guess, why="it is none of the grant's fields")
    if grant is None:
        problem_missing = TokenFieldMissing(field="grant_type", value=GRANT, found=_misplaced(request))
        yield spot(problem_missing, Rule.MISSING_REQUIRED, Stage.FORM, "/grant_type", why="no token is given without it")
    elif grant in _NEEDED:
        for name in _NEEDED[grant]:
            if name not in fields:
                problem_needed = TokenFieldMissing(field=name, value=f"<{name}>")
                yield spot(problem_needed, Rule.MISSING_REQUIRED, Stage.FORM, pointer(name), why="the grant asks for it")
    elif grant not in GRANTS and not stands_for(grant):
        problem_value = TokenFieldValue(field="grant_type", seen=short(grant), allowed=f"`{GRANT}`")
        yield spot(problem_value, Rule.WRONG_TYPE, Stage.FORM, "/grant_type", GRANT, why="it is none of the grants")


def _misplaced(request: CapturedRequest) -> str | None:
    return "among the headers" if request.header("grant_type") is not None else None


def _scopes(fields: dict[str, str], *, refused: bool) -> Iterator[Spotted]:
    """Name every scope that does not exist, or that means nothing to this client, in one finding."""
    of_client = fields.get("grant_type", GRANT) == GRANT
    stage = Stage.IGNORED if of_client else Stage.ALLOWED
    shown = [scope for scope in fields["scope"].split() if not stands_for(scope)][:_SCOPES_SHOWN]
    invented = [scope for scope in shown if not PUBLISHED_SCOPE.fullmatch(scope) or _INVENTED.search(scope)]
    worthless = invented or (shown if of_client else [])
    if worthless:
        named = "`, `".join(short(scope) for scope in worthless)
        problem = ScopeUseless(scope=named, exists=not invented, needed=LAUNCH.permissions[0])
        why = "scopes are not part of the client-credentials grant" if of_client else "published scopes have other names"
        yield spot(problem, Rule.SCOPE, stage, "scope", blamed=refused, why=why)
