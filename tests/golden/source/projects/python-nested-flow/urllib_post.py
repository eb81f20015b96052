import json
import urllib.request


def trigger(host, token, flow_id, payload):
    body = {
        "flowId": flow_id,
        "inputData": {"Flow": payload},
    }
    req = urllib.request.Request(  # ~ TL222 /inputData/Flow cause
        host + "/api/v2/flows/executions",
        data=json.dumps(body).encode("utf-8"),
        headers={"Authorization": "Bearer %s" % token, "Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(req) as r:
        return json.load(r)
