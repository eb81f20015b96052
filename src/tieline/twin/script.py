"""How a run goes on: it ends after a while, with outputs computed from its inputs or with an error, or it stays running.

A flow's `script` is a list of outcomes; the first whose `when` holds decides. Expressions are JMESPath over `{"inputs": {...},
"name": ..., "flowId": ..., "flowVersion": ...}`; the inputs stand there under their names without `Flow.`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from tieline.contract.inputs import PREFIX

EXPRESSIONS_KEPT = 1000


class Outcome(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One way a run may go.

    `when` is a condition, None for always. `end` is the status it ends with, RUNNING when it never ends. `after_ms` is when, None
    for the flow's usual time. `outputs` are constants by variable, `compute` expressions by variable; both only of a run that
    completes. `error` is the run's `flowErrorInfo`, None for the usual one of a run that fails.
    """

    when: str | None = None
    end: Literal["COMPLETED", "FAILED", "ERROR", "TERMINATED", "RUNNING"] = "COMPLETED"
    after_ms: int | None = None
    outputs: dict[str, Any] = msgspec.field(default_factory=dict)
    compute: dict[str, str] = msgspec.field(default_factory=dict)
    error: dict[str, Any] | None = None


def script_fault(script: Sequence[Outcome]) -> str | None:
    """Say what is wrong with a script; None when nothing is."""
    for number, outcome in enumerate(script):
        told = {"when": outcome.when, **{f"compute.{name}": text for name, text in outcome.compute.items()}}
        for place, expression in told.items():
            if expression is not None and (fault := _fault(expression)) is not None:
                return f"script[{number}].{place}: {fault}"
        if outcome.after_ms is not None and outcome.after_ms < 0:
            return f"script[{number}].afterMs is less than 0"
    return None


def chosen(script: Sequence[Outcome], told: dict[str, Any]) -> Outcome | None:
    """Give the first outcome that fits what is told of the launch; None when none does."""
    return next((one for one in script if one.when is None or _truth(evaluated(one.when, told))), None)


def told_of(body: dict[str, Any], flow_id: str, version: str, name: str | None) -> dict[str, Any]:
    """Give what expressions see of a launch."""
    given = body.get("inputData") or {}
    inputs = {key.removeprefix(PREFIX): value for key, value in given.items()}
    return {"inputs": inputs, "name": name, "flowId": flow_id, "flowVersion": version}


def evaluated(expression: str, told: dict[str, Any]) -> Any:
    """Give the value of an expression; None where it cannot be computed from these inputs."""
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415 - only for flows with a script

    try:
        return _compiled(expression).search(told)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None


@lru_cache(EXPRESSIONS_KEPT)
def _compiled(expression: str) -> Any:
    import jmespath  # noqa: PLC0415 - only for flows with a script

    return jmespath.compile(expression)


def _fault(expression: str) -> str | None:
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415 - only for flows with a script

    try:
        _compiled(expression)
    except JMESPathError as fault:
        return str(fault).splitlines()[0]
    return None


def _truth(value: Any) -> bool:
    """JMESPath's own truth: empty things and null are false, 0 is not."""
    return value is True or (value not in (None, False, "", [], {}))
