import requests
from requests.auth import AuthBase


class BearerAuth(AuthBase):
    def __init__(self, token):
        self.token = token

    def __call__(self, r):
        r.headers["Authorization"] = f"Bearer {self.token}"
        return r


def fire(token, flow_id, name):
    body = f'{{"flowId": "{flow_id}", "name": "{name}", "inputData": {{}}}}'
    return requests.post(  # ~ TL645 raw possible
        "https://api.mypurecloud.com/api/v2/flows/executions",
        data=body,
        auth=BearerAuth(token),
        headers={"Content-Type": "application/json"},
    )


def sound(token, flow_id, name):
    return requests.post(  # ~ sound
        "https://api.mypurecloud.com/api/v2/flows/executions",
        json=dict(flowId=flow_id, name=name, inputData={"Flow.name": name}),
        auth=BearerAuth(token),
    )
