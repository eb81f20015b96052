"""Steps of the tour around the launch: past runs, uploads, triggers, the webhook, limits."""

from __future__ import annotations

from typing import Any

import PureCloudPlatformClientV2 as Sdk

from conformance.python.walk import CALLBACK, Walk, plain


def past_runs(walk: Walk) -> str:
    """Search past runs, and have their histories made ready."""
    ran = walk.architect.post_flows_executions(walk.sound()).id
    query = {"query": [{"criteria": {"key": "FlowId", "operator": "eq", "value": walk.flows[CALLBACK]}}]}
    found = walk.architect.post_flows_instances_query(query, page_size=10)
    assert ran in [one.id for one in found.entities], found
    keys = [one.criteria_key for one in walk.architect.get_flows_instances_querycapabilities().criteria]
    assert "FlowId" in keys, keys
    job = walk.architect.post_flows_instances_jobs({"ids": [ran]})
    assert walk.architect.get_flows_instances_job(job.id).job_state == "Running"
    walk.pass_time(2)
    assert walk.architect.get_flows_instances_job(job.id).job_state == "Success"
    assert walk.architect.get_flows_instance(ran).id
    return f"{len(found.entities)} runs"


def _uploaded(walk: Walk, text: str) -> Any:
    begun = walk.architect.post_flows_jobs()
    plain(begun.presigned_url, text.encode(), begun.headers, "PUT")
    walk.pass_time(2)
    return walk.architect.get_flows_job(begun.id, expand=["messages"])


def upload(walk: Walk) -> str:
    """Upload a flow as CX as Code does; it takes the inputs it declares."""
    job = _uploaded(walk, walk.told["upload"])
    assert job.status == "Success", job
    flow = walk.architect.get_flow(job.flow.id)
    assert list(flow.input_schema["properties"]) == ["Flow.orderId"], flow
    walk.flows["Order follow-up"] = flow.id
    assert walk.architect.post_flows_executions(walk.request("Order follow-up", {"Flow.orderId": "o-1"})).id
    return str(flow.name)


def upload_wrong(walk: Walk) -> str:
    """Upload what is no flow: the job says so."""
    job = _uploaded(walk, "robot:\n  name: x\n")
    assert (job.status, len(job.messages)) == ("Failure", 1), job
    return str(job.messages[0].text)


def triggers(walk: Walk) -> str:
    """Make a trigger, read it, find it, change it, delete it."""
    automation = Sdk.ProcessAutomationApi(walk.client)
    topics = automation.get_processautomation_triggers_topics().entities
    assert topics, topics
    wanted = trigger_of(walk)
    made = automation.post_processautomation_triggers(wanted)
    assert (made.version, automation.get_processautomation_trigger(made.id).name) == (1, "intake"), made
    assert made.id in [one.id for one in automation.get_processautomation_triggers(page_size="20").entities]
    changed = automation.put_processautomation_trigger(made.id, {**wanted, "enabled": False, "version": 1})
    assert (changed.version, changed.enabled) == (2, False), changed
    automation.delete_processautomation_trigger(made.id)
    return f"version {changed.version}"


def webhook(walk: Walk) -> str:
    """Hand over an event; the trigger that waits for it starts its flow."""
    automation = Sdk.ProcessAutomationApi(walk.client)
    made = automation.post_processautomation_triggers(trigger_of(walk))
    before = len(walk.control("launches")["launches"])
    answer = Sdk.IntegrationsApi(walk.client).post_integrations_webhook_events("twin-webhook", {"order": "o-1"})
    launches = walk.control("launches")["launches"]
    assert len(launches) == before + 1, launches
    assert launches[-1]["flow_id"] == walk.flows["Webhook intake"], launches[-1]
    automation.delete_processautomation_trigger(made.id)
    return f"{len(answer.invocation_id)} characters"


def limits(walk: Walk) -> str:
    """Read the org's limits, and those an org has from the start."""
    organization = Sdk.OrganizationApi(walk.client)
    now = organization.get_organizations_limits_namespace("platform.api").entities
    from_the_start = organization.get_organizations_limits_namespace_defaults("platform.api").entities
    assert {one.key for one in now} == {one.key for one in from_the_start}, now
    return f"{len(now)} limits"


def trigger_of(walk: Walk) -> dict[str, Any]:
    """Give the trigger of tour.json, aimed at the flow it starts."""
    told: dict[str, Any] = walk.told["trigger"]
    return {**told, "target": {**told["target"], "id": walk.flows["Webhook intake"]}}
