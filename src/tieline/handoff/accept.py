"""Accept: check, store, receipt. The reply means durable, nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec
import structlog

from tieline.domain.clock import Clock, NewId
from tieline.domain.event import Event
from tieline.domain.finding import Finding, find
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest, Launch, Receipt, State
from tieline.flowbook.find import find_flow
from tieline.flowbook.port import FlowBook
from tieline.handoff.replay import replay
from tieline.handoff.verdict import Refused, Submission, Valid
from tieline.preflight.compile import check
from tieline.preflight.merge import merged
from tieline.problems.accept import AlreadyExpired, EventIdReused, OutOfRange, RequestIdReused, UnknownEnvironment
from tieline.problems.base import Problem, nearest
from tieline.queue.port import Queue, Repeated
from tieline.routing.coerce import coerce
from tieline.routing.router import Routed, Router

MAX_ID = 256
"""How long a `request_id` or an `ordering_key` may be, in characters."""
MAX_PRIORITY = 9

log = structlog.get_logger("tieline.accept")


class AcceptOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of accept. `environments` are the names there are; `default_environment` is taken when a call names none."""

    environments: tuple[str, ...]
    default_environment: str = ""


class Accept:
    """The first of the two scripts: turns what a door hands over into durable launches."""

    def __init__(
        self,
        queue: Queue,
        books: Mapping[str, FlowBook],
        router: Router,
        options: AcceptOptions,
        *,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """Take the queue, the flow book of each environment (read anew at each call), and the compiled routes."""
        self._queue = queue
        self._books = books
        self._router = router
        self._options = options
        self._clock = clock
        self._new_id = new_id

    async def launch(self, submission: Submission) -> Receipt | Refused:
        """Check one call and store its launch. Raises `ProblemError` when the store cannot take it."""
        return (await self.launches((submission,)))[0]

    async def launches(self, submissions: Sequence[Submission]) -> list[Receipt | Refused]:
        """Check several calls and store those that are sound, in one put; one answer each, in order. Raises as `launch`."""
        now = self._clock()
        made = [self._from_call(submission, now) for submission in submissions]
        stored = await self._queue.put([launch for launch in made if isinstance(launch, Launch)])
        answers = iter(stored)
        return [item if isinstance(item, Refused) else _verdict(next(answers)) for item in made]

    def validate(self, submission: Submission) -> Valid | Refused:
        """Run preflight on one call and store nothing."""
        made = self._from_call(submission, self._clock())
        return made if isinstance(made, Refused) else Valid(environment=made.environment, body=made.body)

    def preview(self, event: Event) -> Launch:
        """Make the launch an event would become, and store nothing; it is REFUSED with its findings, or QUEUED."""
        return self._from_event(event, self._clock())

    async def events(self, events: Sequence[Event]) -> list[Receipt | Refused]:
        """Store what each event becomes, in one put; one answer each, in order. Raises as `launch`.

        An event is never lost: what no route takes or preflight refuses is stored as REFUSED with its findings, and so is
        an event whose id was used before for another launch.
        """
        now = self._clock()
        made = [self._from_event(event, now) for event in events]
        stored = await self._queue.put(made)
        again = [index for index, answer in enumerate(stored) if isinstance(answer, Repeated)]
        kept: dict[int, Receipt | Repeated] = {}
        if again:
            copies = [_reused(made[index], stored[index]) for index in again]
            kept = dict(zip(again, await self._queue.put(copies), strict=True))
        return [_verdict(kept.get(index, answer)) for index, answer in enumerate(stored)]

    async def replay(self, id: str, *, may_repeat: bool = False) -> Launch | Refused:
        """Put a REFUSED, HELD or EXHAUSTED launch back, made anew of its event or its call; see `handoff.replay`."""
        return await replay(self._queue, self._remade, id, self._clock, may_repeat=may_repeat)

    def _remade(self, launch: Launch) -> Launch | Refused:
        if launch.event is not None:
            made = self._from_event(launch.event, self._clock())
            return Refused(findings=made.findings) if made.findings else made
        call = Submission(
            request=launch.request or FlowExecutionRequest(),
            request_id=launch.request_id,
            environment=launch.environment,
            ordering_key=launch.ordering_key,
            priority=launch.priority,
            expire_time=launch.expire_time,
            follow_ms=launch.follow_ms,
        )
        return self._from_call(call, self._clock())

    def _from_call(self, submission: Submission, now: int) -> Launch | Refused:
        environment = submission.environment or self._options.default_environment
        findings = self._call_findings(submission, environment, now)
        if submission.findings:
            findings = [*submission.findings, *findings]
        flow, body, more = self._compile(submission.request, environment)
        findings += more
        if findings:
            return Refused(findings=merged(findings))
        id = self._new_id()
        return Launch(
            id=id,
            request_id=submission.request_id or id,
            fingerprint=_fingerprint(environment, submission.ordering_key, submission.request, body),
            environment=environment,
            create_time=now,
            update_time=now,
            flow_id=flow.id if flow else submission.request.flow_id or "",
            flow=flow.name if flow else submission.request.flow or "",
            ordering_key=submission.ordering_key,
            priority=submission.priority,
            schedule_time=now,
            expire_time=submission.expire_time,
            follow_ms=submission.follow_ms,
            request=submission.request,
            body=body,
        )

    def _from_event(self, event: Event, now: int) -> Launch:
        routed = self._router.route(event)
        id = self._new_id()
        if not isinstance(routed, Routed):
            return Launch(
                id=id,
                request_id=event.request_id,
                fingerprint=_content(event),
                environment=self._options.default_environment,
                create_time=now,
                update_time=now,
                state=State.REFUSED,
                event=event,
                findings=routed.findings,
            )
        environment = routed.environment or self._options.default_environment
        flow, body, findings = self._compile(routed.request, environment, coercing=True)
        findings = merged([*routed.findings, *findings])
        return Launch(
            id=id,
            request_id=routed.request_id or event.request_id,
            fingerprint=_content(event) if findings else _fingerprint(environment, routed.ordering_key, routed.request, body),
            environment=environment,
            create_time=now,
            update_time=now,
            state=State.REFUSED if findings else State.QUEUED,
            route=routed.route,
            flow_id=flow.id if flow else routed.request.flow_id or "",
            flow=flow.name if flow else routed.request.flow or "",
            ordering_key=routed.ordering_key,
            priority=routed.priority,
            schedule_time=None if findings else now,
            expire_time=now + routed.expire_after_ms if routed.expire_after_ms else None,
            follow_ms=routed.follow_ms,
            event=event,
            request=routed.request,
            body=b"" if findings else body,
            findings=findings,
        )

    def _compile(
        self, request: FlowExecutionRequest, environment: str, *, coercing: bool = False
    ) -> tuple[Flow | None, bytes, tuple[Finding, ...]]:
        book = self._books.get(environment)
        if book is None:
            return None, b"", ()
        flow = find_flow(book, request)
        if isinstance(flow, Finding):
            found = check(request, None).findings
            named = any(one.at == flow.at for one in found)  # what has no form of an id is no id of an unknown flow besides
            return None, b"", found if named else (flow, *found)
        if coercing and flow is not None and flow.input_schema is not None:
            request = msgspec.structs.replace(request, inputs=coerce(request.inputs, flow.input_schema))
        checked = check(request, flow)
        return flow, checked.body, checked.findings

    def _call_findings(self, submission: Submission, environment: str, now: int) -> list[Finding]:
        """Check the call's own fields, cheapest first: nearly every call is sound, and they come by the ten thousand."""
        found: list[Finding] = []
        if environment not in self._options.environments:
            names = self._options.environments
            near = nearest(environment, names) if environment else None
            unknown = UnknownEnvironment(environment=environment, allowed=", ".join(names), nearest=near)
            found.append(find(unknown, "call:environment", near))
        if submission.expire_time is not None and submission.expire_time <= now:
            found.append(find(AlreadyExpired(late_ms=now - submission.expire_time), "call:expire_time"))
        if not 0 <= submission.priority <= MAX_PRIORITY:
            found.append(_range("priority", str(submission.priority), f"0 to {MAX_PRIORITY}"))
        if len(submission.request_id) > MAX_ID:
            found.append(_too_long("request_id", submission.request_id))
        if len(submission.ordering_key) > MAX_ID:
            found.append(_too_long("ordering_key", submission.ordering_key))
        return found


def _verdict(answer: Receipt | Repeated) -> Receipt | Refused:
    if isinstance(answer, Receipt):
        return answer
    problem: Problem = RequestIdReused(request_id=answer.request_id, launch=answer.id, state=answer.state)
    return Refused(findings=(find(problem, "call:request_id"),))


def _reused(launch: Launch, repeated: Receipt | Repeated) -> Launch:
    problem = EventIdReused(request_id=launch.request_id, launch=repeated.id)
    return msgspec.structs.replace(
        launch,
        request_id=f"{launch.request_id}~{launch.fingerprint.hex()[:16]}",
        state=State.REFUSED,
        schedule_time=None,
        findings=(find(problem, "call:request_id"), *launch.findings),
    )


def _range(name: str, seen: str, allowed: str) -> Finding:
    return find(OutOfRange(field=name, seen=seen, allowed=allowed), f"call:{name}")


def _too_long(name: str, text: str) -> Finding:
    return _range(name, f"{len(text)} characters", f"at most {MAX_ID} characters")


def _fingerprint(environment: str, ordering_key: str, request: FlowExecutionRequest, body: bytes) -> bytes:
    """Digest what would be started, and in whose name: the same request_id must mean the same of all of it."""
    digest = _digest_of(environment).copy()
    if ordering_key or request.initiator:
        who = f"{request.initiator.type}:{request.initiator.id}" if request.initiator else ""
        digest.update(f"{ordering_key}\0{who}\0".encode())
    else:
        digest.update(b"\0\0")
    digest.update(body)
    return digest.digest()


@lru_cache(maxsize=64)
def _digest_of(environment: str) -> blake2b:
    """Begin a digest, to be copied: that takes half the time of a new one."""
    return blake2b(f"{environment}\0".encode(), digest_size=16)


def _content(event: Event) -> bytes:
    """Digest an event that made no launch."""
    return blake2b(msgspec.json.encode(event), digest_size=16).digest()
