"""`tieline check` as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tieline.config.check import FORMATS

SETTINGS = """\
environments:
  dev:
    region: eu-central-1
    client_id: abc
    client_secret: { env: TIELINE_CLIENT_SECRET }
    flows:
      - { id: 8bac0364-4aa2-4032-b8d9-b5c32bba6a9a, name: Callback, published: true }
routes:
  - route: sold
    match: { source: shop }
    flow: Callback
    inputs:
      customerId: data.customer
"""


def tieline(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tieline.cli", *words]
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": "", "NO_COLOR": "1", "COLUMNS": "200", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tieline.yaml").write_text(SETTINGS, "utf-8")
    return tmp_path


def sample(folder: Path, *events: Any) -> str:
    (folder / "event.json").write_text("\n".join(json.dumps(event) for event in events), "utf-8")
    return "event.json"


EVENT = {"specversion": "1.0", "id": "1", "source": "shop", "type": "sold", "data": {"customer": "c-1"}}


def test_a_sound_file_is_said_to_be_sound(folder: Path) -> None:
    done = tieline("check", cwd=folder, TIELINE_CLIENT_SECRET="x")
    assert (done.returncode, done.stdout) == (0, "tieline.yaml is sound: 1 environment, 0 sources, 1 route\n")


def test_the_launch_a_sample_event_makes_is_shown(folder: Path) -> None:
    done = tieline("check", "tieline.yaml", sample(folder, EVENT), "--json", "--no-secrets", cwd=folder)
    assert done.returncode == 0
    made = json.loads(done.stdout)
    assert (made["route"], made["request_id"]) == ("sold", "shop/1")
    assert made["launch_request"] == {"flowId": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a", "inputData": {"Flow.customerId": "c-1"}}


def test_a_sample_that_would_be_refused_is_told_and_ends_with_1(folder: Path) -> None:
    done = tieline("check", "tieline.yaml", sample(folder, EVENT, {**EVENT, "source": "store"}), "--no-secrets", cwd=folder)
    assert done.returncode == 1
    assert "TL250" in done.stdout


def test_every_mistake_has_its_line_and_column(folder: Path) -> None:
    text = (
        SETTINGS.replace("data.customer", "data.[customer")
        .replace("region: eu-central-1", "region: eu-center-1")
        .replace("client_id", "client")
    )
    (folder / "tieline.yaml").write_text(text, "utf-8")
    done = tieline("check", "--json", "--no-secrets", cwd=folder)
    found = [(item["line"], item["problem"]["code"]) for item in map(json.loads, done.stdout.splitlines())]
    assert (done.returncode, found) == (3, [(3, "TL502"), (3, "TL504"), (4, "TL501"), (13, "TL520")])


def test_a_wrong_expression_is_named_where_it_is_wrong(folder: Path) -> None:
    (folder / "tieline.yaml").write_text(SETTINGS.replace("data.customer", "data.customer | lowr(@)"), "utf-8")
    done = tieline("check", "--no-secrets", cwd=folder)
    assert done.returncode == 3
    assert "tieline.yaml:13:35: TL521" in done.stdout


def test_a_mistake_of_shape_does_not_hide_one_in_an_expression(folder: Path) -> None:
    more = "  - route: other\n    flow: Callback\n    inptus: {}\n"
    (folder / "tieline.yaml").write_text(SETTINGS.replace("data.customer", "lowr(id)") + more, "utf-8")
    done = tieline("check", "--json", "--no-secrets", cwd=folder)
    found = [(item["line"], item["problem"]["code"]) for item in map(json.loads, done.stdout.splitlines())]
    assert (done.returncode, found) == (3, [(13, "TL521"), (16, "TL501")])


def test_a_missing_file_is_named(folder: Path) -> None:
    done = tieline("check", "other.yaml", cwd=folder)
    assert done.returncode == 3
    assert "TL507 `other.yaml` cannot be read: no such file or directory" in done.stderr


def test_a_missing_secret_is_named_unless_it_is_not_looked_for(folder: Path) -> None:
    done = tieline("check", cwd=folder)
    assert done.returncode == 3
    assert "tieline.yaml:5:20: TL508" in done.stdout
    assert tieline("check", "--no-secrets", cwd=folder).returncode == 0


@pytest.mark.parametrize("text", ["not json", '{"id": "1"}', "[1]"])
def test_a_sample_that_is_no_event(folder: Path, text: str) -> None:
    (folder / "event.json").write_text(text, "utf-8")
    done = tieline("check", "tieline.yaml", "event.json", "--no-secrets", "--json", cwd=folder)
    assert done.returncode == 3
    assert json.loads(done.stderr.splitlines()[-1])["code"] == "TL516"


def test_the_schema_takes_the_example_and_the_example_is_sound(tmp_path: Path) -> None:
    schema = json.loads(tieline("check", "--schema", cwd=tmp_path).stdout)
    example = tieline("check", "--example", cwd=tmp_path).stdout
    validator = jsonschema_rs.Draft7Validator(schema, formats=FORMATS, validate_formats=True)
    assert validator.is_valid(yaml.safe_load(example))
    (tmp_path / "tieline.yaml").write_text(example, "utf-8")
    assert tieline("check", "--no-secrets", cwd=tmp_path).returncode == 0
