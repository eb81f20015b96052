"""4xx: what Genesys Cloud, or the way to it, answers."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class CloudProblem(Problem, frozen=True, kw_only=True):
    """What the cloud's answers share: its status, its own code and message, and the id its support asks for."""

    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    status: int | None = None
    cloud_code: str | None = None
    cloud_message: str | None = None
    correlation_id: str | None = None

    def _said(self) -> str:
        """Say status, code and message, as far as they are known."""
        parts = [str(self.status or ""), f"`{self.cloud_code}`" if self.cloud_code else ""]
        head = " ".join(part for part in parts if part)
        return f"{head}: {self.cloud_message}".rstrip(".") if self.cloud_message else head or "no answer"


class CloudRefused(CloudProblem, frozen=True, kw_only=True):
    """The cloud refused the launch request; the same request would be refused again."""

    code: ClassVar[str] = "TL401"
    reason: ClassVar[str] = "CLOUD_REFUSED"
    title: ClassVar[str] = "Genesys Cloud refused the launch"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    def line(self) -> str:
        """Say what the cloud said."""
        return f"genesys cloud refused the launch with {self._said()}"

    def help(self) -> str:
        """Say how to find the field."""
        return "mend the request or the flow and replay the launch; preflight against the flow's input schema names the field"


class CloudForbidden(CloudProblem, frozen=True, kw_only=True):
    """The OAuth client may not launch this flow."""

    code: ClassVar[str] = "TL402"
    reason: ClassVar[str] = "CLOUD_FORBIDDEN"
    title: ClassVar[str] = "The OAuth client may not do this"
    kind: ClassVar[Kind] = Kind.FORBIDDEN

    needed: str | None = None

    def line(self) -> str:
        """Say what the cloud said."""
        return f"the OAuth client was refused with {self._said()}"

    def help(self) -> str:
        """Name the permissions."""
        if self.needed is not None and self.needed != "architect:flow:launch":
            return f"give a role of the OAuth client `{self.needed}`, in the division of what it asks for"
        return (
            "give a role of the OAuth client `architect:flow:launch` (to read flows and runs `architect:flow:view` and "
            "`architect:flowExecution:view`) in the flow's division"
        )


class CloudFlowNotFound(CloudProblem, frozen=True, kw_only=True):
    """The org has no such flow, or the client cannot see it."""

    code: ClassVar[str] = "TL403"
    reason: ClassVar[str] = "CLOUD_FLOW_NOT_FOUND"
    title: ClassVar[str] = "The org has no such flow"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    def line(self) -> str:
        """Say what the cloud said."""
        return f"genesys cloud does not know the flow: {self._said()}"

    def help(self) -> str:
        """Say where ids differ."""
        return (
            "flow ids differ in every org: name the flow instead of its id, or check the environment and the client's divisions"
        )


class CloudFlowNotPublished(CloudProblem, frozen=True, kw_only=True):
    """The flow exists and has no published version."""

    code: ClassVar[str] = "TL404"
    reason: ClassVar[str] = "CLOUD_FLOW_NOT_PUBLISHED"
    title: ClassVar[str] = "The flow is not published"
    kind: ClassVar[Kind] = Kind.STATE

    def line(self) -> str:
        """Say what the cloud said."""
        return f"the flow has no published version: {self._said()}"

    def help(self) -> str:
        """Say what to do."""
        return "publish the flow in Architect, then replay the launch"


class CloudTokenRefused(CloudProblem, frozen=True, kw_only=True):
    """The cloud did not take the token; nothing was launched and a new token is asked for."""

    code: ClassVar[str] = "TL405"
    reason: ClassVar[str] = "CLOUD_TOKEN_REFUSED"
    title: ClassVar[str] = "Genesys Cloud did not take the token"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    def line(self) -> str:
        """Say what the cloud said."""
        return f"the token was refused with {self._said()}"

    def help(self) -> str:
        """Say when to worry."""
        return "ask for a new token (tieline does so by itself); when this repeats, check that the token is of this region, that the OAuth client is active, and that this address is allowed"


class CredentialsRefused(CloudProblem, frozen=True, kw_only=True):
    """The login host did not take the client id and secret."""

    code: ClassVar[str] = "TL406"
    reason: ClassVar[str] = "CREDENTIALS_REFUSED"
    title: ClassVar[str] = "The client id or secret is wrong"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    host: str

    def line(self) -> str:
        """Say who refused."""
        return f"`{self.host}` gave no token for the OAuth client: {self._said()}"

    def help(self) -> str:
        """Name the settings."""
        return "check `client_id`, `client_secret` and the region: a client exists in one org, and must be of type client credentials"


class CloudThrottled(CloudProblem, frozen=True, kw_only=True):
    """The token's budget of requests was spent; nothing was launched."""

    code: ClassVar[str] = "TL410"
    reason: ClassVar[str] = "CLOUD_THROTTLED"
    title: ClassVar[str] = "Genesys Cloud throttled the token"
    actor: ClassVar[Actor] = Actor.CLOUD
    kind: ClassVar[Kind] = Kind.OVERLOADED

    retry_after_ms: int | None = None

    def line(self) -> str:
        """Say for how long."""
        wait = "" if self.retry_after_ms is None else f", wait {self.retry_after_ms / 1_000:g} s"
        return f"the token's budget is spent{wait}: {self._said()}"

    def help(self) -> str:
        """Say whose fault it may be."""
        return "tieline waits and tries again; the pace keeps below the limit, so look for another program that uses this OAuth client"


class TokenThrottled(CloudProblem, frozen=True, kw_only=True):
    """Too many tokens were asked for; the login host says so with 400, not 429."""

    code: ClassVar[str] = "TL411"
    reason: ClassVar[str] = "TOKEN_THROTTLED"
    title: ClassVar[str] = "Too many tokens were asked for"
    actor: ClassVar[Actor] = Actor.CLOUD
    kind: ClassVar[Kind] = Kind.OVERLOADED

    host: str
    retry_after_ms: int

    def line(self) -> str:
        """Say for how long."""
        return f"`{self.host}` gives no more tokens for {self.retry_after_ms / 1_000:g} s: {self._said()}"

    def help(self) -> str:
        """Say whose fault it may be."""
        return "tieline keeps one token and waits; look for another program that asks for tokens with this OAuth client"


class CloudUnreachable(CloudProblem, frozen=True, kw_only=True):
    """No connection came about, so nothing was sent."""

    code: ClassVar[str] = "TL420"
    reason: ClassVar[str] = "CLOUD_UNREACHABLE"
    title: ClassVar[str] = "Genesys Cloud cannot be reached"

    host: str
    fault: str

    def line(self) -> str:
        """Say which step failed."""
        return f"`{self.host}` cannot be reached, nothing was sent: {self.fault}"

    def help(self) -> str:
        """Say what to check."""
        return "check the region or url of the environment, name resolution, the way out (proxy, firewall) and certificates"


class TokenUnreadable(CloudProblem, frozen=True, kw_only=True):
    """The login host answered, but with no token and no refusal that can be understood."""

    code: ClassVar[str] = "TL421"
    reason: ClassVar[str] = "TOKEN_UNREADABLE"
    title: ClassVar[str] = "The login host gave no token"

    host: str
    fault: str

    def line(self) -> str:
        """Say what came instead."""
        return f"`{self.host}` gave no token: {self.fault}"

    def help(self) -> str:
        """Say what to check."""
        return (
            "check the region or url of the environment; when it is right, the login host is in trouble and tieline tries again"
        )


class CloudRedirected(CloudProblem, frozen=True, kw_only=True):
    """What answered sent us elsewhere; a launch is never sent after a redirect."""

    code: ClassVar[str] = "TL422"
    reason: ClassVar[str] = "CLOUD_REDIRECTED"
    title: ClassVar[str] = "The address leads elsewhere"

    host: str

    def line(self) -> str:
        """Say who redirects."""
        return (
            f"`{self.host}` answered {self.status}, a redirect; the API does not redirect, so this is another address or a proxy"
        )

    def help(self) -> str:
        """Name the setting."""
        return "check the region or url of the environment, and whether a proxy stands between"


class AnswerMissing(CloudProblem, frozen=True, kw_only=True):
    """The launch request went out and no whole answer came back: the flow may run."""

    code: ClassVar[str] = "TL430"
    reason: ClassVar[str] = "ANSWER_MISSING"
    title: ClassVar[str] = "The launch went out and no answer came"
    actor: ClassVar[Actor] = Actor.CLOUD

    fault: str

    def line(self) -> str:
        """Say how it ended."""
        return f"the launch request went out and no answer came: {self.fault}"

    def help(self) -> str:
        """Say what not to do."""
        return (
            "the flow may have started, so tieline does not send it again; look for the run in Architect before you launch again"
        )


class AnswerUnreadable(CloudProblem, frozen=True, kw_only=True):
    """The cloud answered success without naming an execution (the flow probably runs), or no list of flows."""

    code: ClassVar[str] = "TL431"
    reason: ClassVar[str] = "ANSWER_UNREADABLE"
    title: ClassVar[str] = "The answer does not hold what was asked for"
    actor: ClassVar[Actor] = Actor.CLOUD

    fault: str

    def line(self) -> str:
        """Say what is wrong with the answer."""
        return f"genesys cloud answered {self.status}, but {self.fault}"

    def help(self) -> str:
        """Say what not to do."""
        return (
            "a launch answered so probably started and is not sent again; look for the run in Architect before you launch again"
        )


class CloudFailed(CloudProblem, frozen=True, kw_only=True):
    """The cloud answered that it failed; whether the flow started is not known."""

    code: ClassVar[str] = "TL432"
    reason: ClassVar[str] = "CLOUD_FAILED"
    title: ClassVar[str] = "Genesys Cloud failed"
    actor: ClassVar[Actor] = Actor.CLOUD

    def line(self) -> str:
        """Say what the cloud said."""
        return f"genesys cloud failed with {self._said()}"

    def help(self) -> str:
        """Say what not to do."""
        return (
            "a launch answered so may have started and is not sent again; look for the run in Architect before you launch again"
        )


class RunFailed(Problem, frozen=True, kw_only=True):
    """The flow was launched, and its run failed."""

    code: ClassVar[str] = "TL440"
    reason: ClassVar[str] = "RUN_FAILED"
    title: ClassVar[str] = "The run of the flow failed"
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.STATE

    execution: str
    status: str
    cloud_code: str | None = None
    cloud_message: str | None = None

    def line(self) -> str:
        """Say what the cloud said of the run."""
        why = ": ".join(part for part in (self.cloud_code and f"`{self.cloud_code}`", self.cloud_message) if part)
        return f"the run `{self.execution}` ended {self.status}" + (f", {why}".rstrip(".") if why else "")

    def help(self) -> str:
        """Say where to look."""
        return "look at the run in Architect; an input the flow expects and was not given is the usual cause"


class RunGone(Problem, frozen=True, kw_only=True):
    """The cloud no longer, or not yet, knows the run that it named itself."""

    code: ClassVar[str] = "TL441"
    reason: ClassVar[str] = "RUN_GONE"
    title: ClassVar[str] = "The cloud does not know the run"
    actor: ClassVar[Actor] = Actor.CLOUD
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    execution: str

    def line(self) -> str:
        """Name the run."""
        return f"genesys cloud does not know the run `{self.execution}`, so how it ended is not known"

    def help(self) -> str:
        """Say how long runs are kept."""
        return "runs are kept for some days only; the launch itself stands"


class AttemptsExhausted(Problem, frozen=True, kw_only=True):
    """The launch could not be sent in all the tries it has."""

    code: ClassVar[str] = "TL442"
    reason: ClassVar[str] = "ATTEMPTS_EXHAUSTED"
    title: ClassVar[str] = "The launch could not be sent"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    attempts: int
    allowed: int

    def line(self) -> str:
        """Count the tries."""
        return f"the launch was not sent in {self.attempts} tries, of {self.allowed} allowed"

    def help(self) -> str:
        """Say what to do."""
        return "mend what the finding before this one names, then replay the launch"
