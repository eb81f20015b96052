"""The namespaces of a twin: parallel tests share one server, each in an org of its own that its credentials lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tieline.twin.state import State

DEFAULT = "default"
SPACES_KEPT = 1000


class Spaces:
    """Every namespace by name; a client id and a token belong to one of them."""

    def __init__(self, make: Callable[[str | None], State]) -> None:
        """Begin with the default namespace; `make` makes an org as the twin starts with, its first client under this id if one is given."""
        self._make = make
        self._by_name: dict[str, State] = {DEFAULT: make(None)}

    @property
    def default(self) -> State:
        """The namespace of whoever names none."""
        return self._by_name[DEFAULT]

    def __iter__(self) -> Iterator[tuple[str, State]]:
        """Give each namespace with its name."""
        return iter(self._by_name.items())

    def get(self, name: str) -> State | None:
        """Find a namespace."""
        return self._by_name.get(name)

    @property
    def full(self) -> bool:
        """Whether there may be no more of them."""
        return len(self._by_name) >= SPACES_KEPT

    def make(self, name: str, client_id: str) -> State:
        """Make a namespace, or give it anew; its first client's id leads to it alone."""
        self._by_name[name] = self._make(client_id)
        return self._by_name[name]

    def drop(self, name: str) -> bool:
        """Forget a namespace; the default one is made anew instead."""
        if name == DEFAULT:
            self._by_name[DEFAULT] = self._make(None)
            return True
        return self._by_name.pop(name, None) is not None

    def of_client(self, id: str | None) -> State:
        """Find the namespace a client belongs to; the default one when none knows it."""
        return next((state for state in self._by_name.values() if id in state.clients), self.default)

    def of_token(self, name: str) -> State:
        """Find the namespace a token was given in; the default one when none knows it."""
        if name in self.default.tokens:
            return self.default
        return next((state for state in self._by_name.values() if name in state.tokens), self.default)
