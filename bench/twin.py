"""The twin beside Stoplight Prism, Mockoon and WireMock: good and bad launches, CPU for each request, latency, start-up, memory.

Run: `make bench-twin` (needs Node; installs the peers of `bench/peers`), or `.venv/bin/python -m bench.twin [seconds]`.
The twin checks tokens, limits, permissions and inputs, and keeps a journal; Prism checks the body against a description, Mockoon
and WireMock against a JSON schema in a rule. CPU is that of the server's process tree, from /proc, so it does not depend on what else runs.
Where Node, Java or a peer is missing, that peer is skipped and said to be.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.measure import ROOT

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
PEERS = ROOT / "bench" / "peers" / "node_modules" / ".bin"
CONNECTIONS = 16
STARTS = 3
PATH = "/api/v2/flows/executions"
FLOW_ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
SEED = {
    "flows": [
        {"id": FLOW_ID, "name": "bench", "inputs": [{"name": "Flow.customerId"}, {"name": "Flow.attempt", "type": "Integer"}]}
    ]
}
GOOD = {"flowId": FLOW_ID, "flowVersion": "1.0", "name": "bench", "inputData": {"Flow.customerId": "c-1", "Flow.attempt": 1}}
BAD = {"flowVersion": 3, "inputData": [1], "extra": True}
BODY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["flowId"],
    "additionalProperties": False,
    "properties": {
        "flowId": {"type": "string"},
        "flowVersion": {"type": "string"},
        "name": {"type": "string"},
        "inputData": {"type": "object"},
    },
}
RUN = {"id": FLOW_ID, "flowVersion": {"id": "1.0"}, "selfUri": f"{PATH}/{FLOW_ID}"}


def description() -> dict[str, Any]:
    """Describe the launch for Prism: body, bearer token, the answers."""
    error = {
        "content": {"application/json": {"schema": {"type": "object", "properties": {"message": {"type": "string"}}}}},
        "description": "refused",
    }
    answer = {"description": "launched", "content": {"application/json": {"schema": {"type": "object"}, "example": RUN}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "launch", "version": "1"},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            PATH: {
                "post": {
                    "security": [{"bearer": []}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": BODY_SCHEMA}}},
                    "responses": {"200": answer, "400": error, "401": error},
                }
            }
        },
    }


def mockoon(port: int) -> dict[str, Any]:
    """Describe the launch for Mockoon: 200 when a rule finds the body sound by its schema, else 400."""
    common = {"body": "{}", "latency": 0, "headers": [{"key": "Content-Type", "value": "application/json"}], "bodyType": "INLINE",
              "filePath": "", "databucketID": "", "sendFileAsBody": False, "disableTemplating": True, "fallbackTo404": False,
              "crudKey": "id", "callbacks": [], "rulesOperator": "AND"}  # fmt: skip
    rule = {"target": "body", "modifier": "", "value": json.dumps(BODY_SCHEMA), "invert": False, "operator": "valid_json_schema"}
    return {
        "uuid": "b2c6a1de-0000-4000-8000-000000000001", "lastMigration": 33, "name": "launch", "port": port, "hostname": "127.0.0.1",
        "endpointPrefix": "", "latency": 0, "folders": [], "proxyMode": False, "proxyHost": "", "proxyRemovePrefix": False,
        "tlsOptions": {"enabled": False, "type": "CERT", "pfxPath": "", "certPath": "", "keyPath": "", "caPath": "", "passphrase": ""},
        "cors": False, "headers": [], "proxyReqHeaders": [], "proxyResHeaders": [], "data": [], "callbacks": [],
        "rootChildren": [{"type": "route", "uuid": "b2c6a1de-0000-4000-8000-000000000002"}],
        "routes": [
            {
                "uuid": "b2c6a1de-0000-4000-8000-000000000002", "type": "http", "documentation": "", "method": "post",
                "endpoint": PATH.strip("/"), "responseMode": None, "streamingMode": None, "streamingInterval": 0,
                "responses": [
                    {**common, "uuid": "b2c6a1de-0000-4000-8000-000000000003", "label": "", "statusCode": 200, "body": json.dumps(RUN), "rules": [rule], "default": False},
                    {**common, "uuid": "b2c6a1de-0000-4000-8000-000000000004", "label": "", "statusCode": 400, "body": '{"message":"bad request"}', "rules": [], "default": True},
                ],
            }
        ],
    }  # fmt: skip


def wiremock(root: Path) -> Path:
    """Describe the launch for WireMock: 200 when the body is sound by its schema and a bearer comes, else 400; gives its folder."""
    folder = root / "wiremock" / "mappings"
    folder.mkdir(parents=True)
    headers = {"Content-Type": "application/json"}
    call = {"method": "POST", "urlPath": PATH}
    sound = {**call, "headers": {"Authorization": {"matches": "Bearer .+"}}, "bodyPatterns": [{"matchesJsonSchema": BODY_SCHEMA}]}
    good = {"priority": 1, "request": sound, "response": {"status": 200, "headers": headers, "jsonBody": RUN}}
    bad = {
        "priority": 2,
        "request": call,
        "response": {"status": 400, "headers": headers, "jsonBody": {"message": "bad request"}},
    }
    for name, mapping in (("good", good), ("bad", bad)):
        (folder / f"{name}.json").write_text(json.dumps(mapping))
    return folder.parent


class Server(msgspec.Struct, kw_only=True):
    """A server under measurement: what it is called, how it is started, and how it wants its callers."""

    name: str
    command: list[str]
    port: int
    token: str = "t"
    cwd: Path = ROOT


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(server: Server) -> Iterator[tuple[int, float]]:
    """Start a server; gives its process id and the milliseconds until its first answer."""
    begun = time.perf_counter()
    process = subprocess.Popen(server.command, cwd=server.cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(server.port):
            if process.poll() is not None or time.perf_counter() - begun > 60:
                raise RuntimeError(f"{server.name} did not start: {' '.join(server.command)}")
        yield process.pid, (time.perf_counter() - begun) * 1000
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    body = json.dumps(GOOD).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as link:
            link.sendall(head.encode() + body)
            return link.recv(12).startswith(b"HTTP/1.")
    except OSError:
        return False


def tree(pid: int) -> list[int]:
    children = [int(one) for task in Path(f"/proc/{pid}/task").glob("*") for one in (task / "children").read_text().split()]
    return [pid, *(other for child in children for other in tree(child))]


def cpu_s(pid: int) -> float:
    total = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    lines = [
        line for one in tree(pid) for line in Path(f"/proc/{one}/status").read_text().splitlines() if line.startswith("VmHWM")
    ]
    return sum(int(line.split()[1]) for line in lines) / 1024


async def load(server: Server, body: dict[str, Any], seconds: float) -> tuple[float, list[float]]:
    """Call on kept-alive connections; gives calls a second and the latencies in milliseconds."""
    raw = json.dumps(body).encode()
    request = (
        f"POST {PATH} HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer {server.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\n\r\n"
    ).encode() + raw
    end = time.perf_counter() + seconds
    times: list[float] = []

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while (begun := time.perf_counter()) < end:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length: " in head:
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            else:
                while (size := int((await reader.readline()).strip() or b"0", 16)) or not await reader.readline():
                    await reader.readexactly(size + 2)
            times.append((time.perf_counter() - begun) * 1000)
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    return len(times) / (time.perf_counter() - start), times


def measured(server: Server) -> dict[str, float]:
    """Measure one server: starts, then good and bad launches."""
    starts = []
    for _ in range(STARTS - 1):
        with running(server) as (_, took):
            starts.append(took)
    with running(server) as (pid, took):
        starts.append(took)
        if server.name == "tieline twin":
            server.token = token(server.port)
        figures: dict[str, float] = {"start": median(starts)}
        for name, body in (("good", GOOD), ("bad", BAD)):
            asyncio.run(load(server, body, 1.0))
            before = cpu_s(pid)
            rate, times = asyncio.run(load(server, body, SECONDS))
            times.sort()
            figures |= {
                f"{name} rate": rate,
                f"{name} cpu": (cpu_s(pid) - before) / len(times) * 1e6,
                f"{name} p50": times[len(times) // 2],
                f"{name} p99": times[len(times) * 99 // 100],
            }
        figures["memory"] = peak_mb(pid)
    return figures


def token(port: int) -> str:
    """Ask the twin for a token, as any client does."""
    import urllib.request

    ready = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/_twin/ready"))
    form = f"grant_type=client_credentials&client_id={ready['client_id']}&client_secret={ready['client_secret']}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/oauth/token", form.encode(), headers)
    return str(json.load(urllib.request.urlopen(request))["access_token"])


def servers(folder: Path) -> Iterator[Server]:
    """Give the twin, and the peers that are there; say of the others that they are skipped."""
    (folder / "seed.json").write_text(json.dumps(SEED))
    port = free_port()
    words = ["twin", "--port", str(port), "--limit", "0", "--seed", str(folder / "seed.json"), "--run-time", "0"]
    yield Server(name="tieline twin", command=[sys.executable, "-m", "tieline.cli", *words], port=port)
    if shutil.which("node") is None or not PEERS.is_dir():
        print("skipped: Prism, Mockoon and WireMock (needs Node; `make bench-twin` installs them into bench/peers)")
        return
    (folder / "launch.json").write_text(json.dumps(description()))
    port = free_port()
    yield Server(
        name="prism",
        command=[str(PEERS / "prism"), "mock", "-h", "127.0.0.1", "-p", str(port), str(folder / "launch.json")],
        port=port,
    )
    port = free_port()
    (folder / "mockoon.json").write_text(json.dumps(mockoon(port)))
    words = ["start", "--data", str(folder / "mockoon.json"), "--port", str(port), "--disable-log-to-file"]
    yield Server(name="mockoon with a rule", command=[str(PEERS / "mockoon-cli"), *words], port=port)
    jar = next((PEERS.parent / "wiremock" / "build").glob("wiremock-standalone-*.jar"), None)
    if shutil.which("java") is None or jar is None:
        print("skipped: WireMock (needs Java)")
        return
    port = free_port()
    words = ["--bind-address", "127.0.0.1", "--port", str(port), "--root-dir", str(wiremock(folder)), "--disable-banner"]
    yield Server(name="wiremock", command=["java", "-jar", str(jar), *words], port=port)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        rows = {server.name: measured(server) for server in servers(Path(name))}
    columns = ["start", "memory", "good rate", "good cpu", "good p50", "good p99", "bad rate", "bad cpu", "bad p50", "bad p99"]
    units = ["ms", "MB", "/s", "us", "ms", "ms", "/s", "us", "ms", "ms"]
    print(f"\nLaunches answered, {CONNECTIONS} connections, CPU for each request in microseconds")
    print(f"{'':22}" + "".join(f"{column:>11}" for column in columns))
    print(f"{'':22}" + "".join(f"{unit:>11}" for unit in units))
    for name, figures in rows.items():
        print(f"{name:22}" + "".join(f"{figures[column]:>11,.1f}" for column in columns))
    twin = rows["tieline twin"]
    for name, figures in rows.items():
        if name != "tieline twin":
            good, bad = twin["good cpu"] / figures["good cpu"], twin["bad cpu"] / figures["bad cpu"]
            print(
                f"CPU of the twin / {name}: good {good:.2f}, bad {bad:.2f}"
                + ("   (aims 0.25 and 0.17)" if name == "prism" else "")
            )


if __name__ == "__main__":
    main()
