"""Reads the caller's JSON form of a launch into `FlowExecutionRequest`, and names every fault of its form."""

from __future__ import annotations

from tieline.domain.finding import Finding, find
from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest, Initiator
from tieline.preflight.fields import CALLER, INITIATOR, field_findings, not_an_object
from tieline.problems.preflight import EmptyField


def read_request(body: Json) -> tuple[FlowExecutionRequest, tuple[Finding, ...]]:
    """Read `{"flowId" | "flow", "flowVersion", "inputs", "initiator", "name"}`; never raises.

    The findings are the faults of form: not an object, unknown fields, wrong types. What the values say (no flow named, an
    id that is none, an initiator's type) is for `preflight.compile.check`, which every request meets, whichever door it came
    through. A field of the wrong type is left out of the request; `preflight.merge.merged` keeps `check` from calling it missing.
    """
    if type(body) is not dict:
        return FlowExecutionRequest(), (not_an_object(body, CALLER),)
    findings = list(field_findings(body, CALLER))
    initiator = body.get("initiator")
    if type(initiator) is dict:
        findings += field_findings(initiator, INITIATOR, "/initiator")
        findings += (
            find(EmptyField(field=f"initiator.{k}"), f"/initiator/{k}") for k in INITIATOR.names if initiator.get(k) == ""
        )
    request = FlowExecutionRequest(
        flow_id=_text(body.get("flowId")),
        flow=_text(body.get("flow")),
        flow_version=_text(body.get("flowVersion")),
        inputs=inputs if type(inputs := body.get("inputs")) is dict else {},
        initiator=_initiator(initiator),
        name=_text(body.get("name")),
    )
    return request, tuple(findings)


def _text(value: Json) -> str | None:
    return value if type(value) is str else None


def _initiator(value: Json) -> Initiator | None:
    if type(value) is not dict:
        return None
    return Initiator(id=_text(value.get("id")) or "", type=_text(value.get("type")) or "")
