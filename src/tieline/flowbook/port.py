"""The flow book's port: flows by name or id in one environment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from tieline.domain.flow import Flow


class FlowBook(ABC):
    """Which flow a name means in one environment."""

    @property
    @abstractmethod
    def complete(self) -> bool:
        """Whether a flow that is not in the book is known not to exist (True), or only not known (False)."""

    @abstractmethod
    def by_id(self, id: str) -> Flow | None:
        """The flow with this id."""

    @abstractmethod
    def by_name(self, name: str) -> Sequence[Flow]:
        """The flows with exactly this name: none, one, or several of different types."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Every name, for the nearest one."""
