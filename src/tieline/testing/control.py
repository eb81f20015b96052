"""Speaks to a twin over HTTP from plain code: its own paths below `/_twin/`, and the token endpoint."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

DEADLINE_S = 30.0


class ControlError(Exception):
    """The twin would not do it; the message is what it said."""


class Control:
    """One twin's address."""

    def __init__(self, url: str) -> None:
        """Take the address."""
        self._at = urlsplit(url)

    def get(self, name: str) -> Any:
        """Ask the twin for something. Raises `ControlError`."""
        return self._own("GET", name, None)

    def post(self, name: str, body: Any = None) -> Any:
        """Ask the twin to do something. Raises `ControlError`."""
        return self._own("POST", name, body)

    def delete(self, name: str) -> Any:
        """Ask the twin to forget something. Raises `ControlError`."""
        return self._own("DELETE", name, None)

    def token(self, id: str, secret: str) -> str:
        """Ask for a bearer token as any client would. Raises `ControlError`."""
        basic = base64.b64encode(f"{id}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        status, said = self._send("POST", "/oauth/token", b"grant_type=client_credentials", headers)
        if status != http.client.OK:
            raise ControlError(f"no token: {status} {said}")
        return str(said["access_token"])

    def _own(self, method: str, name: str, body: Any) -> Any:
        content = None if body is None else json.dumps(body).encode()
        status, said = self._send(method, f"/_twin/{name}", content, {"Content-Type": "application/json"})
        if status != http.client.OK:
            raise ControlError(f"{method} /_twin/{name}: {said.get('error', said) if isinstance(said, dict) else said}")
        return said

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(str(self._at.hostname), self._at.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()
