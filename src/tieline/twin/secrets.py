"""Where secrets do not belong: kept out of what the twin tells, and noticed where a client sends one."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qsl

from tieline.twin.clients import Client
from tieline.twin.state import State

HIDDEN = "***"
SHORTEST = 8
"""A secret shorter than this is not looked for within texts: it would hit words that are none."""
FEW = 32
"""Up to so many tokens are looked for one by one, which is quicker than to look each long word up."""
_NAMES = frozenset({"secret", "client_secret", "clientsecret", "access_token", "token", "password", "authorization"})
"""Names that a query gives secrets under."""
_WORDS = re.compile(r"[\w-]{20,}")


def hidden(state: State, text: str) -> str:
    """Give a text without the secrets of the org's clients and without its tokens."""
    for client in state.clients.values():
        if len(client.secret) >= SHORTEST and client.secret in text:
            text = text.replace(client.secret, HIDDEN)
    if len(state.tokens) > FEW:
        return _WORDS.sub(lambda word: HIDDEN if word[0] in state.tokens else word[0], text)
    for token in state.tokens:
        if token in text:
            text = text.replace(token, HIDDEN)
    return text


def in_body(client: Client | None, token: str | None, body: bytes) -> bool:
    """Whether the body of an API call holds the secret or the token of the client it comes from."""
    return _holds(body, client.secret if client is not None else None) or _holds(body, token)


def in_head(state: State, path: str, query: bytes, authorization: str | None) -> str | None:
    """Give whose secret stands in an address, or in the header of a call that wants a token; None for nobody's, empty where it is
    a secret of nobody the twin knows.
    """
    if (authorization or "")[:6].lower() == "basic ":
        return _of_basic(state, authorization or "")
    if path != hidden(state, path):
        return _owner(state, path)
    told = parse_qsl(query.decode("latin-1")) if query else []
    if any(name.casefold() in _NAMES for name, _ in told) or any(value != hidden(state, value) for _, value in told):
        return _owner(state, " ".join(value for _, value in told))
    return None


def _holds(body: bytes, secret: str | None) -> bool:
    return secret is not None and len(secret) >= SHORTEST and secret.encode() in body


def _of_basic(state: State, authorization: str) -> str:
    try:
        name = base64.b64decode(authorization[6:].strip()).decode().partition(":")[0]
    except ValueError:
        return ""
    return name if name in state.clients else ""


def _owner(state: State, text: str) -> str:
    for client in state.clients.values():
        if client.secret in text or client.id in text:
            return client.id
    found = next((word for word in _WORDS.findall(text) if word in state.tokens), None)
    return state.tokens[found].client.id if found is not None else ""
