"""The control plane's handlers of what happened: the journal, waiting, launches, expectations, verdicts."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.twin.control.call import Call, WrongCallError
from tieline.twin.expecting import Expected, Launch, judged
from tieline.twin.journal import Where, told
from tieline.twin.state import State

WAIT_MAX_MS = 120_000


def report(state: State, where: Where | None = None, limit: int | None = None) -> dict[str, Any]:
    """Give the journal, newest last, with how many launches there were and how many exchanges it no longer holds."""
    lines = state.journal.find(where or Where(), limit)
    return {"launches": state.launches, "dropped": state.journal.dropped, "exchanges": told(lines)}


def journal(call: Call) -> Any:
    """Give the exchanges there were, newest last; the query says which: `status=4xx`, `path=/api/v2/flows/*`, `after=17`, `limit=50`."""
    query = {name: value for name, value in call.query.items() if name != "namespace"}
    limit = msgspec.convert(query.pop("limit", None), int | None, strict=False)
    if limit is not None and limit < 0:
        raise WrongCallError("limit is 0 or more")
    return report(call.org, msgspec.convert(query, Where, strict=False), limit)


def count(call: Call) -> Any:
    """Say how many exchanges fit; the query is that of `journal`."""
    query = {name: value for name, value in call.query.items() if name != "namespace"}
    return {"count": len(call.org.journal.find(msgspec.convert(query, Where, strict=False)))}


class _Wait(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    where: Where = msgspec.field(default_factory=Where)
    count: int = 1
    timeout_ms: int = 10_000


async def wait(call: Call) -> Any:
    """Wait until so many exchanges fit; says whether they came, and gives them."""
    wanted = call.read(_Wait)
    if not 0 <= wanted.timeout_ms <= WAIT_MAX_MS:
        raise WrongCallError(f"timeout_ms lies between 0 and {WAIT_MAX_MS}")
    came = await call.org.journal.wait(wanted.where, wanted.count, wanted.timeout_ms / 1000)
    return {"came": came, **report(call.org, wanted.where)}


def launches(call: Call) -> Any:
    """Give the launches there were, oldest first, with their inputs and how their runs stand."""
    now = call.org.clock()
    return {"launches": [{**msgspec.to_builtins(one), "status": run.status(now)} for one, run in _launches(call.org)]}


def executions(call: Call) -> Any:
    """Give the runs as the API gives them, oldest first; `id=ID` gives one."""
    now, wanted = call.org.clock(), call.query.get("id")
    runs = [run for run in call.org.executions.values() if wanted in (None, run.id)]
    return {"executions": [run.entity(now) for run in runs]}


class _Verify(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    launches: tuple[Expected, ...]
    nothing_else: bool = False


def verify(call: Call) -> Any:
    """Hold the launches against what is expected: `{"launches": [{"flow": ..., "inputs": {...}, "times": 1}]}`. Says for each what
    was wanted, what came, and the nearest to it; `ok` says that all of it is so.
    """
    wanted = call.read(_Verify)
    return judged(wanted.launches, [one for one, _ in _launches(call.org)], nothing_else=wanted.nothing_else)


def verdicts(call: Call) -> Any:
    """Say how each client behaves: a launch repeated, Retry-After ignored, a token per call, a secret out of place."""
    return {"clients": call.org.conducts.told()}


def _launches(state: State) -> list[tuple[Launch, Any]]:
    found = []
    for run in state.executions.values():
        body = run.body
        inputs = (body or {}).get("inputData") or {}
        one = Launch(
            execution=run.id,
            flow=run.flow.name,
            flow_id=run.flow.id,
            version=run.version,
            name=run.name,
            inputs=inputs,
            request=body,
        )
        found.append((one, run))
    return found
