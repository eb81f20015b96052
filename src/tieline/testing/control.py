"""Speaks to a twin over HTTP from plain code: its own paths below `/_twin/`, and the token endpoint."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from tieline.problems.base import Problem
from tieline.problems.twin import (
    TwinCallBody,
    TwinCallForeign,
    TwinCallImpossible,
    TwinCallMethod,
    TwinCallUnknown,
    TwinFaults,
    TwinNamespace,
    TwinSeed,
)

DEADLINE_S = 150.0
"""How long an answer may take, in seconds: longer than the twin lets anybody wait for its journal."""
PROBLEMS = {
    kind.code: kind
    for kind in (
        *(TwinSeed, TwinFaults, TwinCallUnknown, TwinCallMethod),
        *(TwinNamespace, TwinCallBody, TwinCallImpossible, TwinCallForeign),
    )
}
"""What the control plane may say is wrong, by code."""


class ControlError(Exception):
    """The twin would not do it. `code` is one of Tieline's (None where the cloud's own paths refused), `problem` what it says."""

    def __init__(self, asked: str, told: Any) -> None:
        """Take what was asked, and the answer."""
        self.code: str | None = told.get("code") if isinstance(told, dict) else None
        kind = PROBLEMS.get(self.code or "")
        self.problem: Problem | None = None if kind is None else kind(fault=str(told.get("detail")))
        said = f"{self.code} {self.problem.line()}\n  {self.problem.help()}" if self.problem is not None else str(told)
        super().__init__(f"{asked}: {said}")


class Control:
    """One twin's address, and the namespace that is meant there (None: the default one)."""

    def __init__(self, url: str, namespace: str | None = None) -> None:
        """Take both."""
        self._at = urlsplit(url)
        self._namespace = namespace

    def get(self, name: str, /, **query: Any) -> Any:
        """Ask the twin for something. Raises `ControlError`, `OSError` when nobody answers."""
        return self._own("GET", name, None, query)

    def post(self, name: str, body: Any = None) -> Any:
        """Ask the twin to do something. Raises `ControlError`, `OSError` when nobody answers."""
        return self._own("POST", name, body, {})

    def delete(self, name: str, /, **query: Any) -> Any:
        """Ask the twin to forget something. Raises `ControlError`, `OSError` when nobody answers."""
        return self._own("DELETE", name, None, query)

    def token(self, id: str, secret: str) -> str:
        """Ask for a bearer token as any client would. Raises `ControlError`."""
        basic = base64.b64encode(f"{id}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        status, said = self._send("POST", "/oauth/token", b"grant_type=client_credentials", headers)
        if status != http.client.OK:
            raise ControlError("POST /oauth/token", f"no token: {status} {said}")
        return str(said["access_token"])

    def _own(self, method: str, name: str, body: Any, query: Mapping[str, Any]) -> Any:
        content = None if body is None else json.dumps(body).encode()
        meant = {} if self._namespace is None else {"namespace": self._namespace}
        asked = {name: value for name, value in {**query, **meant}.items() if value is not None}
        path = f"/_twin/{name}" + (f"?{urlencode(asked)}" if asked else "")
        status, said = self._send(method, path, content, {"Content-Type": "application/json"})
        if status != http.client.OK:
            raise ControlError(f"{method} /_twin/{name}", said)
        return said

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(str(self._at.hostname), self._at.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()
