"""6xx: what diagnosis finds in an exchange (TL601 to TL629); what a launch request itself gets wrong is in `preflight` (2xx),
what the cloud's answer says in `cloud` (4xx).
"""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class EndpointUnknown(Problem, frozen=True, kw_only=True):
    """The path is none that the platform publishes."""

    code: ClassVar[str] = "TL601"
    reason: ClassVar[str] = "ENDPOINT_UNKNOWN"
    title: ClassVar[str] = "The address is no operation of the platform"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    path: str
    nearest: str

    def line(self) -> str:
        """Name the path and the one that was meant."""
        return f"`{self.path}` is no operation of Genesys Cloud; did you mean `{self.nearest}`?"

    def help(self) -> str:
        """Say where to send it."""
        return f"send it to `{self.nearest}`"


class RequestMethod(Problem, frozen=True, kw_only=True):
    """The path is right and takes another method."""

    code: ClassVar[str] = "TL602"
    reason: ClassVar[str] = "REQUEST_METHOD"
    title: ClassVar[str] = "The method is not one this address takes"

    method: str
    path: str
    allowed: str

    def line(self) -> str:
        """Name the method and those allowed."""
        return f"`{self.path}` takes {self.allowed}, not `{self.method}`"

    def help(self) -> str:
        """Say what to send."""
        return f"send {self.allowed}"


class HostWrong(Problem, frozen=True, kw_only=True):
    """The host is none of the platform's, or serves something else."""

    code: ClassVar[str] = "TL603"
    reason: ClassVar[str] = "HOST_WRONG"
    title: ClassVar[str] = "The host does not serve this"

    host: str
    wanted: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the host and the one that serves it."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.host}` is not a host that serves {self.wanted}{near}"

    def help(self) -> str:
        """Say how hosts are made."""
        return "tokens come from `login.` and the API from `api.` before the region's domain, such as `api.mypurecloud.com`, over https"


class ClientOrRegion(Problem, frozen=True, kw_only=True):
    """`invalid_client`: an unknown client, its secret, or the region; the answer does not tell which."""

    code: ClassVar[str] = "TL604"
    reason: ClassVar[str] = "CLIENT_OR_REGION"
    title: ClassVar[str] = "The login host does not take the client: wrong region, id or secret"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    host: str
    said: str

    def line(self) -> str:
        """Say what can be behind it."""
        return f"`{self.host}` does not take the client ({self.said}): another region, or a wrong id or secret"

    def help(self) -> str:
        """Name the shortest check."""
        return (
            "a client exists in one region only: ask the login host of the org's own region with the same id and secret; "
            "when that refuses too, make a new secret"
        )


class RequestContentType(Problem, frozen=True, kw_only=True):
    """Content-Type is missing or another than the operation takes."""

    code: ClassVar[str] = "TL605"
    reason: ClassVar[str] = "REQUEST_CONTENT_TYPE"
    title: ClassVar[str] = "The Content-Type is missing or wrong"
    kind: ClassVar[Kind] = Kind.UNSUPPORTED

    wanted: str
    seen: str | None = None

    def line(self) -> str:
        """Name the one that stands there and the one that must."""
        return (
            f"the Content-Type is `{self.seen}`, and must be `{self.wanted}`"
            if self.seen
            else (f"there is no Content-Type, and it must be `{self.wanted}`")
        )

    def help(self) -> str:
        """Say what to send."""
        return f"send the header `Content-Type: {self.wanted}` and a body of that form"


class AuthorizationMissing(Problem, frozen=True, kw_only=True):
    """No Authorization header."""

    code: ClassVar[str] = "TL606"
    reason: ClassVar[str] = "AUTHORIZATION_MISSING"
    title: ClassVar[str] = "The Authorization header is missing"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    wanted: str

    def line(self) -> str:
        """Say what is missing."""
        return f"there is no Authorization header, and `{self.wanted}` is needed"

    def help(self) -> str:
        """Say what to send."""
        return f"send the header `Authorization: {self.wanted}`"


class AuthorizationMalformed(Problem, frozen=True, kw_only=True):
    """An Authorization header that cannot be a good one. Its value is never shown."""

    code: ClassVar[str] = "TL607"
    reason: ClassVar[str] = "AUTHORIZATION_MALFORMED"
    title: ClassVar[str] = "The Authorization header is malformed"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    fault: str
    wanted: str

    def line(self) -> str:
        """Say what is wrong with its form."""
        return f"the Authorization header {self.fault}, and must be `{self.wanted}`"

    def help(self) -> str:
        """Say what to send."""
        return f"send the header `Authorization: {self.wanted}`"


class CredentialsInBody(Problem, frozen=True, kw_only=True):
    """Client id and secret stand in the form; the documented way is HTTP Basic."""

    code: ClassVar[str] = "TL608"
    reason: ClassVar[str] = "CREDENTIALS_IN_BODY"
    title: ClassVar[str] = "The client's credentials stand in the body"

    host: str

    def line(self) -> str:
        """Say where they stand."""
        return "`client_id` and `client_secret` stand in the form; the documented way is the Authorization header"

    def help(self) -> str:
        """Say what to send."""
        return (
            "send `Authorization: Basic <base64 of client_id:client_secret>` and only `grant_type=client_credentials` in the form"
        )


class ScopeUseless(Problem, frozen=True, kw_only=True):
    """A scope that does not exist, or one that means nothing here."""

    code: ClassVar[str] = "TL609"
    reason: ClassVar[str] = "SCOPE_USELESS"
    title: ClassVar[str] = "The scope does not exist or does not apply"
    kind: ClassVar[Kind] = Kind.FORBIDDEN

    scope: str
    exists: bool
    needed: str

    def line(self) -> str:
        """Say what the scope is worth."""
        if self.exists:
            return f"scopes (`{self.scope}`) mean nothing for a client-credentials client: its roles decide"
        return f"there is no scope `{self.scope}`"

    def help(self) -> str:
        """Say what is needed instead."""
        return (
            f"client credentials need the permission `{self.needed}` in a role of the client, and no scope; "
            "only tokens of users need the scope `architect`"
        )


class ScopeMissing(Problem, frozen=True, kw_only=True):
    """The token of a user lacks a scope."""

    code: ClassVar[str] = "TL610"
    reason: ClassVar[str] = "SCOPE_MISSING"
    title: ClassVar[str] = "The token lacks a scope"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.FORBIDDEN

    needed: str
    said: str

    def line(self) -> str:
        """Say what the cloud said."""
        return f"the token lacks a scope: {self.said}"

    def help(self) -> str:
        """Name the scope."""
        return f"give the OAuth client the scope `{self.needed}` and let the user sign in again; client credentials need a permission instead"


class BodyMalformed(Problem, frozen=True, kw_only=True):
    """The body is not JSON; `what` says how, at a line and column (from 1)."""

    code: ClassVar[str] = "TL611"
    reason: ClassVar[str] = "BODY_MALFORMED"
    title: ClassVar[str] = "The body is not JSON"

    what: str
    row: int
    column: int

    def line(self) -> str:
        """Say what is wrong and where."""
        return f"the body is not JSON: {self.what} (line {self.row}, column {self.column})"

    def help(self) -> str:
        """Say how it does not happen again."""
        return "mend it there, or better let a JSON library write the body"


class EncodedTwice(Problem, frozen=True, kw_only=True):
    """A JSON text stands where the value it describes should: it was encoded twice. `field` is empty for the whole body."""

    code: ClassVar[str] = "TL612"
    reason: ClassVar[str] = "ENCODED_TWICE"
    title: ClassVar[str] = "JSON was encoded twice"

    field: str

    def line(self) -> str:
        """Say what was encoded twice."""
        what = f"`{self.field}`" if self.field else "the body"
        return f"{what} is a string that holds JSON, and must be the object itself"

    def help(self) -> str:
        """Say what to leave out."""
        return "encode once: hand the object to the HTTP client, or its JSON text, not the JSON of that text"


class BodyMissing(Problem, frozen=True, kw_only=True):
    """Nothing was sent where a body belongs."""

    code: ClassVar[str] = "TL613"
    reason: ClassVar[str] = "BODY_MISSING"
    title: ClassVar[str] = "The request has no body"

    wanted: str

    def line(self) -> str:
        """Say that it is empty."""
        return f"the request has no body, and must have {self.wanted}"

    def help(self) -> str:
        """Say what to send."""
        return f"send {self.wanted}"


class TokenFieldUnknown(Problem, frozen=True, kw_only=True):
    """A field that is not part of a token request."""

    code: ClassVar[str] = "TL614"
    reason: ClassVar[str] = "TOKEN_FIELD_UNKNOWN"
    title: ClassVar[str] = "A field that is not part of the token request"

    field: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the field."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.field}` is not a field of a token request{near}"

    def help(self) -> str:
        """Say what to do with it."""
        return f"rename it to `{self.nearest}`" if self.nearest else f"leave it out; the fields are {self.allowed}"


class TokenFieldMissing(Problem, frozen=True, kw_only=True):
    """A field that a token request must have. `found` says where it stands instead, if it does."""

    code: ClassVar[str] = "TL615"
    reason: ClassVar[str] = "TOKEN_FIELD_MISSING"
    title: ClassVar[str] = "A field of the token request is missing"

    field: str
    value: str
    found: str | None = None

    def line(self) -> str:
        """Name what is missing, and where it stands instead."""
        return f"`{self.field}` is missing from the form" + (f"; it stands {self.found}" if self.found else "")

    def help(self) -> str:
        """Say what to add."""
        return f"send `{self.field}={self.value}` as the body, with Content-Type application/x-www-form-urlencoded"


class TokenFieldValue(Problem, frozen=True, kw_only=True):
    """A value that the token endpoint does not take."""

    code: ClassVar[str] = "TL616"
    reason: ClassVar[str] = "TOKEN_FIELD_VALUE"
    title: ClassVar[str] = "A value of the token request is wrong"

    field: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the value and those allowed."""
        return f"`{self.field}` is `{self.seen}`, and must be {self.allowed}"

    def help(self) -> str:
        """Say what to send."""
        return f"send {self.allowed}"


class AnswerForeign(Problem, frozen=True, kw_only=True):
    """The answer is not in the platform's form: something else answered."""

    code: ClassVar[str] = "TL617"
    reason: ClassVar[str] = "ANSWER_FOREIGN"
    title: ClassVar[str] = "The answer is not of Genesys Cloud"
    actor: ClassVar[Actor] = Actor.OPERATOR

    status: int | None
    said: str

    def line(self) -> str:
        """Say what came, and what does not fit."""
        status = f" {self.status}" if self.status else ""
        return f"the answer{status} is not in the platform's form ({self.said}): something else answered"

    def help(self) -> str:
        """Say what a genuine answer looks like."""
        return (
            "a refusal of Genesys Cloud has `message`, `code`, `status` and `contextId`, and the header ININ-Correlation-Id: "
            "look where the request really goes (a gateway, a data action, a function of your own)"
        )


class AnswerOfProxy(Problem, frozen=True, kw_only=True):
    """An empty answer or a page of HTML: a proxy between answered."""

    code: ClassVar[str] = "TL618"
    reason: ClassVar[str] = "ANSWER_OF_PROXY"
    title: ClassVar[str] = "A proxy answered, not Genesys Cloud"
    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    status: int | None
    what: str

    def line(self) -> str:
        """Say what came."""
        return f"the answer {self.status or ''} is {self.what}, which a proxy or gateway sends, not the API".replace("  ", " ")

    def help(self) -> str:
        """Say what to look for."""
        return (
            "a genuine answer is JSON with the header ININ-Correlation-Id; look at the way out (proxy, firewall) and at the host"
        )


class InputRefused(Problem, frozen=True, kw_only=True):
    """The cloud refused an input. `input` is the one it must be, when that can be told."""

    code: ClassVar[str] = "TL619"
    reason: ClassVar[str] = "INPUT_REFUSED"
    title: ClassVar[str] = "Genesys Cloud refused an input"

    cloud_code: str
    input: str | None = None

    def line(self) -> str:
        """Say what the cloud said, and of which input."""
        what = f"`{self.input}`" if self.input else "one of the inputs"
        if self.cloud_code == "variable.value.not.allowed":
            return f"genesys cloud refused {what} with `{self.cloud_code}`: its value is not one the variable takes"
        return f"genesys cloud refused {what} with `{self.cloud_code}`: it is not marked as an input of the flow"

    def help(self) -> str:
        """Name the check that tells which."""
        return "hold the inputs against the flow's input schema: `--flow-schema FILE`, or read it live with `tieline doctor`"


class InputNeverSet(Problem, frozen=True, kw_only=True):
    """A run failed on a variable that the launch did not set."""

    code: ClassVar[str] = "TL620"
    reason: ClassVar[str] = "INPUT_NEVER_SET"
    title: ClassVar[str] = "The run failed on an input that was not given"

    input: str
    expression: str

    def line(self) -> str:
        """Name the variable and where it was used."""
        return f"the run failed at `{self.expression}`: the launch never set `{self.input}`"

    def help(self) -> str:
        """Say how to set it."""
        return f"give `{self.input}` among `inputData`, by exactly this name, or give the variable an initial value in the flow"


class DuplicateName(Problem, frozen=True, kw_only=True):
    """A name stands twice in one object; which of the two counts is up to the reader."""

    code: ClassVar[str] = "TL621"
    reason: ClassVar[str] = "DUPLICATE_NAME"
    title: ClassVar[str] = "A name stands twice in the body"

    name: str

    def line(self) -> str:
        """Name it."""
        return f"`{self.name}` stands twice in one object, and readers differ in which one counts"

    def help(self) -> str:
        """Say what to do."""
        return f"keep one `{self.name}`"


class RegionMismatch(Problem, frozen=True, kw_only=True):
    """The token came from one region and was used in another."""

    code: ClassVar[str] = "TL622"
    reason: ClassVar[str] = "REGION_MISMATCH"
    title: ClassVar[str] = "Token and call are of different regions"

    login: str
    api: str
    wanted: str

    def line(self) -> str:
        """Name both."""
        return f"the token comes from `{self.login}` and is used at `{self.api}`; a token is good in its own region only"

    def help(self) -> str:
        """Say what to call."""
        return f"call `{self.wanted}`, or ask the other region's login host for a token"


class GrantRefused(Problem, frozen=True, kw_only=True):
    """The token endpoint refuses what was handed in for a token: a code, a refresh token, a grant type or a scope."""

    code: ClassVar[str] = "TL623"
    reason: ClassVar[str] = "GRANT_REFUSED"
    title: ClassVar[str] = "The login host does not give a token for what was handed in"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    host: str
    error: str
    said: str | None

    def line(self) -> str:
        """Repeat what the login host said."""
        more = f": {self.said}" if self.said else ""
        return f"`{self.host}` gives no token for this (`{self.error}`{more})"

    def help(self) -> str:
        """Say what each error means (RFC 6749, section 5.2)."""
        return _GRANT_HELP.get(self.error, "compare the request with a token request that works")


_GRANT_HELP = {
    "invalid_grant": (
        "an authorization code is good once and for a short time, and `redirect_uri` and `code_verifier` must be those of the "
        "authorize request; a service needs none of this: it sends `grant_type=client_credentials`"
    ),
    "unauthorized_client": "set the OAuth client up for this grant type (Admin, Integrations, OAuth), or use a client that is",
    "unsupported_grant_type": "send `grant_type=client_credentials` in the form, with Content-Type application/x-www-form-urlencoded",
    "invalid_scope": "leave `scope` out: a client-credentials client has the permissions of its roles, and no scopes",
}
