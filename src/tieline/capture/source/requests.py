"""The picture of a request that code builds: how it begins, and what is set on it."""

from __future__ import annotations

import re

import msgspec

from tieline.capture.source.ir import Spot
from tieline.capture.source.value import Val, plain, scalar, shown, thing, url_of

MARK = re.compile(r"flows?/executions?(?![\w-])/?(?:launch\w*/?)?(?:[?#].*)?$", re.IGNORECASE)
_BESIDE = re.compile(
    r"/api/v\d/(?:[\w{}<>$.-]+/)*(?:work)?flows?/(?:[\w{}<>$.-]+/)*(?:execut|launch|trigger|run|start)\w*/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_FLOW_ID = re.compile(r"(?:work)?flow[_-]?id", re.IGNORECASE)
_FLOW_IN_TEXT = re.compile(r"[\"'](?:work)?flow[_-]?id[\"']\s*:", re.IGNORECASE)
SDK_URL = "{basePath}/api/v2/flows/executions"


def request_of(
    spot: Spot,
    *,
    method: Val | None = None,
    url: Val | None = None,
    body: Val | None = None,
    headers: Val | None = None,
    fits: bool = True,
) -> Val:
    """Begin a request; `fits` says that all its headers will be seen (a bare client)."""
    start = headers if headers is not None else Val(form="object")
    return msgspec.structs.replace(thing("request", spot, method=method, url=url, body=body, headers=start), open=not fits)


def posted(spot: Spot, url: Val, body: Val | None, *, fits: bool = True) -> Val:
    """Make a POST."""
    return request_of(spot, method=plain("POST", spot), url=url, body=body, fits=fits)


def official(body: Val, spot: Spot) -> Val:
    """Make the request the official SDK sends; what was never set is not sent."""
    if body.form == "object":
        kept = {key: value for key, value in body.slots.items() if value.form != "scalar" or value.scalar is not None}
        body = msgspec.structs.replace(body, slots=kept)
    request = posted(spot, plain(SDK_URL, spot), body, fits=False)
    request = with_header(request, "Content-Type", plain("application/json"))
    return with_header(request, "Authorization", plain("Bearer <token>")).put("sdk", scalar(True))


def with_header(request: Val, name: str, value: Val | None) -> Val:
    """Set a header."""
    headers = request.slot("headers") or Val(form="object")
    if value is None or value.form == "absent" or headers.form != "object":
        return request
    return request.put("headers", header(headers, plain(name), value))


def header(headers: Val, name: Val, value: Val) -> Val:
    """Set a header among headers, whatever its case was before."""
    key = shown(name)
    kept = {known: inner for known, inner in headers.slots.items() if known.casefold() != key.casefold()}
    return msgspec.structs.replace(headers, slots={**kept, key: value})


def with_headers(request: Val, headers: Val | None) -> Val:
    """Set all headers of an object; what is not known leaves the request open."""
    if headers is None or headers.form in {"absent", "scalar"}:
        return request
    if headers.form != "object":
        return msgspec.structs.replace(request, open=True)
    for key, value in headers.slots.items():
        request = with_header(request, key, value)
    return msgspec.structs.replace(request, open=request.open or headers.open)


def has_header(request: Val, name: str) -> bool:
    """Tell whether a header is set."""
    headers = request.slot("headers")
    return headers is not None and any(key.casefold() == name.casefold() for key in headers.slots)


def default_type(request: Val, media: str) -> Val:
    """Set the content type a client adds by itself when the code sets none."""
    return request if has_header(request, "Content-Type") else with_header(request, "Content-Type", plain(media))


def launches(request: Val) -> bool:
    """Tell whether a request goes where launches go, or was to: a path beside it, with a body that names a flow."""
    url = request.slot("url")
    if url is None:
        return False
    address = url_of(url)
    return MARK.search(address) is not None or (_BESIDE.search(address) is not None and _names_flow(request.slot("body")))


def _names_flow(body: Val | None) -> bool:
    inner = body.inner if body is not None and body.form == "json" else body
    if inner is None:
        return False
    return any(_FLOW_ID.fullmatch(name) for name in inner.slots) or _FLOW_IN_TEXT.search(shown(inner)) is not None
