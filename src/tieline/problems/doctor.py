"""6xx: what the probes of the way to the cloud find (TL650 to TL679)."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem
from tieline.problems.cloud import CloudProblem


class HostNotFound(Problem, frozen=True, kw_only=True):
    """The name of a host has no address here."""

    code: ClassVar[str] = "TL650"
    reason: ClassVar[str] = "HOST_NOT_FOUND"
    title: ClassVar[str] = "A host's name has no address"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    host: str
    fault: str

    def line(self) -> str:
        """Name the host, and what the resolver said."""
        return f"`{self.host}` has no address here: {self.fault}"

    def help(self) -> str:
        """Say what to check."""
        return "check the region or url of the environment for a slip, then the name server this machine asks"


class TlsFailed(Problem, frozen=True, kw_only=True):
    """A connection came about, and no TLS session on it that can be trusted."""

    code: ClassVar[str] = "TL651"
    reason: ClassVar[str] = "TLS_FAILED"
    title: ClassVar[str] = "No TLS session came about"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    host: str
    fault: str

    def line(self) -> str:
        """Name the host, and what TLS said."""
        return f"`{self.host}` is there, but no TLS session came about: {self.fault}"

    def help(self) -> str:
        """Say who usually stands between."""
        return (
            "look for a proxy that breaks TLS open (its certificate authority has to be trusted here), a wrong port, or a "
            "wrong clock on this machine"
        )


class PlainHttp(Problem, frozen=True, kw_only=True):
    """An address without TLS that is not on this machine: the secret would cross the network in the clear."""

    code: ClassVar[str] = "TL652"
    reason: ClassVar[str] = "PLAIN_HTTP"
    title: ClassVar[str] = "The secret would be sent in the clear"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.FORBIDDEN

    host: str

    def line(self) -> str:
        """Name the host."""
        return f"`{self.host}` is spoken to in plain http and is not on this machine, so the secret was not sent to it"

    def help(self) -> str:
        """Say both ways out."""
        return "name a `region`, or an https `url`; plain http is for a twin on loopback"


class ClientNotInRegion(CloudProblem, frozen=True, kw_only=True):
    """The login host does not know the client id at all."""

    code: ClassVar[str] = "TL653"
    reason: ClassVar[str] = "CLIENT_NOT_IN_REGION"
    title: ClassVar[str] = "The region does not know the OAuth client"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    host: str
    client_id: str

    def line(self) -> str:
        """Name the client and the host."""
        return f"`{self.host}` knows no OAuth client `{self.client_id}`: {self._said()}"

    def help(self) -> str:
        """Say what to check."""
        return "the id is wrong or belongs to another region, whatever the secret; `--try-regions` asks the other regions"


class SecretOrRegion(CloudProblem, frozen=True, kw_only=True):
    """The login host refused the client's secret."""

    code: ClassVar[str] = "TL654"
    reason: ClassVar[str] = "SECRET_OR_REGION"
    title: ClassVar[str] = "The client's secret was refused"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    host: str
    client_id: str

    def line(self) -> str:
        """Name the client and the host."""
        return f"`{self.host}` refused the secret of the OAuth client `{self.client_id}`: {self._said()}"

    def help(self) -> str:
        """Say what to check, the likelier first."""
        return (
            "check `client_secret` (a stray newline, an old one); when it is right, the region: `--try-regions` asks the others"
        )


class ClientElsewhere(Problem, frozen=True, kw_only=True):
    """Another region took the client's id and secret."""

    code: ClassVar[str] = "TL655"
    reason: ClassVar[str] = "CLIENT_ELSEWHERE"
    title: ClassVar[str] = "Another region knows the OAuth client"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    client_id: str
    regions: str
    asked: int

    def line(self) -> str:
        """Name the region."""
        return f"of {self.asked} other regions asked, {self.regions}: the OAuth client `{self.client_id}` is there"

    def help(self) -> str:
        """Say what to write."""
        return "write that region into the environment; where only the id is known, the secret is wrong as well"


class ReadFailed(CloudProblem, frozen=True, kw_only=True):
    """The cloud answered a plain read with something else than what was asked for."""

    code: ClassVar[str] = "TL656"
    reason: ClassVar[str] = "READ_FAILED"
    title: ClassVar[str] = "A read was not answered as it should be"

    host: str
    path: str
    fault: str | None = None

    def line(self) -> str:
        """Say what was asked, and what came."""
        return f"`{self.host}` answered GET {self.path} with {self.fault or self._said()}"

    def help(self) -> str:
        """Say what the answers mean."""
        return "410 is a deleted flow; a page that is not the API's is a proxy or a wrong url; on 5xx and silence run it again"


class FlowWithoutSchema(Problem, frozen=True, kw_only=True):
    """The org gives no input schema for a flow, so inputs cannot be checked before sending."""

    code: ClassVar[str] = "TL657"
    reason: ClassVar[str] = "FLOW_WITHOUT_SCHEMA"
    title: ClassVar[str] = "A flow has no input schema"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.STATE

    flow: str

    def line(self) -> str:
        """Name the flow."""
        return f"the org gives no input schema for flow `{self.flow}`, so its inputs cannot be checked before sending"

    def help(self) -> str:
        """Say where else it can come from."""
        return "publish the flow again, or give its `input_schema` under `flows` of the environment"


class BudgetNearlySpent(Problem, frozen=True, kw_only=True):
    """The token's budget of requests is nearly spent."""

    code: ClassVar[str] = "TL658"
    reason: ClassVar[str] = "BUDGET_NEARLY_SPENT"
    title: ClassVar[str] = "The token's budget is nearly spent"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.OVERLOADED

    used: int
    allowed: int
    reset_s: int

    def line(self) -> str:
        """Say how much is left, and until when."""
        return f"{self.used} of {self.allowed} requests are used, and the window ends in {self.reset_s} s"

    def help(self) -> str:
        """Say whose fault it may be."""
        return "look for another program that uses this OAuth client, and set the environment's `pace` below what is allowed"


class PermissionNotKnown(Problem, frozen=True, kw_only=True):
    """Whether the client may launch cannot be seen without launching."""

    code: ClassVar[str] = "TL659"
    reason: ClassVar[str] = "PERMISSION_NOT_KNOWN"
    title: ClassVar[str] = "Whether the client may launch is not known"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.STATE

    permission: str

    def line(self) -> str:
        """Name the permission, and why it cannot be seen."""
        return f"whether the OAuth client has `{self.permission}` is not known: the cloud says so only to a launch"

    def help(self) -> str:
        """Say how to know."""
        return "with `--flow NAME --launch` doctor really launches that flow, once and with no inputs"
