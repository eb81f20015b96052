"""Launches and the state of their runs."""

from __future__ import annotations

from typing import Any

from tieline.contract.operations import EXECUTION, LAUNCH
from tieline.twin import launching
from tieline.twin.operations.asked import Asked, check_division, object_of
from tieline.twin.reading import refuse
from tieline.twin.state import State


def launch(state: State, asked: Asked) -> dict[str, Any]:
    """Start a run."""
    strict = state.options.strict
    body = object_of(state, LAUNCH, asked)
    if asked.client is not None and asked.client.divisions is not None:
        _reached(state, asked, body.get("flowId"))
    flow, version = launching.judge(body, state.flows, strict)
    if strict.input_case == "fold":
        body = launching.folded(body, flow)
    unnamed = flow.name if strict.name_of_unnamed == "flow" else None
    return state.launch(flow, version, body.get("name") or unnamed, body=body, raw=asked.body).ref()


def execution(state: State, asked: Asked) -> dict[str, Any]:
    """Read a run."""
    run = state.run(asked.path[0])
    if run is None:
        raise refuse(EXECUTION, state.options.strict.missing_execution, field="flowExecutionId")
    check_division(state, EXECUTION, asked.client, run.flow)
    return run.entity(state.clock())


def _reached(state: State, asked: Asked, id: object) -> None:
    """Raise `Refused` for a flow in a division the client's roles do not reach: who may not launch it learns no more of it."""
    flow = state.flows.get(id) if isinstance(id, str) else None
    if flow is not None:
        check_division(state, LAUNCH, asked.client, flow)
