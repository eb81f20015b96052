"""What a twin tells a test: its flows, what was launched, and what came over the wire."""

from __future__ import annotations

from typing import Any

import msgspec


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow of the twin's org."""

    id: str
    name: str
    type: str
    published: bool
    input_schema: dict[str, Any] | None = None


class Launched(msgspec.Struct, frozen=True, kw_only=True):
    """One launch the twin took. `inputs` is the body's `inputData`, `request` the whole body (None when it was too
    large to keep), `status` how its run stands.
    """

    execution_id: str
    flow: str
    flow_id: str
    version: str
    name: str | None
    inputs: dict[str, Any]
    request: dict[str, Any] | None = None
    status: str = "RUNNING"


def launched(told: dict[str, Any]) -> Launched:
    """Read one launch."""
    known = {name: told[name] for name in Launched.__struct_fields__ if name in told}
    return Launched(execution_id=told["execution"], **known)


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal. `code` is the error's, `execution` what was launched; `more` is what else the twin noted."""

    time: str
    method: str
    path: str
    status: int
    code: str | None = None
    execution: str | None = None
    more: dict[str, Any] = msgspec.field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in a line: what was asked, what was answered, and what the twin has to say of it."""
        status = str(self.status) if self.status else "no answer"
        notes = [self.code, f"fault {self.more['fault']}" if "fault" in self.more else None, self.more.get("findings")]
        return " ".join(part for part in (self.time[11:23], self.method, self.path, status, *notes) if part)


def exchange(line: dict[str, Any]) -> Exchange:
    """Read one line of the journal."""
    known = {name: line[name] for name in Exchange.__struct_fields__ if name in line and name != "more"}
    return Exchange(**known, more={name: value for name, value in line.items() if name not in known})
