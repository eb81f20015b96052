"""Judges a launch request that is known as it was sent: nothing in it stands for something else, and nothing is blotted out."""

from __future__ import annotations

from collections.abc import Mapping

from tieline.diagnosis.form import nested_json
from tieline.domain.finding import Finding, find
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.preflight.flow_id import id_finding
from tieline.preflight.official_form import check_official
from tieline.problems.flows import FlowIdUnknown

_INPUTS = "/inputData"


def judge_sent(body: dict[str, Json], flows: Mapping[str, Flow]) -> list[Finding]:
    """Say everything that is wrong with a launch request's body; `flows` are all there are, by id."""
    id = body.get("flowId")
    flow = flows.get(id) if type(id) is str else None
    found = list(check_official(body, flow))
    if type(id) is str and flow is None and id_finding(id, "flowId", "/flowId") is None:
        found.append(find(FlowIdUnknown(flow_id=id), "/flowId"))
    inputs = body.get("inputData")
    if type(inputs) is str and (twice := nested_json(inputs, _INPUTS, "inputData")) is not None:
        found = [twice.finding, *(one for one in found if one.at != _INPUTS)]
    return found
