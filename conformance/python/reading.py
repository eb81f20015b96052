"""Steps of the tour that get what they ask for: tokens, flows, launches and their runs."""

from __future__ import annotations

import PureCloudPlatformClientV2 as Sdk

from conformance.python.walk import CALLBACK, Walk, refused


def token(walk: Walk) -> str:
    """Ask for a token."""
    walk.client.get_client_credentials_token(walk.id, walk.secret)
    return f"{len(walk.client.access_token)} characters"


def token_described(walk: Walk) -> str:
    """Ask whose it is, and whether it is good."""
    tokens = Sdk.TokensApi(walk.client)
    tokens.head_tokens_me()
    told = tokens.get_tokens_me()
    assert told.o_auth_client.id == walk.id, told
    return str(told.organization.name)


def token_end(walk: Walk) -> str:
    """Give a token back; it is none any more."""
    other = walk.other("viewer")
    Sdk.TokensApi(other).delete_tokens_me()
    return refused(lambda: Sdk.TokensApi(other).get_tokens_me(), 401, "bad.credentials")


def pages(walk: Walk) -> str:
    """List the flows two at a time, as far as there is a next page."""
    number, more = 1, True
    while more:
        listing = walk.architect.get_flows(page_size=2, page_number=number, sort_by="name")
        assert (listing.page_number, listing.page_size, len(listing.entities) <= 2) == (number, 2, True), listing
        walk.flows |= {flow.name: flow.id for flow in listing.entities}
        more, number = listing.next_uri is not None, number + 1
    assert (len(walk.flows), listing.page_count) == (listing.total, number - 1), listing
    walk.flows |= {flow.name: flow.id for flow in walk.architect.get_flows(deleted=True).entities}
    return f"{listing.total} flows on {number - 1} pages"


def filtered(walk: Walk) -> str:
    """List the flows of a type and of a name; schemas come only when asked for."""
    plain = walk.architect.get_flows(type=["workflow"], name="customer*")
    assert [flow.name for flow in plain.entities] == [CALLBACK], plain
    assert plain.entities[0].input_schema is None, plain
    whole = walk.architect.get_flows(id=[walk.flows[CALLBACK]], include_schemas=True).entities[0]
    assert "Flow.customerId" in whole.input_schema["properties"], whole
    views = walk.architect.get_flows_divisionviews(type=["inboundcall"])
    assert [(view.name, view.type) for view in views.entities] == [("Main IVR", "INBOUNDCALL")], views
    return whole.input_schema["$schema"]  # type: ignore[no-any-return]


def one_flow(walk: Walk) -> str:
    """Read a flow, its versions, one of them, and what it consists of."""
    id = walk.flows[CALLBACK]
    flow = walk.architect.get_flow(id)
    listing = walk.architect.get_flow_versions(id, page_size=1)
    version = walk.architect.get_flow_version(id, "1.0")
    assert (flow.type, flow.published_version.id, listing.total) == ("WORKFLOW", "2.0", 2), (flow, listing)
    assert (version.id, listing.entities[0].id) == ("1.0", "2.0"), (version, listing)
    assert walk.architect.get_flow_version_configuration(id, "1.0")
    assert walk.architect.get_flow_latestconfiguration(id)
    return f"published {flow.published_version.id}"


def launch(walk: Walk) -> str:
    """Launch a flow, see it run, and see it done."""
    launched = walk.architect.post_flows_executions(walk.sound())
    assert (launched.flow_version.id, launched.name) == ("2.0", "from the official client"), launched
    run = walk.architect.get_flows_execution(launched.id)
    assert (run.id, run.status, run.date_completed) == (launched.id, "RUNNING", None), run
    walk.pass_time(5)
    run = walk.architect.get_flows_execution(launched.id)
    assert (run.status, run.completion_reason) == ("COMPLETED", "Success"), run
    assert run.output_data == {"Flow.status": "Complete", "Flow.statusCode": "200"}, run
    assert run.date_launched < run.date_completed, run
    older = walk.architect.post_flows_executions(walk.request(CALLBACK, {}, "1.0"))
    assert older.flow_version.id == "1.0", older
    return f"COMPLETED {run.output_data}"


def failing(walk: Walk) -> str:
    """Launch a flow whose runs fail."""
    id = walk.architect.post_flows_executions(walk.request("Always fails")).id
    walk.pass_time(5)
    run = walk.architect.get_flows_execution(id)
    assert (run.status, run.completion_reason, run.output_data) == ("FAILED", "Failure", None), run
    return str(run.flow_error_info.code)
