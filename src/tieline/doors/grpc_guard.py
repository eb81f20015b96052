"""What every call through the gRPC door goes through: reading, the token, the bound on calls at once, the deadline, and how faults are answered."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from hmac import compare_digest
from typing import Any, NoReturn, TypeAlias, TypeVar

import grpc
import msgspec
import structlog
from google.protobuf.message import DecodeError, Message

from tieline.domain.secret import Secret
from tieline.doors.grpc_refusal import Answer, RefusedError, problem_answer, refusal
from tieline.problems.base import ProblemError
from tieline.problems.bugs import Bug
from tieline.problems.doors import DeadlinePassed, DoorBusy, MessageUnreadable, Stopping, Unauthenticated

M = TypeVar("M", bound=Message)
T = TypeVar("T")
Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]

HEALTH = "/grpc.health.v1.Health/"

log = structlog.get_logger("tieline.grpc")


class Unreadable(msgspec.Struct, frozen=True):
    """Stands where a message could not be read; `message` is its kind."""

    message: str


def reader(kind: type[M]) -> Callable[[bytes], M | Unreadable]:
    """Give what reads a message of this kind, and says so when it cannot, so that the answer is a refusal with a code and not INTERNAL."""
    unreadable = Unreadable(kind.DESCRIPTOR.full_name)

    def read(data: bytes) -> M | Unreadable:
        try:
            return kind.FromString(data)
        except DecodeError:
            return unreadable

    return read


def readable(message: M | Unreadable) -> M:
    """Give the message. Raises `ProblemError` (TL113) where there was none."""
    if isinstance(message, Unreadable):
        raise ProblemError(MessageUnreadable(message=message.message))
    return message


def in_time(context: Context) -> None:
    """Raise `ProblemError` (TL109) when the call's deadline has passed; the caller no longer waits, so nothing is begun."""
    left = context.time_remaining()
    if left is not None and left <= 0:
        raise ProblemError(DeadlinePassed())


class Slots:
    """The bound on calls and batches being handled at once."""

    def __init__(self, limit: int) -> None:
        """Take the bound."""
        self._limit = limit
        self.taken = 0

    def __enter__(self) -> None:
        """Hold a slot for the length of a block. Raises `ProblemError` (TL102) when none is free."""
        if self.taken >= self._limit:
            raise ProblemError(DoorBusy(limit=self._limit))
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self.taken -= 1


async def until(stopping: asyncio.Event, items: AsyncIterator[T]) -> AsyncIterator[T]:
    """Give items as they come. Raises `ProblemError` (TL103) when the gateway stops first."""
    stopped = asyncio.ensure_future(stopping.wait())
    try:
        while True:
            step = asyncio.ensure_future(anext(items, _END))
            try:
                await asyncio.wait((step, stopped), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not step.done():
                    step.cancel()
                    await asyncio.wait((step,))
            if step.cancelled():
                raise ProblemError(Stopping())
            if (item := step.result()) is _END:
                return
            yield item
    finally:
        stopped.cancel()


_END: Any = object()


async def answered(call: Awaitable[T], context: Context, new_trace: Callable[[], str]) -> T:
    """Await a call, and answer what goes wrong in it: refusals and problems by their code, anything else as our bug, logged without content."""
    try:
        return await call
    except RefusedError as error:
        answer = refusal(error)
    except ProblemError as error:
        answer = problem_answer(error.problems[0])
    except Exception as error:  # noqa: BLE001 the boundary: a caller gets a trace id, the log gets the place
        answer = _bug(error, new_trace())
    return await abort(context, answer)


async def abort(context: Context, answer: Answer) -> NoReturn:
    """End the call with this answer."""
    await context.abort(answer.code, answer.message, answer.trailing)


def _bug(error: Exception, trace_id: str) -> Answer:
    # The message of an unexpected exception may quote a payload, so only its kind and its place are logged.
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("bug", trace_id=trace_id, kind=type(error).__name__, place=place)
    return problem_answer(Bug(trace_id=trace_id))


class BearerTokens(grpc.aio.ServerInterceptor):
    """Asks every call but the health checks for one of the tokens; compared in constant time."""

    def __init__(self, tokens: tuple[Secret, ...]) -> None:
        """Take the tokens, any of which will do."""
        self._tokens = tokens

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Let the call through, or answer it UNAUTHENTICATED (TL101)."""
        if handler_call_details.method.startswith(HEALTH):
            return await continuation(handler_call_details)
        shown = [value for name, value in handler_call_details.invocation_metadata or () if name == "authorization"]
        if shown and self._known(shown[0]):
            return await continuation(handler_call_details)
        seen = "no bearer token" if not shown else "a bearer token that is not known here"
        return _refusing(problem_answer(Unauthenticated(seen=seen)))

    def _known(self, shown: str | bytes) -> bool:
        text = shown if isinstance(shown, bytes) else shown.encode()
        scheme, _, token = text.partition(b" ")
        # Every token is compared, so that time does not tell which one came near.
        matches = [compare_digest(token.strip(), known.reveal().encode()) for known in self._tokens]
        return scheme.lower() == b"bearer" and any(matches)


def _refusing(answer: Answer) -> grpc.RpcMethodHandler[Any, Any]:
    async def refuse(_requests: AsyncIterator[bytes], context: Context) -> None:
        await abort(context, answer)

    return grpc.stream_stream_rpc_method_handler(refuse)
