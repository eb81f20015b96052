"""6xx: what keeps the tap from its work (TL680 to TL689)."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class UpstreamUnreachable(Problem, frozen=True, kw_only=True):
    """The tap could not bring a request to where it leads; nothing of it was sent."""

    code: ClassVar[str] = "TL680"
    reason: ClassVar[str] = "UPSTREAM_UNREACHABLE"
    title: ClassVar[str] = "Where the tap leads to cannot be reached"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    url: str
    fault: str

    def line(self) -> str:
        """Name the address and the fault."""
        return f"`{self.url}` cannot be reached, so the request was not sent: {self.fault}"

    def help(self) -> str:
        """Say what to check."""
        return "check the address given to `--to`, and the way there (name, proxy, firewall, certificate)"


class AnswerLost(Problem, frozen=True, kw_only=True):
    """A request went out through the tap and no whole answer came back; the service's connection ends the same way."""

    code: ClassVar[str] = "TL685"
    reason: ClassVar[str] = "ANSWER_LOST"
    title: ClassVar[str] = "The request went out and its answer was lost"
    actor: ClassVar[Actor] = Actor.CLOUD
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    url: str
    fault: str

    def line(self) -> str:
        """Name the address and the fault."""
        return f"the request went out once, and no whole answer came from `{self.url}`: {self.fault}"

    def help(self) -> str:
        """Say what it means for a launch."""
        return "a launch may have started all the same: look for its run before it is sent again, and see that the client does not repeat it by itself"


class LaunchStopped(Problem, frozen=True, kw_only=True):
    """A launch that `--enforce` kept from leaving. Its faults are listed beside it."""

    code: ClassVar[str] = "TL681"
    reason: ClassVar[str] = "LAUNCH_STOPPED"
    title: ClassVar[str] = "The launch is faulty and was not sent"

    faults: int
    first: str

    def line(self) -> str:
        """Count the faults and name the first."""
        more = f", and {self.faults - 1} more" if self.faults > 1 else ""
        return f"the launch was not sent: {self.first}{more}"

    def help(self) -> str:
        """Say what to do."""
        return "mend every finding listed here; without `--enforce` the tap lets faulty launches pass and explains the answer"


class RecordUnwritable(Problem, frozen=True, kw_only=True):
    """The file of `--record` cannot be written."""

    code: ClassVar[str] = "TL682"
    reason: ClassVar[str] = "RECORD_UNWRITABLE"
    title: ClassVar[str] = "The recording cannot be written"
    actor: ClassVar[Actor] = Actor.OPERATOR

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"cannot write the recording `{self.file}`: {self.fault}"

    def help(self) -> str:
        """Say what to change."""
        return "name a file in a folder you may write to, on a disk with room"


class TapTarget(Problem, frozen=True, kw_only=True):
    """A `--to` or `--login` that says no place to lead to."""

    code: ClassVar[str] = "TL683"
    reason: ClassVar[str] = "TAP_TARGET"
    title: ClassVar[str] = "Not an address the tap can lead to"
    actor: ClassVar[Actor] = Actor.OPERATOR

    option: str
    seen: str
    nearest: str | None = None

    def line(self) -> str:
        """Name what was given and what may stand there."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.option}` is `{self.seen}`, and may be an http or https address or a region{near}"

    def help(self) -> str:
        """Show some."""
        return "give `https://api.mypurecloud.com`, a region such as `eu-west-1` or `mypurecloud.ie`, or the address of a twin"


class TapExposed(Problem, frozen=True, kw_only=True):
    """The tap was asked to listen to more than this machine."""

    code: ClassVar[str] = "TL684"
    reason: ClassVar[str] = "TAP_EXPOSED"
    title: ClassVar[str] = "The tap listens on loopback only"
    actor: ClassVar[Actor] = Actor.OPERATOR

    host: str

    def line(self) -> str:
        """Name the address."""
        return f"`--host` is `{self.host}`, which others may reach, and may be 127.0.0.1, ::1 or localhost"

    def help(self) -> str:
        """Say why, and what to do."""
        return "tokens and secrets pass through the tap in the clear: run it on the machine of the service it listens to"
