import httpx
from pydantic import BaseModel, Field

from .settings import FLOW_EXECUTIONS, FLOW_ID


class LaunchBody(BaseModel):
    flow_id: str = Field(alias="flowId")
    input_data: dict = Field(default_factory=dict)


async def launch(token: str, order_id: str) -> dict:
    body = LaunchBody(flowId=FLOW_ID, input_data={"Flow.orderId": order_id})
    async with httpx.AsyncClient(timeout=5) as client:
        r = await client.post(  # ~ TL202 /input_data cause
            FLOW_EXECUTIONS,
            headers={"Authorization": f"Bearer {token}"},
            json=body.model_dump(by_alias=True),
        )
    r.raise_for_status()
    return r.json()
