"""docs/howto/gateway.md, run: its settings are sound at every step, its commands show what it says, and its routes make the launch it means."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import Shell, blocks_of
from tieline.config.load import load_text
from tieline.contract.operations import OPERATIONS

FILE = Path(__file__).parents[2] / "docs" / "howto" / "gateway.md"
PAGE = FILE.read_text("utf-8")
BLOCKS = {block.words: block for block in blocks_of(FILE)}
STEPS = ("yaml environment", "yaml routes", "yaml beyond")
SECRETS = dict.fromkeys(re.findall(r"env: (\w+)", PAGE), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_settings_are_sound_at_every_step(steps: int) -> None:
    settings, mistakes = load_text("".join(BLOCKS[step].text for step in STEPS[:steps]), "tieline.yaml", SECRETS)
    assert [mistake.problem.line() for mistake in mistakes] == []
    assert settings is not None


def test_beyond_loopback_it_refuses_without_tokens() -> None:
    text = BLOCKS["yaml environment"].text + re.sub(r"auth:\n.*\n", "", BLOCKS["yaml beyond"].text)
    _, mistakes = load_text(text, "tieline.yaml", SECRETS)
    assert {mistake.problem.code for mistake in mistakes} == {"TL509"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a folder with the page's settings and event."""
    (tmp_path / "tieline.yaml").write_text(BLOCKS["yaml environment"].text + BLOCKS["yaml routes"].text, "utf-8")
    (tmp_path / "event.json").write_text(BLOCKS["json event"].text, "utf-8")
    return Shell(tmp_path, {})


def test_its_commands_show_the_launch_of_its_event(shell: Shell) -> None:
    assert BLOCKS["sh check"].shows
    shell.check(BLOCKS["sh check"])


def test_its_route_makes_the_launch_it_means(shell: Shell) -> None:
    status, said = shell.run("tieline check tieline.yaml event.json --no-secrets --json")
    assert status == 0, said
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    assert told["launch_request"]["inputData"] == {
        "Flow.customerId": "c-1",
        "Flow.reason": "order o-7 is late",
        "Flow.attempt": 1,
    }
    assert (told["ordering_key"], told["priority"], told["request_id"]) == ("c-1", 5, "orders/o-7")


def test_the_permissions_it_names_are_published() -> None:
    permissions = {name for operation in OPERATIONS.values() for name in operation.permissions}
    named = set(re.findall(r"`(architect:[\w:]+)`", PAGE))
    assert len(named) == 3
    assert named <= permissions
