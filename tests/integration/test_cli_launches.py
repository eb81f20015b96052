"""`tieline launches` and `tieline serve` with real processes."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.integration.test_cli_check import tieline
from tests.support.process import SECRETS, Process, settings
from tests.support.recording_cloud import FLOW_ID, RecordingCloud
from tieline.cli.gateway import Gateway


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway before a cloud that records."""
    folder = tmp_path_factory.mktemp("gateway")
    with RecordingCloud() as cloud:
        (folder / "tieline.yaml").write_text(settings(cloud.url), "utf-8")
        with Process("serve", cwd=folder, env=SECRETS) as process:
            yield process.ready["http"]
            assert process.end(signal.SIGTERM) == 0, process.said()


@pytest.fixture(scope="module")
def launched(url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    body = json.dumps({"flowId": FLOW_ID, "name": "one"}).encode()
    id = str(Gateway(url).send("POST", "/v1/launches", body, {"Content-Type": "application/json"})["id"])
    done = tieline("launches", "watch", id, "--url", url, cwd=tmp_path_factory.getbasetemp())
    assert (done.returncode, "LAUNCHED" in done.stdout) == (0, True), done.stderr
    return id


def test_a_launch_is_listed_and_shown(url: str, launched: str, tmp_path: Path) -> None:
    listed = tieline("launches", "list", "--json", "--url", url, cwd=tmp_path)
    shown = tieline("launches", "show", launched, "--json", cwd=tmp_path, TIELINE_URL=url)
    assert launched in [json.loads(line)["id"] for line in listed.stdout.splitlines()]
    assert json.loads(shown.stdout)["execution"]["id"].startswith("execution-")


@pytest.mark.parametrize(
    ("words", "there"),
    [
        (("--since", "1h"), True),
        (("--until", "1h"), False),
        (("--since", "2026-11-24T05:00Z", "--until", "9999-01-01"), True),
        (("--request-id", "nobody's"), False),
    ],
    ids=["since", "until", "both", "request id"],
)
def test_a_list_is_narrowed_by_time_and_request_id(
    words: tuple[str, ...], there: bool, url: str, launched: str, tmp_path: Path
) -> None:
    done = tieline("launches", "list", *words, "--url", url, cwd=tmp_path)
    assert (done.returncode, launched in done.stdout) == (0, there), done.stderr


def test_a_launch_is_found_by_its_request_id(url: str, launched: str, tmp_path: Path) -> None:
    request_id = json.loads(tieline("launches", "show", launched, "--json", "--url", url, cwd=tmp_path).stdout)["request_id"]
    done = tieline("launches", "list", "--request-id", request_id, "--json", "--url", url, cwd=tmp_path)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [launched]


@pytest.mark.parametrize("command", ["list", "replay", "cancel"])
@pytest.mark.parametrize("when", [("2x",), ("",), ("1h", "--until", "2h")], ids=["no time", "empty", "ends before it begins"])
def test_a_time_that_is_none_chooses_nothing(command: str, when: tuple[str, ...], url: str, tmp_path: Path) -> None:
    done = tieline("launches", command, "--since", *when, "--url", url, cwd=tmp_path)
    assert (done.returncode, done.stderr.split()[0], done.stdout) == (2, "TL518", "")


def test_a_launch_is_shown_to_a_person(url: str, launched: str, tmp_path: Path) -> None:
    for words in (("list",), ("show", launched)):
        done = tieline("launches", *words, "--url", url, cwd=tmp_path)
        assert (done.returncode, launched in done.stdout, "LAUNCHED" in done.stdout) == (0, True, True), done.stderr


def test_a_launch_that_does_not_exist_ends_with_5(url: str, tmp_path: Path) -> None:
    done = tieline("launches", "show", "nobody", "--url", url, "--json", cwd=tmp_path)
    assert done.returncode == 5
    assert json.loads(done.stderr)["code"] == "TL104"


@pytest.mark.parametrize("words", [("show",), ("watch",), ("replay",), ("cancel",)])
@pytest.mark.parametrize("id", ["a b", "x?y", "../readyz", "é"])
def test_what_is_no_id_is_no_launch(words: tuple[str, ...], id: str, url: str, tmp_path: Path) -> None:
    done = tieline("launches", *words, id, "--url", url, cwd=tmp_path)
    assert (done.returncode, f"TL104 there is no launch `{id}`" in done.stdout + done.stderr) == (5, True), done.stderr


def test_nobody_answers(tmp_path: Path) -> None:
    done = tieline("launches", "list", "--url", "http://127.0.0.1:1", cwd=tmp_path)
    assert done.returncode == 4
    assert "TL513 no gateway answers at `http://127.0.0.1:1`: connection refused" in done.stderr


@pytest.mark.parametrize("url", ["not-a-url", "ftp://x", "localhost:8080"])
def test_what_is_no_address_is_said_to_be_none(url: str, tmp_path: Path) -> None:
    done = tieline("launches", "list", "--url", url, cwd=tmp_path)
    assert done.returncode == 4
    assert f"TL513 no gateway answers at `{url}`: it is not an address such as http://127.0.0.1:8080" in done.stderr


class Stranger(BaseHTTPRequestHandler):
    """Answers as no gateway does."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()
        self.wfile.write(b"<html>go away</html>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_something_else_answers(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        done = tieline("launches", "list", "--url", f"http://127.0.0.1:{server.server_port}", cwd=tmp_path)
        server.shutdown()
        thread.join()
    assert done.returncode == 3
    assert "TL514" in done.stderr


def test_a_second_gateway_on_the_same_store_is_refused(tmp_path: Path) -> None:
    with RecordingCloud() as cloud:
        (tmp_path / "tieline.yaml").write_text(settings(cloud.url), "utf-8")
        with Process("serve", cwd=tmp_path, env=SECRETS) as process:
            done = tieline("serve", cwd=tmp_path, **SECRETS)
            assert done.returncode == 4
            assert f"TL304 `tieline.db` is in use by process {process.child.pid}" in done.stderr


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with RecordingCloud() as cloud:
        taken = cloud.url.removeprefix("http://")
        text = settings(cloud.url).replace('http: { listen: "127.0.0.1:0" }', f'http: {{ listen: "{taken}" }}')
        (tmp_path / "tieline.yaml").write_text(text, "utf-8")
        done = tieline("serve", cwd=tmp_path, **SECRETS)
    assert done.returncode == 3
    assert f"TL110 cannot listen on `{taken}`" in done.stderr
