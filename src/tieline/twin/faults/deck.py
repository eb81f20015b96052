"""Deals faults out: counts whom each meets, and draws by a seeded chance of each fault's own, so that the same requests meet the
same faults, whatever other faults there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from tieline.contract.operation import Operation
from tieline.twin.faults.fault import FAULTS_MAX, Fault, FaultError


class Dealt(msgspec.Struct, frozen=True, kw_only=True):
    """What one request meets: the faults, in their order, and how long its answer is held back (milliseconds)."""

    faults: tuple[Fault, ...]
    delay_ms: float = 0.0


class _Card:
    """One fault with its counts and its chance."""

    def __init__(self, fault: Fault, seed: str) -> None:
        self.fault = fault
        self.random = Random(seed)  # noqa: S311 - reproducible on purpose
        self.met = 0
        self.dealt = 0

    def take(self) -> bool:
        """Count one request it is for; whether it strikes."""
        fault, number = self.fault, self.met
        self.met += 1
        if number < fault.skip or (number - fault.skip) % fault.every or (fault.times is not None and self.dealt >= fault.times):
            return False
        if fault.probability < 1 and self.random.random() >= fault.probability:
            return False
        self.dealt += 1
        return True


class Deck:
    """The faults of one org."""

    def __init__(self, seed: int) -> None:
        """Begin with none; `seed` is what chance begins with."""
        self._seed = seed
        self._cards: list[_Card] = []

    def set(self, faults: Sequence[Fault], *, keep: bool = False, seed: int | None = None) -> None:
        """Put faults in, instead of those there are or beside them; those that are kept keep their counts and their chance. Raises `FaultError` for too many."""
        self._seed = self._seed if seed is None else seed
        kept = self._cards if keep else []
        if len(kept) + len(faults) > FAULTS_MAX:
            raise FaultError(f"there are more than {FAULTS_MAX} faults")
        self._cards = kept + [_Card(fault, f"{self._seed}/{number}") for number, fault in enumerate(faults, len(kept))]

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
        struck = [card for card in self._cards if card.fault.meets(operation, flow, client) and card.take()]
        if not struck:
            return None
        delay = sum(card.fault.delay.draw(card.random) for card in struck if card.fault.delay is not None)
        return Dealt(faults=tuple(card.fault for card in struck), delay_ms=delay)

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
