"""Reads the YAML files that Bruno writes from version 3 on (OpenCollection): a request, or a collection bundled in one file.

Source: Bruno's own reference of the form (opencollection-yaml/structure-reference): `info`, `http` with `method`, `url`, `params`,
`headers`, `body: {type, data}` and `auth: {type}`, and `runtime`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieline.capture.bounds import MOST
from tieline.capture.bruno import saved_request
from tieline.capture.coding import entries, fields, text_of
from tieline.capture.composing import pairs
from tieline.domain.exchange import Exchange, Place
from tieline.domain.json import Json

_MODES = {"form-urlencoded": "formUrlEncoded", "multipart-form": "multipartForm"}


def read_open_collection(document: Json, file: str, variables: Mapping[str, str]) -> list[Exchange] | None:
    """Read a request or a bundled collection; None when the document is neither."""
    found: list[Exchange] = []
    for item in _items(document):
        name = text_of(fields(item.get("info")).get("name")) or f"{file}#{len(found) + 1}"
        known = {**dict(pairs(fields(item.get("runtime")).get("variables"))), **variables}
        request = saved_request(_as_exported(fields(item["http"])), known)
        found.append(Exchange(id=name[:500], form="bruno", request=request, place=Place(file=file)))
    return found or None


def _items(document: Json) -> Iterator[dict[str, Json]]:
    """Give what holds a request, in order."""
    waiting = [document]
    given = 0
    while waiting and given < MOST:
        item = fields(waiting.pop())
        if fields(item.get("http")).get("url") is not None:
            given += 1
            yield item
        waiting += reversed(entries(item.get("items")))


def _as_exported(http: dict[str, Json]) -> dict[str, Json]:
    """Write a request as Bruno's JSON export has it, which is read already."""
    body, auth = fields(http.get("body")), fields(http.get("auth"))
    kind, way = text_of(body.get("type")), text_of(auth.get("type"))
    mode = _MODES.get(kind, kind)
    return {
        **http,
        "body": {"mode": mode, mode: body.get("data")},
        "auth": {"mode": way, way: fields(auth.get(way)) or auth},
    }
