from dataclasses import asdict, dataclass, field
from typing import Any, Optional

import requests


@dataclass
class LaunchRequest:
    flowId: str
    inputData: dict[str, Any] = field(default_factory=dict)
    flowVersion: Optional[str] = None
    priority: int = 1


class ApiClient:
    def __init__(self, base: str, token: str) -> None:
        self.base = base.rstrip("/")
        self.token = token

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"bearer {self.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }

    def request(self, method: str, path: str, payload: Any = None) -> Any:
        response = requests.request(method, f"{self.base}{path}", headers=self._headers(), json=payload, timeout=30)
        response.raise_for_status()
        return response.json()

    def launch_flow(self, flow_id: str, data: dict[str, Any]) -> str:
        request = LaunchRequest(flowId=flow_id, inputData=data)
        return self.request("POST", "/api/v2/flows/executions", asdict(request))["id"]  # ~ TL202 /priority cause
