"""One exchange as it passes: where it goes, and the copies that are kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tieline.tap.options import Target

Pairs = list[tuple[str, str]]

_RUNS = frozenset({"executions", "execution"})


class Endpoint(StrEnum):
    """What a request is for, as far as the tap cares."""

    LAUNCH = "launch"
    TOKEN = "token"  # noqa: S105 - the name of an endpoint
    OTHER = "other"


class Capture:
    """A copy of a body, up to a bound; a body that goes over it is let go of."""

    def __init__(self, limit: int) -> None:
        """Take the bound in bytes."""
        self._limit = limit
        self._parts: list[bytes] = []
        self.size = 0
        self.ended = False

    @property
    def over(self) -> bool:
        """Whether the body is too long to be kept."""
        return self.size > self._limit

    def add(self, part: bytes) -> None:
        """Keep a part."""
        self.size += len(part)
        if self.over:
            self._parts.clear()
        else:
            self._parts.append(part)

    @property
    def whole(self) -> bytes | None:
        """The body, once all of it came; None while it has not, and when it was too long."""
        return b"".join(self._parts) if self.ended and not self.over else None


@dataclass(slots=True)
class Seen:
    """An exchange under way. `time_ms` is when it began; bodies are None where none is kept."""

    id: str
    time_ms: int
    endpoint: Endpoint
    method: str
    url: str
    request_headers: Pairs
    request: Capture | None = None
    status: int | None = None
    response_headers: Pairs = field(default_factory=list)
    response: Capture | None = None
    ms: float = 0.0

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""
        return 2_000 + sum(body.size for body in (self.request, self.response) if body is not None and not body.over)


def locate(target: Target, raw_path: str) -> tuple[str, Endpoint]:
    """Give where a request for this path goes, and what it is for.

    The SDKs' gateway settings put a prefix before the path: `/api` (then the path has it twice) or `/login`.
    """
    path, mark, query = _origin_form(raw_path).partition("?")
    base = target.api
    if path == "/login" or path.startswith("/login/"):
        base, path = target.login, path.removeprefix("/login")
    elif path.startswith("/api/api/"):
        path = path.removeprefix("/api")
    elif path.rstrip("/") == "/oauth/token":
        base = target.login
    return base + path + mark + query, _endpoint(path)


def _origin_form(raw_path: str) -> str:
    """A client that takes the tap for a common proxy names the host as well; that host is not what decides here."""
    if raw_path.startswith("/"):
        return raw_path
    rest = raw_path.partition("://")[2]
    return "/" + rest.partition("/")[2]


def _endpoint(path: str) -> Endpoint:
    parts = [part for part in path.casefold().split("/") if part]
    if parts[-2:] == ["oauth", "token"]:
        return Endpoint.TOKEN
    launching = bool(parts) and parts[-1] in _RUNS and any(part.rstrip("s").endswith("flow") for part in parts[:-1])
    return Endpoint.LAUNCH if launching else Endpoint.OTHER
