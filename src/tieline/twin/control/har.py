"""Writes the journal as a HAR 1.2, which browsers and `tieline diagnose` read: what the journal holds, and the bodies of launches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tieline.twin.executions import Execution
from tieline.twin.journal import Exchange
from tieline.twin.times import iso

_NONE: dict[str, Any] = {"httpVersion": "HTTP/1.1", "cookies": [], "headers": [], "headersSize": -1, "bodySize": -1}


def written(lines: Sequence[Exchange], executions: Mapping[str, Execution], hide: Callable[[str], str]) -> dict[str, Any]:
    """Give the document. Headers are not kept, so none are in it; `_twin` is what else the journal says of an exchange. `hide` takes
    the secrets out of a body.
    """
    entries = [_entry(line, executions.get(line.execution or ""), hide) for line in lines]
    return {"log": {"version": "1.2", "creator": {"name": "Tieline twin", "version": "1"}, "entries": entries}}


def _entry(line: Exchange, run: Execution | None, hide: Callable[[str], str]) -> dict[str, Any]:
    request: dict[str, Any] = {**_NONE, "method": line.method, "url": line.path, "queryString": []}
    if run is not None and run.raw:
        request["postData"] = {"mimeType": "application/json", "text": hide(run.raw.decode("utf-8", "replace"))}
    content = {"size": 0, "mimeType": "application/json"}
    response = {**_NONE, "status": line.status, "statusText": line.code or "", "content": content, "redirectURL": ""}
    return {
        "startedDateTime": iso(line.time_ms),
        "time": 0,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": line.findings or "",
        "_twin": line.told(),
    }
