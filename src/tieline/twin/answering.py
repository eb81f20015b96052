"""Answers one request of the cloud's paths: who comes, what for, which fault on purpose strikes, what the operation gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tieline.contract.oauth import RATE_LIMITED, TOKEN_TYPE, TokenError
from tieline.contract.operation import Operation
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.twin import bodies, granting, paths, striking
from tieline.twin.admitting import NOBODY, Admission, Headers, admit
from tieline.twin.answer import Answer
from tieline.twin.bodies import Receive
from tieline.twin.clients import Client
from tieline.twin.explaining import FINDINGS, findings
from tieline.twin.faults.deck import Dealt
from tieline.twin.operations.asked import Asked, Made
from tieline.twin.options import Explain, Sent
from tieline.twin.reading import Refused
from tieline.twin.refusal import METHOD_NOT_ALLOWED, Refusal
from tieline.twin.secrets import in_body
from tieline.twin.spaces import Spaces
from tieline.twin.state import State

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came, without its body; `space` is the org it belongs to, `state` what the server says of it, `token` the
    bearer's, `sound` whether its version and its `Host` are those of HTTP/1.1 or HTTP/1.0.
    """

    space: State
    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, str]
    correlation: str
    origin: str
    state: Mapping[str, Any]
    token: str | None = None
    sound: bool = True


class Answering:
    """Answers requests; `explain` names the faults of a refused launch, in the journal and (`header`) in a header."""

    def __init__(self, spaces: Spaces, explain: Explain | None, *, header: bool) -> None:
        """Take the namespaces."""
        self._spaces, self._explain, self._header = spaces, explain, header

    async def api(self, request: Request, receive: Receive) -> Answer:
        """Answer a call of the platform API."""
        routes = paths.find(request.path)
        if not routes:
            return self._explained(request, None, Refusal(error=LAUNCH.error("not.found")))
        if (route := routes.get(request.method)) is None:
            return self._explained(request, None, _wrong_method(routes))
        operation = route.operation
        admission = admit(request.space, operation, request.token)
        if admission.refusal is not None:
            return self._explained(request, operation, admission.refusal, admission)
        try:
            body = await self._body(request, receive)
        except Refused as wrong:
            return self._explained(request, operation, wrong.refusal, admission)
        answer = await self._struck(request, route, body, admission)
        if admission.client is not None:
            _conduct(request.space, admission.client, admission.token, body, answer, launch=operation is LAUNCH)
        return answer if answer.operation is not None else _told(answer, operation, admission)

    @staticmethod
    async def _body(request: Request, receive: Receive) -> bytes:
        if request.method not in _WITH_BODY:
            return b""
        if request.headers.get(b"transfer-encoding", "chunked").lower() != "chunked":
            raise Refused(
                Refusal(error=LAUNCH.error("bad.request"), headers=bodies.CLOSE)
            )  # compressed on the way; no one reads it
        options, coding = request.space.options, request.headers.get(b"content-encoding")
        body = await bodies.read(receive, request.state, options)
        return body if coding is None or options.strict.compressed == "refuse" else bodies.inflated(body, coding, options)

    async def _struck(self, request: Request, route: paths.Route, body: bytes, admission: Admission) -> Answer:
        """Do the operation, with whatever fault on purpose strikes this request."""
        space = request.space
        if space.deck.empty:
            return self._operate(request, route, body, admission)
        client = None if admission.client is None else admission.client.id
        dealt = space.deck.deal(route.operation, _meant(space, route.operation, body), client)
        if dealt is None:
            return self._operate(request, route, body, admission)
        answer = await _before(request, route.operation, dealt, admission)
        if answer is None:
            answer = self._operate(request, route, body, admission)
        elif striking.takes_effect(dealt):
            effect = self._operate(request, route, body, admission)
            answer = msgspec.structs.replace(answer, execution=effect.execution, flow=effect.flow)
        return msgspec.structs.replace(answer, dealt=dealt)

    def _operate(self, request: Request, route: paths.Route, body: bytes, admission: Admission) -> Answer:
        operation, space = route.operation, request.space
        asked = Asked(
            path=route.values,
            query=request.query,
            body=body,
            content_type=request.headers.get(b"content-type"),
            content_encoding=request.headers.get(b"content-encoding") if space.options.strict.compressed == "refuse" else None,
            client=admission.client,
            token=admission.token,
            origin=request.origin,
        )
        client = None if admission.client is None else admission.client.id
        try:
            made = route.operate(space, asked)
        except Refused as wrong:
            return self._explained(request, operation, wrong.refusal, admission, body)
        if isinstance(made, Made):
            return Answer(status=made.status, body=made.body, headers=admission.headers, operation=operation.id, client=client)
        run = space.executions[made["id"]] if operation is LAUNCH else None
        return Answer(
            status=operation.success,
            body=made,
            headers=admission.headers,
            operation=operation.id,
            execution=None if run is None else run.id,
            flow=None if run is None else run.flow.name,
            client=client,
        )

    def _explained(
        self,
        request: Request,
        operation: Operation | None,
        refusal: Refusal,
        admission: Admission = NOBODY,
        body: bytes | None = None,
    ) -> Answer:
        """Answer a refusal; the faults of a launch, or of what may have been meant as one, are named beside it, never inside it."""
        error = refusal.error
        told = refusal.body(request.correlation, name_fields=request.space.options.strict.name_fields)
        headers, said = refusal.headers + admission.headers, None
        if self._explain is not None and operation in (LAUNCH, None):
            sent = Sent(
                method=request.method,
                path=request.path,
                headers=request.headers,
                body=body,
                status=error.status,
                code=error.code,
                answer=told,
            )
            said = findings(self._explain, sent, request.space.flows) or None
        return Answer(
            status=error.status,
            body=told,
            headers=(*headers, (FINDINGS, said)) if said and self._header else headers,
            operation=None if operation is None else operation.id,
            code=error.code,
            client=None if admission.client is None else admission.client.id,
            findings=said,
        )

    async def token(self, request: Request, receive: Receive) -> tuple[State, Answer]:
        """Answer a token request; gives it with the org its client belongs to."""
        if request.method != TOKEN.method:
            return request.space, refused(request, _wrong_method([TOKEN.method]))
        try:
            body = await self._body(request, receive)
        except Refused as wrong:
            return request.space, refused(request, wrong.refusal)
        authorization = request.headers.get(b"authorization")
        id = granting.named(authorization, body)
        space = self._spaces.of_client(id)
        dealt = None if space.deck.empty else space.deck.deal(TOKEN, (), id)
        early = None if dealt is None else await _before(request, TOKEN, dealt, NOBODY)
        answer = early or _granted(space, authorization, request.headers.get(b"content-type"), body)
        known = id if id in space.clients else None
        return space, msgspec.structs.replace(answer, operation=TOKEN.id, client=known, dealt=dealt)


def _conduct(space: State, client: Client, token: str | None, body: bytes, answer: Answer, *, launch: bool) -> None:
    """Hold what was sent against how a client ought to behave."""
    if body and in_body(client, token, body):
        space.conducts.of(client.id).secrets += 1
    if launch:
        lost = answer.status in {0, 408} or answer.status >= 500 or (answer.dealt is not None and striking.spoils(answer.dealt))
        space.conducts.sent(client.id, space.clock(), body, launched=answer.execution is not None, open=lost)


def refused(request: Request, refusal: Refusal, more: Headers = ()) -> Answer:
    """Answer a refusal, in the platform's error body."""
    error = refusal.error
    body = refusal.body(request.correlation, name_fields=request.space.options.strict.name_fields)
    return Answer(status=error.status, body=body, headers=refusal.headers + more, code=error.code)


def _told(answer: Answer, operation: Operation, admission: Admission) -> Answer:
    """Say in an answer, for the journal, which operation was meant and who came."""
    client = None if admission.client is None else admission.client.id
    return msgspec.structs.replace(answer, operation=operation.id, client=client)


def _wrong_method(allowed: Iterable[str]) -> Refusal:
    return Refusal(error=METHOD_NOT_ALLOWED, headers=(("Allow", ", ".join(allowed)),))


def _granted(space: State, authorization: str | None, content_type: str | None, body: bytes) -> Answer:
    grant = granting.judge(authorization, content_type, body, space.clients, space.options.strict)
    error = grant.error
    if error is None and grant.client is not None and not space.may_ask_for_token(grant.client):
        error = RATE_LIMITED
    if error is not None or grant.client is None:
        return _token_refused(error or granting.NOBODY)
    token, life = space.issue(grant.client)
    space.conducts.of(grant.client.id).tokens += 1
    return Answer(status=TOKEN.success, body={"access_token": token, "token_type": TOKEN_TYPE, "expires_in": life})


def _token_refused(error: TokenError) -> Answer:
    return Answer(status=error.status, body=error.body(), code=error.error)


async def _before(request: Request, operation: Operation, dealt: Dealt, admission: Admission) -> Answer | None:
    """Do what faults do before a request takes effect; gives the answer where they end it."""
    await striking.hold_back(dealt)
    if striking.resets(dealt, "before"):
        return Answer(status=0)
    if any(fault.revoke for fault in dealt.faults):
        request.space.revoke(admission.token)
    if (page := striking.page(dealt)) is not None:
        return page
    refusal = striking.refusal(dealt, operation)
    if isinstance(refusal, TokenError):
        return _token_refused(refusal)
    return None if refusal is None else refused(request, refusal, admission.headers)


def _meant(space: State, operation: Operation, body: bytes) -> tuple[str, ...]:
    """Name the flow a launch is for, by id and by name; nothing when no fault asks for it."""
    if operation is not LAUNCH or not space.deck.by_flow:
        return ()
    try:
        told = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    id = told.get("flowId") if isinstance(told, dict) else None
    flow = space.flows.get(id) if isinstance(id, str) else None
    return (flow.id, flow.name) if flow is not None else ()
