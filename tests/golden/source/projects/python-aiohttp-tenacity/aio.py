import asyncio
import json
import logging

import aiohttp
from tenacity import retry, stop_after_attempt, wait_exponential

log = logging.getLogger(__name__)
URL = "https://api.usw2.pure.cloud/api/v2/flows/executions"


class Genesys:
    def __init__(self, token):
        self._token = token
        self._session = aiohttp.ClientSession(headers={"Authorization": "Bearer " + token})

    @retry(stop=stop_after_attempt(4), wait=wait_exponential(multiplier=1, max=30))
    async def start(self, flow, **variables):
        data = json.dumps({"flowId": flow, "inputData": {f"Flow.{k}": v for k, v in variables.items()}})
        async with self._session.post(URL, data=data) as resp:  # ~ TL605 header:Content-Type cause; TL644 raw side
            if resp.status >= 400:
                log.error("launch failed %s %s", resp.status, await resp.text())
                resp.raise_for_status()
            return await resp.json()
