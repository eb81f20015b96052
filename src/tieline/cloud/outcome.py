"""The one table from what came back to what became of the launch. Pure."""

from __future__ import annotations

from typing import TypedDict

from tieline.cloud.answer import Answer, Exchange, Fault, Said, allowance_of, retry_after_of, said, text_of
from tieline.domain.finding import find
from tieline.domain.outcome import ExecutionView, Outcome, OutcomeKind
from tieline.problems.base import Problem
from tieline.problems.cloud import (
    AnswerMissing,
    AnswerUnreadable,
    CloudFailed,
    CloudFlowNotFound,
    CloudFlowNotPublished,
    CloudForbidden,
    CloudRedirected,
    CloudRefused,
    CloudThrottled,
    CloudTokenRefused,
    CloudUnreachable,
)


class _Facts(TypedDict):
    status: int
    cloud_code: str | None
    cloud_message: str | None
    correlation_id: str | None


_BY_CODE: dict[str, type[CloudRefused | CloudFlowNotFound | CloudFlowNotPublished]] = {
    "architect.flow.not.found": CloudFlowNotFound,
    "flow.config.not.published": CloudFlowNotPublished,
}


def kind_of(status: int) -> OutcomeKind:
    """Say what a status means for a launch, LAUNCHED standing for a success whose body still has to name the execution.

    408 and 5xx may come after the flow has started, so they are ambiguous; a redirect and 401 come before anything starts.
    """
    if 200 <= status < 300:
        return OutcomeKind.LAUNCHED
    if status == 429:
        return OutcomeKind.THROTTLED
    if status == 401 or 300 <= status < 400:
        return OutcomeKind.NOT_SENT
    if 400 <= status < 500 and status != 408:
        return OutcomeKind.REFUSED
    return OutcomeKind.AMBIGUOUS


def outcome_of(exchange: Exchange, host: str) -> Outcome:
    """Judge one exchange of a launch request with `host`."""
    if isinstance(exchange, Fault):
        return _fault(exchange)
    kind = kind_of(exchange.status)
    about = said(exchange)
    execution_id: str | None = None
    problem: Problem | None = None
    if kind is OutcomeKind.LAUNCHED:
        execution_id, fault = _execution_id(exchange)
        if fault is not None:
            kind = OutcomeKind.AMBIGUOUS
            problem = AnswerUnreadable(status=exchange.status, correlation_id=about.correlation_id, fault=fault)
    else:
        problem = problem_of(exchange, host)
    return Outcome(
        kind=kind,
        status=exchange.status,
        execution_id=execution_id,
        finding=None if problem is None else find(problem, ""),
        retry_after_ms=retry_after_of(exchange) if kind is OutcomeKind.THROTTLED else None,
        allowance=allowance_of(exchange),
        correlation_id=about.correlation_id,
    )


def problem_of(answer: Answer, host: str) -> Problem:
    """Name what an answer other than success says; the same words for a launch, a look and a page of flows."""
    about = said(answer)
    facts = _facts(about)
    status = answer.status
    if status == 429:
        return CloudThrottled(**facts, retry_after_ms=retry_after_of(answer))
    if status == 401:
        return CloudTokenRefused(**facts)
    if status == 403:
        return CloudForbidden(**facts)
    if 300 <= status < 400:
        return CloudRedirected(**facts, host=host)
    if 400 <= status < 500 and status != 408:
        return _BY_CODE.get(about.cloud_code or "", CloudRefused)(**facts)
    return CloudFailed(**facts)


def view_of(exchange: Exchange) -> ExecutionView:
    """Read a look at a run (`FlowRuntimeExecution`); a look that told nothing has `status` None."""
    if isinstance(exchange, Fault):
        return ExecutionView(status=None, counted=exchange.sent)
    allowance = allowance_of(exchange)
    if exchange.status != 200:
        throttled = exchange.status == 429
        wait = retry_after_of(exchange) if throttled else None
        gone = exchange.status in (404, 410)
        return ExecutionView(status=None, allowance=allowance, throttled=throttled, retry_after_ms=wait, gone=gone)
    body = exchange.json()
    status = body.get("status")
    error = body.get("flowErrorInfo")
    error = error if isinstance(error, dict) else {}
    return ExecutionView(
        status=status if isinstance(status, str) else None,
        error_code=text_of(error.get("code")),
        error_message=text_of(error.get("message")),
        allowance=allowance,
    )


def _facts(about: Said) -> _Facts:
    return {
        "status": about.status,
        "cloud_code": about.cloud_code,
        "cloud_message": about.cloud_message,
        "correlation_id": about.correlation_id,
    }


def _execution_id(answer: Answer) -> tuple[str | None, str | None]:
    """Find the execution's id in a success, or say what is wrong with the answer."""
    if answer.cut:
        return None, "the answer was larger than allowed"
    id = answer.json().get("id")
    if isinstance(id, str) and id:
        return id, None
    return None, "the answer names no execution"


def _fault(fault: Fault) -> Outcome:
    if fault.sent:
        return Outcome(kind=OutcomeKind.AMBIGUOUS, finding=find(AnswerMissing(fault=fault.text), ""))
    problem = CloudUnreachable(host=fault.host, fault=fault.text)
    return Outcome(kind=OutcomeKind.NOT_SENT, finding=find(problem, ""), counted=False)
