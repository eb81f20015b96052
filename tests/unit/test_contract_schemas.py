"""The schemas: complete documents that take what the cloud takes and gives."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tieline.contract.schemas import DEFINITIONS, LAUNCH_FIELDS, document


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_every_document_is_a_draft_07_schema_that_refers_only_to_itself(name: str) -> None:
    validator = jsonschema_rs.Draft7Validator(document(name))
    assert not validator.is_valid("not an object")


def test_a_name_that_is_not_covered() -> None:
    with pytest.raises(KeyError):
        document("Nothing")


def test_a_launch_request_has_four_fields_and_one_is_required() -> None:
    assert LAUNCH_FIELDS == ("flowId", "flowVersion", "inputData", "name")
    assert DEFINITIONS["FlowExecutionLaunchRequest"]["required"] == ["flowId"]


@pytest.mark.parametrize("value", ["text", 1, 1.5, True, None, ["a"], {"a": 1}])
def test_an_input_value_is_any_json(value: Any) -> None:
    assert jsonschema_rs.is_valid(document("FlowExecutionLaunchRequest"), {"flowId": "f", "inputData": {"Flow.x": value}})


@pytest.mark.parametrize(
    "body", [{}, {"flowId": None}, {"flowId": 1}, {"flowId": "f", "inputData": []}, {"flowId": "f", "flowVersion": 1}]
)
def test_a_launch_request_of_the_wrong_shape(body: Any) -> None:
    assert not jsonschema_rs.is_valid(document("FlowExecutionLaunchRequest"), body)


def test_a_run_in_the_recorded_form() -> None:
    version = {
        "id": "1.0",
        "createdBy": {"id": "u"},
        "inputSchema": {"definitions": {}, "additionalProperties": False},
        "dateCreated": 1743004929333,
    }
    run = {
        "id": "e",
        "flowVersion": version,
        "dateLaunched": "2025-03-26T20:33:25.890Z",
        "status": "COMPLETED",
        "completionReason": "Success",
        "outputData": {"Flow.statusCode": "200", "Flow.list": [], "Flow.errorMsg": None},
    }
    assert jsonschema_rs.is_valid(document("FlowRuntimeExecution"), run)
    assert not jsonschema_rs.is_valid(document("FlowRuntimeExecution"), run | {"status": "DONE"})
    assert not jsonschema_rs.is_valid(document("FlowRuntimeExecution"), run | {"flowVersion": {"dateCreated": "2025-03-26"}})


def test_an_error_body_holds_error_bodies() -> None:
    assert jsonschema_rs.is_valid(document("ErrorBody"), {"errors": [{"status": 400, "errors": []}]})
    assert not jsonschema_rs.is_valid(document("ErrorBody"), {"errors": [{"status": "400"}]})
