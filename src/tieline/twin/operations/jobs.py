"""Uploads of flows: a job is begun, a YAML file put where it says, and after a while there is a flow with the inputs it declares."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.contract.architect_yaml import ArchitectYamlError, read
from tieline.contract.operations_around import FLOWS_JOB, FLOWS_JOBS
from tieline.twin.checking import check
from tieline.twin.listing import Query
from tieline.twin.operations.asked import Asked, object_of
from tieline.twin.reading import refuse
from tieline.twin.seed import fault_of, of_architect
from tieline.twin.state import State, Upload
from tieline.twin.times import iso

PUBLISH_MS = 500
"""How long the publishing of an upload takes; a figure of the twin's own (the provider asks every 15 s)."""
UPLOADS = "/_twin/uploads/"
"""Where an uploaded file is put; the cloud gives an address of its object store."""
UPLOAD_HEADERS = {"Content-Type": "application/octet-stream"}


def begin(state: State, asked: Asked) -> dict[str, Any]:
    """Begin an upload. The body may be left out; the Python SDK 269 sends `null` then."""
    if asked.body.strip() not in (b"", b"null"):
        check(FLOWS_JOBS, object_of(state, FLOWS_JOBS, asked), "RegisterArchitectJobRequest", state.options.strict)
    job = state.upload()
    return {
        "id": job.id,
        "presignedUrl": f"{asked.origin}{UPLOADS}{job.id}?signature={job.signature}",
        "headers": UPLOAD_HEADERS,
        "selfUri": FLOWS_JOB.path.replace("{jobId}", job.id),
    }


def put(state: State, job: Upload, text: bytes) -> None:
    """Take the file of a job: a flow of the same name and type gets a new version, or there is a new flow. It is there at once,
    whether anybody asks what became of the job or not; the job itself takes a while to say so. A second file is not looked at.
    """
    if job.received is not None:
        return
    job.received = state.clock()
    try:
        told = read(text.decode("utf-8-sig"))
    except (ArchitectYamlError, UnicodeDecodeError) as fault:
        job.fault = str(fault)
        return
    same = next((flow for flow in state.flows.values() if (flow.name, flow.type) == (told.name, told.type)), None)
    id, versions, division = state.new_id(), 1, None
    if same is not None:
        id, versions, division = same.id, len(same.versions) + 1, same.seed.division
    made = msgspec.structs.replace(of_architect(told), id=id, versions=versions, division=division)
    job.fault = fault_of(made)
    if job.fault is None:
        state.plant((made,), keep=True)
        job.flow = made


def job(state: State, asked: Asked) -> dict[str, Any]:
    """Say what became of an upload."""
    expand = Query(FLOWS_JOB, asked.query).words("expand")
    found = state.uploads.get(asked.path[0])
    if found is None:
        raise refuse(FLOWS_JOB, "general.resource.not.found", field="jobId")
    done = found.received is not None and state.clock() >= found.received + PUBLISH_MS
    status = "Registered" if found.received is None else "Started" if not done else "Failure" if found.fault else "Success"
    told: dict[str, Any] = {"id": found.id, "status": status, "command": found.command}
    if status == "Success" and found.flow is not None:
        told["flow"] = {"id": found.flow.flow_id, "selfUri": f"/api/v2/flows/{found.flow.flow_id}"}
    if status == "Failure" or "messages" in expand:
        lines = [{"dateTime": iso(found.received or 0), "type": "Error", "text": found.fault}] if found.fault else []
        told["messages"] = lines if done else []
    return {**told, "selfUri": FLOWS_JOB.path.replace("{jobId}", found.id)}
