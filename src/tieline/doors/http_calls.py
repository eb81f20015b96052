"""The HTTP door's calls to launches: launch, list, get, cancel, replay."""

from __future__ import annotations

import hmac

from tieline.domain.clock import Clock
from tieline.domain.launch import State
from tieline.doors import http_query as asked
from tieline.doors.accepting import Accepting
from tieline.doors.http_message import Answer, Request, read_body, refusal_answer
from tieline.doors.json_body import read_json
from tieline.doors.options import DoorOptions
from tieline.doors.translate_json import launch_json, receipt_json, valid_json
from tieline.doors.translate_webhook import is_json
from tieline.handoff.verdict import Refused, Submission, Valid
from tieline.preflight.caller_form import read_request
from tieline.problems.base import ProblemError
from tieline.problems.doors import LaunchUnknown, NotCancellable, Unauthenticated
from tieline.problems.http import WrongContentEncoding, WrongContentType
from tieline.queue.port import Queue


class Calls:
    """Answers one call each. They raise `ProblemError`; the door answers it."""

    def __init__(self, options: DoorOptions, accept: Accepting, queue: Queue, clock: Clock) -> None:
        """Take what the door was given."""
        self._options = options
        self._accept = accept
        self._queue = queue
        self._clock = clock

    async def launch(self, request: Request, trace: str) -> Answer:
        """Check one launch and store it, or only check it."""
        self._authenticate(request)
        submission, validate_only = await self._submission(request)
        if validate_only:
            verdict = self._accept.validate(submission)
            return Answer(status=200, value=valid_json(verdict)) if isinstance(verdict, Valid) else refusal_answer(verdict, trace)
        answer = await self._accept.launch(submission)
        if isinstance(answer, Refused):
            return refusal_answer(answer, trace)
        place = ((b"location", f"/v1/launches/{answer.id}".encode()),)
        return Answer(status=200 if answer.repeated else 202, value=receipt_json(answer), headers=place)

    async def _submission(self, request: Request) -> tuple[Submission, bool]:
        query = request.query
        asked.check_names(query, asked.LAUNCH_PARAMETERS)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (encoding := request.headers.get("content-encoding", "identity").strip().lower()) != "identity":
            raise ProblemError(WrongContentEncoding(seen=encoding[:64]))
        if not is_json(kind):
            raise ProblemError(WrongContentType(seen=kind[:64], allowed="`application/json`"))
        body = read_json(await read_body(request, self._options, self._options.max_bytes), self._options.max_depth)
        launch_request, findings = read_request(body)
        submission = Submission(
            request=launch_request,
            request_id=query.get("request_id") or request.headers.get("idempotency-key", "").strip('" '),
            environment=query.get("environment", ""),
            ordering_key=query.get("ordering_key", ""),
            priority=asked.whole(query, "priority", 0),
            expire_time=asked.time_ms(query, "expire_time"),
            follow_ms=asked.seconds_ms(query, "follow"),
            findings=findings,
        )
        return submission, asked.flag(query, "validate_only")

    async def list(self, request: Request, trace: str) -> Answer:
        """Give launches, newest first, a page at a time."""
        self._authenticate(request)
        asked.check_names(request.query, asked.LIST_PARAMETERS)
        limit, before = asked.page_size(request.query), asked.read_token(request.query)
        page = await self._queue.list(asked.list_filter(request.query), limit=limit, before=before)
        launches = [launch_json(launch) for launch in page.launches]
        return Answer(status=200, value={"launches": launches, "next_page_token": asked.write_token(page.next_before) or ""})

    async def get(self, request: Request, trace: str) -> Answer:
        """Give one launch."""
        self._authenticate(request)
        id = request.path.removeprefix("/v1/launches/")
        launch = await self._queue.get(id)
        if launch is None:
            raise ProblemError(LaunchUnknown(id=id[:64]))
        return Answer(status=200, value=launch_json(launch))

    async def cancel(self, request: Request, trace: str) -> Answer:
        """Cancel a launch that has not left."""
        self._authenticate(request)
        id = request.path.removeprefix("/v1/launches/").removesuffix(":cancel")
        launch = await self._queue.cancel(id, now=self._clock())
        if launch is None:
            raise ProblemError(LaunchUnknown(id=id[:64]))
        if launch.state is not State.CANCELLED:
            raise ProblemError(NotCancellable(id=id, state=launch.state))
        return Answer(status=200, value=launch_json(launch))

    async def replay(self, request: Request, trace: str) -> Answer:
        """Put a launch back, made anew."""
        self._authenticate(request)
        asked.check_names(request.query, asked.REPLAY_PARAMETERS)
        id = request.path.removeprefix("/v1/launches/").removesuffix(":replay")
        answer = await self._accept.replay(id, may_repeat=asked.flag(request.query, "may_repeat"))
        return refusal_answer(answer, trace) if isinstance(answer, Refused) else Answer(status=200, value=launch_json(answer))

    def _authenticate(self, request: Request) -> None:
        """Hold the bearer token against every token in force, in constant time. Raises TL101."""
        if not self._options.tokens:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if not given:
            raise ProblemError(Unauthenticated(seen="no bearer token"))
        fits = False
        for token in self._options.tokens:
            fits |= hmac.compare_digest(token.reveal().encode(), given.strip().encode())
        if not fits or scheme.lower() != "bearer":
            raise ProblemError(Unauthenticated(seen="a token that is not one of them"))
