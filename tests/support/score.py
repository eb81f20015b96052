"""Counts, for each rule of the diagnosis, how many golden exchanges it was right in; printed when the run ends."""

from __future__ import annotations

from collections import Counter


class Score:
    """Right and all, by rule; and what was said that is not so."""

    def __init__(self) -> None:
        self.all: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.untrue: Counter[str] = Counter()

    def count(self, wanted: set[str], untrue: set[str], *, right: bool) -> None:
        for rule in wanted or {"(sound)"}:
            self.all[rule] += 1
            self.right[rule] += right
        self.untrue.update(untrue)

    def lines(self) -> list[str]:
        return [
            f"{rule:18} {self.right[rule]:3} of {self.all[rule]:3}"
            + (f", {self.untrue[rule]} untrue" if self.untrue[rule] else "")
            for rule in sorted(self.all)
        ]


SCORE = Score()
