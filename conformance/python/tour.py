"""A tour of a twin with the official Python client, unmodified: `tour.py URL CLIENT_ID CLIENT_SECRET TOUR_JSON`.

Prints a line for each step and `ok N steps` at the end; the first step that is not as the cloud's own would be ends it with status 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from conformance.python import around, reading, refusals
from conformance.python.walk import Walk

STEPS: Mapping[str, Callable[[Walk], str]] = {
    "a token": reading.token,
    "the token described, and good": reading.token_described,
    "a token refused: client, secret, grant": refusals.token_refused,
    "a token refused: too many": refusals.too_many_tokens,
    "the token's end": reading.token_end,
    "flows, page by page": reading.pages,
    "flows, filtered, and in the small form": reading.filtered,
    "a flow, its versions, what it consists of": reading.one_flow,
    "a launch, its run, its end": reading.launch,
    "a run that fails": reading.failing,
    "past runs": around.past_runs,
    "an upload of a flow": around.upload,
    "an upload of something else": around.upload_wrong,
    "triggers": around.triggers,
    "a webhook that starts a flow": around.webhook,
    "limits": around.limits,
    "400, 404: a launch, by each code": refusals.launches,
    "400: a query, by each code": refusals.queries,
    "401: no token, a bad one, an old one": refusals.unauthorized,
    "403: permission, permissions, division": refusals.forbidden,
    "404, 410: what is not there": refusals.not_there,
    "409: a trigger changed meanwhile": refusals.conflict,
    "413, 415": refusals.too_large,
    "429 with Retry-After": refusals.over_the_limit,
}


def main(url: str, id: str, secret: str, told: str) -> int:
    """Walk the tour; gives the exit status."""
    walk = Walk(url, id, secret, Path(told))
    for number, name in enumerate(walk.told["steps"], 1):
        try:
            sys.stdout.write(f"{number:2} {name}: {STEPS[name](walk)}\n")
        except Exception as fault:  # noqa: BLE001 - whatever goes wrong is told as the step's
            sys.stdout.write(f"{number:2} {name}: FAILED: {type(fault).__name__}: {fault}\n")
            return 1
    sys.stdout.write(f"ok {len(walk.told['steps'])} steps\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
