"""An org with more flows than a few pages: whoever waits for their reading sees that it goes on, and nobody waits who need not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Process, settings
from tieline.app.stopping import unless

FLOWS = [{"name": f"Flow {number}"} for number in range(1_050)]
LINE = "reading the flows of test: page 10 of 11"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with settings that lead to a twin with eleven pages of flows."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "seed.json").write_text(json.dumps({"flows": FLOWS}), "utf-8")
    with Process("twin", "--port", "0", "--seed", "seed.json", "--limit", "0", cwd=folder) as twin:
        text = settings(twin.ready["url"]).replace("client_id: client", f"client_id: {twin.ready['client_id']}")
        (folder / "tieline.yaml").write_text(text, "utf-8")
        yield folder


def check(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tieline.cli", "check", "--live", *words]
    secret = {"TIELINE_CLIENT_SECRET": "twin-secret"}
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **secret, **env}, capture_output=True, text=True, timeout=60, check=True
    )


def test_a_check_says_how_far_it_is(folder: Path) -> None:
    assert check(folder).stderr.splitlines() == [LINE]


def test_on_a_terminal_one_line_changes(folder: Path) -> None:
    said = check(folder, FORCE_COLOR="1").stderr
    assert "reading the flows" in said
    assert said.endswith("\x1b[2K"), "and is wiped away at the end"


def test_in_json_nothing_is_said_of_it(folder: Path) -> None:
    assert check(folder, "--json", FORCE_COLOR="1").stderr == ""


def test_a_gateway_logs_how_far_it_is(folder: Path) -> None:
    with Process("serve", cwd=folder, env={"TIELINE_CLIENT_SECRET": "twin-secret"}) as gateway:
        assert gateway.ready["flows"] == {"test": len(FLOWS)}
        assert gateway.end(signal.SIGTERM) == 0
        logged = [json.loads(line) for line in gateway.said().splitlines()]
    told = [(line["page"], line["pages"]) for line in logged if line["event"] == "reading flows"]
    assert told == [(10, 11)]


async def test_work_is_broken_off_by_a_stop_and_only_by_it() -> None:
    stop, left = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    async def short() -> None:
        await asyncio.sleep(0)

    async def faulty() -> None:
        raise ZeroDivisionError

    assert await unless(stop, short())
    with pytest.raises(ZeroDivisionError):
        await unless(stop, faulty())
    asyncio.get_running_loop().call_soon(stop.set)
    assert not await unless(stop, endless())
    assert left.is_set()
