"""What the tap adds to a launch: one connection straight to the twin, one through the tap, request by request in turn.

Run: `make bench`, or `.venv/bin/python -m bench.tap [launches]`. Both ways lead to the same twin process in the same run; the
figure is the difference of the medians, and the ratio beside it. Three kinds: a launch that is accepted, one that is refused
(the tap explains it), and one that is refused while the tap records.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench.measure import child

LAUNCHES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
WARM = max(LAUNCHES // 10, 5)
PATH = "/api/v2/flows/executions"
AIM_MS = 2.0


class Line:
    """One kept-alive connection; a request goes out, an answer comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer, self._token = reader, writer, token

    async def launch(self, body: bytes) -> tuple[int, float]:
        """Give the status, and the milliseconds until the whole answer was there."""
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await self._reader.readexactly(length)
        return int(answer[9:12]), (time.perf_counter() - begun) * 1_000


async def opened(url: str, token: str) -> Line:
    return Line(*await asyncio.open_connection("127.0.0.1", urlsplit(url).port), token)


def granted(url: str, ready: dict[str, Any]) -> str:
    form = f"grant_type=client_credentials&client_id={ready['client_id']}&client_secret={ready['client_secret']}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(f"{url}/oauth/token", form.encode(), headers)
    return str(json.load(urllib.request.urlopen(request))["access_token"])


async def compared(direct: Line, tapped: Line, body: dict[str, Any], status: int) -> tuple[float, float]:
    """Give both medians in milliseconds."""
    raw = json.dumps(body).encode()
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM + LAUNCHES):
        for line, kept in zip((direct, tapped), times, strict=True):
            told, took = await line.launch(raw)
            assert told == status, f"answered {told}, not {status}"
            if number >= WARM:
                kept.append(took)
    return median(times[0]), median(times[1])


async def run(twin: dict[str, Any], plain: dict[str, Any], recording: dict[str, Any]) -> None:
    token = granted(twin["url"], twin)
    direct, tapped, recorded = [await opened(one["url"], token) for one in (twin, plain, recording)]
    flow = next(flow["id"] for flow in twin["flows"] if flow["name"] == "Customer callback")
    good: dict[str, Any] = {"flowId": flow}
    bad = {"flowVersion": 3, "inputData": [1], "extra": True}
    print(f"\nA launch through the tap, {LAUNCHES} of each in turn   (median, ms)")
    print(f"{'':34}{'direct':>9}{'tap':>9}{'added':>9}{'ratio':>7}{'aim':>7}")
    for what, line, body, status in (
        ("accepted", tapped, good, 200),
        ("refused, explained", tapped, bad, 400),
        ("refused, explained and recorded", recorded, bad, 400),
    ):
        alone, through = await compared(direct, line, body, status)
        added = f"{through - alone:9.2f}"
        print(f"{what:34}{alone:9.2f}{through:9.2f}{added}{through / alone:7.2f}{'<' + str(AIM_MS):>7}", flush=True)


def main() -> None:
    cli = ("-m", "tieline.cli")
    with tempfile.TemporaryDirectory() as folder:
        record = str(Path(folder) / "tap.jsonl")
        with child(*cli, "twin", "--port", "0", "--limit", "0", "--run-time", "0", "--json") as twin:
            tap = (*cli, "tap", "--to", twin["url"], "--json")
            with child(*tap) as plain, child(*tap, "--record", record) as recording:
                asyncio.run(run(twin, plain, recording))


if __name__ == "__main__":
    main()
