"""`tieline diagnose` as it is typed: forms, outputs, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
SCHEMA = {
    "type": "object",
    "properties": {"Flow.customerId": {"oneOf": [{"type": "null"}, {"type": "string"}]}},
    "additionalProperties": False,
}


def _run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tieline.cli", "diagnose", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _json(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_body_alone_is_shown_with_its_faults_marked(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text(json.dumps({"flow_id": ID, "inputs": {"customerId": "c"}}))
    done = _run(str(file))
    assert done.returncode == 1
    assert "TL202 /flow_id" in done.stdout
    assert '"flow_id"' in done.stdout
    assert "^^^^^^^^^" in done.stdout
    assert "did you mean `inputData`?" in done.stdout
    assert '"Flow.customerId": "c"' in done.stdout
    assert done.stderr == ""


def test_a_sound_one_says_so_and_ends_well() -> None:
    done = _run("-", stdin=json.dumps({"flowId": ID}))
    assert done.returncode == 0
    assert "sound" in done.stdout


CURL = f"""curl -X POST 'https://api.mypurecloud.com/api/v2/flows/executions' \\
  -H 'Authorization: Bearer s3cr3t-t0ken' \\
  -d '{{"flowId": "{ID}",}}'
"""
HTTP = f"""POST /api/v2/flows/executions HTTP/1.1
Host: api.mypurecloud.com
Authorization: Bearer s3cr3t-t0ken

{{"flowId": "{ID}"}}

HTTP/1.1 415 Unsupported Media Type

"""
HAR = {
    "log": {
        "version": "1.2",
        "entries": [
            {
                "request": {
                    "method": "POST",
                    "url": "https://api.mypurecloud.com/api/v2/flows/executions",
                    "headers": [
                        {"name": "Authorization", "value": "Bearer s3cr3t-t0ken"},
                        {"name": "Content-Type", "value": "text/plain"},
                    ],
                    "postData": {"mimeType": "text/plain", "text": json.dumps({"flowId": ID})},
                },
                "response": {"status": 415, "headers": [], "content": {"text": ""}},
            }
        ],
    }
}
POSTMAN = {
    "info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "item": [
        {
            "name": "Launch",
            "request": {
                "method": "POST",
                "url": "{{host}}/api/v2/flows/executions",
                "header": [{"key": "Content-Type", "value": "text/plain"}],
                "body": {"mode": "raw", "raw": json.dumps({"flowId": "{{flow}}"})},
                "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "s3cr3t-t0ken", "type": "string"}]},
            },
        }
    ],
}
BRUNO = f"""meta {{
  name: Launch
  type: http
}}

post {{
  url: https://api.mypurecloud.com/api/v2/flows/executions
  body: json
  auth: bearer
}}

headers {{
  Content-Type: text/plain
}}

auth:bearer {{
  token: s3cr3t-t0ken
}}

body:json {{
  {{"flowId": "{ID}"}}
}}
"""
LOG = f"2026-11-24T08:00:00Z WARN POST https://api.mypurecloud.com/api/v2/flows/executions 400 body={json.dumps(json.dumps({'flowId': ID, 'data': {}}))}"
FORMS = [
    ("curl", CURL, {"content-type", "malformed-json"}),
    ("http", HTTP, {"content-type"}),
    ("har", json.dumps(HAR), {"content-type"}),
    ("postman", json.dumps(POSTMAN), {"content-type"}),
    ("bruno", BRUNO, {"content-type"}),
    ("log", LOG, {"unknown-field"}),
]


@pytest.mark.parametrize(("form", "text", "rules"), FORMS, ids=[form for form, _, _ in FORMS])
def test_every_form_is_found_by_itself(form: str, text: str, rules: set[str]) -> None:
    done = _run("-", "--json", stdin=text)
    assert done.returncode == 1, done.stderr
    (told,) = _json(done)
    assert told["form"] == form
    assert {one["rule"] for one in told["findings"] if one["role"] == "cause"} == rules
    assert "s3cr3t" not in done.stdout


def test_json_has_the_names_programs_count_on() -> None:
    (told,) = _json(_run("-", "--json", stdin=json.dumps({"flowId": ID, "inputs": {}})))
    assert {"id", "sound", "cannot_tell", "findings", "mended"} <= told.keys()
    assert {"code", "reason", "rule", "at", "role", "says", "help", "suggestion"} <= told["findings"][0].keys()
    assert told["mended"]["json"]["flowId"] == ID


def test_variables_fill_a_collection(tmp_path: Path) -> None:
    environment = tmp_path / "dev.postman_environment.json"
    environment.write_text(
        json.dumps({"name": "dev", "values": [{"key": "host", "value": "https://api.genesys.example", "enabled": True}]})
    )
    (told,) = _json(_run("-", "--json", "--variables", str(environment), stdin=json.dumps(POSTMAN)))
    assert "host" in {one["rule"] for one in told["findings"]}


def test_a_flow_schema_checks_the_inputs(tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    body = json.dumps({"flowId": ID, "inputData": {"Flow.customerID": "c"}})
    (told,) = _json(_run("-", "--json", "--flow-schema", str(schema), stdin=body))
    assert [(one["rule"], one["at"], one["suggestion"]) for one in told["findings"]] == [
        ("input-name", "/inputData/Flow.customerID", "Flow.customerId")
    ]


def test_sarif_is_one_log_with_a_place_for_each_finding(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text(json.dumps({"flowId": ID, "inputs": {}, "user": 1}))
    log = json.loads(_run(str(file), "--sarif").stdout)
    assert log["version"] == "2.1.0"
    results = log["runs"][0]["results"]
    assert [one["ruleId"] for one in results] == ["TL202", "TL202"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == str(file)


def test_github_annotations_name_file_and_line() -> None:
    done = _run("-", "--github", stdin='{"flowId": "x"\n "name": "y"}')
    assert done.stdout.startswith("::error file=-,line=2,col=2,title=TL611 malformed-json::")


def test_the_exchange_form_comes_from_standard_input_too() -> None:
    lines = "\n".join(
        json.dumps(
            {"id": f"n{n}", "request": {"method": "POST", "url": "/api/v2/flows/executions", "headers": None, "body": body}}
        )
        for n, body in enumerate([{"flowId": ID}, {"flowId": ID, "context": {}}])
    )
    first, second = _json(_run("-", "--json", stdin=lines))
    assert first["sound"]
    assert [one["at"] for one in second["findings"]] == ["/context"]


def test_a_file_that_is_not_there() -> None:
    done = _run("nowhere.json")
    assert done.returncode == 5
    assert "TL630" in done.stderr


def test_a_file_too_large(tmp_path: Path) -> None:
    file = tmp_path / "big.har"
    with file.open("wb") as opened:
        opened.truncate(64 * 1024 * 1024 + 1)
    done = _run(str(file))
    assert done.returncode == 1
    assert "TL631" in done.stderr


def test_a_flow_schema_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"a": 1}')
    done = _run("-", "--flow-schema", str(tmp_path / "s.json"), stdin="{}")
    assert done.returncode == 1
    assert "TL632" in done.stderr


def test_variables_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "v.json").write_text("[1]")
    done = _run("-", "--variables", str(tmp_path / "v.json"), stdin="{}")
    assert done.returncode == 1
    assert "TL633" in done.stderr


def test_a_form_that_is_none_is_a_mistake_of_the_command_line() -> None:
    assert _run("-", "--form", "soap", stdin="{}").returncode == 2
    assert _run().returncode == 2


def test_what_is_left_of_a_long_log_is_said(tmp_path: Path) -> None:
    file = tmp_path / "app.log"
    file.write_text(f'POST /api/v2/flows/executions 400 body={{"flowId":"{ID}"}}\n' * 10_001)
    done = _run("--json", str(file))
    assert len(done.stdout.splitlines()) == 10_000
    assert done.stderr == f"only the first 10,000 requests of {file} were read\n"
