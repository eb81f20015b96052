"""How a run goes on: it ends after a while, with outputs computed from its inputs or with an error, or it stays running.

A flow's `script` is a list of outcomes; the first whose `when` holds decides. Expressions are JMESPath over `{"inputs": {...},
"name": ..., "flowId": ..., "flowVersion": ...}`; the inputs stand there under their names without `Flow.`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from tieline.contract.inputs import PREFIX

AFTER_MAX_MS = 30 * 86_400_000
"""The longest a run may take, or stay out of sight, in milliseconds: thirty days."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One way a run may go.

    `when` is a condition, None for always. `end` is the status it ends with, RUNNING when it never ends. `after_ms` is when, None
    for the flow's usual time. `outputs` are constants by variable, `compute` expressions by variable; both only of a run that
    completes. `error` is the run's `flowErrorInfo`, None for the usual one of a run that fails. `visible_ms` is for how long after
    its launch nobody finds the run, None for the twin's own setting.
    """

    when: str | None = None
    end: Literal["COMPLETED", "FAILED", "ERROR", "TERMINATED", "RUNNING"] = "COMPLETED"
    after_ms: int | None = None
    outputs: dict[str, Any] = msgspec.field(default_factory=dict)
    compute: dict[str, str] = msgspec.field(default_factory=dict)
    error: dict[str, Any] | None = None
    visible_ms: int | None = None


def script_fault(script: Sequence[Outcome]) -> str | None:
    """Say what is wrong with a script; None when nothing is."""
    return next((f"script[{number}].{fault}" for number, one in enumerate(script) if (fault := _fault(one)) is not None), None)


def _fault(one: Outcome) -> str | None:
    from tieline.twin.computing import expression_fault  # noqa: PLC0415 - only for flows with a script

    for place, text in {"when": one.when, **{f"compute.{name}": text for name, text in one.compute.items()}}.items():
        if text is not None and (fault := expression_fault(text)) is not None:
            return f"{place}: {fault}"
    for place, ms in {"afterMs": one.after_ms, "visibleMs": one.visible_ms}.items():
        if ms is not None and not 0 <= ms <= AFTER_MAX_MS:
            return f"{place} lies between 0 and {AFTER_MAX_MS}"
    if one.end != "COMPLETED" and (one.outputs or one.compute):
        return f"outputs and compute are of a run that completes, this one ends {one.end}"
    if one.end not in {"FAILED", "ERROR"} and one.error is not None:
        return f"error is of a run that fails, this one ends {one.end}"
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
    """Give the value of an expression; None where it cannot be computed from these inputs, as a flow leaves a variable unset."""
    from tieline.twin.computing import ExpressionError, evaluate  # noqa: PLC0415 - only for flows with a script

    try:
        return evaluate(expression, told)
    except ExpressionError:
        return None


def _truth(value: Any) -> bool:
    """JMESPath's own truth: empty things and null are false, 0 is not."""
    return value is True or (value is not False and value not in (None, "", [], {}))
