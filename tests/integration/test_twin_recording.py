"""Record, replay, grade, with a twin that stands for the real org: nothing of anybody's is kept, the official SDK is served from what
is, and what differs is found.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_cli_check import tieline
from tests.support.process import Process

SDK = Path(__file__).parents[1] / "twin" / "sdk_recorded.py"
SEED = """
flows:
- name: Orders of Acme GmbH
  description: Confidential process of Acme
  runMs: 0
  inputs:
  - {name: customerName, description: Who ordered at Acme}
  - {name: amount, type: Integer}
  - {name: mails, collection: true}
  outputVariables: [{name: receipt}, {name: total, type: Integer}]
  script: [{compute: {receipt: inputs.customerName, total: inputs.amount}}]
- name: Draft of Acme
  published: false
"""
NOBODYS = ["Jane", "Doe-Smith", "4711", "123456", "acme", "Acme", "Orders", "Confidential", "Draft of", "twin-secret"]
"""What went through and must not be kept, beside the ids and the token."""


def driven(url: str, *words: str, cwd: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(SDK), url, *words], capture_output=True, text=True, timeout=120, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """A recording, what its org said of itself, and what the SDK saw."""
    org, tap = tmp_path_factory.mktemp("org"), tmp_path_factory.mktemp("tap")
    (org / "seed.yaml").write_text(SEED)
    with Process("twin", "--seed", "seed.yaml", "--port", "0", cwd=org) as twin:
        words = ("--record", twin.ready["url"], "--out", "recording.jsonl", "--port", "0")
        with Process("twin", *words, cwd=tap) as recorder:
            flow, draft = (one["id"] for one in twin.ready["flows"])
            ready = twin.ready
            seen = driven(recorder.ready["url"], ready["client_id"], ready["client_secret"], flow, draft, cwd=tap)
            assert recorder.end(signal.SIGINT) in {0, 130}
    assert (seen["flow"], seen["run"][1]) == ("Orders of Acme GmbH", {"Flow.receipt": "Jane Doe-Smith", "Flow.total": "123456"})
    return tap / "recording.jsonl", ready, seen


def test_nothing_of_anybodys_is_kept(recorded: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    file, org, seen = recorded
    text = file.read_text("utf-8")
    ids = [org["client_id"], seen["token"], seen["launched"], *(flow["id"] for flow in org["flows"])]
    found = [word for word in [*NOBODYS, *ids, *(one.split("-")[0] for one in ids)] if word in text]
    assert found == []
    assert file.stat().st_mode & 0o077 == 0


def test_what_belongs_together_still_does(recorded: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    lines = [json.loads(line) for line in recorded[0].read_text("utf-8").splitlines()]
    token = lines[0]["response"]["body"]["access_token"]
    assert lines[1]["request"]["headers"]["Authorization"] == f"Bearer {token}"
    launched = lines[1]["response"]["body"]["id"]
    assert lines[2]["request"]["url"].endswith(f"/api/v2/flows/executions/{launched}")
    sent, came = lines[1]["request"]["body"]["inputData"], lines[2]["response"]["body"]["outputData"]
    assert came["Flow.receipt"] == sent["Flow.customerName"]


def test_the_official_sdk_is_served_from_it(recorded: tuple[Path, dict[str, Any], dict[str, Any]], tmp_path: Path) -> None:
    file, org, seen = recorded
    flow, draft = (one["id"] for one in org["flows"])
    with Process("twin", "--replay", str(file), "--port", "0", cwd=tmp_path) as replay:
        told = driven(replay.ready["url"], "whoever", "whatever", flow, draft, cwd=tmp_path)
    assert (told["refused"], told["draft"]) == (seen["refused"], seen["draft"])
    assert told["run"][0] == seen["run"][0] == "COMPLETED"
    assert told["run"][1].keys() == seen["run"][1].keys()
    assert told["flows"] == [told["flow"]] != seen["flows"]


def test_the_twin_differs_in_nothing_from_a_recording_of_a_twin(
    recorded: tuple[Path, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    done = tieline("twin", "grade", str(recorded[0]), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("answered alike") == 6


def _launch(lines: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = lines[1]["response"]
    return found


def _run(lines: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = lines[2]["response"]["body"]
    return found


SEEDED: list[tuple[Any, set[str]]] = [
    (lambda lines: _launch(lines).update(status=202), {"status"}),
    (lambda lines: lines[3]["response"]["body"].update(code="variable.value.not.allowed"), {"code"}),
    (lambda lines: _launch(lines)["headers"].pop("inin-ratelimit-reset"), {"header:inin-ratelimit-reset"}),
    (lambda lines: _launch(lines)["body"].update(tracing={"id": "x"}), {"/tracing"}),
    (lambda lines: _launch(lines)["body"].pop("selfUri"), {"/selfUri"}),
    (lambda lines: _run(lines).update(dateLaunched=1_767_225_600_000), {"/dateLaunched"}),
    (lambda lines: _run(lines)["flowVersion"].update(dateCreated="2026-01-01T00:00:00.000Z"), {"/flowVersion/dateCreated"}),
]


@pytest.mark.parametrize(("seed", "places"), SEEDED)
def test_a_difference_is_found_and_no_other(
    recorded: tuple[Path, dict[str, Any], dict[str, Any]], tmp_path: Path, seed: Any, places: set[str]
) -> None:
    lines = [json.loads(line) for line in recorded[0].read_text("utf-8").splitlines()]
    seed(lines)
    (tmp_path / "recording.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = tieline("twin", "grade", "recording.jsonl", "--json", cwd=tmp_path)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert {found["at"] for one in told["grades"] for found in one["differences"]} == places
