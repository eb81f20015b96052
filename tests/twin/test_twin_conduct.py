"""What the twin holds against a client, each shown with a client that does it: the official Python SDK, or a loop people write."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Process
from tests.twin.plane import did
from tests.twin.raw import Caller
from tieline.testing.twin import connect

SDK = """
import sys
import PureCloudPlatformClientV2 as Sdk
url, id, secret, flow, times = sys.argv[1:]
for _ in range(int(times)):
    client = Sdk.api_client.ApiClient(host=url)
    client.get_client_credentials_token(id, secret)
    request = Sdk.FlowExecutionLaunchRequest()
    request.flow_id = flow
    request.input_data = {"Flow.customerId": "c-1"}
    try:
        Sdk.ArchitectApi(client).post_flows_executions(request)
        print("launched")
    except Exception as error:
        print(type(error).__name__)
"""


async def verdicts(caller: Caller) -> dict[str, dict[str, int]]:
    told = (await did(caller, "GET", "verdicts"))["clients"]
    return {one["client"]: {found["verdict"]: found["count"] for found in one["verdicts"]} for one in told}


async def launch(caller: Caller, number: int = 1) -> int:
    return (await caller.launch({"flowId": caller.flows["Customer callback"], "inputData": {"Flow.attempt": number}})).status


def test_the_official_sdk_repeats_a_launch_eleven_times_when_its_connection_is_reset(tmp_path: Path) -> None:
    """One call of the caller's; the SDK sends it eleven times, and each of them starts a run."""
    with Process("twin", "--port", "0", cwd=tmp_path) as process:
        cloud = connect(process.ready["url"])
        cloud.faults({"name": "lost", "operation": "postFlowsExecutions", "reset": "after"})
        flow = cloud.flows["Customer callback"].id
        words = [sys.executable, "-c", SDK, cloud.url, cloud.client_id, cloud.client_secret, flow, "1"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
        assert done.stdout.split() == ["MaxRetryError"], done.stderr
        assert len(cloud.launches) == 11
        assert [line.more["fault"] for line in cloud.journal(operation="postFlowsExecutions")] == ["lost (reset after)"] * 11
        [said] = [one for one in cloud.control.get("verdicts")["clients"] if one["client"] == cloud.client_id]
        assert [(one["verdict"], one["count"]) for one in said["verdicts"]] == [("repeated-launch", 10)]
        assert (said["launches"], said["tokens"]) == (11, 1)


def test_a_loop_around_the_sdk_fetches_a_token_for_each_call(tmp_path: Path) -> None:
    with Process("twin", "--port", "0", cwd=tmp_path) as process:
        cloud = connect(process.ready["url"])
        flow = cloud.flows["Customer callback"].id
        words = [sys.executable, "-c", SDK, cloud.url, cloud.client_id, cloud.client_secret, flow, "4"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
        assert done.stdout.split() == ["launched"] * 4, done.stderr
        assert "token-per-call" in cloud.verdicts()[cloud.client_id]


async def test_a_repeat_is_noticed_also_when_the_first_took_no_effect(twin: Caller) -> None:
    """The client cannot know that it did not."""
    await did(twin, "POST", "faults", {"faults": [{"reset": "before", "times": 1}]})
    with pytest.raises((ConnectionError, EOFError)):
        await launch(twin)
    assert await launch(twin) == 200
    assert (await verdicts(twin))[twin.twin.options.client_id] == {"repeated-launch": 1}


@pytest.mark.parametrize("fault", [{"code": "request.timeout"}, {"status": 502}, {"truncate": 0.1}, {"malformed": True}])
async def test_a_repeat_after_an_answer_that_does_not_tell(twin: Caller, fault: dict[str, Any]) -> None:
    await did(twin, "POST", "faults", {"faults": [{**fault, "times": 1}]})
    try:
        await launch(twin)
    except EOFError:
        assert "truncate" in fault
    await launch(twin)
    assert (await verdicts(twin))[twin.twin.options.client_id] == {"repeated-launch": 1}


@pytest.mark.parametrize("code", ["too.many.requests.retry.after", "bad.request", "architect.flow.not.found"])
async def test_to_send_again_what_was_refused_is_no_repeat(twin: Caller, code: str) -> None:
    await did(twin, "POST", "faults", {"faults": [{"code": code, "times": 2}]})
    assert [await launch(twin) for _ in range(3)][2] == 200
    assert (await verdicts(twin))[twin.twin.options.client_id] == {}


async def test_another_launch_and_the_same_a_minute_later_are_no_repeats(twin: Caller) -> None:
    assert [await launch(twin, 1), await launch(twin, 2)] == [200, 200]
    twin.clock.forward(60)
    assert await launch(twin, 1) == 200
    assert (await verdicts(twin))[twin.twin.options.client_id] == {}


async def test_retry_after_is_ignored(twin: Caller) -> None:
    await did(twin, "POST", "limits", {"per_minute": 1})
    assert [await launch(twin, number) for number in range(4)] == [200, 429, 429, 429]
    assert (await verdicts(twin))[twin.twin.options.client_id] == {"ignored-retry-after": 2}


async def test_retry_after_is_heeded(twin: Caller) -> None:
    await did(twin, "POST", "limits", {"per_minute": 1})
    assert [await launch(twin, 1), await launch(twin, 2)] == [200, 429]
    twin.clock.forward(60)
    assert await launch(twin, 2) == 200
    assert (await verdicts(twin))[twin.twin.options.client_id] == {}


async def test_retry_after_binds_the_token_that_was_throttled(twin: Caller) -> None:
    await did(twin, "POST", "limits", {"per_minute": 1})
    assert [await launch(twin, 1), await launch(twin, 2)] == [200, 429]
    await twin.sign_in()
    assert await launch(twin, 2) == 200
    assert (await verdicts(twin))[twin.twin.options.client_id] == {}


async def test_a_token_that_is_used_is_no_token_per_call(twin: Caller) -> None:
    for _ in range(3):
        await twin.sign_in()
        for number in range(3):
            await launch(twin, number)
            twin.clock.forward(61)
    assert (await verdicts(twin))[twin.twin.options.client_id] == {}


async def misplaced(caller: Caller) -> dict[str, int]:
    return {client: found["secret-out-of-place"] for client, found in (await verdicts(caller)).items() if found}


async def test_a_secret_is_sent_where_none_belongs(twin: Caller) -> None:
    options = twin.twin.options
    id, secret = options.client_id, options.client_secret
    await twin.get(f"/api/v2/flows?client_secret={secret}")
    await twin.get(f"/api/v2/flows?access_token={twin.token}")
    await twin.get(f"/api/v2/flows/{secret}")
    await twin.launch({"flowId": twin.flows["Customer callback"], "inputData": {"Flow.customerId": secret}})
    await twin.launch({"flowId": twin.flows["Customer callback"], "inputData": {"Flow.customerId": twin.token}})
    basic = base64.b64encode(f"{id}:{secret}".encode()).decode()
    reply = await twin.send("GET", "/api/v2/flows", headers={"Authorization": f"Basic {basic}"})
    assert reply.status == 401
    assert await misplaced(twin) == {id: 6}


async def test_a_secret_of_nobody_the_twin_knows(twin: Caller) -> None:
    await twin.send("GET", "/api/v2/flows?client_secret=of-a-real-org")
    assert await misplaced(twin) == {"(unknown)": 1}


async def test_a_client_that_does_nothing_wrong(twin: Caller) -> None:
    for number in range(5):
        await twin.get("/api/v2/flows?name=secret&pageSize=5")
        await launch(twin, number)
    await twin.ask_token(f"{twin.twin.options.client_id}:{twin.twin.options.client_secret}")
    form = {
        "grant_type": "client_credentials",
        "client_id": twin.twin.options.client_id,
        "client_secret": twin.twin.options.client_secret,
    }
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await twin.send("POST", "/oauth/token", body, headers)).status == 200
    told = (await did(twin, "GET", "verdicts"))["clients"]
    assert [(one["client"], one["verdicts"]) for one in told] == [(twin.twin.options.client_id, [])]
    assert json.dumps(told).count("secret") == 0
