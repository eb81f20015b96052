"""`tieline twin` as people start it: what it is given and cannot use is named; recordings are served and graded."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_cli_check import tieline
from tests.support.process import Process


def _refused(cwd: Path, *words: str) -> dict[str, Any]:
    done = tieline("twin", *words, "--json", cwd=cwd)
    assert done.returncode == 3
    told: dict[str, Any] = json.loads(done.stderr)
    return told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"flows": [{"nam": "x"}]}', "unknown field `nam`"),
        ("flows: [", "seed.json"),
        ("[]", "seed.json"),
    ],
)
def test_a_seed_that_cannot_be(tmp_path: Path, text: str, names: str) -> None:
    (tmp_path / "seed.json").write_text(text)
    told = _refused(tmp_path, "--seed", "seed.json", "--port", "0")
    assert told["code"] == "TL570"
    assert names in told["line"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("- {name: nothing}", "it does nothing"),
        ("- {status: 99}", "status lies between"),
        ("- {operation: postFlows, status: 500}", "`postFlows`"),
        ("- {reset: sometime}", "faults[0]"),
        ("- {code: flow.config.not.published, operation: getFlows}", "published by none"),
    ],
)
def test_faults_that_cannot_be(tmp_path: Path, text: str, names: str) -> None:
    (tmp_path / "faults.yaml").write_text(text)
    told = _refused(tmp_path, "--faults", "faults.yaml", "--port", "0")
    assert told["code"] == "TL571"
    assert names in told["line"]


def test_a_preset_that_does_not_exist_is_told_the_ones_there_are(tmp_path: Path) -> None:
    told = _refused(tmp_path, "--faults", "nosuch", "--port", "0")
    assert told["code"] == "TL571"
    assert "storm-429" in told["line"]


@pytest.mark.parametrize(
    ("pair", "names"),
    [
        ("unknown-field=maybe", "unknown_field"),
        ("no-such=1", "no_such"),
        ("unknown-field", "no `=`"),
        ("bad-client-status=500", "bad_client_status"),
    ],
)
def test_a_setting_that_cannot_be(tmp_path: Path, pair: str, names: str) -> None:
    told = _refused(tmp_path, "--set", pair, "--port", "0")
    assert told["code"] == "TL572"
    assert names in told["line"]


@pytest.mark.parametrize(
    ("text", "names"),
    [("{}", "line 1"), ("", "no exchange"), ('{"request": {"url": "/"}}\nnot json', "line 2")],
)
@pytest.mark.parametrize("words", [("--replay",), ("grade",)])
def test_a_recording_that_cannot_be_read(tmp_path: Path, words: tuple[str, ...], text: str, names: str) -> None:
    (tmp_path / "recording.jsonl").write_text(text)
    more = ("--port", "0") if words[0] == "--replay" else ()
    told = _refused(tmp_path, *words, "recording.jsonl", *more)
    assert told["code"] == "TL573"
    assert names in told["line"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--record", "https://api.mypurecloud.de", "--limit", "5"), "--limit is of a twin"),
        (("--replay", "r.jsonl", "--seed", ".", "--faults", "flaky"), "--seed, --faults is of a twin"),
        (("--replay", "r.jsonl", "--record", "https://api.mypurecloud.de"), "two things"),
        (("--out", "r.jsonl"), "--out goes with --record"),
    ],
)
def test_options_that_mean_nothing_together(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    told = _refused(tmp_path, *words)
    assert told["code"] == "TL572"
    assert says in told["line"]


def test_the_help_says_how_it_is_used(tmp_path: Path) -> None:
    said = tieline("twin", "--help", cwd=tmp_path).stdout
    assert "Usage: tieline twin [OPTIONS] [grade RECORDING]" in said
    assert "COMMAND [ARGS]" not in said
    panels = ["Where it listens", "What it stands for", "Faults on purpose", "A recording instead of a twin"]
    assert [said.index(panel) for panel in panels] == sorted(said.index(panel) for panel in panels)
    assert "Usage: tieline twin grade [OPTIONS] {RECORDING}" in tieline("twin", "grade", "--help", cwd=tmp_path).stdout


def _ask(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def _recording(file: Path, status: int, body: dict[str, Any]) -> None:
    line = {"request": {"method": "GET", "url": "/api/v2/flows"}, "response": {"status": status, "headers": {}, "body": body}}
    file.write_text(json.dumps(line) + "\n")


def test_a_recording_is_served(tmp_path: Path) -> None:
    _recording(tmp_path / "recording.jsonl", 200, {"entities": [], "total": 0})
    with Process("twin", "--replay", "recording.jsonl", "--port", "0", cwd=tmp_path) as replay:
        assert replay.ready["exchanges"] == 1
        assert _ask(replay.ready["url"] + "/api/v2/flows") == (200, {"entities": [], "total": 0})
        status, _ = _ask(replay.ready["url"] + "/api/v2/flows/executions/x")
        assert status == 404


def test_grading_says_where_the_twin_and_a_recording_differ(tmp_path: Path) -> None:
    _recording(tmp_path / "recording.jsonl", 418, {"message": "no"})
    done = tieline("twin", "grade", "recording.jsonl", "--json", cwd=tmp_path)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["exchanges"], told["differ"]) == (1, 1)
    assert any(found["recorded"] == "418" for found in told["grades"][0]["differences"])


def test_a_twin_is_started_with_what_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "seed.yaml").write_text("flows:\n- name: Only one\n")
    words = ("--seed", "seed.yaml", "--faults", "outage", "--set", "unknown-field=ignore", "--port", "0")
    with Process("twin", *words, cwd=tmp_path) as twin:
        assert [flow["name"] for flow in twin.ready["flows"]] == ["Only one"]
        assert _ask(twin.ready["url"] + "/api/v2/flows")[0] == 401, "nobody who is not let in meets a fault"
        [fault] = _ask(twin.ready["url"] + "/_twin/faults")[1]["faults"]
        assert (fault["name"], fault["code"]) == ("outage", "service.unavailable")


@pytest.mark.parametrize(("words", "named"), [((), True), (("--explain", "off"), False)])
def test_the_header_that_explains_can_be_turned_off(tmp_path: Path, words: tuple[str, ...], named: bool) -> None:
    with Process("twin", *words, "--port", "0", cwd=tmp_path) as twin:
        request = urllib.request.Request(twin.ready["url"] + "/api/v2/flows/executions", b"{}", method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        with refused.value as answer:
            assert answer.code == 401
            assert ("Tieline-Findings" in answer.headers) is named
