"""docs/howto/gateway.md, run: its settings are sound at every step, its commands show what it says, and its routes make the launch it means."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tieline.config.load import load_text
from tieline.contract.operations import OPERATIONS
from tieline.domain.launch import State

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "gateway.md").read_text("utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"^```(\w+ \w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
STEPS = ("yaml environment", "yaml routes", "yaml beyond")
SECRETS = dict.fromkeys(re.findall(r"env: (\w+)", PAGE), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_settings_are_sound_at_every_step(steps: int) -> None:
    settings, mistakes = load_text("".join(BLOCKS[step] for step in STEPS[:steps]), "tieline.yaml", SECRETS)
    assert [mistake.problem.line() for mistake in mistakes] == []
    assert settings is not None


def test_beyond_loopback_it_refuses_without_tokens() -> None:
    text = BLOCKS["yaml environment"] + re.sub(r"auth:\n.*\n", "", BLOCKS["yaml beyond"])
    _, mistakes = load_text(text, "tieline.yaml", SECRETS)
    assert {mistake.problem.code for mistake in mistakes} == {"TL509"}


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tieline.cli", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_its_commands_show_the_launch_of_its_event(tmp_path: Path) -> None:
    (tmp_path / "tieline.yaml").write_text(BLOCKS["yaml environment"] + BLOCKS["yaml routes"], "utf-8")
    (tmp_path / "event.json").write_text(BLOCKS["json event"], "utf-8")
    first, second = [line.split() for line in BLOCKS["sh check"].splitlines()]
    assert first[0] == second[0] == "tieline"
    assert "tieline.yaml is sound: 1 environment, 1 source, 1 route" in run(first[1:], tmp_path).stdout
    assert "orders order.late o-7: route late-orders in prod" in run(second[1:], tmp_path).stdout


def test_its_route_makes_the_launch_it_means(tmp_path: Path) -> None:
    (tmp_path / "tieline.yaml").write_text(BLOCKS["yaml environment"] + BLOCKS["yaml routes"], "utf-8")
    (tmp_path / "event.json").write_text(BLOCKS["json event"], "utf-8")
    done = run(["check", "tieline.yaml", "event.json", "--no-secrets", "--json"], tmp_path)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["launch_request"]["inputData"] == {
        "Flow.customerId": "c-1",
        "Flow.reason": "order o-7 is late",
        "Flow.attempt": 1,
    }
    assert (told["ordering_key"], told["priority"], told["request_id"]) == ("c-1", 5, "orders/o-7")


def test_what_it_names_is_there() -> None:
    permissions = {name for operation in OPERATIONS.values() for name in operation.permissions}
    assert set(re.findall(r"`(architect:[\w:]+)`", PAGE)) <= permissions
    assert {name.upper() for name in re.findall(r"--state (\w+)", PAGE)} <= set(State)
    known = (ROOT / "src").rglob("*.py")
    source = "".join(path.read_text("utf-8") for path in known)
    logged = re.findall(r"`(attempt|look|flows read|webhook refused)`", PAGE)
    assert len(logged) == 4
    assert [name for name in logged if f'"{name}"' not in source] == []
