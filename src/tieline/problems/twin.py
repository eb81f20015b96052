"""5xx: what a twin of the cloud is given and cannot use (TL570 to TL579)."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class TwinSeed(Problem, frozen=True, kw_only=True):
    """The flows a twin is to start with cannot be used."""

    code: ClassVar[str] = "TL570"
    reason: ClassVar[str] = "TWIN_SEED"
    title: ClassVar[str] = "The twin's flows cannot be used"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"the seed cannot be used: {self.fault}"

    def help(self) -> str:
        """Say what a seed is."""
        return "a seed is JSON or YAML with `flows`, each with a `name` and maybe `inputs`; or an Architect flow in YAML; or a folder of these"


class TwinFaults(Problem, frozen=True, kw_only=True):
    """The faults on purpose cannot be used."""

    code: ClassVar[str] = "TL571"
    reason: ClassVar[str] = "TWIN_FAULTS"
    title: ClassVar[str] = "The twin's faults cannot be used"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Name the fault in the faults."""
        return f"the faults cannot be used: {self.fault}"

    def help(self) -> str:
        """Say where they are described."""
        return "docs/howto/twin.md describes a scenario file and names the presets; `tieline twin --help` lists them too"


class TwinSetting(Problem, frozen=True, kw_only=True):
    """A setting of the twin has a name or a value there is not."""

    code: ClassVar[str] = "TL572"
    reason: ClassVar[str] = "TWIN_SETTING"
    title: ClassVar[str] = "A setting of the twin cannot be"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Name the setting."""
        return f"the twin cannot be set so: {self.fault}"

    def help(self) -> str:
        """Say where they are described."""
        return "docs/reference/twin.md lists every setting with its values and its default"


class RecordingUnreadable(Problem, frozen=True, kw_only=True):
    """A recording of a real org cannot be read."""

    code: ClassVar[str] = "TL573"
    reason: ClassVar[str] = "RECORDING_UNREADABLE"
    title: ClassVar[str] = "The recording cannot be read"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Name the file, the line and the fault."""
        return f"the recording cannot be read: {self.fault}"

    def help(self) -> str:
        """Say what one is."""
        return (
            "a recording has an exchange as JSON on each line, as `tieline twin --record` and `tieline tap --record` write them"
        )
