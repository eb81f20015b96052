"""The official Python SDK, unmodified, works against `tieline twin`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Process


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("sdk")
    with Process("twin", "--port", "0", cwd=folder) as twin:
        ready = twin.ready
        flow = next(flow for flow in ready["flows"] if flow["name"] == "Customer callback")
        script = Path(__file__).with_name("sdk_client.py")
        words = [sys.executable, str(script), ready["url"], ready["client_id"], ready["client_secret"], flow["id"]]
        done = subprocess.run(words, capture_output=True, text=True, timeout=90, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return flow, json.loads(done.stdout.splitlines()[-1])


def test_a_launch_and_its_run(told: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, answers = told
    id, name, version, place = answers["launched"]
    assert (name, version, place) == ("from the SDK", "1.0", f"/api/v2/flows/executions/{id}")
    assert answers["run"][:3] == [id, "from the SDK", "RUNNING"]


def test_flows_and_versions(told: tuple[dict[str, Any], dict[str, Any]]) -> None:
    flow, answers = told
    assert answers["flow"] == [flow["id"], "Customer callback", "WORKFLOW", sorted(flow["inputSchema"]["properties"])]
    assert answers["flows"][0] >= 7
    assert (answers["flows"][1], answers["versions"]) == (3, ["1.0"])


def test_a_refusal_is_raised_with_its_status_and_code(told: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, answers = told
    assert answers["refused"] == [400, "input.var.not.marked.in.flow.def"]


def test_the_ready_line_is_the_one_scripts_read(tmp_path: Path) -> None:
    with Process("twin", "--port", "0", cwd=tmp_path) as twin:
        assert set(twin.ready) == {"url", "client_id", "client_secret", "flows"}
        assert all(set(flow) == {"id", "name", "type", "published", "inputSchema"} for flow in twin.ready["flows"])
