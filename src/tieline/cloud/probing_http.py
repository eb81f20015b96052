"""Doctor's steps over HTTP, with the very token source and requests that launches use."""

from __future__ import annotations

import msgspec

from tieline.cloud.answer import Exchange, Fault
from tieline.cloud.http import HttpCloud
from tieline.cloud.probing import Probing
from tieline.cloud.token import NoToken, TokenSource
from tieline.problems.base import Problem


class HttpProbing(HttpCloud, Probing):
    """The cloud as launches see it, one step at a time."""

    async def token(self, login_url: str | None = None) -> Problem | None:
        """Ask for a token; see the port."""
        source = self._tokens
        if login_url is not None:
            elsewhere = msgspec.structs.replace(self._options, login_url=login_url)
            source = TokenSource(elsewhere, self._clock, self._send)
        came = await source.get()
        return came.problem if isinstance(came, NoToken) else None

    async def read(self, path: str) -> Exchange:
        """Make one GET; see the port. Without a token nothing is sent, and the fault says why."""
        came = await self._call("GET", path, self._options.max_listing_bytes)
        return Fault(text=came.problem.line(), host=self._host, sent=False) if isinstance(came, NoToken) else came
