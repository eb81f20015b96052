import os
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

BASE_URL = os.environ["GENESYS_BASE_URL"]


def build_session(token: str) -> requests.Session:
    session = requests.Session()
    retries = Retry(total=5, backoff_factor=0.5, status_forcelist=[500, 502, 503, 504], allowed_methods=["GET", "POST"])
    session.mount("https://", HTTPAdapter(max_retries=retries))
    session.headers.update({"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    return session


class FlowRunner:
    def __init__(self, token):
        self.session = build_session(token)

    def run(self, flow_id, customer):
        resp = self.session.post(  # ~ TL644 raw side
            f"{BASE_URL}/api/v2/flows/executions",
            json={"flowId": flow_id, "inputData": {"Flow.customerId": customer["id"], "Flow.vip": bool(customer.get("vip"))}},
            timeout=10,
        )
        resp.raise_for_status()
        return resp.json()["id"]
