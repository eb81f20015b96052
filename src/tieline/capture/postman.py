"""Reads Postman collections (v2.0 and v2.1) and environments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tieline.capture.bounds import MOST
from tieline.capture.coding import decode, dump, entries, fields, form, text_of
from tieline.capture.composing import Auth, Body, Saved, api_key, bearer, compose, filled, pairs, password
from tieline.capture.http_text import split_lines
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange, Headers, Place
from tieline.domain.json import Json

_KINDS = {
    "json": "application/json",
    "text": "text/plain",
    "xml": "application/xml",
    "html": "text/html",
    "javascript": "application/javascript",
}
_NO_BODY = ("GET", "HEAD", "COPY", "PURGE", "UNLOCK")


class _Item(msgspec.Struct, frozen=True):
    """A request's item: its folders and name, and the authorization of the nearest folder that has one."""

    name: str
    saved: dict[str, Json]
    auth: dict[str, Json]


def read_environment(document: Json) -> dict[str, str] | None:
    """Read a Postman environment, or a plain object of texts; None when it is neither."""
    found = fields(document)
    if isinstance(found.get("values"), list):
        return dict(pairs(found["values"], "key"))
    plain = {name: value for name, value in found.items() if isinstance(value, str)}
    return plain if plain and len(plain) == len(found) else None


def read_postman(document: Json, file: str, variables: Mapping[str, str]) -> list[Exchange] | None:
    """Read a collection: each saved example with its answer, and each request that is not one of them; None when it is none."""
    root = fields(document)
    root = fields(root.get("collection")) or root
    if not isinstance(root.get("item"), list) or "info" not in root:
        return None
    known = {**dict(pairs(root.get("variable"), "key")), **dict(pairs(root.get("variable"), "id")), **variables}
    found: list[Exchange] = []
    for item in _items(root):
        found += _exchanges(item, file, known)
    return found or None


def _exchanges(item: _Item, file: str, known: Mapping[str, str]) -> Iterator[Exchange]:
    """Give the saved examples of a request, and before them the request as it stands now, where it is none of theirs."""
    now = _request(item.saved.get("request"), item, known)
    examples = [fields(one) for one in entries(item.saved.get("response")) if fields(one)]
    requests = [_request(one.get("originalRequest") or item.saved.get("request"), item, known) for one in examples]
    alone = not any(request.url == now.url and request.body == now.body for request in requests)
    if alone:
        yield Exchange(id=item.name, form="postman", request=now, place=Place(file=file))
    for example, request in zip(examples, requests, strict=True):
        id = item.name if len(examples) == 1 and not alone else f"{item.name} / {text_of(example.get('name'))}"
        yield Exchange(id=id, form="postman", request=request, answer=_answer(example), place=Place(file=file))


def _items(root: dict[str, Json]) -> Iterator[_Item]:
    """Give the items that are requests, in order."""
    waiting = [("", one, fields(root.get("auth"))) for one in reversed(entries(root.get("item")))]
    given = 0
    while waiting and given < MOST:
        folder, value, auth = waiting.pop()
        item = fields(value)
        name = " / ".join(filter(None, (folder, text_of(item.get("name")))))[-500:]
        if isinstance(item.get("item"), list):
            inner = fields(item.get("auth")) or auth
            waiting += [(name, one, inner) for one in reversed(entries(item["item"]))]
        elif isinstance(item.get("request"), dict | str):
            given += 1
            yield _Item(name, item, auth)


def _request(value: Json, item: _Item, known: Mapping[str, str]) -> CapturedRequest:
    saved = {"url": value, "method": "GET"} if isinstance(value, str) else fields(value)
    behaviour = fields(item.saved.get("protocolProfileBehavior"))
    method = text_of(saved.get("method")) or "GET"
    body = _body(fields(saved.get("body")), known)
    if method.upper() in _NO_BODY and not behaviour.get("disableBodyPruning"):
        body = Body()
    if fields(behaviour.get("disabledSystemHeaders")).get("content-type"):
        body = Body(text=body.text)
    own = fields(saved.get("auth")) or fields(fields(item.saved.get("request")).get("auth"))
    headers = _headers(saved.get("header"))
    auth = _auth(own or item.auth, known)
    return compose(Saved(method=method, url=_url(saved.get("url"), known), headers=headers, body=body, auth=auth), known)


def _headers(value: Json) -> Headers:
    if not isinstance(value, str):
        return pairs(value, "key")
    lines = (line.partition(":") for line in split_lines(value))
    return tuple(
        (name.strip(), rest.strip()) for name, colon, rest in lines if colon and name.strip() and not name.startswith("//")
    )


def _url(value: Json, known: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    url = fields(value)
    raw = text_of(url.get("raw")) or _joined(url)
    base, mark, query = raw.partition("?")
    for name, segment in filled(pairs(url.get("variable"), "key"), known)[:50]:
        base = f"{base}/".replace(f"/:{name}/", f"/{segment}/").removesuffix("/") if segment else base
    return base + mark + query


def _joined(url: dict[str, Json]) -> str:
    protocol = text_of(url.get("protocol"))
    host = ".".join(map(text_of, entries(url.get("host")))) or text_of(url.get("host"))
    port = text_of(url.get("port"))
    path = "/".join(text_of(part) or text_of(fields(part).get("value")) for part in entries(url.get("path")))
    path = path or text_of(url.get("path")).removeprefix("/")
    query = "&".join(f"{name}={value}" for name, value in pairs(url.get("query"), "key"))
    start = f"{protocol}://" if protocol and host else ""
    return f"{start}{host}{':' + port if port else ''}{'/' + path if path else ''}{'?' + query if query else ''}"


def _body(body: dict[str, Json], known: Mapping[str, str]) -> Body:
    mode = body.get("mode")
    if body.get("disabled") or not isinstance(mode, str):
        return Body()
    if mode == "raw":
        language = text_of(fields(fields(body.get("options")).get("raw")).get("language")) or "text"
        return Body(text=text_of(body.get("raw")), kind=_KINDS.get(language, "text/plain"))
    if mode == "urlencoded":
        return Body(text=form(filled(pairs(body.get(mode), "key"), known)), kind="application/x-www-form-urlencoded")
    if mode == "graphql":
        graphql = fields(body.get(mode))
        wanted = {"query": text_of(graphql.get("query")), "variables": decode(text_of(graphql.get("variables"))) or {}}
        return Body(text=dump(wanted), kind="application/json")
    return Body(text=None, kind="multipart/form-data" if mode == "formdata" else None)


def _auth(auth: dict[str, Json], known: Mapping[str, str]) -> Auth:
    """Read an authorization: v2.1 lists its parameters, v2.0 names them."""
    kind = text_of(auth.get("type"))
    given = auth.get(kind)
    named = dict(pairs(given, "key")) if isinstance(given, list) else {name: text_of(one) for name, one in fields(given).items()}
    if kind in ("", "noauth"):
        return Auth()
    if kind == "bearer":
        return bearer(named.get("token", ""), known)
    if kind == "basic":
        return password(named.get("username", ""), named.get("password", ""), known)
    if kind == "apikey":
        return api_key(named.get("key", ""), named.get("value", ""), known, in_query=named.get("in") == "query")
    token = named.get("accessToken", "")
    if kind != "oauth2" or not token:
        return Auth(known=False)
    if named.get("addTokenTo") == "queryParams":
        return api_key("access_token", token, known, in_query=True)
    return bearer(token, known, named.get("headerPrefix", "Bearer").strip())


def _answer(example: dict[str, Json]) -> CapturedAnswer:
    code = example.get("code")
    body = example.get("body")
    return CapturedAnswer(
        status=code if isinstance(code, int) and not isinstance(code, bool) and 100 <= code < 1000 else None,
        headers=_headers(example["header"]) if isinstance(example.get("header"), list | str) else None,
        body=body if isinstance(body, str) else None,
    )
