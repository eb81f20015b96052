"""Executions: what a launch became, from RUNNING to its end. Pure; time is handed in."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.contract.words import REASON_FAILURE, REASON_SUCCESS
from tieline.twin.flows import TwinFlow
from tieline.twin.times import iso

FAILURE = {
    "message": "An expression (or part of an expression) resulted in a null where one is disallowed.",
    "code": "error.workflow.expression.unexpectedNull",
    "messageWithParams": "An expression (or part of an expression) resulted in a null near position {pos} where one is disallowed"
    " in expression '{expression}'.",
    "messageParams": {"expression": "Flow.userEmail", "pos": "0"},
}
"""The `flowErrorInfo` of a failed run (observed, forum thread 20500)."""


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `launched` and `ends` are milliseconds since the epoch; `body` is the launch request's decoded body, None when it
    was too large to keep.
    """

    id: str
    flow: TwinFlow
    version: str
    name: str | None
    launched: int
    ends: int
    body: dict[str, Any] | None = None

    def status(self, now: int) -> str:
        """Where the run stands at `now`."""
        if now < self.ends:
            return "RUNNING"
        return "FAILED" if self.flow.seed.fails else "COMPLETED"

    def ref(self) -> dict[str, Any]:
        """Give the answer of the launch."""
        name = {} if self.name is None else {"name": self.name}
        return {"id": self.id, **name, "flowVersion": self.flow.version_ref(self.version), "selfUri": self._uri()}

    def entity(self, now: int) -> dict[str, Any]:
        """Give the run as GET /flows/executions/{id} does, in the recorded form."""
        status = self.status(now)
        entity: dict[str, Any] = {"id": self.id} if self.name is None else {"id": self.id, "name": self.name}
        entity |= {"flowVersion": self.flow.version_entity(self.version), "dateLaunched": iso(self.launched), "status": status}
        if status != "RUNNING":
            entity |= {"dateCompleted": iso(self.ends)}
        if status == "COMPLETED":
            entity |= {"completionReason": REASON_SUCCESS, "outputData": self.flow.outputs}
        if status == "FAILED":
            entity |= {"completionReason": REASON_FAILURE, "flowErrorInfo": FAILURE}
        return entity | {"selfUri": self._uri()}

    def _uri(self) -> str:
        return f"/api/v2/flows/executions/{self.id}"
