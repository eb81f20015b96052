"""A problem's kind as a gRPC status and as an HTTP status: one table, so that both doors refuse alike.

The pairs follow grpc-gateway's table (`runtime/errors.go`), except that a body too large, of an unsupported type in conflict or too slow keeps its own HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import grpc

from tieline.domain.finding import Finding
from tieline.problems.base import Kind
from tieline.problems.catalogue import CATALOGUE

STATUS: Mapping[Kind, tuple[grpc.StatusCode, int]] = {
    Kind.INVALID: (grpc.StatusCode.INVALID_ARGUMENT, 400),
    Kind.UNAUTHENTICATED: (grpc.StatusCode.UNAUTHENTICATED, 401),
    Kind.FORBIDDEN: (grpc.StatusCode.PERMISSION_DENIED, 403),
    Kind.NOT_FOUND: (grpc.StatusCode.NOT_FOUND, 404),
    Kind.METHOD: (grpc.StatusCode.UNIMPLEMENTED, 405),
    Kind.CONFLICT: (grpc.StatusCode.ALREADY_EXISTS, 409),
    Kind.STATE: (grpc.StatusCode.FAILED_PRECONDITION, 409),
    Kind.TOO_LARGE: (grpc.StatusCode.INVALID_ARGUMENT, 413),
    Kind.UNSUPPORTED: (grpc.StatusCode.INVALID_ARGUMENT, 415),
    Kind.OVERLOADED: (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    Kind.UNAVAILABLE: (grpc.StatusCode.UNAVAILABLE, 503),
    Kind.DEADLINE: (grpc.StatusCode.DEADLINE_EXCEEDED, 504),
    Kind.TOO_SLOW: (grpc.StatusCode.DEADLINE_EXCEEDED, 408),
    Kind.INTERNAL: (grpc.StatusCode.INTERNAL, 500),
}
"""Kind of problem to gRPC status and HTTP status."""


def kind_of_refusal(findings: Sequence[Finding]) -> Kind:
    """Say what sort of refusal some findings make: a conflict when every one is, and otherwise an invalid call."""
    kinds = {CATALOGUE[finding.code].kind if finding.code in CATALOGUE else Kind.INVALID for finding in findings}
    return Kind.CONFLICT if kinds == {Kind.CONFLICT} else Kind.INVALID
