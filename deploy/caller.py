"""A service that launches a flow through the gateway and follows it to its end: `caller.py GATEWAY`, token in TIELINE_TOKEN.

It uses nothing but Python's own library. Ends with 0 when the run COMPLETED.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

LAUNCH = {"flow": "Customer callback", "inputs": {"customerId": "c-1", "reason": "asked on the page", "attempt": 1}}
PATIENCE_S = 60.0
POLL_S = 0.25
TRIES = 5
OPEN = {"QUEUED", "SENDING", "SCHEDULED", "LAUNCHED"}


def ask(gateway: str, path: str, body: Any = None) -> Any:
    """Send one request with the token; gives the JSON of the answer."""
    headers = {"Authorization": f"Bearer {os.environ['TIELINE_TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(gateway + path, data, headers), timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def launch(gateway: str) -> Any:
    """Launch the flow once: the same request_id again is the same launch, so a call that brought no answer is repeated as it is."""
    path = f"/v1/launches?request_id={uuid.uuid4()}&follow=60"
    for _ in range(TRIES - 1):
        try:
            return ask(gateway, path, LAUNCH)
        except urllib.error.HTTPError:
            raise  # an answer: it says what is wrong, and would again
        except OSError:
            time.sleep(POLL_S)
    return ask(gateway, path, LAUNCH)


def main(gateway: str) -> int:
    """Launch, and print each change until the run has ended."""
    made = launch(gateway)
    end, seen = time.monotonic() + PATIENCE_S, ""
    while time.monotonic() < end:
        made = ask(gateway, f"/v1/launches/{made['id']}")
        if made["state"] != seen:
            seen = made["state"]
            sys.stdout.write(f"{made['id']} {seen} {(made.get('execution') or {}).get('id', '')}\n")
            sys.stdout.flush()
        if seen not in OPEN:
            break
        time.sleep(POLL_S)
    return 0 if seen == "COMPLETED" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
