"""Steps of the tour that are refused, each with the status and the code that was published."""

from __future__ import annotations

import PureCloudPlatformClientV2 as Sdk

from conformance.python.around import trigger_of
from conformance.python.walk import CALLBACK, NOBODY, Walk, refused


def token_refused(walk: Walk) -> str:
    """Ask for a token as nobody, with a wrong secret, and by a grant that is not this client's."""
    other = Sdk.api_client.ApiClient(host=walk.url)
    refused(lambda: other.get_client_credentials_token("nobody", "s"), 400, "invalid_client")
    refused(lambda: other.get_client_credentials_token(walk.id, "wrong"), 400, "invalid_client")
    grant = refused(lambda: other.get_code_authorization_token(walk.id, walk.secret, "c", "u"), 400, "unsupported_grant_type")
    return f"invalid_client twice, {grant}"


def too_many_tokens(walk: Walk) -> str:
    """Ask for more tokens than a client may."""
    walk.control("limits", {"tokens_per_minute": 1})
    try:
        walk.other("busy")
        return refused(lambda: walk.other("busy"), 400, "invalid_request")
    finally:
        walk.control("limits", {"tokens_per_minute": 0})


def launches(walk: Walk) -> str:
    """Launch what cannot be launched: each code of tour.json."""
    for one in walk.told["launches"]:
        body = dict(one["body"], **({"flowId": walk.flows[one["flow"]]} if "flow" in one else {}))
        refused(lambda body=body: walk.architect.post_flows_executions(body), one["status"], one["code"])  # type: ignore[misc]
    refused(lambda: walk.post("no object", "application/json"), 400, "bad.request")
    return f"{len(walk.told['launches']) + 1} codes"


def queries(walk: Walk) -> str:
    """Ask for a page, a type and a division that are none."""
    listed = walk.architect.get_flows
    refused(lambda: listed(page_number=0), 400, "invalid.query.param.value")
    refused(lambda: listed(type=["nonsense"]), 400, "architect.invalid.flow.type")
    return refused(lambda: listed(division_id=[NOBODY]), 400, "architect.division.invalid")


def unauthorized(walk: Walk) -> str:
    """Launch without a token, with one nobody gave out, and with one that is over."""
    nobody, thief, brief = (Sdk.api_client.ApiClient(host=walk.url) for _ in range(3))
    thief.access_token = "stolen"  # noqa: S105 - that is the point
    brief = walk.other("brief")
    request = walk.sound()
    refused(lambda: Sdk.ArchitectApi(nobody).post_flows_executions(request), 401, "authentication.required")
    refused(lambda: Sdk.ArchitectApi(thief).post_flows_executions(request), 401, "bad.credentials")
    assert Sdk.ArchitectApi(brief).post_flows_executions(request).id
    walk.pass_time(301)
    return refused(lambda: Sdk.ArchitectApi(brief).post_flows_executions(request), 401, "bad.credentials")


def forbidden(walk: Walk) -> str:
    """Launch and search without the permission, and launch a flow of a division out of reach."""
    viewer, south = walk.other("viewer"), walk.other("south")
    refused(lambda: Sdk.ArchitectApi(viewer).post_flows_executions(walk.sound()), 403, "missing.any.permissions")
    refused(lambda: Sdk.ArchitectApi(viewer).get_flows_divisionviews(), 403, "missing.permissions")
    request = walk.request("Northern callback")
    return refused(lambda: Sdk.ArchitectApi(south).post_flows_executions(request), 403, "missing.division.permission")


def not_there(walk: Walk) -> str:
    """Read what is not there, and what is gone."""
    refused(lambda: walk.architect.get_flows_execution(NOBODY), 404, "architect.flow.execution.not.found")
    refused(lambda: walk.architect.get_flow(NOBODY), 404, "architect.flow.not.found")
    refused(lambda: walk.architect.get_flow_version(walk.flows[CALLBACK], "9.0"), 404, "architect.flow.version.missing")
    refused(lambda: walk.architect.get_flows_job(NOBODY), 404, "general.resource.not.found")
    return refused(lambda: walk.architect.get_flow(walk.flows["Old campaign"]), 410, "architect.flow.deleted")


def conflict(walk: Walk) -> str:
    """Change a trigger that another has changed."""
    automation = Sdk.ProcessAutomationApi(walk.client)
    wanted = trigger_of(walk)
    id = automation.post_processautomation_triggers(wanted).id
    stale = {**wanted, "version": 7}
    said = refused(lambda: automation.put_processautomation_trigger(id, stale), 409, "request.conflict")
    automation.delete_processautomation_trigger(id)
    return said


def too_large(walk: Walk) -> str:
    """Launch with more than a request may hold; and with a form, which beside JSON is all this client sends."""
    huge = walk.request(CALLBACK, {"Flow.customerId": "x" * 600_000})
    refused(lambda: walk.architect.post_flows_executions(huge), 413, "request.entity.too.large")
    form = [("flowId", walk.flows[CALLBACK])]
    return refused(lambda: walk.post(None, "application/x-www-form-urlencoded", form), 415, "unsupported.media.type")


def over_the_limit(walk: Walk) -> str:
    """Ask more often than the token may. This client waits as long as the 429 says and asks again, so the minute is nearly over here."""
    walk.control("limits", {"per_minute": 1})
    try:
        walk.architect.get_flow(walk.flows[CALLBACK])
        walk.pass_time(59.5)
        walk.architect.get_flow(walk.flows[CALLBACK])
    finally:
        walk.control("limits", {"per_minute": 300})
    statuses = [one["status"] for one in walk.control("journal")["exchanges"]]
    assert statuses[-3:] == [200, 429, 200], statuses
    return "429, waited for as it says, then 200"
