"""`kill -9` of the gateway at any moment: no answered event is lost, and none is launched twice."""

from __future__ import annotations

import http.client
import json
import random
import signal
import threading
import urllib.parse
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import SECRETS, Process, settings
from tests.support.recording_cloud import FLOW_ID, RecordingCloud
from tieline.cli.gateway import Gateway

ROUNDS = 12
SENDERS = 4
DEADLINE_SECONDS = 60.0
WAITING = {"QUEUED", "SCHEDULED", "SENDING"}


class Ledger:
    """What each sender was told: `answered` maps a request_id to the launch id of its receipt; the rest is unknown."""

    def __init__(self) -> None:
        self.answered: dict[str, str] = {}
        self.unknown: set[str] = set()


def send(url: str, sender: int, start: int, ledger: Ledger, stop: threading.Event) -> None:
    """Launch one after another until the gateway is gone or the round is over."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    for count in range(start, start + 100_000):
        if stop.is_set():
            break
        name = f"{sender}-{count}"
        body = json.dumps({"flowId": FLOW_ID, "inputs": {"n": count}, "name": name})
        try:
            connection.request("POST", f"/v1/launches?request_id={name}", body, {"Content-Type": "application/json"})
            with closing(connection.getresponse()) as answer:
                said = answer.read()
        except (OSError, http.client.HTTPException):
            ledger.unknown.add(name)
            break
        assert answer.status in (200, 201, 202), said
        ledger.answered[name] = json.loads(said)["id"]
    connection.close()


def one_round(url: str, number: int, ledger: Ledger, kill: threading.Event, process: Process, answers: int) -> None:
    """Let senders work until so many answers came, then kill the gateway under them."""
    before = len(ledger.answered)
    senders = [threading.Thread(target=send, args=(url, s, number * 1_000_000, ledger, kill)) for s in range(SENDERS)]
    for sender in senders:
        sender.start()
    while len(ledger.answered) - before < answers and any(sender.is_alive() for sender in senders):
        kill.wait(0.001)
    process.end(signal.SIGKILL)
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive()


@pytest.mark.timeout(300)
def test_kill_at_any_moment_loses_no_answered_launch_and_launches_none_twice(tmp_path: Path) -> None:
    (tmp_path / "tieline.yaml").write_text("", "utf-8")
    ledger = Ledger()
    draw = random.Random(20261124)
    with RecordingCloud() as cloud:
        (tmp_path / "tieline.yaml").write_text(settings(cloud.url), "utf-8")
        for number in range(ROUNDS):
            with Process("serve", cwd=tmp_path, env=SECRETS) as process:
                one_round(process.ready["http"], number, ledger, threading.Event(), process, draw.randrange(5, 150))
        with Process("serve", cwd=tmp_path, env=SECRETS) as process:
            found = settled(Gateway(process.ready["http"]))
    assert len(ledger.answered) > ROUNDS * 5
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
