"""The control plane as a test speaks to it: JSON in, JSON out, the status beside it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.twin.raw import Caller, Reply


async def asked(caller: Caller, method: str, name: str, body: Any = None, /, **query: Any) -> Reply:
    """Call `/_twin/{name}`."""
    path = f"/_twin/{name}" + (f"?{urlencode(query)}" if query else "")
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return await caller.send(method, path, content)


async def did(caller: Caller, method: str, name: str, body: Any = None, /, **query: Any) -> Any:
    """Call it, and take nothing but 200."""
    reply = await asked(caller, method, name, body, **query)
    assert reply.status == 200, reply.body
    return reply.json


async def lines(caller: Caller, **where: Any) -> list[dict[str, Any]]:
    """Give the journal's lines that fit."""
    found: list[dict[str, Any]] = (await did(caller, "GET", "journal", **where))["exchanges"]
    return found
