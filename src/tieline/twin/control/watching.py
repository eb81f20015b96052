"""The control plane's handlers of what happened: the journal, waiting, launches, expectations, verdicts."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from tieline.contract.operations import LAUNCH
from tieline.twin.control import har as har_of
from tieline.twin.control.call import Call, converted
from tieline.twin.control.wrong import Wrong, WrongCallError
from tieline.twin.executions import Execution
from tieline.twin.expecting import Expected, Launch, Refused, judged
from tieline.twin.journal import TooManyError, Where, told
from tieline.twin.secrets import hidden
from tieline.twin.state import State

WAIT_MAX_MS = 120_000
COUNT_MAX = 1_000_000


def report(state: State, where: Where | None = None, limit: int | None = None) -> dict[str, Any]:
    """Give the journal, newest last. `count` is how many exchanges there were, `refused` and `struck` (by a fault on purpose) how many
    of those, `dropped` how many it no longer holds.
    """
    lines = state.journal.find(where or Where(), limit)
    journal = state.journal
    return {
        "launches": state.launches,
        "count": journal.count,
        "refused": journal.refused,
        "struck": journal.struck,
        "dropped": journal.dropped,
        "exchanges": told(lines),
    }


def journal(call: Call) -> Any:
    """Give the exchanges there were, newest last; the query says which: `status=4xx`, `path=/api/v2/flows/*`, `after=17`, `limit=50`."""
    return report(call.org, *_asked(call))


def count(call: Call) -> Any:
    """Say how many exchanges fit, and how many are no longer there to be counted; the query is that of `journal`."""
    where, limit = _asked(call)
    return {"count": len(call.org.journal.find(where, limit)), "dropped": call.org.journal.dropped}


def har(call: Call) -> Any:
    """Give the exchanges as a HAR, with the bodies of launches and no credentials; the query is that of `journal`."""
    where, limit = _asked(call)
    org = call.org
    return har_of.written(org.journal.find(where, limit), org.executions, partial(hidden, org))


def _asked(call: Call) -> tuple[Where, int | None]:
    query = call.rest
    limit = converted(query.pop("limit"), int, strict=False) if "limit" in query else None
    if limit is not None and limit < 0:
        raise WrongCallError(Wrong.BODY, "limit is 0 or more")
    return converted(query, Where, strict=False), limit


class _Wait(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    where: Where = msgspec.field(default_factory=Where)
    count: int = 1
    timeout_ms: int = 10_000


async def wait(call: Call) -> Any:
    """Wait until so many exchanges fit; says whether they came, and gives them."""
    wanted = call.read(_Wait)
    if not 0 <= wanted.timeout_ms <= WAIT_MAX_MS or not 1 <= wanted.count <= COUNT_MAX:
        raise WrongCallError(Wrong.BODY, f"timeout_ms lies between 0 and {WAIT_MAX_MS}, count between 1 and {COUNT_MAX}")
    try:
        came = await call.org.journal.wait(wanted.where, wanted.count, wanted.timeout_ms / 1000)
    except TooManyError:
        raise WrongCallError(Wrong.IMPOSSIBLE, "too many wait already") from None
    return {"came": came, **report(call.org, wanted.where)}


def launches(call: Call) -> Any:
    """Give the launches there were, oldest first, with their inputs and how their runs stand."""
    now = call.org.clock()
    return {"launches": [{**msgspec.to_builtins(one), "status": run.status(now)} for one, run in _launches(call.org)]}


def executions(call: Call) -> Any:
    """Give the runs as the API gives them, oldest first; `id=ID` gives one, from whichever namespace."""
    wanted = call.query.get("id")
    orgs = [call.org] if wanted is None or "namespace" in call.query else [state for _, state in call.spaces]
    found = [(run, state.clock()) for state in orgs for run in state.executions.values() if wanted in (None, run.id)]
    return {"executions": [run.entity(now) for run, now in found]}


class _Verify(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    launches: tuple[Expected, ...]
    nothing_else: bool = False


def verify(call: Call) -> Any:
    """Hold the launches against what is expected: `{"launches": [{"flow": ..., "inputs": {...}, "times": 1}]}`. Says for each what
    was wanted, what came, and the nearest to it; `ok` says that all of it is so.
    """
    wanted = call.read(_Verify)
    for number, one in enumerate(wanted.launches):
        if (fault := one.fault()) is not None:
            raise WrongCallError(Wrong.BODY, f"launches[{number}]: {fault}")
    refused = [Refused(status=line.status, code=line.code, findings=line.findings) for line in call.org.journal.find(_REFUSED)]
    return judged(wanted.launches, [one for one, _ in _launches(call.org)], refused, nothing_else=wanted.nothing_else)


def verdicts(call: Call) -> Any:
    """Say how each client behaves: a launch repeated, Retry-After ignored, a token per call, a secret out of place."""
    return {"clients": call.org.conducts.told()}


_REFUSED = Where(operation=LAUNCH.id, status="4xx")


def _launches(state: State) -> list[tuple[Launch, Execution]]:
    return [(_launch(run), run) for run in state.executions.values()]


def _launch(run: Execution) -> Launch:
    body = run.body
    return Launch(
        execution=run.id,
        flow=run.flow.name,
        flow_id=run.flow.id,
        version=run.version,
        name=run.name,
        inputs=(body or {}).get("inputData") or {},
        request=body,
    )
