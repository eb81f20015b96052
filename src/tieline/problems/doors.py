"""101 to 129: faults a caller meets at either door, or at the gRPC door."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class Unauthenticated(Problem, frozen=True, kw_only=True):
    """No bearer token, or one this gateway does not know. `seen` says which, never the token itself."""

    code: ClassVar[str] = "TL101"
    reason: ClassVar[str] = "UNAUTHENTICATED"
    title: ClassVar[str] = "No valid bearer token"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    seen: str

    def line(self) -> str:
        """Say what was shown."""
        return f"the call shows {self.seen}, and this gateway asks for one of its tokens"

    def help(self) -> str:
        """Say where the token goes."""
        return "send `authorization: Bearer <token>` with a token the operator set under `tokens`"


class DoorBusy(Problem, frozen=True, kw_only=True):
    """More calls are being handled at once than the door takes."""

    code: ClassVar[str] = "TL102"
    reason: ClassVar[str] = "DOOR_BUSY"
    title: ClassVar[str] = "Too many calls at once"
    kind: ClassVar[Kind] = Kind.OVERLOADED

    limit: int
    retry_after_ms: int = 1_000

    def line(self) -> str:
        """Say the bound."""
        return f"{self.limit} calls are being handled, as many as this door takes at once; nothing of this call was stored"

    def help(self) -> str:
        """Say when to come back."""
        return f"repeat the call after {self.retry_after_ms} ms; the operator can raise `max_in_flight`"


class Stopping(Problem, frozen=True, kw_only=True):
    """The gateway is being stopped and takes nothing new."""

    code: ClassVar[str] = "TL103"
    reason: ClassVar[str] = "STOPPING"
    title: ClassVar[str] = "The gateway is stopping"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    retry_after_ms: int = 1_000

    def line(self) -> str:
        """Say that it stops."""
        return "the gateway is stopping; what was answered is kept, and nothing more of this stream is taken"

    def help(self) -> str:
        """Say how to go on."""
        return "connect again, and repeat with the same request_id what had no answer"


class LaunchUnknown(Problem, frozen=True, kw_only=True):
    """No launch has this id, or no longer."""

    code: ClassVar[str] = "TL104"
    reason: ClassVar[str] = "LAUNCH_UNKNOWN"
    title: ClassVar[str] = "No such launch"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    id: str

    def line(self) -> str:
        """Name the id."""
        return f"there is no launch `{self.id[:64]}`"

    def help(self) -> str:
        """Say where ids come from, and how long they last."""
        return "take the id from a receipt or a list; settled launches are forgotten after the queue's retention"


class NotCancellable(Problem, frozen=True, kw_only=True):
    """The launch is past the states in which it can be cancelled."""

    code: ClassVar[str] = "TL105"
    reason: ClassVar[str] = "NOT_CANCELLABLE"
    title: ClassVar[str] = "The launch can no longer be cancelled"
    kind: ClassVar[Kind] = Kind.STATE

    id: str
    state: str

    def line(self) -> str:
        """Name the launch and its state."""
        return f"launch `{self.id}` is {self.state}; only QUEUED and SCHEDULED launches can be cancelled"

    def help(self) -> str:
        """Say why."""
        return "what may have been sent cannot be called back; end the run itself in Genesys Cloud"


class FilterInvalid(Problem, frozen=True, kw_only=True):
    """A list's filter that cannot be read. `part` is the word it stopped at."""

    code: ClassVar[str] = "TL106"
    reason: ClassVar[str] = "FILTER_INVALID"
    title: ClassVar[str] = "The filter cannot be read"

    part: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the part and what may stand there."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"the filter has {self.part}, where {self.allowed} may stand{near}"

    def help(self) -> str:
        """Show a filter."""
        return 'write comparisons joined by AND, such as `state = QUEUED AND flow = "Customer callback"`'


class PageTokenInvalid(Problem, frozen=True, kw_only=True):
    """A page token that this filter's list did not give."""

    code: ClassVar[str] = "TL107"
    reason: ClassVar[str] = "PAGE_TOKEN_INVALID"
    title: ClassVar[str] = "The page token does not belong to this list"

    def line(self) -> str:
        """Say what is wrong."""
        return "the page token was not given by a list with this filter"

    def help(self) -> str:
        """Say what to send."""
        return "pass `next_page_token` unchanged, with the filter of the first page; or leave it out to begin again"


class PageSizeInvalid(Problem, frozen=True, kw_only=True):
    """A negative page size (AIP-158)."""

    code: ClassVar[str] = "TL108"
    reason: ClassVar[str] = "PAGE_SIZE_INVALID"
    title: ClassVar[str] = "The page size is negative"

    seen: int
    most: int

    def line(self) -> str:
        """Say the size and the bounds."""
        return f"the page size is {self.seen}, and may be 0 (a size is chosen) to {self.most}"

    def help(self) -> str:
        """Say what to send."""
        return f"send 1 to {self.most}, or leave it out"


class DeadlinePassed(Problem, frozen=True, kw_only=True):
    """The call's deadline had passed when it was looked at; nothing was stored."""

    code: ClassVar[str] = "TL109"
    reason: ClassVar[str] = "DEADLINE_PASSED"
    title: ClassVar[str] = "The deadline had passed"
    kind: ClassVar[Kind] = Kind.DEADLINE

    def line(self) -> str:
        """Say what was done: nothing."""
        return "the call's deadline had passed before it was handled; nothing was stored"

    def help(self) -> str:
        """Say what to try."""
        return "repeat with the same request_id and a longer deadline"


class CannotListen(Problem, frozen=True, kw_only=True):
    """A door's address cannot be bound."""

    code: ClassVar[str] = "TL110"
    reason: ClassVar[str] = "CANNOT_LISTEN"
    title: ClassVar[str] = "The address cannot be bound"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    address: str

    def line(self) -> str:
        """Name the address."""
        return f"cannot listen on `{self.address}`: another process has it, or it is no address of this machine"

    def help(self) -> str:
        """Say what to change."""
        return "stop the other process, or set another `listen` (port 0 takes a free one)"


class NumberNotFinite(Problem, frozen=True, kw_only=True):
    """NaN or an infinity, which JSON cannot say."""

    code: ClassVar[str] = "TL111"
    reason: ClassVar[str] = "NUMBER_NOT_FINITE"
    title: ClassVar[str] = "A number that JSON cannot say"

    seen: str

    def line(self) -> str:
        """Say the value."""
        return f"the value is {self.seen}, and JSON has finite numbers only"

    def help(self) -> str:
        """Say what to send."""
        return "send a finite number, a string, or leave the input out"


class NestedTooDeep(Problem, frozen=True, kw_only=True):
    """JSON nested deeper than the door takes."""

    code: ClassVar[str] = "TL112"
    reason: ClassVar[str] = "NESTED_TOO_DEEP"
    title: ClassVar[str] = "JSON is nested too deep"

    limit: int

    def line(self) -> str:
        """Say the bound."""
        return f"the JSON is nested deeper than {self.limit} levels"

    def help(self) -> str:
        """Say what to send."""
        return "flatten it, or send the deep part as a string; the operator can raise `max_depth`"


class MessageUnreadable(Problem, frozen=True, kw_only=True):
    """Bytes that are no protobuf message of the named kind."""

    code: ClassVar[str] = "TL113"
    reason: ClassVar[str] = "MESSAGE_UNREADABLE"
    title: ClassVar[str] = "The message cannot be read"

    message: str

    def line(self) -> str:
        """Name the message's kind."""
        return f"the bytes cannot be read as `{self.message}`: broken, of another contract, or `inputs` nested deeper than about 30 levels"

    def help(self) -> str:
        """Say what to check."""
        return "build the caller from proto/tieline/v1 of this version; deeper JSON travels as `inputs_json`"


class InputsJsonInvalid(Problem, frozen=True, kw_only=True):
    """`inputs_json` is not a JSON object in UTF-8. `fault` is what the reader met, with its byte."""

    code: ClassVar[str] = "TL114"
    reason: ClassVar[str] = "INPUTS_JSON_INVALID"
    title: ClassVar[str] = "The inputs are not a JSON object"

    fault: str

    def line(self) -> str:
        """Say what is wrong."""
        return f"`inputs_json` is not a JSON object in UTF-8: {self.fault}"

    def help(self) -> str:
        """Say what to send."""
        return 'send an object of input name to value, such as `{"customerId": "c-1"}`'


class EventDataUnsupported(Problem, frozen=True, kw_only=True):
    """An event's data in a form Tieline does not read."""

    code: ClassVar[str] = "TL115"
    reason: ClassVar[str] = "EVENT_DATA_UNSUPPORTED"
    title: ClassVar[str] = "The event's data is in a form that cannot be read"
    kind: ClassVar[Kind] = Kind.UNSUPPORTED

    seen: str

    def line(self) -> str:
        """Say the form."""
        return f"the data is {self.seen}, and may be JSON (`application/json` or `+json`) or text"

    def help(self) -> str:
        """Say what to send."""
        return "send JSON as `text_data` or `binary_data` with `datacontenttype: application/json`"


class EventDataInvalid(Problem, frozen=True, kw_only=True):
    """An event's data says that it is JSON, and is not."""

    code: ClassVar[str] = "TL116"
    reason: ClassVar[str] = "EVENT_DATA_INVALID"
    title: ClassVar[str] = "The event's data is not JSON"

    fault: str

    def line(self) -> str:
        """Say what is wrong."""
        return f"the data is not JSON in UTF-8: {self.fault}"

    def help(self) -> str:
        """Say what to send."""
        return "send JSON, or name the type of the text in `datacontenttype`"


class EventAttributeInvalid(Problem, frozen=True, kw_only=True):
    """A CloudEvents attribute that is missing or wrong (CloudEvents 1.0, section 3.1)."""

    code: ClassVar[str] = "TL117"
    reason: ClassVar[str] = "EVENT_ATTRIBUTE_INVALID"
    title: ClassVar[str] = "An attribute of the event is missing or wrong"

    attribute: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the attribute, its value, and what it may be."""
        return f"`{self.attribute}` is {self.seen}, and must be {self.allowed}"

    def help(self) -> str:
        """Say what every event has."""
        return "every event has `id`, `source`, `type`, and `specversion` 1.0"


class FieldMissing(Problem, frozen=True, kw_only=True):
    """A message without the field it is about."""

    code: ClassVar[str] = "TL118"
    reason: ClassVar[str] = "CALL_FIELD_MISSING"
    title: ClassVar[str] = "A required field is missing"

    field: str

    def line(self) -> str:
        """Name the field."""
        return f"`{self.field}` is missing"

    def help(self) -> str:
        """Say what to do."""
        return f"set `{self.field}`"


class TimeOutOfRange(Problem, frozen=True, kw_only=True):
    """A time or duration that means nothing: a date outside years 1 to 9999, a negative duration."""

    code: ClassVar[str] = "TL119"
    reason: ClassVar[str] = "TIME_OUT_OF_RANGE"
    title: ClassVar[str] = "A time or duration is out of range"

    field: str
    allowed: str

    def line(self) -> str:
        """Name the field and its range."""
        return f"`{self.field}` is out of range, and may be {self.allowed}"

    def help(self) -> str:
        """Say what to send."""
        return f"send {self.allowed}, or leave it out"


class CallFailed(Problem, frozen=True, kw_only=True):
    """A call of ours to a gRPC door got no verdict."""

    code: ClassVar[str] = "TL120"
    reason: ClassVar[str] = "CALL_FAILED"
    title: ClassVar[str] = "The gateway gave no verdict"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    target: str
    status: str
    said: str

    def line(self) -> str:
        """Name the gateway, the gRPC status and what it said."""
        return f"the gateway at `{self.target}` answered {self.status}: {self.said}"

    def help(self) -> str:
        """Say what to check."""
        return "check that it serves there and which token it wants; repeat with the same request_id"
