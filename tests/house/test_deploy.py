"""The container files keep their rules, and what they run works: the services' own commands, with free ports, without Docker."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import yaml

from tests.support.process import Process

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
TOKEN = "a-token-of-this-test"
Instruction = tuple[str, str]


def dockerfile() -> list[Instruction]:
    """Read the Dockerfile as instructions, continued lines joined and comments left out."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = [line.split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(word.upper(), rest) for word, rest in pairs]


def stages() -> list[list[Instruction]]:
    """Cut the instructions at each FROM."""
    cut: list[list[Instruction]] = []
    for word, rest in dockerfile():
        if word == "FROM":
            cut.append([])
        if cut:
            cut[-1].append((word, rest))
    return cut


def before_the_stages() -> list[Instruction]:
    """Give what stands before the first FROM."""
    every = dockerfile()
    return every[: [word for word, _ in every].index("FROM")]


def image_env() -> dict[str, str]:
    """Give the environment of the image, without its PATH."""
    pairs = [pair.split("=", 1) for rest in said(stages()[-1], "ENV") for pair in rest.split()]
    return {name: value for name, value in pairs if name != "PATH"}


def said(stage: list[Instruction], word: str) -> list[str]:
    return [rest for name, rest in stage if name == word]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8")))


def test_every_image_is_the_one_base_with_a_tag_unless_a_digest_is_handed_over() -> None:
    assert re.fullmatch(r"PYTHON=python:3\.13-slim-[a-z]+", said(before_the_stages(), "ARG")[0])
    assert [stage[0][1] for stage in stages()] == ["${PYTHON} AS build", "${PYTHON}"]


def test_the_image_is_built_from_hashed_requirements_alone() -> None:
    installs = [part for rest in said(stages()[0], "RUN") for part in rest.split("&&") if " install " in part]
    assert len(installs) == 3
    for part in installs:
        assert "--require-hashes" in part or "--no-deps --no-index wheels/*.whl" in part, part
    assert any("-r requirements/run.txt" in part and "/opt/tieline" in part for part in installs)
    assert not any("build.txt" in part and "/opt/tieline" in part for part in installs)


def test_what_is_copied_is_there_and_let_in() -> None:
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    for rest in said(stages()[0], "COPY"):
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert {f"!{source}", f"!{Path(source).parent}/*{Path(source).suffix}"} & set(let_in), source


def test_the_image_has_no_build_tools_and_no_root() -> None:
    last = stages()[-1]
    assert said(last, "USER") == ["10001:10001"]
    assert said(last, "COPY") == ["--from=build /opt/tieline /opt/tieline"]
    ran = " ".join(said(last, "RUN"))
    assert "pip uninstall" in ran
    assert not re.search(r"apt|gcc| install -r|pip install|curl|chmod", ran)
    assert json.loads(said(last, "ENTRYPOINT")[0]) == ["tieline"]


def test_every_service_is_guarded(compose: dict[str, Any]) -> None:
    assert list(compose["services"]) == ["twin", "gateway", "caller"]
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"] == "10001:10001"
        assert service["tmpfs"]
        assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service)
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_each_service_waits_for_the_one_it_needs(compose: dict[str, Any]) -> None:
    needs = {name: service.get("depends_on", {}) for name, service in compose["services"].items()}
    healthy = {"condition": "service_healthy"}
    assert needs == {"twin": {}, "gateway": {"twin": healthy}, "caller": {"gateway": healthy}}


def test_no_secret_stands_in_the_files(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert value.startswith("${") or ("SECRET" not in name and "TOKEN" not in name)
    settings = yaml.safe_load((DEPLOY / "tieline.yaml").read_text("utf-8"))
    assert settings["auth"] == {"tokens": [{"env": "TIELINE_TOKEN"}]}


def test_one_service_builds_the_image_and_nobody_fetches_it(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name, service in services.items() if "build" in service} == {"twin"}
    assert {service["image"] for service in services.values()} == {"tieline"}
    assert {name: service["pull_policy"] for name, service in services.items()} == {
        "twin": "build",
        "gateway": "never",
        "caller": "never",
    }
    build = services["twin"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_what_is_mounted_is_there_and_where_the_image_looks_for_it(compose: dict[str, Any]) -> None:
    mounts = [one.split(":") for service in compose["services"].values() for one in service.get("volumes", ())]
    assert [(DEPLOY / one[0]).is_file() for one in mounts if one[0].startswith(".")] == [True, True]
    targets = {one[0]: one[1] for one in mounts}
    settings = yaml.safe_load((DEPLOY / "tieline.yaml").read_text("utf-8"))
    assert targets["./tieline.yaml"] == image_env()["TIELINE_CONFIG"]
    assert Path(settings["queue"]["path"]).parent == Path(targets["queue"]) == Path(said(stages()[-1], "WORKDIR")[0])


def test_the_images_health_check_asks_where_the_gateway_listens() -> None:
    settings = yaml.safe_load((DEPLOY / "tieline.yaml").read_text("utf-8"))
    port = settings["http"]["listen"].rpartition(":")[2]
    assert image_env()["TIELINE_HEALTH_URL"] == f"http://127.0.0.1:{port}/readyz"


def healthy(url: str) -> bool:
    """Run the image's own health check against an address."""
    check = json.loads(said(stages()[-1], "HEALTHCHECK")[0].partition("CMD")[2])
    assert check[0] == "python"
    env = {**image_env(), "TIELINE_HEALTH_URL": url}
    done = subprocess.run([sys.executable, *check[1:]], env=env, capture_output=True, check=False)
    return done.returncode == 0


def near(url: str) -> str:
    """Give the address under which a service that listens everywhere is met from here."""
    return url.replace("0.0.0.0", "127.0.0.1")


def test_the_services_do_together_what_they_are_for(compose: dict[str, Any], tmp_path: Path) -> None:
    """As the containers would: the image's environment and no other, a working folder nobody may write to, a volume for the queue."""
    services = compose["services"]
    port = services["twin"]["environment"]["TIELINE_HEALTH_URL"].split(":")[2].split("/")[0]
    assert port in services["twin"]["command"]
    words = ["0" if word == port else word for word in services["twin"]["command"] if word != "--json"]
    here, volume = tmp_path / "workdir", tmp_path / "volume"
    here.mkdir(mode=0o555)
    volume.mkdir(mode=0o700)
    with Process(*words, cwd=here, env={**image_env(), **services["twin"]["environment"]}, log=tmp_path, bare=True) as twin:
        there = near(twin.ready["url"])
        health = services["twin"]["environment"]["TIELINE_HEALTH_URL"]
        assert healthy(health.replace(f"http://127.0.0.1:{port}", there))
        assert not healthy(f"{there}/api/v2/flows")
        settings = settled(tmp_path, volume / "tieline.db", there, port)
        words = [str(settings) if word == "/etc/tieline/tieline.yaml" else word for word in services["gateway"]["command"]]
        assert set(services["gateway"]["environment"]) == {"TIELINE_TOKEN", "TIELINE_CLIENT_SECRET"}
        env = {**image_env(), "TIELINE_TOKEN": TOKEN, "TIELINE_CLIENT_SECRET": twin.ready["client_secret"]}
        served = [word for word in words if word != "--json"]
        with Process(*served, cwd=here, env=env, log=tmp_path, bare=True) as gateway:
            door = near(gateway.ready["http"])
            assert healthy(f"{door}/readyz")
            assert call(services["caller"], door, "another").returncode != 0
            done = call(services["caller"], door, TOKEN)
            assert gateway.end() == 0
        assert twin.end() == 0
    assert done.returncode == 0, done.stderr
    assert re.search(r" COMPLETED [0-9a-f-]{36}$", done.stdout.strip()), done.stdout
    assert list(here.iterdir()) == []
    assert "tieline.db" in {file.name for file in volume.iterdir()}


class Forgetful(BaseHTTPRequestHandler):
    """Takes a launch and forgets to answer the first time; every launch has completed."""

    paths: ClassVar[list[str]]

    def do_POST(self) -> None:
        self.paths.append(self.path)
        if len(self.paths) == 1:
            self.close_connection = True
            return
        self._say()

    def do_GET(self) -> None:
        self._say()

    def _say(self) -> None:
        body = b'{"id": "l-1", "state": "COMPLETED"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_the_caller_repeats_a_lost_call_as_it_was(compose: dict[str, Any]) -> None:
    Forgetful.paths = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Forgetful) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        done = call(compose["services"]["caller"], f"http://127.0.0.1:{server.server_port}", TOKEN)
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert len(Forgetful.paths) == 2
    assert Forgetful.paths[0] == Forgetful.paths[1]
    assert "request_id=" in Forgetful.paths[0]


def settled(folder: Path, store: Path, twin: str, port: str) -> Path:
    """Write the gateway's settings with this test's addresses and folder; they are otherwise those of the container."""
    text = (DEPLOY / "tieline.yaml").read_text("utf-8")
    here = {
        f"http://twin:{port}": twin,
        "0.0.0.0:8080": "0.0.0.0:0",
        "0.0.0.0:50051": "0.0.0.0:0",
        "/var/lib/tieline/tieline.db": str(store),
    }
    for there, ours in here.items():
        assert there in text, there
        text = text.replace(there, ours)
    (folder / "tieline.yaml").write_text(text, "utf-8")
    return folder / "tieline.yaml"


def call(service: dict[str, Any], door: str, token: str) -> subprocess.CompletedProcess[str]:
    """Run the caller as its service does."""
    assert service["entrypoint"] == ["python", "/opt/caller/caller.py"]
    assert service["volumes"] == ["./caller.py:/opt/caller/caller.py:ro"]
    assert service["command"] == ["http://gateway:8080"]
    words = [sys.executable, str(DEPLOY / "caller.py"), door]
    env = {**image_env(), "TIELINE_TOKEN": token}
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=90, check=False)
