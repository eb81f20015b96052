"""The control plane: finds the handler of a path below `/_twin/`, reads its JSON, and answers in JSON; it never touches the org itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tieline.twin.answer import Answer
from tieline.twin.bodies import Receive, whole
from tieline.twin.control import describing, faults, org, page, uploads, watching
from tieline.twin.control.call import Call
from tieline.twin.control.wrong import Wrong, WrongCallError, answer
from tieline.twin.spaces import Spaces

PREFIX = "/_twin/"
LARGEST = 8 * 1024 * 1024
"""The largest body a control call may have, in bytes: a seed can be large."""
Handler: TypeAlias = Callable[[Call], Any | Awaitable[Any]]

TABLE: dict[tuple[str, str], Handler] = {
    ("GET", "ready"): org.ready,
    ("GET", "journal"): watching.journal,
    ("GET", "journal/count"): watching.count,
    ("POST", "journal/wait"): watching.wait,
    ("GET", "journal.har"): watching.har,
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


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it came: `page` is the origin of the page it comes from (None: from no page), `origin` the twin's own."""

    method: str
    path: str
    query: bytes
    page: str | None
    origin: str

    @property
    def foreign(self) -> bool:
        """Whether it comes from somebody else's page in a browser on this machine; a test has none."""
        return self.page is not None and urlsplit(self.page).netloc != urlsplit(self.origin).netloc


class Plane:
    """Answers the calls of the control plane."""

    def __init__(self, spaces: Spaces) -> None:
        """Take the namespaces."""
        self._spaces = spaces

    async def answer(self, asked: Asking, receive: Receive) -> Answer:
        """Answer one call. What cannot be done is said in a problem document, with a code of Tieline's."""
        name = asked.path.removeprefix(PREFIX.rstrip("/")).strip("/")
        if name.startswith(uploads.PREFIX):
            return await uploads.put(self._spaces, asked.method, name.removeprefix(uploads.PREFIX), asked.query, receive)
        handler = TABLE.get((asked.method, name))
        if handler is None:
            return _unknown(asked, name)
        if asked.foreign:
            return answer(Wrong.FOREIGN, f"this call comes from a page of {asked.page}")
        try:
            query = dict(parse_qsl(asked.query.decode("utf-8", "replace"), keep_blank_values=True))
            made = handler(Call(spaces=self._spaces, query=query, body=await _json(receive)))
            told = await made if isinstance(made, Awaitable) else made
            return told if isinstance(told, Answer) else Answer(status=200, body=told)
        except WrongCallError as wrong:
            return answer(wrong.wrong, wrong.fault)


def _unknown(asked: Asking, name: str) -> Answer:
    if methods := [method for method, other in TABLE if other == name]:
        allowed = ", ".join(methods)
        return answer(Wrong.METHOD, f"{asked.method} of {asked.path[:100]}; it takes {allowed}", (("Allow", allowed),))
    near = get_close_matches(name, {other for _, other in TABLE}, n=1)
    return answer(Wrong.UNKNOWN, f"no {asked.path[:100]}" + (f"; near it is {PREFIX}{near[0]}" if near else ""))


async def _json(receive: Receive) -> Any:
    try:
        raw = await whole(receive, LARGEST)
        return msgspec.json.decode(raw) if raw.strip() else None
    except (ValueError, RecursionError) as fault:  # msgspec.DecodeError among them
        raise WrongCallError(Wrong.BODY, f"the body: {fault}") from None
