"""Preflight's rules on both forms: every fault at once, each at its place; silence on what is sound."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.contract.inputs import COLLECTION_MAX, STRING_MAX
from tieline.domain.finding import Finding
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest
from tieline.preflight.caller_form import read_request
from tieline.preflight.compile import check
from tieline.preflight.merge import merged
from tieline.preflight.official_form import check_official

ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
DEFINITIONS = {
    "archString": {"archDataTypeId": "str", "oneOf": [{"type": "null"}, {"type": "string", "maxLength": STRING_MAX}]},
    "archInteger": {
        "archDataTypeId": "int",
        "oneOf": [
            {"type": "null"},
            {"type": "integer", "minimum": -999999999999999, "maximum": 999999999999999},
            {"type": "string", "minLength": 1, "maxLength": 16},
        ],
    },
}
FLOW = Flow(
    id=ID,
    name="Callback",
    published=True,
    input_schema={
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "Flow.customerId": {"$ref": "#/definitions/archString"},
            "Flow.attempt": {"$ref": "#/definitions/archInteger"},
            "Flow.tags": {"type": "array", "maxItems": COLLECTION_MAX, "items": {"$ref": "#/definitions/archString"}},
        },
        "additionalProperties": False,
        "definitions": DEFINITIONS,
    },
)
CALL: dict[str, Any] = {"flowId": ID, "inputs": {"customerId": "c", "Flow.attempt": 1, "Flow.tags": ["a"]}, "name": "n"}
OFFICIAL: dict[str, Any] = {"flowId": ID, "inputData": {"Flow.customerId": "c", "Flow.attempt": "1"}, "name": "n"}


def call_findings(body: Any, flow: Flow | None = FLOW) -> tuple[Finding, ...]:
    request, findings = read_request(body)
    return merged([*findings, *check(request, flow).findings])


def said(findings: tuple[Finding, ...]) -> set[tuple[str, str, str | None]]:
    return {(finding.code, finding.at, finding.suggestion) for finding in findings}


def test_a_sound_call_is_compiled_and_nothing_is_said() -> None:
    request, findings = read_request(CALL)
    checked = check(request, FLOW)
    assert (findings, checked.findings) == ((), ())
    assert msgspec.json.decode(checked.body) == {
        "flowId": ID,
        "inputData": {"Flow.customerId": "c", "Flow.attempt": 1, "Flow.tags": ["a"]},
        "name": "n",
    }


@pytest.mark.parametrize("flow", [FLOW, None])
def test_a_sound_official_body_is_met_with_silence(flow: Flow | None) -> None:
    for body in (
        OFFICIAL,
        {"flowId": ID},
        {"flowId": ID, "inputData": {}},
        {"flowId": ID, "flowVersion": None},
        {"flowId": ID, "flowVersion": "2"},
    ):
        assert check_official(body, flow) == ()


def test_the_initiator_is_checked_and_never_sent() -> None:
    request, _ = read_request({**CALL, "initiator": {"id": ID, "type": "user"}})
    checked = check(request, FLOW)
    assert checked.findings == ()
    assert b"initiator" not in checked.body


def test_inputs_of_an_unknown_flow_are_given_the_prefix() -> None:
    assert check(FlowExecutionRequest(flow_id=ID, inputs={"a": 1, "Flow.b": 2}), None).body.endswith(b'{"Flow.a":1,"Flow.b":2}}')


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"parameters": {}}, {("TL202", "/parameters", "inputs")}),
        ({"flow_version": "1.0"}, {("TL202", "/flow_version", "flowVersion")}),
        ({"flowId": None}, {("TL204", "/flowId", None)}),
        ({"flowId": 7}, {("TL204", "/flowId", None)}),
        ({"flowId": "Callback"}, {("TL211", "/flowId", "flow")}),
        ({"flowId": "{{id}}"}, {("TL207", "/flowId", None)}),
        ({"flowVersion": 1}, {("TL204", "/flowVersion", None)}),
        ({"flowVersion": "newest"}, {("TL214", "/flowVersion", None)}),
        ({"flow": "Callback"}, {("TL210", "/flow", None)}),
        ({"inputs": []}, {("TL204", "/inputs", None)}),
        ({"inputs": {"customerID": "c"}}, {("TL220", "/inputs/customerID", "Flow.customerId")}),
        ({"inputs": {"flow.customerId": "c"}}, {("TL221", "/inputs/flow.customerId", "Flow.customerId")}),
        ({"inputs": {"Flow": {"customerId": "c"}}}, {("TL222", "/inputs/Flow", None)}),
        ({"inputs": {"attempt": 1, "Flow.attempt": 1}}, {("TL223", "/inputs/attempt", None)}),
        ({"inputs": {"customerId": 7}}, {("TL224", "/inputs/customerId", None)}),
        ({"inputs": {"Flow.tags": "a"}}, {("TL224", "/inputs/Flow.tags", None)}),
        ({"inputs": {"Flow.tags": ["a", 7]}}, {("TL224", "/inputs/Flow.tags/1", None)}),
        ({"inputs": {"Flow.attempt": 10**15}}, {("TL225", "/inputs/Flow.attempt", None)}),
        ({"inputs": {"customerId": "x" * (STRING_MAX + 1)}}, {("TL225", "/inputs/customerId", None)}),
        ({"inputs": {"tags": ["a"] * (COLLECTION_MAX + 1)}}, {("TL225", "/inputs/tags", None)}),
        ({"initiator": {"id": ID}}, {("TL203", "/initiator/type", None)}),
        ({"initiator": {"id": ID, "type": "external_contact"}}, {("TL206", "/initiator/type", "externalContact")}),
    ],
)
def test_one_change_is_one_finding_at_its_place(change: dict[str, Any], expected: set[Any]) -> None:
    assert said(call_findings({**CALL, **change})) == expected


def test_every_fault_is_named_at_once() -> None:
    body = {"flowVersion": 3, "inputs": {"customerId": 1, "atempt": 2}, "data": {}}
    assert {finding.code for finding in call_findings(body)} == {"TL202", "TL203", "TL204", "TL220", "TL224"}


def test_a_call_that_is_no_object_has_that_one_fault() -> None:
    bodies: list[Any] = [None, [], "text", 7, True]
    for body in bodies:
        assert said(call_findings(body)) == {("TL201", "", None)}


@pytest.mark.parametrize(
    ("flow", "code"),
    [({"published": False}, "TL212"), ({"type": "INBOUNDCALL"}, "TL213"), ({"input_schema": {"type": "objekt"}}, "TL543")],
)
def test_what_is_wrong_with_the_flow_itself(flow: dict[str, Any], code: str) -> None:
    assert code in {finding.code for finding in call_findings(CALL, msgspec.structs.replace(FLOW, **flow))}


def test_an_input_without_its_prefix_is_named_in_the_clouds_form() -> None:
    for flow in (FLOW, None):
        found = check_official({"flowId": ID, "inputData": {"customerId": "c"}}, flow)
        assert said(found) == {("TL221", "/inputData/customerId", "Flow.customerId")}


def test_the_clouds_form_has_the_same_rules_at_its_own_places() -> None:
    body = {"flowId": "x", "flowVersion": 1, "inputData": {"Flow.customerId": 1, "Flow": {}}, "inputs": {}}
    assert {(finding.code, finding.at) for finding in check_official(body, FLOW)} == {
        ("TL211", "/flowId"),
        ("TL204", "/flowVersion"),
        ("TL224", "/inputData/Flow.customerId"),
        ("TL222", "/inputData/Flow"),
        ("TL202", "/inputs"),
    }


def test_a_value_that_json_cannot_write_is_named() -> None:
    assert "TL227" in {finding.code for finding in check(FlowExecutionRequest(flow_id=ID, inputs={"a": "\ud800"}), None).findings}


def test_a_request_that_is_too_large_is_named_with_its_largest_input() -> None:
    [finding] = check(FlowExecutionRequest(flow_id=ID, inputs={"a": "x" * 512_000, "b": "y"}), None).findings
    assert (finding.code, finding.metadata["largest"]) == ("TL240", "Flow.a")


MUTATIONS = st.sampled_from(
    ["drop flowId", "unknown field", "number version", "unknown input", "wrong input", "list inputs", "misspelled input"]
)
SOUND = st.fixed_dictionaries(
    {"flowId": st.uuids().map(str)},
    optional={
        "flowVersion": st.integers(1, 99).map(lambda n: f"{n}.0"),
        "name": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        "inputs": st.fixed_dictionaries(
            {},
            optional={
                "customerId": st.text(st.characters(exclude_categories=["Cs"])) | st.none(),
                "Flow.attempt": st.integers(-(10**14), 10**14),
                "tags": st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=4),
            },
        ),
    },
)


@given(SOUND, MUTATIONS)
def test_any_sound_call_mutated_once_yields_that_finding(body: dict[str, Any], mutation: str) -> None:
    flow = msgspec.structs.replace(FLOW, id=body["flowId"])
    assert call_findings(body, flow) == ()
    inputs = dict(body.get("inputs", {}))
    mutated, expected = {
        "drop flowId": ({k: v for k, v in body.items() if k != "flowId"}, ("TL203", "/flowId")),
        "unknown field": ({**body, "zzz": 1}, ("TL202", "/zzz")),
        "number version": ({**body, "flowVersion": 2}, ("TL204", "/flowVersion")),
        "unknown input": ({**body, "inputs": {**inputs, "zzz": 1}}, ("TL220", "/inputs/zzz")),
        "wrong input": ({**body, "inputs": {**inputs, "customerId": 5}}, ("TL224", "/inputs/customerId")),
        "list inputs": ({**body, "inputs": [1]}, ("TL204", "/inputs")),
        "misspelled input": ({**body, "inputs": {**inputs, "custmerId": "x"}}, ("TL220", "/inputs/custmerId")),
    }[mutation]
    assert [(finding.code, finding.at) for finding in call_findings(mutated, flow)] == [expected]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
        max_leaves=15,
    )
)
def test_any_value_at_all_is_judged_and_never_raises(body: Any) -> None:
    for flow in (FLOW, None):
        for found in (call_findings(body, flow), check_official(body, flow)):
            assert all(finding.line and finding.help for finding in found)
