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


def tieline(*words: str, cwd: Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tieline.cli", *words]
    return subprocess.run(
        command,
        input=stdin,
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


SAMPLES = Path(__file__).parents[2] / "src/tieline/cli/samples"
FLOW_IDS = {
    name: f"8bac0364-4aa2-4032-b8d9-b5c32bba6a9{number}"
    for number, name in enumerate(
        ("Deployment announcements", "Payment follow-up", "Conversation wrap-up", "Customer callback"),
    )
}


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example settings, with flows that are known without asking."""
    flows = "".join(f"      - {{ id: {id}, name: {name}, published: true }}\n" for name, id in FLOW_IDS.items())
    text = tieline("check", "--example", cwd=tmp_path).stdout
    pace = "    pace: { limit: 300, window: 61s, in_flight: 8 }\n"
    assert pace in text
    (tmp_path / "tieline.yaml").write_text(text.replace(pace, f"    read_flows: false\n    flows:\n{flows}"), "utf-8")
    return tmp_path


def test_samples_are_read_as_their_senders_write_them(example: Path) -> None:
    files = [str(SAMPLES / name) for name in ("github_push.json", "stripe_payment.json", "genesys_conversation.json")]
    call = (SAMPLES / "callback_request.json").read_text("utf-8")
    done = tieline("check", "tieline.yaml", *files, "-", "--no-secrets", "--json", cwd=example, stdin=call)
    assert done.returncode == 0, done.stdout + done.stderr
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["route"] for one in made] == ["pushes", "payments", "conversations", ""]
    assert [one["launch_request"]["flowId"] for one in made] == list(FLOW_IDS.values())
    assert made[1]["request_id"] == "stripe/evt_3PxQ2eLkdIwHu7ix0aTq9v2B"
    assert made[3]["event"] is None


def test_a_source_and_a_header_are_told_where_the_body_does_not(example: Path) -> None:
    (example / "hook.json").write_text('{"action": "created"}', "utf-8")
    untold = tieline("check", "tieline.yaml", "hook.json", "--no-secrets", cwd=example)
    assert (untold.returncode, "SOURCE=hook.json" in untold.stderr) == (3, True)
    typeless = tieline("check", "tieline.yaml", "github=hook.json", "--no-secrets", cwd=example)
    assert (typeless.returncode, "--header 'Name: value'" in typeless.stderr) == (3, True)
    words = ("github=hook.json", "-H", "X-GitHub-Event: star", "--no-secrets", "--json")
    told = tieline("check", "tieline.yaml", *words, cwd=example)
    assert told.returncode == 1
    assert json.loads(told.stdout)["event"]["type"] == "star"


def test_a_sample_that_cannot_be_read_hides_no_other(example: Path) -> None:
    files = ("nowhere.json", "githb=tieline.yaml", str(SAMPLES / "stripe_payment.json"), "tieline.yaml")
    done = tieline("check", "tieline.yaml", *files, "--no-secrets", "--json", cwd=example)
    assert done.returncode == 3
    assert json.loads(done.stdout)["route"] == "payments"
    assert [json.loads(line)["code"] for line in done.stderr.splitlines()] == ["TL516", "TL516", "TL516"]


def test_routes_are_held_against_the_flows_that_are_known(folder: Path) -> None:
    inputs = "{ Flow.customerId: { type: string }, Flow.attempt: { type: integer } }"
    schema = f"{{ type: object, additionalProperties: false, properties: {inputs} }}"
    text = SETTINGS.replace("customerId:", "customerID:").replace("published: true", f"published: true, input_schema: {schema}")
    text += "      attempt: { value: often }\n  - { route: other, match: { source: store }, flow: Calback }\n"
    for read, expected in (("true", []), ("false", [(16, 53, "TL540")])):
        (folder / "tieline.yaml").write_text(text.replace("    flows:", f"    read_flows: {read}\n    flows:"), "utf-8")
        done = tieline("check", "--json", "--no-secrets", cwd=folder)
        found = [(item["line"], item["column"], item["problem"]["code"]) for item in map(json.loads, done.stdout.splitlines())]
        assert (done.returncode, found) == (3, [(14, 7, "TL220"), (15, 16, "TL224"), *expected])


def test_what_cannot_be_told_offline_is_not_called_refused(tmp_path: Path) -> None:
    (tmp_path / "tieline.yaml").write_text(tieline("check", "--example", cwd=tmp_path).stdout, "utf-8")
    done = tieline("check", "tieline.yaml", str(SAMPLES / "stripe_payment.json"), "--no-secrets", cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot be told" in done.stdout
    assert "tieline check --live" in done.stdout


def test_a_source_may_say_its_type_as_a_constant(example: Path) -> None:
    text = (example / "tieline.yaml").read_text("utf-8")
    more = "sources:\n  shop: { scheme: none, id: body.n, type: { value: push }, time: body.at }\n"
    (example / "tieline.yaml").write_text(
        text.replace("sources:\n", more, 1).replace("source: github,", "source: shop,"), "utf-8"
    )
    (example / "shop.json").write_text('{"n": 7, "ref": "refs/heads/main", "repository": {"full_name": "a/b"}}', "utf-8")
    done = tieline("check", "tieline.yaml", "shop=shop.json", "--no-secrets", "--json", cwd=example)
    assert json.loads(done.stdout)["event"] == {"id": "7", "source": "shop", "type": "push"}
