"""`tieline diagnose --source` as it is typed: each thing to be found in code, the outputs, what cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tieline.capture.source.find import read_source

GO = """package caller

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

type body struct {
	FlowID string         `json:"flowId%(omit)s"`
	Inputs map[string]any `%(tag)s`
	%(field)s string `json:"name"`
}

func Launch(token, id string) {
	raw, _ := json.Marshal(body{FlowID: id, Inputs: map[string]any{"Flow.a": 1}})
	req, _ := http.NewRequest("POST", "https://api.mypurecloud.jp/api/v2/flows/executions", bytes.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	http.DefaultClient.Do(req)
}
"""
SOUND = {"omit": "", "tag": 'json:"inputData"', "field": "Name"}
RETRIED = """package caller

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

func Launch(token, id string) {
	req, _ := retryablehttp.NewRequest("POST", "https://api.mypurecloud.jp/api/v2/flows/executions", strings.NewReader(fmt.Sprintf(`{"flowId": "%s"}`, id)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	retryablehttp.NewClient().Do(req)
}
"""


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tieline.cli", "diagnose", "--source", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _found(folder: Path, code: str) -> dict[str, dict[str, Any]]:
    (folder / "caller.go").write_text(code)
    done = _run(str(folder), "--json")
    assert "Traceback" not in done.stderr
    return {one["code"]: one for line in done.stdout.splitlines() for one in json.loads(line)["findings"]}


def test_the_sound_program_is_sound(tmp_path: Path) -> None:
    assert _found(tmp_path, GO % SOUND) == {}


def test_omitempty_on_a_required_field(tmp_path: Path) -> None:
    found = _found(tmp_path, GO % {**SOUND, "omit": ",omitempty"})
    assert list(found) == ["TL640"]
    assert (found["TL640"]["at"], found["TL640"]["role"]) == ("/flowId", "possible")


def test_a_field_without_a_tag(tmp_path: Path) -> None:
    found = _found(tmp_path, GO.replace("`%(tag)s`", "") % SOUND)
    assert list(found) == ["TL641"]
    assert found["TL641"]["suggestion"] == "inputData"


def test_a_field_that_is_not_exported(tmp_path: Path) -> None:
    found = _found(tmp_path, GO % {**SOUND, "field": "name"})
    assert list(found) == ["TL642"]
    assert "`name` is not exported" in found["TL642"]["says"]


def test_a_tag_that_is_not_read(tmp_path: Path) -> None:
    found = _found(tmp_path, GO % {**SOUND, "tag": 'json: "inputData"'})
    assert list(found) == ["TL643"]


def test_a_client_that_repeats_by_itself(tmp_path: Path) -> None:
    assert "go-retryablehttp" in _found(tmp_path, RETRIED)["TL644"]["says"]


def test_json_put_together_by_hand(tmp_path: Path) -> None:
    assert "`id`" in _found(tmp_path, RETRIED)["TL645"]["says"]


@pytest.mark.parametrize("name", ["none.go", "empty", "picture.png"])
def test_what_is_no_source_code(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    done = _run(str(tmp_path / name))
    assert done.returncode == 1
    assert "TL646" in done.stderr


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "caller.go").write_text(GO % {**SOUND, "tag": 'json:"inputs"'})
    row = next(number for number, line in enumerate(GO.splitlines(), 1) if "json.Marshal" in line)
    github = _run(str(tmp_path), "--github").stdout
    assert f"caller.go,line={row}," in github
    [result] = json.loads(_run(str(tmp_path), "--sarif").stdout)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == row
    assert _run(str(tmp_path)).returncode == 1


def test_a_folder_of_folders_with_what_is_not_ours_left_out(tmp_path: Path) -> None:
    for folder in ("cmd", "vendor", "node_modules/x"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "caller.go").write_text(RETRIED)
    (tmp_path / "cmd" / "again").symlink_to(tmp_path)
    (tmp_path / "cmd" / "locked.go").write_bytes(b"\xff\xfe\x00")
    done = _run(str(tmp_path), "--json")
    assert [Path(json.loads(line)["file"]).parent.name for line in done.stdout.splitlines()] == ["cmd"]


def test_code_that_launches_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print('hello')\n")
    done = _run(str(tmp_path))
    assert done.returncode == 0
    assert "no call that launches a flow was found" in done.stderr


def test_a_program_too_large_to_be_looked_through_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is told, and how much was not looked into; nothing is left out without a word."""
    monkeypatch.setattr("tieline.capture.source.project._MOST_PICTURED", len(RETRIED) + 10)
    for name in ("a.go", "b.go"):
        (tmp_path / name).write_text(RETRIED)
    left: list[int] = []
    calls = read_source(tmp_path, left=left.append)
    assert [Path(call.exchange.place.file).name for call in calls if call.exchange.place] == ["a.go"]
    assert left == [1]


def test_generated_code_and_hidden_folders_are_no_place_to_begin(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "a.go").write_text(RETRIED)
    (tmp_path / "client.go").write_text("// Code generated by openapi-generator. DO NOT EDIT.\n\n" + RETRIED)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "launch.go").write_text(RETRIED)
    assert [Path(call.exchange.place.file).name for call in read_source(tmp_path) if call.exchange.place] == ["launch.go"]
