"""Builds a request from what an API client saved: its fields filled in, and the headers the client adds by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tieline.capture.coding import basic, entries, fields, form, text_of, with_query
from tieline.capture.variables import fill
from tieline.domain.exchange import CapturedRequest, Headers
from tieline.domain.json import Json


class Auth(msgspec.Struct, frozen=True, kw_only=True):
    """What a client sends as authorization; `known` is False when it sends something that the file does not hold."""

    headers: Headers = ()
    query: Headers = ()
    known: bool = True


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A body as saved, and the Content-Type that the client adds when no header gives one. `text` None is not captured."""

    text: str | None = ""
    kind: str | None = None


def bearer(token: str, variables: Mapping[str, str], prefix: str = "Bearer") -> Auth:
    """Send a token; an empty one is not sent."""
    value = fill(token, variables).strip()
    return Auth(headers=(("Authorization", f"{prefix} {value}".strip()),)) if value else Auth()


def password(user: str, secret: str, variables: Mapping[str, str]) -> Auth:
    """Send a name and a password."""
    name, word = fill(user, variables), fill(secret, variables)
    return Auth(headers=(("Authorization", basic(f"{name}:{word}")),)) if name or word else Auth()


def api_key(name: str, value: str, variables: Mapping[str, str], *, in_query: bool) -> Auth:
    """Send a key under a name, as a header or in the query."""
    pair = (fill(name, variables), fill(value, variables))
    if not pair[0]:
        return Auth()
    return Auth(query=(pair,)) if in_query else Auth(headers=(pair,))


def pairs(value: Json, name: str = "name", off: str = "disabled") -> Headers:
    """Read a list of named values, without those that are switched off."""
    return tuple(
        (text_of(one.get(name)), text_of(one.get("value")))
        for one in map(fields, entries(value))
        if not one.get(off) and one.get("enabled") is not False and text_of(one.get(name))
    )


def filled(named: Iterable[tuple[str, str]], variables: Mapping[str, str]) -> Headers:
    """Fill in names and values."""
    return tuple((fill(name, variables), fill(value, variables)) for name, value in named)


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a client saved it, before anything is filled in; `query` comes on top of the url's own."""

    method: str
    url: str
    headers: Headers
    body: Body
    auth: Auth
    query: Headers = ()


def compose(saved: Saved, variables: Mapping[str, str]) -> CapturedRequest:
    """Build the request. Authorization takes the place of a header written by hand, as the clients do it."""
    auth, body = saved.auth, saved.body
    own = {name.casefold() for name, _ in auth.headers}
    sent = [(name, value) for name, value in filled(saved.headers, variables) if name.strip().casefold() not in own]
    sent += auth.headers
    if body.kind is not None and body.text != "" and not any(name.strip().casefold() == "content-type" for name, _ in sent):
        sent.append(("Content-Type", body.kind))
    return CapturedRequest(
        method=fill(saved.method, variables) or None,
        url=with_query(fill(saved.url, variables).strip(), form((*filled(saved.query, variables), *auth.query))) or None,
        headers=tuple(sent),
        whole=auth.known,
        body=fill(body.text, variables) if body.text is not None else None,
    )
