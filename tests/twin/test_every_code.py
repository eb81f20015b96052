"""Every published error code of every operation is reached, with its status, its message, and the platform's fields and headers.

The list is the contract's: an operation and a code that it publishes. How each is reached stands in `WAYS`: by what a caller would do
to meet it. What cannot arise in a twin (a failure inside the cloud, a feature that is not bought) a fault on purpose brings about.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from tests.twin.calls import CALLBACK, DELETED, DRAFT, IVR, TRIGGER, Call, prepared
from tests.twin.holding import assert_body
from tests.twin.raw import Caller, Hands, Reply, request, started, talk
from tieline.contract.errors import ErrorCode
from tieline.contract.operation import Mode, Operation
from tieline.contract.operations import OPERATIONS, TOKEN
from tieline.twin.clients import Client
from tieline.twin.options import TwinOptions

together = pytest.mark.asyncio(loop_scope="module")
Way = Callable[[Caller, Call], Awaitable[Reply]]
CELLS = [(operation, error) for operation in OPERATIONS.values() for error in operation.errors]
NAMES = [f"{operation.id}-{error.status}-{error.code}" for operation, error in CELLS]
BODIED = frozenset({"POST", "PUT"})


# ---- how a code is met


async def no_token(twin: Caller, call: Call) -> Reply:
    return await call.send(twin, authorization="")


async def wrong_token(twin: Caller, call: Call) -> Reply:
    return await call.send(twin, authorization="Bearer stolen")


def as_client(**told: Any) -> Way:
    """Come as another client, of which this is known."""

    async def way(twin: Caller, call: Call) -> Reply:
        client = Client(**({"id": "another", "secret": "x"} | told))
        twin.twin.state.clients["another"] = client
        token, _ = twin.twin.state.issue(client)
        return await call.send(twin, authorization=f"Bearer {token}")

    return way


async def too_often(twin: Caller, call: Call) -> Reply:
    state = twin.twin.state
    state.limit = 1
    token, _ = state.issue(state.clients[twin.twin.options.client_id])
    state.limit = 0
    await Call(OPERATIONS["getTokensMe"], "/api/v2/tokens/me").send(twin, authorization=f"Bearer {token}")
    return await call.send(twin, authorization=f"Bearer {token}")


def with_body(body: Any, **headers: str) -> Way:
    async def way(twin: Caller, call: Call) -> Reply:
        return await replace(call, body=body(call) if callable(body) else body).send(twin, **headers)

    return way


def at(*values: str) -> Way:
    """Name something else in the operation's path."""

    async def way(twin: Caller, call: Call) -> Reply:
        named = iter(values)
        return await replace(call, path=re.sub(r"\{\w+\}", lambda _: next(named), call.operation.path)).send(twin)

    return way


def asking(query: str) -> Way:
    async def way(twin: Caller, call: Call) -> Reply:
        return await replace(call, path=f"{call.path}?{query}").send(twin)

    return way


def broken_off(*, ends: bool) -> Way:
    """Send half a body, and hang up or not."""

    async def way(twin: Caller, call: Call) -> Reply:
        headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json", "Content-Length": "100"}
        sent = request(call.operation.method, call.path, None, headers) + b'{"flow'
        return (await talk(twin.twin.url, sent, 1, ends=ends))[0]

    return way


def by_fault(error: ErrorCode) -> Way:
    """Have a fault on purpose answer so."""

    async def way(twin: Caller, call: Call) -> Reply:
        fault: dict[str, Any] = {"operation": call.operation.id, "code": error.code, "times": 1}
        if error.status == 429:
            fault["retry_after_s"] = 7
        asked = json.dumps({"faults": [fault]}).encode()
        assert (await twin.send("POST", "/_twin/faults", asked)).status == 200
        return await call.send(twin)

    return way


def platforms(operation: Operation) -> Mapping[str, Way]:
    """How the codes are met that nearly every operation publishes."""
    ways: dict[str, Way] = {}
    if operation.token:
        ways |= {"authentication.required": no_token, "bad.credentials": wrong_token}
        ways |= {"ip.not.authorized": as_client(allowed_address=False), "too.many.requests.retry.after": too_often}
        ways |= {"app.not.authorized.for.scope": as_client(grant="USER", scopes=frozenset({"other"}))}
    if operation.permissions:
        missing = "missing.permissions" if operation.mode is Mode.ALL else "missing.any.permissions"
        ways[missing] = as_client(permissions=frozenset())
    if operation.method in BODIED:
        ways |= {"bad.request": with_body(b"{"), "unsupported.media.type": with_body({}, content_type="text/plain")}
        ways |= {"request.entity.too.large": with_body(b" " * 512_001)}
        ways |= {"client.failed.request": broken_off(ends=True), "client.timeout": broken_off(ends=False)}
    elif operation.query:
        ways["bad.request"] = asking("a=%ff")
    if "pageSize" in operation.query:
        ways["invalid.query.param.value"] = asking("pageSize=0")
    if "deleted" in operation.query:
        ways["invalid.query.param.value"] = asking("deleted=perhaps")
    if "publishedAfter" in operation.query:
        ways["invalid.date"] = asking("publishedAfter=yesterday")
    if operation.id in KNOWN_FIELDS:
        field = KNOWN_FIELDS[operation.id]
        ways["invalid.property"] = with_body(lambda call: {**call.body, "extra": 1})
        ways["invalid.value"] = with_body(lambda call: {**call.body, field: 1.5})
        ways["constraint.validation"] = with_body(lambda call: {**call.body, field: None})
    return ways


KNOWN_FIELDS = {
    "postFlowsExecutions": "flowId",
    "postFlowsInstancesQuery": "query",
    "postFlowsInstancesJobs": "ids",
    "postProcessautomationTriggers": "name",
    "putProcessautomationTrigger": "name",
}
"""A field that each of these bodies must have."""
ELSEWHERE_ONLY = frozenset({"5d3b6c5e-0000-4000-8000-0000000000d2"})
WAYS: Mapping[tuple[str, str], Way] = {
    ("postFlowsExecutions", "flow.config.not.published"): with_body({"flowId": DRAFT}),
    ("postFlowsExecutions", "flow.definition.missing"): with_body({"flowId": CALLBACK, "flowVersion": "9.0"}),
    ("postFlowsExecutions", "flow.invalid.state"): with_body({"flowId": IVR}),
    ("postFlowsExecutions", "input.var.not.marked.in.flow.def"): with_body({"flowId": CALLBACK, "inputData": {"Flow.x": 1}}),
    ("postFlowsExecutions", "variable.value.not.allowed"): with_body({"flowId": CALLBACK, "inputData": {"Flow.reason": 1}}),
    ("postFlowsExecutions", "architect.flow.not.found"): with_body({"flowId": "unknown"}),
    ("postFlowsExecutions", "missing.division.permission"): as_client(divisions=ELSEWHERE_ONLY),
    ("getFlowsExecution", "architect.flow.execution.not.found"): at("unknown"),
    ("getFlowsExecution", "missing.division.permission"): as_client(divisions=ELSEWHERE_ONLY),
    ("getFlows", "architect.invalid.flow.type"): asking("type=fax"),
    ("getFlows", "architect.division.invalid"): asking("divisionId=unknown"),
    ("getFlowsDivisionviews", "architect.invalid.flow.type"): asking("type=fax"),
    ("getFlowsDivisionviews", "architect.division.invalid"): asking("divisionId=unknown"),
    **{
        (name, "missing.division.permission"): as_client(divisions=ELSEWHERE_ONLY)
        for name in ("getFlow", "getFlowVersions", "getFlowVersion", "getFlowVersionConfiguration", "getFlowLatestconfiguration")
    },
    **{(name, "architect.flow.not.found"): at("unknown", "1.0") for name in ("getFlow", "getFlowVersions", "getFlowVersion")},
    **{
        (name, "architect.flow.deleted"): at(str(DELETED["id"]), "1.0")
        for name in ("getFlow", "getFlowVersions", "getFlowVersion")
    },
    ("getFlowVersion", "architect.flow.version.missing"): at(CALLBACK, "9.0"),
    ("getFlowVersionConfiguration", "not.found"): at(CALLBACK, "9.0"),
    ("getFlowLatestconfiguration", "not.found"): at("unknown"),
    ("postFlowsInstancesQuery", "invalid.date"): with_body(
        {"query": [{"and": [{"key": "FlowStartDateTime", "operator": "gt", "value": "yesterday"}]}]}
    ),
    ("getFlowsInstance", "not.found"): at("unknown"),
    ("getFlowsInstance", "invalid.query.param.value"): asking("expand=all"),
    ("getFlowsInstancesJob", "not.found"): at("unknown"),
    ("getFlowsInstancesQuerycapabilities", "invalid.query.param.value"): asking("expand=all"),
    ("postFlowsJobs", "invalid.property"): with_body({"extra": 1}),
    ("postFlowsJobs", "invalid.value"): with_body({"createStubs": "yes"}),
    ("getFlowsJob", "general.resource.not.found"): at("unknown"),
    ("getProcessautomationTrigger", "not.found"): at("unknown"),
    ("putProcessautomationTrigger", "not.found"): at("unknown"),
    ("putProcessautomationTrigger", "request.conflict"): with_body({**TRIGGER, "version": 7}),
    ("deleteProcessautomationTrigger", "not.found"): at("unknown"),
    ("postIntegrationsWebhookEvents", "not.found"): at("unknown"),
    ("getTokensMe", "invalid.query.param.value"): asking("preserveIdleTTL=perhaps"),
    ("getOrganizationsLimitsNamespace", "invalid.value"): at("unknown"),
    ("getOrganizationsLimitsNamespaceDefaults", "invalid.value"): at("unknown"),
}


def way_to(operation: Operation, error: ErrorCode) -> Way | None:
    """Give the way a caller meets a code; None where only a fault brings it about."""
    return WAYS.get((operation.id, error.code)) or platforms(operation).get(error.code)


# ---- the tests


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prepared_twin() -> AsyncIterator[tuple[Caller, dict[str, Call]]]:
    twin = await started(TwinOptions(limit=0, body_timeout_s=0.05, keep_executions=100), Hands())
    yield twin, await prepared(twin)
    await twin.twin.stop()


@pytest.fixture
def twin(prepared_twin: tuple[Caller, dict[str, Call]]) -> Caller:
    prepared_twin[0].twin.state.deck.set(())
    return prepared_twin[0]


@together
@pytest.mark.parametrize(("operation", "error"), CELLS, ids=NAMES)
async def test_a_code_is_reached(
    twin: Caller, prepared_twin: tuple[Caller, dict[str, Call]], operation: Operation, error: ErrorCode
) -> None:
    way = way_to(operation, error) or by_fault(error)
    reply = await way(twin, prepared_twin[1][operation.id])
    assert reply.status == error.status
    assert reply.headers["inin-correlation-id"]
    assert reply.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    if error.status == 429:
        assert int(reply.headers["retry-after"]) > 0
    if operation.method == "HEAD":
        assert reply.body == b""
        return
    assert reply.headers["content-type"] == "application/json"
    assert_body("ErrorBody", reply.json, operation.id)
    assert (reply.code, reply.json["status"]) == (error.code, error.status)
    assert reply.json["contextId"] == reply.headers["inin-correlation-id"]
    _worded(error, reply.json)


def _worded(error: ErrorCode, body: Mapping[str, Any]) -> None:
    """Hold the message against the published template, and the template with its values beside it."""
    assert re.fullmatch(".+".join(re.escape(part) for part in error.template.split("%s")), body["message"], re.DOTALL)
    if not error.slots:
        assert "messageParams" not in body
        return
    text = body["messageWithParams"]
    for name, value in body["messageParams"].items():
        text = text.replace("{" + name + "}", value, 1)
    assert text == body["message"]


def test_most_codes_are_met_by_what_a_caller_does() -> None:
    met = {error.code for operation, error in CELLS if way_to(operation, error) is not None}
    only_by_fault = {error.code for _, error in CELLS} - met
    assert only_by_fault == {
        *("architect.object.validate.failed", "general.not.found", "architect.execution.flow.not.found"),
        *("missing.any.division.permissions", "authz.policy.denied", "not.authorized", "architect.missing.permission"),
        *("response.entity.too.large", "too.many.requests", "feature.forbidden", "not.implemented", "general.bad.request"),
        *("architect.flow.invalid.id", "architect.flow.data.missing", "architect.flow.data.invalid.format"),
        *("flow.no.config.available", "architect.secure.call.flow.not.supported", "architect.external.call.failure"),
        *("internal.server.error", "architect.unspecified.error", "service.unavailable"),
        *("request.timeout", "authentication.request.timeout"),
        *(
            error.code
            for one in OPERATIONS.values()
            for error in one.errors
            if error.code.lower().endswith("flow.invalid.operation")
        ),
    } | {"architect.workflow.invalid.operation"}


def test_every_way_is_one_to_a_published_code() -> None:
    assert all(OPERATIONS[name].publishes(code) for name, code in WAYS)


@together
@pytest.mark.parametrize("operation", [one for one in OPERATIONS.values() if one is not TOKEN], ids=lambda one: one.id)
async def test_a_good_call_is_good(prepared_twin: tuple[Caller, dict[str, Call]], operation: Operation) -> None:
    """Else the ways above would prove nothing. Those that would end something come last in the contract, and get another to end."""
    twin, calls = prepared_twin
    twin.twin.state.deck.set(())
    call = calls[operation.id]
    if operation.id == "deleteTokensMe":
        token, _ = twin.twin.state.issue(twin.twin.state.clients[twin.twin.options.client_id])
        assert (await call.send(twin, authorization=f"Bearer {token}")).status == 200
        assert (await call.send(twin, authorization=f"Bearer {token}")).code == "bad.credentials"
        return
    if operation.id == "deleteProcessautomationTrigger":
        made = await calls["postProcessautomationTriggers"].send(twin)
        call = replace(call, path=f"/api/v2/processautomation/triggers/{made.json['id']}")
    assert (await call.send(twin)).status in (operation.success, *operation.also)
