"""Reads the later state of a run: a launch that was accepted, and then failed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tieline.contract.inputs import PREFIX
from tieline.contract.words import ENDED_STATUSES
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.form import Body
from tieline.diagnosis.launch_request import inputs_in
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.domain.finding import pointer
from tieline.domain.json import Json
from tieline.problems.base import nearest
from tieline.problems.cloud import RunFailed
from tieline.problems.diagnosis import InputNeverSet
from tieline.problems.preflight import UnknownInput

_VARIABLE = re.compile(r"\bFlow\.[A-Za-z_]\w{0,200}")


def run_failed(execution: Json) -> bool:
    """Tell whether a run's state says that it failed."""
    status = execution.get("status") if isinstance(execution, dict) else None
    return isinstance(status, str) and status in ENDED_STATUSES - {"COMPLETED"}


def judge_run(execution: Json, body: Body) -> Iterator[Spotted]:
    """Say why a run failed, as far as its error and the launch's inputs tell."""
    if not isinstance(execution, dict) or not run_failed(execution):
        return
    info = execution.get("flowErrorInfo")
    error = info if isinstance(info, dict) else {}
    yield from _never_set(_expression(error), body)
    problem = RunFailed(
        execution=str(execution.get("id") or "?"),
        status=str(execution.get("status")),
        cloud_code=_text(error.get("code")),
        cloud_message=_text(error.get("message")),
    )
    yield spot(problem, Rule.OTHER, Stage.RUN, "response", said=True, why="the run's state says so")


def _text(value: Json) -> str | None:
    return value[:500] if isinstance(value, str) and value else None


def _expression(error: dict[str, Json]) -> str:
    params = error.get("messageParams")
    expression = params.get("expression") if isinstance(params, dict) else None
    return expression if isinstance(expression, str) else str(error.get("message") or "")


def _never_set(expression: str, body: Body) -> Iterator[Spotted]:
    """Find the variables that the failing expression uses and the launch did not set."""
    if not isinstance(body.value, dict):
        return
    inputs = inputs_in(body)
    for name in dict.fromkeys(_VARIABLE.findall(expression)):
        if name in inputs or _nested(name, inputs) or name.removeprefix(PREFIX) in inputs:
            continue
        meant = nearest(name, list(inputs))
        if meant is not None:
            problem = UnknownInput(input=meant[:80], flow="the flow", allowed=f"`{name}`", nearest=name)
            yield spot(
                problem,
                Rule.INPUT_NAME,
                Stage.INPUT,
                "/inputData" + pointer(meant),
                name,
                why="the run failed on the name that is near to it",
            )
            continue
        shown = expression[:120]
        problem_unset = InputNeverSet(input=name, expression=shown)
        yield spot(
            problem_unset,
            Rule.INPUT_NAME,
            Stage.INPUT,
            "/inputData" + pointer(name),
            why="the failing expression uses it, and the launch has no such input",
        )


def _nested(name: str, inputs: dict[str, Json]) -> bool:
    inner = next((value for key, value in inputs.items() if key.casefold().rstrip(".") == "flow"), None)
    return isinstance(inner, dict) and name.removeprefix(PREFIX) in inner
