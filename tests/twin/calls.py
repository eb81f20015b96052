"""A good call of every operation of the contract, in an org that has what each of them is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.twin.raw import Caller, Reply
from tieline.contract.operation import Operation
from tieline.contract.operations import OPERATIONS
from tieline.twin.seed import SAMPLE
from tieline.twin.state import WEBHOOK

CALLBACK, PAYMENT, FAILS, DRAFT, IVR = (
    next(flow.flow_id for flow in SAMPLE if flow.name == name)
    for name in ("Customer callback", "Payment follow-up", "Always fails", "Draft survey", "Main IVR")
)
DELETED = {"id": "5d3b6c5e-0000-4000-8000-00000000dead", "name": "Gone", "deleted": True}
ELSEWHERE = {
    "id": "5d3b6c5e-0000-4000-8000-00000000d1f0",
    "name": "Elsewhere",
    "division": "5d3b6c5e-0000-4000-8000-0000000000d1",
}
TRIGGER: dict[str, Any] = {
    "name": "On an invocation",
    "enabled": True,
    "topicName": "v2.integrations.inbound.webhook.{id}.invocation",
    "target": {"type": "Workflow", "id": CALLBACK, "workflowTargetSettings": {"dataFormat": "Json"}},
    "matchCriteria": [{"jsonPath": "webhookId", "operator": "Equal", "value": WEBHOOK[1]}],
    "delayBySeconds": 60,
    "description": "A trigger",
}
QUERY: dict[str, Any] = {"query": [{"criteria": {"key": "FlowId", "operator": "eq", "value": CALLBACK}}]}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Call:
    """One request; `body` is JSON to be, bytes as they are, or nothing."""

    operation: Operation
    path: str
    body: Any = None

    async def send(self, twin: Caller, **headers: str) -> Reply:
        """Send it as the caller, unless a header says otherwise (`authorization=""` leaves one away)."""
        content = self.body if isinstance(self.body, bytes | None) else json.dumps(self.body).encode()
        usual = {"Authorization": f"Bearer {twin.token}"} if self.operation.token else {}
        usual |= {"Content-Type": "application/json"} if content is not None else {}
        told = usual | {name.replace("_", "-").title(): value for name, value in headers.items()}
        return await twin.send(self.operation.method, self.path, content, {name: value for name, value in told.items() if value})


async def prepared(twin: Caller) -> dict[str, Call]:
    """Put into the org what the operations are about; gives a good call of each, by operationId."""
    await twin.send("POST", "/_twin/seed", json.dumps({"flows": [DELETED, ELSEWHERE], "keep": True}).encode())
    run = (await twin.launch({"flowId": CALLBACK, "name": "one", "inputData": {"Flow.attempt": 1}})).json["id"]
    made = {name: Call(operation, operation.path) for name, operation in OPERATIONS.items()}
    bodies = {
        "postFlowsExecutions": {"flowId": CALLBACK},
        "postFlowsInstancesQuery": QUERY,
        "postFlowsInstancesJobs": {"ids": [run, "unknown"]},
        "postFlowsJobs": {"createStubs": True},
        "postProcessautomationTriggers": TRIGGER,
        "putProcessautomationTrigger": {**TRIGGER, "version": 1},
        "postIntegrationsWebhookEvents": {"any": "thing"},
    }
    made |= {name: Call(OPERATIONS[name], OPERATIONS[name].path, body) for name, body in bodies.items()}
    values = {
        "{flowId}": PAYMENT,
        "{versionId}": "1.0",
        "{flowExecutionId}": run,
        "{instanceId}": run,
        "{tokenId}": WEBHOOK[0],
        "{namespaceName}": "platform.api",
        "{triggerId}": (await made["postProcessautomationTriggers"].send(twin)).json["id"],
    }
    jobs = {
        "getFlowsJob": (await made["postFlowsJobs"].send(twin)).json["id"],
        "getFlowsInstancesJob": (await made["postFlowsInstancesJobs"].send(twin)).json["id"],
    }
    for name, call in made.items():
        path = call.path
        for place, value in ({"{jobId}": jobs[name]} if name in jobs else values).items():
            path = path.replace(place, value)
        made[name] = Call(call.operation, path, call.body)
    return made
