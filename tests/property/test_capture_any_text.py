"""Whatever somebody pastes, the readers of captured requests answer and do not raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.capture.bruno import read_bruno, read_bruno_collection
from tieline.capture.curl import read_curl
from tieline.capture.har import read_har
from tieline.capture.insomnia import read_insomnia
from tieline.capture.log_line import read_log_lines
from tieline.capture.open_collection import read_open_collection
from tieline.capture.postman import read_environment, read_postman
from tieline.capture.raw_http import read_raw_http
from tieline.capture.variables import fill
from tieline.domain.exchange import Exchange

PIECES = [
    "curl ", "curl.exe ", "-X POST ", "-d ", "--data-urlencode ", "-u ", "-H ", "https://api.mypurecloud.com/x ", "'", '"', '\\"', "^", '^"',
    "`", "\\", "\n", "\r\n", " ", "$'", "$(", '"$(cat <<EOF\n', "EOF\n", "<<A", "<id>", "> ", "< ", "2>&1 ", "|", ";", "&", "{", "}", "[", "]",
    ":", "=", ",", '"flowId"', "body=", "POST ", "/api/v2/flows ", "HTTP/1.1", " 400", "###", "@a=b\n", "{{a}}", "{{", "}}", "%7B", "%22", "%",
    "~", "meta {\n", "post {\n", "url: x\n", "headers {\n", "}\n", "'''", "\\u", "\\x", "\ud800", "é", "0", "Transfer-Encoding: chunked\n",
]  # fmt: skip
TEXT = st.text(max_size=60) | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join)
WORDS = """log entries request response method url headers header name value key disabled enabled body mode raw json text urlencoded
    formUrlEncoded graphql options language auth type bearer basic oauth2 apikey token username password accessToken item items info
    variable query host path resources _type collection children environments data subEnvironments params postData content encoding
    status code root bearer variables originalRequest parentId _id environment authentication mimeType flowId message msg creator"""
NAMES = st.sampled_from(WORDS.split())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | NAMES
    | st.sampled_from(["POST", "base64", "https://x/y", "{{a}}"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=6), max_leaves=25
)
REQUESTS = st.dictionaries(NAMES, VALUES, max_size=8)
DOCUMENTS = (
    VALUES
    | st.builds(lambda one: {"log": {"entries": [{"request": one, "response": one}]}}, REQUESTS)
    | st.builds(
        lambda one, two: {"info": {}, "item": [{"name": "a", "request": one, "response": [two]}], **two}, REQUESTS, REQUESTS
    )
    | st.builds(
        lambda one, two: {"resources": [{**one, "_type": "request"}, {**two, "_type": "environment"}]}, REQUESTS, REQUESTS
    )
    | st.builds(lambda one: {"type": "collection.insomnia.rest/5.0", "collection": [{"url": "x", **one}]}, REQUESTS)
    | st.builds(lambda one, two: {"name": "x", "items": [{"request": one}], "root": {"request": two}}, REQUESTS, REQUESTS)
)
VARIABLES = {"a": "{{b}}{{a}}", "b": "x"}


def read_texts(text: str) -> list[list[Exchange] | None]:
    return [
        read_curl(text, "a", {"x": text}.get),
        read_raw_http(text, "a"),
        read_bruno(text, "a", VARIABLES),
        read_log_lines(text, "a"),
    ]


def read_documents(document: Any) -> list[list[Exchange] | None]:
    read_environment(document)
    return [
        read_har(document, "a"),
        read_postman(document, "a", VARIABLES),
        read_insomnia(document, "a", VARIABLES),
        read_bruno_collection(document, "a", VARIABLES),
        read_open_collection(document, "a", VARIABLES),
    ]


def check(found: list[list[Exchange] | None]) -> None:
    for every in found:
        assert every is None or every
        for one in every or ():
            request = one.request
            assert request.body is None or isinstance(request.body, str)
            assert all(isinstance(part, str) for pair in request.headers or () for part in pair)
            assert request.url is None or isinstance(request.url, str)
            assert one.place.line >= 0


@given(TEXT)
def test_any_text(text: str) -> None:
    check(read_texts(text))
    check(read_texts(f"curl https://x {text}"))
    check(read_texts(f"POST /x HTTP/1.1\nHost: x\n\n{text}"))
    check(read_texts(f"POST https://x/y 400 {text}"))


@given(DOCUMENTS)
def test_any_document(document: Any) -> None:
    check(read_documents(document))
    check(read_texts(json.dumps(document)))


@given(TEXT, st.dictionaries(st.sampled_from("abc"), TEXT, max_size=3))
def test_any_filling(text: str, variables: dict[str, str]) -> None:
    assert isinstance(fill(text, variables), str)


@pytest.mark.parametrize("depth", [500, 100_000])
@pytest.mark.parametrize(
    ("begin", "end"), [("[", "]"), ('{"request":', "}"), ('{"item":[', "]}"), ('{"message":', "}"), ('{"a":', "")]
)
def test_deep_json(begin: str, end: str, depth: int) -> None:
    deep = begin * depth + "1" + end * depth
    check(read_texts(deep))
    check(read_texts(f"curl https://x -d '{deep}'\n\n{deep}"))
    check(read_texts(f"POST https://x/y 400 body={deep} response={json.dumps(deep)}"))
    check(read_texts(f'{{"method":"POST","url":"https://x/y","body":{deep}}}'))


@pytest.mark.parametrize("name", ["item", "items", "children", "collection", "request", "response", "data", "environment", "log"])
def test_deep_documents(name: str) -> None:
    deep: Any = [{"url": "x", "request": {"url": "x"}}]
    for _ in range(50_000):
        deep = [{name: deep}]
    documents = [
        {"log": {"entries": deep}},
        {"info": {}, "item": deep, "variable": deep},
        {"type": "collection.insomnia.rest/5.0", "collection": deep, "environments": {"data": deep[0]}},
        {"resources": [{"_type": "request", "url": "x", "body": {"text": deep}}, {"_type": "environment", "data": deep[0]}]},
        {"name": "x", "items": deep},
        {"opencollection": "1.0.0", "items": deep, "http": {"url": "x", "body": deep}},
    ]
    for document in documents:
        check(read_documents(document))
    while isinstance(deep, list) and deep and isinstance(deep[0], dict):  # a chain this long must not be freed at once
        deep = deep[0].pop(name, None)
