"""Clients: what each may do and where, user tokens and their scopes, how long a token is good, and both limits with what they say."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.twin.calls import CALLBACK, ELSEWHERE, prepared
from tests.twin.conftest import Start
from tests.twin.raw import Caller, Reply
from tieline.contract.operations import OPERATIONS
from tieline.twin.options import Window

ME = "/api/v2/tokens/me"


async def other(twin: Caller, **told: Any) -> Reply:
    """Make another client through the control plane, and come as it."""
    client = {"id": "other", "secret": "its own"} | told
    assert (await twin.send("POST", "/_twin/clients", json.dumps(client).encode())).status == 200
    reply = await twin.ask_token("other:its own")
    twin.token = reply.json.get("access_token", twin.token)
    return reply


async def test_401_403_and_404_are_told_apart(start: Start) -> None:
    """No token, no permission, no reach, no such flow: each has its own, and who may not come learns nothing of what is there."""
    twin = await start(limit=0)
    await prepared(twin)
    there, nowhere = "/api/v2/flows/" + str(ELSEWHERE["id"]), "/api/v2/flows/unknown"
    assert [(await twin.get(path)).status for path in (there, nowhere)] == [200, 404]
    await other(twin, divisions=["elsewhere"])
    assert [(await twin.get(path)).code for path in (there, nowhere)] == [
        "missing.division.permission",
        "architect.flow.not.found",
    ]
    await other(twin, permissions=[])
    assert [(await twin.get(path)).code for path in (there, nowhere)] == ["missing.any.permissions"] * 2
    twin.token = "stolen"
    assert [(await twin.get(path)).code for path in (there, nowhere)] == ["bad.credentials"] * 2
    assert [(await twin.send("GET", path)).code for path in (there, nowhere)] == ["authentication.required"] * 2


async def test_what_is_missing_is_named_and_one_of_several_is_enough(twin: Caller) -> None:
    await other(twin, permissions=["architect:job:view"])
    every = await twin.send("POST", "/api/v2/flows/jobs", None, {"Authorization": f"Bearer {twin.token}"})
    assert (every.status, every.code) == (403, "missing.permissions")
    assert every.json["message"].endswith("missing the following permission(s): [architect:job:create]")
    any_of = await twin.get("/api/v2/processautomation/triggers")
    assert any_of.json["messageParams"] == {"permissions": "[processautomation:trigger:edit, processautomation:trigger:view]"}
    await other(twin, permissions=["processautomation:trigger:edit"])
    assert (await twin.get("/api/v2/processautomation/triggers")).status == 200


async def test_scopes_bind_the_tokens_of_users_and_nobody_else(start: Start) -> None:
    """Official: scopes apply to clients that do not use client credentials, for which the roles alone decide."""
    twin = await start(limit=0)
    calls = await prepared(twin)
    await other(twin, grant="USER", scopes=["architect:readonly", "user-basic-info"])
    assert (await twin.get(f"/api/v2/flows/{CALLBACK}")).status == 200
    refused = await twin.launch({"flowId": CALLBACK})
    assert (refused.status, refused.code) == (403, "app.not.authorized.for.scope")
    assert refused.json["message"] == "App not authorized to use scope [architect]"
    told = (await twin.get(ME)).json
    assert (told["authorizedScope"], told["OAuthClient"]["authorizedGrantType"]) == (
        ["architect:readonly", "user-basic-info"],
        "CODE",
    )
    for name, call in calls.items():
        scopes = OPERATIONS[name].scopes
        if scopes and call.operation.method == "GET":
            assert ((await call.send(twin)).status == 403) is not bool({"architect:readonly", "user-basic-info"} & set(scopes)), (
                name
            )
    await other(twin, scopes=["nothing"])
    assert (await twin.launch({"flowId": CALLBACK})).status == 200


async def test_a_client_that_is_disabled_gets_no_token_and_its_tokens_end(twin: Caller) -> None:
    await other(twin)
    assert (await twin.get(ME)).status == 200
    assert (await other(twin, active=False)).json["error"] == "invalid_client"
    assert (await twin.get(ME)).code == "bad.credentials"


async def test_an_address_that_is_not_allowed(twin: Caller) -> None:
    await other(twin, allowedAddress=False)
    reply = await twin.get(ME)
    assert (reply.status, reply.json["message"]) == (
        401,
        "Requests originating from this IP address are not authorized: [127.0.0.1]",
    )


async def test_a_token_lives_as_long_as_its_client_says_by_the_clock_of_the_control_plane(twin: Caller) -> None:
    """An hour of the org's takes no time of ours."""
    assert (await other(twin, tokenLifeS=3600)).json["expires_in"] == 3600
    await twin.send("POST", "/_twin/clock", b'{"hold": true}')
    await twin.send("POST", "/_twin/clock", b'{"move_ms": 3599999}')
    assert (await twin.get(ME)).status == 200
    await twin.send("POST", "/_twin/clock", b'{"move_ms": 1}')
    assert (await twin.get(ME)).code == "bad.credentials"
    assert (await twin.ask_token("other:its own")).status == 200


async def test_a_token_that_is_revoked_ends_and_the_others_do_not(twin: Caller) -> None:
    first = twin.token
    await twin.sign_in()
    assert (await twin.send("DELETE", ME, None, {"Authorization": f"Bearer {twin.token}"})).status == 200
    assert (await twin.get(ME)).code == "bad.credentials"
    twin.token = first
    assert (await twin.get(ME)).status == 200


async def test_a_client_in_basic_and_in_the_form_comes_to_the_same(twin: Caller) -> None:
    """A secret with a colon, and one with signs a form must escape."""
    await other(twin, secret="a:b+c&d=e %")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    basic = base64.b64encode(b"other:a:b+c&d=e %").decode()
    said = [
        await twin.send("POST", "/oauth/token", b"grant_type=client_credentials", form | {"Authorization": f"Basic {basic}"}),
        await twin.send(
            "POST", "/oauth/token", b"grant_type=client_credentials&client_id=other&client_secret=a%3Ab%2Bc%26d%3De+%25", form
        ),
    ]
    assert [reply.status for reply in said] == [200, 200]


async def test_too_many_tokens_are_400_and_come_back(start: Start) -> None:
    """The provider waits where the description begins with `rate limit exceeded;`, and the status is 400, not 429."""
    twin = await start(token_limit=2)
    client = f"{twin.twin.options.client_id}:{twin.twin.options.client_secret}"
    assert (await twin.ask_token(client)).status == 200
    reply = await twin.ask_token(client)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")
    assert reply.json["description"].startswith("rate limit exceeded;")
    assert (await twin.ask_token(f"{twin.twin.options.client_id}:wrong")).json["error"] == "invalid_client", "it is not counted"
    assert (await other(twin)).status == 200, "each client has a limit of its own"
    twin.clock.forward(60)
    assert (await twin.ask_token(client)).status == 200


WINDOWS: dict[Window, list[tuple[float, int, str, str]]] = {
    Window.FIRST_REQUEST: [(30, 200, "1", "60"), (20, 200, "2", "40"), (5, 429, "2", "35"), (35, 200, "1", "60")],
    Window.CLOCK_MINUTE: [(30, 200, "1", "30"), (20, 200, "2", "10"), (5, 429, "2", "5"), (5, 200, "1", "60")],
    Window.SLIDING: [(30, 200, "1", "60"), (20, 200, "2", "40"), (5, 429, "2", "35"), (35, 200, "2", "20"), (1, 429, "2", "19")],
}
"""Two requests a minute are allowed, and the clock begins with a minute: so many seconds later a request gets a status, and is told
how many are counted and in how many seconds there is room.
"""


@pytest.mark.parametrize("window", Window)
async def test_the_three_forms_of_the_minute(start: Start, window: Window) -> None:
    twin = await start(limit=2, window=window)
    for seconds, status, count, reset in WINDOWS[window]:
        twin.clock.forward(seconds)
        reply = await twin.get(ME)
        told = [reply.headers[f"inin-ratelimit-{name}"] for name in ("count", "allowed", "reset")]
        assert (reply.status, told) == (status, [count, "2", reset])
        assert reply.headers.get("retry-after") == (reset if status == 429 else None)


async def test_a_client_that_waits_as_it_is_told_is_let_in(start: Start) -> None:
    for window in Window:
        twin = await start(limit=3, window=window)
        for _ in range(10):
            reply = await twin.get(ME)
            if reply.status == 429:
                twin.clock.forward(int(reply.headers["retry-after"]))
                assert (await twin.get(ME)).status == 200
            twin.clock.forward(7)


async def test_every_refusal_after_the_token_says_how_the_limit_stands(start: Start) -> None:
    twin = await start(limit=10)
    replies = [
        await twin.launch({}),
        await twin.get("/api/v2/flows/unknown"),
        await twin.launch(b"{"),
        await twin.launch({}, content_type="x/y"),
    ]
    assert [reply.headers["inin-ratelimit-count"] for reply in replies] == ["1", "2", "3", "4"]
    twin.token = "stolen"
    assert "inin-ratelimit-count" not in (await twin.get(ME)).headers
