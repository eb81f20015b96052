"""Judges a launch request by preflight's own rules, and says which of its findings are certain from a capture alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieline.capture.names import plain
from tieline.contract.inputs import PREFIX
from tieline.contract.operations import LAUNCH
from tieline.diagnosis.credentials import read_authorization
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.form import JSON_TYPE, Body, content_type, nested_json, read_body
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.diagnosis.unknown import is_mark, stands_for
from tieline.domain.exchange import CapturedRequest
from tieline.domain.finding import Finding, find
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.preflight.fields import OFFICIAL, article
from tieline.preflight.flow_id import id_finding
from tieline.preflight.official_form import check_official
from tieline.problems.base import ProblemError
from tieline.problems.flows import FlowIdUnknown
from tieline.problems.preflight import BodyTooLarge, InputsNested, MissingField, WrongType

_RULES: Mapping[str, tuple[Rule, Stage]] = {
    "TL201": (Rule.WRONG_TYPE, Stage.FORM),
    "TL202": (Rule.UNKNOWN_FIELD, Stage.FORM),
    "TL203": (Rule.MISSING_REQUIRED, Stage.FORM),
    "TL204": (Rule.WRONG_TYPE, Stage.FORM),
    "TL205": (Rule.FLOW_ID_FORMAT, Stage.FLOW),
    "TL206": (Rule.WRONG_TYPE, Stage.FORM),
    "TL207": (Rule.FLOW_ID_FORMAT, Stage.FLOW),
    "TL211": (Rule.FLOW_ID_FORMAT, Stage.FLOW),
    "TL212": (Rule.FLOW_UNPUBLISHED, Stage.FLOW),
    "TL213": (Rule.FLOW_TYPE, Stage.FLOW),
    "TL214": (Rule.FLOW_VERSION, Stage.FLOW),
    "TL220": (Rule.INPUT_NAME, Stage.INPUT),
    "TL221": (Rule.INPUT_NAME, Stage.INPUT),
    "TL222": (Rule.INPUT_NAME, Stage.INPUT),
    "TL223": (Rule.INPUT_NAME, Stage.INPUT),
    "TL224": (Rule.INPUT_TYPE, Stage.INPUT),
    "TL225": (Rule.INPUT_TYPE, Stage.INPUT),
    "TL226": (Rule.INPUT_NAME, Stage.INPUT),
    "TL227": (Rule.MALFORMED_JSON, Stage.FORM),
    "TL543": (Rule.OTHER, Stage.INPUT),
}
"""What each finding of preflight is called here, and at which stage it bites."""

UNKNOWN_NULLS = ("inputData", "name")
"""Fields of which no source says whether they may be null (docs/decisions/0012)."""
_SENT = frozenset({"har", "http", "log", "exchange-sent"})
"""Forms that show what went over the wire: a placeholder in one of these was really sent, or blotted out afterwards."""
_PROGRAMS = frozenset({"go", "python", "javascript", "typescript", "java", "csharp"})


def judge_launch(
    request: CapturedRequest, form: str, status: int | None, flows: Mapping[str, Flow]
) -> tuple[list[Spotted], Body]:
    """Say what is wrong with a launch request, and give its body as it was meant."""
    found = read_authorization(request, LAUNCH, status, in_form=False)
    if request.body is None:
        return [*found, *content_type(request, JSON_TYPE, status, sent=status == 415)], Body()
    body = read_body(request.body)
    found += content_type(request, JSON_TYPE, status, sent=bool(request.body.strip()))
    of_another_kind = not body.readable and any(one.rule is Rule.CONTENT_TYPE and one.sure for one in found)
    found += [one for one in body.spotted if not (of_another_kind and one.masks)]  # it is no JSON, nor was it said to be any
    if len(request.body.encode("utf-8", "replace")) > 512_000:
        found.append(_too_large(request.body))
    masked = any(one.masks for one in body.spotted)
    if isinstance(body.value, dict | list) or (body.readable and not masked):
        found += _body_findings(body, form, flows)
    return found, body


def _too_large(text: str) -> Spotted:
    size = len(text.encode("utf-8", "replace"))
    return spot(
        BodyTooLarge(bytes=size, limit=512_000, largest=None), Rule.TOO_LARGE, Stage.FORM, "raw", why="its length was counted"
    )


def _body_findings(body: Body, form: str, flows: Mapping[str, Flow]) -> Iterator[Spotted]:
    value = body.value
    if value is None and "" in body.unknown:
        return
    flow = _flow_of(value, flows)
    twice = _encoded_inputs(value)
    if twice is not None:
        yield twice
    try:
        findings = (*check_official(value, flow), *_nulls(value))
    except ProblemError as error:  # the schema that was given is none
        findings = tuple(find(problem, "/flowId") for problem in error.problems)
    for finding in findings:
        if finding.code in _RULES and not (twice is not None and finding.at == twice.finding.at):
            yield from _judged(finding, body, form)
    yield from _missing_too(findings, value, form)
    if flow is None and flows and isinstance(value, dict):
        yield from _unknown_id(value.get("flowId"))


def _nulls(value: Json) -> Iterator[Finding]:
    """Name what is null where it is not known whether null is taken: preflight lets it pass, and a 400 may come of it."""
    if isinstance(value, dict):
        for name in UNKNOWN_NULLS:
            if name in value and value[name] is None:
                yield find(WrongType(field=name, seen="null", allowed=article(OFFICIAL.fields[name])), "/" + name)


def _unknown_id(id: Json) -> Iterator[Spotted]:
    """The flows were given, and this id is none of theirs."""
    if isinstance(id, str) and not stands_for(id) and id_finding(id, "flowId", "/flowId") is None:
        why = "it is none of the flows that were given"
        yield spot(FlowIdUnknown(flow_id=id), Rule.FLOW_NOT_FOUND, Stage.FLOW, "/flowId", sure=False, why=why)


def _encoded_inputs(value: Json) -> Spotted | None:
    return nested_json(value.get("inputData"), "/inputData", "inputData") if isinstance(value, dict) else None


def _flow_of(value: Json, flows: Mapping[str, Flow]) -> Flow | None:
    if not isinstance(value, dict) or not flows:
        return None
    id = value.get("flowId")
    known = flows.get(id) if isinstance(id, str) else None
    return known or flows.get("*")


def _judged(finding: Finding, body: Body, form: str) -> Iterator[Spotted]:
    """Turn one finding of preflight into what is spotted; nothing, when it is about a value that is not shown."""
    value = _value_at(body.value, finding.at)
    name = finding.at.rpartition("/")[2]
    if finding.code == "TL221" and name.casefold() == "flow" and isinstance(value, str) and stands_for(value):
        # The wrapper that the cloud ignores, with contents that are not shown, as source code has it.
        finding = find(InputsNested(wrapper=name, inputs=f"`{PREFIX}<name>`"), finding.at)
    rule, stage = _RULES[finding.code]
    if finding.at in body.unknown and finding.code != "TL202":
        return
    if (
        isinstance(value, str)
        and finding.code in {"TL204", "TL206", "TL207", "TL211", "TL214", "TL224", "TL225"}
        and stands_for(value)
    ):
        if finding.code in {"TL207", "TL211"} and form in _SENT:
            why = "this is what was sent, unless it was blotted out for showing"
            yield Spotted(finding=finding, rule=rule, stage=stage, sure=False, said=True, why=why)
        return
    if finding.code == "TL202" and is_mark(finding.at.rpartition("/")[2]):
        return
    if finding.code == "TL205" and finding.at != "/flowId":
        return
    sure, why = _certainty(finding, value)
    yield Spotted(finding=finding, rule=rule, stage=stage, sure=sure, why=why)


def _certainty(finding: Finding, value: Json) -> tuple[bool, str]:
    name = finding.at.rpartition("/")[2]
    match finding.code:
        case "TL221" if name.startswith("flow."):
            return False, "whether the cloud forgives the case of a name is not known"
        case "TL221":
            return True, "inputs are known by their full names, with the prefix"
        case "TL222":
            return True, "this form is accepted and then ignored (forum thread 20500)"
        case "TL204" if value is None and finding.at != "/flowId":
            return False, "whether null is taken here is not known"
        case "TL202":
            return True, "the published request has four fields, and this is none of them"
        case "TL211" | "TL207":
            return True, "flows are known by their ids alone"
        case "TL214":
            return True, "version ids look like `1.0`"
        case _:
            return True, "by the published request" if finding.code < "TL220" else "by the flow's input schema"


def _missing_too(findings: tuple[Finding, ...], value: Json, form: str) -> Iterator[Spotted]:
    """Where a flow's id stands under another name (`flow_id`, `workflowId`), to the cloud `flowId` is missing as well.

    In a program both are one place, the tag or key that is spelled so, and are said once.
    """
    if not isinstance(value, dict) or "flowId" in value or any(one.code in {"TL203", "TL201"} for one in findings):
        return
    misspelled = any(one.suggestion == "flowId" and plain(one.at.strip("/")) == "flowid" for one in findings)
    if not (misspelled and form in _PROGRAMS):
        why = "no field by this very name is there"
        yield spot(MissingField(field="flowId"), Rule.MISSING_REQUIRED, Stage.FORM, "/flowId", why=why)


def _value_at(value: Json, at: str) -> Json:
    for part in at.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def inputs_in(body: Body) -> dict[str, Json]:
    """Give the inputs a body sends, by the names it sends them under; empty when it has none."""
    value = body.value.get("inputData") if isinstance(body.value, dict) else None
    return value if isinstance(value, dict) else {}


def prefixed(name: str) -> str:
    """Give an input's full name."""
    return name if name.startswith(PREFIX) else PREFIX + name
