"""Time and ids as parameters: nothing below the app reads a clock or draws a number by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Gives milliseconds since the epoch, UTC; never goes back while the process lives."""

NewId: TypeAlias = Callable[[], str]
"""Gives a fresh launch id that sorts after every earlier one of this process."""

Draw: TypeAlias = Callable[[], float]
"""Gives a number in [0, 1), for jitter."""
