"""What is recorded of an org, driven with the official Python SDK: `sdk_recorded.py URL ID SECRET FLOW DRAFT`. Prints one JSON object."""

from __future__ import annotations

import json
import sys
from typing import Any

import PureCloudPlatformClientV2 as Sdk
from PureCloudPlatformClientV2.rest import ApiException


def main(url: str, client_id: str, secret: str, flow: str, draft: str) -> dict[str, Any]:
    client = Sdk.api_client.ApiClient(host=url)
    client.get_client_credentials_token(client_id, secret)
    architect = Sdk.ArchitectApi(client)

    def launch(flow_id: str, inputs: dict[str, Any], name: str | None = None) -> Any:
        request = Sdk.FlowExecutionLaunchRequest()
        request.flow_id, request.input_data, request.name = flow_id, inputs, name
        try:
            return architect.post_flows_executions(request).id
        except ApiException as refused:
            return [refused.status, json.loads(refused.body)["code"]]

    inputs = {"Flow.customerName": "Jane Doe-Smith", "Flow.amount": 123456, "Flow.mails": ["jane.doe@acme.example"]}
    launched = launch(flow, inputs, "Order of Jane 4711")
    run = architect.get_flows_execution(launched)
    return {
        "token": client.access_token,
        "launched": launched,
        "run": [run.status, run.output_data],
        "refused": [launch(flow, {"Flow.customerNam": "Jane Doe-Smith"}), launch(flow, {"Flow.amount": True})],
        "draft": launch(draft, {}),
        "flows": [one.name for one in architect.get_flows(name="Orders of Acme GmbH", include_schemas=True).entities],
        "flow": architect.get_flow(flow).name,
        "me": Sdk.TokensApi(client).get_tokens_me().o_auth_client.name,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
