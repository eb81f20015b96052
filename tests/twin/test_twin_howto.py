"""docs/howto/twin.md, run: each of its blocks is started, called, read or tested as a reader would."""

from __future__ import annotations

import json
import re
import shlex
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Process
from tests.twin.raw import Caller
from tieline.testing.twin import connect, twin
from tieline.twin.control.plane import TABLE
from tieline.twin.faults.fault import PRESETS, Fault, read_scenario
from tieline.twin.seed import load

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "twin.md"
BLOCKS = re.findall(r"^```(\w+) ?(\w*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def blocks(language: str, kind: str) -> list[str]:
    return [text for one, other, text in BLOCKS if (one, other) == (language, kind)]


def written(folder: Path) -> Path:
    """Put the page's own files where its commands look for them."""
    (folder / "flows.yaml").write_text(blocks("yaml", "seed")[0])
    (folder / "scenario.yaml").write_text(blocks("yaml", "scenario")[0])
    return folder


def test_every_block_is_of_a_kind_that_is_run() -> None:
    kinds = {("sh", ""), ("sh", "curl"), ("sh", "record"), ("yaml", "seed"), ("yaml", "scenario"), ("json", "problem")}
    assert {(language, kind) for language, kind, _ in BLOCKS} == kinds | {("python", "test"), ("python", "server")}


def commands(text: str) -> list[list[str]]:
    return [shlex.split(line, comments=True) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("words", commands(blocks("sh", "")[0]), ids=" ".join)
def test_its_twins_start(tmp_path: Path, words: list[str]) -> None:
    assert words[:2] == ["tieline", "twin"]
    with Process(*words[1:], "--port", "0", cwd=written(tmp_path)) as process:
        names = [flow["name"] for flow in process.ready["flows"]]
        assert ("Order follow-up" in names) == ("--seed" in words)


def test_its_faults_use_every_word_there_is(tmp_path: Path) -> None:
    faults = read_scenario(written(tmp_path) / "scenario.yaml")
    usual = Fault()
    used = {name for fault in faults for name in fault.__struct_fields__ if getattr(fault, name) != getattr(usual, name)}
    assert used == set(Fault.__struct_fields__)


def test_it_names_every_preset_every_call_and_every_verdict() -> None:
    text = PAGE.read_text("utf-8")
    told = re.search(r"^Presets: (.*?)\. Each", text, re.MULTILINE | re.DOTALL)
    assert told is not None
    assert re.findall(r"`([\w-]+)`", told[1]) == list(PRESETS)
    called = blocks("sh", "curl")[0]
    for method, name in TABLE:
        assert name == "" or f"/_twin/{name}" in called, f"{method} {name}"


async def test_its_script_does_what_the_page_says(tmp_path: Path, start: Any) -> None:
    caller: Caller = await start(seed=written(tmp_path) / "flows.yaml")
    assert [flow.name for flow in load(tmp_path / "flows.yaml")] == ["Order follow-up", "Draft"]
    ids = []
    for inputs in ({"Flow.orderId": "o-13"}, {"Flow.attempt": 4}, {"Flow.orderId": "o-1", "Flow.items": ["a", "b"]}):
        reply = await caller.launch({"flowId": caller.flows["Order follow-up"], "inputData": inputs})
        ids.append(reply.json["id"])
    assert (await caller.get(f"/api/v2/flows/executions/{ids[2]}")).status == 404
    caller.clock.forward(2)
    runs = [(await caller.get(f"/api/v2/flows/executions/{id}")).json for id in ids]
    assert [run["status"] for run in runs] == ["FAILED", "RUNNING", "COMPLETED"]
    assert runs[0]["flowErrorInfo"]["code"] == "error.own"
    assert runs[2]["outputData"] == {"Flow.total": "2", "Flow.greeting": "Order o-1"}


def test_its_tests_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(blocks("python", "test")[0])
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=5)


def test_its_programs_run_against_a_server() -> None:
    for text in blocks("python", "server"):
        with twin() as cloud:
            exec(text, {"url": cloud.url, "connect": connect})


def test_its_calls_are_answered() -> None:
    with twin() as cloud:
        for words in commands(blocks("sh", "curl")[0]):
            assert words.pop(0) == "curl"
            method = words.pop(words.index("-X") + 1) if "-X" in words else None
            body = words.pop(words.index("-d") + 1).encode() if "-d" in words else None
            [address] = [word for word in words if not word.startswith("-")]
            url = cloud.url + address.removeprefix("localhost:9090")
            request = urllib.request.Request(url, body, method=method or ("POST" if body else "GET"))
            with urllib.request.urlopen(request) as answer:
                assert json.load(answer) is not None


def test_its_problem_is_what_is_answered() -> None:
    with twin() as cloud:
        request = urllib.request.Request(cloud.url + "/_twin/clock", b'{"move": 1}')
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert json.load(refused.value) == json.loads(blocks("json", "problem")[0])


def test_its_commands_of_recordings_are_those_there_are(tmp_path: Path) -> None:
    """What they do, `test_twin_recording` holds; here, that they are spelt so and lead to each other."""
    record, replay, grade = commands(blocks("sh", "record")[0])
    file = record[record.index("--out") + 1]
    assert replay == ["tieline", "twin", "--replay", file]
    assert grade == ["tieline", "twin", "grade", file]
    with Process(*record[1:], "--port", "0", cwd=tmp_path) as process:
        assert process.ready["api"] == "https://api.mypurecloud.de"
