"""What users import in their tests: the fixture in a plain pytest run of a user's own, the context managers, what the twin tells."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tieline.problems.base import ProblemError
from tieline.testing.control import ControlError
from tieline.testing.twin import GenesysTwin, async_twin, connect, twin

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


def test_four_runs_at_once_do_not_see_each_other(pytester: pytest.Pytester) -> None:
    """As pytest-xdist runs them: a process each, all at once."""
    pytester.makepyfile(USERS_TESTS)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    running = [subprocess.Popen(words, cwd=pytester.path, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for one in running:
        said, _ = one.communicate(timeout=120)
        assert one.returncode == 0, said
        assert "5 passed" in said


def test_a_test_that_fails_shows_what_was_expected_what_was_refused_and_the_traffic(pytester: pytest.Pytester) -> None:
    more = """

def test_it(genesys_twin):
    with pytest.raises(urllib.error.HTTPError):
        launch(genesys_twin, "Customer callback", customerID="c-1")
    genesys_twin.verify("Customer callback", {"customerId": "c-1"})
"""
    pytester.makepyfile(
        USERS_TESTS.partition("PORTS")[0].replace("import urllib.request", "import urllib.error\nimport urllib.request") + more
    )
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(
        [
            'E * expected at least one launch of \'Customer callback\' with inputs {"customerId": "c-1"}, found 0',
            "E *(nothing was launched)",
            "E * 400 input.var.not.marked.in.flow.def: TL220 *did you mean `Flow.customerId`?",
            "*Captured genesys_twin call*",
            "* POST /api/v2/flows/executions 400 input.var.not.marked.in.flow.def TL220 *",
        ]
    )
    assert "/tieline/testing/" not in run.stdout.str(), "no line of Tieline's own stands in the traceback"


def test_the_wheel_has_what_the_fixture_needs(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=root, check=True, capture_output=True, timeout=120)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert "[pytest11]\ntieline = tieline.testing.plugin" in opened.read(entry).decode()
    assert {"tieline/twin/control/page.html", "tieline/problems/pages/TL577.md", "tieline/py.typed"} <= set(names)


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


def test_a_twin_is_stopped_and_its_port_let_go() -> None:
    with twin() as cloud:
        port = cloud.port
    with twin(port=port) as again:
        assert again.port == port


def test_a_twin_that_runs_already_and_its_namespaces() -> None:
    with twin(run_ms=0) as served:
        cloud = connect(served.url)
        with cloud.namespace("one") as one, cloud.namespace("two") as two:
            one.seed([{"name": "Mine"}])
            assert launch(one, {"flowId": one.flows["Mine"].id})[0] == 200
            assert [run.status for run in one.launches] == ["COMPLETED"]
            assert (two.launches, cloud.launches) == ((), ())
            assert one.count(operation="postFlowsExecutions") == 1
            assert [entry["response"]["status"] for entry in one.har(method="POST", limit=1)["log"]["entries"]] == [200]
            one.reset()
            assert "Mine" not in one.flows
        with pytest.raises(ControlError, match="TL576") as said:
            connect(served.url, namespace="one")
        assert said.value.code == "TL576"
        assert "POST /_twin/namespaces" in str(said.value)
    with pytest.raises(ConnectionRefusedError):
        connect(served.url.rpartition(":")[0] + ":9")


def test_faults_by_name_by_file_and_in_words(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text("- {name: from the file, operation: getFlows, status: 502}\n")
    with twin(faults=["outage", str(file), {"name": "in words", "reset": "before"}]) as cloud:
        assert [one["name"] for one in cloud.faults(keep=True)] == ["outage", "from the file", "in words"]
        assert cloud.faults() == []
        assert [one["name"] for one in cloud.faults(preset="slow")] == ["slow"]
        cloud.reset()
        assert len(cloud.faults(keep=True)) == 3
    with pytest.raises(ProblemError, match="TL571"), twin(faults="nosuch"):
        pass
    with pytest.raises(ProblemError, match="TL570"), twin([{"name": ""}]):
        pass


def test_waiting_says_what_came_instead() -> None:
    with twin() as cloud:
        launch(cloud, {"flowId": "x"})
        assert [line.status for line in cloud.wait_for(operation="postFlowsExecutions", status="4xx")] == [404]
        with pytest.raises(AssertionError, match=r"(?s)expected 2 exchanges with .*, found 0 in 0.01 s.*POST /api/v2/flows/exec"):
            cloud.wait_for(2, status=200, path="/api/*", timeout_s=0.01)


async def test_many_at_once_in_async_code() -> None:
    async def one(number: int) -> tuple[str, tuple[Any, ...]]:
        async with async_twin() as cloud:
            body = {"flowId": cloud.flows["Customer callback"].id, "inputData": {"Flow.attempt": number}}
            await asyncio.to_thread(launch, cloud, body)
            return cloud.url, tuple(run.inputs["Flow.attempt"] for run in cloud.launches)

    told = await asyncio.gather(*(one(number) for number in range(8)))
    assert len({url for url, _ in told}) == 8
    assert [seen for _, seen in told] == [(number,) for number in range(8)]
