"""The pages of docs/howto, run as they are written: a gateway and a twin, their settings, their commands, in their order."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.pages import Block, Shell, blocks_of
from tests.support.process import Process

DOCS = Path(__file__).parents[2] / "docs"


@contextmanager
def gateway(folder: Path, settings: str, exports: str) -> Iterator[Shell]:
    """Start a twin, and a gateway with a page's settings on free ports; gives a shell that speaks to them."""
    with Process("twin", "--port", "0", cwd=folder) as twin:
        text = settings.replace("http://127.0.0.1:9090", twin.ready["url"])
        free = '{ listen: "127.0.0.1:0" }'
        (folder / "tieline.yaml").write_text(f"http: {free}\ngrpc: {free}\n{text}", "utf-8")
        shell = Shell(folder, {})
        status, said = shell.run(exports)
        assert status == 0, said
        env = dict(re.findall(r"^(\w+)=(.*)$", shell.run("env")[1], re.MULTILINE))
        with Process("serve", cwd=folder, env=env) as served:
            shell.moved["http://127.0.0.1:8080"] = served.ready["http"]
            shell.moved["127.0.0.1:50051"] = served.ready["grpc"]
            yield shell


def test_every_webhook_of_the_page_is_taken_or_refused_as_it_says(tmp_path: Path) -> None:
    settings, serve, *rest = blocks_of(DOCS / "howto" / "webhooks.md")
    assert settings.words == "yaml settings"
    exports = serve.text.replace("tieline serve\n", "")
    with gateway(tmp_path, settings.text, exports) as shell:
        ran = [_ran(shell, block) for block in rest]
    assert len(ran) > 10


def _ran(shell: Shell, block: Block) -> str:
    assert block.words == "sh"
    shell.check(block)
    return block.text


STARTS = ("make setup", "tieline twin\n", "tieline serve\n")
"""What a page starts in a terminal of its own, and the test has started."""


def test_every_command_of_the_quickstart_works_as_it_is_written(tmp_path: Path) -> None:
    blocks = blocks_of(DOCS / "quickstart.md")
    settings = next(block for block in blocks if block.words == "yaml settings")
    exports = next(block for block in blocks if block.text.startswith("export TIELINE"))
    commands = [block for block in blocks if block.words == "sh" and not block.text.startswith(STARTS)]
    with gateway(tmp_path, settings.text, exports.text.partition("\n")[0]) as shell:
        shell.run(f"export TIELINE_URL={shell.here('http://127.0.0.1:8080')}")
        ran = [_ran(shell, block) for block in commands]
        wrong = shell.run("sed -i 's/customerId:/customerID:/' tieline.yaml; tieline check tieline.yaml shop=order.json --live")
    assert len(ran) == 5
    assert "did you mean `Flow.customerId`" in wrong[1]


def test_the_commands_of_the_operators_page_work(tmp_path: Path) -> None:
    blocks = [block for block in blocks_of(DOCS / "howto" / "operate.md") if block.words == "sh"]
    with gateway(tmp_path, CALLBACKS, EXPORTS) as shell:
        shell.run(f"export TIELINE_URL={shell.here('http://127.0.0.1:8080')}")
        ran = [_ran(shell, block) for block in blocks]
    assert len(ran) == 5


CALLBACKS = """\
environments:
  local:
    url: http://127.0.0.1:9090
    client_id: 7e1e11ae-0000-4000-8000-000000000001
    client_secret: { env: TIELINE_CLIENT_SECRET }
routes:
  - { route: callbacks, flow: Customer callback, inputs: { customerId: data.customer } }
"""
EXPORTS = "export TIELINE_CLIENT_SECRET=twin-secret"
GRPC = blocks_of(DOCS / "howto" / "grpc.md")


def test_the_python_of_the_grpc_page_runs_and_shows_what_it_says(tmp_path: Path) -> None:
    blocks = [block for block in GRPC if block.words == "python"]
    assert len(blocks) == 2
    with gateway(tmp_path, CALLBACKS, EXPORTS) as shell:
        (tmp_path / "page.py").write_text(shell.here("\n".join(block.text for block in blocks)), "utf-8")
        shell.check(Block("sh", f"{sys.executable} page.py", blocks[-1].shows))
        status, said = shell.run(f"{sys.executable} page.py")
    assert (status, "300 durable" in said, "LAUNCHED" in said) == (0, True, True), said


def test_the_go_of_the_grpc_page_builds_and_shows_what_it_says(tmp_path: Path) -> None:
    (block,) = [block for block in GRPC if block.words == "go"]
    module = DOCS.parent / "clients" / "go"
    if shutil.which("go") is None:
        pytest.skip("there is no Go on this machine")
    if subprocess.run(["go", "mod", "download"], cwd=module, capture_output=True, timeout=120, check=False).returncode:
        pytest.skip("the Go modules cannot be fetched")
    (tmp_path / "main.go").write_text(block.text, "utf-8")
    overlay = {"Replace": {str(module / "cmd" / "page" / "main.go"): str(tmp_path / "main.go")}}
    (tmp_path / "overlay.json").write_text(json.dumps(overlay), "utf-8")
    words = ["go", "build", "-overlay", str(tmp_path / "overlay.json"), "-o", str(tmp_path / "page"), "./cmd/page"]
    built = subprocess.run(words, cwd=module, capture_output=True, text=True, timeout=180, check=False)
    assert built.returncode == 0, built.stderr
    with gateway(tmp_path, CALLBACKS, EXPORTS) as shell:
        shell.check(Block("sh", "./page 127.0.0.1:50051", block.shows))


def test_a_copy_of_the_queue_taken_after_a_stop_holds_every_launch(tmp_path: Path) -> None:
    """Of the ways to back up: tests/integration/test_cli_queue.py shows the command, test_queue_power_loss.py a snapshot."""
    call = "curl -s http://127.0.0.1:8080/v1/launches -H 'Content-Type: application/json' -d '{\"flow\": \"Customer callback\"}'"
    with gateway(tmp_path, CALLBACKS, EXPORTS) as shell:
        shell.check(Block("sh", call, '"state":"QUEUED"'))
    copied = tmp_path / "copy"
    copied.mkdir()
    for file in tmp_path.glob("tieline.db*"):
        if not file.name.endswith(".lock"):
            shutil.copy(file, copied)
    settings = "queue: { path: copy/tieline.db }\n" + CALLBACKS
    with gateway(tmp_path, settings, EXPORTS) as shell:
        shell.check(Block("sh", "tieline launches list --url http://127.0.0.1:8080", "Customer callback"))
