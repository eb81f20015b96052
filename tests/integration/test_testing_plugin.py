"""What users import in their tests: the fixture in a plain pytest run of a user's own, the context managers, what the twin tells."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tieline.testing.control import ControlError
from tieline.testing.twin import GenesysTwin, async_twin, twin

pytest_plugins = ["pytester"]

USERS_TESTS = '''
import json
import os
import urllib.request

import pytest


def launch(twin, flow, **inputs):
    """What the user's service would do."""
    body = {"flowId": twin.flows[flow].id, "inputData": {"Flow." + name: value for name, value in inputs.items()}}
    headers = {"Authorization": "Bearer " + twin.token(), "Content-Type": "application/json"}
    sent = urllib.request.Request(twin.url + "/api/v2/flows/executions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(sent) as answer:
        return json.load(answer)["id"]


PORTS = set()


@pytest.mark.parametrize("number", range(3))
def test_one_launch(genesys_twin, number):
    assert genesys_twin.launches == ()
    id = launch(genesys_twin, "Customer callback", customerId="c-%d" % number)
    [one] = genesys_twin.verify("Customer callback", {"customerId": "c-%d" % number}, times=1)
    assert one.execution_id == id
    assert len(genesys_twin.launches) == 1
    PORTS.add(genesys_twin.port)
    assert len(PORTS) == number + 1


@pytest.mark.genesys_twin(seed=[{"name": "Order follow-up", "inputs": [{"name": "Flow.orderId"}]}], run_ms=5000)
def test_flows_of_the_users_own(genesys_twin):
    assert list(genesys_twin.flows) == ["Order follow-up"]
    launch(genesys_twin, "Order follow-up", orderId="o-1")
    assert [run["status"] for run in genesys_twin.executions] == ["RUNNING"]
    genesys_twin.clock.move(5)
    assert [run["status"] for run in genesys_twin.executions] == ["COMPLETED"]


async def test_nothing_is_seen_of_the_others(genesys_twin):
    assert genesys_twin.launches == ()
    assert "Customer callback" in genesys_twin.flows
'''


def test_a_users_tests_use_the_fixture_and_do_not_see_each_other(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USERS_TESTS)
    pytester.makeini(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\naddopts = --strict-markers\nfilterwarnings = error\n"
    )
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    run.assert_outcomes(passed=5)


def test_the_marker_is_explained_and_takes_names_only(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.genesys_twin(10)
        def test_it(genesys_twin):
            pass
    """)
    run = pytester.runpytest_subprocess()
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*the marker genesys_twin takes names only*"])
    pytester.runpytest_subprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.genesys_twin(seed=None, limit=300,*"])


def test_the_plugin_brings_nothing_in_until_a_test_asks() -> None:
    asked = "import sys, tieline.testing.plugin; print(sorted(name for name in sys.modules if name.startswith('tieline.')))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['tieline.testing', 'tieline.testing.plugin']"


def test_a_twin_starts_while_nobody_notices(capsys: pytest.CaptureFixture[str]) -> None:
    times = []
    for _ in range(10):
        began = time.perf_counter()
        with twin() as cloud:
            assert cloud.token()
        times.append((time.perf_counter() - began) * 1000)
    with capsys.disabled():
        print(f"\na twin started, gave a token and was let go: first {times[0]:.1f} ms, then {min(times):.1f} ms")  # noqa: T201


def launch(cloud: GenesysTwin, body: Any, token: str | None = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token or cloud.token()}", "Content-Type": "application/json"}
    sent = urllib.request.Request(f"{cloud.url}/api/v2/flows/executions", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_what_a_twin_tells() -> None:
    with twin() as cloud:
        flow = cloud.flows["Customer callback"]
        status, told = launch(cloud, {"flowId": flow.id, "inputData": {"Flow.attempt": 1}, "name": "n"})
        assert status == 200
        [one] = cloud.launches
        assert (one.execution_id, one.flow, one.flow_id, one.version) == (told["id"], flow.name, flow.id, "1.0")
        assert (one.inputs, one.name) == ({"Flow.attempt": 1}, "n")
        assert launch(cloud, {"flowId": flow.id, "priority": 1})[1]["code"] == "invalid.property"
        lines = [(line.method, line.status, line.code) for line in cloud.journal() if not line.path.startswith("/oauth")]
        assert lines == [("POST", 200, None), ("POST", 400, "invalid.property")]
        assert cloud.journal()[1].execution == told["id"]
        cloud.reset()
        assert (cloud.launches, cloud.journal()) == ((), [])


def test_verify_says_what_there_was_instead() -> None:
    with twin() as cloud:
        launch(cloud, {"flowId": cloud.flows["Customer callback"].id, "inputData": {"Flow.customerId": "c-2", "Flow.attempt": 1}})
        assert len(cloud.verify("Customer callback", {"customerId": "c-2"})) == 1
        assert cloud.verify("Payment follow-up", times=0) == []
        with pytest.raises(AssertionError) as said:
            cloud.verify("Customer callback", {"customerId": "c-1"}, times=1)
        with pytest.raises(AssertionError, match="expected 2 launches of any flow, found 1"):
            cloud.verify(times=2)
        with pytest.raises(AssertionError, match="with inputs"):
            cloud.verify(inputs={"attempt": True})
    assert str(said.value) == (
        'expected one launch of \'Customer callback\' with inputs {"customerId": "c-1"}, found 0\n'
        '  the nearest: Customer callback 1.0 with inputs {"Flow.customerId": "c-2", "Flow.attempt": 1};'
        ' Flow.customerId is "c-2", not "c-1"\nwhat was launched:\n'
        '  Customer callback 1.0 with inputs {"Flow.customerId": "c-2", "Flow.attempt": 1}'
    )


def test_the_clock_is_held_and_moved() -> None:
    with twin(token_life_s=60) as cloud:
        token = cloud.token()
        at = cloud.clock.hold()
        assert (cloud.clock.held, cloud.clock.now) == (True, at)
        assert cloud.clock.move(59) == at + 59_000
        assert launch(cloud, {"flowId": cloud.flows["Customer callback"].id}, token)[0] == 200
        cloud.clock.move(1)
        assert launch(cloud, {}, token)[1]["code"] == "bad.credentials"
        assert cloud.clock.release() >= at
        assert not cloud.clock.held
        with pytest.raises(ControlError, match="forward only"):
            cloud.clock.move(-1)


def test_limits_clients_and_seeds(tmp_path: Path) -> None:
    file = tmp_path / "flows.json"
    file.write_text(json.dumps({"flows": [{"name": "Mine"}]}), "utf-8")
    with twin(seed=file, limit=1) as cloud:
        assert list(cloud.flows) == ["Mine"]
        token = cloud.token()
        body = {"flowId": cloud.flows["Mine"].id}
        assert [launch(cloud, body, token)[0] for _ in range(2)] == [200, 429]
        cloud.limit(0)
        assert launch(cloud, body, token)[0] == 200
        cloud.client("viewer", permissions=["architect:flow:view"])
        assert launch(cloud, body, cloud.token("viewer", "secret"))[0] == 403
        assert set(cloud.seed([{"name": "Yours"}], keep=True)) == {"Mine", "Yours"}
        cloud.reset()
        assert list(cloud.flows) == ["Mine"]
        with pytest.raises(ControlError, match="name"):
            cloud.seed([{"name": ""}])
        with pytest.raises(ControlError, match="no token: 400"):
            cloud.token("nobody", "x")


def test_the_environment_points_at_the_twin() -> None:
    with twin() as cloud:
        env = cloud.env()
        assert env["GENESYSCLOUD_HOST"] == cloud.url == f"http://{cloud.host}:{cloud.port}"
        assert env["GENESYSCLOUD_OAUTHCLIENT_ID"] == cloud.client_id
        assert env["GENESYSCLOUD_GATEWAY_PORT"] == str(cloud.port)
        assert cloud.client_secret not in repr(cloud)


def test_an_option_there_is_not() -> None:
    with pytest.raises(TypeError, match="limits"), twin(limits=3):
        pass


async def test_many_at_once_in_async_code() -> None:
    async def one(number: int) -> tuple[str, tuple[Any, ...]]:
        async with async_twin() as cloud:
            body = {"flowId": cloud.flows["Customer callback"].id, "inputData": {"Flow.attempt": number}}
            await asyncio.to_thread(launch, cloud, body)
            return cloud.url, tuple(run.inputs["Flow.attempt"] for run in cloud.launches)

    told = await asyncio.gather(*(one(number) for number in range(8)))
    assert len({url for url, _ in told}) == 8
    assert [seen for _, seen in told] == [(number,) for number in range(8)]
