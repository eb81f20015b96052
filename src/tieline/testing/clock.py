"""The hands of a twin's clock, for tests that would otherwise have to wait."""

from __future__ import annotations

from typing import Any

from tieline.testing.control import Control


class Clock:
    """A twin's clock: it runs with the real one until it is held or moved. Times are milliseconds since the epoch."""

    def __init__(self, control: Control) -> None:
        """Take the way to the twin."""
        self._control = control

    @property
    def now(self) -> int:
        """What it shows."""
        return int(self._control.get("clock")["now"])

    @property
    def held(self) -> bool:
        """Whether it stands still."""
        return bool(self._control.get("clock")["held"])

    def hold(self, at: int | None = None) -> int:
        """Stand still, now or at the given time; gives the time."""
        asked: dict[str, Any] = {"hold": True} if at is None else {"hold": True, "at": at}
        return int(self._control.post("clock", asked)["now"])

    def move(self, seconds: float) -> int:
        """Go forward at once: runs end, tokens expire, minutes pass. Gives the time; raises `ControlError` for a step back."""
        return int(self._control.post("clock", {"move_ms": round(seconds * 1000)})["now"])

    def release(self) -> int:
        """Run on from where it stands; gives the time."""
        return int(self._control.post("clock", {"hold": False})["now"])
