"""What a door asks of accept, so that a door can be tested without the rooms behind it. `handoff.accept.Accept` is the one there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tieline.domain.event import Event
from tieline.domain.launch import Launch, Receipt
from tieline.handoff.verdict import Refused, Submission, Valid


class Accepting(Protocol):
    """The verbs of `handoff.accept.Accept` that doors use. All but `validate` raise `ProblemError` for faults of the store."""

    async def launch(self, submission: Submission) -> Receipt | Refused:
        """Check one call and store its launch."""

    async def launches(self, submissions: Sequence[Submission]) -> list[Receipt | Refused]:
        """Check several calls and store the sound ones in one put; one answer each, in order."""

    def validate(self, submission: Submission) -> Valid | Refused:
        """Check one call and store nothing."""

    async def events(self, events: Sequence[Event]) -> list[Receipt | Refused]:
        """Store what each event becomes, in one put; one answer each, in order."""

    async def replay(self, id: str, *, may_repeat: bool = False) -> Launch | Refused:
        """Put a launch back that was refused, held or exhausted; the launch, or today's findings. Raises also for its state."""
