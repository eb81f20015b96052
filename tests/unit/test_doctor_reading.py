"""What doctor makes of the cloud's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tieline.cloud.answer import Answer, Fault
from tieline.contract.inputs import FlowVariable, input_schema
from tieline.contract.regions import REGIONS
from tieline.doctor import reading
from tieline.doctor.reading import Elsewhere
from tieline.domain.flow import Flow
from tieline.domain.outcome import Allowance
from tieline.problems.base import Problem
from tieline.problems.cloud import CloudUnreachable, CredentialsRefused, TokenThrottled
from tieline.problems.doctor import ClientNotInRegion, SecretOrRegion

HOST = "api.mypurecloud.de"
ME = "/api/v2/tokens/me"


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    return Answer(status=status, headers=headers, body=json.dumps(body if body is not None else {}).encode())


def code(said: object) -> str | None:
    return said.code if isinstance(said, Problem) else None


def refused(words: str, error: str = "invalid_client") -> CredentialsRefused:
    return CredentialsRefused(status=400, cloud_code=error, cloud_message=words, host="login.mypurecloud.de")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("client not found", "TL653"),
        ("Client not found.", "TL653"),
        ("authentication failed", "TL654"),
        ("grant type not allowed", "TL406"),
        (None, "TL406"),
    ],
)
def test_a_refusal_says_whether_the_region_knows_the_client(words: str, expected: str) -> None:
    problem = reading.token_problem(refused(words), "c-1")
    assert problem.code == expected
    assert reading.is_refused(problem)


def test_the_token_endpoints_rate_limit_is_no_refusal_of_the_credentials() -> None:
    throttled = TokenThrottled(status=400, host="login.mypurecloud.de", retry_after_ms=60_000)
    assert reading.token_problem(throttled, "c-1") is throttled
    assert not reading.is_refused(throttled)


def other(name: str, problem: Problem | None) -> Elsewhere:
    return Elsewhere(region=REGIONS[name], problem=problem)


NOT_THERE = ClientNotInRegion(host="h", client_id="c-1")


def test_the_region_that_gives_a_token_is_named() -> None:
    said = reading.elsewhere([other("us-east-1", NOT_THERE), other("eu-west-1", None)], "c-1")
    assert code(said) == "TL655"
    assert isinstance(said, Problem)
    assert "eu-west-1 gives it a token" in said.line()
    assert "us-east-1" not in said.line()


def test_a_region_that_refuses_only_the_secret_knows_the_id() -> None:
    said = reading.elsewhere([other("eu-west-1", SecretOrRegion(host="h", client_id="c-1"))], "c-1")
    assert isinstance(said, Problem)
    assert "eu-west-1 knows its id" in said.line()


def test_a_region_that_did_not_answer_is_not_counted_as_a_no() -> None:
    said = reading.elsewhere([other("us-east-1", NOT_THERE), other("eu-west-1", CloudUnreachable(host="h", fault="down"))], "c-1")
    assert said == "none of 2 other regions is known to have the client; not known of eu-west-1"


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (answer(401, {"code": "bad.credentials"}), "TL405"),
        (answer(403, {"code": "not.authorized"}), "TL656"),
        (answer(404), "TL656"),
        (answer(429, {"code": "too.many.requests"}), "TL410"),
        (answer(302), "TL422"),
        (answer(503), "TL656"),
        (answer(200, [1]), "TL656"),
        (Fault(text="connection refused", host=HOST, sent=False), "TL420"),
        (Fault(text="no answer in time", host=HOST, sent=True), "TL656"),
        (Answer(status=200, headers={}, cut=True), "TL656"),
    ],
)
def test_a_token_that_cannot_be_used(came: Answer | Fault, expected: str) -> None:
    assert code(reading.token_answer(came, HOST, ME)) == expected


def test_a_token_that_can_be_used_says_whose_it_is() -> None:
    said = reading.token_answer(answer(200, {"OAuthClient": {"name": "Tieline"}, "organization": {"name": "Org"}}), HOST, ME)
    assert said == "the token is taken: client `Tieline` of organization `Org`"


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (answer(403, {"code": "architect.missing.permission"}), "TL402"),
        (answer(404, {"code": "architect.flow.not.found"}), "TL403"),
        (answer(404, {"code": "not.found"}), "TL403"),
        (answer(410, {"code": "architect.flow.deleted", "message": "Flow has been deleted."}), "TL656"),
        (answer(200, {"id": "1"}), "TL656"),
    ],
)
def test_a_flow_that_cannot_be_read(came: Answer, expected: str) -> None:
    assert code(reading.flow_answer(came, HOST, "/api/v2/flows/1")) == expected


def test_a_failed_read_says_what_was_asked_and_what_came() -> None:
    """A read that failed is never told in the words of a launch."""
    gone = answer(410, {"code": "architect.flow.deleted", "message": "Flow has been deleted."})
    said = reading.flow_answer(gone, HOST, "/api/v2/flows/1")
    assert isinstance(said, Problem)
    assert said.line() == f"`{HOST}` answered GET /api/v2/flows/1 with 410 `architect.flow.deleted`: Flow has been deleted"
    assert "launch" not in said.help()


def test_a_flow_and_a_page_of_flows_are_read() -> None:
    entity = {"id": "1", "name": "F", "type": "WORKFLOW"}
    flow = Flow(id="1", name="F", published=False)
    assert reading.flow_answer(answer(200, entity), HOST, "/x") == flow
    assert reading.flows_answer(answer(200, {"entities": [entity, {"id": "2"}]}), HOST, "/x") == (flow,)
    assert code(reading.flows_answer(answer(200, {}), HOST, "/x")) == "TL656"
    assert code(reading.flows_answer(answer(403), HOST, "/x")) == "TL402"


def test_inputs_are_listed_with_their_types() -> None:
    variables = (
        FlowVariable(name="id"),
        FlowVariable(name="count", type="Integer"),
        FlowVariable(name="tags", collection=True),
        FlowVariable(name="due", type="DateTime"),
        FlowVariable(name="days", type="Date", collection=True),
    )
    assert dict(reading.input_types(input_schema(variables))) == {
        "Flow.id": "String",
        "Flow.count": "Integer",
        "Flow.tags": "list of String",
        "Flow.due": "DateTime",
        "Flow.days": "list of Date",
    }


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ({"type": "boolean"}, "boolean"),
        ({"$ref": "#/definitions/archMoney"}, "archMoney"),
        ({}, "any value"),
        (True, "any value"),
    ],
)
def test_a_type_nobody_published_is_told_as_the_schema_has_it(spec: Any, kind: str) -> None:
    assert list(reading.input_types({"properties": {"Flow.a": spec}})) == [("Flow.a", kind)]


def test_a_flow_without_inputs_is_told_as_such() -> None:
    assert reading.inputs_line(Flow(id="1", name="F", input_schema={"properties": {}})) == "flow `F` takes no inputs"


def test_a_budget_nearly_spent_is_told() -> None:
    assert code(reading.budget(Allowance(count=269, allowed=300, reset_ms=1_500))) is None
    said = reading.budget(Allowance(count=270, allowed=300, reset_ms=1_500))
    assert isinstance(said, Problem)
    assert said.code == "TL658"
    assert said.line() == "270 of 300 requests are used, and the window ends in 2 s"
