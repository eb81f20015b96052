"""The twin over HTTP: a bare ASGI application. It reads, asks the deciding modules, and writes; it decides nothing itself.

Every request gets an answer: a body that does not come is 408, one that is too large 413, a path nobody knows 404, a wrong
method 405 with `Allow`. Beside the cloud's paths it has its own below `/_twin/` (`twin.control`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import msgspec
import structlog

from tieline.contract import limits
from tieline.contract.oauth import TOKEN_TYPE
from tieline.contract.operation import Operation
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.twin import bodies, granting, paths
from tieline.twin.admitting import Headers, admit, bearer
from tieline.twin.answer import Answer
from tieline.twin.bodies import GoneError, Message, Receive
from tieline.twin.control.plane import PREFIX, Plane
from tieline.twin.explaining import FINDINGS, findings
from tieline.twin.operating import Asked
from tieline.twin.options import Explain
from tieline.twin.reading import Refused
from tieline.twin.refusal import METHOD_NOT_ALLOWED, Refusal
from tieline.twin.spaces import Spaces
from tieline.twin.state import State

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

_HEADERS = [(b"cache-control", b"no-cache, no-store, must-revalidate")]
_log = structlog.get_logger("tieline.twin")


class Application:
    """The ASGI application over the namespaces."""

    def __init__(self, spaces: Spaces, explain: Explain | None) -> None:
        """Serve these namespaces; `explain` adds a header to the answer of a refused launch."""
        self._spaces, self._explain = spaces, explain
        self._plane = Plane(spaces)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the twin speaks HTTP, not {scope['type']}")
        headers = _headers(scope)
        space = self._space(scope, headers)
        correlation = space.new_id()
        try:
            answer = await self._answer(scope, headers, receive, space, correlation)
        except GoneError:
            return
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happens, the caller gets an answer
            _log.error("the twin failed", path=scope["path"], correlation=correlation, exc_info=error)
            answer = self._refused(space, Refusal(error=LAUNCH.error("internal.server.error")), correlation)
        await _write(answer, correlation, send)

    def _space(self, scope: Message, headers: Mapping[bytes, str]) -> State:
        token = bearer(headers.get(b"authorization"))
        return self._spaces.default if token is None else self._spaces.of_token(token)

    async def _answer(
        self, scope: Message, headers: Mapping[bytes, str], receive: Receive, space: State, correlation: str
    ) -> Answer:
        method, path = scope["method"], scope["path"]
        if path.startswith(PREFIX):
            return await self._plane.answer(method, path, scope["query_string"], receive)
        if path == TOKEN.path:
            space, answer = await self._token(method, headers, receive, correlation)
        else:
            answer = await self._api(scope, headers, receive, space, correlation)
        space.note(method, path, answer.status, code=answer.code, execution=answer.execution)
        return answer

    async def _api(
        self, scope: Message, headers: Mapping[bytes, str], receive: Receive, space: State, correlation: str
    ) -> Answer:
        method, routes = scope["method"], paths.find(scope["path"])
        if not routes:
            return self._refused(space, Refusal(error=LAUNCH.error("not.found")), correlation)
        if (route := routes.get(method)) is None:
            return self._wrong_method(space, ", ".join(routes), correlation)
        admission = admit(space, route.operation, headers.get(b"authorization"))
        if admission.refusal is not None:
            return self._refused(space, admission.refusal, correlation, admission.headers)
        asked = Asked(
            path=route.values,
            query=scope["query_string"],
            content_type=headers.get(b"content-type"),
            content_encoding=headers.get(b"content-encoding"),
            client=admission.client,
        )
        if method in {"POST", "PUT", "PATCH"}:
            try:
                asked = msgspec.structs.replace(asked, body=await bodies.read(receive, space.options))
            except Refused as refused:
                return self._refused(space, refused.refusal, correlation, admission.headers)
        return self._operate(space, route, asked, correlation, admission.headers)

    def _operate(self, space: State, route: paths.Route, asked: Asked, correlation: str, rate: Headers) -> Answer:
        try:
            made = route.operate(space, asked)
        except Refused as refused:
            said = self._findings(route.operation, refused.refusal, asked.body)
            return self._refused(space, refused.refusal, correlation, rate + said)
        execution = made["id"] if route.operation is LAUNCH else None
        return Answer(status=route.operation.success, body=made, headers=rate, execution=execution)

    async def _token(self, method: str, headers: Mapping[bytes, str], receive: Receive, correlation: str) -> tuple[State, Answer]:
        space = self._spaces.default
        if method != TOKEN.method:
            return space, self._wrong_method(space, TOKEN.method, correlation)
        try:
            body = await bodies.read(receive, space.options)
        except Refused as refused:
            return space, self._refused(space, refused.refusal, correlation)
        authorization = headers.get(b"authorization")
        space = self._spaces.of_client(granting.named(authorization, body))
        grant = granting.judge(authorization, headers.get(b"content-type"), body, space.clients, space.options.strict)
        if grant.error is not None or grant.client is None:
            error = grant.error or granting.NOBODY
            return space, Answer(status=error.status, body=error.body(), code=error.error)
        token, life = space.issue(grant.client)
        made = {"access_token": token, "token_type": TOKEN_TYPE, "expires_in": life}
        return space, Answer(status=TOKEN.success, body=made)

    def _wrong_method(self, space: State, allowed: str, correlation: str) -> Answer:
        return self._refused(space, Refusal(error=METHOD_NOT_ALLOWED, headers=(("Allow", allowed),)), correlation)

    def _refused(self, space: State, refusal: Refusal, correlation: str, more: Headers = ()) -> Answer:
        body = refusal.body(correlation, name_fields=space.options.strict.name_fields)
        return Answer(status=refusal.error.status, body=body, headers=refusal.headers + more, code=refusal.error.code)

    def _findings(self, operation: Operation, refusal: Refusal, body: bytes) -> Headers:
        if self._explain is None or operation is not LAUNCH or refusal.error.status not in {400, 404}:
            return ()
        said = findings(self._explain, body)
        return ((FINDINGS, said),) if said else ()


async def _write(answer: Answer, correlation: str, send: Send) -> None:
    payload = answer.payload()
    headers = [
        (b"content-type", answer.media_type.encode()),
        *_HEADERS,
        (limits.HEADER_CORRELATION.encode(), correlation.encode()),
        (b"content-length", str(len(payload)).encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


def _headers(scope: Message) -> Mapping[bytes, str]:
    return {name: value.decode("latin-1") for name, value in scope["headers"]}
