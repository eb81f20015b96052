"""What waits for the writer, and how the verbs of a group are run inside its transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, TypeAlias

from tieline.problems.base import ProblemError
from tieline.queue.store import Changes


class Work:
    """One verb that waits, and who waits for it.

    `slow` verbs may read much of the disk. With `items` it is a verb that can be shared: those of a kind run as one, on all their items.
    """

    __slots__ = ("fault", "future", "items", "result", "rows", "slow", "verb")

    def __init__(
        self, verb: Callable[..., Any], rows: int, slow: bool, items: Sequence[Any] | None, future: asyncio.Future[Any]
    ) -> None:
        """Take the verb, how many rows it writes, and the future that is to have its result."""
        self.verb = verb
        self.rows = rows
        self.slow = slow
        self.items = items
        self.future = future
        self.result: Any = None
        self.fault: Exception | None = None

    def answer(self) -> None:
        """Hand over the result or the fault."""
        if self.future.done():  # its caller went away; what it stored stays stored
            return
        if self.fault is not None:
            self.future.set_exception(self.fault)
        else:
            self.future.set_result(self.result)


Group: TypeAlias = list[Work]
Ended: TypeAlias = list[tuple[Group, Changes | None]]
"""Those to be answered, and what their transaction changed, where it was committed."""


def run_one(work: Work) -> None:
    """Run one verb; what it refuses (before it wrote anything) is its own affair and not the group's."""
    work.fault = None
    try:
        work.result = work.verb() if work.items is None else work.verb(work.items)
    except ProblemError as refused:
        work.fault = refused


def run_together(works: Group) -> None:
    """Run a shared verb once for all of these, or one after another: what is refused of all of them may be taken of some."""
    if len(works) == 1 or not _as_one(works):
        for work in works:
            run_one(work)


def _as_one(works: Group) -> bool:
    try:
        answers = iter(works[0].verb([item for work in works for item in work.items or ()]))
    except ProblemError:
        return False
    for work in works:
        work.result = list(islice(answers, work.rows))
    return True


def failed(group: Group, fault: Exception) -> Ended:
    """End a group of which nothing is stored."""
    for work in group:
        work.fault = fault
    return [(group, None)]
