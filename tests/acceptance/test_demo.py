"""`tieline demo`, which `make run` starts: real events in, running executions out, one launch refused with every fault."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.process import Process


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("demo")
    words = [sys.executable, "-m", "tieline.cli", "demo", "--once", "--json", "--data", str(folder)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=110, check=False)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def test_each_sample_event_became_a_completed_execution(shown: dict[str, Any]) -> None:
    became = {launch["sample"]: (launch["flow"], launch["state"], launch["execution"]["status"]) for launch in shown["launches"]}
    assert became == {
        "GitHub push (webhook)": ("Deployment announcements", "COMPLETED", "COMPLETED"),
        "Stripe payment (webhook)": ("Payment follow-up", "COMPLETED", "COMPLETED"),
        "Genesys EventBridge (webhook)": ("Conversation wrap-up", "COMPLETED", "COMPLETED"),
        "FlowExecutionRequest (gRPC)": ("Customer callback", "COMPLETED", "COMPLETED"),
    }
    assert len({launch["execution"]["id"] for launch in shown["launches"]}) == len(became)


def test_the_faulty_launch_is_refused_with_every_fault_named(shown: dict[str, Any]) -> None:
    places = {finding["at"] for finding in shown["refused"]}
    assert places == {
        "request.inputs.Flow.customerID",
        "request.inputs.Flow.phoneNumber",
        "request.inputs.Flow.attempt",
        "request.initiator.type",
    }
    assert any("did you mean `Flow.customerId`?" in finding["line"] for finding in shown["refused"])


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_behind_however_it_is_ended(ending: signal.Signals, tmp_path: Path) -> None:
    with Process("demo", "--data", str(tmp_path / "data"), cwd=tmp_path) as demo:
        addresses = [demo.ready["gateway"]["http"], demo.ready["twin"]["url"]]
        assert demo.end(ending) == 130
    for address in addresses:
        host, _, port = address.removeprefix("http://").partition(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=5)


def test_its_processes_end_when_it_is_killed(tmp_path: Path) -> None:
    with Process("demo", "--data", str(tmp_path / "data"), cwd=tmp_path) as demo:
        children = psutil.Process(demo.child.pid).children(recursive=True)
        assert {child.cmdline()[3] for child in children} == {"serve", "twin"}
        demo.end(signal.SIGKILL)
        _, left = psutil.wait_procs(children, timeout=30)
        for child in left:
            child.kill()
    assert left == []


def test_the_receipt_is_attested(shown: dict[str, Any]) -> None:
    assert shown["gateway"]["durability"] == "synced to one disk"
