"""`tieline compare`: the one that works against the one that does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.integration.test_cli_diagnose import ID, POSTMAN

WORKS = f"""curl https://api.mypurecloud.com/api/v2/flows/executions -H 'Authorization: Bearer aaaa-secret' -H 'Content-Type: application/json' \\
  -d '{{"flowId": "{ID}", "inputData": {{"Flow.customerId": "c-1"}}}}'"""
FAILS = f"""curl https://api.mypurecloud.com/api/v2/flows/executions -H 'Authorization: Bearer bbbb-secret' -H 'User-Agent: mine' \\
  -H 'Content-Type: application/json' -d '{{"flowId": "{ID}", "inputs": {{"Flow.customerId": "c-2"}}}}'"""


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tieline.cli", "compare", *words], capture_output=True, text=True, timeout=60, check=False
    )


def _files(folder: Path, *texts: str) -> list[str]:
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text)
    return [str(folder / f"{number}.txt") for number in range(len(texts))]


def test_the_difference_behind_a_fault_comes_first(tmp_path: Path) -> None:
    done = _run(*_files(tmp_path, WORKS, FAILS), "--json")
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["at"], one["weight"]) for one in found] == [("/inputs", "explained"), ("/inputs/Flow.customerId", "value")]
    assert (found[0]["works"], found[0]["fails"], found[0]["finding"]["code"]) == ("inputData", "inputs", "TL202")
    assert "secret" not in done.stdout


def test_what_never_matters_is_shown_only_when_asked(tmp_path: Path) -> None:
    files = _files(tmp_path, WORKS, WORKS.replace("-d", "-H 'User-Agent: other' -d"))
    done = _run(*files)
    assert done.returncode == 0
    assert "no difference" in done.stdout
    assert "User-Agent" in _run(*files, "--all").stdout


def test_a_value_alone_differs(tmp_path: Path) -> None:
    done = _run(*_files(tmp_path, WORKS, WORKS.replace("c-1", "c-9")), "--json")
    assert done.returncode == 0
    assert [json.loads(line)["weight"] for line in done.stdout.splitlines()] == ["value"]


def test_a_file_of_several_requests(tmp_path: Path) -> None:
    two = json.loads(json.dumps(POSTMAN))
    two["item"].append({**two["item"][0], "name": "Other"})
    files = _files(tmp_path, json.dumps(two), FAILS)
    done = _run(*files)
    assert done.returncode == 1
    assert "TL634" in done.stderr
    assert _run(f"{files[0]}#Launch", files[1]).returncode == 1
    assert "TL634" not in _run(f"{files[0]}#2", files[1]).stderr


def test_a_name_in_another_case_is_one_difference(tmp_path: Path) -> None:
    done = _run(*_files(tmp_path, WORKS, WORKS.replace("Flow.customerId", "flow.CustomerID")), "--json")
    [found] = [json.loads(line) for line in done.stdout.splitlines()]
    assert found["says"] == "the field `Flow.customerId` is written `flow.CustomerID` in the one that fails"


def test_another_region_comes_before_what_would_bite_next(tmp_path: Path) -> None:
    """The flow is not found where it is not; the name of an input is looked at only after that."""
    answer = '{"message": "Could not find flow with specified ID.", "code": "architect.flow.not.found", "status": 404}'
    body = json.dumps({"flowId": ID, "inputData": {"customerId": "c-1"}})
    log = f"ERROR POST https://api.mypurecloud.de/api/v2/flows/executions status=404 body={json.dumps(body)} response={json.dumps(answer)}"
    done = _run(*_files(tmp_path, WORKS, log), "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["says"], one["weight"]) for one in found[:2]] == [
        ("the host differs", "explained"),
        ("the field `Flow.customerId` is written `customerId` in the one that fails", "shape"),
    ]
    assert (found[0]["finding"]["rule"], found[1]["finding"]["role"]) == ("flow-not-found", "next")
