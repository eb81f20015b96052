"""`tieline doctor` as a person runs it, against a real twin."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_cli_check import tieline
from tests.integration.test_doctor_network import free_port
from tieline.twin.options import TwinOptions
from tieline.twin.server import Twin

SETTINGS = """\
environments:
  dev:
    url: {url}
    client_id: {client}
    client_secret: {{ env: TIELINE_CLIENT_SECRET }}
  other:
    region: eu-central-1
    client_id: other
    client_secret: {{ env: TIELINE_CLIENT_SECRET }}
default_environment: dev
routes:
  - {{ route: called, match: {{ type: call }}, flow: Customer callback }}
  - {{ route: called again, match: {{ type: again }}, flow: Customer callback }}
  - {{ route: elsewhere, match: {{ type: else }}, environment: other, flow: Nothing of this environment }}
"""
CLIENT = TwinOptions().client_id
CALLBACK = "Customer callback"


@asynccontextmanager
async def twin_at(**options: Any) -> AsyncIterator[Twin]:
    twin = Twin(TwinOptions(**options), clock=lambda: time.time_ns() // 1_000_000, new_id=lambda: str(uuid.uuid4()))
    await twin.start()
    try:
        yield twin
    finally:
        await twin.stop()


@pytest.fixture
async def twin() -> AsyncIterator[Twin]:
    async with twin_at() as running:
        yield running


class Done:
    """What a run printed."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def probes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def failed(self) -> dict[str, str]:
        return {probe["probe"]: probe["finding"]["code"] for probe in self.probes if probe["verdict"] == "failed"}

    def verdict(self, name: str) -> str:
        return str(next(probe["verdict"] for probe in self.probes if probe["probe"] == name))


async def doctor(
    folder: Path, url: str, *words: str, client: str = CLIENT, secret: str = "twin-secret", env: str = "dev"
) -> Done:
    (folder / "tieline.yaml").write_text(SETTINGS.format(url=url, client=client), "utf-8")
    command = ("doctor", "--env", env, "--json", *words)
    return Done(await asyncio.to_thread(tieline, *command, cwd=folder, TIELINE_CLIENT_SECRET=secret))


async def journal(twin: Twin) -> dict[str, Any]:
    def read() -> Any:
        with urllib.request.urlopen(f"{twin.url}/_twin/journal", timeout=10) as answer:
            return json.load(answer)

    return dict(await asyncio.to_thread(read))


async def test_all_is_well(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url)
    assert (done.code, done.failed, done.err) == (0, {}, "")
    assert [(probe["probe"], probe["verdict"]) for probe in done.probes] == [
        ("configuration", "passed"),
        ("name", "passed"),
        ("tls", "passed"),
        ("token", "passed"),
        ("token usable", "passed"),
        ("flow readable", "passed"),
        ("published", "passed"),
        ("type", "passed"),
        ("input schema", "passed"),
        ("permission to launch", "unknown"),
        ("budget", "passed"),
    ]
    assert all(set(probe) == {"probe", "verdict", "line", "finding", "ms"} for probe in done.probes)
    assert "Flow.attempt (Integer)" in done.probes[8]["line"]


async def test_whether_the_client_may_launch_is_not_known(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url)
    permission = next(probe for probe in done.probes if probe["probe"] == "permission to launch")
    assert permission["finding"]["code"] == "TL659"


async def test_nothing_is_launched_unless_told_to(twin: Twin, tmp_path: Path) -> None:
    await doctor(tmp_path, twin.url, "--flow", CALLBACK)
    told = await journal(twin)
    assert told["launches"] == 0
    assert not [exchange for exchange in told["exchanges"] if exchange["path"] == "/api/v2/flows/executions"]


async def test_launch_really_launches_once(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, "--flow", CALLBACK, "--launch")
    told = await journal(twin)
    assert (done.code, told["launches"]) == (0, 1)
    execution = twin.executions[0]
    assert execution.id in next(probe["line"] for probe in done.probes if probe["probe"] == "launch")
    assert execution.flow.name == CALLBACK


async def test_a_flow_named_twice_is_launched_once(twin: Twin, tmp_path: Path) -> None:
    await doctor(tmp_path, twin.url, "--flow", CALLBACK, "--flow", CALLBACK, "--launch")
    assert (await journal(twin))["launches"] == 1


async def test_launch_needs_a_flow_that_is_named(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, "--launch")
    assert (done.code, (await journal(twin))["exchanges"]) == (2, [])
    assert "--flow" in done.err


async def test_a_client_that_may_not_launch(tmp_path: Path) -> None:
    async with twin_at(permissions=frozenset({"architect:flow:view"})) as twin:
        done = await doctor(tmp_path, twin.url, "--flow", CALLBACK, "--launch")
    assert (done.code, done.failed) == (1, {"launch": "TL402"})


async def test_a_wrong_secret_is_told(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, secret="wr0ng-secret")
    assert (done.code, done.failed) == (1, {"token": "TL654"})
    assert (done.verdict("token usable"), done.verdict("budget")) == ("skipped", "skipped")
    assert "wr0ng-secret" not in done.out


async def test_a_wrong_client_id_is_told(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, client="nobody")
    assert (done.code, done.failed) == (1, {"token": "TL653"})


async def test_a_flow_that_is_not_published(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, "--flow", "Draft survey")
    assert (done.code, done.failed) == (1, {"published": "TL212"})


async def test_a_flow_of_another_type(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, "--flow", "Main IVR")
    assert (done.code, done.failed) == (1, {"type": "TL213"})
    assert done.verdict("input schema") == "skipped"


async def test_a_flow_that_is_missing(twin: Twin, tmp_path: Path) -> None:
    named = await doctor(tmp_path, twin.url, "--flow", "Custmer callback")
    assert (named.code, named.failed) == (1, {"flow readable": "TL540"})
    assert CALLBACK in named.out
    by_id = await doctor(tmp_path, twin.url, "--flow", str(uuid.UUID(int=1)))
    assert (by_id.code, by_id.failed) == (1, {"flow readable": "TL403"})


async def test_a_flow_named_by_its_id(twin: Twin, tmp_path: Path) -> None:
    id = next(flow.id for flow in twin.state.flows.values() if flow.name == CALLBACK)
    done = await doctor(tmp_path, twin.url, "--flow", id)
    assert (done.code, done.failed) == (0, {})


async def test_a_client_that_may_not_read_flows(tmp_path: Path) -> None:
    async with twin_at(permissions=frozenset()) as twin:
        done = await doctor(tmp_path, twin.url)
    assert (done.code, done.failed) == (1, {"flow readable": "TL402"})
    assert done.verdict("token usable") == "passed"


async def test_a_deleted_flow(tmp_path: Path) -> None:
    id = str(uuid.UUID(int=5))
    (tmp_path / "seed.json").write_text(json.dumps({"flows": [{"name": "Gone", "id": id, "deleted": True}]}), "utf-8")
    async with twin_at(seed=tmp_path / "seed.json") as twin:
        done = await doctor(tmp_path, twin.url, "--flow", id)
    assert (done.code, done.failed) == (1, {"flow readable": "TL656"})
    assert "410" in done.out


async def test_a_budget_nearly_spent(tmp_path: Path) -> None:
    async with twin_at(limit=2) as twin:
        done = await doctor(tmp_path, twin.url)
    assert (done.code, done.failed) == (1, {"budget": "TL658"})


async def test_a_closed_port(tmp_path: Path) -> None:
    done = await doctor(tmp_path, f"http://127.0.0.1:{free_port()}")
    assert (done.code, done.failed) == (4, {"tls": "TL420"})
    assert done.verdict("token") == "skipped"


async def test_an_unknown_host(tmp_path: Path) -> None:
    done = await doctor(tmp_path, "https://no-such-host.invalid")
    assert (done.code, done.failed) == (4, {"name": "TL650"})
    assert (done.verdict("tls"), done.verdict("token")) == ("skipped", "skipped")


async def test_an_unknown_environment(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, env="devv")
    assert (done.code, done.failed) == (3, {"configuration": "TL510"})
    assert done.probes[0]["finding"]["suggestion"] == "dev"
    assert {probe["verdict"] for probe in done.probes[1:]} == {"skipped"}


async def test_a_missing_secret(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, secret="")
    assert (done.code, done.failed) == (3, {"configuration": "TL508"})
    assert "tieline.yaml:5:20" in done.probes[0]["line"]
    assert (await journal(twin))["exchanges"] == []


async def test_a_missing_file(twin: Twin, tmp_path: Path) -> None:
    done = await doctor(tmp_path, twin.url, "--config", "other.yaml")
    assert (done.code, done.failed) == (3, {"configuration": "TL507"})


async def test_a_person_reads_a_line_a_probe_the_mend_and_a_summary(twin: Twin, tmp_path: Path) -> None:
    await doctor(tmp_path, twin.url)
    words = ("doctor", "--env", "dev", "--flow", "Draft survey")
    done = await asyncio.to_thread(tieline, *words, cwd=tmp_path, TIELINE_CLIENT_SECRET="twin-secret")
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("FAIL published"))
    assert "TL212 FLOW_NOT_PUBLISHED" in lines[at + 1]
    assert "publish it in Architect" in lines[at + 2]
    assert lines[-1] == "9 passed, 1 failed, 1 unknown"
