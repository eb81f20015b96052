import aiohttp
import httpx
import PureCloudPlatformClientV2
from tenacity import retry, stop_after_attempt

URL = "https://api.sae1.pure.cloud/api/v2/flows/executions"


@retry(stop=stop_after_attempt(3))
def by_httpx(token: str, flow: str) -> None:
    with httpx.Client(headers={"Authorization": "bearer " + token}) as client:
        client.post(URL, json={"flowId": flow, "inputData": {"Flow": {"a": 1}}})  # ~ TL222 /inputData/Flow cause; TL644 raw side


async def by_aiohttp(token: str, flow: str) -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(URL, json={"flowId": flow, "name": "x"}, headers={"Authorization": token})  # ~ sound


def by_sdk(api: PureCloudPlatformClientV2.ArchitectApi, flow: str) -> None:
    body = PureCloudPlatformClientV2.FlowExecutionLaunchRequest()
    body.flow_id = flow
    body.input_data = {"Flow.a": "1"}
    api.post_flows_executions(body)  # ~ TL644 raw side
