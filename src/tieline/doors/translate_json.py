"""Domain to JSON: launches, receipts and problem documents (RFC 9457) as the HTTP door writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tieline.domain.finding import Finding
from tieline.domain.launch import Launch, Receipt
from tieline.domain.outcome import Attempt
from tieline.handoff.verdict import Valid
from tieline.problems.base import Problem, page_of
from tieline.problems.catalogue import CATALOGUE

PROBLEM_JSON = "application/problem+json"


def time_json(ms: int | None) -> str | None:
    """Give a time as RFC 3339 with milliseconds, UTC."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Give a receipt."""
    return {
        "id": receipt.id,
        "request_id": receipt.request_id,
        "state": receipt.state,
        "create_time": time_json(receipt.create_time),
        "repeated": receipt.repeated,
    }


def valid_json(valid: Valid) -> dict[str, Any]:
    """Give the answer to `validate_only`."""
    return {"valid": True, "environment": valid.environment, "launch_request": msgspec.Raw(valid.body)}


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give a finding."""
    said = {
        "code": finding.code,
        "reason": finding.reason,
        "at": finding.at,
        "line": finding.line,
        "help": finding.help,
        "suggestion": finding.suggestion,
        "page": finding.page,
    }
    return {name: value for name, value in said.items() if value is not None}


def launch_json(launch: Launch) -> dict[str, Any]:
    """Give a launch; the event's data and the request's inputs are not in it. `followed` says that the run is still looked at."""
    event = launch.event
    execution = launch.execution
    said = {
        "id": launch.id,
        "request_id": launch.request_id,
        "state": launch.state,
        "environment": launch.environment,
        "route": launch.route or None,
        "flow": launch.flow or None,
        "flow_id": launch.flow_id or None,
        "ordering_key": launch.ordering_key or None,
        "priority": launch.priority,
        "create_time": time_json(launch.create_time),
        "update_time": time_json(launch.update_time),
        "schedule_time": time_json(launch.schedule_time),
        "expire_time": time_json(launch.expire_time),
        "followed": launch.execution is not None and launch.schedule_time is not None,
        "event": {"id": event.id, "source": event.source, "type": event.type} if event else None,
        "execution": _filled(msgspec.structs.asdict(execution)) if execution else None,
        "attempts": [_attempt(attempt) for attempt in launch.attempts],
        "findings": [finding_json(finding) for finding in launch.findings],
    }
    return _filled(said)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    outcome = attempt.outcome
    said = {
        "kind": outcome.kind,
        "status": outcome.status,
        "execution_id": outcome.execution_id,
        "retry_after_ms": outcome.retry_after_ms,
        "correlation_id": outcome.correlation_id,
        "finding": finding_json(outcome.finding) if outcome.finding else None,
    }
    times = {"start_time": time_json(attempt.start_time), "end_time": time_json(attempt.end_time)}
    return {"number": attempt.number, **times, "outcome": _filled(said)}


def _filled(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def problem_document(problem: Problem, status: int, instance: str, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """Give a problem as an RFC 9457 document; `instance` is the trace id."""
    return {
        "type": page_of(problem.code),
        "title": problem.title,
        "status": status,
        "detail": problem.line(),
        "code": problem.code,
        "reason": problem.reason,
        "metadata": problem.metadata(),
        "help": problem.help(),
        "instance": f"urn:tieline:{instance}",
        "findings": [finding_json(finding) for finding in findings],
    }


def refusal_document(findings: Sequence[Finding], status: int, instance: str) -> dict[str, Any]:
    """Give a refusal as an RFC 9457 document: the first finding is the problem, and all are listed."""
    first = findings[0]
    return {
        "type": first.page,
        "title": CATALOGUE[first.code].title,
        "status": status,
        "detail": first.line if len(findings) == 1 else f"{first.line}; and {len(findings) - 1} more",
        "code": first.code,
        "reason": first.reason,
        "metadata": first.metadata,
        "help": first.help,
        "instance": f"urn:tieline:{instance}",
        "findings": [finding_json(finding) for finding in findings],
    }
