"""Executions: what a launch became, from RUNNING to its end. Pure; time is handed in."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.contract.words import REASON_FAILURE, REASON_SUCCESS
from tieline.twin.flows import TwinFlow
from tieline.twin.script import Outcome, chosen, evaluated, told_of
from tieline.twin.times import iso

FAILURE = {
    "message": "An expression (or part of an expression) resulted in a null where one is disallowed.",
    "code": "error.workflow.expression.unexpectedNull",
    "messageWithParams": "An expression (or part of an expression) resulted in a null near position {pos} where one is disallowed"
    " in expression '{expression}'.",
    "messageParams": {"expression": "Flow.userEmail", "pos": "0"},
}
"""The `flowErrorInfo` of a failed run (observed, forum thread 20500)."""
_USUAL, _FAILS = Outcome(), Outcome(end="FAILED")


class Execution(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One run. `launched` and `ends` are milliseconds since the epoch, `ends` None for one that does not; `end` is the status it
    ends with, `outputs` and `error` what it ends with. `seen` is when it can first be found. `raw` is the body of its launch as it came, empty when it was too large to keep.
    """

    id: str
    flow: TwinFlow
    version: str
    name: str | None
    launched: int
    ends: int | None
    end: str = "COMPLETED"
    outputs: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    raw: bytes = b""
    seen: int = 0

    @property
    def body(self) -> dict[str, Any] | None:
        """The launch request; None when it was too large to keep."""
        return msgspec.json.decode(self.raw) if self.raw else None

    def visible(self, now: int) -> bool:
        """Whether it can be found at `now`."""
        return now >= self.seen

    def ended(self, now: int) -> bool:
        """Whether it is over at `now`."""
        return self.ends is not None and now >= self.ends

    def status(self, now: int) -> str:
        """Where the run stands at `now`."""
        return self.end if self.ended(now) else "RUNNING"

    def error_code(self, now: int) -> str | None:
        """The code of what it failed with; None when it has not."""
        return str(self.error["code"]) if self.ended(now) and self.error is not None and "code" in self.error else None

    def ref(self) -> dict[str, Any]:
        """Give the answer of the launch."""
        name = {} if self.name is None else {"name": self.name}
        return {"id": self.id, **name, "flowVersion": self.flow.version_ref(self.version), "selfUri": self._uri()}

    def entity(self, now: int) -> dict[str, Any]:
        """Give the run as GET /flows/executions/{id} does, in the recorded form."""
        status = self.status(now)
        entity: dict[str, Any] = {"id": self.id} if self.name is None else {"id": self.id, "name": self.name}
        entity |= {"flowVersion": self.flow.version_entity(self.version), "dateLaunched": iso(self.launched), "status": status}
        if self.ends is not None and status != "RUNNING":
            entity |= {"dateCompleted": iso(self.ends)}
        if status == "COMPLETED":
            entity |= {
                "completionReason": REASON_SUCCESS,
                "outputData": self.flow.outputs if self.outputs is None else self.outputs,
            }
        if status in {"FAILED", "ERROR"}:
            entity |= {"completionReason": REASON_FAILURE, "flowErrorInfo": self.error}
        return entity | {"selfUri": self._uri()}

    def _uri(self) -> str:
        return f"/api/v2/flows/executions/{self.id}"


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a run begins with: its id, what is launched under which name, the body decoded and as it came, when (milliseconds), and
    how long a run takes and stays out of sight unless its flow says otherwise.
    """

    id: str
    flow: TwinFlow
    version: str
    name: str | None
    body: dict[str, Any]
    raw: bytes
    now: int
    run_ms: int
    visible_ms: int = 0


def begun(start: Start) -> Execution:
    """Begin a run: how it will go on is decided here, by the flow's script where it has one."""
    id, flow, version, name, now = start.id, start.flow, start.version, start.name, start.now
    usual = start.run_ms if flow.seed.run_ms is None else flow.seed.run_ms
    if not flow.seed.script:
        error = FAILURE if flow.seed.fails else None
        return Execution(
            id=id, flow=flow, version=version, name=name, launched=now, ends=now + usual,
            end="FAILED" if flow.seed.fails else "COMPLETED", error=error, raw=start.raw, seen=now + start.visible_ms,
        )  # fmt: skip
    told = told_of(start.body, flow.id, version, name)
    one = chosen(flow.seed.script, told) or (_FAILS if flow.seed.fails else _USUAL)
    takes = usual if one.after_ms is None else one.after_ms
    computed = {name: evaluated(text, told) for name, text in one.compute.items()}
    return Execution(
        id=id,
        flow=flow,
        version=version,
        name=name,
        launched=now,
        ends=None if one.end == "RUNNING" else now + takes,
        end=one.end,
        outputs=flow.written({**(one.outputs or flow.seed.outputs), **computed}),
        error=(one.error or FAILURE) if one.end in {"FAILED", "ERROR"} else None,
        raw=start.raw,
        seen=now + (start.visible_ms if one.visible_ms is None else one.visible_ms),
    )
