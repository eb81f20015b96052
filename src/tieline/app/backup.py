"""Backs up the queue that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tieline.config.settings import Settings
from tieline.domain.launch import State
from tieline.problems.base import ProblemError
from tieline.problems.queue import BackupFailed
from tieline.queue.backup import back_up


def back_up_queue(settings: Settings, target: Path) -> Mapping[State, int]:
    """Copy the queue to a new file; gives how many launches of each state it holds. Raises `ProblemError` (TL305, TL306, TL313, TL314)."""
    if settings.store != "sqlite":
        raise ProblemError(BackupFailed(path=settings.store, fault="the settings keep the queue in memory"))
    return back_up(Path(settings.queue.path), target)
