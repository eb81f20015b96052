"""The README's commands, run as they are written, in their order, by bash: each does what the README says of it.

Only addresses differ: the gateway and the twin that `make run` starts take free ports here, as other tests run beside this one.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import PATIENCE_SECONDS, Shell
from tests.support.process import Process

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

TOLD: dict[str, tuple[int, tuple[str, ...]]] = {
    "tieline launches list": (0, ("COMPLETED", "Deployment announcements", "Payment follow-up", "Conversation wrap-up")),
    "tieline explain TL220": (0, ("TL220 INPUT_UNKNOWN", "Flow.customerID", "What to do")),
    "curl -s 127.0.0.1:8080/v1/launches ": (0, ("TL220", "TL224", "Flow.customerId", '"status":400')),
    "curl -s '127.0.0.1:8080/v1/launches?request_id": (0, ('"state":"', '"request_id":"call-1"')),
    "tieline check --example": (0, ()),
    "export ": (0, ()),
    "tieline check ": (0, ("tieline.yaml is sound: 1 environment, 3 sources, 3 routes",)),
    "cat > ": (0, ()),
    "tieline check tieline.yaml event.json": (0, ("route payments in local", '"Flow.paymentId": "pi_1"')),
    "tieline doctor": (0, ("ok   token usable", "ok   input schema         flow `Payment follow-up`", "18 passed, 1 unknown")),
    "tieline diagnose fails.txt": (1, ("cause TL202 /flowID", "did you mean `inputData`?", "mended:")),
    "sed ": (0, ()),
    "tieline compare": (1, ("most likely /flowID",)),
    "tieline diagnose --source": (1, ("TL202",)),
}
"""What each command exits with and shows; the longest beginning that fits is the one. A command that fits none fails the test."""

SERVES: dict[str, str] = {
    "tieline twin --port 0 --json": '"client_secret"',
    "tieline twin --port 0 --limit": "A twin of Genesys Cloud serves at",
    "tieline twin": "A twin of Genesys Cloud serves at",
    "tieline serve": "Tieline serves",
    "tieline tap": "Tap listens at",
}
"""What each command that serves says once it does."""


def fenced(language: str) -> list[str]:
    """Give the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Give every command of the indented blocks: continued lines and the text up to its END belong to it, comments do not."""
    plain = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    text = "".join(line[4:] for line in plain.splitlines(keepends=True) if line.startswith("    "))
    found = re.findall(r"^(?:cat .*<<'END'\n(?:.*\n)*?END|(?:.*\\\n)*.+)$", text, re.MULTILINE)
    return [re.sub(r"\s+# .*$", "", command) for command in found]


def test_the_make_targets_exist_and_run_is_the_demo() -> None:
    named = {word for line in (*commands(), *re.findall(r"`(make[^`]*)`", README)) for word in re.findall(r"^make ?(\S*)", line)}
    assert named == {"run", "test", "", "go"}
    for target in named - {""}:
        words = ["make", "--no-print-directory", "-n", target]
        dry = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert dry.returncode == 0, dry.stderr
        if target == "run":
            assert dry.stdout.rstrip().endswith(".venv/bin/tieline demo")


def test_every_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link]
    assert len(links) > 5
    assert not [link for link in links if not (ROOT / link).exists()]


LAUNCH_FOR = """
import json
import urllib.request

def launch_for(customer, url, client_id, client_secret):
    form = f"grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}".encode()
    token = json.load(urllib.request.urlopen(url + "/oauth/token", form))["access_token"]
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url + "/api/v2/flows", headers=headers)) as answer:
        flow = next(flow["id"] for flow in json.load(answer)["entities"] if flow["name"] == "Customer callback")
    body = json.dumps({"flowId": flow, "inputData": {"Flow.customerId": customer}}).encode()
    urllib.request.urlopen(urllib.request.Request(url + "/api/v2/flows/executions", body, headers)).close()

"""


def test_the_test_in_the_readme_passes_and_can_fail(tmp_path: Path) -> None:
    (shown,) = fenced("python")
    (tmp_path / "test_shown.py").write_text(LAUNCH_FOR + shown, "utf-8")
    (tmp_path / "test_wrong.py").write_text(LAUNCH_FOR + shown.replace('launch_for("order-1"', 'launch_for("order-2"'), "utf-8")
    for name, status in (("test_shown.py", 0), ("test_wrong.py", 1)):
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path / name)]
        ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        assert ended.returncode == status, ended.stdout + ended.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which `.venv/bin/tieline` is this Tieline, with a service in `cmd`."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "tests/golden/source/go", tmp_path / "cmd")
    return tmp_path


def _fitting(command: str, among: dict[str, Any]) -> str | None:
    plain = command.replace(".venv/bin/", "") + " "
    return max((key for key in among if plain.startswith(key)), key=len, default=None)


def _free(text: str, twin: str) -> str:
    for here, ours in {"127.0.0.1:8080": "127.0.0.1:0", "127.0.0.1:50051": "127.0.0.1:0", "http://127.0.0.1:9090": twin}.items():
        assert here in text
        text = text.replace(here, ours)
    return text


@pytest.mark.timeout(300)
def test_every_command_works_as_it_is_written(folder: Path) -> None:
    with Shell(folder, {}) as shell:
        _tour(shell, folder)
        assert set(shell.stop()) <= {0, 130}


def _tour(shell: Shell, folder: Path) -> None:
    steps = iter(commands())
    assert [next(steps), next(steps)] == ["make run", "make test"]
    with Process("demo", "--data", str(folder / "demo"), cwd=folder) as demo:
        try:
            command = _with_the_demo(shell, demo.ready, steps)
        finally:
            demo.end(signal.SIGINT)  # so that it stops its children, whatever happened
    shell.moved["tieline twin"] = "tieline twin --port 0"
    twin = shell.serve(command, SERVES["tieline twin"]).split("serves at ")[1].split()[0]
    shell.moved.clear()
    for command in steps:
        _check(shell, command)
        if "--example" in command:
            settings = folder / "tieline.yaml"
            settings.write_text(_free(settings.read_text("utf-8"), twin), "utf-8")


def _with_the_demo(shell: Shell, ready: dict[str, Any], steps: Iterator[str]) -> str:
    """Run what the demo prints and what the README says to do while it runs; gives the command that comes after."""
    shell.moved["127.0.0.1:8080"] = ready["gateway"]["http"].removeprefix("http://")
    shell.run(f"export TIELINE_URL={ready['gateway']['http']}")
    for printed in ready["next"]:
        status, said = shell.run(printed)
        assert status == 0, f"{printed}\n{said}"
    for command in steps:
        if command == ".venv/bin/tieline twin":
            return command
        _check(shell, command)
    raise AssertionError("the README no longer starts a twin of one's own")


def _check(shell: Shell, command: str) -> None:
    if (serving := _fitting(command, SERVES)) is not None:
        said = shell.serve(command, SERVES[serving])
        assert SERVES[serving] in said, f"{command}\n{said}"
        return
    known = _fitting(command, TOLD)
    assert known is not None, f"the README has a command this test knows nothing of: {command}"
    status, said = shell.run(command)
    expected, words = TOLD[known]
    assert status == expected, f"{command}\n{said}"
    assert [word for word in words if word not in said] == [], f"{command}\n{said}"
