"""`kill -9` of the gateway at any moment: nothing answered at any door is lost, and nothing is launched twice."""

from __future__ import annotations

import http.client
import json
import random
import signal
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import grpc
import pytest

from tests.support.process import SECRETS, Process, settings
from tests.support.recording_cloud import FLOW_ID, RecordingCloud
from tieline.cli.gateway import Gateway
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as service
from tieline.v1.launch_service_pb2_grpc import LaunchServiceStub

ROUNDS = 12
BATCHES = (7, 130)
"""How many launches a stream sends at a time; the queue has a way of its own for a hundred that are alike."""
DEADLINE_SECONDS = 60.0
WAITING = {"QUEUED", "SCHEDULED", "SENDING"}
ROUTES = f"""
sources:
  shop: {{ scheme: token, header: X-Api-Key, form: cloudevents, secrets: [ {{ env: TIELINE_CLIENT_SECRET }} ] }}
routes:
  - {{ route: orders, match: {{ source: shop }}, flow_id: {FLOW_ID}, inputs: {{ n: data.n }}, name: id, request_id: id }}
"""


class Ledger:
    """What each sender was told: `answered` maps a request_id to the launch id of its receipt; the rest is unknown."""

    def __init__(self) -> None:
        self.answered: dict[str, str] = {}


class Post:
    """Sends one launch after another through the HTTP door: as calls, or as webhooks."""

    def __init__(self, ready: Mapping[str, Any], *, webhook: bool) -> None:
        address = urllib.parse.urlsplit(str(ready["http"]))
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
        self._webhook = webhook
        self.batch = 1

    def __call__(self, names: list[str]) -> dict[str, str]:
        """Send these; gives the launch of each. Raises OSError or HTTPException when the gateway is gone."""
        return {name: self._one(name) for name in names}

    def _one(self, name: str) -> str:
        if self._webhook:
            event = {"specversion": "1.0", "id": name, "source": "shop", "type": "order", "data": {"n": 1}}
            headers = {"Content-Type": "application/cloudevents+json", "X-Api-Key": SECRETS["TIELINE_CLIENT_SECRET"]}
            self._connection.request("POST", "/v1/events/shop", json.dumps(event), headers)
        else:
            body = json.dumps({"flowId": FLOW_ID, "inputs": {"n": 1}, "name": name})
            self._connection.request("POST", f"/v1/launches?request_id={name}", body, {"Content-Type": "application/json"})
        with closing(self._connection.getresponse()) as answer:
            said = answer.read()
        assert answer.status in (200, 201, 202), said
        return str(json.loads(said)["id"])

    def close(self) -> None:
        self._connection.close()


class Stream:
    """Sends batches on one gRPC stream, the next when the one before has its verdicts."""

    def __init__(self, ready: Mapping[str, Any], *, batch: int) -> None:
        self.batch = batch
        self._channel = grpc.insecure_channel(str(ready["grpc"]))
        self._batches: SimpleQueue[service.LaunchFlowsRequest | None] = SimpleQueue()
        self._verdicts = LaunchServiceStub(self._channel).LaunchFlows(iter(self._batches.get, None))

    def __call__(self, names: list[str]) -> dict[str, str]:
        """Send these; gives the launch of each. Raises `grpc.RpcError` when the gateway is gone."""
        batch = service.LaunchFlowsRequest()
        for name in names:
            request = pb.FlowExecutionRequest(flow_id=FLOW_ID, inputs_json=b'{"n": 1}', name=name)
            batch.launches.add(request=request, request_id=name)
        self._batches.put(batch)
        answer = next(self._verdicts)
        return {name: verdict.receipt.id for name, verdict in zip(names, answer.verdicts, strict=True)}

    def close(self) -> None:
        self._batches.put(None)
        self._channel.close()


WAYS: tuple[Callable[[Mapping[str, Any]], Post | Stream], ...] = (
    partial(Post, webhook=False),
    partial(Post, webhook=False),
    partial(Post, webhook=True),
    *(partial(Stream, batch=batch) for batch in BATCHES),
)


def send(sender: Post | Stream, numbers: Iterator[str], ledger: Ledger) -> None:
    """Send one after another until the gateway is gone."""
    with closing(sender), suppress(OSError, http.client.HTTPException, grpc.RpcError):
        while True:
            ledger.answered |= sender([next(numbers) for _ in range(sender.batch)])


def one_round(process: Process, number: int, ledger: Ledger, answers: int) -> None:
    """Let senders work until so many answers came, then kill the gateway under them."""
    before, ticks = len(ledger.answered), threading.Event()
    senders = [
        threading.Thread(target=send, args=(way(process.ready), map(f"{number}-{at}-{{}}".format, count()), ledger))
        for at, way in enumerate(WAYS)
    ]
    for sender in senders:
        sender.start()
    while len(ledger.answered) - before < answers and any(sender.is_alive() for sender in senders):
        ticks.wait(0.001)
    process.end(signal.SIGKILL)
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive()


@pytest.mark.timeout(300)
def test_kill_at_any_moment_loses_no_answered_launch_and_launches_none_twice(tmp_path: Path) -> None:
    ledger = Ledger()
    draw = random.Random(20261124)
    with RecordingCloud() as cloud:
        (tmp_path / "tieline.yaml").write_text(settings(cloud.url, ROUTES), "utf-8")
        for number in range(ROUNDS):
            with Process("serve", cwd=tmp_path, env=SECRETS) as process:
                one_round(process, number, ledger, draw.randrange(5, 800))
        with Process("serve", cwd=tmp_path, env=SECRETS) as process:
            found = settled(Gateway(process.ready["http"]))
    assert len(ledger.answered) > ROUNDS * 5
    assert {name.split("-")[1] for name in ledger.answered} == {str(way) for way in range(len(WAYS))}
    lost = {name for name, id in ledger.answered.items() if id not in found}
    assert not lost, f"{len(lost)} of {len(ledger.answered)} answered launches are gone"
    assert all(found[id]["request_id"] == name for name, id in ledger.answered.items())
    twice = {name: times for name, times in cloud.launched.items() if times > 1}
    assert not twice, f"launched more than once: {twice}"
    for launch in found.values():
        times = cloud.launched[launch["request_id"]]
        if launch["state"] == "LAUNCHED":
            assert times == 1, launch
        else:
            assert launch["state"] == "AMBIGUOUS", launch


def settled(gateway: Gateway) -> dict[str, dict[str, Any]]:
    """Wait until nothing waits any more; gives every launch by id."""
    ticks = threading.Event()
    for _ in range(int(DEADLINE_SECONDS / 0.2)):
        found = {launch["id"]: launch for launch in pages(gateway)}
        if not any(launch["state"] in WAITING for launch in found.values()):
            return found
        ticks.wait(0.2)
    raise AssertionError(f"still waiting: {[launch for launch in found.values() if launch['state'] in WAITING][:3]}")


def pages(gateway: Gateway) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        page = gateway.get("/v1/launches", {"page_size": 1000, "page_token": token})
        found += page["launches"]
        token = page.get("next_page_token") or ""
        if not token:
            return found
