"""54x: what the flow book says of the flow a request names."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class FlowNameUnknown(Problem, frozen=True, kw_only=True):
    """No flow has this name."""

    code: ClassVar[str] = "TL540"
    reason: ClassVar[str] = "FLOW_NAME_UNKNOWN"
    title: ClassVar[str] = "No flow has this name"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    flow: str
    known: int
    nearest: str | None = None

    def line(self) -> str:
        """Name the flow and the nearest there is."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"no flow named `{self.flow}` is known{near}"

    def help(self) -> str:
        """Say what to do."""
        if self.nearest:
            return f"name `{self.nearest}`, if that is the flow that is meant"
        if not self.known:
            return "no flow of this environment is known yet: read them from it (`tieline check --live`), or name them in the settings"
        return f"name one of the {self.known} flows of this environment, give the flow's id, or add the flow to the settings"


class FlowIdUnknown(Problem, frozen=True, kw_only=True):
    """No flow of the environment has this id."""

    code: ClassVar[str] = "TL541"
    reason: ClassVar[str] = "FLOW_ID_UNKNOWN"
    title: ClassVar[str] = "No flow has this id"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    flow_id: str

    def line(self) -> str:
        """Quote the id."""
        return f"no flow with the id `{self.flow_id}` exists in this environment"

    def help(self) -> str:
        """Say the most usual reason."""
        return "flow ids differ from one org to the next; name the flow by `flow` instead, or take the id from this environment"


class FlowNameAmbiguous(Problem, frozen=True, kw_only=True):
    """Several flows have this name, and none of them, or more than one, can be launched."""

    code: ClassVar[str] = "TL542"
    reason: ClassVar[str] = "FLOW_NAME_AMBIGUOUS"
    title: ClassVar[str] = "Several flows have this name"
    actor: ClassVar[Actor] = Actor.OPERATOR

    flow: str
    flows: str

    def line(self) -> str:
        """Name the flows that have the name."""
        return f"the name `{self.flow}` is that of several flows: {self.flows}"

    def help(self) -> str:
        """Say what to do."""
        return "give the id of the one that is meant, or rename the others"


class FlowSchemaInvalid(Problem, frozen=True, kw_only=True):
    """A flow's input schema that is no schema, so that inputs cannot be checked against it."""

    code: ClassVar[str] = "TL543"
    reason: ClassVar[str] = "FLOW_SCHEMA_INVALID"
    title: ClassVar[str] = "A flow's input schema cannot be used"
    actor: ClassVar[Actor] = Actor.OPERATOR

    flow: str
    fault: str

    def line(self) -> str:
        """Name the flow and the fault."""
        return f"the input schema of flow `{self.flow}` cannot be used: {self.fault}"

    def help(self) -> str:
        """Say what is wanted."""
        return "give the JSON Schema (draft-07) as the cloud has it, with its `definitions`; some SDKs drop them"
