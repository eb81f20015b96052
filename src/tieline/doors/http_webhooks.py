"""The HTTP door's webhooks: verified, read, stored; and told to the operator where they are refused."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from tieline.domain.clock import Clock
from tieline.domain.launch import Receipt
from tieline.doors.accepting import Accepting
from tieline.doors.http_message import Answer, Request, read_body, refusal_answer
from tieline.doors.options import DoorOptions
from tieline.doors.signature import verify
from tieline.doors.source_options import SourceOptions
from tieline.doors.translate_json import receipt_json
from tieline.doors.translate_webhook import check_sources, read_events
from tieline.handoff.verdict import Refused
from tieline.problems.base import Kind, Problem, ProblemError
from tieline.problems.http import UnknownSource

log = structlog.get_logger("tieline.http")


class Webhooks:
    """Takes the webhooks of the sources there are."""

    def __init__(self, options: DoorOptions, sources: Sequence[SourceOptions], accept: Accepting, clock: Clock) -> None:
        """Take what the door was given."""
        self._options = options
        self._sources = {source.name: source for source in sources}
        self._accept = accept
        self._clock = clock

    async def publish(self, request: Request, trace: str) -> Answer:
        """Store what the events of a webhook become; a refusal is a line in the log as well."""
        source = self._sources.get(request.path.removeprefix("/v1/events/"))
        try:
            if source is None:
                raise ProblemError(UnknownSource())
            return await self._store(source, request, trace)
        except ProblemError as error:
            _log_refusal(error.problems[0], source, trace)
            raise

    async def _store(self, source: SourceOptions, request: Request, trace: str) -> Answer:
        body = await read_body(request, self._options, min(source.max_bytes, self._options.max_bytes))
        verify(source, request.headers, body, self._clock())
        events = read_events(source, request.headers, request.query, body, self._options.max_depth)
        check_sources(events, source, self._sources)
        answers = await self._accept.events(events)
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        if refused:
            return refusal_answer(refused[0], trace)
        receipts = [answer for answer in answers if isinstance(answer, Receipt)]
        status = 200 if all(receipt.repeated for receipt in receipts) else 202
        said = [receipt_json(receipt) for receipt in receipts]
        return Answer(status=status, value=said[0] if len(said) == 1 else {"receipts": said})


def _log_refusal(problem: Problem, source: SourceOptions | None, trace: str) -> None:
    """Tell the operator, since no person reads what a webhook is answered: the code and the place, nothing of what came in.

    Not overload: a line for each would only add to it, and the sender comes again.
    """
    if problem.kind not in (Kind.OVERLOADED, Kind.UNAVAILABLE):
        name = source.name if source else None
        log.warning("webhook refused", trace_id=trace, source=name, code=problem.code, reason=problem.reason)
