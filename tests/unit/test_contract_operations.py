"""The operations: what each publishes, and how a message is filled."""

from __future__ import annotations

import pytest

from tieline.contract.errors import PLATFORM, ErrorCode
from tieline.contract.operation import Mode, Operation
from tieline.contract.operations import EXECUTION, FLOWS, LAUNCH, OPERATIONS, TOKEN_INFO


def test_a_launch_answers_200() -> None:
    assert LAUNCH.success == 200


def test_a_launch_publishes_its_own_codes_and_the_platforms() -> None:
    assert LAUNCH.error("flow.config.not.published").status == 400
    assert LAUNCH.error("architect.flow.not.found").message() == "Could not find flow with specified ID."
    assert LAUNCH.error("bad.request") in PLATFORM


def test_an_operations_own_wording_replaces_the_platforms() -> None:
    worded = [error for error in FLOWS.errors if error.code == "missing.division.permission"]
    assert [error.template for error in worded] == ["You are not authorized to perform the requested action."]


def test_the_same_code_may_be_worded_differently_by_two_operations() -> None:
    code = "architect.flow.execution.not.found"
    assert LAUNCH.error(code).template != EXECUTION.error(code).template


def test_a_code_an_operation_does_not_publish_is_not_found() -> None:
    with pytest.raises(KeyError, match=r"architect\.flow\.deleted"):
        LAUNCH.error("architect.flow.deleted")


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_no_code_stands_twice_in_an_operation(operation: Operation) -> None:
    codes = [(error.status, error.code) for error in operation.errors]
    assert len(codes) == len(set(codes))


def test_a_message_is_filled_in_order() -> None:
    error = LAUNCH.error("invalid.property")
    assert error.message("flowVerison", "FlowExecutionLaunchRequest") == (
        "Value [flowVerison] is not a valid property for object [FlowExecutionLaunchRequest]"
    )


def test_a_value_with_a_percent_sign_is_kept_as_it_is() -> None:
    assert ErrorCode(status=400, code="c", template="a %s b %s").message("%s", 2) == "a %s b 2"


def test_too_few_values_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="takes 2 values, not 1"):
        LAUNCH.error("invalid.property").message("x")


def test_permissions_any_and_all() -> None:
    either = Operation(id="x", method="GET", path="/x", permissions=("a", "b"))
    both = Operation(id="x", method="GET", path="/x", permissions=("a", "b"), mode=Mode.ALL)
    assert either.permits(frozenset({"b"}))
    assert not both.permits(frozenset({"b"}))
    assert both.permits(frozenset({"a", "b"}))
    assert TOKEN_INFO.permits(frozenset())
    assert not LAUNCH.permits(frozenset({"architect:flow:view"}))
