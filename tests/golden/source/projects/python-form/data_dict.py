import requests

def launch(token, flow):
    url = "https://api.mypurecloud.com/api/v2/flows/executions"
    payload = {"flowId": flow, "inputData": {"Flow.a": "b"}}
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    return requests.post(url, data=payload, headers=headers)  # ~ TL611 raw cause
