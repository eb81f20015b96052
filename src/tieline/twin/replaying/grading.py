"""Holds the twin against a recording: sends it each recorded request, and says where its answer has another status or form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from tieline.contract.operations import LAUNCH, TOKEN
from tieline.twin import paths
from tieline.twin.http import Application
from tieline.twin.options import Clock, NewId, TwinOptions
from tieline.twin.replaying.recording import Recorded
from tieline.twin.seed import SeedFlow
from tieline.twin.spaces import Spaces
from tieline.twin.state import State

PLENTY = 1_000_000
"""Requests a minute for each token while grading: the headers of the limit are there, and it is never met."""
_HEADERS = ("inin-correlation-id", "inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset", "retry-after")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which the twin answers otherwise. `at` is `status`, `code`, `header:NAME` or a JSON pointer (`*` is any item)."""

    at: str
    recorded: str
    twin: str


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """How the twin did on one exchange; `line` is the recording's. `operation` is None for a path the twin does not know."""

    line: int
    operation: str | None
    method: str
    path: str
    status: int
    differences: tuple[Difference, ...]


async def grade(recorded: Sequence[Recorded], *, clock: Clock, new_id: NewId) -> list[Grade]:
    """Ask a fresh twin, which has the recording's own flows, for each exchange in order."""
    options = TwinOptions(limit=PLENTY, run_ms=0)
    flows = tuple(seeds(recorded))
    state = State(options, flows, clock=clock, new_id=new_id)
    spaces = Spaces(lambda _: state)
    application = Application(spaces, None)
    runs: dict[str, str] = {}
    return [await _graded(application, state, one, runs) for one in recorded]


async def _graded(application: Application, state: State, one: Recorded, runs: dict[str, str]) -> Grade:
    status, headers, body = await _ask(application, state, one, runs)
    routes = paths.find(one.path)
    operation = TOKEN.id if one.path == TOKEN.path else routes[one.method].operation.id if one.method in routes else None
    if operation == LAUNCH.id and isinstance(body, dict) and isinstance(one.value, dict) and "id" in body and "id" in one.value:
        runs[str(one.value["id"])] = str(body["id"])
    return Grade(
        line=one.number,
        operation=operation,
        method=one.method,
        path=one.path,
        status=one.status,
        differences=tuple(_differences(one, status, headers, body)),
    )


def _follow(state: State, one: Recorded, path: str) -> None:
    """Let the run that is read stand as the recorded one did: when and how a run ends is the flow's, and no part of the form."""
    run = state.executions.get(path.rpartition("/")[2])
    told = one.value if isinstance(one.value, dict) else {}
    if run is None or one.method != "GET" or not isinstance(told.get("status"), str):
        return
    ends = None if told["status"] == "RUNNING" else state.clock()
    state.executions[run.id] = msgspec.structs.replace(
        run, ends=ends, end=told["status"], outputs=told.get("outputData"), error=told.get("flowErrorInfo")
    )


async def _ask(application: Application, state: State, one: Recorded, runs: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    path = one.path
    for theirs, ours in runs.items():
        path = path.replace(theirs, ours)
    _follow(state, one, path)
    scope = {
        "type": "http",
        "http_version": "1.0",  # a recording may have left `Host` away
        "method": one.method,
        "path": unquote(path),
        "query_string": one.query.encode(),
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in _headers(state, one).items()],
    }
    said: list[dict[str, Any]] = []
    sent = [{"type": "http.request", "body": _credentials(state, one), "more_body": False}]

    async def receive() -> dict[str, Any]:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await application(scope, receive, send)
    headers = {name.decode().casefold(): value.decode() for name, value in said[0]["headers"]}
    return said[0]["status"], headers, _value(b"".join(part.get("body", b"") for part in said[1:]))


def _headers(state: State, one: Recorded) -> dict[str, str]:
    """A token that was good is one of the twin's; one that was refused stays the stranger it is."""
    headers = {name: value for name, value in one.request_headers.items() if name not in {"host", "content-length"}}
    if one.path == TOKEN.path:
        headers.pop("authorization", None)
    elif "authorization" in headers and one.status != 401:
        client = next(iter(state.clients.values()))
        token = next((name for name in state.tokens if state.token(name)), None) or state.issue(client)[0]
        headers["authorization"] = f"Bearer {token}"
    return headers


def _credentials(state: State, one: Recorded) -> bytes:
    if one.path != TOKEN.path or one.status >= 400:
        return one.request_body
    client = next(iter(state.clients.values()))
    return f"grant_type=client_credentials&client_id={client.id}&client_secret={client.secret}".encode()


def _value(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


# -- what differs ----------------------------------------------------------------------------------------------------


def _differences(one: Recorded, status: int, headers: dict[str, str], body: Any) -> Iterator[Difference]:
    if one.status != status:
        yield Difference(at="status", recorded=str(one.status), twin=str(status))
    theirs, ours = _code(one.value), _code(body)
    if theirs != ours:
        yield Difference(at="code", recorded=theirs or "none", twin=ours or "none")
    for name in _HEADERS:
        if (name in one.response_headers) != (name in headers):
            here, there = ("there", "missing") if name in headers else ("missing", "there")
            yield Difference(at=f"header:{name}", recorded=there, twin=here)
    if one.status == status:
        yield from _shapes(one.value, body)


def _code(value: Any) -> str | None:
    found = value.get("code") or value.get("error") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _shapes(recorded: Any, twin: Any) -> Iterator[Difference]:
    theirs, ours = dict(shape(recorded)), dict(shape(twin))
    for at in sorted(theirs.keys() | ours.keys()):
        if theirs.get(at) != ours.get(at) and not _below(at, theirs, ours):
            yield Difference(at=at or "/", recorded=theirs.get(at, "missing"), twin=ours.get(at, "missing"))


def _below(at: str, theirs: dict[str, str], ours: dict[str, str]) -> bool:
    """Whether the difference lies in something that is missing as a whole, and is said there."""
    above = at.rpartition("/")[0]
    return bool(at) and ((above in theirs) != (above in ours) or _empty(above, theirs) or _empty(above, ours))


def _empty(at: str, shapes: dict[str, str]) -> bool:
    return shapes.get(at) in {"an empty array", "null"}


_VARIABLE = frozenset({"inputData", "outputData", "inputSchema", "outputSchema"})
"""Objects that are the flow's own: they are no part of the form."""


def shape(value: Any, at: str = "", depth: int = 12) -> Iterator[tuple[str, str]]:
    """Give each place of a JSON value with the kind that stands there; items of an array are one place, `*`."""
    yield at, _kind(value)
    if depth == 0 or at.rpartition("/")[2] in _VARIABLE:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from shape(item, f"{at}/{name}", depth - 1)
    elif isinstance(value, list):
        merged: dict[str, str] = {}
        for item in value[:200]:
            merged.update(shape(item, f"{at}/*", depth - 1))
        yield from merged.items()


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "a date" if len(value) in {20, 24} and value[4:5] == "-" and value[-1:] == "Z" else "a string"
    if isinstance(value, list):
        return "an array" if value else "an empty array"
    kinds = {bool: "a boolean", int: "a number", float: "a number", dict: "an object", type(None): "null"}
    return kinds.get(type(value), "another value")


# -- the flows of the recording --------------------------------------------------------------------------------------


def seeds(recorded: Iterable[Recorded]) -> Iterator[SeedFlow]:
    """Give the flows that the recording shows: those that were read, and those that were launched, which take any input, or were not
    launched because they were not published.
    """
    found: dict[str, SeedFlow] = {}
    for one in recorded:
        for entity in _entities(one.value):
            if (flow := _seed(entity)) is not None and (flow.id not in found or flow.input_schema is not None):
                found[flow.flow_id] = flow
    for one in recorded:
        body = _value(one.request_body)
        id = body.get("flowId") if one.path == LAUNCH.path and isinstance(body, dict) else None
        published = one.status == LAUNCH.success
        if isinstance(id, str) and id not in found and (published or _code(one.value) == "flow.config.not.published"):
            name = f"flow {len(found) + 1}"
            found[id] = SeedFlow(id=id, name=name, published=published, input_schema={"type": "object"})
    yield from found.values()


def _entities(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, dict):
        return []
    listed = value.get("entities")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else [value]


def _seed(entity: dict[str, Any]) -> SeedFlow | None:
    id, name, kind = entity.get("id"), entity.get("name"), entity.get("type")
    if not (
        isinstance(id, str)
        and isinstance(name, str)
        and isinstance(kind, str)
        and str(entity.get("selfUri", "")).endswith(f"/flows/{id}")
    ):
        return None
    version = entity.get("publishedVersion")
    schema = entity.get("inputSchema") or (version.get("inputSchema") if isinstance(version, dict) else None)
    published = isinstance(version, dict)
    versions = int(float(str(version.get("id", "1.0")))) if isinstance(version, dict) and _number(version.get("id")) else 1
    return SeedFlow(
        id=id,
        name=name,
        type=kind.upper(),
        description=entity.get("description"),
        published=published,
        versions=max(1, min(versions, 100)),
        input_schema=schema if isinstance(schema, dict) else {"type": "object"},
    )


def _number(value: Any) -> bool:
    return isinstance(value, str) and value.replace(".", "", 1).isdigit()
