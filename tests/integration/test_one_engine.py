"""One faulty launch, told five ways: both doors, the twin's header, the tap's header and `diagnose`. The codes and the words are the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from tests.integration.test_tap import tapping
from tests.support.door import SOURCES, ask
from tests.support.grpc_door import details
from tests.support.launches import NOW, options
from tests.twin.raw import LAUNCH, Caller, Hands, request, started
from tieline.app.twin import KnownFlows, explain_refusal
from tieline.capture.read import read_captures
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Role
from tieline.doors.grpc_door import GrpcDoor
from tieline.doors.http_door import HttpDoor
from tieline.doors.options import DoorOptions
from tieline.flowbook.book import Book
from tieline.handoff.accept import Accept, AcceptOptions
from tieline.handoff.ids import launch_ids
from tieline.queue.memory import MemoryQueue
from tieline.routing.router import compile_routes
from tieline.twin.options import TwinOptions
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as launches
from tieline.v1.launch_service_pb2_grpc import LaunchServiceStub

Said = set[tuple[str, str]]
"""Codes with their lines."""


@pytest.fixture
async def twin() -> AsyncIterator[Caller]:
    caller = await started(TwinOptions(), Hands(), lambda sent, flows: explain_refusal(sent, KnownFlows(flows)))
    yield caller
    await caller.twin.stop()


def _flow(twin: Caller) -> str:
    return twin.flows["Customer callback"]


FAULTY: dict[str, dict[str, Any]] = {
    "names of inputs": {"inputData": {"Flow.customerID": "c-1", "Flow.nothing": 1}},
    "a value of an input": {"inputData": {"Flow.customerId": "c-1", "Flow.attempt": 1.5}},
    "several at once": {"flowVersion": "latest", "inputData": {"Flow.attempt": "many", "Flow.custmerId": True}},
    "the nested form": {"inputData": {"Flow": {"customerId": "c-1"}}},
    "an id that is none": {"flowId": "customer-callback"},
    "an id of no flow": {"flowId": "00000000-0000-4000-8000-000000000000"},
}
"""Faulty launches in the official form; each has a flow that is right unless it says its own."""


@pytest.mark.parametrize("fault", FAULTY)
async def test_the_same_codes_and_words_everywhere(fault: str, twin: Caller) -> None:
    body = {"flowId": _flow(twin), **FAULTY[fault]}
    told = {
        "HTTP": await _by_http(twin, body),
        "gRPC": await _by_grpc(twin, body),
        "twin": await _by_twin(twin, body),
        "tap": await _by_tap(twin, body),
        "diagnose": _by_diagnose(twin, body),
    }
    assert told["diagnose"], "nothing is wrong with it"
    assert told == dict.fromkeys(told, told["diagnose"])


def _known(twin: Caller) -> KnownFlows:
    return KnownFlows(twin.twin.state.flows)


def _accept(twin: Caller) -> Accept:
    books = {"dev": Book(list(_known(twin).values()), complete=True)}
    settings = AcceptOptions(environments=("dev",), default_environment="dev")
    queue = MemoryQueue(options(), lambda: NOW)
    return Accept(queue, books, compile_routes(()), settings, clock=lambda: NOW, new_id=launch_ids(lambda: NOW, lambda _: 1))


def _callers_form(body: dict[str, Any]) -> dict[str, Any]:
    return {{"inputData": "inputs"}.get(name, name): value for name, value in body.items()}


async def _by_http(twin: Caller, body: dict[str, Any]) -> Said:
    queue = MemoryQueue(options(), lambda: NOW)
    door = HttpDoor(DoorOptions(), SOURCES, _accept(twin), queue, clock=lambda: NOW, ready=lambda: {"queue": True})
    port = await door.start()
    try:
        raw = request("POST", "/v1/launches", json.dumps(_callers_form(body)).encode(), {"Content-Type": "application/json"})
        reply = await ask(port, raw)
    finally:
        await door.stop()
    return {(one["code"], one["line"]) for one in reply.value["findings"]}


async def _by_grpc(twin: Caller, body: dict[str, Any]) -> Said:
    queue = MemoryQueue(options(), lambda: NOW)
    door = GrpcDoor(DoorOptions(), _accept(twin), queue, lambda: NOW, new_trace=lambda: "trace-1")
    port = await door.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            sent = json_format.ParseDict(_callers_form(body), pb.FlowExecutionRequest())
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await LaunchServiceStub(channel).LaunchFlow(launches.LaunchFlowRequest(request=sent))
    finally:
        await door.stop()
    told: Any = details(caught.value)
    violations, links = told["BadRequest"].field_violations, told["Help"].links
    return {(link.description.split()[0], one.description) for one, link in zip(violations, links, strict=True)}


async def _by_twin(twin: Caller, body: dict[str, Any]) -> Said:
    return _of_header((await twin.launch(body)).headers["tieline-findings"])


async def _by_tap(twin: Caller, body: dict[str, Any]) -> Said:
    """What the tap says of the request; what the cloud itself answered (4xx) only the tap has seen."""
    async with tapping(twin.twin.url, judge=lambda one: diagnose(one, _known(twin))) as (url, _):
        headers = {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
        reply = await asyncio.wait_for(_post(url, request("POST", LAUNCH, json.dumps(body).encode(), headers)), 10)
    return {(code, line) for code, line in _of_header(reply) if not code.startswith("TL4")}


async def _post(url: str, raw: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(raw)
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    return next(line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("Tieline-Diagnosis"))


def _by_diagnose(twin: Caller, body: dict[str, Any]) -> Said:
    [exchange] = read_captures(json.dumps(body), "body.json", {}, lambda name: None, "body")
    found = diagnose(exchange, _known(twin)).findings
    assert all(one.role is not Role.SIDE for one in found)
    return {(one.finding.code, one.finding.line) for one in found}


def _of_header(value: str) -> Said:
    told = [one.partition(": ") for one in value.split(" | ")]
    return {(place.split()[0], line) for place, _, line in told}
