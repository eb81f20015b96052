"""Says problems and findings as a gRPC status with details (google.rpc: BadRequest, ErrorInfo, Help, RetryInfo; AIP-193)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import grpc
import msgspec
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, Help, RetryInfo
from google.rpc.status_pb2 import Status

from tieline.domain.finding import Finding, find
from tieline.doors.status import STATUS, kind_of_refusal
from tieline.doors.translate_proto import field_of
from tieline.problems.base import Kind, Problem

DOMAIN = "tieline.dev"
DETAILS = "grpc-status-details-bin"
MAX_DETAILS = 4_500
"""Bytes of details in one answer. They travel as base64 in the trailing metadata, of which clients take 8 KB by default; more would replace
the refusal by a RESOURCE_EXHAUSTED of the client's own making."""
MAX_MESSAGE = 500


class RefusedError(Exception):
    """Carries the findings of a refused call to where it is answered; `place` tells a finding's place in the caller's words."""

    def __init__(self, findings: Sequence[Finding], place: Callable[[str], str] = field_of) -> None:
        """Take the findings; at least one."""
        super().__init__(findings[0].code)
        self.findings = findings
        self.place = place


class Answer(msgspec.Struct, frozen=True):
    """A refusal as grpc wants it: status, message, and the details as trailing metadata."""

    code: grpc.StatusCode
    message: str
    trailing: tuple[tuple[str, bytes], ...]


def refusal(error: RefusedError) -> Answer:
    """Say findings: a FieldViolation each, ErrorInfo of the first, a Help link each; as many as fit, and how many there are."""
    findings, kind = error.findings, kind_of_refusal(error.findings)
    shown = len(findings)
    details = _finding_details(findings, shown, error.place)
    while shown > 1 and _size(details) > MAX_DETAILS:
        shown -= max(1, shown // 8)
        details = _finding_details(findings, shown, error.place)
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return _answer(kind, findings[0].line[:MAX_MESSAGE] + more, details)


def problem_answer(problem: Problem) -> Answer:
    """Say a problem of the whole call: ErrorInfo, Help, and RetryInfo when it says when to come back (`retry_after_ms`)."""
    finding = find(problem, "")
    details: list[Message] = [_error_info(finding), _help((finding,))]
    if (wait := finding.metadata.get("retry_after_ms")) is not None:
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(int(wait))
        details.append(retry)
    return _answer(problem.kind, finding.line[:MAX_MESSAGE], details)


def _finding_details(findings: Sequence[Finding], shown: int, place: Callable[[str], str]) -> list[Message]:
    seen = findings[:shown]
    bad = BadRequest()
    for finding in seen:
        bad.field_violations.add(field=place(finding.at), description=finding.line[:MAX_MESSAGE], reason=finding.reason)
    return [bad, _error_info(findings[0], findings=str(len(findings))), _help(seen)]


def _error_info(finding: Finding, **more: str) -> ErrorInfo:
    facts = {name: value[:MAX_MESSAGE] for name, value in finding.metadata.items()}
    return ErrorInfo(reason=finding.reason, domain=DOMAIN, metadata={**facts, "code": finding.code, **more})


def _help(findings: Sequence[Finding]) -> Help:
    """Give a link for each finding, in the order of the violations: the mend differs from place to place, though the page is the same."""
    return Help(links=[Help.Link(description=f"{f.code} {f.reason}: {f.help[:MAX_MESSAGE]}", url=f.page) for f in findings])


def _size(details: Sequence[Message]) -> int:
    return sum(detail.ByteSize() + 50 for detail in details)


def _answer(kind: Kind, message: str, details: Sequence[Message]) -> Answer:
    code = STATUS[kind][0]
    status = Status(code=code.value[0], message=message)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return Answer(code, message, ((DETAILS, status.SerializeToString()),))
