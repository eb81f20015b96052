"""Reads an answer: who wrote it, at which gate the request stopped, and what it blames."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from tieline.contract.errors import PLATFORM
from tieline.contract.limits import HEADER_CORRELATION
from tieline.contract.oauth import PUBLISHED_SCOPE, RATE_LIMITED_PREFIX
from tieline.contract.operation import Operation
from tieline.contract.operations import EXECUTION, LAUNCH, OPERATIONS, TOKEN
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.form import Body
from tieline.diagnosis.launch_request import inputs_in
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.domain.exchange import CapturedAnswer
from tieline.domain.finding import pointer
from tieline.domain.json import Json
from tieline.preflight.fields import OFFICIAL, meant
from tieline.problems.cloud import (
    CloudFailed,
    CloudFlowNotFound,
    CloudFlowNotPublished,
    CloudForbidden,
    CloudRefused,
    CloudThrottled,
    CloudTokenRefused,
    RunGone,
    TokenThrottled,
)
from tieline.problems.diagnosis import (
    AnswerForeign,
    AnswerOfProxy,
    ClientOrRegion,
    GrantRefused,
    InputRefused,
    ScopeMissing,
)
from tieline.problems.preflight import UnknownField, WrongValue

_PUBLISHED = frozenset(error.code for operation in OPERATIONS.values() for error in operation.errors) | {
    one.code for one in PLATFORM
}
_BRACKETED = re.compile(r"\[([^\]]{0,200})\]")
_SECONDS = re.compile(r"\[(\d{1,6})\] seconds")
_PERMISSION = re.compile(r"[a-zA-Z]{3,40}:[a-zA-Z*]{2,40}:[a-zA-Z*]{2,40}")
_SCOPE_NAMED = re.compile(r"\bscopes?\b\W{1,4}([a-z][\w-]{0,40}(?::[\w-]{1,40}){1,3})")
HTTP_PHRASES = {400: "badrequest", 404: "notfound", 405: "methodnotallowed", 422: "unprocessableentity"}
TOKEN_WAIT_MS = 60_000
"""How long the official provider goes on trying after the token endpoint's rate limit: a minute."""


class Author(StrEnum):
    """Who wrote an answer."""

    PLATFORM = "platform"
    LOGIN = "login"
    PROXY = "proxy"
    FOREIGN = "foreign"
    NOT_SHOWN = "not shown"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, read. `code` and `message` are the error body's own; `value` is the decoded body."""

    status: int | None = None
    author: Author = Author.NOT_SHOWN
    code: str | None = None
    message: str | None = None
    correlation: str | None = None
    value: Json = None
    page: bool = False
    retry_after_ms: int | None = None

    @property
    def failed(self) -> bool:
        """Whether something went wrong, as far as the answer tells."""
        if self.status is not None:
            return self.status >= 400 or self.status in {301, 302, 303, 307, 308} or self.author is Author.PROXY
        return self.author is not Author.NOT_SHOWN and self.code is not None

    @property
    def good(self) -> bool:
        """Whether it is an answer of success."""
        return self.status is not None and 200 <= self.status < 300 and self.author is not Author.PROXY


def read_reply(answer: CapturedAnswer | None) -> Reply:
    """Read an answer; all is unknown when none was captured."""
    if answer is None:
        return Reply()
    value, author = _author(answer)
    found = value if isinstance(value, dict) else {}
    status = answer.status
    if status is None and isinstance(found.get("status"), int):
        status = int(str(found["status"]))
    code = _text(found.get("code")) or (_text(found.get("error")) if author is Author.LOGIN else None)
    message = _text(found.get("message")) or _text(found.get("error_description")) or _text(found.get("description"))
    correlation = answer.header(HEADER_CORRELATION) or _text(found.get("contextId"))
    return Reply(
        status=status,
        author=author,
        code=code,
        message=message,
        correlation=correlation,
        value=value,
        page=(answer.body or "").lstrip().startswith("<"),
        retry_after_ms=_wait(answer, message),
    )


def _author(answer: CapturedAnswer) -> tuple[Json, Author]:
    text = answer.body
    genuine_head = answer.header(HEADER_CORRELATION) is not None
    failed = answer.status is None or answer.status >= 400
    if text is None:
        return None, Author.PLATFORM if genuine_head else Author.NOT_SHOWN
    if not text.strip():
        return None, Author.PROXY if failed and not genuine_head else Author.PLATFORM
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip()[:1] == "<":
            return None, Author.PROXY  # with 200 too: the page of an app or of a log-in, never an answer of the API
        return None, Author.FOREIGN if failed else Author.NOT_SHOWN
    if not failed:
        return value, Author.PLATFORM
    return value, _author_of(value)


def _author_of(value: Json) -> Author:
    if value is None:
        return Author.NOT_SHOWN
    if not isinstance(value, dict):
        return Author.FOREIGN
    if isinstance(value.get("error"), str) and ({"error_description", "description"} & value.keys() or value["error"] in _OAUTH):
        return Author.LOGIN
    if _text(value.get("code")) in _PUBLISHED or len({"message", "code", "status", "contextId"} & value.keys()) >= 2:
        return Author.PLATFORM
    return Author.FOREIGN


_OAUTH = frozenset(
    {"invalid_client", "invalid_request", "invalid_grant", "unsupported_grant_type", "unauthorized_client", "invalid_scope"}
)


def _text(value: Json) -> str | None:
    return value[:500] if isinstance(value, str) and value else None


def _wait(answer: CapturedAnswer, message: str | None) -> int | None:
    header = (answer.header("Retry-After") or "").strip()
    if header.isdigit() and header.isascii() and len(header) < 7:
        return int(header) * 1000
    found = _SECONDS.search(message or "")
    return int(found[1]) * 1000 if found else None


# -- the gate --------------------------------------------------------------------------------------------------------

_GATES: Mapping[int, tuple[Stage, Stage]] = {
    400: (Stage.FORM, Stage.INPUT),
    401: (Stage.AUTH, Stage.AUTH),
    403: (Stage.ALLOWED, Stage.ALLOWED),
    404: (Stage.REACH, Stage.FLOW),
    405: (Stage.REACH, Stage.REACH),
    409: (Stage.FLOW, Stage.FLOW),
    410: (Stage.FLOW, Stage.FLOW),
    413: (Stage.FORM, Stage.FORM),
    415: (Stage.FORM, Stage.FORM),
    422: (Stage.FORM, Stage.INPUT),
    429: (Stage.ALLOWED, Stage.ALLOWED),
}
_CODES: Mapping[str, tuple[Stage, Stage]] = {
    "architect.flow.not.found": (Stage.FLOW, Stage.FLOW),
    "flow.config.not.published": (Stage.FLOW, Stage.FLOW),
    "flow.definition.missing": (Stage.FLOW, Stage.FLOW),
    "flow.invalid.state": (Stage.FLOW, Stage.FLOW),
    "input.var.not.marked.in.flow.def": (Stage.INPUT, Stage.INPUT),
    "variable.value.not.allowed": (Stage.INPUT, Stage.INPUT),
    "architect.object.validate.failed": (Stage.FORM, Stage.INPUT),
    "bad.request": (Stage.FORM, Stage.INPUT),
}


def gate(reply: Reply, operation: Operation | None, *, wrong_address: bool = False) -> tuple[Stage, Stage] | None:
    """Give the first and the last stage at which the answer says the request stopped; None when it does not say.

    `wrong_address`: the request went to a path or method that is not published, which a 404 or 405 is the answer to.
    """
    if reply.code is not None and reply.code in _CODES:
        return _CODES[reply.code]
    if wrong_address and reply.status in {404, 405}:
        return (Stage.REACH, Stage.REACH)
    if (operation is TOKEN and reply.status in {400, 401}) or (operation is None and reply.author is Author.LOGIN):
        return (Stage.REACH, Stage.FORM)
    status = reply.status or 0
    if reply.author is Author.PROXY and status < 400:
        return (Stage.REACH, Stage.REACH)
    if reply.author is Author.PROXY and status < 500:
        return (Stage.REACH, Stage.INPUT)
    if reply.author in {Author.FOREIGN, Author.LOGIN} and status in {400, 404, 405, 422}:
        return (Stage.REACH, Stage.INPUT)
    return (Stage.REACH, Stage.REACH) if status == 408 or status >= 500 else _GATES.get(status)


# -- what it blames --------------------------------------------------------------------------------------------------


def blamed(reply: Reply, operation: Operation | None, host: str, body: Body, *, path_known: bool) -> Iterator[Spotted]:
    """Say what the answer itself names as the fault; nothing when it was good."""
    if not reply.failed:
        return
    if reply.author is Author.PROXY:
        what = "a page of HTML" if reply.page else "an empty body"
        why = "the platform answers in JSON; a gateway, a firewall or a wrong address answers so"
        yield spot(
            AnswerOfProxy(status=reply.status, what=what), Rule.OTHER, Stage.REACH, "response", said=True, sure=False, why=why
        )
        if reply.status is None or reply.status < 500:
            return
    if reply.author is Author.FOREIGN or (reply.author is Author.LOGIN and operation not in (TOKEN, None)):
        yield _foreign(reply, path_known and operation is LAUNCH)
        if reply.status not in {401, 403, 404, 408, 413, 415, 429} and (reply.status or 0) < 500:
            return
    if operation is TOKEN or (operation is None and reply.author is Author.LOGIN):
        yield from _by_login(reply, host)
        return
    yield from _by_platform(reply, operation, body)


def _foreign(reply: Reply, path_known: bool) -> Spotted:
    said = "no `message`, `code` or `status`" if isinstance(reply.value, dict) else "no JSON object"
    problem = AnswerForeign(status=reply.status, said=said)
    if path_known and isinstance(reply.value, dict) and _only_the_status(reply.value.get("errors"), reply.status):
        why = "the address this went to answers otherwise, and nothing in this answer shows that it knows of flows"
        return spot(problem, Rule.ENDPOINT, Stage.REACH, "url", blamed=True, why=why)
    if path_known:
        return spot(problem, Rule.OTHER, Stage.REACH, "response", sure=False, said=True, why="a genuine refusal has another form")
    return spot(problem, Rule.OTHER, Stage.REACH, "response", said=True, why="a genuine refusal has another form")


def _only_the_status(errors: Json, status: int | None) -> bool:
    """Tell whether a list of errors, a form that the platform never answers with, says nothing but the status in other words."""
    phrase = HTTP_PHRASES.get(status or 0, "")
    return (
        bool(errors)
        and isinstance(errors, list)
        and all(isinstance(one, dict) and {_plain(item) for item in one.values()} <= {phrase, str(status)} for one in errors)
    )


def _plain(item: Json) -> str:
    return re.sub(r"[^a-z0-9]", "", str(item).casefold())


def _facts(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "cloud_code": reply.code, "cloud_message": reply.message, "correlation_id": reply.correlation}


_GRANT_REFUSED = {
    "invalid_grant": (Rule.AUTH, "auth"),
    "unauthorized_client": (Rule.AUTH, "auth"),
    "unsupported_grant_type": (Rule.WRONG_TYPE, "/grant_type"),
    "invalid_scope": (Rule.SCOPE, "scope"),
}
"""What an error of the token endpoint is about (RFC 6749, 5.2). `invalid_client` and `invalid_request` are read apart."""


def _by_login(reply: Reply, host: str) -> Iterator[Spotted]:
    where = host or "the login host"
    if (reply.message or "").startswith(RATE_LIMITED_PREFIX.rstrip(";")) or reply.status == 429:
        problem = TokenThrottled(host=where, retry_after_ms=reply.retry_after_ms or TOKEN_WAIT_MS, **_facts(reply))
        yield spot(problem, Rule.RATE_LIMIT, Stage.REACH, "rate", blamed=True, why="the answer says so; here it is 400, not 429")
    elif reply.code in _GRANT_REFUSED:
        rule, at = _GRANT_REFUSED[reply.code]
        problem_grant = GrantRefused(host=where, error=reply.code, said=reply.message)
        yield spot(problem_grant, rule, Stage.AUTH, at, said=True, why=f"the answer says `{reply.code}`")
    elif reply.code == "invalid_client" or (reply.status == 401 and reply.author is not Author.PROXY):
        said = f"`{reply.code}`: {reply.message}" if reply.message and reply.code else f"`{reply.code or reply.status}`"
        why = "the same answer comes for an id of another region and for a wrong secret"
        yield spot(ClientOrRegion(host=where, said=said), Rule.REGION, Stage.AUTH, "url", sure=False, said=True, why=why)
    elif reply.status == 400 and reply.code is None:
        problem = TokenThrottled(host=where, retry_after_ms=TOKEN_WAIT_MS, **_facts(reply))
        why = "nothing in the request explains the 400, and the token endpoint answers 400 when too many tokens are asked for"
        yield spot(problem, Rule.RATE_LIMIT, Stage.REACH, "rate", said=True, why=why)
    elif (reply.status or 0) >= 500 or reply.status == 408:
        yield spot(
            CloudFailed(**_facts(reply)),
            Rule.TRANSIENT,
            Stage.REACH,
            "response",
            blamed=True,
            why=f"the status is {reply.status}",
        )
    elif reply.status == 403:
        yield spot(
            CloudForbidden(**_facts(reply)), Rule.PERMISSION, Stage.ALLOWED, "permission", blamed=True, why="the status is 403"
        )


def _by_platform(reply: Reply, operation: Operation | None, body: Body) -> Iterator[Spotted]:
    facts = _facts(reply)
    status = reply.status or 0
    named = f"the answer says `{reply.code}`" if reply.code else f"the status is {status}"
    if status == 401 or reply.code in {"bad.credentials", "authentication.required"}:
        yield spot(CloudTokenRefused(**facts), Rule.AUTH, Stage.AUTH, "header:Authorization", said=True, why=named)
    elif reply.code == "app.not.authorized.for.scope":
        scopes = operation.scopes if operation else ()
        problem = ScopeMissing(needed=scopes[0] if scopes else "the operation's", said=reply.message or str(reply.code))
        yield spot(problem, Rule.SCOPE, Stage.ALLOWED, "scope", blamed=True, why=named)
    elif status == 403:
        yield spot(
            _forbidden(reply, operation),
            Rule.PERMISSION,
            Stage.ALLOWED,
            "permission",
            blamed=True,
            why=_permission_why(reply, operation),
        )
    elif status == 429:
        problem_rate = CloudThrottled(retry_after_ms=reply.retry_after_ms, **facts)
        yield spot(problem_rate, Rule.RATE_LIMIT, Stage.ALLOWED, "rate", blamed=True, why=named)
    elif status in {408, 500, 502, 503, 504} or status > 504:
        yield spot(CloudFailed(**facts), Rule.TRANSIENT, Stage.REACH, "response", blamed=True, why=named)
    elif status == 413:
        yield spot(CloudRefused(**facts), Rule.TOO_LARGE, Stage.FORM, "raw", said=True, why=named)
    elif status == 415:
        why = "415 is about the Content-Type, which the capture does not show or shows as it should be"
        yield spot(
            CloudRefused(**facts), Rule.CONTENT_TYPE, Stage.FORM, "header:Content-Type", "application/json", said=True, why=why
        )
    else:
        yield from _refused(reply, operation, body)


def _forbidden(reply: Reply, operation: Operation | None) -> CloudForbidden:
    needed = ", ".join(operation.permissions) if operation and operation.permissions else None
    return CloudForbidden(needed=needed, **_facts(reply))


def _permission_why(reply: Reply, operation: Operation | None) -> str:
    told = _PERMISSION.findall(reply.message or "")
    needed = operation.permissions if operation else ()
    if (scope := _SCOPE_NAMED.search(reply.message or "")) is not None and not PUBLISHED_SCOPE.fullmatch(scope[1]):
        return f"403 is about permission: there is no scope `{scope[1]}`, and none means anything to a client-credentials client"
    if told and needed and not set(told) & set(needed):
        return f"403 is about permission; the one it names, `{told[0]}`, is not what this operation needs"
    return "403 is about permission or division, never about the body"


_GENERAL = frozenset(
    {
        "bad.request",
        "constraint.validation",
        "invalid.date",
        "invalid.query.param.value",
        "architect.object.validate.failed",
        "not.found",
    }
    | {"general.not.found", "architect.flow.execution.not.found", "architect.execution.flow.not.found"}
)
"""Codes that say only that something is wrong, or that what was asked for is not there."""


def _refused(reply: Reply, operation: Operation | None, body: Body) -> Iterator[Spotted]:
    facts = _facts(reply)
    why = f"the answer says `{reply.code}`"
    flow_at, version_at = ("/flowId", "/flowVersion") if operation in (LAUNCH, None) else ("url", "url")
    match reply.code:
        case "architect.flow.not.found" | "architect.flow.deleted":
            yield spot(CloudFlowNotFound(**facts), Rule.FLOW_NOT_FOUND, Stage.FLOW, flow_at, said=True, why=why)
        case "flow.config.not.published" | "flow.definition.missing" | "flow.invalid.state":
            yield spot(CloudFlowNotPublished(**facts), Rule.FLOW_UNPUBLISHED, Stage.FLOW, flow_at, said=True, why=why)
        case "architect.flow.version.missing" | "architect.flow.data.missing":
            yield spot(CloudRefused(**facts), Rule.FLOW_VERSION, Stage.FLOW, version_at, said=True, why=why)
        case "input.var.not.marked.in.flow.def":
            yield _input(reply, Rule.INPUT_NAME, body)
        case "variable.value.not.allowed":
            yield _input(reply, Rule.INPUT_TYPE, body)
        case "invalid.property":
            yield from _property(reply)
        case "invalid.value":
            yield from _value(reply, body)
        case str(code) if code.lower().endswith("flow.invalid.operation"):
            yield spot(CloudRefused(**facts), Rule.FLOW_TYPE, Stage.FLOW, flow_at, said=True, why=why)
        case str(code) if "." in code and code not in _GENERAL:
            yield spot(
                CloudRefused(**facts), Rule.OTHER, Stage.FLOW, "response", said=True, why=f"{why}, and nothing else tells more"
            )
        case str() if operation is None and reply.message is not None:
            yield spot(CloudRefused(**facts), Rule.OTHER, Stage.FLOW, "response", said=True, why="the answer says so in words")
        case _ if reply.status == 404 and operation is not None:
            yield from _not_found(operation, facts, flow_at)


def _not_found(operation: Operation, facts: dict[str, Any], flow_at: str) -> Iterator[Spotted]:
    """A 404 that names nothing, at an address that is right: what is not found is what the request asked for."""
    if operation is EXECUTION:
        why = "the address is right, so what is not found is the run"
        yield spot(RunGone(execution="?"), Rule.OTHER, Stage.FLOW, "url", said=True, sure=False, why=why)
    elif operation is LAUNCH or "{flowId}" in operation.path:
        why = "the address is right, so what is not found is the flow"
        yield spot(CloudFlowNotFound(**facts), Rule.FLOW_NOT_FOUND, Stage.FLOW, flow_at, said=True, sure=False, why=why)


def _input(reply: Reply, rule: Rule, body: Body) -> Spotted:
    """The answer names no input; it is the one that its message names, or the only one there is."""
    inputs = inputs_in(body)
    message = reply.message or ""
    named = [name for name in inputs if name in message or name.removeprefix("Flow.") in _BRACKETED.findall(message)]
    one = named[0] if named else (next(iter(inputs)) if len(inputs) == 1 else None)
    at = "/inputData" + (pointer(one) if one else "")
    problem = InputRefused(cloud_code=str(reply.code), input=one)
    return spot(problem, rule, Stage.INPUT, at, said=True, why=f"the answer says `{reply.code}`")


def _property(reply: Reply) -> Iterator[Spotted]:
    """`Value [x] is not a valid property for object [y]`."""
    for name in _BRACKETED.findall(reply.message or "")[:1]:
        guess = meant(name, OFFICIAL)
        problem = UnknownField(field=name[:80], allowed=", ".join(f"`{one}`" for one in OFFICIAL.names), nearest=guess)
        yield spot(problem, Rule.UNKNOWN_FIELD, Stage.FORM, pointer(name), guess, blamed=True, why="the answer names it")


def _value(reply: Reply, body: Body) -> Iterator[Spotted]:
    """`Value [x] is not valid for field type [y]. Allowable values are: z`: find the field by its value."""
    told = _BRACKETED.findall(reply.message or "")
    if not told or not isinstance(body.value, dict):
        return
    for name, value in body.value.items():
        if str(value) == told[0]:
            problem = WrongValue(field=name, seen=told[0][:80], allowed=told[1] if len(told) > 1 else "another type")
            yield spot(problem, Rule.WRONG_TYPE, Stage.FORM, pointer(name), said=True, why="the answer shows its value")
