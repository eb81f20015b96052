"""Any sound launch request is let pass; the same with one fault yields the finding of that fault, and never blames what is fine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.capture.flows import ANY
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Diagnosis, Role
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange
from tieline.domain.flow import Flow

NAMES = st.from_regex(r"Flow\.[a-zA-Z][a-zA-Z0-9_]{0,12}", fullmatch=True)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
BODIES = st.fixed_dictionaries(
    {"flowId": st.uuids(version=4).map(str)},
    optional={
        "flowVersion": st.from_regex(r"[1-9][0-9]{0,2}\.0", fullmatch=True),
        "name": st.text(max_size=20),
        "inputData": st.dictionaries(NAMES, VALUES, max_size=4),
    },
)
REGIONS = st.sampled_from(["mypurecloud.com", "mypurecloud.de", "usw2.pure.cloud", "aps1.pure.cloud", "use2.us-gov-pure.cloud"])
HEADERS = st.sampled_from(
    [
        (("Authorization", "Bearer abc"), ("Content-Type", "application/json")),
        (("authorization", "bearer abc"), ("content-type", "application/json; charset=utf-8"), ("Accept", "*/*")),
        (("AUTHORIZATION", "Bearer {{token}}"), ("Content-type", "application/json"), ("X-Request-Id", "1")),
    ]
)


class Sent:
    """A request that can be given one fault at a time."""

    def __init__(self, body: dict[str, Any], headers: tuple[tuple[str, str], ...], domain: str) -> None:
        self.body: Any = body
        self.headers = headers
        self.host = f"api.{domain}"
        self.method = "POST"
        self.path = "/api/v2/flows/executions"
        self.text: str | None = None

    def diagnosis(self, status: int | None, flows: dict[str, Flow] | None = None) -> Diagnosis:
        request = CapturedRequest(
            method=self.method,
            url=f"https://{self.host}{self.path}",
            headers=self.headers,
            whole=True,
            body=json.dumps(self.body) if self.text is None else self.text,
        )
        answer = None if status is None else CapturedAnswer(status=status)
        return diagnose(Exchange(id="x", form="http", request=request, answer=answer), flows or {})


SENT = st.builds(Sent, BODIES, HEADERS, REGIONS)


@given(SENT, st.sampled_from([None, 200]))
def test_a_sound_request_is_let_pass(sent: Sent, status: int | None) -> None:
    diagnosis = sent.diagnosis(status)
    assert diagnosis.sound, [one.finding.line for one in diagnosis.findings]
    assert diagnosis.mended is None


def _without(name: str) -> Callable[[Sent], None]:
    def fault(sent: Sent) -> None:
        sent.headers = tuple(pair for pair in sent.headers if pair[0].casefold() != name)

    return fault


def _with(name: str, value: str) -> Callable[[Sent], None]:
    def fault(sent: Sent) -> None:
        _without(name.casefold())(sent)
        sent.headers = (*sent.headers, (name, value))

    return fault


def _rename(old: str, new: str) -> Callable[[Sent], None]:
    def fault(sent: Sent) -> None:
        sent.body[new] = sent.body.pop(old, {})

    return fault


def _put(name: str, value: Any) -> Callable[[Sent], None]:
    def fault(sent: Sent) -> None:
        sent.body[name] = value

    return fault


def _set(name: str, value: Any) -> Callable[[Sent], None]:
    def fault(sent: Sent) -> None:
        setattr(sent, name, value)

    return fault


def _text(change: Callable[[str], str]) -> Callable[[Sent], None]:
    def fault(sent: Sent) -> None:
        sent.text = change(json.dumps(sent.body))

    return fault


FAULTS: list[tuple[Callable[[Sent], None], int | None, str, str]] = [
    (_rename("flowId", "flow_id"), 400, "unknown-field", "/flow_id"),
    (_rename("flowId", "FlowId"), 400, "unknown-field", "/FlowId"),
    (_rename("inputData", "inputs"), 400, "unknown-field", "/inputs"),
    (_rename("inputData", "input_data"), 400, "unknown-field", "/input_data"),
    (_put("initiator", {"id": "u"}), 400, "unknown-field", "/initiator"),
    (_put("flowId", "Main menu"), 400, "flow-id-format", "/flowId"),
    (_put("flowId", 7), 400, "wrong-type", "/flowId"),
    (_put("flowVersion", 2), 400, "wrong-type", "/flowVersion"),
    (_put("flowVersion", "newest"), 400, "flow-version", "/flowVersion"),
    (_put("name", ["a"]), 400, "wrong-type", "/name"),
    (_put("inputData", []), 400, "wrong-type", "/inputData"),
    (_put("inputData", '{"Flow.a": 1}'), 400, "wrong-type", "/inputData"),
    (_put("inputData", {"Flow": {"a": 1}}), 200, "input-name", "/inputData/Flow"),
    (_put("inputData", {"customer": 1}), 400, "input-name", "/inputData/customer"),
    (lambda sent: sent.body.pop("flowId"), 400, "missing-required", "/flowId"),
    (_set("body", []), 400, "wrong-type", ""),
    (_set("body", None), 400, "wrong-type", ""),
    (_set("text", ""), 400, "missing-required", "raw"),
    (_text(lambda text: text[:-1] + ",}"), 400, "malformed-json", "raw"),
    (_text(lambda text: text[:-1]), 400, "malformed-json", "raw"),
    (_text(json.dumps), 400, "wrong-type", ""),
    (_without("content-type"), 415, "content-type", "header:Content-Type"),
    (_without("content-type"), None, "content-type", "header:Content-Type"),
    (_with("Content-Type", "text/plain"), 415, "content-type", "header:Content-Type"),
    (_without("authorization"), 401, "auth", "header:Authorization"),
    (_with("Authorization", "Token abc"), 401, "auth", "header:Authorization"),
    (_with("Authorization", "Bearer undefined"), 401, "auth", "header:Authorization"),
    (_set("method", "PUT"), 405, "method", "url"),
    (_set("path", "/api/v2/flows/execute"), 404, "endpoint", "url"),
    (_set("path", "/api/v1/flows/executions"), 404, "endpoint", "url"),
    (_set("host", "api.genesys.example"), None, "host", "url"),
    (_set("host", "login.mypurecloud.de"), 404, "host", "url"),
]


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{rule} {at} {n}" for n, (_, _, rule, at) in enumerate(FAULTS)])
@given(sent=SENT)
def test_one_fault_yields_its_finding_first_and_no_other_cause(number: int, sent: Sent) -> None:
    fault, status, rule, at = FAULTS[number]
    fault(sent)
    diagnosis = sent.diagnosis(status)
    causes = [(one.rule.value, one.finding.at) for one in diagnosis.findings if one.role in {Role.CAUSE, Role.POSSIBLE}]
    renamed = [("missing-required", "/flowId")] if rule == "unknown-field" and "flowId" not in sent.body else []
    assert causes == [(rule, at), *renamed], [
        (one.rule, one.finding.at, one.role, one.finding.line) for one in diagnosis.findings
    ]
    assert not diagnosis.cannot_tell


SCHEMA = {
    "type": "object",
    "properties": {"Flow.count": {"oneOf": [{"type": "null"}, {"type": "integer"}]}, "Flow.name": {"type": ["string", "null"]}},
    "additionalProperties": False,
}
BY_SCHEMA: list[tuple[dict[str, Any], str, str]] = [
    ({"Flow.count": "x"}, "input-type", "/inputData/Flow.count"),
    ({"Flow.Count": 1}, "input-name", "/inputData/Flow.Count"),
    ({"Flow.nmae": "x"}, "input-name", "/inputData/Flow.nmae"),
    ({"name": "x"}, "input-name", "/inputData/name"),
]


@pytest.mark.parametrize(("inputs", "rule", "at"), BY_SCHEMA)
@given(sent=SENT)
def test_one_fault_of_the_inputs_is_found_where_the_schema_is_known(
    inputs: dict[str, Any], rule: str, at: str, sent: Sent
) -> None:
    sent.body["inputData"] = inputs
    diagnosis = sent.diagnosis(400, {ANY: Flow(id=ANY, name="the flow", input_schema=SCHEMA)})
    assert [(one.rule.value, one.finding.at) for one in diagnosis.findings] == [(rule, at)]


@given(SENT, st.sampled_from([401, 403, 429, 503]))
def test_a_fault_of_the_body_is_next_where_the_answer_is_about_something_else(sent: Sent, status: int) -> None:
    sent.body["inputs"] = {}
    roles = {one.finding.at: one.role for one in sent.diagnosis(status).findings}
    assert roles.pop("/inputs") is Role.NEXT
    assert list(roles.values()) == [Role.CAUSE]


@given(st.uuids(version=4))
def test_the_mended_request_is_sound(id: UUID) -> None:
    sent = Sent(
        {"flow_id": str(id), "parameters": {"a": 1}, "flowVersion": 3}, (("Authorization", "Bearer a"),), "mypurecloud.com"
    )
    mended = sent.diagnosis(400).mended
    assert mended is not None
    assert mended.body == {"flowId": str(id), "flowVersion": "3", "inputData": {"Flow.a": 1}}


GROUPS: list[list[tuple[Callable[[Sent], None], str, str]]] = [
    [
        (_set("host", "api.genesys.example"), "host", "url"),
        (_set("host", "login.mypurecloud.de"), "host", "url"),
    ],
    [(_set("path", "/api/v2/flows/execute"), "endpoint", "url"), (_set("path", "/api/v1/flows/executions"), "endpoint", "url")],
    [
        (_without("authorization"), "auth", "header:Authorization"),
        (_with("Authorization", "Bearer null"), "auth", "header:Authorization"),
    ],
    [
        (_without("content-type"), "content-type", "header:Content-Type"),
        (_with("Content-Type", "text/plain"), "content-type", "header:Content-Type"),
    ],
    [(_put("flowId", "Main menu"), "flow-id-format", "/flowId"), (lambda sent: sent.body.pop("flowId"), "missing-required", "/flowId")],
    [(_put("flowVersion", 2), "wrong-type", "/flowVersion"), (_put("flowVersion", "newest"), "flow-version", "/flowVersion")],
    [(_put("name", 7), "wrong-type", "/name"), (_put("user", {"id": "u"}), "unknown-field", "/user")],
    [(_put("inputData", {"Flow": {"a": 1}}), "input-name", "/inputData/Flow"), (_rename("inputData", "params"), "unknown-field", "/params")],
]  # fmt: skip
"""Faults that can stand together, one of each group."""


@given(
    SENT, st.tuples(*(st.none() | st.sampled_from(group) for group in GROUPS)), st.sampled_from([None, 400, 401, 403, 404, 415])
)
def test_faults_that_stand_together_are_all_named(sent: Sent, chosen: tuple[Any, ...], status: int | None) -> None:
    faults = [fault for fault in chosen if fault is not None]
    for change, _, _ in faults:
        change(sent)
    found = {(one.rule.value, one.finding.at) for one in sent.diagnosis(status).findings}
    wanted = {(rule, at) for _, rule, at in faults}
    assert wanted <= found
    of_the_answer = {("permission", "permission"), ("auth", "header:Authorization"), ("flow-not-found", "/flowId")}
    assert found - wanted <= of_the_answer | {("content-type", "header:Content-Type"), ("other", "response")}
