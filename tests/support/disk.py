"""A disk for SQLite that remembers what was written and what was synced, and that can fail at a chosen call.

It stands between SQLite and the real file system as an apsw VFS. `Disk.after_power_loss` builds what a real disk could
hold had the power gone at a given moment: everything synced, and of the rest nothing, all, some, or torn parts.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

import apsw

SECTOR = 512
"""What a disk writes whole; a torn write keeps some sectors and not others."""

_NAMES = count(1)


class Write:
    """Something that happened to one file: `data` at `offset`, a cut to `offset` (data None), or a sync (offset -1)."""

    __slots__ = ("data", "deletes", "folder", "offset", "path")

    def __init__(self, path: str, offset: int, data: bytes | None, *, deletes: bool = False, folder: bool = False) -> None:
        self.path = path
        self.offset = offset
        self.data = data
        self.deletes = deletes
        self.folder = folder

    @property
    def is_sync(self) -> bool:
        """Tell whether this is a sync."""
        return self.offset < 0


class Disk(apsw.VFS):
    """Passes everything on to the real disk, and keeps a log. `fault` is asked before each write and sync, and may raise."""

    def __init__(self) -> None:
        self.vfs = f"tieline-disk-{next(_NAMES)}"
        self.log: list[Write] = []
        self._synced: set[str] = set()
        self.fault: Callable[[str, str], None] | None = None
        self.lock = threading.Lock()
        super().__init__(self.vfs, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file that logs."""
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Log a deletion as an emptying: a file without content and no file are the same to SQLite."""
        self.log.append(Write(filename, 0, None, deletes=True))
        if syncdir:
            self.log.append(Write(filename, -1, None, folder=True))
        super().xDelete(filename, syncdir)

    def note(self, what: str, path: str, offset: int, data: bytes | None) -> None:
        """Log one call, after asking whether it fails."""
        with self.lock:
            if self.fault is not None:
                self.fault(what, path)
            # The first sync of a new log or journal also syncs the folder (os_unix.c, UNIXFILE_DIRSYNC).
            folder = what == "sync" and path not in self._synced and path.endswith(("-wal", "-journal"))
            if what == "sync":
                self._synced.add(path)
            self.log.append(Write(path, offset, data, folder=folder))

    def after_power_loss(self, moment: int, chance: random.Random) -> dict[str, bytes]:
        """Build a possible content of every file after the power went at `moment` (a length of the log)."""
        past = self.log[:moment]
        folder = max((at for at, write in enumerate(past) if write.folder), default=-1)
        files: dict[str, list[Write]] = {}
        safe: dict[str, int] = {}
        for at, write in enumerate(past):
            files.setdefault(write.path, []).append(write)
            if write.is_sync or (write.deletes and at < folder):
                safe[write.path] = len(files[write.path])
        return {path: _survivor(writes, safe.get(path, 0), chance) for path, writes in files.items()}


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.note("write", self._path, offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._disk.note("truncate", self._path, newsize, None)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._disk.note("sync", self._path, -1, None)
        super().xSync(flags)


def _survivor(writes: list[Write], safe: int, chance: random.Random) -> bytes:
    content = bytearray()
    for write in (*writes[:safe], *_lucky(writes[safe:], chance)):
        _apply(content, write)
    return bytes(content)


def _lucky(unsynced: list[Write], chance: random.Random) -> list[Write]:
    """Choose what reached the disk though nobody waited for it: nothing, all, the first few, any of it, or torn parts."""
    way = chance.choice(("none", "all", "first", "some", "torn"))
    if way in ("none", "all"):
        return unsynced if way == "all" else []
    if way == "first":
        return unsynced[: chance.randint(0, len(unsynced))]
    some = [write for write in unsynced if chance.random() < 0.5]
    return some if way == "some" else [torn for write in some for torn in _tear(write, chance)]


def _tear(write: Write, chance: random.Random) -> list[Write]:
    if write.data is None:
        return [write]
    parts = [(at, write.data[at : at + SECTOR]) for at in range(0, len(write.data), SECTOR)]
    return [Write(write.path, write.offset + at, part) for at, part in parts if chance.random() < 0.5]


def _apply(content: bytearray, write: Write) -> None:
    if write.is_sync:
        return
    if write.data is None:
        del content[write.offset :]
        return
    if len(content) < write.offset:
        content.extend(bytes(write.offset - len(content)))
    content[write.offset : write.offset + len(write.data)] = write.data


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files a power loss left into a fresh folder; gives the database's path."""
    folder.mkdir()
    for path, content in files.items():
        if content and not path.endswith("-shm"):
            (folder / Path(path).name).write_bytes(content)
    return folder / "queue.db"


def integrity(path: Path) -> str:
    """Ask SQLite whether a database is whole: `ok`, or what is wrong."""
    db = apsw.Connection(str(path))
    try:
        return str(db.pragma("integrity_check"))
    finally:
        db.close()


def miscounted(path: Path) -> list[tuple[object, ...]]:
    """Compare the counts kept beside the rows with the rows: what differs."""
    db = apsw.Connection(str(path))
    rows = "SELECT environment, state, count(*) FROM launches GROUP BY 1, 2"
    kept = "SELECT environment, state, n FROM counts WHERE n <> 0"
    try:
        return [*db.execute(f"{rows} EXCEPT {kept}"), *db.execute(f"{kept} EXCEPT {rows}")]
    finally:
        db.close()
