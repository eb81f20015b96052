"""Decides on a launch request: the first published error a strict cloud would give, or the flow and version to start.

The order is a gateway's: fields first, then the flow, then its version, then its inputs. One refusal is one error, as the
cloud gives it. This is the twin's own judgement; it shares facts with the rest of Tieline, and no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieline.contract.operations import LAUNCH
from tieline.contract.schemas import LAUNCH_FIELDS
from tieline.twin.flows import TwinFlow
from tieline.twin.options import Rule, Strictness
from tieline.twin.reading import Refused
from tieline.twin.refusal import Refusal, shown

_OBJECT = "FlowExecutionLaunchRequest"
_FIELDS = frozenset(LAUNCH_FIELDS)


def folded(body: dict[str, Any], flow: TwinFlow) -> dict[str, Any]:
    """Give a launch request with the names of its inputs as the flow has them, whatever their case."""
    names = {name.casefold(): name for name in flow.inputs}
    given = body.get("inputData") or {}
    return {**body, "inputData": {names.get(name.casefold(), name): value for name, value in given.items()}}


def judge(body: dict[str, Any], flows: Mapping[str, TwinFlow], strict: Strictness) -> tuple[TwinFlow, str]:
    """Give the flow and the version this launch request starts; raises `Refused`."""
    _fields(body, strict)
    flow = _flow(body["flowId"], flows, strict)
    version = _version(flow, body.get("flowVersion"), strict)
    if strict.input_case == "fold":
        body = folded(body, flow)
    _inputs(flow, body.get("inputData") or {}, strict)
    return flow, version


def _fields(body: dict[str, Any], strict: Strictness) -> None:
    if strict.unknown_field is Rule.REFUSE and not _FIELDS.issuperset(body):
        unknown = next(name for name in body if name not in _FIELDS)
        raise _refuse("invalid.property", {"value": shown(unknown), "object": _OBJECT}, unknown)
    if body.get("flowId") in (None, ""):
        needed = strict.missing_flow_id == "constraint.validation"
        raise _refuse(strict.missing_flow_id, {"constraint": "flowId may not be empty"} if needed else {}, "flowId")
    for name in ("flowId", "flowVersion", "name"):
        _typed(body.get(name), str, name, "String", strict)
    if strict.name_max and len(body.get("name") or "") > strict.name_max:
        raise _refuse("constraint.validation", {"constraint": f"name may have {strict.name_max} characters"}, "name")
    _typed(body.get("inputData"), dict, "inputData", "Object", strict)


def _typed(value: object, kind: type, name: str, called: str, strict: Strictness) -> None:
    if value is None or isinstance(value, kind):
        return
    if strict.wrong_type == "bad.request":
        raise _refuse("bad.request", field=name)
    raise _refuse("invalid.value", {"value": shown(value), "type": called, "allowed": f"a JSON {called.lower()}"}, name)


def _flow(id: str, flows: Mapping[str, TwinFlow], strict: Strictness) -> TwinFlow:
    flow = flows.get(id)
    if flow is None:
        raise _refuse("architect.flow.not.found", field="flowId")
    if flow.deleted:
        raise _refuse(strict.deleted_flow, field="flowId")
    if not flow.launchable:
        raise _refuse(strict.wrong_flow_type, field="flowId")
    return flow


def _version(flow: TwinFlow, asked: str | None, strict: Strictness) -> str:
    if not flow.published:
        raise _refuse("flow.config.not.published", field="flowId")
    version = flow.version(asked)
    if version is None:
        raise _refuse(strict.wrong_version, field="flowVersion")
    return version


def _inputs(flow: TwinFlow, given: dict[str, Any], strict: Strictness) -> None:
    if flow.takes(given):
        return
    unknown = [] if flow.open else [name for name in given if name not in flow.inputs]
    if unknown and strict.unknown_input is Rule.REFUSE:
        raise _refuse("input.var.not.marked.in.flow.def", field=unknown[0])
    wrong = next((name for name in given if name not in unknown and not flow.takes({name: given[name]})), None)
    known = {name: value for name, value in given.items() if name not in unknown}
    if strict.wrong_value is Rule.REFUSE and (wrong is not None or not flow.takes(known)):
        raise _refuse("variable.value.not.allowed", field=wrong)


def _refuse(code: str, params: Mapping[str, str] | None = None, field: str | None = None) -> Refused:
    return Refused(Refusal(error=LAUNCH.error(code), params=params or {}, field=field))
