"""17x: what accept says of a call beyond its launch request."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem

_UNITS = ((86_400_000, "days"), (3_600_000, "hours"), (60_000, "minutes"), (1_000, "seconds"))


def _span(ms: int) -> str:
    """Say a length of time in the largest unit of which there are two or more."""
    return next((f"{ms // unit} {name}" for unit, name in _UNITS if ms >= 2 * unit), f"{ms} ms")


class UnknownEnvironment(Problem, frozen=True, kw_only=True):
    """The call names an environment this gateway does not have."""

    code: ClassVar[str] = "TL170"
    reason: ClassVar[str] = "ENVIRONMENT_UNKNOWN"
    title: ClassVar[str] = "No such environment"

    environment: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the environment and those there are."""
        if not self.environment:
            return f"no environment is named, there is no default one, and there are several: {self.allowed}"
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.environment}` is not an environment of this gateway{near}"

    def help(self) -> str:
        """List them."""
        return f"environments here: {self.allowed}"


class RequestIdReused(Problem, frozen=True, kw_only=True):
    """A `request_id` that was used before, with other content."""

    code: ClassVar[str] = "TL171"
    reason: ClassVar[str] = "REQUEST_ID_REUSED"
    title: ClassVar[str] = "A request_id used again with other content"
    kind: ClassVar[Kind] = Kind.CONFLICT

    request_id: str
    launch: str
    state: str

    def line(self) -> str:
        """Name the id and the launch that holds it."""
        return f"request_id `{self.request_id}` already belongs to launch `{self.launch}` ({self.state}), which has other content"

    def help(self) -> str:
        """Say both ways out."""
        return "send the same content to repeat harmlessly, or a new request_id for another launch"


class AlreadyExpired(Problem, frozen=True, kw_only=True):
    """An `expire_time` that is not in the future."""

    code: ClassVar[str] = "TL172"
    reason: ClassVar[str] = "ALREADY_EXPIRED"
    title: ClassVar[str] = "The launch would be expired at once"

    late_ms: int

    def line(self) -> str:
        """Say by how much it is late."""
        return f"expire_time passed {_span(self.late_ms)} ago"

    def help(self) -> str:
        """Say what to send."""
        return "send an expire_time in the future, or none; check the caller's clock"


class OutOfRange(Problem, frozen=True, kw_only=True):
    """A field of the call (not of the launch request) outside its range."""

    code: ClassVar[str] = "TL173"
    reason: ClassVar[str] = "OUT_OF_RANGE"
    title: ClassVar[str] = "A field of the call is out of range"

    field: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the field, its value, and the range."""
        return f"`{self.field}` is {self.seen}, and may be {self.allowed}"

    def help(self) -> str:
        """Say what to send."""
        return f"send {self.allowed}"


class EventIdReused(Problem, frozen=True, kw_only=True):
    """An event whose source and id were seen before, and which would make another launch; it is kept, refused."""

    code: ClassVar[str] = "TL174"
    reason: ClassVar[str] = "EVENT_ID_REUSED"
    title: ClassVar[str] = "An event id used again for another launch"
    kind: ClassVar[Kind] = Kind.CONFLICT

    request_id: str
    launch: str

    def line(self) -> str:
        """Name the id and the launch that holds it."""
        return (
            f"an event with request_id `{self.request_id}` already made launch `{self.launch}`, and this one would make another"
        )

    def help(self) -> str:
        """Say what to look at."""
        return "the source must give each event its own id; if it cannot, let the route name another request_id"


class NotReplayable(Problem, frozen=True, kw_only=True):
    """The launch is in a state that the table does not let back to QUEUED."""

    code: ClassVar[str] = "TL175"
    reason: ClassVar[str] = "NOT_REPLAYABLE"
    title: ClassVar[str] = "The launch cannot be replayed"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.STATE

    id: str
    state: str

    def line(self) -> str:
        """Name the launch, its state, and those that can be replayed."""
        return f"launch `{self.id}` is {self.state}; only REFUSED, HELD and EXHAUSTED launches can be replayed"

    def help(self) -> str:
        """Say what to do instead, where there is something."""
        if self.state == "AMBIGUOUS":
            return "look for its run in Genesys Cloud; if there is none, launch again by a call with a request_id of its own"
        if self.state in {"QUEUED", "SENDING", "SCHEDULED"}:
            return "it is on its way already; watch it, and replay it if it is refused"
        return "it has ended; launch again by a call with a request_id of its own"


class MayRepeat(Problem, frozen=True, kw_only=True):
    """A replay that may start a second run of what was launched before, and was not told that it may."""

    code: ClassVar[str] = "TL176"
    reason: ClassVar[str] = "MAY_REPEAT"
    title: ClassVar[str] = "The replay may start the flow a second time"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.STATE

    id: str
    state: str
    other: str | None = None
    request_id: str | None = None

    def line(self) -> str:
        """Say why it may be the second."""
        if self.other is not None:
            return f"launch `{self.id}` may repeat launch `{self.other}`, which holds request_id `{self.request_id}`"
        return f"launch `{self.id}` is {self.state}: it was sent, and its run may have started"

    def help(self) -> str:
        """Say how to tell, and the word that replays it all the same."""
        seek = "compare the two launches" if self.other is not None else "look for its run in Genesys Cloud"
        return f"{seek}; then say `may_repeat` (`--may-repeat`) if it has to be launched all the same"
