"""What a rule spots before anyone knows what it has to do with the answer: a finding, its rule, and the stage it bites at."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from tieline.diagnosis.finding import Rule
from tieline.domain.finding import Finding, find
from tieline.problems.base import Problem


class Stage(IntEnum):
    """The gates a request passes, in order; an answer tells at which one it stopped."""

    IGNORED = 0
    """At none: the cloud takes no notice of it."""
    REACH = 1
    """Host, path and method."""
    AUTH = 2
    """The token, or the client's credentials."""
    ALLOWED = 3
    """Permission, scope and pace."""
    FORM = 4
    """Content-Type, size, JSON and the request's own fields."""
    FLOW = 5
    """The flow and its version."""
    INPUT = 6
    """The inputs' names and values."""
    RUN = 7
    """The run itself, after the launch was accepted."""


class Spotted(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that still lacks its role.

    `sure` is False for what may be so and may not; `blamed` says that the answer names it; `said` that it was read off the
    answer alone and gives way to a fault seen in the request at the same stage; `masks` that nothing behind it was judged; `aside`
    that it explains an answer only where nothing else does.
    """

    finding: Finding
    rule: Rule
    stage: Stage
    sure: bool = True
    blamed: bool = False
    said: bool = False
    masks: bool = False
    aside: bool = False
    why: str = ""


def spot(problem: Problem, rule: Rule, stage: Stage, at: str, suggestion: str | None = None, **marks: object) -> Spotted:
    """Say `problem` at `at`; `marks` are the other fields of `Spotted`."""
    return Spotted(finding=find(problem, at, suggestion), rule=rule, stage=stage, **marks)  # type: ignore[arg-type]
