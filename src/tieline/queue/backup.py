"""Copies the embedded store while it is in use: one moment of it, whole, synced, in one file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import apsw

from tieline.domain.launch import State
from tieline.problems.base import ProblemError
from tieline.problems.queue import BackupExists, BackupFailed, StoreVersion
from tieline.queue.attest import check_library, reader
from tieline.queue.schema import APPLICATION_ID, VERSION


def back_up(source: Path, target: Path) -> Mapping[State, int]:
    """Copy the store to a new file; gives how many launches of each state the copy holds.

    The gateway goes on meanwhile: a reader of a WAL database stops no writer. `VACUUM INTO` copies what was committed at one moment
    and does not sync what it writes (sqlite.org/lang_vacuum.html), so the copy gets its name only once it is synced.
    Raises `ProblemError`: TL305, TL306, TL313 when the file is there already, TL314 when it cannot be made.
    """
    check_library()
    if target.exists():
        raise ProblemError(BackupExists(file=str(target)))
    if not source.is_file():
        raise ProblemError(BackupFailed(path=str(source), fault="it is not there"))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        found = _copy(source, part)
        _sync(part)
        part.rename(target)
        _sync(target.parent)
    except (apsw.Error, OSError) as fault:
        said = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise ProblemError(BackupFailed(path=str(source), fault=said or type(fault).__name__)) from None
    finally:
        part.unlink(missing_ok=True)
    return found


def _copy(source: Path, part: Path) -> Mapping[State, int]:
    with closing(reader(source)) as db:
        application, version = db.pragma("application_id"), db.pragma("user_version")
        if (application, version) != (APPLICATION_ID, VERSION):
            raise ProblemError(StoreVersion(path=str(source), seen=int(version), needed=VERSION))
        db.execute("PRAGMA query_only = OFF")  # which forbids VACUUM INTO too; the file stays open for reading alone
        db.execute("VACUUM INTO ?", (str(part),))
    with closing(apsw.Connection(str(part), flags=apsw.SQLITE_OPEN_READONLY)) as copy:
        counted = copy.execute("SELECT state, sum(n) FROM counts GROUP BY state HAVING sum(n) > 0")
        return {State(str(state)): int(n) for state, n in counted}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
