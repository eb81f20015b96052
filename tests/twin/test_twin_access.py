"""Who is let in: the token endpoint, tokens, permissions, the limit, paths and methods."""

from __future__ import annotations

import jsonschema_rs
import pytest

from tests.twin.conftest import Start
from tests.twin.raw import LAUNCH, Caller, exchange
from tieline.contract.schemas import document
from tieline.twin.options import Strictness, Window

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_token_by_basic_header(twin: Caller) -> None:
    reply = await twin.sign_in()
    assert reply.status == 200
    assert jsonschema_rs.is_valid(document("OAuthToken"), reply.json)
    assert (reply.json["token_type"], reply.json["expires_in"]) == ("bearer", 86_400)


async def test_a_token_by_form(twin: Caller) -> None:
    options = twin.twin.options
    form = f"grant_type=client_credentials&client_id={options.client_id}&client_secret={options.client_secret}"
    assert (await twin.send("POST", "/oauth/token", form.encode(), FORM)).status == 200


async def test_an_unknown_client(twin: Caller) -> None:
    reply = await twin.ask_token("nobody:x")
    assert reply.status == 400
    assert reply.json == {"error": "invalid_client", "description": "client not found", "error_description": "client not found"}


async def test_a_wrong_secret(start: Start) -> None:
    twin = await start(strict=Strictness(bad_client_status=401))
    reply = await twin.ask_token(f"{twin.twin.options.client_id}:x")
    assert (reply.status, reply.json["description"]) == (401, "authentication failed")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        (b"", "unsupported_grant_type"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type", "invalid_request"),
        (b"grant_type=\xff", "invalid_request"),
        (b"&".join(b"a%d=1" % number for number in range(100)), "invalid_request"),
    ],
)
async def test_a_form_at_fault(twin: Caller, form: bytes, error: str) -> None:
    reply = await twin.ask_token(f"{twin.twin.options.client_id}:{twin.twin.options.client_secret}", form)
    assert (reply.status, reply.json["error"]) == (400, error)
    assert jsonschema_rs.is_valid(document("OAuthError"), reply.json)


@pytest.mark.parametrize(
    "headers",
    [
        FORM,
        {"Content-Type": "application/json"},
        FORM | {"Authorization": "Basic ***"},
        FORM | {"Authorization": "Basic bm9jb2xvbg=="},
        FORM | {"Authorization": "Basic /w=="},
        FORM | {"Authorization": "Bearer x"},
    ],
)
async def test_a_token_request_without_readable_credentials(twin: Caller, headers: dict[str, str]) -> None:
    reply = await twin.send("POST", "/oauth/token", b"grant_type=client_credentials", headers)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic eDp5", "token"])
async def test_no_bearer_token(twin: Caller, authorization: str | None) -> None:
    reply = await twin.send("POST", LAUNCH, b"{}", {} if authorization is None else {"Authorization": authorization})
    assert (reply.status, reply.code) == (401, "authentication.required")


async def test_a_token_nobody_gave_out(twin: Caller) -> None:
    twin.token = "stolen"
    reply = await twin.launch({})
    assert (reply.status, reply.code, reply.json["message"]) == (401, "bad.credentials", "Invalid login credentials.")
    assert "inin-ratelimit-count" not in reply.headers


async def test_a_token_ends(start: Start) -> None:
    twin = await start(token_life_s=300)
    twin.clock.forward(299.9)
    assert (await twin.get("/api/v2/tokens/me")).status == 200
    twin.clock.forward(0.1)
    assert (await twin.get("/api/v2/tokens/me")).code == "bad.credentials"


async def test_a_permission_is_missing(start: Start) -> None:
    twin = await start(permissions=frozenset({"architect:flow:view"}))
    reply = await twin.launch({"flowId": twin.flows["Customer callback"]})
    assert (reply.status, reply.code) == (403, "missing.any.permissions")
    assert reply.json["message"].endswith("at least one of the following permissions assigned: [architect:flow:launch]")
    assert (await twin.get("/api/v2/flows/executions/x")).code == "missing.any.permissions"
    assert (await twin.get("/api/v2/flows")).status == 200
    assert (await twin.get("/api/v2/tokens/me")).status == 200


async def test_the_token_says_whose_it_is(twin: Caller) -> None:
    reply = await twin.get("/api/v2/tokens/me")
    assert jsonschema_rs.is_valid(document("TokenInfo"), reply.json)
    assert reply.json["OAuthClient"]["id"] == twin.twin.options.client_id


async def test_the_limit_and_its_headers(start: Start) -> None:
    twin = await start(limit=2)
    for count in ("1", "2"):
        reply = await twin.launch({"flowId": twin.flows["Customer callback"]})
        assert reply.status == 200
        assert [reply.headers[f"inin-ratelimit-{name}"] for name in ("count", "allowed", "reset")] == [count, "2", "60"]
    twin.clock.forward(0.5)
    reply = await twin.launch({"flowId": twin.flows["Customer callback"]})
    assert (reply.status, reply.code) == (429, "too.many.requests.retry.after")
    assert reply.headers["retry-after"] == "60"
    assert reply.json["message"] == "Rate limit exceeded the maximum. Retry the request in [60] seconds"
    assert reply.json["limit"] == {"key": "client.credentials.token.rate.per.minute", "namespace": "platform.api", "value": 2}
    assert len(twin.twin.executions) == 2


async def test_every_token_has_a_budget_of_its_own_and_it_comes_back(start: Start) -> None:
    twin = await start(limit=1)
    first = twin.token
    assert (await twin.get("/api/v2/tokens/me")).status == 200
    await twin.sign_in()
    assert (await twin.get("/api/v2/tokens/me")).status == 200
    twin.token = first
    assert (await twin.get("/api/v2/tokens/me")).status == 429
    twin.clock.forward(60)
    assert (await twin.get("/api/v2/tokens/me")).status == 200


async def test_the_window_is_a_setting(start: Start) -> None:
    twin = await start(limit=1, window=Window.CLOCK_MINUTE)
    twin.clock.forward(59)
    assert (await twin.get("/api/v2/tokens/me")).headers["inin-ratelimit-reset"] == "1"
    twin.clock.forward(1)
    assert (await twin.get("/api/v2/tokens/me")).status == 200


async def test_no_limit_no_headers(start: Start) -> None:
    twin = await start(limit=0)
    reply = await twin.get("/api/v2/tokens/me")
    assert not [name for name in reply.headers if name.startswith("inin-ratelimit")]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v2",
        "/api/v2/flow",
        "/api/v2/flows/",
        LAUNCH + "/",
        "//api/v2/flows",
        "/api/v2/flows//versions",
        "/oauth/token/",
        "/twin/",
    ],
)
async def test_a_path_nobody_knows(twin: Caller, path: str) -> None:
    reply = await twin.get(path)
    assert (reply.status, reply.code) == (404, "not.found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", LAUNCH, "POST"),
        ("PUT", LAUNCH, "POST"),
        ("POST", "/api/v2/flows", "GET"),
        ("DELETE", "/api/v2/flows/x", "GET"),
        ("OPTIONS", "/api/v2/tokens/me", "GET, HEAD, DELETE"),
        ("GET", "/oauth/token", "POST"),
        ("POST", "/_twin/journal", "GET"),
    ],
)
async def test_a_wrong_method(twin: Caller, method: str, path: str, allowed: str) -> None:
    reply = await twin.send(method, path, headers={"Authorization": f"Bearer {twin.token}"})
    assert (reply.status, reply.headers["allow"]) == (405, allowed)


async def test_every_answer_has_a_correlation_id_of_its_own(twin: Caller) -> None:
    replies = [await twin.get(path) for path in ("/api/v2/flows", "/nowhere", "/api/v2/tokens/me")]
    assert len({reply.headers["inin-correlation-id"] for reply in replies}) == 3


@pytest.mark.parametrize(
    "sent", [b"GET /api/v2/fl\xc3\xb6ws HTTP/1.1\r\nHost: x\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
async def test_what_is_hardly_http_is_answered(twin: Caller, sent: bytes) -> None:
    assert 400 <= (await exchange(twin.twin.url, sent)).status < 500


async def test_the_journal_is_bounded_and_counts_what_it_dropped(start: Start) -> None:
    twin = await start(keep_journal=2)
    await twin.launch({"flowId": twin.flows["Customer callback"], "name": "private"})
    await twin.launch({"flowId": "x"})
    report = (await twin.get("/_twin/journal")).json
    assert (report["launches"], report["dropped"]) == (1, 1)
    assert [(each["status"], each.get("code")) for each in report["exchanges"]] == [
        (200, None),
        (404, "architect.flow.not.found"),
    ]
    assert report["exchanges"][0]["execution"] == twin.twin.executions[0].id
    assert "private" not in str(report)
    assert twin.token not in str(report)


async def test_a_reset_forgets_all_but_the_flows(twin: Caller) -> None:
    await twin.launch({"flowId": twin.flows["Customer callback"]})
    empty = {"launches": 0, "count": 0, "refused": 0, "struck": 0, "dropped": 0, "exchanges": []}
    assert (await twin.send("POST", "/_twin/reset", b"")).json == empty
    assert twin.twin.executions == ()
    assert (await twin.get("/api/v2/tokens/me")).code == "bad.credentials"
