"""9xx: our own mistakes."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class Bug(Problem, frozen=True, kw_only=True):
    """Something in Tieline that should not have happened; `trace_id` finds it in the log."""

    code: ClassVar[str] = "TL901"
    reason: ClassVar[str] = "BUG"
    title: ClassVar[str] = "A mistake of Tieline's own"
    actor: ClassVar[Actor] = Actor.TIELINE
    kind: ClassVar[Kind] = Kind.INTERNAL

    trace_id: str

    def line(self) -> str:
        """Say that it is ours, and where to find it."""
        return f"tieline made a mistake; the log has it under `{self.trace_id}`"

    def help(self) -> str:
        """Say how to report it."""
        return "please report it with that log entry; repeating the call with the same request_id is harmless"
