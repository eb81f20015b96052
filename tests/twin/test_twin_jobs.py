"""Uploads: a job is begun, an Architect flow in YAML put where it says, and a flow with the inputs it declares is there to be launched."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tests.twin.raw import Caller, Reply

WORKFLOW = """
workflow:
  name: "{{prefix}} Order follow-up"
  description: Writes to a customer whose order is late
  division: Home
  startUpRef: "/workflow/states/state[Initial State_10]"
  defaultLanguage: en-us
  supportedLanguages:
    en-us:
      defaultLanguageSkill:
        noValue: true
  variables:
    - stringVariable:
        name: Flow.orderId
        description: The order
        initialValue:
          noValue: true
        isInput: true
        isOutput: false
    - integerVariable:
        name: Flow.daysLate
        initialValue:
          lit: 0
        isInput: true
    - stringCollectionVariable:
        name: Flow.tags
        isInput: true
    - jsonVariable:
        name: Flow.jsonData
        isInput: true
    - booleanVariable:
        name: Flow.urgent
        isInput: true
    - dateTimeVariable:
        name: Flow.scratch
        isInput: false
    - integerVariable:
        name: Flow.statusCode
        isOutput: true
  settingsErrorHandling:
    errorHandling:
      endWorkflow:
        none: true
  states:
    - state:
        name: Initial State
        refId: Initial State_10
        actions:
          - endWorkflow:
              name: End Workflow
              exitReason:
                noValue: true
"""
OTHERS = {
    "INBOUNDCALL": 'inboundCall:\n  name: Front desk\n  startUpRef: "/inboundCall/menus/menu[Main Menu_10]"\n  menus: []\n',
    "COMMONMODULE": "commonModule:\n  name: Look up a customer\n  variables:\n    - stringVariable:\n        name: Common.phone\n        isInput: true\n",
    "DIGITALBOT": "digitalBot:\n  name: Order bot\n  settingsNaturalLanguageUnderstanding:\n    nluDomainVersion:\n      intents: []\n",
    "WORKITEM": "workitem:\n  name: Returned goods\n  variables:\n    - stringVariable:\n        name: Flow.workitemId\n        isInput: true\n",
}
WRONG = {
    "no YAML": "workflow: [",
    "a placeholder that was not filled": "workflow:\n  name: {{prefix}} Order\n  x: {{y}}: 1\n",
    "no flow": "hello: world\n",
    "no name": "workflow:\n  description: nameless\n",
    "nothing": "",
    "no text": b"\xff\xfe\x00",
}
JOBS = "/api/v2/flows/jobs"


async def begun(twin: Caller) -> dict[str, Any]:
    job: dict[str, Any] = (await twin.send("POST", JOBS, None, {"Authorization": f"Bearer {twin.token}"})).json
    return job


async def put(twin: Caller, job: dict[str, Any], text: str | bytes) -> Reply:
    """Do what the provider does: PUT the file to the address of the answer, with the headers of the answer."""
    target = job["presignedUrl"].removeprefix("http://twin")
    return await twin.send("PUT", target, text.encode() if isinstance(text, str) else text, job["headers"])


async def ended(twin: Caller, job: dict[str, Any]) -> dict[str, Any]:
    twin.clock.forward(1)
    told: dict[str, Any] = (await twin.get(f"{JOBS}/{job['id']}?expand=messages")).json
    return told


async def uploaded(twin: Caller, text: str | bytes) -> dict[str, Any]:
    job = await begun(twin)
    assert (await put(twin, job, text)).status == 200
    return await ended(twin, job)


async def test_a_workflow_on_its_way_to_a_launch(twin: Caller) -> None:
    job = await begun(twin)
    states = [(await twin.get(job["selfUri"])).json["status"]]
    await put(twin, job, WORKFLOW.replace("{{prefix}}", "Test"))
    states.append((await twin.get(job["selfUri"])).json["status"])
    told = await ended(twin, job)
    assert [*states, told["status"]] == ["Registered", "Started", "Success"]
    assert (told["command"], told["messages"]) == ("Publish", [])
    flow = (await twin.get(told["flow"]["selfUri"])).json
    assert (flow["name"], flow["type"], flow["description"]) == (
        "Test Order follow-up", "WORKFLOW", "Writes to a customer whose order is late",
    )  # fmt: skip
    inputs = flow["inputSchema"]["properties"]
    assert list(inputs) == ["Flow.orderId", "Flow.daysLate", "Flow.tags", "Flow.jsonData", "Flow.urgent"]
    assert inputs["Flow.orderId"] == {"description": "The order", "$ref": "#/definitions/archString"}
    assert list(flow["outputSchema"]["properties"]) == ["Flow.statusCode"]
    jsonschema_rs.Draft7Validator(flow["inputSchema"])
    good = {
        "Flow.orderId": "4711",
        "Flow.daysLate": "3",
        "Flow.tags": ["a", None],
        "Flow.jsonData": {"a": [1]},
        "Flow.urgent": True,
    }
    assert (await twin.launch({"flowId": flow["id"], "inputData": good})).status == 200
    for wrong, code in (
        ({"Flow.orderId": 4711}, "variable.value.not.allowed"),
        ({"Flow.scratch": "x"}, "input.var.not.marked.in.flow.def"),
        ({"Flow.statusCode": 1}, "input.var.not.marked.in.flow.def"),
    ):
        assert (await twin.launch({"flowId": flow["id"], "inputData": wrong})).code == code


@pytest.mark.parametrize(("kind", "text"), OTHERS.items(), ids=OTHERS)
async def test_a_flow_of_another_type_is_there_and_cannot_be_launched(twin: Caller, kind: str, text: str) -> None:
    told = await uploaded(twin, text)
    flow = (await twin.get(told["flow"]["selfUri"])).json
    assert flow["type"] == kind
    assert flow["name"] in [one["name"] for one in (await twin.get(f"/api/v2/flows?type={kind.lower()}")).json["entities"]]
    assert (await twin.launch({"flowId": flow["id"]})).code == "flow.invalid.state"


async def test_the_same_flow_again_is_a_new_version_and_another_name_another_flow(twin: Caller) -> None:
    """The id is the flow's for life; a flow of another name is another flow, and the old one stays (the provider's documentation)."""
    first = await uploaded(twin, WORKFLOW.replace("{{prefix}}", "A"))
    more = WORKFLOW.replace("{{prefix}}", "A").replace("Flow.daysLate", "Flow.hoursLate")
    second = await uploaded(twin, more)
    other = await uploaded(twin, WORKFLOW.replace("{{prefix}}", "B"))
    assert first["flow"]["id"] == second["flow"]["id"] != other["flow"]["id"]
    versions = (await twin.get(f"{first['flow']['selfUri']}/versions")).json["entities"]
    assert [version["id"] for version in versions] == ["2.0", "1.0"]
    reply = await twin.launch({"flowId": first["flow"]["id"], "inputData": {"Flow.hoursLate": 1}})
    assert reply.json["flowVersion"]["id"] == "2.0"


async def test_the_flow_is_there_though_nobody_asks_for_the_job(twin: Caller) -> None:
    await put(twin, await begun(twin), WORKFLOW.replace("{{prefix}}", "Quiet"))
    assert (await twin.get("/api/v2/flows?name=quiet*")).json["total"] == 1


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
async def test_a_file_that_is_no_flow_fails_and_says_why(twin: Caller, text: str | bytes) -> None:
    there = len(twin.twin.state.flows)
    told = await uploaded(twin, text)
    assert (told["status"], "flow" in told) == ("Failure", False)
    (message,) = told["messages"]
    assert message["type"] == "Error"
    assert message["text"]
    assert len(twin.twin.state.flows) == there


async def test_a_second_file_is_not_looked_at(twin: Caller) -> None:
    job = await begun(twin)
    await put(twin, job, WORKFLOW.replace("{{prefix}}", "First"))
    assert (await put(twin, job, "workflow: [")).status == 200
    assert (await ended(twin, job))["status"] == "Success"


@pytest.mark.parametrize("body", [None, b"", b"null", b'{"createStubs": true}'])
async def test_an_upload_begins_with_a_body_or_without(twin: Caller, body: bytes | None) -> None:
    """The Python SDK sends `null` where its caller gave no body; the contract says the body may be left out."""
    headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
    assert (await twin.send("POST", JOBS, body, headers)).status == 200


async def test_an_upload_needs_the_address_it_was_given(twin: Caller) -> None:
    job = await begun(twin)
    target = job["presignedUrl"].removeprefix("http://twin")
    assert (await twin.send("PUT", target[:-1], b"x")).status == 403
    assert (await twin.send("PUT", target.replace(job["id"], "unknown"), b"x")).status == 404
    assert (await twin.send("POST", target, b"x")).status == 405
    assert (await twin.send("PUT", target, b"x" * (4 * 1024 * 1024 + 1))).status == 413
    assert (await twin.get(job["selfUri"])).json["status"] == "Registered"
