"""Past runs: searched, and made ready to be fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tieline.contract.operation import Operation
from tieline.contract.operations_around import CAPABILITIES, INSTANCE, INSTANCES_JOB, INSTANCES_JOBS, INSTANCES_QUERY
from tieline.contract.schemas_around import INSTANCE_FLOW_TYPES, INSTANCE_KEYS, INSTANCE_OPERATORS, INSTANCES_MAX
from tieline.twin.checking import check
from tieline.twin.executions import Execution
from tieline.twin.listing import Query
from tieline.twin.operations.asked import Asked, Made, object_of, reaches
from tieline.twin.reading import refuse
from tieline.twin.state import DataJob, State
from tieline.twin.times import iso, milliseconds

PAGE_SIZE = 50
JOB_MS = 500
"""How long such a job runs; a figure of the twin's own."""
_READERS: Mapping[str, Callable[[Execution, int], Any]] = {
    "FlowStartDateTime": lambda run, now: run.launched,
    "FlowEndDateTime": lambda run, now: run.ends if run.ended(now) else None,
    "FlowType": lambda run, now: run.flow.type.lower(),
    "FlowId": lambda run, now: run.flow.id,
    "FlowErrorReason": lambda run, now: run.error_code(now),
}
"""What a run can be searched by here, times as milliseconds; a run has no value for the other keys, so nothing is found by them."""
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda has, wanted: has == wanted,
    "gt": lambda has, wanted: has > wanted,
    "gte": lambda has, wanted: has >= wanted,
    "lt": lambda has, wanted: has < wanted,
    "lte": lambda has, wanted: has <= wanted,
    "not": lambda has, wanted: has != wanted,
    "begins": lambda has, wanted: str(has).startswith(str(wanted)),
    "not_null": lambda has, wanted: True,
}


def query(state: State, asked: Asked) -> dict[str, Any]:
    """Search past runs, newest first; the groups must all hold."""
    told = Query(INSTANCES_QUERY, asked.query)
    size = told.number("pageSize", PAGE_SIZE, INSTANCES_MAX)
    index_only = told.flag("indexOnly")
    body = object_of(state, INSTANCES_QUERY, asked)
    check(INSTANCES_QUERY, body, "CriteriaQuery", state.options.strict)
    now, groups = state.clock(), [_read(group) for group in body["query"]]
    there = (run for run in reversed(state.executions.values()) if state.visible(run) and reaches(asked.client, run.flow))
    runs = [run for run in there if all(_group(run, now, group) for group in groups)]
    entities = [_result(run, now, index_only=index_only) for run in runs[: min(size, INSTANCES_MAX)]]
    total = min(len(runs), INSTANCES_MAX)
    return {"entities": entities, "pageSize": size, "pageNumber": 1, "total": total, "pageCount": -(-total // size)}


def capabilities(state: State, asked: Asked) -> dict[str, Any]:
    """Say what past runs can be searched by."""
    del state
    Query(CAPABILITIES, asked.query).choice("expand", "flow", ("flow", "action"))
    criteria = [
        {
            "criteriaKey": key,
            "criteriaGroups": ["bot" if key.startswith("Bot") else "flow"],
            "operators": list(INSTANCE_OPERATORS),
            "dataType": "dateTime" if key.endswith("DateTime") else "guid" if key.endswith("Id") else "string",
        }
        for key in INSTANCE_KEYS
    ]
    return {"criteria": criteria, "flowTypes": list(INSTANCE_FLOW_TYPES), "actionTypes": [], "errorCodes": [], "warningCodes": []}


def instance(state: State, asked: Asked) -> dict[str, Any]:
    """Begin to make the history of one run ready."""
    Query(INSTANCE, asked.query).choice("expand", "bots", ("bots", "dataActions"))
    if state.run(asked.path[0]) is None:
        raise refuse(INSTANCE, "not.found", field="instanceId")
    return _job(state, asked, state.data_job((asked.path[0],)))


def begin(state: State, asked: Asked) -> dict[str, Any]:
    """Begin to make the histories of several runs ready."""
    Query(INSTANCES_JOBS, asked.query).choice("expand", "bots", ("bots", "dataActions"))
    body = object_of(state, INSTANCES_JOBS, asked)
    check(INSTANCES_JOBS, body, "ExecutionDataRequest", state.options.strict)
    return _job(state, asked, state.data_job(tuple(body["ids"])))


def job(state: State, asked: Asked) -> dict[str, Any] | Made:
    """Say how far such a job is: 202 while it runs."""
    found = state.data_jobs.get(asked.path[0])
    if found is None:
        raise refuse(INSTANCES_JOB, "not.found", field="jobId")
    told = _job(state, asked, found)
    return told if told["jobState"] == "Success" else Made(status=202, body=told)


def _job(state: State, asked: Asked, job: DataJob) -> dict[str, Any]:
    done = state.clock() >= job.begun + JOB_MS
    told: dict[str, Any] = {"id": job.id, "jobState": "Success" if done else "Running"}
    if done:
        told["entities"] = [_entity(state, asked, id) for id in job.ids]
    return {**told, "selfUri": INSTANCES_JOB.path.replace("{jobId}", job.id)}


def _entity(state: State, asked: Asked, id: str) -> dict[str, Any]:
    """Say where a history is fetched from: the twin's own address, where the cloud gives one of its object store."""
    run = state.run(id)
    if run is None or not reaches(asked.client, run.flow):
        return {"id": id, "failed": True, "statusCode": "NOT_FOUND"}
    return {"id": id, "failed": False, "statusCode": "OK", "downloadUri": f"{asked.origin}/_twin/executions?id={id}"}


def _result(run: Execution, now: int, *, index_only: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"id": run.id}
    if not index_only:
        told |= {"name": run.name} if run.name is not None else {}
        told |= {"flowId": run.flow.id, "flowVersion": run.version, "flowName": run.flow.name, "flowType": run.flow.type.lower()}
        told |= {"startDateTime": iso(run.launched)}
        told |= {"endDateTime": iso(run.ends)} if run.ends is not None and run.ended(now) else {}
        reason = run.error_code(now)
        told |= {"flowErrorReason": reason} if reason is not None else {}
    return {**told, "selfUri": f"/api/v2/flows/instances/{run.id}"}


def _read(group: Mapping[str, Any]) -> dict[str, Any]:
    """Read a group: what is held against a time is one. Raises `Refused` (400 `invalid.date`)."""
    told = {name: [_timed(item) for item in group[name]] for name in ("and", "or", "not") if group.get(name)}
    return told | ({"criteria": _timed(group["criteria"])} if group.get("criteria") else {})


def _timed(item: Mapping[str, Any]) -> Mapping[str, Any]:
    if not str(item.get("key", "")).endswith("DateTime") or item.get("operator") == "not_null":
        return item
    if (made := milliseconds(str(item.get("value", "")))) is None:
        raise refuse(INSTANCES_QUERY, "invalid.date", field="value")
    return {**item, "value": made}


def _group(run: Execution, now: int, group: Mapping[str, Any]) -> bool:
    """Whether a run fits a group: its one criterion, all of `and`, any of `or`, none of `not`."""
    one, every, either, none = (group.get(name) for name in ("criteria", "and", "or", "not"))
    return (
        (one is None or _item(run, now, one))
        and all(_item(run, now, item) for item in every or ())
        and (not either or any(_item(run, now, item) for item in either))
        and not any(_item(run, now, item) for item in none or ())
    )


def _item(run: Execution, now: int, item: Mapping[str, Any]) -> bool:
    reader = _READERS.get(item.get("key", ""))
    has = reader(run, now) if reader is not None else None
    return has is not None and _COMPARE[item.get("operator", "eq")](has, item.get("value", ""))


OPERATIONS: tuple[tuple[Operation, Callable[[State, Asked], Any]], ...] = (
    (INSTANCES_QUERY, query),
    (CAPABILITIES, capabilities),
    (INSTANCES_JOBS, begin),
    (INSTANCES_JOB, job),
    (INSTANCE, instance),
)
"""What this module does; a path of fixed words goes before one with a value in it."""
