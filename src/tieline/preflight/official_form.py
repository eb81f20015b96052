"""The same rules on the cloud's own form, FlowExecutionLaunchRequest, as a body that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterator

from tieline.contract.inputs import PREFIX
from tieline.contract.limits import REQUEST_BYTES
from tieline.domain.finding import Finding, find, pointer
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.preflight.compile import flow_findings, size_finding
from tieline.preflight.fields import OFFICIAL, field_findings, not_an_object, short
from tieline.preflight.flow_id import id_finding, version_finding
from tieline.preflight.inputs import encoded, inputs_of, nested_findings, schema_findings
from tieline.preflight.merge import merged
from tieline.problems.preflight import InputPrefix, MissingField, NotJson

_NO_FLOW_ID = find(MissingField(field="flowId"), "/flowId")


def check_official(body: Json, flow: Flow | None) -> tuple[Finding, ...]:
    """Say everything that is wrong with a launch request's body; `flow` is the flow its id means, None when not known.

    Here the prefix `Flow.` is not added: the cloud takes input names as they stand.
    """
    if type(body) is not dict:
        return (not_an_object(body, OFFICIAL),)
    found = [*field_findings(body, OFFICIAL), *_values(body, flow)]
    inputs = body.get("inputData")
    if type(inputs) is dict and inputs:
        found += _inputs(inputs, flow)
    try:
        size = len(encoded(body))
    except ValueError:
        return merged([*found, find(NotJson(seen="a value of no JSON type"), "")])
    if size > REQUEST_BYTES.value:
        found.append(size_finding(size, inputs if type(inputs) is dict else {}, "/inputData"))
    return merged(found)


def _values(body: dict[str, Json], flow: Flow | None) -> Iterator[Finding]:
    if "flowId" not in body:
        yield _NO_FLOW_ID
    id, version = body.get("flowId"), body.get("flowVersion")
    if type(id) is str and (wrong := id_finding(id, "flowId", "/flowId")) is not None:
        yield wrong
    if type(version) is str and (wrong := version_finding(version, "/flowVersion")) is not None:
        yield wrong
    if flow is not None:
        yield from flow_findings(flow, flow.id)


def _inputs(inputs: dict[str, Json], flow: Flow | None) -> list[Finding]:
    known = inputs_of(flow) if flow is not None else None
    found = list(nested_findings(inputs, "/inputData", known))
    places = {finding.at for finding in found}
    if known is None or flow is None:
        bare = [name for name in inputs if not name.startswith(PREFIX) and "/inputData" + pointer(name) not in places]
        return [*found, *(_bare(name) for name in bare)]
    found += [_bare(name) for name in inputs if PREFIX + name in known.properties and not name.startswith(PREFIX)]
    places |= {finding.at for finding in found}
    return [*found, *(one for one in schema_findings(inputs, inputs, "/inputData", flow, known) if one.at not in places)]


def _bare(name: str) -> Finding:
    right = PREFIX + (name[len(PREFIX) :] if name.casefold().startswith(PREFIX.casefold()) else name)
    return find(InputPrefix(input=short(name), nearest=short(right)), "/inputData" + pointer(name), right)
