"""Drives whatever listens on a port with the official Python SDK and its gateway settings: `sdk_gateway_client.py PORT ID SECRET FLOW_ID`.

Prints one JSON object. A process of its own, because the SDK takes seconds to import, starts a thread and keeps global state.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import PureCloudPlatformClientV2 as Sdk
from PureCloudPlatformClientV2.gateway_configuration import GatewayConfiguration
from PureCloudPlatformClientV2.rest import ApiException


def main(port: str, client_id: str, secret: str, flow_id: str) -> dict[str, Any]:
    Sdk.configuration.gateway_configuration = GatewayConfiguration(
        host="127.0.0.1", protocol="http", port=int(port), path_params_login="login", path_params_api="api"
    )
    client = Sdk.api_client.ApiClient()
    client.get_client_credentials_token(client_id, secret)
    architect = Sdk.ArchitectApi(client)
    request = Sdk.FlowExecutionLaunchRequest()
    request.flow_id = flow_id
    request.input_data = {"Flow.customerId": "c-1"}
    run = architect.get_flows_execution(architect.post_flows_executions(request).id)
    request.input_data = {"Flow.nothing": 1}
    try:
        architect.post_flows_executions(request)
    except ApiException as error:
        refused = [error.status, json.loads(error.body)["code"], (error.headers or {}).get("Tieline-Diagnosis")]
    return {"status": run.status, "refused": refused}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
