"""A probe: one step of the way to the cloud, tried, and what came of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tieline.domain.finding import Finding


class Verdict(StrEnum):
    """The four ways a probe ends."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One step: its name, its verdict, one line on it, the finding when there is one, and how long it took (milliseconds)."""

    name: str
    verdict: Verdict
    line: str
    finding: Finding | None = None
    ms: int = 0


CONFIGURATION = "configuration"
NAME = "name"
TLS = "tls"
TOKEN = "token"  # noqa: S105 - the name of a step
REGIONS = "other regions"
USABLE = "token usable"
READABLE = "flow readable"
PUBLISHED = "published"
TYPE = "type"
SCHEMA = "input schema"
PERMISSION = "permission to launch"
LAUNCH = "launch"
BUDGET = "budget"

STEPS: tuple[str, ...] = (NAME, TLS, TOKEN, USABLE, READABLE, PUBLISHED, TYPE, SCHEMA, PERMISSION, BUDGET)
"""The steps after the configuration, in order."""


def passed(name: str, line: str) -> Probe:
    """Say that a step is sound."""
    return Probe(name=name, verdict=Verdict.PASSED, line=line)


def failed(name: str, finding: Finding) -> Probe:
    """Say that a step is not sound, in the finding's line."""
    return Probe(name=name, verdict=Verdict.FAILED, line=finding.line, finding=finding)


def unknown(name: str, line: str, finding: Finding | None = None) -> Probe:
    """Say that a step tells nothing either way."""
    return Probe(name=name, verdict=Verdict.UNKNOWN, line=line, finding=finding)


def skipped(name: str, line: str) -> Probe:
    """Say that a step was not tried, and why."""
    return Probe(name=name, verdict=Verdict.SKIPPED, line=line)
