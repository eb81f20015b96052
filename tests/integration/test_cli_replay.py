"""`tieline launches replay` and `cancel`: a night at the terminal, with a real gateway and a real twin."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.integration.test_cli_check import tieline
from tests.support.process import Process
from tieline.cli.gateway import Gateway
from tieline.problems.base import ProblemError
from tieline.v1 import launch_service_pb2 as pb
from tieline.v1.launch_service_pb2_grpc import LaunchServiceStub

SETTINGS = """\
http: {{ listen: "127.0.0.1:0" }}
grpc: {{ listen: "127.0.0.1:0" }}
environments:
  local: {{ url: {url}, client_id: {client_id}, client_secret: {{ env: SECRET }}, pace: {{ limit: 0, in_flight: 8 }} }}
sources:
  shop: {{ scheme: none, id: body.id, type: body.kind }}
routes:
  - route: sold
    match: {{ source: shop, type: {type} }}
    flow: Customer callback
    inputs: {{ {input}: data.customer }}
"""


class Night:
    """A twin, a folder with settings, and the gateway that serves them until they are mended."""

    def __init__(self, folder: Path, twin: Process) -> None:
        self.folder = folder
        self.twin = twin.ready
        self.env = {"SECRET": self.twin["client_secret"]}

    def serve(self, type: str, input: str = "customerId") -> Process:
        text = SETTINGS.format(type=type, input=input, **{name: self.twin[name] for name in ("url", "client_id")})
        (self.folder / "tieline.yaml").write_text(text, "utf-8")
        return Process("serve", cwd=self.folder, env=self.env)

    def launched(self) -> list[str]:
        """Give the customers of every run the twin has, as often as it has them."""
        with urllib.request.urlopen(f"{self.twin['url']}/_twin/launches") as answer:
            told = json.loads(answer.read())
        return sorted(launch["inputs"]["Flow.customerId"] for launch in told["launches"])


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with Process("twin", "--port", "0", cwd=tmp_path) as twin:
        yield Night(tmp_path, twin)


def sold(process: Process, *customers: str, kind: str = "order.sold") -> list[str]:
    gateway, kinds = Gateway(process.ready["http"]), {"Content-Type": "application/json"}
    bodies = [json.dumps({"id": name, "kind": kind, "customer": name}).encode() for name in customers]
    return [str(gateway.send("POST", "/v1/events/shop", body, kinds)["id"]) for body in bodies]


def ask(process: Process, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return tieline("launches", *words, cwd=folder, TIELINE_URL=process.ready["http"])


def at_a_terminal(answer: str, process: Process, *words: str, folder: Path) -> tuple[int, str]:
    """Run it where a person can be asked; gives the exit code and all that stood on the screen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tieline.cli", "launches", *words]
    env = {"PATH": "", "TERM": "dumb", "COLUMNS": "200", "TIELINE_URL": process.ready["http"]}
    with subprocess.Popen(command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        os.write(ours, answer.encode())
        seen = b""
        try:
            while part := os.read(ours, 65_536):
                seen += part
        except OSError:  # Linux says so when the other end is closed
            pass
        os.close(ours)
        return child.wait(60), seen.decode()


def states(process: Process) -> dict[str, str]:
    return {launch["id"]: launch["state"] for launch in Gateway(process.ready["http"]).launches({}, 1_000)}


def test_what_no_route_took_is_launched_once_after_the_route_was_mended(night: Night) -> None:
    with night.serve("order.slod") as gateway:
        ids = sold(gateway, "c-1", "c-2", "c-3")
        lost = sold(gateway, "c-4", kind="order.lost")
        assert set(states(gateway).values()) == {"REFUSED"}
        assert gateway.end() == 0
    with night.serve("order.sold") as gateway:
        done = ask(gateway, "replay", "--state", "refused", "--yes", folder=night.folder)
        assert (done.returncode, done.stdout.splitlines()[0]) == (1, "3 replayed, 1 not"), done.stderr
        assert f"1  TL250 NO_ROUTE, such as {lost[0]}: no route takes an event of source `shop`" in done.stdout
        watched = ask(gateway, "watch", *ids, folder=night.folder)
        assert (watched.returncode, watched.stdout.count("LAUNCHED")) == (0, 3), watched.stderr
        again = ask(gateway, "replay", *ids, "--json", folder=night.folder)
        assert [json.loads(line)["problem"]["code"] for line in again.stdout.splitlines()] == ["TL175"] * 3
        assert sold(gateway, "c-1", "c-2", "c-3") == ids
        assert states(gateway) == {**dict.fromkeys(ids, "LAUNCHED"), lost[0]: "REFUSED"}
        assert gateway.end() == 0
    assert night.launched() == ["c-1", "c-2", "c-3"]


def test_a_person_is_asked_how_many_and_no_means_no(night: Night) -> None:
    with night.serve("order.slod") as gateway:
        sold(gateway, "c-1", "c-2")
        gateway.end()
    with night.serve("order.sold") as gateway:
        code, seen = at_a_terminal("n\n", gateway, "replay", "--all", folder=night.folder)
        assert (code, "2  REFUSED  TL250 NO_ROUTE" in seen, "replay 2 launches? [y/N]" in seen) == (130, True, True), seen
        assert set(states(gateway).values()) == {"REFUSED"}
        blind = ask(gateway, "replay", "--all", folder=night.folder)
        assert (blind.returncode, "TL518 there are 2 launches to replay, and nobody can be asked here" in blind.stderr) == (
            2,
            True,
        )
        code, seen = at_a_terminal("y\n", gateway, "replay", "--all", folder=night.folder)
        assert (code, "2 replayed, 0 not" in seen) == (0, True), seen


def test_what_would_be_refused_still_is_said_with_every_finding(night: Night) -> None:
    with night.serve("order.slod") as gateway:
        [id] = sold(gateway, "c-1")
        gateway.end()
    with night.serve("order.sold", input="customer") as gateway:
        shown = ask(gateway, "show", id, folder=night.folder)
        assert f"then  tieline launches replay {id}, once that is mended" in shown.stdout
        one = ask(gateway, "replay", id, folder=night.folder)
        assert (one.returncode, one.stdout.splitlines()[0]) == (1, f"{id}  would be refused")
        assert (
            "TL220 /inputs/customer flow `Customer callback` has no input `customer`; did you mean `Flow.customerId`?"
            in one.stdout
        )
        [told] = [json.loads(line) for line in ask(gateway, "replay", id, "--json", folder=night.folder).stdout.splitlines()]
        assert (told["id"], [finding["at"] for finding in told["problem"]["findings"]]) == (id, ["/inputs/customer"])


def test_both_doors_replay_by_the_same_rules(night: Night) -> None:
    """One event whose customer the flow cannot take, and one that is sound; over gRPC and over HTTP."""
    with night.serve("order.slod") as gateway:
        [sound] = sold(gateway, "c-1")
        [faulty] = sold(gateway, "x" * 32_001)
        gateway.end()
    with night.serve("order.sold") as gateway, grpc.insecure_channel(gateway.ready["grpc"]) as channel:
        replay = LaunchServiceStub(channel).ReplayLaunch
        with pytest.raises(grpc.RpcError) as refused:
            replay(pb.ReplayLaunchRequest(id=faulty), timeout=10)
        over_grpc = refused.value
        with pytest.raises(ProblemError) as met:
            Gateway(gateway.ready["http"]).launch(faulty, "replay")
        [over_http] = met.value.problems
        assert (over_grpc.code(), over_http.code) == (grpc.StatusCode.INVALID_ARGUMENT, "TL225")
        assert over_grpc.details() == over_http.line()
        launch = replay(pb.ReplayLaunchRequest(id=sound), timeout=10)
        assert (launch.id, launch.route, launch.flow, len(launch.findings)) == (sound, "sold", "Customer callback", 0)


def test_waiting_launches_are_cancelled_by_id_and_by_state(night: Night) -> None:
    """The cloud takes the first and does not answer, so that the others wait behind it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        text = SETTINGS.format(url=url, client_id="c", type="order.sold", input="customerId").replace(
            "in_flight: 8", "in_flight: 1"
        )
        flow = "flows: [{ id: 8bac0364-4aa2-4032-b8d9-b5c32bba6a9a, name: Customer callback, published: true }]"
        (night.folder / "tieline.yaml").write_text(text.replace("pace:", f"{flow}, read_flows: false, pace:"), "utf-8")
        with Process("serve", cwd=night.folder, env=night.env) as gateway:
            [left] = sold(gateway, "c-0")
            wait_for(gateway, {"SENDING": 1})
            ids = sold(gateway, "c-1", "c-2", "c-3")
            one = ask(gateway, "cancel", ids[0], left, "nobody", folder=night.folder)
            assert one.returncode == 5, one.stdout
            assert one.stdout.splitlines()[0].split() == [ids[0], "CANCELLED", "Customer", "callback"]
            assert f"{left}  TL105 launch `{left}` is SENDING" in one.stdout
            assert "nobody  TL104 there is no launch `nobody`" in one.stdout
            rest = ask(gateway, "cancel", "--route", "sold", "--yes", folder=night.folder)
            assert (rest.returncode, rest.stdout) == (0, "2 cancelled, 0 not\n"), rest.stderr
            none = ask(gateway, "cancel", "--all", folder=night.folder)
            assert (none.returncode, none.stdout) == (0, "no launches to cancel\n")
            again = ask(gateway, "cancel", ids[0], "--json", folder=night.folder)
            assert (again.returncode, json.loads(again.stdout)["state"]) == (0, "CANCELLED")
            assert states(gateway) == {left: "SENDING", **dict.fromkeys(ids, "CANCELLED")}


def wait_for(process: Process, wanted: Mapping[str, int]) -> None:
    end = time.monotonic() + 30
    counted: dict[str, Any] = {}
    while time.monotonic() < end:
        with urllib.request.urlopen(process.ready["http"] + "/readyz") as answer:
            counted = {name: n for name, n in json.loads(answer.read())["launches"]["local"].items() if n}
        if counted == wanted:
            return
        time.sleep(0.05)
    raise AssertionError(counted)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay",), "say which launches to replay: by their ids, by an option such as --state, or --all"),
        (("cancel", "x", "--all"), "say which launches to cancel: by ids or by options, not by both"),
        (("replay", "--state", "ambiguous"), "AMBIGUOUS launches cannot be replayed, only EXHAUSTED, HELD, REFUSED"),
        (("cancel", "--state", "refused"), "REFUSED launches cannot be cancelled, only QUEUED, SCHEDULED"),
        (("replay", "--route", "", "--state", "refused"), "invalid value for --route: it is empty"),
    ],
)
def test_a_command_line_that_does_not_say_which_is_refused(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = tieline("launches", *words, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
