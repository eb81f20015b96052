"""Reading the caller's JSON form: what is kept, and every fault of form at its place."""

from __future__ import annotations

import pytest

from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest, Initiator
from tieline.preflight.caller_form import read_request

ID = "9863b810-8682-4e57-bea3-8a3e244c48a0"


def test_a_sound_form_is_read_whole() -> None:
    body = {
        "flowId": ID,
        "flowVersion": "3.0",
        "inputs": {"Flow.a": [1, None]},
        "initiator": {"id": "u-1", "type": "user"},
        "name": "nightly",
    }
    request, findings = read_request(body)
    assert findings == ()
    assert request == FlowExecutionRequest(
        flow_id=ID, flow_version="3.0", inputs={"Flow.a": [1, None]}, initiator=Initiator(id="u-1", type="user"), name="nightly"
    )


@pytest.mark.parametrize("field", ["flowVersion", "inputs", "initiator", "name"])
def test_a_null_is_as_left_out(field: str) -> None:
    """As a Go caller sends a map or a pointer that it did not set."""
    assert read_request({"flow": "Refunds", field: None}) == (FlowExecutionRequest(flow="Refunds"), ())


@pytest.mark.parametrize("body", [None, True, 3, 1.5, "text", [], [{"flowId": ID}]])
def test_anything_but_an_object_is_one_finding_at_the_root(body: Json) -> None:
    request, findings = read_request(body)
    assert request == FlowExecutionRequest()
    assert [(finding.code, finding.at) for finding in findings] == [("TL201", "")]


@pytest.mark.parametrize(
    ("field", "suggestion"),
    [
        ("flowVerison", "flowVersion"),
        ("flow_id", "flowId"),
        ("FlowID", "flowId"),
        ("inputData", "inputs"),
        ("parameters", "inputs"),
        ("initialData", "inputs"),
        ("data", "inputs"),
        ("custom_data", "inputs"),
        ("flowName", "flow"),
        ("user", "initiator"),
        ("zzz", None),
        ("a/b~c", None),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest(field: str, suggestion: str | None) -> None:
    _, findings = read_request({"flowId": ID, field: {}})
    (finding,) = findings
    assert (finding.code, finding.suggestion) == ("TL202", suggestion)
    assert finding.at == "/" + field.replace("~", "~0").replace("/", "~1")
    assert f"`{field}`" in finding.line


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [
        ("flowId", 5, "an integer"),
        ("flow", ["a"], "an array"),
        ("flowVersion", 3, "an integer"),
        ("flowVersion", 3.5, "a number"),
        ("inputs", [], "an array"),
        ("inputs", "a=b", "a string"),
        ("flowId", None, "null"),
        ("flow", None, "null"),
        ("initiator", "user-1", "a string"),
        ("name", True, "a boolean"),
    ],
)
def test_a_wrong_type_says_what_is_there_and_what_must_be(field: str, value: Json, seen: str) -> None:
    _, findings = read_request({field: value})
    (finding,) = findings
    assert (finding.code, finding.at, finding.metadata["seen"]) == ("TL204", f"/{field}", seen)


def test_an_initiator_is_checked_field_by_field() -> None:
    body = {"flowId": ID, "initiator": {"id": 7, "kind": "user", "type": ""}}
    request, findings = read_request(body)
    assert [(finding.code, finding.at) for finding in findings] == [
        ("TL204", "/initiator/id"),
        ("TL202", "/initiator/kind"),
        ("TL205", "/initiator/type"),
    ]
    assert findings[1].suggestion == "type"
    assert request.initiator == Initiator(id="", type="")


def test_all_faults_come_at_once() -> None:
    _, findings = read_request({"flowId": 1, "flowVersion": 2, "inputs": 3, "initiator": 4, "name": 5, "x": 6})
    assert [finding.at for finding in findings] == ["/flowId", "/flowVersion", "/inputs", "/initiator", "/name", "/x"]
