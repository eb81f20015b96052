"""`tieline queue backup`, and a start that launches nothing: what an operator needs to restore a queue without launching twice."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.integration.test_cli_check import tieline
from tests.support.launches import NOW, a_launch, options
from tests.support.process import Process, settings
from tieline.cli.gateway import Gateway
from tieline.domain.launch import State
from tieline.problems.base import ProblemError
from tieline.queue.backup import back_up
from tieline.queue.port import Filter
from tieline.queue.sqlite import SqliteQueue

JSON = {"Content-Type": "application/json"}
CALL = b'{"flowId": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"}'


def launch(gateway: Process) -> str:
    return str(Gateway(gateway.ready["http"]).send("POST", "/v1/launches", CALL, JSON)["id"])


def state_of(gateway: Process, id: str) -> str:
    return str(Gateway(gateway.ready["http"]).launch(id)["state"])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with settings that lead to a twin which has the flow."""
    flow = {"id": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a", "name": "F"}
    (tmp_path / "seed.json").write_text(json.dumps({"flows": [flow]}), "utf-8")
    with Process("twin", "--port", "0", "--seed", "seed.json", cwd=tmp_path) as twin:
        text = settings(twin.ready["url"]).replace("client_id: client", f"client_id: {twin.ready['client_id']}")
        (tmp_path / "tieline.yaml").write_text(text, "utf-8")
        yield tmp_path


def serve(folder: Path, *words: str) -> Process:
    return Process("serve", *words, cwd=folder, env={"TIELINE_CLIENT_SECRET": "twin-secret"})


def test_a_restored_backup_launches_nothing_until_it_is_looked_at(folder: Path) -> None:
    with serve(folder, "--no-dispatch") as gateway:
        assert gateway.ready["dispatching"] is False
        ids = [launch(gateway) for _ in range(3)]
        done = tieline("queue", "backup", "queue.bak", "--json", cwd=folder)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        assert (told["launches"], told["states"]) == (3, {"QUEUED": 3})
        assert told["bytes"] == (folder / "queue.bak").stat().st_size
        launch(gateway)
    for file in folder.glob("tieline.db*"):
        file.unlink()
    (folder / "queue.bak").rename(folder / "tieline.db")
    with serve(folder, "--no-dispatch") as gateway:
        with urllib.request.urlopen(gateway.ready["http"] + "/readyz") as answer:
            ready = json.load(answer)
        assert (ready["ready"], ready["dispatching"]) == (True, False)
        assert {state_of(gateway, id) for id in ids} == {"QUEUED"}
        cancelled = tieline("launches", "cancel", ids[0], "--url", gateway.ready["http"], cwd=folder)
        assert cancelled.returncode == 0, cancelled.stderr
        gateway.end()
        assert [json.loads(line)["event"] for line in gateway.said().splitlines()].count("not dispatching") == 2
    with serve(folder) as gateway:
        watched = tieline("launches", "watch", *ids[1:], "--url", gateway.ready["http"], "--json", cwd=folder)
        assert watched.returncode == 0, watched.stdout + watched.stderr
        assert [state_of(gateway, id) for id in ids] == ["CANCELLED", "LAUNCHED", "LAUNCHED"]


def test_a_backup_overwrites_nothing(folder: Path) -> None:
    with serve(folder, "--no-dispatch"):
        (folder / "queue.bak").write_text("mine", "utf-8")
        done = tieline("queue", "backup", "queue.bak", cwd=folder)
    assert done.returncode == 1
    assert "TL313 `queue.bak` is there already" in done.stderr
    assert (folder / "queue.bak").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("config", "target", "says"),
    [
        ("queue: { path: none.db }\n", "queue.bak", "`none.db`: it is not there"),
        ("queue: { path: real.db }\n", "none/queue.bak", "`real.db`: unable to open database"),
        ("queue: { path: text.db }\n", "queue.bak", "`text.db`: file is not a database"),
        ("queue: { store: memory, accept_loss: true }\n", "queue.bak", "in memory"),
    ],
    ids=["no queue", "no folder", "no database", "memory"],
)
def test_a_backup_that_cannot_be_made_says_why_and_leaves_nothing(tmp_path: Path, config: str, target: str, says: str) -> None:
    async def made() -> None:
        await SqliteQueue.open(options(str(tmp_path / "real.db")), lambda: NOW).close()

    asyncio.run(made())
    (tmp_path / "text.db").write_text("no database, and longer than a head of one " * 9, "utf-8")
    rest = settings("http://127.0.0.1:9").replace("queue: { path: tieline.db }\n", config)
    (tmp_path / "tieline.yaml").write_text(rest, "utf-8")
    done = tieline("queue", "backup", target, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "TL314 no backup was made of" in done.stderr
    assert says in done.stderr
    assert not list(tmp_path.rglob("queue.bak*"))


def test_a_database_of_another_program_is_no_queue(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "other.db"))
    db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(ProblemError, match="TL306"):
        back_up(tmp_path / "other.db", tmp_path / "copy.db")


async def test_a_copy_holds_all_that_was_answered_before_it_and_opens_as_a_queue(tmp_path: Path) -> None:
    """It is taken while puts go on: what was answered before is in it, and what is in it is whole."""
    queue = SqliteQueue.open(options(str(tmp_path / "queue.db")), lambda: NOW)
    before = [a_launch(number) for number in range(2_000)]
    await queue.put(before)
    going = True

    async def more() -> None:
        number = len(before)
        while going:
            await queue.put([a_launch(number)])
            number += 1

    putting = asyncio.create_task(more())
    counted = await asyncio.to_thread(back_up, tmp_path / "queue.db", tmp_path / "copy.db")
    going = False
    await putting
    await queue.close()
    copy = SqliteQueue.open(options(str(tmp_path / "copy.db")), lambda: NOW)
    found = {launch.id for launch in (await copy.list(Filter(), limit=100_000)).launches}
    counts = await copy.counts()
    (repeat,) = await copy.put([before[0]])
    await copy.close()
    assert {launch.id for launch in before} <= found
    assert counted == {State.QUEUED: len(found)} == dict(next(iter(counts.values())))
    assert repeat.id == before[0].id
