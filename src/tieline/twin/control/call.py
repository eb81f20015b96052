"""One call of the control plane, as its handler sees it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from tieline.twin.control.wrong import Wrong, WrongCallError
from tieline.twin.spaces import DEFAULT, Spaces
from tieline.twin.state import State

T = TypeVar("T")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """The query by name, the decoded JSON body (None for none), and the namespaces."""

    spaces: Spaces
    query: dict[str, str]
    body: Any = None

    @property
    def org(self) -> State:
        """The org that is meant: `?namespace=NAME`, or the default one. Raises `WrongCallError`."""
        name = self.query.get("namespace", DEFAULT)
        if (found := self.spaces.get(name)) is None:
            raise WrongCallError(Wrong.NAMESPACE, f"no namespace `{name}`; POST /_twin/namespaces makes one")
        return found

    @property
    def rest(self) -> dict[str, str]:
        """The query without the namespace."""
        return {name: value for name, value in self.query.items() if name != "namespace"}

    def read(self, kind: type[T]) -> T:
        """Read the body as `kind`. Raises `WrongCallError` that names the place."""
        return converted({} if self.body is None else self.body, kind)


def converted(told: Any, kind: type[T], *, strict: bool = True) -> T:
    """Read plain data as `kind`. Raises `WrongCallError` that names the place."""
    try:
        return msgspec.convert(told, kind, strict=strict)
    except msgspec.ValidationError as fault:
        raise WrongCallError(Wrong.BODY, str(fault)) from None
