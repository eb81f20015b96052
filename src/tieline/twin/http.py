"""The twin over HTTP: a bare ASGI application. It reads, asks the deciding modules, and writes; it decides nothing itself.

Every request gets an answer: a body that does not come is 408, one that is too large 413, a path nobody knows 404, a wrong
method 405 with `Allow`. Beside the cloud's paths it has two of its own: GET /twin/journal and POST /twin/reset.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import msgspec
import structlog

from tieline.contract import limits
from tieline.contract.oauth import TOKEN_TYPE
from tieline.contract.operations import LAUNCH, TOKEN, Operation
from tieline.twin import bodies, granting, paths
from tieline.twin.admitting import Headers, admit
from tieline.twin.bodies import GoneError, Message, Receive
from tieline.twin.explaining import FINDINGS, findings
from tieline.twin.operating import Asked
from tieline.twin.options import Explain
from tieline.twin.reading import Refused
from tieline.twin.refusal import METHOD_NOT_ALLOWED, Refusal
from tieline.twin.state import State

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

JOURNAL = "/twin/journal"
RESET = "/twin/reset"
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-cache, no-store, must-revalidate")]
_log = structlog.get_logger("tieline.twin")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: status, body, headers beside the usual ones; `code` and `execution` are for the journal."""

    status: int
    body: Any
    headers: Headers = ()
    code: str | None = None
    execution: str | None = None


class Application:
    """The ASGI application over one state."""

    def __init__(self, state: State, explain: Explain | None) -> None:
        """Serve this state; `explain` adds a header to the answer of a refused launch."""
        self._state, self._explain = state, explain

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the twin speaks HTTP, not {scope['type']}")
        correlation = self._state.new_id()
        try:
            answer = await self._answer(scope, receive, correlation)
        except GoneError:
            return
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happens, the caller gets an answer
            _log.error("the twin failed", path=scope["path"], correlation=correlation, exc_info=error)
            answer = self._refused(Refusal(error=LAUNCH.error("internal.server.error")), correlation)
        self._note(scope, answer)
        await _write(answer, correlation, send)

    async def _answer(self, scope: Message, receive: Receive, correlation: str) -> Answer:
        method, path = scope["method"], scope["path"]
        if path == TOKEN.path:
            return await self._token(scope, receive, correlation)
        if path in {JOURNAL, RESET}:
            return self._control(method, path, correlation)
        if (route := paths.find(path)) is None:
            return self._refused(Refusal(error=LAUNCH.error("not.found")), correlation)
        if method != route.operation.method:
            return self._wrong_method(route.operation.method, correlation)
        headers = _headers(scope)
        admission = admit(self._state, route.operation, headers.get(b"authorization"))
        if admission.refusal is not None:
            return self._refused(admission.refusal, correlation, admission.headers)
        asked = Asked(
            path=route.values,
            query=scope["query_string"],
            content_type=headers.get(b"content-type"),
            content_encoding=headers.get(b"content-encoding"),
        )
        if method == "POST":
            return await self._post(route, asked, receive, correlation, admission.headers)
        return self._operate(route, asked, correlation, admission.headers)

    async def _post(self, route: paths.Route, asked: Asked, receive: Receive, correlation: str, rate: Headers) -> Answer:
        try:
            body = await bodies.read(receive, self._state.options)
        except Refused as refused:
            return self._refused(refused.refusal, correlation, rate)
        return self._operate(route, msgspec.structs.replace(asked, body=body), correlation, rate)

    def _operate(self, route: paths.Route, asked: Asked, correlation: str, rate: Headers) -> Answer:
        try:
            made = route.operate(self._state, asked)
        except Refused as refused:
            said = self._findings(route.operation, refused.refusal, asked.body)
            return self._refused(refused.refusal, correlation, rate + said)
        execution = made["id"] if route.operation is LAUNCH else None
        return Answer(status=route.operation.success, body=made, headers=rate, execution=execution)

    async def _token(self, scope: Message, receive: Receive, correlation: str) -> Answer:
        if scope["method"] != TOKEN.method:
            return self._wrong_method(TOKEN.method, correlation)
        headers, options = _headers(scope), self._state.options
        try:
            body = await bodies.read(receive, options)
        except Refused as refused:
            return self._refused(refused.refusal, correlation)
        error = granting.judge(headers.get(b"authorization"), headers.get(b"content-type"), body, options)
        if error is not None:
            return Answer(status=error.status, body=error.body(), code=error.error)
        token = {"access_token": self._state.issue(), "token_type": TOKEN_TYPE, "expires_in": options.token_life_s}
        return Answer(status=TOKEN.success, body=token)

    def _control(self, method: str, path: str, correlation: str) -> Answer:
        needed = "GET" if path == JOURNAL else "POST"
        if method != needed:
            return self._wrong_method(needed, correlation)
        if path == RESET:
            self._state.reset()
        return Answer(status=200, body=self._state.report())

    def _wrong_method(self, allowed: str, correlation: str) -> Answer:
        return self._refused(Refusal(error=METHOD_NOT_ALLOWED, headers=(("Allow", allowed),)), correlation)

    def _refused(self, refusal: Refusal, correlation: str, more: Headers = ()) -> Answer:
        body = refusal.body(correlation, name_fields=self._state.options.strict.name_fields)
        return Answer(status=refusal.error.status, body=body, headers=refusal.headers + more, code=refusal.error.code)

    def _findings(self, operation: Operation, refusal: Refusal, body: bytes) -> Headers:
        if self._explain is None or operation is not LAUNCH or refusal.error.status not in {400, 404}:
            return ()
        said = findings(self._explain, body)
        return ((FINDINGS, said),) if said else ()

    def _note(self, scope: Message, answer: Answer) -> None:
        if scope["path"] not in {JOURNAL, RESET}:
            self._state.note(scope["method"], scope["path"], answer.status, code=answer.code, execution=answer.execution)


async def _write(answer: Answer, correlation: str, send: Send) -> None:
    payload = msgspec.json.encode(answer.body)
    headers = [
        *_HEADERS,
        (limits.HEADER_CORRELATION.encode(), correlation.encode()),
        (b"content-length", str(len(payload)).encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


def _headers(scope: Message) -> Mapping[bytes, str]:
    return {name: value.decode("latin-1") for name, value in scope["headers"]}
