"""The control plane: finds the handler of a path below `/_twin/`, reads its JSON, and answers in JSON; it never touches the org itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from tieline.twin.answer import Answer
from tieline.twin.bodies import Receive, whole
from tieline.twin.control import describing, faults, org, page, uploads, watching
from tieline.twin.control.call import Call, WrongCallError
from tieline.twin.spaces import DEFAULT, Spaces

PREFIX = "/_twin/"
LARGEST = 8 * 1024 * 1024
"""The largest body a control call may have, in bytes: a seed can be large."""
Handler: TypeAlias = Callable[[Call], Any | Awaitable[Any]]

TABLE: dict[tuple[str, str], Handler] = {
    ("GET", "ready"): org.ready,
    ("GET", "journal"): watching.journal,
    ("GET", "journal/count"): watching.count,
    ("POST", "journal/wait"): watching.wait,
    ("GET", "launches"): watching.launches,
    ("GET", "executions"): watching.executions,
    ("POST", "verify"): watching.verify,
    ("GET", "verdicts"): watching.verdicts,
    ("GET", "faults"): faults.faults,
    ("POST", "faults"): faults.set_faults,
    ("DELETE", "faults"): faults.clear_faults,
    ("GET", "presets"): faults.presets,
    ("GET", "openapi.json"): describing.openapi,
    ("GET", ""): page.page,
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
        name = path.removeprefix(PREFIX.rstrip("/")).strip("/")
        if name.startswith(uploads.PREFIX):
            return await uploads.put(self._spaces, method, name.removeprefix(uploads.PREFIX), query, receive)
        handler = TABLE.get((method, name))
        if handler is None:
            methods = [one for one, other in TABLE if other == name]
            return _wrong(405 if methods else 404, f"no {method} {path}", (("Allow", ", ".join(methods)),) if methods else ())
        try:
            call = Call(spaces=self._spaces, query=dict(parse_qsl(query.decode("utf-8", "replace"))), body=await _json(receive))
            if call.space is None:
                return _wrong(404, f"no namespace `{call.query.get('namespace', DEFAULT)}`")
            made = handler(call)
            told = await made if isinstance(made, Awaitable) else made
            return told if isinstance(told, Answer) else Answer(status=200, body=told)
        except ValueError as fault:  # msgspec.ValidationError and WrongCallError among them
            return _wrong(400, str(fault))


def _wrong(status: int, words: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status=status, body={"error": words}, headers=headers)


async def _json(receive: Receive) -> Any:
    raw = await whole(receive, LARGEST)
    try:
        return msgspec.json.decode(raw) if raw.strip() else None
    except (msgspec.DecodeError, RecursionError) as fault:
        raise WrongCallError(f"the body is not JSON: {fault}") from None
