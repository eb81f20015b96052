"""The cloud's port: what Tieline asks of Genesys Cloud."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TypeAlias

from tieline.domain.flow import Flow
from tieline.domain.outcome import ExecutionView, Outcome

Turn: TypeAlias = Callable[[], AbstractAsyncContextManager[object]]
"""Gives the turn of one request: entered when it may leave, left when its answer is there."""
Seen: TypeAlias = Callable[[int, int | None], None]
"""Hears of each page that was read: its number, and of how many, as far as that was said."""


def unheard(page: int, pages: int | None) -> None:
    """Hear of a page, and do nothing."""


class Cloud(ABC):
    """One environment of Genesys Cloud, spoken to with one OAuth client."""

    @abstractmethod
    async def launch(self, body: bytes) -> Outcome:
        """Send one launch request (`POST /api/v2/flows/executions`), once; never raises for what the network or the cloud does."""

    @abstractmethod
    async def execution(self, id: str) -> ExecutionView:
        """Look at a run (`GET /api/v2/flows/executions/{id}`), once; never raises for what the network or the cloud does."""

    @abstractmethod
    async def flows(self, turn: Turn = nullcontext, seen: Seen = unheard) -> Sequence[Flow]:
        """Read the flows that can be launched, with their input schemas (`GET /api/v2/flows?includeSchemas=true`), all pages.
        Each page is asked for inside `turn()`, for it counts against the same budget, and told to `seen`.
        Raises `ProblemError` (4xx) when it cannot.
        """

    @abstractmethod
    async def close(self) -> None:
        """Let go of connections."""
