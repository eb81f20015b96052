"""3xx: what the queue refuses, and what it says of launches it ends itself."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class QueueProblem(Problem, frozen=True, kw_only=True):
    """What the store's faults share: the operator mends them, and a caller may try again later."""

    actor: ClassVar[Actor] = Actor.OPERATOR
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class StoreFull(QueueProblem, frozen=True, kw_only=True):
    """The disk is full; nothing of the put was stored. It recovers by itself once there is room."""

    code: ClassVar[str] = "TL301"
    reason: ClassVar[str] = "STORE_FULL"
    title: ClassVar[str] = "The disk is full"

    path: str
    retry_after_ms: int = 5_000

    def line(self) -> str:
        """Name the file."""
        return f"the disk that holds `{self.path}` is full; nothing of this call was stored"

    def help(self) -> str:
        """Say what to do."""
        return "free room on that disk; the queue goes on by itself, and the call can be repeated with the same request_id"


class QueueOverloaded(QueueProblem, frozen=True, kw_only=True):
    """More is waiting than the settings allow."""

    code: ClassVar[str] = "TL302"
    reason: ClassVar[str] = "QUEUE_OVERLOADED"
    title: ClassVar[str] = "The queue takes no more for now"
    kind: ClassVar[Kind] = Kind.OVERLOADED

    what: str
    waiting: int
    limit: int
    retry_after_ms: int

    def line(self) -> str:
        """Say what waits, and the bound."""
        return f"{self.waiting} {self.what} are waiting, and at most {self.limit} may; nothing of this call was stored"

    def help(self) -> str:
        """Say when to come back."""
        return f"repeat the call after {self.retry_after_ms} ms; the operator can raise the bound under `queue`"


class StoreFailed(QueueProblem, frozen=True, kw_only=True):
    """The store could not write, and will not pretend that it can."""

    code: ClassVar[str] = "TL303"
    reason: ClassVar[str] = "STORE_FAILED"
    title: ClassVar[str] = "The store cannot write"

    path: str
    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"`{self.path}` cannot be written: {self.fault}; nothing of this call was stored"

    def help(self) -> str:
        """Say what to look at, and that a restart is needed."""
        return "after a failed sync the queue takes nothing more until it is restarted; look at the disk first"


class StoreLocked(QueueProblem, frozen=True, kw_only=True):
    """Another process has the database."""

    code: ClassVar[str] = "TL304"
    reason: ClassVar[str] = "STORE_LOCKED"
    title: ClassVar[str] = "Another process has the queue"

    path: str
    pid: str

    def line(self) -> str:
        """Name the file and the process."""
        return f"`{self.path}` is in use by process {self.pid}"

    def help(self) -> str:
        """Say both ways out."""
        return "stop that process, or give this gateway a queue.path of its own"


class SqliteTooOld(QueueProblem, frozen=True, kw_only=True):
    """An SQLite that can corrupt a WAL database (the WAL-reset fault, mended in 3.51.3, see sqlite.org/wal.html)."""

    code: ClassVar[str] = "TL305"
    reason: ClassVar[str] = "SQLITE_TOO_OLD"
    title: ClassVar[str] = "The SQLite library is too old"

    seen: str
    needed: str

    def line(self) -> str:
        """Name both versions."""
        return f"SQLite is {self.seen}, and must be {self.needed} or later: earlier ones can corrupt a WAL database"

    def help(self) -> str:
        """Say how to get it."""
        return "install apsw from its wheel, which carries its own SQLite"


class StoreVersion(QueueProblem, frozen=True, kw_only=True):
    """A database of another kind or schema version."""

    code: ClassVar[str] = "TL306"
    reason: ClassVar[str] = "STORE_VERSION"
    title: ClassVar[str] = "The database is of another version"

    path: str
    seen: int
    needed: int

    def line(self) -> str:
        """Name the file and both versions."""
        return f"`{self.path}` has schema version {self.seen}, and this Tieline reads version {self.needed}"

    def help(self) -> str:
        """Say what to run."""
        return "run the Tieline that wrote it, or name another file"


class StoreNotWritable(QueueProblem, frozen=True, kw_only=True):
    """The database cannot be opened for writing."""

    code: ClassVar[str] = "TL307"
    reason: ClassVar[str] = "STORE_NOT_WRITABLE"
    title: ClassVar[str] = "The database cannot be opened"

    path: str
    fault: str

    def line(self) -> str:
        """Name the file and the system's word."""
        return f"`{self.path}` cannot be opened for writing: {self.fault}"

    def help(self) -> str:
        """Say what to check."""
        return "check that the folder is there and that this user may write in it"


class WrongMove(QueueProblem, frozen=True, kw_only=True):
    """A step that the table of states does not have."""

    code: ClassVar[str] = "TL308"
    reason: ClassVar[str] = "STATE_MOVE"
    title: ClassVar[str] = "A launch cannot move that way"
    actor: ClassVar[Actor] = Actor.TIELINE
    kind: ClassVar[Kind] = Kind.STATE

    launch: str
    before: str
    after: str

    def line(self) -> str:
        """Name the launch and the step."""
        return f"launch `{self.launch}` is {self.before} and cannot become {self.after}"

    def help(self) -> str:
        """Say where the table is."""
        return "the states and the steps between them stand in docs/explanation/states.md"


class LeaseLapsed(QueueProblem, frozen=True, kw_only=True):
    """The process that was sending a launch ended, or hung, before it knew the answer."""

    code: ClassVar[str] = "TL309"
    reason: ClassVar[str] = "LEASE_LAPSED"
    title: ClassVar[str] = "The sender ended before it knew the answer"

    attempt: int

    def line(self) -> str:
        """Say what is not known."""
        return (
            f"attempt {self.attempt} ended without an answer on record: the sending process stopped, and the run may have started"
        )

    def help(self) -> str:
        """Say how to tell."""
        return "look for the run in Genesys Cloud before you launch again: the launch call has no idempotency key"


class LaunchExpired(QueueProblem, frozen=True, kw_only=True):
    """A launch waited past its `expire_time` and was not sent."""

    code: ClassVar[str] = "TL310"
    reason: ClassVar[str] = "LAUNCH_EXPIRED"
    title: ClassVar[str] = "A launch waited too long"

    late_ms: int

    def line(self) -> str:
        """Say by how much."""
        return f"expire_time passed {self.late_ms} ms before the launch could be sent"

    def help(self) -> str:
        """Say what to change."""
        return "give it more time (expire_after, expire_time), a higher priority, or the environment a faster pace"


class StoreBusy(QueueProblem, frozen=True, kw_only=True):
    """Another program holds a write lock on the database for longer than the queue waits."""

    code: ClassVar[str] = "TL312"
    reason: ClassVar[str] = "STORE_BUSY"
    title: ClassVar[str] = "Another program is writing to the queue's file"

    path: str
    fault: str
    retry_after_ms: int = 5_000

    def line(self) -> str:
        """Name the file."""
        return f"`{self.path}` is locked by another program: {self.fault}; nothing of this call was stored"

    def help(self) -> str:
        """Say what to end."""
        return "end the program that writes to it (a database shell, a backup); the queue goes on by itself"


class NotDurable(QueueProblem, frozen=True, kw_only=True):
    """The database does not keep what it says is written."""

    code: ClassVar[str] = "TL311"
    reason: ClassVar[str] = "NOT_DURABLE"
    title: ClassVar[str] = "The database does not sync what it writes"

    path: str
    setting: str
    seen: str
    needed: str

    def line(self) -> str:
        """Name the setting as it is and as it must be."""
        return f"`{self.path}` has {self.setting} `{self.seen}`, and must have `{self.needed}` for a receipt to mean durable"

    def help(self) -> str:
        """Say what usually causes it."""
        return "put the database on a local disk: WAL does not work on network file systems"


class BackupExists(QueueProblem, frozen=True, kw_only=True):
    """A backup's file is there already."""

    code: ClassVar[str] = "TL313"
    reason: ClassVar[str] = "BACKUP_EXISTS"
    title: ClassVar[str] = "A backup overwrites nothing"
    kind: ClassVar[Kind] = Kind.STATE

    file: str

    def line(self) -> str:
        """Name the file."""
        return f"`{self.file}` is there already, and a backup overwrites nothing"

    def help(self) -> str:
        """Say both ways out."""
        return "name a new file, with the date in it for instance, or remove that one first"


class BackupFailed(QueueProblem, frozen=True, kw_only=True):
    """A backup that could not be made; nothing is left of it."""

    code: ClassVar[str] = "TL314"
    reason: ClassVar[str] = "BACKUP_FAILED"
    title: ClassVar[str] = "The backup could not be made"
    kind: ClassVar[Kind] = Kind.STATE

    path: str
    fault: str

    def line(self) -> str:
        """Name the store and the fault."""
        return f"no backup was made of `{self.path}`: {self.fault}"

    def help(self) -> str:
        """Say what to check."""
        return "check `queue` in the settings, and that the backup's folder is there, has room, and may be written by this user"
