"""What the tap is told: where it leads, where it listens, and its bounds."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tieline.contract.limits import REQUEST_BYTES
from tieline.contract.regions import REGIONS, region_of
from tieline.problems.base import ProblemError, nearest
from tieline.problems.tap import TapExposed, TapTarget

MARGIN = 65_536


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where requests go: the address of the API and that of the login host, without a slash at the end."""

    api: str
    login: str

    @property
    def local(self) -> bool:
        """Whether it leads to this machine, as to a twin."""
        return is_loopback(urlsplit(self.api).hostname or "")


class TapOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a tap is to run. `port` 0 takes a free one; `enforce` keeps faulty launches from leaving; `record` is a file,
    `keep_all` records every body, not only those of launches and tokens.

    `keep_bytes` bounds each body that is kept for a diagnosis; `hold_ms` how long the answer of a failed launch is held back
    to be read; `queued` and `queued_bytes` what may wait to be recorded; `connect_ms` the way to the other side.
    """

    target: Target
    host: str = "127.0.0.1"
    port: int = 0
    enforce: bool = False
    record: Path | None = None
    keep_all: bool = False
    keep_bytes: int = REQUEST_BYTES.value + MARGIN
    hold_ms: int = 5_000
    queued: int = 10_000
    queued_bytes: int = 33_554_432
    connect_ms: int = 30_000


def read_target(to: str, login: str | None = None) -> Target:
    """Read `--to` and `--login`. Raises `ProblemError` (TL683)."""
    region = region_of(to)
    api = region.api if region else _address("--to", to)
    if login is None:
        return Target(api=api, login=region.login if region else _login_of(api))
    there = region_of(login)
    return Target(api=api, login=there.login if there else _address("--login", login))


def loopback(host: str) -> str:
    """Give the address to listen on. Raises `ProblemError` (TL684) for one that others can reach."""
    bare = host.strip().removeprefix("[").removesuffix("]")
    if not is_loopback(bare):
        raise ProblemError(TapExposed(host=host))
    return "127.0.0.1" if bare.casefold() == "localhost" else bare


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine alone."""
    try:
        return host.casefold() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _login_of(api: str) -> str:
    """The login host beside an API host, as the SDKs derive it; the same address where there is none."""
    return api.replace("://api.", "://login.", 1)


def _address(option: str, text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    else:
        good = good and parts.username is None and not parts.query and not parts.fragment
    if not good:
        raise ProblemError(TapTarget(option=option, seen=_without_secrets(text), nearest=_near(text)))
    return text.strip().rstrip("/")


def _without_secrets(text: str) -> str:
    scheme, mark, rest = text.strip().partition("://")
    return (scheme + mark + rest.partition("/")[0].rpartition("@")[2])[:200]


def _near(text: str) -> str | None:
    if "://" in text:
        return None
    known = [*REGIONS, *(region.domain for region in REGIONS.values())]
    return nearest(text.strip().removeprefix("api.").removeprefix("login."), known)
