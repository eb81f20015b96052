"""What nobody has published is a setting: each value of each does what it says, the default stands first, and the page is the code's."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.twin.calls import CALLBACK, DELETED, ELSEWHERE, IVR, QUERY
from tests.twin.conftest import Start
from tests.twin.raw import LAUNCH, Caller, Reply, exchange, request
from tieline.twin.clients import Client
from tieline.twin.options import Rule, Strictness, Window
from tieline.twin.settings import page, read, settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "twin-settings.md"
Ask = Callable[[Caller], Awaitable[object]]
TYPED = [
    {"name": name, "type": kind, "collection": many}
    for name, kind, many in (
        *(("flag", "Boolean", False), ("price", "Decimal", False), ("when", "DateTime", False)),
        *(("flags", "Boolean", True), ("any", "JSON", False)),
    )
]
SEED = [DELETED, ELSEWHERE, {"id": "typed", "name": "Typed", "inputs": TYPED}]


def said(reply: Reply) -> object:
    """Give an error's code, or the status of what is good."""
    return reply.status if reply.status < 300 else reply.json.get("code") or (reply.status, reply.json["error"])


def launch(body: Any = None, **more: Any) -> Ask:
    async def ask(twin: Caller) -> object:
        return said(await twin.launch({"flowId": CALLBACK, **more} if body is None else body))

    return ask


def inputs(flow: str = CALLBACK, **given: Any) -> Ask:
    return launch({"flowId": flow, "inputData": {f"Flow.{name}": value for name, value in given.items()}})


def deep(depth: int) -> Ask:
    return launch(b'{"flowId": "x", "inputData": ' + b'{"a":' * (depth - 2) + b"{}" + b"}" * (depth - 1))


async def name_of_the_run(twin: Caller) -> object:
    return (await twin.launch({"flowId": CALLBACK})).json.get("name")


async def details(twin: Caller) -> object:
    return (await twin.launch({"flowId": CALLBACK, "colour": 1})).json["details"]


async def elsewhere(twin: Caller) -> object:
    client = Client(id="narrow", secret="x", divisions=frozenset({"other"}))
    twin.twin.state.clients["narrow"] = client
    twin.token, _ = twin.twin.state.issue(client)
    codes = [said(await twin.launch({"flowId": ELSEWHERE["id"]})), said(await twin.get(f"/api/v2/flows/{ELSEWHERE['id']}"))]
    return [*codes, said(await twin.get(f"/api/v2/flows/{ELSEWHERE['id']}/latestconfiguration"))]


async def throttled(twin: Caller) -> Reply:
    twin.twin.state.set_limit(1)
    await twin.get("/api/v2/tokens/me")
    return await twin.get("/api/v2/tokens/me")


async def limit_told(twin: Caller) -> object:
    return "limit" in (await throttled(twin)).json


async def limit_shown(twin: Caller) -> object:
    reply = await throttled(twin)
    return ["inin-ratelimit-count" in reply.headers, reply.headers["retry-after"]]


async def counted(twin: Caller) -> object:
    return [
        (await throttled(twin)).headers["inin-ratelimit-count"],
        (await twin.get("/api/v2/tokens/me")).headers["inin-ratelimit-count"],
    ]


def after(seconds: float) -> Ask:
    """Read and search a run so long after its launch; say whether each finds it."""

    async def ask(twin: Caller) -> object:
        path = (await twin.launch({"flowId": CALLBACK})).json["selfUri"]
        twin.clock.forward(seconds)
        headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
        if seconds >= 86_400:
            await twin.sign_in()
            headers["Authorization"] = f"Bearer {twin.token}"
        found = await twin.send("POST", "/api/v2/flows/instances/query", json.dumps(QUERY).encode(), headers)
        history = (await twin.get(path.replace("executions", "instances"))).status
        return [(await twin.get(path)).status, found.json["total"], history]

    return ask


def packed(pack: Callable[[bytes], bytes], coding: str = "gzip", size: int = 0) -> Ask:
    async def ask(twin: Caller) -> object:
        body = json.dumps({"flowId": CALLBACK, "name": "x" * size}).encode()
        return said(await twin.launch(pack(body), content_encoding=coding))

    return ask


def twice(header: str) -> Ask:
    """Launch with one header twice, alike; gives the code."""

    async def ask(twin: Caller) -> object:
        headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
        first, _, rest = request("POST", LAUNCH, b'{"flowId": "%s"}' % CALLBACK.encode(), headers).partition(b"\r\n")
        return said(await exchange(twin.twin.url, first + b"\r\n" + f"{header}: {headers[header]}".encode() + b"\r\n" + rest))

    return ask


async def unknown_client(twin: Caller) -> object:
    return (await twin.ask_token("nobody:x")).status


async def other_grant(twin: Caller) -> object:
    options = twin.twin.options
    return (await twin.ask_token(f"{options.client_id}:{options.client_secret}", b"grant_type=password")).json["error"]


def pages(size: int) -> Ask:
    async def ask(twin: Caller) -> object:
        return said(await twin.get(f"/api/v2/flows?pageSize={size}"))

    return ask


UNSEEN = "5d3b6c5e-0000-4000-8000-000000000000"
DIVISION, ANY_DIVISION, NO_FLOW = "missing.division.permission", "missing.any.division.permissions", "architect.flow.not.found"
NO_RUN = {"architect.flow.execution.not.found", "architect.execution.flow.not.found"}


async def unseen(twin: Caller) -> object:
    return said(await twin.get(f"/api/v2/flows/executions/{UNSEEN}"))


TABLE: list[tuple[str, Any, Ask, object]] = [
    ("unknown_field", "refuse", launch(colour=1), "invalid.property"),
    ("unknown_field", "ignore", launch(colour=1), 200),
    ("unknown_input", "refuse", inputs(colour=1), "input.var.not.marked.in.flow.def"),
    ("unknown_input", "ignore", inputs(colour=1), 200),
    ("unknown_input", "ignore", launch(inputData={"Flow": {"reason": "x"}}), 200),
    ("input_case", "exact", inputs(REASON="x"), "input.var.not.marked.in.flow.def"),
    ("input_case", "fold", launch(inputData={"flow.REASON": "x"}), 200),
    ("input_case", "fold", launch(inputData={"flow.REASON": 7}), "variable.value.not.allowed"),
    ("input_case", "fold", launch(inputData={"reason": "x"}), "input.var.not.marked.in.flow.def"),
    ("wrong_value", "refuse", inputs(reason=7), "variable.value.not.allowed"),
    ("wrong_value", "ignore", inputs(reason=7), 200),
    ("undefined_types", "any", inputs("typed", flag="perhaps", price=[], when=7, any={"a": 1}), 200),
    ("undefined_types", "plain", inputs("typed", flag=True, price=1.5, when="2026-01-01", any={"a": 1}, flags=[True, None]), 200),
    ("undefined_types", "plain", inputs("typed", flag=None, price="1.5", when=None), 200),
    ("undefined_types", "plain", inputs("typed", flag="perhaps"), "variable.value.not.allowed"),
    ("undefined_types", "plain", inputs("typed", flags=["perhaps"]), "variable.value.not.allowed"),
    ("undefined_types", "plain", inputs("typed", price=[]), "variable.value.not.allowed"),
    ("undefined_types", "plain", inputs("typed", when=7), "variable.value.not.allowed"),
    *(("missing_flow_id", code, launch({"name": "x"}), code) for code in ("constraint.validation", "bad.request")),
    *(("wrong_type", code, launch({"flowId": 7}), code) for code in ("invalid.value", "bad.request")),
    ("name_max", 0, launch(name="x" * 10_000), 200),
    ("name_max", 200, launch(name="x" * 200), 200),
    ("name_max", 200, launch(name="x" * 201), "constraint.validation"),
    *(
        ("wrong_version", code, launch(flowVersion="9.0"), code)
        for code in ("flow.definition.missing", "flow.config.not.published", NO_FLOW)
    ),
    *(
        ("wrong_flow_type", code, launch({"flowId": IVR}), code)
        for code in ("flow.invalid.state", "architect.object.validate.failed")
    ),
    *(("deleted_flow", code, launch({"flowId": DELETED["id"]}), code) for code in (NO_FLOW, "flow.invalid.state")),
    *(("missing_execution", code, unseen, code) for code in NO_RUN),
    ("other_division", DIVISION, elsewhere, [DIVISION] * 3),
    ("other_division", ANY_DIVISION, elsewhere, [ANY_DIVISION] * 3),
    ("other_division", NO_FLOW, elsewhere, [NO_FLOW, NO_FLOW, "not.found"]),
    *(("bad_client_status", status, unknown_client, status) for status in (400, 401)),
    *(("bad_grant", error, other_grant, error) for error in ("unsupported_grant_type", "invalid_request")),
    ("name_of_unnamed", "flow", name_of_the_run, "Customer callback"),
    ("name_of_unnamed", "nothing", name_of_the_run, None),
    ("visible_ms", 0, after(0), [200, 1, 200]),
    ("visible_ms", 2000, after(1.9), [404, 0, 404]),
    ("visible_ms", 2000, after(2), [200, 1, 200]),
    ("keep_days", 0, after(90_000_000), [200, 1, 200]),
    ("keep_days", 3, after(3 * 86_400 - 1), [200, 1, 200]),
    ("keep_days", 3, after(3 * 86_400), [404, 0, 404]),
    ("name_fields", False, details, []),
    ("name_fields", True, details, [{"errorCode": "invalid.property", "fieldName": "colour"}]),
    ("repeated_header", "refuse", twice("Content-Type"), "unsupported.media.type"),
    ("repeated_header", "refuse", twice("Authorization"), "bad.credentials"),
    ("repeated_header", "ignore", twice("Content-Type"), 200),
    ("repeated_header", "ignore", twice("Authorization"), 200),
    ("compressed", "refuse", packed(gzip.compress), "unsupported.media.type"),
    ("compressed", "read", packed(gzip.compress), 200),
    ("compressed", "read", packed(zlib.compress, "deflate"), 200),
    ("compressed", "read", packed(bytes, "identity"), 200),
    ("compressed", "read", packed(bytes, "br"), "unsupported.media.type"),
    ("compressed", "read", packed(bytes), "bad.request"),
    ("compressed", "read", packed(lambda body: gzip.compress(body)[:-4]), "bad.request"),
    ("compressed", "read", packed(lambda body: gzip.compress(body) + b"x"), "bad.request"),
    ("compressed", "read", packed(gzip.compress, size=600_000), "request.entity.too.large"),
    *(("limit_in_429", value, limit_told, value) for value in (True, False)),
    *(("limit_headers", value, limit_shown, [value, "60"]) for value in (True, False)),
    ("count_refused", False, counted, ["1", "1"]),
    ("count_refused", True, counted, ["2", "3"]),
    ("request_bytes", 512_000, launch(name="x" * 511_900), 200),
    ("request_bytes", 100, launch(name="x" * 100), "request.entity.too.large"),
    ("max_depth", 100, deep(100), NO_FLOW),
    ("max_depth", 100, deep(101), "bad.request"),
    ("max_depth", 5, deep(6), "bad.request"),
    ("page_size_max", 500, pages(500), 200),
    ("page_size_max", 500, pages(501), "invalid.query.param.value"),
    ("page_size_max", 100, pages(101), "invalid.query.param.value"),
]
"""A setting, a value, what is done, and what comes of it."""


@pytest.mark.parametrize(
    ("name", "value", "ask", "wanted"), TABLE, ids=[f"{name}={value}-{at}" for at, (name, value, _, _) in enumerate(TABLE)]
)
async def test_a_value_does_what_it_says(start: Start, name: str, value: Any, ask: Ask, wanted: object) -> None:
    strict = msgspec.convert({name: str(value).lower() if isinstance(value, bool) else str(value)}, Strictness, strict=False)
    assert getattr(strict, name) == value
    twin = await start(strict=strict)
    await twin.send("POST", "/_twin/seed", json.dumps({"flows": SEED, "keep": True}).encode())
    assert await ask(twin) == wanted


def test_every_value_of_every_setting_is_tried() -> None:
    tried = {(name, str(value)) for name, value, _, _ in TABLE}
    assert {(one.name, str(value)) for one in settings() for value in one.values} <= tried
    numbers = {one.name for one in settings() if len(one.values) == 1}
    assert all(len({value for name, value, _, _ in TABLE if name == number}) > 1 for number in numbers)


def test_every_setting_says_what_it_is_about_and_has_its_default_first() -> None:
    usual = Strictness()
    assert [one.name for one in settings()] == list(Strictness.__struct_fields__)
    for one in settings():
        assert one.about
        assert one.values[0] == getattr(usual, one.name)


SAID = {
    "page_size_max=0": "`page_size_max` is a whole number from 1 on, not `0`",
    "visible_ms=-1": "`visible_ms` is a whole number from 0 on, not `-1`",
    "max_depth=x": "`max_depth` is a whole number, not `x`",
    "wrong_type=x": "`wrong_type` is `invalid.value` or `bad.request`, not `x`",
    "name_fields=perhaps": "`name_fields` is `false` or `true`, not `perhaps`",
    "unknown_inputs=ignore": "there is no setting `unknown_inputs`; did you mean `unknown_input`?",
    "zzz=1": "there is no setting `zzz`",
}


@pytest.mark.parametrize(("told", "says"), SAID.items(), ids=SAID)
def test_what_cannot_be_set_is_said_in_words(told: str, says: str) -> None:
    name, _, value = told.partition("=")
    with pytest.raises(ValueError, match=re.escape(says)):
        read({"name_max": "10", name: value})


def test_words_are_read_as_values() -> None:
    told = {"name_fields": "true", "name_max": "10", "unknown_input": "ignore", "bad_client_status": "401"}
    assert read(told) == Strictness(name_fields=True, name_max=10, unknown_input=Rule.IGNORE, bad_client_status=401)


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "print it again: python -m tieline.twin.settings > docs/reference/twin-settings.md"
    assert all(f"`{window.value}`" in page() for window in Window)
