import json
import os

import requests

BASE = os.environ["GENESYS_API"]
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}"}


def as_form(flow_id: str, customer: str) -> requests.Response:
    payload = {"flow_id": flow_id, "inputData": {"Flow.customer": customer}}
    return requests.post(f"{BASE}/api/v2/flows/executions", data=payload, headers=HEADERS)  # ~ TL605 header:Content-Type cause; TL202 /flow_id cause


def as_text(flow_id: str) -> requests.Response:
    payload = {"flowId": flow_id, "inputs": {"Flow.customer": 1}}
    return requests.post(f"{BASE}/api/v2/flows/executions", data=json.dumps(payload), headers=HEADERS)  # ~ TL605 header:Content-Type cause; TL202 /inputs cause


def twice_encoded(flow_id: str) -> requests.Response:
    payload = {"flowId": flow_id}
    return requests.post(f"{BASE}/api/v2/flows/executions", json=json.dumps(payload), headers=HEADERS)  # ~ TL612 - cause


def as_json(flow_id: str, customer: str) -> requests.Response:
    payload = {"flowId": flow_id, "inputData": {"Flow.customer": customer, "Flow.tags": ["a"]}}
    return requests.post(f"{BASE}/api/v2/flows/executions", json=payload, headers=HEADERS)  # ~ sound
