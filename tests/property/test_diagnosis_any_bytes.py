"""Any bytes at all are read and judged: a finding, "sound" or "cannot tell", never a traceback."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tieline.capture.lenient import read_json
from tieline.capture.read import decode, read_captures
from tieline.diagnosis.many import diagnose_all
from tieline.diagnosis.marked import lay_out
from tieline.diagnosis.tell import diagnosis_json, sarif
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10) | st.sampled_from(["flowId", "inputData", "Flow"]), inner)
    ),
    max_leaves=12,
)
HEADS = st.lists(
    st.tuples(st.sampled_from(["Authorization", "Content-Type", "Retry-After", "X"]) | st.text(max_size=8), st.text(max_size=20))
).map(tuple)
URLS = st.none() | st.text(max_size=60) | st.builds(lambda path: f"https://api.mypurecloud.com/{path}", st.text(max_size=30))


def _judge(exchanges: list[Exchange]) -> None:
    found = list(diagnose_all(exchanges, {}))
    assert len(found) == len(exchanges) >= 1
    for one in found:
        assert one.sound + one.cannot_tell + bool(one.findings) >= 1
        json.dumps(diagnosis_json(one))
        lay_out(one.request.body or "")
    json.dumps(sarif(found, "0"))


@settings(deadline=None)
@given(st.binary(max_size=400))
@example(b"")
@example(b"\xff\xfe{\x00")
@example(b"[" * 100_000)
@example(b'{"a":' * 50_000)
@example(b'{"flowId": "' + b"x" * 200_000)
@example(b"curl " + b"'" * 20_000)
@example(b"{{" * 50_000)
@example(b"$" * 50_000)
def test_any_bytes(raw: bytes) -> None:
    _judge(read_captures(decode(raw), "f", {}))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_as_each_form(text: str) -> None:
    for form in ("exchange", "curl", "http", "har", "postman", "insomnia", "bruno", "log", "body"):
        _judge(read_captures(text, "f", {}, form=form))


@settings(deadline=None)
@given(JSON, JSON)
def test_any_document(request: Any, response: Any) -> None:
    for document in (
        request,
        {"request": request, "response": response},
        {"log": {"entries": [request]}},
        {"item": [request], "info": response},
    ):
        _judge(read_captures(json.dumps(document), "f", {}))


@given(
    st.none() | st.text(max_size=10),
    URLS,
    st.none() | HEADS,
    st.none() | st.text(max_size=80) | JSON.map(json.dumps),
    st.none() | st.integers(-5, 1000),
    JSON,
)
def test_any_exchange(method: Any, url: Any, headers: Any, body: Any, status: Any, answer: Any) -> None:
    request = CapturedRequest(method=method, url=url, headers=headers, whole=True, body=body)
    reply = CapturedAnswer(status=status, headers=headers, body=json.dumps(answer))
    _judge([Exchange(id="x", form="http", request=request, answer=reply, execution=answer)])


@given(JSON)
def test_what_is_json_is_read_as_json(value: Any) -> None:
    text = json.dumps(value, allow_nan=False) if _finite(value) else "0"
    read = read_json(text)
    assert not read.deviations
    assert read.value == json.loads(text)


def _finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True
