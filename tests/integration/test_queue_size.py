"""A long backlog: what the store does stays bounded. Structure is asserted here, figures are bench/queue_million.py's."""

from __future__ import annotations

import re
from pathlib import Path

import apsw
import psutil
import pytest

from tests.support.disk import miscounted
from tests.support.launches import NOW, a_launch, options
from tieline.domain.launch import Receipt, State
from tieline.queue import requests, schema
from tieline.queue.attest import connect
from tieline.queue.port import Filter
from tieline.queue.reading import statement_of
from tieline.queue.sqlite import SqliteQueue
from tieline.queue.store import Store

ROWS = 100_000
CALL = 1_000
GROWTH = 150_000_000
"""Bytes: the page caches (64 MB and twice 16 MB), the request ids in memory, and room for the interpreter."""

STATEMENTS = {
    "claim": (schema.DUE, ("dev", 5, NOW, 10)),
    "lapse": (schema.LAPSED, (NOW, 10)),
    "expire": (schema.OVER, (NOW, 10)),
    "forget": (schema.OLD, (NOW, 10)),
    "row": (schema.ROW, ("id",)),
    "row by seq": (schema.ROW_BY_SEQ, (1,)),
    "key first": (schema.KEY_FIRST, ("dev", "key", 0)),
    "key held": (schema.KEY_HELD, ("dev", "key")),
    "next due": (schema.NEXT_DUE, ("dev",)),
    "undrained": (schema.UNDRAINED, (1,)),
    "list of one state": (statement_of([], (State.REFUSED,))[0], (10,)),
    "list of two states": (statement_of([("id < ?", ("x",))], (State.REFUSED, State.QUEUED))[0], ("x", "x", 10)),
    "newest": (statement_of([("id < ?", ("x",))], ())[0], ("x", 10)),
}


@pytest.mark.parametrize("name", list(STATEMENTS))
def test_no_statement_looks_at_every_row(name: str, tmp_path: Path) -> None:
    db = connect(tmp_path / "queue.db")
    statement, values = STATEMENTS[name]
    plan = [str(row[3]) for row in db.execute("EXPLAIN QUERY PLAN " + statement, values)]
    # Walking an index in order up to a LIMIT is fine; looking through the table is not.
    assert not [step for step in plan if re.search(r"SCAN launches(?! USING INDEX launches_by_id)", step)], plan
    assert not [step for step in plan if "TEMP B-TREE" in step], plan
    db.close()


async def test_a_long_backlog_neither_grows_the_process_nor_loses_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "RUN_ROWS", 8_192)
    monkeypatch.setattr(requests, "GENERATION_ROWS", 8_192)  # a dozen of them, more than a filter is for
    path = tmp_path / "queue.db"
    queue = SqliteQueue.open(options(str(path), dedupe_window_ms=10**9, retention_ms=10**9), lambda: NOW)
    before = psutil.Process().memory_info().rss
    for first in range(0, ROWS, CALL):
        await queue.put([a_launch(n, priority=n % 10) for n in range(first, first + CALL)])
    assert psutil.Process().memory_info().rss - before < GROWTH
    assert (await queue.counts())["dev"] == {State.QUEUED: ROWS}
    held = await queue.claim("dev", now=NOW + ROWS, lease_ms=9, limit=100)
    assert [claim.launch.id for claim in held] == [a_launch(n).id for n in range(9, 1_000, 10)]
    repeats = [a_launch(n, id=f"again-{n}") for n in range(0, ROWS, 101)]
    assert [answer.id for answer in await queue.put(repeats)] == [a_launch(n).id for n in range(0, ROWS, 101)]
    for n in (0, 12_345, ROWS - 1):
        page = await queue.list(Filter(request_id=f"request-{n}"), limit=5)
        assert [launch.id for launch in page.launches] == [a_launch(n).id]
    await queue.close()
    assert miscounted(path) == []


async def test_old_generations_of_request_ids_go_and_what_outlived_them_is_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "RUN_ROWS", 100)
    monkeypatch.setattr(requests, "SLICES", 2)
    path = tmp_path / "queue.db"
    queue = SqliteQueue.open(options(str(path)), lambda: NOW)  # a window of 10 s, a retention of 20 s
    for n in range(2_000):
        await queue.put([a_launch(n, create_time=NOW + n * 30)])
        if n % 50 == 0:
            await queue.sweep(now=NOW + n * 30)
    tables = apsw.Connection(str(path)).execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'request_ids_%'").get
    assert 2 < tables < 14
    for n in (0, 700, 1_999):
        page = await queue.list(Filter(request_id=f"request-{n}"), limit=5)
        assert [launch.id for launch in page.launches] == [a_launch(n).id]
    late = NOW + 2_000 * 30
    (new,) = await queue.put([a_launch(5_000, request_id="request-0", create_time=late)])
    assert new.id == a_launch(5_000).id
    (same,) = await queue.put([a_launch(5_001, request_id="request-1999", create_time=late)])
    assert same.id == a_launch(1_999).id
    page = await queue.list(Filter(request_id="request-0"), limit=5)
    assert [launch.id for launch in page.launches] == [a_launch(5_000).id, a_launch(0).id]
    await queue.close()


async def test_a_request_id_used_again_after_its_window_goes_into_a_run_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "RUN_ROWS", 40)
    queue = SqliteQueue.open(options(str(tmp_path / "queue.db")), lambda: NOW)  # a window of 10 s
    late = NOW + 10_100
    await queue.put([a_launch(n) for n in range(20)])
    again = [a_launch(100 + n, request_id=f"request-{n}", create_time=late) for n in range(5)]
    assert [one.id for one in await queue.put(again)] == [launch.id for launch in again]
    await queue.put([a_launch(n, create_time=late) for n in range(20, 60)])
    for n in range(200, 200 + 2 * requests.SLICES):
        await queue.put([a_launch(n, create_time=late)])
    for n, holder in [*((n, 100 + n) for n in range(5)), *((n, n) for n in range(20, 60))]:
        [repeat] = await queue.put([a_launch(n, id=f"repeat-{n}", create_time=late)])
        assert (repeat.id, isinstance(repeat, Receipt) and repeat.repeated) == (a_launch(holder).id, True)
    await queue.close()


def test_a_generation_whose_forgetting_was_undone_is_asked_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "RUN_ROWS", 4)
    monkeypatch.setattr(requests, "SLICES", 1)
    monkeypatch.setattr(requests, "GENERATION_ROWS", 4)
    db = connect(tmp_path / "queue.db")
    store = Store(db, options())
    for n in range(16):
        store.begin()
        store.put([a_launch(n)])
        store.commit()
    store.begin()
    assert store.sweep(NOW + 10**6).forgotten == 4
    store.rollback()
    store.begin()
    repeats = store.put([a_launch(n, id=f"again-{n}") for n in range(16)])
    assert [one.id for one in repeats] == [a_launch(n).id for n in range(16)]
    store.commit()
    db.close()


@pytest.mark.parametrize("every", [1, 3], ids=["each launch has an id of its caller's", "two of three have none"])
async def test_a_repeat_is_known_while_its_run_is_written_and_after_the_store_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    monkeypatch.setattr(requests, "RUN_ROWS", 40)
    path = tmp_path / "queue.db"
    queue = SqliteQueue.open(options(str(path), dedupe_window_ms=10**9, retention_ms=10**9), lambda: NOW)
    known: list[int] = []
    for n in range(300):
        named = n % every == 0
        await queue.put([a_launch(n, **({} if named else {"request_id": a_launch(n).id}))])
        if named:
            known.append(n)
            repeats = await queue.put([a_launch(m, id=f"again-{m}-{n}") for m in known])  # at every slice of every run
            assert [(one.id, isinstance(one, Receipt) and one.repeated) for one in repeats] == [
                (a_launch(m).id, True) for m in known
            ]
    await queue.close()
    db = apsw.Connection(str(path))
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'request_ids_%'")]
    drained = db.execute("SELECT seq FROM marks WHERE name = 'drained'").get
    written = [seq for name in tables for (seq,) in db.execute(f"SELECT seq FROM {name}")]
    ids = dict(db.execute("SELECT seq, request_id FROM launches WHERE request_id <> id"))
    assert set(written) >= {seq for seq in ids if seq <= drained}
    assert drained > 200
    db.close()
    queue = SqliteQueue.open(options(str(path), dedupe_window_ms=10**9, retention_ms=10**9), lambda: NOW)
    repeats = await queue.put([a_launch(m, id=f"late-{m}") for m in known])
    assert [one.id for one in repeats] == [a_launch(m).id for m in known]
    await queue.close()
