"""The control plane: finds the handler of a path below `/_twin/`, reads its JSON, and answers in JSON; it never touches the org itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from tieline.twin.answer import Answer
from tieline.twin.bodies import Receive
from tieline.twin.control import org
from tieline.twin.control.call import Call, WrongCallError
from tieline.twin.spaces import DEFAULT, Spaces

PREFIX = "/_twin/"
LARGEST = 8 * 1024 * 1024
"""The largest body a control call may have, in bytes: a seed can be large."""
Handler: TypeAlias = Callable[[Call], Any | Awaitable[Any]]

TABLE: dict[tuple[str, str], Handler] = {
    ("GET", "ready"): org.ready,
    ("GET", "journal"): org.journal,
    ("POST", "reset"): org.reset,
    ("POST", "seed"): org.seed,
    ("GET", "clock"): org.clock,
    ("POST", "clock"): org.move_clock,
    ("GET", "clients"): org.clients,
    ("POST", "clients"): org.put_client,
    ("GET", "limits"): org.limits,
    ("POST", "limits"): org.set_limits,
    ("GET", "namespaces"): org.namespaces,
    ("POST", "namespaces"): org.make_namespace,
    ("DELETE", "namespaces"): org.drop_namespace,
}
"""Every path of the control plane, below the prefix; `?namespace=NAME` says which org is meant."""


class Plane:
    """Answers the calls of the control plane."""

    def __init__(self, spaces: Spaces) -> None:
        """Take the namespaces."""
        self._spaces = spaces

    async def answer(self, method: str, path: str, query: bytes, receive: Receive) -> Answer:
        """Answer one call; 404 for a path that is none, 405 for another method, 400 with `error` for what cannot be done."""
        name = path.removeprefix(PREFIX).strip("/")
        handler = TABLE.get((method, name))
        if handler is None:
            methods = [one for one, other in TABLE if other == name]
            return _wrong(405 if methods else 404, f"no {method} {path}", (("Allow", ", ".join(methods)),) if methods else ())
        try:
            call = Call(spaces=self._spaces, query=dict(parse_qsl(query.decode("utf-8", "replace"))), body=await _json(receive))
            if call.space is None:
                return _wrong(404, f"no namespace `{call.query.get('namespace', DEFAULT)}`")
            made = handler(call)
            return Answer(status=200, body=await made if isinstance(made, Awaitable) else made)
        except (WrongCallError, msgspec.ValidationError, ValueError) as fault:
            return _wrong(400, str(fault))


def _wrong(status: int, words: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status=status, body={"error": words}, headers=headers)


async def _json(receive: Receive) -> Any:
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
        if size > LARGEST:
            raise WrongCallError(f"the body is larger than {LARGEST} bytes")
    raw = b"".join(pieces)
    try:
        return msgspec.json.decode(raw) if raw.strip() else None
    except (msgspec.DecodeError, RecursionError) as fault:
        raise WrongCallError(f"the body is not JSON: {fault}") from None
