"""`tieline contract diff`: exit codes, forms of output, standard input, and every way a file can be unfit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.description_changes import SOUND, copied
from tests.support.genesys_description import encoded, openapi
from tieline.cli.contract import LARGEST


def _run(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tieline.cli", "contract", "diff", *words],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def _file(folder: Path, data: bytes, name: str = "published.json") -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def _changed() -> dict[str, Any]:
    changed = copied(SOUND)
    changed["definitions"]["FlowExecutionLaunchRequest"]["required"].append("name")
    changed["definitions"]["FlowExecutionLaunchResponse"]["properties"]["id"]["readOnly"] = True
    return changed


def test_a_sound_one_ends_well_and_says_what_is_known(tmp_path: Path) -> None:
    done = _run(_file(tmp_path, encoded(SOUND)))
    assert done.returncode == 0, done.stderr
    assert "0 that matter" in done.stdout
    assert "known departure" in done.stdout
    assert "strings, numbers, booleans" in done.stdout
    assert done.stderr == ""


def test_a_change_that_matters_ends_with_one(tmp_path: Path) -> None:
    done = _run(_file(tmp_path, encoded(_changed())))
    assert done.returncode == 1
    assert "matters  FlowExecutionLaunchRequest.name  required is published, and not in the contract" in done.stdout
    assert "readOnly" not in done.stdout
    assert "1 that matter" in done.stdout


def test_the_harmless_is_shown_when_asked_for(tmp_path: Path) -> None:
    file = _file(tmp_path, encoded(_changed()))
    assert "harmless  FlowExecutionLaunchResponse.id" in _run(file, "--all").stdout
    shown = json.loads(_run(file, "--all", "--json").stdout)["files"][0]["changes"]
    assert {change["weight"] for change in shown} == {"matters", "known departure", "harmless"}


def test_a_code_new_to_every_operation_is_one_line(tmp_path: Path) -> None:
    changed = copied(SOUND)
    covered = [one for path in changed["paths"].values() for one in path.values() if "operationId" in one]
    for one in covered:
        one["responses"]["402"] = {"x-inin-error-codes": {"payment.required": "Pay."}}
    file = _file(tmp_path, encoded(changed))
    said = [line for line in _run(file).stdout.splitlines() if "payment.required" in line]
    assert len(said) == 1
    assert f" and {len(covered) - 3} more  code `402 payment.required` is published" in said[0]
    assert _run(file, "--all").stdout.count("payment.required") == len(covered)
    assert json.loads(_run(file, "--json").stdout)["matters"] == len(covered)


def test_one_object_for_several_years(tmp_path: Path) -> None:
    files = [_file(tmp_path, encoded(SOUND), "2025.json"), _file(tmp_path, encoded(openapi(_changed())), "2026.json")]
    done = _run(*files, "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["matters"] == 1
    assert [(one["file"], one["form"], one["matters"]) for one in said["files"]] == [
        (files[0], "Swagger 2.0", 0),
        (files[1], "OpenAPI 3.0.1", 1),
    ]
    found = [change for change in said["files"][1]["changes"] if change["weight"] == "matters"]
    assert found == [
        {
            "at": "FlowExecutionLaunchRequest.name",
            "aspect": "required",
            "contract": None,
            "published": "name",
            "weight": "matters",
            "why": "",
            "says": "required is published, and not in the contract",
        }
    ]


def test_standard_input() -> None:
    assert _run("-", given=encoded(SOUND)).returncode == 0
    assert _run("-", given=encoded(_changed())).returncode == 1


def _refused(*words: str, given: bytes = b"") -> list[dict[str, Any]]:
    done = _run(*words, "--json", given=given)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (one,) = _refused(str(tmp_path / "nowhere.json"))
    assert (one["code"], "no such file" in one["line"]) == ("TL560", True)
    (folder,) = _refused(str(tmp_path))
    assert folder["code"] == "TL560"


@pytest.mark.parametrize("text", [b"<html>502</html>", b"openapi: 3.0.1\n", b"\x1f\x8b\x08", b'{"swagger": nope}'])
def test_what_is_not_json(text: bytes) -> None:
    assert [one["code"] for one in _refused("-", given=text)] == ["TL561"]


def test_a_description_that_breaks_off() -> None:
    text = encoded(SOUND)
    (one,) = _refused("-", given=text[: len(text) // 2])
    assert (one["code"], str(len(text) // 2) in one["line"]) == ("TL562", True)


def test_json_that_describes_no_api() -> None:
    assert [one["code"] for one in _refused("-", given=b'{"openapi-cache": {}}')] == ["TL563"]


def test_a_description_with_a_malformed_part() -> None:
    changed = copied(SOUND)
    changed["paths"]["/api/v2/flows/executions"]["post"]["responses"] = []
    (one,) = _refused("-", given=encoded(changed))
    assert one["code"] == "TL564"
    assert "/api/v2/flows/executions/post" in one["line"]


def test_the_description_of_another_api() -> None:
    (one,) = _refused("-", given=b'{"swagger": "2.0", "info": {"title": "Petstore"}, "paths": {"/pets": {}}}')
    assert (one["code"], "Petstore" in one["line"]) == ("TL565", True)


def test_a_file_far_too_large(tmp_path: Path) -> None:
    """It is as large on the disk as it says only to who reads it: a hole."""
    huge = tmp_path / "huge.json"
    with huge.open("wb") as opened:
        opened.truncate(LARGEST + 1)
    (one,) = _refused(str(huge))
    assert (one["code"], str(LARGEST) in one["line"]) == ("TL566", True)


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    good, bad = _file(tmp_path, encoded(_changed())), str(tmp_path / "nowhere.json")
    done = _run(bad, good)
    assert done.returncode == 2
    assert "FlowExecutionLaunchRequest.name" in done.stdout
    assert "TL560" in done.stderr
    said = json.loads(_run(bad, good, "--json").stdout)
    assert [one.get("problem") for one in said["files"]] == ["TL560", None]
