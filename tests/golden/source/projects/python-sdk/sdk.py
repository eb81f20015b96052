import PureCloudPlatformClientV2
from PureCloudPlatformClientV2.rest import ApiException
import os

region = PureCloudPlatformClientV2.PureCloudRegionHosts.eu_west_1
PureCloudPlatformClientV2.configuration.host = region.get_api_host()
api_client = PureCloudPlatformClientV2.api_client.ApiClient().get_client_credentials_token(os.environ["ID"], os.environ["SECRET"])
architect = PureCloudPlatformClientV2.ArchitectApi(api_client)


def launch(flow_id: str, email: str):
    body = PureCloudPlatformClientV2.FlowExecutionLaunchRequest()
    body.flow_id = flow_id
    body.input_data = {"Flow.email": email}
    try:
        return architect.post_flows_executions(body)  # ~ TL644 raw side
    except ApiException as e:
        print(e)


def launch_dict(flow_id: str, email: str):
    return architect.post_flows_executions({"flowId": flow_id, "inputs": {"email": email}})  # ~ TL202 /inputs cause; TL644 raw side
