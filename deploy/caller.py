"""A service that launches a flow through the gateway and follows it to its end: `caller.py GATEWAY`, token in TIELINE_TOKEN.

It uses nothing but Python's own library. Ends with 0 when the run COMPLETED.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from typing import Any

LAUNCH = {"flow": "Customer callback", "inputs": {"customerId": "c-1", "reason": "asked on the page", "attempt": 1}}
PATIENCE_S = 60.0
POLL_S = 0.25
OPEN = {"QUEUED", "SENDING", "SCHEDULED", "LAUNCHED"}


def ask(gateway: str, path: str, body: Any = None) -> Any:
    """Send one request with the token; gives the JSON of the answer."""
    headers = {"Authorization": f"Bearer {os.environ['TIELINE_TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(gateway + path, data, headers), timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def main(gateway: str) -> int:
    """Launch, and print each change until the run has ended."""
    # The same request_id again is the same launch, so this call may be repeated as it is.
    launch = ask(gateway, "/v1/launches?follow=60", LAUNCH)
    end, seen = time.monotonic() + PATIENCE_S, ""
    while time.monotonic() < end:
        launch = ask(gateway, f"/v1/launches/{launch['id']}")
        if launch["state"] != seen:
            seen = launch["state"]
            sys.stdout.write(f"{launch['id']} {seen} {(launch.get('execution') or {}).get('id', '')}\n")
            sys.stdout.flush()
        if seen not in OPEN:
            break
        time.sleep(POLL_S)
    return 0 if seen == "COMPLETED" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
