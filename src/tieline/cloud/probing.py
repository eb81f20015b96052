"""What doctor asks of the cloud beyond launching: a token and why there is none, and plain reads as they were answered."""

from __future__ import annotations

from abc import abstractmethod

from tieline.cloud.answer import Exchange
from tieline.cloud.port import Cloud
from tieline.problems.base import Problem


class Probing(Cloud):
    """One environment, each step on its own."""

    @abstractmethod
    async def token(self, login_url: str | None = None) -> Problem | None:
        """Ask for a token, once; None when it was given. `login_url` asks another login host, whose token is thrown away."""

    @abstractmethod
    async def read(self, path: str) -> Exchange:
        """Make one GET of the API with the token, and give what came; never raises for what the network or the cloud does."""
