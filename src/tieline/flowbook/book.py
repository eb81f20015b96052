"""A flow book as a snapshot: the flows of one environment at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tieline.domain.flow import Flow
from tieline.flowbook.port import FlowBook


class Book(FlowBook):
    """Flows by id and by name; never changes. A fresh reading makes a fresh book."""

    def __init__(self, flows: Sequence[Flow], *, complete: bool) -> None:
        """Take the flows, and whether they are all there are."""
        self._complete = complete
        self._by_id = {flow.id: flow for flow in flows}
        self._by_name: defaultdict[str, list[Flow]] = defaultdict(list)
        for flow in self._by_id.values():
            self._by_name[flow.name].append(flow)
        self._names = tuple(self._by_name)

    @property
    def complete(self) -> bool:
        """Whether a flow that is not here is known not to exist."""
        return self._complete

    def by_id(self, id: str) -> Flow | None:
        """The flow with this id."""
        return self._by_id.get(id)

    def by_name(self, name: str) -> Sequence[Flow]:
        """The flows with exactly this name."""
        return tuple(self._by_name.get(name, ()))

    def names(self) -> Sequence[str]:
        """Every name, in the order the flows were read."""
        return self._names


def merged(known: Sequence[Flow], read: Sequence[Flow]) -> tuple[Flow, ...]:
    """Put what the settings say and what the org says together; the org's word on the same id is the newer one."""
    return tuple({flow.id: flow for flow in (*known, *read)}.values())
