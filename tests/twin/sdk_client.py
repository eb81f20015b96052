"""Drives the twin with the official Python SDK, unmodified, as a process of its own: `sdk_client.py URL ID SECRET FLOW_ID`.

Prints one JSON object. A process of its own, because the SDK takes seconds to import, starts a thread and keeps global state.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import PureCloudPlatformClientV2 as Sdk
from PureCloudPlatformClientV2.rest import ApiException


def main(url: str, client_id: str, secret: str, flow_id: str) -> dict[str, Any]:
    client = Sdk.api_client.ApiClient(host=url)
    client.get_client_credentials_token(client_id, secret)
    architect = Sdk.ArchitectApi(client)
    request = Sdk.FlowExecutionLaunchRequest()
    request.flow_id = flow_id
    request.input_data = {"Flow.customerId": "c-1", "Flow.attempt": 2, "Flow.reason": None}
    request.name = "from the SDK"
    launched = architect.post_flows_executions(request)
    run = architect.get_flows_execution(launched.id)
    listing = architect.get_flows(include_schemas=True, page_size=3)
    flow = architect.get_flow(flow_id)
    versions = architect.get_flow_versions(flow_id)
    return {
        "launched": [launched.id, launched.name, launched.flow_version.id, launched.self_uri],
        "run": [run.id, run.name, run.status, run.date_launched.isoformat()],
        "flows": [listing.total, len(listing.entities), listing.page_count],
        "flow": [flow.id, flow.name, flow.type, sorted(flow.input_schema["properties"])],
        "versions": [version.id for version in versions.entities],
        "refused": refused(architect, flow_id),
        "token": Sdk.TokensApi(client).get_tokens_me().o_auth_client.id is not None,
    }


def refused(architect: Any, flow_id: str) -> list[Any]:
    """Launch with a faulty body; gives the status and the code the SDK raises."""
    request = Sdk.FlowExecutionLaunchRequest()
    request.flow_id = flow_id
    request.input_data = {"Flow.nothing": 1}
    try:
        architect.post_flows_executions(request)
    except ApiException as error:
        return [error.status, json.loads(error.body)["code"]]
    return []


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
