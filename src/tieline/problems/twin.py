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
        return "docs/reference/twin-settings.md lists every setting with its values and its default"


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


class TwinCallUnknown(Problem, frozen=True, kw_only=True):
    """A call below `/_twin/` that the twin does not have."""

    code: ClassVar[str] = "TL574"
    reason: ClassVar[str] = "TWIN_CALL_UNKNOWN"
    title: ClassVar[str] = "The twin has no such call"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    fault: str

    def line(self) -> str:
        """Name the path."""
        return f"the twin has no such call: {self.fault}"

    def help(self) -> str:
        """Say where they are described."""
        return "docs/howto/twin.md lists the calls below /_twin/"


class TwinCallMethod(Problem, frozen=True, kw_only=True):
    """A call below `/_twin/` by a method it does not take."""

    code: ClassVar[str] = "TL575"
    reason: ClassVar[str] = "TWIN_CALL_METHOD"
    title: ClassVar[str] = "The twin takes this call by another method"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Name the method and those it takes."""
        return f"the twin does not take {self.fault}"

    def help(self) -> str:
        """Say which it is."""
        return "GET tells, POST changes, DELETE takes away; the header Allow names the methods"


class TwinNamespace(Problem, frozen=True, kw_only=True):
    """A namespace that there is not."""

    code: ClassVar[str] = "TL576"
    reason: ClassVar[str] = "TWIN_NAMESPACE"
    title: ClassVar[str] = "The twin has no such namespace"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    fault: str

    def line(self) -> str:
        """Name it."""
        return f"the twin knows {self.fault}"

    def help(self) -> str:
        """Say how to make one."""
        return 'make it with POST /_twin/namespaces {"name": "..."}; GET /_twin/namespaces names those there are'


class TwinCallBody(Problem, frozen=True, kw_only=True):
    """The body or the query of a call below `/_twin/` cannot be read."""

    code: ClassVar[str] = "TL577"
    reason: ClassVar[str] = "TWIN_CALL_BODY"
    title: ClassVar[str] = "A call to the twin cannot be read"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Name the place and the fault."""
        return f"the call cannot be read: {self.fault}"

    def help(self) -> str:
        """Say what a body is."""
        return "a body is JSON in UTF-8, at most 8 MiB, with the fields docs/howto/twin.md names and no others"


class TwinCallImpossible(Problem, frozen=True, kw_only=True):
    """The twin is asked for what it cannot do."""

    code: ClassVar[str] = "TL578"
    reason: ClassVar[str] = "TWIN_CALL_IMPOSSIBLE"
    title: ClassVar[str] = "The twin cannot do what it is asked"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.STATE

    fault: str

    def line(self) -> str:
        """Say why not."""
        return f"the twin cannot do it: {self.fault}"

    def help(self) -> str:
        """Say what would help."""
        return "the line says what stands in the way; `POST /_twin/reset` begins again"


class TwinCallForeign(Problem, frozen=True, kw_only=True):
    """A page in a browser on this machine calls a twin that is none of its own."""

    code: ClassVar[str] = "TL579"
    reason: ClassVar[str] = "TWIN_CALL_FOREIGN"
    title: ClassVar[str] = "The twin takes no calls from pages of others"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.FORBIDDEN

    fault: str

    def line(self) -> str:
        """Name the page."""
        return f"refused: {self.fault}"

    def help(self) -> str:
        """Say who may."""
        return "tests and scripts may call /_twin/; of pages only the twin's own"
