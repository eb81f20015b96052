"""Reads Bruno's `.bru` files and its collections exported as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import dedent

from tieline.capture.bounds import MOST
from tieline.capture.coding import entries, fields, form, text_of
from tieline.capture.composing import Auth, Body, Saved, api_key, bearer, compose, filled, pairs, password
from tieline.capture.http_text import split_lines
from tieline.domain.exchange import CapturedRequest, Exchange, Headers, Place
from tieline.domain.json import Json

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "connect", "http")
_BEGIN = re.compile(r"([a-z][\w:-]*)[ \t]*\{[ \t]*")
_KINDS = {
    "json": "application/json",
    "text": "text/plain",
    "xml": "application/xml",
    "sparql": "application/sparql-query",
    "graphql": "application/json",
    "form-urlencoded": "application/x-www-form-urlencoded",
    "formUrlEncoded": "application/x-www-form-urlencoded",
    "multipart-form": "multipart/form-data",
    "multipartForm": "multipart/form-data",
}

_Block = tuple[str, int, list[str]]
"""A block's name, the line it begins at, its lines."""


def read_bruno(text: str, file: str, variables: Mapping[str, str]) -> list[Exchange] | None:
    """Read a `.bru` file; None when it holds no request."""
    every = list(_blocks(text))
    start = next((block for block in every if block[0] in _METHODS), None)
    if start is None:
        return None
    head = _named(start[2])
    if not head.get("url"):
        return None
    blocks = {name: lines for name, _, lines in every}
    known = {**variables, **_named(blocks.get("vars:pre-request", []))}
    method = head.get("method", "") if start[0] == "http" else start[0].upper()
    body = _bru_body(head.get("body"), blocks, known)
    headers = tuple(_dictionary(blocks.get("headers", [])))
    url = _path(head["url"], _dictionary(blocks.get("params:path", [])))
    saved = Saved(method=method, url=url, headers=headers, body=body, auth=_bru_auth(head, blocks, known))
    place = Place(file=file, line=start[1])
    return [Exchange(id=f"{file}:{start[1]}", form="bruno", request=compose(saved, known), place=place)]


def _blocks(text: str) -> Iterator[_Block]:
    """Give the blocks: each ends at a brace that begins a line."""
    lines = split_lines(text)
    at = 0
    while at < len(lines):
        found = _BEGIN.fullmatch(lines[at])
        at += 1
        if found is None:
            continue
        begin = at
        while at < len(lines) and not lines[at].startswith("}"):
            at += 1
        yield found[1], begin, lines[begin:at]


def _dictionary(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Read `name: value` lines, without those a `~` switches off."""
    found: list[tuple[str, str]] = []
    rest = iter(lines)
    for line in rest:
        name, colon, value = line.strip().partition(":")
        value = value.strip()
        if value.startswith("'''"):
            more = [value[3:]]
            while not more[-1].rstrip().endswith("'''") and (another := next(rest, None)) is not None:
                more.append(another)
            value = dedent("\n".join(more)).strip().removesuffix("'''").strip()
        if colon and name and not name.startswith("~"):
            found.append((name.strip().strip('"'), value))
    return found


def _named(lines: Sequence[str]) -> dict[str, str]:
    return dict(_dictionary(lines))


def _path(url: str, params: Sequence[tuple[str, str]]) -> str:
    """Put path parameters in for `:name`."""
    base, mark, query = url.partition("?")
    for name, value in params[:50]:
        base = f"{base}/".replace(f"/:{name}/", f"/{value}/").removesuffix("/") if value else base
    return base + mark + query


def _bru_body(mode: str | None, blocks: Mapping[str, list[str]], known: Mapping[str, str]) -> Body:
    """Read the body that the request names; without a name, the only one there is."""
    mode = {"formUrlEncoded": "form-urlencoded", "multipartForm": "multipart-form"}.get(mode or "", mode)
    held = [name.partition(":")[2] or "json" for name in blocks if name in ("body", *(f"body:{kind}" for kind in _KINDS))]
    mode = (held[0] if len(held) == 1 else "none") if mode is None else mode
    lines = blocks.get(f"body:{mode}", blocks.get("body", []) if mode == "json" else [])
    if mode == "form-urlencoded":
        return Body(text=form(filled(_dictionary(lines), known)), kind=_KINDS[mode])
    if mode in ("multipart-form", "file", "graphql"):
        return Body(text=None, kind=_KINDS.get(mode))
    return Body(text=dedent("\n".join(lines)).strip("\n"), kind=_KINDS.get(mode)) if mode != "none" else Body()


def _bru_auth(head: Mapping[str, str], blocks: Mapping[str, list[str]], known: Mapping[str, str]) -> Auth:
    held = [name[5:] for name in blocks if name.startswith("auth:")]
    mode = head.get("auth") or (held[0] if len(held) == 1 else "none")
    return _auth(mode, _named(blocks.get(f"auth:{mode}", [])), known)


def _auth(mode: str, given: Mapping[str, str], known: Mapping[str, str]) -> Auth:
    if mode in ("", "none"):
        return Auth()
    if mode == "bearer":
        return bearer(given.get("token", ""), known)
    if mode == "basic":
        return password(given.get("username", ""), given.get("password", ""), known)
    if mode == "apikey":
        in_query = given.get("placement", "header").startswith("query")
        return api_key(given.get("key", ""), given.get("value", ""), known, in_query=in_query)
    return Auth(known=False)


def read_bruno_collection(document: Json, file: str, variables: Mapping[str, str]) -> list[Exchange] | None:
    """Read a collection exported as JSON; None when it is none."""
    root = fields(document)
    if not isinstance(root.get("items"), list) or "name" not in root:
        return None
    chosen = [
        fields(one)
        for one in entries(root.get("environments"))
        if fields(one).get("uid") in (root.get("activeEnvironmentUid"), None)
    ]
    known = {**{name: value for one in chosen[:1] for name, value in pairs(one.get("variables"))}, **variables}
    found = [
        Exchange(id=f"{file}#{number}", form="bruno", request=_request(request, outer, known), place=Place(file=file))
        for number, (request, outer) in enumerate(_items(root), 1)
    ]
    return found or None


def saved_request(request: dict[str, Json], known: Mapping[str, str]) -> CapturedRequest:
    """Read one request in the form of the export, which is in no folder."""
    return _request(request, (), known)


_Outer = tuple[dict[str, Json], ...]
"""The settings of the folders around a request, from the outermost in."""


def _items(root: dict[str, Json]) -> Iterator[tuple[dict[str, Json], _Outer]]:
    waiting: list[tuple[Json, _Outer]] = [(one, (_settings(root),)) for one in reversed(entries(root["items"]))]
    given = 0
    while waiting and given < MOST:
        value, outer = waiting.pop()
        item = fields(value)
        if isinstance(item.get("items"), list):
            waiting += [(one, (*outer, _settings(item))[-20:]) for one in reversed(item["items"])]
        elif request := fields(item.get("request")):
            given += 1
            yield request, outer


def _settings(folder: dict[str, Json]) -> dict[str, Json]:
    return fields(fields(folder.get("root")).get("request"))


def _request(request: dict[str, Json], outer: _Outer, known: Mapping[str, str]) -> CapturedRequest:
    headers: Headers = tuple(pair for settings in (*outer, request) for pair in pairs(settings.get("headers")))
    last = {name.casefold(): (name, value) for name, value in headers}
    auths = [fields(settings.get("auth")) for settings in (request, *reversed(outer))]
    auth = next((one for one in auths if text_of(one.get("mode")) not in ("", "inherit")), {})
    mode = text_of(auth.get("mode"))
    given = {name: text_of(value) for name, value in fields(auth.get(mode)).items()}
    params = [fields(one) for one in entries(request.get("params")) if fields(one).get("type") == "path"]
    url = _path(text_of(request.get("url")), pairs(params))
    method = text_of(request.get("method")).upper() or "GET"
    body = _body(fields(request.get("body")), known)
    saved = Saved(method=method, url=url, headers=tuple(last.values()), body=body, auth=_auth(mode, given, known))
    return compose(saved, known)


def _body(body: dict[str, Json], known: Mapping[str, str]) -> Body:
    mode = text_of(body.get("mode"))
    if mode == "formUrlEncoded":
        return Body(text=form(filled(pairs(body.get(mode)), known)), kind=_KINDS[mode])
    if mode in ("multipartForm", "file", "graphql"):
        return Body(text=None, kind=_KINDS.get(mode))
    return Body(text=text_of(body.get(mode)), kind=_KINDS.get(mode)) if mode not in ("", "none") else Body()
