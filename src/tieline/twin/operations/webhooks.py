"""The inbound webhook: an event comes in without a token of its own, and starts the workflows whose triggers wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from tieline.contract.inputs import qualified
from tieline.contract.operations_around import WEBHOOK
from tieline.twin.operations.asked import Asked, object_of
from tieline.twin.reading import refuse
from tieline.twin.state import State
from tieline.twin.times import iso

TOPIC = "v2.integrations.inbound.webhook.{id}.invocation"
JSON_INPUT = "Flow.jsonData"
"""The one input of a workflow whose trigger hands over JSON (webhook-workflow-workitem-blueprint)."""


def invoke(state: State, asked: Asked) -> dict[str, Any]:
    """Take an event, and start what waits for it."""
    webhook = state.webhooks.get(asked.path[0])
    if webhook is None:
        raise refuse(WEBHOOK, "not.found", field="tokenId")
    body = object_of(state, WEBHOOK, asked)
    kind = asked.content_type or ""
    invocation = {"body": body, "headers": {"content-type": [kind]}, "query": parse_qs(asked.query.decode("utf-8", "replace"))}
    event = {"webhookId": webhook, "webhooksInvocation": invocation, "invocationTime": iso(state.clock())}
    topics = {TOPIC, TOPIC.replace("{id}", webhook)}
    for trigger in list(state.triggers.values()):
        if trigger["enabled"] and trigger["topicName"] in topics and fits(trigger.get("matchCriteria") or [], event):
            _start(state, trigger["target"], event)
    return {"invocationId": state.new_id()}


def _start(state: State, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    flow = state.flows.get(target.get("id", ""))
    if flow is None or not flow.launchable or not flow.published or flow.deleted:
        return
    as_json = (target.get("workflowTargetSettings") or {}).get("dataFormat", "TopLevelPrimitives") == "Json"
    inputs = {JSON_INPUT: event} if as_json else {qualified(name): value for name, value in event.items() if not _nested(value)}
    taken = {name: value for name, value in inputs.items() if flow.open or name in flow.inputs}
    body = {"flowId": flow.id, "inputData": taken}
    state.launch(flow, flow.versions[-1], flow.name, body=body, raw=msgspec.json.encode(body))


def fits(criteria: list[Mapping[str, Any]], event: Any) -> bool:
    """Whether an event meets every criterion. Of JSONPath only names parted by dots are read, with or without `$.`."""
    return all(_meets(one, _at(event, str(one.get("jsonPath", "")))) for one in criteria)


def _at(event: Any, path: str) -> Any:
    for name in path.removeprefix("$").strip(".").split("."):
        if not isinstance(event, Mapping) or name not in event:
            return None
        event = event[name]
    return event


def _meets(one: Mapping[str, Any], has: Any) -> bool:
    operator, value, values = one.get("operator", "Equal"), one.get("value"), one.get("values") or []
    try:
        match operator:
            case "Equal":
                return bool(has == value)
            case "NotEqual":
                return bool(has != value)
            case "GreaterThan" | "LessThan" | "GreaterThanOrEqual" | "LessThanOrEqual":
                return _ordered(operator, has, value)
            case "In" | "NotIn":
                return (has in values) is (operator == "In")
            case "Contains":
                return value in has
            case "All":
                return all(item in has for item in values)
            case "Exists":
                return (has is not None) is (value is not False)
            case _:
                return len(has) == value
    except TypeError:
        return False


def _ordered(operator: str, has: Any, value: Any) -> bool:
    if operator.startswith("Greater"):
        return bool(has >= value if operator.endswith("Equal") else has > value)
    return bool(has <= value if operator.endswith("Equal") else has < value)


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)
