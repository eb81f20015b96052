"""2xx: what preflight and routing say of a launch request.

TL201 to TL209 are the request's form, TL210 to TL219 the flow it names, TL220 to TL239 its inputs, TL240 its size,
TL250 to TL269 what routing meets while an event becomes a request.
"""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


def _near(name: str | None) -> str:
    return f"; did you mean `{name}`?" if name else ""


class NotAnObject(Problem, frozen=True, kw_only=True):
    """The whole request is something other than a JSON object."""

    code: ClassVar[str] = "TL201"
    reason: ClassVar[str] = "REQUEST_NOT_OBJECT"
    title: ClassVar[str] = "The launch request is not a JSON object"

    seen: str
    fields: str

    def line(self) -> str:
        """Say what stands there."""
        return f"the launch request is {self.seen}, and must be an object"

    def help(self) -> str:
        """Name the fields of the object."""
        return f"send one JSON object with the fields {self.fields}"


class UnknownField(Problem, frozen=True, kw_only=True):
    """A field that is not part of the launch request. `inside` is empty for the request itself."""

    code: ClassVar[str] = "TL202"
    reason: ClassVar[str] = "FIELD_UNKNOWN"
    title: ClassVar[str] = "A field that is not part of the launch request"

    field: str
    allowed: str
    inside: str = ""
    nearest: str | None = None

    def line(self) -> str:
        """Name the field and the nearest one there is."""
        whole = f"`{self.inside}`" if self.inside else "a launch request"
        return f"`{self.field}` is not a field of {whole}{_near(self.nearest)}"

    def help(self) -> str:
        """Say what to do with it."""
        if self.nearest:
            return f"rename it to `{self.nearest}`; the fields here are {self.allowed}"
        return f"leave it out; the fields here are {self.allowed}; values for the flow belong among its inputs"


class MissingField(Problem, frozen=True, kw_only=True):
    """A field that must be there. `instead` is another field that would do as well."""

    code: ClassVar[str] = "TL203"
    reason: ClassVar[str] = "FIELD_MISSING"
    title: ClassVar[str] = "A field is missing"

    field: str
    instead: str | None = None

    def line(self) -> str:
        """Name what is missing."""
        return f"`{self.field}` is missing" + (f", and so is `{self.instead}`" if self.instead else "")

    def help(self) -> str:
        """Say what to add."""
        if self.instead:
            return f"give the flow's id as `{self.field}`, or its name as `{self.instead}`"
        return f"add `{self.field}`"


class WrongType(Problem, frozen=True, kw_only=True):
    """A field whose value is of the wrong JSON type."""

    code: ClassVar[str] = "TL204"
    reason: ClassVar[str] = "FIELD_TYPE"
    title: ClassVar[str] = "A field has the wrong type"

    field: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the field, the type it has and the type it may have."""
        return f"`{self.field}` is {self.seen}, and must be {self.allowed}"

    def help(self) -> str:
        """Say what to send."""
        if self.seen == "null":
            return f"send {self.allowed}, or leave `{self.field}` out"
        return f"send {self.allowed}" + (", in quotes" if self.allowed == "a string" and self.seen in _QUOTABLE else "")


_QUOTABLE = frozenset({"an integer", "a number", "a boolean"})


class EmptyField(Problem, frozen=True, kw_only=True):
    """A field that is there and says nothing."""

    code: ClassVar[str] = "TL205"
    reason: ClassVar[str] = "FIELD_EMPTY"
    title: ClassVar[str] = "A field is empty"

    field: str

    def line(self) -> str:
        """Name the field."""
        return f"`{self.field}` is an empty string"

    def help(self) -> str:
        """Say what to do."""
        return f"give `{self.field}` a value; an unset variable in the calling program is the usual reason"


class WrongValue(Problem, frozen=True, kw_only=True):
    """A field whose value is not one of those there are."""

    code: ClassVar[str] = "TL206"
    reason: ClassVar[str] = "FIELD_VALUE"
    title: ClassVar[str] = "A field's value is not one of those allowed"

    field: str
    seen: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the field, its value, and the values there are."""
        return f"`{self.field}` is `{self.seen}`, and must be {self.allowed}{_near(self.nearest)}"

    def help(self) -> str:
        """Say what to send."""
        return f"send `{self.nearest}`" if self.nearest else f"send {self.allowed}"


class Placeholder(Problem, frozen=True, kw_only=True):
    """A field whose value is a template's placeholder that nothing replaced."""

    code: ClassVar[str] = "TL207"
    reason: ClassVar[str] = "PLACEHOLDER"
    title: ClassVar[str] = "A placeholder was not replaced"

    field: str
    placeholder: str

    def line(self) -> str:
        """Name the field and the placeholder."""
        return f"`{self.field}` is the placeholder `{self.placeholder}`, so its value is not known"

    def help(self) -> str:
        """Say what to do."""
        return f"replace `{self.placeholder}` by a value before sending; a placeholder cannot be launched"


class FlowNamedTwice(Problem, frozen=True, kw_only=True):
    """The caller names the flow both by id and by name."""

    code: ClassVar[str] = "TL210"
    reason: ClassVar[str] = "FLOW_NAMED_TWICE"
    title: ClassVar[str] = "The flow is named both by id and by name"

    flow: str

    def line(self) -> str:
        """Say that both are there."""
        return f"the flow is named twice: by `flowId`, and by its name `{self.flow}` in `flow`"

    def help(self) -> str:
        """Say which to keep."""
        return "keep one of the two; a name is the same in every environment, an id is not"


class FlowIdForm(Problem, frozen=True, kw_only=True):
    """`flowId` is not of the form flow ids have (a GUID)."""

    code: ClassVar[str] = "TL211"
    reason: ClassVar[str] = "FLOW_ID_FORM"
    title: ClassVar[str] = "The flow id is not an id"

    seen: str
    by_name: str | None = None

    def line(self) -> str:
        """Quote what stands there."""
        return f"`flowId` is `{self.seen}`, which is not the id of a flow (32 hexadecimal digits in groups of 8-4-4-4-12)"

    def help(self) -> str:
        """Say what to send instead."""
        if self.by_name:
            return f"give a name as `{self.by_name}`, or send the flow's id as `flowId`"
        return "send the flow's id, as Architect shows it in the address of the flow"


class FlowNotPublished(Problem, frozen=True, kw_only=True):
    """The flow was never published, so nothing of it can run."""

    code: ClassVar[str] = "TL212"
    reason: ClassVar[str] = "FLOW_NOT_PUBLISHED"
    title: ClassVar[str] = "The flow is not published"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.STATE

    flow: str

    def line(self) -> str:
        """Name the flow."""
        return f"flow `{self.flow}` has no published version"

    def help(self) -> str:
        """Say what to do."""
        return "publish it in Architect, or with CX as Code; saving or checking in is not enough"


class FlowType(Problem, frozen=True, kw_only=True):
    """The flow is of a type that is not launched through this call."""

    code: ClassVar[str] = "TL213"
    reason: ClassVar[str] = "FLOW_TYPE"
    title: ClassVar[str] = "A flow of this type cannot be launched"

    flow: str
    type: str
    allowed: str

    def line(self) -> str:
        """Name the flow, its type, and the types that can."""
        return f"flow `{self.flow}` is of type `{self.type}`, and only {self.allowed} can be launched"

    def help(self) -> str:
        """Say what to do."""
        return "name a workflow; a call, chat or bot flow is started by its own channel, or by a workflow that does so"


class FlowVersionForm(Problem, frozen=True, kw_only=True):
    """`flowVersion` is not of the form version ids have."""

    code: ClassVar[str] = "TL214"
    reason: ClassVar[str] = "FLOW_VERSION_FORM"
    title: ClassVar[str] = "The flow version is not a version"

    seen: str

    def line(self) -> str:
        """Quote what stands there."""
        return f"`flowVersion` is `{self.seen}`, which is not a version such as `3.0`"

    def help(self) -> str:
        """Say what to send instead."""
        return "send the number of a published version as a string, or leave `flowVersion` out to run the newest one"


class UnknownInput(Problem, frozen=True, kw_only=True):
    """An input the flow does not have."""

    code: ClassVar[str] = "TL220"
    reason: ClassVar[str] = "INPUT_UNKNOWN"
    title: ClassVar[str] = "The flow has no such input"

    input: str
    flow: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the input, the flow, and the nearest input it has."""
        return f"flow `{self.flow}` has no input `{self.input}`{_near(self.nearest)}"

    def help(self) -> str:
        """Say what to do, and list the inputs there are."""
        if not self.allowed:
            return "leave it out: no variable of this flow is marked as an input"
        mend = f"rename it to `{self.nearest}`" if self.nearest else "leave it out, or mark the variable as an input in Architect"
        return f"{mend}; the inputs are {self.allowed}"


class InputPrefix(Problem, frozen=True, kw_only=True):
    """An input's name that does not carry the prefix `Flow.` in the form that needs it, or carries it in another case."""

    code: ClassVar[str] = "TL221"
    reason: ClassVar[str] = "INPUT_PREFIX"
    title: ClassVar[str] = "An input's name lacks the prefix `Flow.`"

    input: str
    nearest: str

    def line(self) -> str:
        """Name the input as it is and as it must be."""
        return f"input `{self.input}` does not begin with `Flow.`; the flow knows it as `{self.nearest}`"

    def help(self) -> str:
        """Say the mend."""
        return f"rename it to `{self.nearest}`, in exactly this case"


class InputsNested(Problem, frozen=True, kw_only=True):
    """The inputs stand inside an object `Flow`; the cloud takes this form and then ignores it."""

    code: ClassVar[str] = "TL222"
    reason: ClassVar[str] = "INPUTS_NESTED"
    title: ClassVar[str] = "The inputs are nested inside `Flow`"

    wrapper: str
    inputs: str

    def line(self) -> str:
        """Name the wrapper and what is in it."""
        return f"`{self.wrapper}` is an object with the inputs inside, which the cloud accepts and then ignores"

    def help(self) -> str:
        """Show the flat form."""
        return f"write each input as a key of its own: {self.inputs}" if self.inputs else "write each input as a key of its own"


class InputGivenTwice(Problem, frozen=True, kw_only=True):
    """The same input with and without its prefix."""

    code: ClassVar[str] = "TL223"
    reason: ClassVar[str] = "INPUT_GIVEN_TWICE"
    title: ClassVar[str] = "An input is given twice"

    input: str
    other: str

    def line(self) -> str:
        """Name both."""
        return f"`{self.input}` and `{self.other}` are the same input"

    def help(self) -> str:
        """Say which to keep."""
        return f"keep one of the two, best `{self.other}`"


class InputType(Problem, frozen=True, kw_only=True):
    """An input's value of a type the flow's variable cannot take."""

    code: ClassVar[str] = "TL224"
    reason: ClassVar[str] = "INPUT_TYPE"
    title: ClassVar[str] = "An input has the wrong type"

    input: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the input, the type it has, and the types it may have."""
        return f"input `{self.input}` is {self.seen}, and must be {self.allowed}"

    def help(self) -> str:
        """Say what to send."""
        quoted = self.seen in _QUOTABLE and "a string" in self.allowed
        return f"send {self.allowed}" + ("; a number in quotes is a string" if quoted else "")


class InputValue(Problem, frozen=True, kw_only=True):
    """An input's value outside the limits of the flow's variable."""

    code: ClassVar[str] = "TL225"
    reason: ClassVar[str] = "INPUT_VALUE"
    title: ClassVar[str] = "An input's value is outside its limits"

    input: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the input, what was seen and what is allowed."""
        return f"input `{self.input}` is {self.seen}, and may be {self.allowed}"

    def help(self) -> str:
        """Say what to send."""
        return f"send a value that is {self.allowed}"


class MissingInput(Problem, frozen=True, kw_only=True):
    """An input, or a part of one, that the flow's schema requires."""

    code: ClassVar[str] = "TL226"
    reason: ClassVar[str] = "INPUT_MISSING"
    title: ClassVar[str] = "The flow requires an input that is not there"

    input: str
    flow: str

    def line(self) -> str:
        """Name the input and the flow."""
        return f"flow `{self.flow}` requires `{self.input}`, which is missing"

    def help(self) -> str:
        """Say what to add."""
        return f"add `{self.input}`"


class NotJson(Problem, frozen=True, kw_only=True):
    """A value that JSON has no way to write, such as half of a surrogate pair."""

    code: ClassVar[str] = "TL227"
    reason: ClassVar[str] = "VALUE_NOT_JSON"
    title: ClassVar[str] = "A value cannot be written as JSON"

    seen: str

    def line(self) -> str:
        """Say what stands in the way."""
        return f"the request holds {self.seen}, which JSON has no way to write"

    def help(self) -> str:
        """Say where such values come from."""
        return "look for text cut in the middle of a character, a number that is not finite, or values nested hundreds deep"


class BodyTooLarge(Problem, frozen=True, kw_only=True):
    """The launch request is larger than the cloud takes (`request.bytes.max`)."""

    code: ClassVar[str] = "TL240"
    reason: ClassVar[str] = "REQUEST_TOO_LARGE"
    title: ClassVar[str] = "The launch request is too large"
    kind: ClassVar[Kind] = Kind.TOO_LARGE

    bytes: int
    limit: int
    largest: str | None = None

    def line(self) -> str:
        """Give both sizes."""
        much = f"; most of it is `{self.largest}`" if self.largest else ""
        return f"the launch request has {self.bytes} bytes, and the cloud takes {self.limit}{much}"

    def help(self) -> str:
        """Say what to do."""
        return "send a reference to the data, and let the flow read it by a data action"


class NoRoute(Problem, frozen=True, kw_only=True):
    """No route takes the event."""

    code: ClassVar[str] = "TL250"
    reason: ClassVar[str] = "NO_ROUTE"
    title: ClassVar[str] = "No route takes the event"
    actor: ClassVar[Actor] = Actor.OPERATOR

    source: str
    type: str
    routes: str

    def line(self) -> str:
        """Name the event's source and type."""
        return f"no route takes an event of source `{self.source}` and type `{self.type}`"

    def help(self) -> str:
        """Name the routes there are."""
        there = f"the routes are {self.routes}" if self.routes else "there are no routes"
        return f"add a route that matches it, or mend one and replay the launch; {there}"


class ExpressionFailed(Problem, frozen=True, kw_only=True):
    """An expression met values it cannot work with."""

    code: ClassVar[str] = "TL251"
    reason: ClassVar[str] = "EXPRESSION_FAILED"
    title: ClassVar[str] = "An expression failed on this event"
    actor: ClassVar[Actor] = Actor.OPERATOR

    expression: str
    fault: str

    def line(self) -> str:
        """Say what it met."""
        return f"the expression `{self.expression}` failed: {self.fault}"

    def help(self) -> str:
        """Say how to mend it."""
        return "guard it, for example with `default(path, 'value')` or `to_string(path)`; then replay the launch"


class ResultTooLarge(Problem, frozen=True, kw_only=True):
    """An expression made, or began to make, more than it may."""

    code: ClassVar[str] = "TL252"
    reason: ClassVar[str] = "EXPRESSION_TOO_MUCH"
    title: ClassVar[str] = "An expression makes too much"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.TOO_LARGE

    expression: str
    what: str
    limit: int

    def line(self) -> str:
        """Name the bound it went over."""
        return f"the expression `{self.expression}` needs more than {self.limit} {self.what}"

    def help(self) -> str:
        """Say how to mend it."""
        return "pick the fields the flow needs instead of whole objects, and do not repeat `@`"


class ExpressionType(Problem, frozen=True, kw_only=True):
    """An expression gave a value of a type its place cannot take."""

    code: ClassVar[str] = "TL253"
    reason: ClassVar[str] = "EXPRESSION_TYPE"
    title: ClassVar[str] = "An expression gave a value of the wrong type"
    actor: ClassVar[Actor] = Actor.OPERATOR

    setting: str
    expression: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the place, what came and what may come."""
        return f"`{self.setting}` is {self.seen} by the expression `{self.expression}`, and must be {self.allowed}"

    def help(self) -> str:
        """Say how to mend it."""
        return f"make it {self.allowed}, for example with `to_string(path)` or `default(path, 'value')`; then replay the launch"
