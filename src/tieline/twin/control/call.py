"""One call of the control plane, as its handler sees it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from tieline.twin.spaces import DEFAULT, Spaces
from tieline.twin.state import State

T = TypeVar("T")


class WrongCallError(ValueError):
    """What was asked cannot be done; the message says why."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """The query by name, the decoded JSON body (None for none), and the namespaces."""

    spaces: Spaces
    query: dict[str, str]
    body: Any = None

    @property
    def space(self) -> State | None:
        """The org that is meant: `?namespace=NAME`, or the default one."""
        return self.spaces.get(self.query.get("namespace", DEFAULT))

    @property
    def org(self) -> State:
        """The org that is meant; the plane has seen that it is there."""
        assert self.space is not None
        return self.space

    def read(self, kind: type[T]) -> T:
        """Read the body as `kind`; raises `msgspec.ValidationError` that names the place."""
        return msgspec.convert({} if self.body is None else self.body, kind)
