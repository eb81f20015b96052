"""Asks a running gateway over its HTTP door, for the commands that look at launches."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import typer

from tieline.problems.base import Actor, Kind, Problem, ProblemError
from tieline.problems.settings import GatewayRefused, GatewayUnreachable

Url = typer.Option("http://127.0.0.1:8080", "--url", envvar="TIELINE_URL", help="The gateway's HTTP door.")
Token = typer.Option(
    "", "--token", envvar="TIELINE_TOKEN", help="Bearer token, where the gateway asks for one.", show_default=False
)
PAGE = 100
AsJson = typer.Option(False, "--json", help="Print JSON, one object a line.")


class Told(Problem, frozen=True, kw_only=True):
    """A problem the gateway told, passed on in its own words; its code is the gateway's, not of this catalogue's making."""

    code: ClassVar[str] = ""
    reason: ClassVar[str] = ""
    title: ClassVar[str] = ""
    actor: ClassVar[Actor] = Actor.CALLER

    def findings(self) -> Sequence[Mapping[str, Any]]:
        """Give every finding of a refusal, as the gateway wrote them; none for a problem of another kind."""
        return ()


class Gateway:
    """A gateway's HTTP door as the terminal uses it."""

    def __init__(self, url: str, token: str = "", *, timeout: float = 10.0) -> None:
        """Take the door's address, the token where one is needed, and how many seconds an answer may take."""
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Read a path; gives the JSON. Raises `ProblemError`: what the gateway said, or TL513 when nobody answers."""
        asked = [(name, str(value)) for name, value in (query or {}).items() if value not in (None, "")]
        return self.send("GET", path + ("?" + urllib.parse.urlencode(asked) if asked else ""))

    def launches(self, query: Mapping[str, Any], limit: int) -> Iterator[dict[str, Any]]:
        """Read up to `limit` launches, newest first, page by page. Raises as `get`."""
        token = ""
        while limit > 0:
            page = self.get("/v1/launches", {**query, "page_size": min(limit, PAGE), "page_token": token})
            yield from page["launches"][:limit]
            limit -= len(page["launches"])
            token = page.get("next_page_token") or ""
            if not token:
                return

    def launch(self, id: str, verb: str = "", query: Mapping[str, Any] | None = None) -> Any:
        """Read one launch, or do something to it (`replay`, `cancel`); gives it as it then stands. Raises as `get`."""
        path = "/v1/launches/" + urllib.parse.quote(id, safe="")
        asked = "?" + urllib.parse.urlencode(query) if query else ""
        return self.send("POST", f"{path}:{verb}{asked}") if verb else self.get(path)

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send one request; gives the JSON of the answer. Raises as `get`."""
        if not self.url.startswith(("http://", "https://")):
            raise ProblemError(GatewayUnreachable(url=self.url, fault="it is not an address such as http://127.0.0.1:8080"))
        asked = urllib.request.Request(self.url + path, data=body, method=method, headers={**self._headers, **(headers or {})})  # noqa: S310 - the person names the address
        try:
            with _OPENER.open(asked, timeout=self._timeout) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            raise ProblemError(*_told(refused, self.url)) from None
        except (urllib.error.URLError, OSError, ValueError) as fault:
            said = getattr(fault, "reason", fault)
            raise ProblemError(GatewayUnreachable(url=self.url, fault=_fault(said))) from None


def _fault(said: object) -> str:
    """Say a fault of the network in the words of the system; a name that does not resolve has its own numbers and words."""
    if isinstance(said, OSError) and said.errno:
        return (said.strerror or str(said) if said.errno < 0 else os.strerror(said.errno)).lower()
    return str(said)


# A proxy named in the environment is for the world outside, not for a gateway's own door.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _told(refused: urllib.error.HTTPError, url: str) -> list[Problem]:
    try:
        with refused:
            return [told(json.loads(refused.read()))]
    except (ValueError, KeyError, TypeError):
        return [GatewayRefused(url=url, status=refused.code)]


def told(document: Mapping[str, Any]) -> Told:
    """Make a problem of the gateway's problem document, with the words the gateway used."""
    line, help, metadata = str(document["detail"]), str(document.get("help", "")), dict(document.get("metadata", {}))
    findings = tuple(document.get("findings", ()))
    kinds = {404: Kind.NOT_FOUND, 409: Kind.STATE, 503: Kind.UNAVAILABLE, 429: Kind.OVERLOADED, 500: Kind.INTERNAL}

    class Said(Told, frozen=True, kw_only=True):
        code: ClassVar[str] = str(document["code"])
        reason: ClassVar[str] = str(document["reason"])
        title: ClassVar[str] = str(document.get("title", ""))
        kind: ClassVar[Kind] = kinds.get(int(document.get("status", 400)), Kind.INVALID)

        def line(self) -> str:
            return line

        def help(self) -> str:
            return help

        def metadata(self) -> dict[str, str]:
            return metadata

        def findings(self) -> Sequence[Mapping[str, Any]]:
            return findings

    return Said()
