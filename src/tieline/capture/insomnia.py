"""Reads Insomnia's exports: version 4, and the collections of version 5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tieline.capture.bounds import MOST
from tieline.capture.coding import dump, entries, fields, form, text_of
from tieline.capture.composing import Auth, Body, Saved, api_key, bearer, compose, filled, pairs, password
from tieline.domain.exchange import CapturedRequest, Exchange, Place
from tieline.domain.json import Json

_DEPTH = 20


class _Held(msgspec.Struct, frozen=True):
    """A request as saved, with its folders from the outermost in."""

    request: dict[str, Json]
    folders: tuple[dict[str, Json], ...]


def read_insomnia(document: Json, file: str, variables: Mapping[str, str]) -> list[Exchange] | None:
    """Read an export; None when it is none. Its own environments fill in what `variables` does not."""
    root = fields(document)
    if isinstance(root.get("resources"), list) and ("__export_format" in root or _has_types(root["resources"])):
        resources = [fields(one) for one in root["resources"]]
        saved, own = list(_version_4(resources)), _environments_4(resources)
    elif text_of(root.get("type")).startswith("collection.insomnia.rest"):
        saved, own = list(_version_5(root)), _environments_5(fields(root.get("environments")))
    else:
        return None
    found = [
        Exchange(
            id=f"{file}#{number}",
            form="insomnia",
            request=_request(one, {**own, **_folder_values(one.folders), **variables}),
            place=Place(file=file),
        )
        for number, one in enumerate(saved, 1)
    ]
    return found or None


def _has_types(resources: list[Json]) -> bool:
    return any(fields(one).get("_type") == "request" for one in resources[:100])


def _version_4(resources: list[dict[str, Json]]) -> Iterator[_Held]:
    groups = {text_of(one.get("_id")): one for one in resources if one.get("_type") == "request_group"}
    for one in [one for one in resources if one.get("_type") == "request"][:MOST]:
        folders: list[dict[str, Json]] = []
        parent = groups.get(text_of(one.get("parentId")))
        while parent is not None and len(folders) < _DEPTH:
            folders.insert(0, parent)
            parent = groups.get(text_of(parent.get("parentId")))
        yield _Held(one, tuple(folders))


def _environments_4(resources: list[dict[str, Json]]) -> dict[str, str]:
    """Join the base environment with its only sub-environment; which of several was chosen is not exported."""
    every = [one for one in resources if one.get("_type") == "environment"]
    ids = {text_of(one.get("_id")) for one in every}
    below = [one for one in every if text_of(one.get("parentId")) in ids]
    base = [one for one in every if text_of(one.get("parentId")) not in ids]
    return _named([one.get("data") for one in (*base, *(below if len(below) == 1 else ()))])


def _environments_5(environments: dict[str, Json]) -> dict[str, str]:
    below = entries(environments.get("subEnvironments"))
    return _named([environments.get("data"), *(fields(one).get("data") for one in below if len(below) == 1)])


def _folder_values(folders: tuple[dict[str, Json], ...]) -> dict[str, str]:
    return _named([folder.get("environment") for folder in folders])


def _named(datas: list[Json]) -> dict[str, str]:
    """Give the values of environments by their dotted names; a later one replaces an earlier."""
    found: dict[str, str] = {}
    waiting = [("", data, 0) for data in reversed(datas)]
    while waiting and len(found) < MOST:
        name, value, depth = waiting.pop()
        if isinstance(value, dict) and depth < _DEPTH:
            before = f"{name}." if name else ""
            waiting += [(f"{before}{key}", inner, depth + 1) for key, inner in reversed(list(fields(value).items()))]
        elif name:
            found[name] = text_of(value)
    return found


def _version_5(root: dict[str, Json]) -> Iterator[_Held]:
    waiting: list[tuple[Json, tuple[dict[str, Json], ...]]] = [(one, ()) for one in reversed(entries(root.get("collection")))]
    given = 0
    while waiting and given < MOST:
        value, folders = waiting.pop()
        one = fields(value)
        if isinstance(one.get("children"), list):
            waiting += [(child, (*folders, one)[-_DEPTH:]) for child in reversed(one["children"])]
        elif "url" in one:
            given += 1
            yield _Held(one, folders)


def _request(saved: _Held, known: Mapping[str, str]) -> CapturedRequest:
    request = saved.request
    headers = (*(pair for folder in saved.folders for pair in pairs(folder.get("headers"))), *pairs(request.get("headers")))
    last = {name.casefold(): (name, value) for name, value in headers}
    url = text_of(request.get("url"))
    for name, value in filled(pairs(request.get("pathParameters")), known)[:50]:
        url = f"{url}/".replace(f"/:{name}/", f"/{value}/").removesuffix("/") if value else url
    auths = [fields(one.get("authentication")) for one in (request, *reversed(saved.folders))]
    auth = next((one for one in auths if one and text_of(one.get("type")) not in ("", "inherit")), {})
    query = pairs(request.get("parameters"))
    method = text_of(request.get("method")) or "GET"
    body = _body(fields(request.get("body")), known)
    return compose(
        Saved(method=method, url=url, headers=tuple(last.values()), body=body, auth=_auth(auth, known), query=query), known
    )


def _body(body: dict[str, Json], known: Mapping[str, str]) -> Body:
    kind = text_of(body.get("mimeType")) or None
    if kind == "application/x-www-form-urlencoded" and isinstance(body.get("params"), list):
        return Body(text=form(filled(pairs(body["params"]), known)), kind=kind)
    if "fileName" in body or kind == "multipart/form-data":
        return Body(text=None, kind=kind)
    text = body.get("text")
    if isinstance(text, dict | list):
        return Body(text=dump(text), kind=kind or "application/json")
    return Body(text=text_of(text), kind="application/json" if kind == "application/graphql" else kind)


def _auth(auth: dict[str, Json], known: Mapping[str, str]) -> Auth:
    kind = text_of(auth.get("type"))
    if auth.get("disabled") or kind in ("", "none"):
        return Auth()
    if kind == "bearer":
        return bearer(text_of(auth.get("token")), known, text_of(auth.get("prefix")) or "Bearer")
    if kind == "basic":
        return password(text_of(auth.get("username")), text_of(auth.get("password")), known)
    if kind == "apikey":
        in_query = text_of(auth.get("addTo")) == "queryParams"
        return api_key(text_of(auth.get("key")), text_of(auth.get("value")), known, in_query=in_query)
    token = text_of(auth.get("accessToken")) or text_of(auth.get("token"))
    return bearer(token, known, text_of(auth.get("tokenPrefix")) or "Bearer") if kind == "oauth2" and token else Auth(known=False)
