"""The answers the tap gives itself: problem documents (RFC 9457)."""

from __future__ import annotations

import msgspec

from tieline.diagnosis.finding import Diagnosed, Diagnosis, Role, Rule
from tieline.diagnosis.tell import diagnosed_json
from tieline.domain.finding import find
from tieline.problems.base import Problem, page_of
from tieline.problems.tap import LaunchStopped
from tieline.tap.seen import Seen

PROBLEM_JSON = "application/problem+json"


def stopped(diagnosis: Diagnosis) -> LaunchStopped:
    """Say why a launch was kept from leaving."""
    causes = [one.finding for one in diagnosis.findings if one.role is Role.CAUSE]
    return LaunchStopped(faults=len(diagnosis.findings), first=f"{causes[0].code} {causes[0].line}")


def document(problem: Problem, status: int, seen: Seen, findings: tuple[Diagnosed, ...] = ()) -> bytes:
    """Write a problem document; `message` says it to clients that look for the platform's error body."""
    return msgspec.json.encode(
        {
            "type": page_of(problem.code),
            "title": problem.title,
            "status": status,
            "detail": problem.line(),
            "code": problem.code,
            "reason": problem.reason,
            "metadata": problem.metadata(),
            "help": problem.help(),
            "message": problem.line(),
            "instance": f"urn:tieline:{seen.id}",
            "findings": [diagnosed_json(one) for one in findings],
        }
    )


def alone(problem: Problem, exchange: Diagnosis) -> Diagnosis:
    """Give a diagnosis that says this one problem."""
    one = Diagnosed(finding=find(problem, "url"), rule=Rule.TRANSIENT, role=Role.CAUSE)
    return msgspec.structs.replace(exchange, findings=(one,), sound=False)
