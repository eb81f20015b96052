"""Opens the database and attests what a receipt means: the right SQLite, one process, WAL, synced at every commit."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path
from typing import IO

import apsw

from tieline.problems.base import ProblemError
from tieline.problems.queue import NotDurable, SqliteTooOld, StoreLocked, StoreNotWritable, StoreVersion
from tieline.queue.port import Durability
from tieline.queue.schema import APPLICATION_ID, SCHEMA, VERSION

MINIMUM_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset fault (sqlite.org/wal.html#walresetbug)."""

SYNCED = ("FULL", "EXTRA")
"""The values of PRAGMA synchronous under which a commit in WAL mode is synced before it is answered."""

PAGE_BYTES = 8_192
"""The page of a new store: half as many to write as with 4 kB, where launches come by the hundred, and no more time for one alone."""

CHECKPOINT_PAGES = 2_000
"""Pages in the log before they are folded into the database: fewer folds write less, a longer log reads slower."""

BUSY_MS = 5_000
"""For how long a connection waits for another process that uses the file (a backup tool, a person)."""

_SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


def check_library(version: str = apsw.sqlite_lib_version()) -> None:
    """Refuse an SQLite that can corrupt a WAL database. Raises TL305."""
    if tuple(int(part) for part in version.split(".")) < MINIMUM_SQLITE:
        raise ProblemError(SqliteTooOld(seen=version, needed=".".join(map(str, MINIMUM_SQLITE))))


def lock(path: Path) -> IO[str]:
    """Take the database for this process alone; the lock goes with the process. Raises TL304, TL307."""
    try:
        file = path.with_name(path.name + ".lock").open("a+", encoding="ascii")
    except OSError as fault:
        raise ProblemError(StoreNotWritable(path=str(path), fault=fault.strerror or str(fault))) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        pid = file.read().strip() or "unknown"
        file.close()
        raise ProblemError(StoreLocked(path=str(path), pid=pid)) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def connect(path: Path, *, vfs: str | None = None, synchronous: str = "FULL") -> apsw.Connection:
    """Open the one connection that writes, make the schema in a new file, and hold it to its word. Raises TL303, TL306, TL307, TL311."""
    try:
        db = apsw.Connection(str(path), vfs=vfs)
        db.set_busy_timeout(BUSY_MS)
        _pragmas(db, synchronous)
        _schema(db, path)
        _attest(db, path, synchronous)
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.NotADBError, apsw.AuthError, apsw.PermissionsError) as fault:
        raise ProblemError(StoreNotWritable(path=str(path), fault=str(fault))) from None
    _sync_folder(path)
    return db


def reader(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    """Open a connection that only reads."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    db.set_busy_timeout(BUSY_MS)
    db.execute("PRAGMA query_only = ON")
    db.execute("PRAGMA cache_size = -16000")
    return db


def _pragmas(db: apsw.Connection, synchronous: str) -> None:
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # an older store keeps the page it was made with
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA synchronous = {synchronous}")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -64000")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    db.execute("PRAGMA journal_size_limit = 67108864")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA mmap_size = 0")
    if sys.platform == "darwin":  # there, fsync does not reach the disk
        db.execute("PRAGMA fullfsync = ON")
        db.execute("PRAGMA checkpoint_fullfsync = ON")


def _schema(db: apsw.Connection, path: Path) -> None:
    application, version = db.pragma("application_id"), db.pragma("user_version")
    tables = db.execute("SELECT count(*) FROM sqlite_schema").get
    if tables == 0:
        with db:
            db.execute(SCHEMA)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {VERSION}")
    elif application != APPLICATION_ID or version != VERSION:
        raise ProblemError(StoreVersion(path=str(path), seen=int(version), needed=VERSION))


def _attest(db: apsw.Connection, path: Path, synchronous: str) -> None:
    """Ask the database what is really in force: a pragma that cannot be had is quietly not had."""
    seen = {"journal_mode": str(db.pragma("journal_mode")), "synchronous": _SYNCHRONOUS[int(db.pragma("synchronous"))]}
    needed = {"journal_mode": "wal", "synchronous": synchronous}
    for setting, value in needed.items():
        if seen[setting] != value:
            raise ProblemError(NotDurable(path=str(path), setting=setting, seen=seen[setting], needed=value))


def attested(db: apsw.Connection) -> Durability:
    """Say what a receipt from this connection means, by what is in force."""
    return Durability.ONE_DISK if _SYNCHRONOUS[int(db.pragma("synchronous"))] in SYNCED else Durability.NOT_SYNCED


def _sync_folder(path: Path) -> None:
    """Sync the folder, so that a new file's name is as durable as its content."""
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
