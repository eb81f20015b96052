"""What opening the store refuses, and what it attests."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import apsw
import pytest

from tests.support.disk import Disk
from tests.support.launches import NOW, a_launch, moved, options
from tieline.domain.event import Event
from tieline.domain.launch import State
from tieline.problems.base import Kind, ProblemError
from tieline.problems.queue import SqliteTooOld, StoreLocked
from tieline.queue import attest, store
from tieline.queue.attest import check_library
from tieline.queue.port import Durability
from tieline.queue.sqlite import SqliteQueue


def _open(path: Path, **more: str | bool) -> SqliteQueue:
    return SqliteQueue.open(options(str(path)), lambda: NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.0"])
def test_an_sqlite_with_the_wal_fault_is_refused(version: str) -> None:
    with pytest.raises(ProblemError) as refused:
        check_library(version)
    assert refused.value.problems == (SqliteTooOld(seen=version, needed="3.51.3"),)


def test_the_first_mended_sqlite_is_taken() -> None:
    check_library("3.51.3")
    check_library("3.100.0")


def test_the_library_is_held_to_it_whenever_a_store_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attest, "MINIMUM_SQLITE", (99, 0, 0))
    with pytest.raises(ProblemError, match="TL305"):
        _open(tmp_path / "queue.db")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_in_use_is_refused_by_the_pid_that_has_it(tmp_path: Path) -> None:
    queue = _open(tmp_path / "queue.db")
    with pytest.raises(ProblemError) as refused:
        _open(tmp_path / "queue.db")
    assert refused.value.problems == (StoreLocked(path=str(tmp_path / "queue.db"), pid=str(os.getpid())),)
    await queue.close()
    await _open(tmp_path / "queue.db").close()


async def test_the_folder_is_synced_when_the_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a power cut could take the name of a new file, with everything answered in it."""
    synced: list[int] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        fsync(handle)
        synced.append(os.fstat(handle).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    await _open(tmp_path / "queue.db").close()
    assert tmp_path.stat().st_ino in synced


async def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    await _open(tmp_path / "queue.db").close()
    db = apsw.Connection(str(tmp_path / "queue.db"))
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ProblemError, match="TL306"):
        _open(tmp_path / "queue.db")


async def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "queue.db"))
    db.execute("CREATE TABLE theirs (x)")
    db.close()
    with pytest.raises(ProblemError, match="TL306"):
        _open(tmp_path / "queue.db")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ProblemError, match="TL307"):
        _open(tmp_path / "file" / "queue.db")
    with pytest.raises(ProblemError, match="TL307"):
        _open(tmp_path / "missing" / "queue.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(ProblemError, match="TL307"):
        _open(tmp_path / "queue.db")


async def test_what_a_receipt_means_is_attested_by_what_is_in_force(tmp_path: Path) -> None:
    queue = _open(tmp_path / "a.db")
    assert queue.durability is Durability.ONE_DISK
    await queue.close()
    weak = _open(tmp_path / "b.db", synchronous="NORMAL", accept_loss=True)
    assert weak.durability is Durability.NOT_SYNCED
    await weak.close()


async def test_another_programs_write_lock_is_a_problem_that_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_MS", 1)
    queue = _open(tmp_path / "queue.db")
    other = apsw.Connection(str(tmp_path / "queue.db"))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ProblemError, match="TL312") as refused:
        await queue.put([a_launch(1)])
    assert refused.value.problems[0].kind is Kind.UNAVAILABLE
    other.execute("ROLLBACK")
    other.close()
    assert len(await queue.put([a_launch(1)])) == 1
    await queue.close()


async def test_more_than_the_writer_can_hold_is_refused_with_a_hint(tmp_path: Path) -> None:
    disk, begun, go_on = Disk(), threading.Event(), threading.Event()
    queue = SqliteQueue.open(options(str(tmp_path / "queue.db"), max_unwritten=10), lambda: NOW, vfs=disk.vfs)

    def slow(what: str, path: str) -> None:
        if what == "sync" and path.endswith("-wal"):
            begun.set()
            assert go_on.wait(30)

    disk.fault = slow
    held = asyncio.create_task(queue.pace("pool", lambda state: (state, True)))
    await asyncio.to_thread(begun.wait, 30)
    first = asyncio.create_task(queue.put([a_launch(n) for n in range(8)]))
    await asyncio.sleep(0)
    with pytest.raises(ProblemError, match="TL302") as refused:
        await queue.put([a_launch(n) for n in range(8, 16)])
    assert refused.value.problems[0].metadata()["retry_after_ms"] == "200"
    go_on.set()
    assert len(await first) == 8
    assert await held
    await queue.close()


async def test_a_lease_of_a_process_that_ended_lapses_when_the_store_is_opened(tmp_path: Path) -> None:
    queue = _open(tmp_path / "queue.db")
    await queue.put([a_launch(1), a_launch(2)])
    held, waits = await queue.claim("dev", now=NOW + 9, lease_ms=60_000, limit=2)
    await queue.permit(held, "pool", lambda _: (b"", True), sending=lambda _: moved(held.launch, State.SENDING))
    await queue.close()
    again = _open(tmp_path / "queue.db")
    sent = await again.get(held.launch.id)
    assert sent is not None
    assert sent.state is State.AMBIGUOUS
    assert [finding.code for finding in sent.findings] == ["TL309"]
    assert [c.launch.id for c in await again.claim("dev", now=NOW + 9, lease_ms=9, limit=9)] == [waits.launch.id]
    assert not await again.settle(held, moved(held.launch, State.LAUNCHED))
    await again.close()


async def test_request_ids_are_remembered_over_a_restart(tmp_path: Path) -> None:
    queue = _open(tmp_path / "queue.db")
    await queue.put([a_launch(n) for n in range(100)])
    await queue.close()
    again = _open(tmp_path / "queue.db")
    answers = await again.put([a_launch(n, id=f"{n:020d}-again") for n in range(100)])
    assert [answer.id for answer in answers] == [a_launch(n).id for n in range(100)]
    await again.close()


async def test_a_number_of_more_than_64_bits_is_kept(tmp_path: Path) -> None:
    queue = _open(tmp_path / "queue.db")
    launch = a_launch(
        1, event=Event(id="1", source="s", type="t", data={"n": 10**30, "deep": [1.5, None, "é"]}), body=b"\xff\x00"
    )
    await queue.put([launch])
    assert await queue.get(launch.id) == launch
    await queue.close()


async def test_a_request_id_taken_by_a_replay_is_still_taken_after_a_restart(tmp_path: Path) -> None:
    """It belongs to an older row: those are not gone through again when the file is opened."""
    queue = _open(tmp_path / "queue.db")
    refused = a_launch(1, state=State.REFUSED, schedule_time=None)
    await queue.put([refused])
    await queue.requeue(refused, moved(refused, State.QUEUED, schedule_time=NOW, request_id="order-1"))
    await queue.close()
    queue = _open(tmp_path / "queue.db")
    [answer] = await queue.put([a_launch(2, request_id="order-1")])
    assert (answer.id, (await queue.get(refused.id)) is not None) == (refused.id, True)
    await queue.close()


async def test_a_store_with_smaller_pages_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "queue.db"
    with monkeypatch.context() as older:
        older.setattr(attest, "PAGE_BYTES", 4_096)
        queue = SqliteQueue.open(options(str(path)), lambda: NOW)
        await queue.put([a_launch(1)])
        await queue.close()
    queue = SqliteQueue.open(options(str(path)), lambda: NOW)
    await queue.put([a_launch(2)])
    assert [await queue.get(a_launch(n).id) for n in (1, 2)] == [a_launch(1), a_launch(2)]
    await queue.close()
    assert apsw.Connection(str(path)).pragma("page_size") == 4_096
    new = tmp_path / "new.db"
    await SqliteQueue.open(options(str(new)), lambda: NOW).close()
    assert apsw.Connection(str(new)).pragma("page_size") == attest.PAGE_BYTES
