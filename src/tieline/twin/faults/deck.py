"""Deals faults out: counts whom each meets and draws by its own seeded chance, so that the same requests meet the same faults."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from tieline.contract.operation import Operation
from tieline.twin.faults.fault import Fault


class Dealt(msgspec.Struct, frozen=True, kw_only=True):
    """What one request meets: the faults, in their order, and how long its answer is held back (milliseconds)."""

    faults: tuple[Fault, ...]
    delay_ms: float = 0.0


class _Card:
    """One fault with its counts."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.met = 0
        self.dealt = 0

    def take(self, random: Random) -> bool:
        """Count one request it is for; whether it strikes."""
        fault, number = self.fault, self.met
        self.met += 1
        if number < fault.skip or (number - fault.skip) % fault.every or (fault.times is not None and self.dealt >= fault.times):
            return False
        if fault.probability < 1 and random.random() >= fault.probability:
            return False
        self.dealt += 1
        return True


class Deck:
    """The faults of one org."""

    def __init__(self, seed: int) -> None:
        """Begin with none; `seed` is what chance begins with."""
        self._seed = seed
        self._cards: list[_Card] = []
        self._random = Random(seed)  # noqa: S311 - reproducible on purpose

    def set(self, faults: Sequence[Fault], *, keep: bool = False, seed: int | None = None) -> None:
        """Put faults in, instead of those there are or beside them; chance and counts begin anew unless they are kept."""
        cards = [_Card(fault) for fault in faults]
        self._cards = self._cards + cards if keep else cards
        if seed is not None:
            self._seed = seed
        if not keep or seed is not None:
            self._random = Random(self._seed)  # noqa: S311 - reproducible on purpose

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return not self._cards

    @property
    def by_flow(self) -> bool:
        """Whether any of them is for one flow only."""
        return any(card.fault.flow is not None for card in self._cards)

    def deal(self, operation: Operation, flow: tuple[str, ...], client: str | None) -> Dealt | None:
        """Give what a request meets; None for nothing."""
        struck = [card.fault for card in self._cards if card.fault.meets(operation, flow, client) and card.take(self._random)]
        if not struck:
            return None
        delay = sum(fault.delay.draw(self._random) for fault in struck if fault.delay is not None)
        return Dealt(faults=tuple(struck), delay_ms=delay)

    def told(self) -> dict[str, Any]:
        """Give the faults with how many requests each was for, and how many it struck."""
        return {
            "seed": self._seed,
            "faults": [{**msgspec.to_builtins(_lean(card.fault)), "met": card.met, "struck": card.dealt} for card in self._cards],
        }


def _lean(fault: Fault) -> dict[str, Any]:
    """Give a fault without what is as it is when left out."""
    usual = Fault()
    return {name: getattr(fault, name) for name in fault.__struct_fields__ if getattr(fault, name) != getattr(usual, name)}
