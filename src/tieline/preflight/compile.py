"""Compiles the caller's form into the cloud's, and says everything that is wrong with it on the way."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tieline.contract.limits import REQUEST_BYTES
from tieline.domain.finding import Finding, find
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest, Initiator
from tieline.preflight.fields import near, short
from tieline.preflight.flow_id import id_finding, placeholder, version_finding
from tieline.preflight.inputs import (
    encoded,
    inputs_of,
    nested_findings,
    plainly_sent,
    qualified,
    schema_findings,
    twice_findings,
)
from tieline.problems.base import ProblemError
from tieline.problems.preflight import (
    BodyTooLarge,
    EmptyField,
    FlowNamedTwice,
    FlowNotPublished,
    FlowType,
    MissingField,
    NotJson,
    Placeholder,
    WrongValue,
)

LAUNCHABLE = ("WORKFLOW",)
"""Flow types that can be launched: "flow types that support it such as the `workflow` type" (official); no other is named."""
INITIATOR_TYPES = ("user", "externalContact")


_ENCODE = msgspec.json.Encoder().encode


class Checked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The launch request as it would be sent (JSON, official form; empty when it cannot be made), and what is wrong."""

    body: bytes
    findings: tuple[Finding, ...]


def check(request: FlowExecutionRequest, flow: Flow | None) -> Checked:
    """Compile a request to the official body {flowId, flowVersion, inputData, name} and check it against what is known.

    `flow` is the flow it means, None when that is not known: then names and values of inputs cannot be checked, and the
    inputs are given the prefix they need. Places are those of the caller's form.
    """
    findings = [] if _plainly_sound(request, flow) else _findings(request, flow)
    inputs = request.inputs
    sent = plainly_sent(inputs, flow) if inputs else inputs
    if sent is None:
        sent = qualified(inputs)
        findings += _input_findings(inputs, sent, flow)
    body: dict[str, Json] = {"flowId": flow.id if flow else request.flow_id}
    if request.flow_version:
        body["flowVersion"] = request.flow_version
    if sent:
        body["inputData"] = sent
    if request.name is not None:
        body["name"] = request.name
    try:
        raw = _ENCODE(body)
    except (TypeError, RecursionError, OverflowError, ValueError) as fault:
        return Checked(body=b"", findings=(*findings, find(NotJson(seen=_fault_words(fault)), "/inputs")))
    if len(raw) > REQUEST_BYTES.value:
        findings.append(size_finding(len(raw), sent, "/inputs"))
    return Checked(body=raw if body["flowId"] else b"", findings=tuple(findings))


def _plainly_sound(request: FlowExecutionRequest, flow: Flow | None) -> bool:
    """Tell at a glance that the fields beside the inputs are sound, as they nearly always are; False settles nothing."""
    return (
        flow is not None
        and flow.published is not False
        and flow.type in LAUNCHABLE
        and (request.flow == flow.name if request.flow_id is None else request.flow is None and request.flow_id == flow.id)
        and not request.flow_version
        and request.initiator is None
    )


def _findings(request: FlowExecutionRequest, flow: Flow | None) -> list[Finding]:
    return [*_own_findings(request, flow), *(flow_findings(flow, request.flow or request.flow_id or "") if flow else ())]


def _own_findings(request: FlowExecutionRequest, flow: Flow | None) -> Iterator[Finding]:
    if request.flow_id is not None and request.flow is not None:
        yield find(FlowNamedTwice(flow=short(request.flow)), "/flow")
    if request.flow_id is None and request.flow is None:
        yield find(MissingField(field="flowId", instead="flow"), "/flowId")
    if request.flow_id is not None and (wrong := id_finding(request.flow_id, "flowId", "/flowId", "flow")) is not None:
        yield wrong
    if request.flow is not None and flow is None:
        yield from _name_findings(request.flow)
    if request.flow_version and (wrong := version_finding(request.flow_version, "/flowVersion")) is not None:
        yield wrong
    if request.initiator is not None:
        yield from _initiator_findings(request.initiator)


def _name_findings(name: str) -> Iterator[Finding]:
    if not name.strip():
        yield find(EmptyField(field="flow"), "/flow")
    elif (stands := placeholder(name)) is not None:
        yield find(Placeholder(field="flow", placeholder=short(stands)), "/flow")


def _initiator_findings(initiator: Initiator) -> Iterator[Finding]:
    if not initiator.id:
        yield find(MissingField(field="initiator.id"), "/initiator/id")
    if not initiator.type:
        yield find(MissingField(field="initiator.type"), "/initiator/type")
    elif initiator.type not in INITIATOR_TYPES:
        guess = near(initiator.type, INITIATOR_TYPES)
        allowed = " or ".join(f"`{one}`" for one in INITIATOR_TYPES)
        problem = WrongValue(field="initiator.type", seen=short(initiator.type), allowed=allowed, nearest=guess)
        yield find(problem, "/initiator/type", guess)


def flow_findings(flow: Flow, named: str, at: str = "/flowId") -> Iterator[Finding]:
    """Say why a known flow cannot be launched: never published, or of another type."""
    place = "/flow" if named == flow.name and named != flow.id else at
    if flow.published is False:
        yield find(FlowNotPublished(flow=flow.name), place)
    if flow.type not in LAUNCHABLE:
        yield find(FlowType(flow=flow.name, type=flow.type, allowed=" or ".join(f"`{one}`" for one in LAUNCHABLE)), place)


def _input_findings(inputs: dict[str, Json], sent: dict[str, Json], flow: Flow | None) -> list[Finding]:
    if not inputs:
        return []
    try:
        known = inputs_of(flow) if flow is not None else None
    except ProblemError as error:
        return [find(error.problems[0], "/flow")]
    found = list(nested_findings(inputs, "/inputs", known)) if dict in map(type, inputs.values()) else []
    if len(sent) < len(inputs):
        found += twice_findings(inputs, "/inputs")
    if known is None or flow is None:
        return found
    by_schema = schema_findings(inputs, sent, "/inputs", flow, known)
    if not found:
        return list(by_schema)
    places = {finding.at for finding in found}
    return found + [one for one in by_schema if one.at not in places]


def size_finding(size: int, inputs: dict[str, Json], at: str) -> Finding:
    """Say that the body is over the platform's bound, and which input is the largest."""
    largest = max(inputs, key=lambda name: len(encoded(inputs[name])), default=None)
    return find(BodyTooLarge(bytes=size, limit=REQUEST_BYTES.value, largest=short(largest) if largest else None), at)


def _fault_words(fault: Exception) -> str:
    said = str(fault).casefold()
    if "surrogate" in said or "utf-8" in said:
        return "text that is not Unicode"
    return "values nested too deep" if "recursion" in said else "a value of no JSON type"
