"""A recording is read, served again and held against the twin; what differs is named and nothing else."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.twin.raw import Caller, Hands
from tieline.twin.replaying.grading import Grade, grade, shape
from tieline.twin.replaying.recording import RecordingError, read_recording
from tieline.twin.replaying.replay import MISSED, Replay

FLOW = "9863b810-8682-4e57-bea3-8a3e244c48a0"
LAUNCH = {"flowId": FLOW, "inputData": {"Flow.a": "x"}}
BEARER = {"Authorization": "Bearer abc", "Content-Type": "application/json"}
HEADERS = {
    "Content-Type": "application/json",
    "inin-correlation-id": "c",
    "inin-ratelimit-count": "1",
    "inin-ratelimit-allowed": "300",
    "inin-ratelimit-reset": "60",
}
LAUNCHED = {
    "id": "77887197-c917-445b-8b17-06b10fbf7c8f",
    "name": "flow 1",
    "flowVersion": {"id": "1.0", "name": "1.0", "selfUri": f"/api/v2/flows/{FLOW}/versions/1.0"},
    "selfUri": "/api/v2/flows/executions/77887197-c917-445b-8b17-06b10fbf7c8f",
}


def exchange(method: str, path: str, status: int, came: Any, sent: Any = None, **more: Any) -> dict[str, Any]:
    request = {"method": method, "url": "https://api.mypurecloud.de" + path, "headers": BEARER, "body": sent}
    return {"request": request, "response": {"status": status, "headers": more.get("headers", HEADERS), "body": came}}


def written(folder: Path, *exchanges: dict[str, Any]) -> Path:
    file = folder / "recording.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in exchanges))
    return file


async def graded(file: Path) -> list[Grade]:
    numbers = iter(range(1, 1000))
    return await grade(read_recording(file), clock=Hands(), new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}")


async def test_a_launch_as_the_twin_answers_it_differs_in_nothing(tmp_path: Path) -> None:
    [grade] = await graded(written(tmp_path, exchange("POST", "/api/v2/flows/executions", 200, LAUNCHED, LAUNCH)))
    assert grade.operation == "postFlowsExecutions"
    assert grade.differences == ()


async def test_a_run_of_the_recording_is_read_as_the_run_of_the_twin(tmp_path: Path) -> None:
    missing = {"message": "no", "code": "architect.flow.execution.not.found", "status": 404, "contextId": "c"}
    file = written(
        tmp_path,
        exchange("POST", "/api/v2/flows/executions", 200, LAUNCHED, LAUNCH),
        exchange("GET", str(LAUNCHED["selfUri"]), 404, missing),
    )
    found = (await graded(file))[1].differences
    assert {one.at: (one.recorded, one.twin) for one in found if one.at in {"status", "code"}} == {
        "status": ("404", "200"),
        "code": ("architect.flow.execution.not.found", "none"),
    }


async def test_a_field_the_twin_does_not_give_is_named_once(tmp_path: Path) -> None:
    came = {**LAUNCHED, "tracing": {"id": "t", "parts": [{"n": 1}]}}
    [one] = await graded(written(tmp_path, exchange("POST", "/api/v2/flows/executions", 200, came, LAUNCH)))
    assert [(d.at, d.recorded, d.twin) for d in one.differences if d.at.startswith("/")] == [("/tracing", "an object", "missing")]


async def test_a_refused_token_stays_refused(tmp_path: Path) -> None:
    came = {"message": "Invalid login credentials.", "code": "bad.credentials", "status": 401, "contextId": "c"}
    [one] = await graded(written(tmp_path, exchange("GET", "/api/v2/flows", 401, came)))
    assert not {d.at for d in one.differences} & {"status", "code"}


def test_items_of_an_array_are_one_place() -> None:
    assert dict(shape({"entities": [{"id": "a"}, {"id": "b", "total": 1}]})) == {
        "": "an object",
        "/entities": "an array",
        "/entities/*": "an object",
        "/entities/*/id": "a string",
        "/entities/*/total": "a number",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no exchange with an answer"),
        ("{}", "line 1"),
        ('{"request": {}, "response": {"status": "x"}}', "line 1"),
        ('{"request": {}}', "no exchange with an answer"),
        ("[" * 5_000, "line 1"),
    ],
)
def test_what_is_no_recording_says_so(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(text)
    with pytest.raises(RecordingError, match=said):
        read_recording(file)


def test_a_recording_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        read_recording(tmp_path / "none.jsonl")


async def test_a_replay_answers_in_order_and_the_last_answer_stays(tmp_path: Path) -> None:
    run = "/api/v2/flows/executions/77887197-c917-445b-8b17-06b10fbf7c8f"
    replay = Replay(
        read_recording(
            written(
                tmp_path,
                exchange("GET", run, 200, {"status": "RUNNING"}),
                exchange("GET", run, 200, {"status": "COMPLETED"}),
                exchange("POST", "/api/v2/flows/executions", 400, {"code": "bad.request"}, {"flowId": 1}),
                exchange("POST", "/api/v2/flows/executions", 200, LAUNCHED, LAUNCH),
            )
        )
    )
    assert [(await asked(replay, "GET", run))[2]["status"] for _ in range(3)] == ["RUNNING", "COMPLETED", "COMPLETED"]
    spaced = json.dumps(dict(reversed(LAUNCH.items())), indent=2).encode()
    assert (await asked(replay, "POST", "/api/v2/flows/executions", spaced))[0] == 200
    assert (await asked(replay, "POST", "/api/v2/flows/executions", b'{"flowId":1}'))[0] == 400
    status, headers, body = await asked(replay, "GET", "/api/v2/other")
    assert (status, headers[MISSED], body["code"]) == (404, "none", "not.found")


async def asked(
    replay: Callable[[Any, Any, Any], Awaitable[None]], method: str, path: str, body: bytes = b""
) -> tuple[int, dict[str, str], Any]:
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await replay({"type": "http", "method": method, "path": path, "query_string": b""}, receive, send)
    return (
        said[0]["status"],
        {name.decode(): value.decode() for name, value in said[0]["headers"]},
        json.loads(said[1]["body"]),
    )


async def test_what_the_twin_itself_answers_is_graded_without_a_difference(twin: Caller, tmp_path: Path) -> None:
    """The recording of a twin, held against a twin: whatever is said then is the grading's own fault."""
    headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
    flow = twin.flows["Deployment announcements"]
    asked_of: list[tuple[str, str, Any]] = [
        ("GET", "/api/v2/flows?pageSize=2", None),
        ("GET", f"/api/v2/flows/{flow}", None),
        ("POST", "/api/v2/flows/executions", {"flowId": flow, "inputData": {"Flow.repository": "r"}}),
        ("POST", "/api/v2/flows/executions", {"flowId": flow, "extra": 1}),
        ("GET", "/api/v2/nothing", None),
    ]
    lines = []
    for method, path, sent in asked_of:
        came = await twin.send(method, path, json.dumps(sent).encode() if sent else None, headers)
        request = {"method": method, "url": path, "headers": headers, "body": sent}
        lines.append({"request": request, "response": {"status": came.status, "headers": came.headers, "body": came.json}})
    found = await graded(written(tmp_path, *lines))
    assert [(one.path, one.differences) for one in found if one.differences] == []
