"""Reads HAR 1.2, what the network tab of a browser and most proxies export."""

from __future__ import annotations

from collections.abc import Mapping

from tieline.capture.coding import entries, fields, form, from_base64, text_of
from tieline.contract.regions import REGIONS
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange, Headers, Place
from tieline.domain.json import Json

_DOMAINS = tuple(region.domain for region in REGIONS.values())


def read_har(document: Json, file: str) -> list[Exchange] | None:
    """Read the entries that could concern Genesys Cloud, or all when none does; None when it is no HAR."""
    log = fields(fields(document).get("log"))
    if not isinstance(log.get("entries"), list):
        return None
    hides = text_of(fields(log.get("creator")).get("name")).casefold().startswith("webinspector")
    every = [
        Exchange(
            id=f"{file}#{number}",
            form="har",
            request=_request(fields(entry.get("request")), hides=hides),
            answer=_answer(fields(entry.get("response"))),
            place=Place(file=file),
        )
        for number, entry in enumerate(map(fields, entries(log["entries"])), 1)
        if fields(entry.get("request"))
    ]
    return [one for one in every if _concerns(one.request.url or "")] or every or None


def _concerns(url: str) -> bool:
    rest = url.partition("://")[2] or url
    authority, _, path = rest.partition("?")[0].partition("/")
    host = authority.rpartition("@")[2].partition(":")[0].lower()
    if any(host == domain or host.endswith("." + domain) for domain in _DOMAINS):
        return True
    return any(part in f"/{path}" for part in ("/api/v", "/oauth/token", "flows"))


def _headers(message: Mapping[str, Json]) -> Headers | None:
    """Give the headers; HTTP/2's own fields (`:path`) are none."""
    found = message.get("headers")
    if not isinstance(found, list):
        return None
    pairs = ((text_of(header.get("name")), text_of(header.get("value"))) for header in map(fields, found))
    return tuple((name, value) for name, value in pairs if name and not name.startswith(":"))


def _request(request: Mapping[str, Json], *, hides: bool) -> CapturedRequest:
    """Build the request. `hides` is that the writer leaves out Authorization and cookies unless told otherwise, as Chrome does."""
    headers = _headers(request)
    shown = any(name.casefold() in ("authorization", "cookie") for name, _ in headers or ())
    return CapturedRequest(
        method=text_of(request.get("method")) or None,
        url=text_of(request.get("url")) or None,
        headers=headers,
        whole=bool(headers) and (shown or not hides),
        body=_body(request),
    )


def _body(request: Mapping[str, Json]) -> str | None:
    data = fields(request.get("postData"))
    if not data:
        return "" if request.get("bodySize") == 0 or text_of(request.get("method")).upper() in ("GET", "HEAD") else None
    text = data.get("text")
    if isinstance(text, str) and text:
        return (from_base64(text) if data.get("encoding") == "base64" else None) or text
    params = [fields(param) for param in entries(data.get("params"))]
    if "multipart" in text_of(data.get("mimeType")).casefold():
        return None
    if params:
        return form((text_of(param.get("name")), text_of(param.get("value"))) for param in params)
    return text if isinstance(text, str) else None


def _answer(response: Mapping[str, Json]) -> CapturedAnswer | None:
    """Build the answer; a status of 0 is that none came."""
    status = response.get("status")
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status < 1000:
        return None
    content = fields(response.get("content"))
    text = content.get("text")
    body: str | None
    if isinstance(text, str):
        body = (from_base64(text) if content.get("encoding") == "base64" else None) or text
    else:
        body = "" if content.get("size") == 0 or status == 204 else None
    return CapturedAnswer(status=status, headers=_headers(response), body=body)
