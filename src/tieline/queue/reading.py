"""Reads on connections of their own, so that a list never holds up a put, nor a look at one launch."""

# ruff: noqa: S608 - every statement is put together from the words of this room alone

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import apsw

from tieline.domain.launch import Launch, State
from tieline.queue.attest import reader
from tieline.queue.port import Filter, Page
from tieline.queue.rows import COLUMNS, hashes_of, read
from tieline.queue.schema import FIND_REQUESTS, NEXT_DUE

T = TypeVar("T")

Clauses: TypeAlias = list[tuple[str, tuple[Any, ...]]]


class _Desk:
    """One connection and the thread that uses it."""

    def __init__(self, path: Path, vfs: str | None, name: str) -> None:
        self.db = reader(path, vfs=vfs)
        self._thread = ThreadPoolExecutor(1, f"tieline-queue-{name}")

    async def do(self, work: Callable[[apsw.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self.db)

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self.db.close()


class Reading:
    """Reads launches: single ones on one desk, lists on another."""

    def __init__(self, path: Path, vfs: str | None, recent: Callable[[str], int | None]) -> None:
        """Open both connections. `recent` gives the row of a request id that stands in no table yet."""
        self._recent = recent
        self._singles = _Desk(path, vfs, "reader")
        self._lists = _Desk(path, vfs, "lister")

    async def get(self, id: str) -> Launch | None:
        """Read one launch."""
        rows: list[Any] = await self._singles.do(
            lambda db: db.execute(f"SELECT {COLUMNS} FROM launches WHERE id = ?", (id,)).fetchall()
        )
        return read(rows[0]) if rows else None

    async def next_due(self, environment: str) -> int | None:
        """Read when the earliest unheld launch falls due."""
        found: Any = await self._singles.do(lambda db: db.execute(NEXT_DUE, (environment,)).get)
        return None if found is None else int(found)

    async def list(self, filter: Filter, limit: int, before: str | None) -> Page:
        """Read a page, newest first."""
        recent = self._recent(filter.request_id) if filter.request_id is not None else None
        rows = await self._lists.do(lambda db: _list(db, filter, limit + 1, before, recent))
        found = [read(row) for row in rows]
        return Page(launches=tuple(found[:limit]), next_before=found[limit - 1].id if len(found) > limit else None)

    def close(self) -> None:
        """Finish what is being read and close both connections."""
        self._singles.close()
        self._lists.close()


def _list(db: apsw.Connection, filter: Filter, limit: int, before: str | None, recent: int | None) -> Sequence[Any]:
    clauses = _clauses(filter, before)
    if filter.request_id is not None:
        seqs = array("q", _seqs(db, filter.request_id, recent))
        if not seqs:
            return []
        clauses.append(("seq IN (SELECT value FROM carray(?))", (apsw.carray(seqs),)))
    statement, values = statement_of(clauses, () if filter.request_id is not None else filter.states)
    return db.execute(statement, (*values, limit)).fetchall()


def statement_of(clauses: Clauses, states: Sequence[State]) -> tuple[str, tuple[Any, ...]]:
    """Put a list's statement together: one branch for each state asked for, each in order, merged."""
    branches: list[Clauses] = [[*clauses, _state(state)] for state in dict.fromkeys(states)] or [clauses]
    selects = []
    for branch in branches:
        where = " AND ".join(clause for clause, _ in branch)
        selects.append(f"SELECT {COLUMNS} FROM launches" + (f" WHERE {where}" if where else ""))
    values = tuple(value for branch in branches for _, given in branch for value in given)
    return " UNION ALL ".join(selects) + " ORDER BY id DESC LIMIT ?", values


def _state(state: State) -> tuple[str, tuple[Any, ...]]:
    """Narrow to a state in the words its index is made for: it has all states but the common one."""
    return ("state = 'QUEUED'", ()) if state is State.QUEUED else (f"state = '{state.value}' AND state <> 'QUEUED'", ())


def _clauses(filter: Filter, before: str | None) -> Clauses:
    marks = ", ".join("?" * len(filter.states))
    asked: Clauses = [
        (f"state IN ({marks})", filter.states) if filter.states and filter.request_id is not None else ("", ()),
        ("environment = ?", (filter.environment,)) if filter.environment is not None else ("", ()),
        ("route = ?", (filter.route,)) if filter.route is not None else ("", ()),
        ("(flow = ? OR flow_id = ?)", (filter.flow, filter.flow)) if filter.flow is not None else ("", ()),
        ("request_id = ?", (filter.request_id,)) if filter.request_id is not None else ("", ()),
        ("create_time > ?", (filter.created_after,)) if filter.created_after is not None else ("", ()),
        ("create_time < ?", (filter.created_before,)) if filter.created_before is not None else ("", ()),
        ("id < ?", (before,)) if before is not None else ("", ()),
    ]
    return [clause for clause in asked if clause[0]]


def _seqs(db: apsw.Connection, request_id: str, recent: int | None) -> set[int]:
    """Find every row that may hold a request id without looking at all rows; the row itself has the last word."""
    asked = apsw.carray(hashes_of([request_id]))
    found = {recent} if recent is not None else set()
    with db:  # one view of the tables: a generation must not go between being named and being read
        numbers = [number for (number,) in db.execute("SELECT number FROM generations").fetchall()]
        for number in numbers:
            found.update(seq for _, seq in db.execute(FIND_REQUESTS.format(number), (asked,)))
        found.update(seq for (seq,) in db.execute("SELECT seq FROM launches WHERE id = ?", (request_id,)))
        dropped = db.execute("SELECT seq FROM marks WHERE name = 'dropped'").get
        # What outlived its generation: few, since all but the waiting ones are forgotten with it.
        old = db.execute("SELECT seq FROM launches WHERE seq <= ? AND request_id = ?", (dropped, request_id))
        found.update(seq for (seq,) in old)
    return found
