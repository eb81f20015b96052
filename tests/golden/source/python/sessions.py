from dataclasses import asdict, dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


@dataclass
class Launch:
    flowId: str
    inputs: dict[str, Any] = field(default_factory=dict)


class Genesys:
    def __init__(self, token: str) -> None:
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {token}"})
        self.session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, allowed_methods=None)))

    def launch(self, flow: str) -> None:
        body = Launch(flowId=flow, inputs={"Flow.a": 1})
        self.session.post("https://api.mypurecloud.com.au/api/v2/flows/executions", json=asdict(body))  # ~ TL202 /inputs cause; TL644 raw side
