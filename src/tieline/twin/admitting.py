"""Decides whether a caller is let in: the token, its permissions, its budget; in the gateway's order 401, 429, 403."""

from __future__ import annotations

import msgspec

from tieline.contract import limits
from tieline.contract.operation import Operation
from tieline.twin.clients import Client
from tieline.twin.limiter import Count
from tieline.twin.refusal import Refusal
from tieline.twin.state import State

Headers = tuple[tuple[str, str], ...]


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Let in (no refusal) or not, whose token it is as far as that is known, and the rate limit's headers for the answer."""

    refusal: Refusal | None = None
    headers: Headers = ()
    client: Client | None = None
    token: str | None = None


NOBODY = Admission()
"""Nobody in particular, and nothing against them."""


def admit(state: State, operation: Operation, name: str | None) -> Admission:
    """Judge one call of an API operation that comes with this token."""
    if not operation.token:
        return NOBODY
    if name is None:
        return Admission(refusal=Refusal(error=operation.error("authentication.required")))
    token = state.token(name)
    client = None if token is None else state.clients.get(token.client.id)
    if token is None or client is None or not client.active:
        return Admission(refusal=Refusal(error=operation.error("bad.credentials")))
    if not client.allowed_address:
        refusal = Refusal(error=operation.error("ip.not.authorized"), params={"address": "127.0.0.1"})
        return Admission(refusal=refusal, client=client)
    count = token.budget.take(state.clock()) if token.budget is not None else None
    headers = _headers(count) if count is not None and state.options.strict.limit_headers else ()
    if count is not None and not count.passed:
        throttled = _throttled(operation, count, with_limit=state.options.strict.limit_in_429)
        return Admission(refusal=throttled, headers=headers, client=client)
    return Admission(refusal=_allowed(client, operation), headers=headers, client=client, token=name)


def bearer(authorization: str | None) -> str | None:
    """Give the token of a bearer's header; None when it is none."""
    scheme, _, name = (authorization or "").partition(" ")
    return name.strip() or None if scheme.lower() == "bearer" else None


def _allowed(client: Client, operation: Operation) -> Refusal | None:
    """Scopes bind tokens of users, permissions everybody (for client credentials the roles decide, official)."""
    if client.grant == "USER" and operation.scopes and not client.scopes & set(operation.scopes):
        return Refusal(error=operation.error("app.not.authorized.for.scope"), params={"scope": f"[{operation.scopes[0]}]"})
    return None if operation.permits(client.permissions) else _forbidden(operation)


def _headers(count: Count) -> Headers:
    return (
        (limits.HEADER_COUNT, str(count.count)),
        (limits.HEADER_ALLOWED, str(count.allowed)),
        (limits.HEADER_RESET, str(count.reset_s)),
    )


def _throttled(operation: Operation, count: Count, *, with_limit: bool) -> Refusal:
    limit = msgspec.structs.replace(limits.TOKEN_RATE, value=count.allowed) if with_limit else None
    seconds = str(count.reset_s)
    return Refusal(
        error=operation.error("too.many.requests.retry.after"),
        params={"seconds": seconds},
        limit=limit,
        headers=((limits.HEADER_RETRY_AFTER, seconds),),
    )


def _forbidden(operation: Operation) -> Refusal:
    missing = "[" + ", ".join(operation.permissions) + "]"
    if operation.mode.value == "ALL":
        return Refusal(error=operation.error("missing.permissions"), params={"permissions": missing})
    return Refusal(error=operation.error("missing.any.permissions"), params={"permissions": missing})
