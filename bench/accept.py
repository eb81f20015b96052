"""How fast launches are accepted, durably: unary and streamed over gRPC, and over HTTP, each beside its ceiling in the same run.

Run: `make bench`, or `.venv/bin/python -m bench.accept [seconds]`. The ceilings: an empty grpc.aio handler, raw group-committed
inserts of the same bytes (WAL, synchronous=FULL, 2,000 rows a commit, a unique request id and a due index; with pages as large as
the store's, with ids in order, and as bare blobs), an empty ASGI application on uvicorn. Callers and
servers share this machine, so the ratios count, not the rates. After each streamed run the verdicts are counted.

Every launch has a request id as senders make them: a random UUID. For raw inserts that is the dear part, each lands on another
page of the unique index; ids that count upwards, which no sender makes, all land on its last page, and stand in a row of their own.

What bounds the streamed rows: one interpreter does everything for a launch in turn, about 11 us of the loop and 3 of the writer's
thread that the loop has to wait for. docs/decisions/0011 says what was tried.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import apsw
import grpc
import msgspec
import uvloop

from bench.measure import Table, child, paired, rate
from bench.queue_million import put
from bench.serve import FLOW
from tieline.app.clock import system_clock
from tieline.domain.launch import FlowExecutionRequest, Launch
from tieline.preflight.compile import check
from tieline.queue.attest import PAGE_BYTES
from tieline.queue.options import QueueOptions
from tieline.queue.sqlite import SqliteQueue
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as service
from tieline.v1.launch_service_pb2_grpc import LaunchServiceStub

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
BATCH = 100
IN_FLIGHT = 16
STREAM = "/tieline.v1.LaunchService/LaunchFlows"
PUT = 50_000
"""Launches made at a time where a store is filled."""
INPUTS = {f"input{n}": f"the value of input number {n}" for n in range(4)}
_numbers = itertools.count(int(time.time() * 1000) * 1_000_000)
_random = Random()


def run(work: Any) -> Any:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def request_id() -> str:
    return str(UUID(int=_random.getrandbits(128), version=4))


def message(form: str) -> service.LaunchFlowRequest:
    """Make a call with a request_id of its own, its inputs as a Struct or as JSON."""
    request = pb.FlowExecutionRequest(flow_id=FLOW.id)
    if form == "json":
        request.inputs_json = json.dumps(INPUTS).encode()
    else:
        request.inputs.update(INPUTS)
    return service.LaunchFlowRequest(request=request, request_id=request_id())


async def unary(target: str, callers: int) -> float:
    async with grpc.aio.insecure_channel(target) as channel:
        stub = LaunchServiceStub(channel)

        async def call(_: int) -> None:
            await stub.LaunchFlow(message("struct"))

        await rate(call, 0.3, callers)
        return await rate(call, SECONDS, callers)


async def streamed(target: str, form: str) -> float:
    """Stream batches written beforehand, so that the caller's own work counts as little as can be, a bounded number ahead of the verdicts."""
    batches = [
        service.LaunchFlowsRequest(sequence=n, launches=[message(form) for _ in range(BATCH)]).SerializeToString()
        for n in range(int(400 * SECONDS))
    ]
    ahead = asyncio.Semaphore(IN_FLIGHT)

    async def sending() -> AsyncIterator[bytes]:
        for batch in batches:
            await ahead.acquire()
            yield batch

    accepted = 0
    async with grpc.aio.insecure_channel(target, options=[("grpc.max_receive_message_length", -1)]) as channel:
        call = channel.stream_stream(
            STREAM, request_serializer=bytes, response_deserializer=service.LaunchFlowsResponse.FromString
        )
        start = time.perf_counter()
        async for answer in call(sending()):
            ahead.release()
            accepted += sum(verdict.HasField("receipt") for verdict in answer.verdicts)
        took = time.perf_counter() - start
    assert accepted == len(batches) * BATCH, f"{accepted} of {len(batches) * BATCH} accepted"
    return accepted / took


def raw_inserts(folder: Path, *, indexed: bool = True, counting: bool = False, page: int = 4_096) -> float:
    """Insert rows as large as a stored launch, 2,000 a commit, each commit synced; with the two indexes that any queue of this
    kind needs (a request id that is unique, what is due next), or as blobs alone. Ids are random, or count upwards; `page` is
    the size of SQLite's pages in bytes, its own default where nothing is said.
    """
    database = folder / f"raw-{next(_numbers)}.db"
    db = apsw.Connection(str(database))
    for pragma in (
        f"page_size = {page}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "cache_size = -64000",
        "wal_autocheckpoint = 2000",
    ):
        db.execute(f"PRAGMA {pragma}")
    db.execute(
        "CREATE TABLE t (seq INTEGER PRIMARY KEY, request_id TEXT NOT NULL, due INTEGER NOT NULL, body BLOB NOT NULL) STRICT"
    )
    if indexed:
        db.execute("CREATE UNIQUE INDEX by_request ON t (request_id)")
        db.execute("CREATE INDEX by_due ON t (due, seq)")
    body = b"x" * stored_bytes()
    base = next(_numbers)
    rows = max(2_000, int(40_000 * SECONDS) // 2_000 * 2_000)
    ids = [f"bench-{base + seq}" if counting else request_id() for seq in range(rows)]
    start = time.perf_counter()
    for first in range(0, rows, 2_000):
        with db:
            db.executemany(
                "INSERT INTO t VALUES (?, ?, ?, ?)",
                [(seq, ids[seq], base, body) for seq in range(first, first + 2_000)],
            )
    took = time.perf_counter() - start
    db.close()
    return rows / took


def filled(folder: Path, rows: int) -> str:
    """Make a store with so many waiting launches; gives its folder."""
    folder.mkdir()

    async def fill() -> None:
        queue = SqliteQueue.open(QueueOptions(path=str(folder / "bench.db"), max_waiting=0), system_clock())
        for at in range(0, rows, PUT):
            await put(queue, at, min(PUT, rows - at))
        await queue.close()

    run(fill())
    return str(folder)


def stored_bytes() -> int:
    """Give the size of the bench's launch as the queue stores it, MessagePack."""
    request = FlowExecutionRequest(flow_id=FLOW.id, inputs=dict(INPUTS))
    id = "01a20c33-64d6-7000-a6b5-982e6c1bbbb6"
    facts: dict[str, Any] = {"id": id, "request_id": request_id(), "fingerprint": b"f" * 16, "environment": "bench"}
    launch = Launch(
        **facts,
        create_time=2**40,
        update_time=2**40,
        schedule_time=2**40,
        flow_id=FLOW.id,
        flow=FLOW.name,
        request=request,
        body=check(request, FLOW).body,
    )
    return len(msgspec.msgpack.encode(launch))


async def http(port: int) -> float:
    """POST launches on kept-alive connections, with as little of a client as can be."""
    body = json.dumps({"flowId": FLOW.id, "inputs": INPUTS}).encode()
    links = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IN_FLIGHT)]

    async def call(number: int) -> None:
        reader, writer = links[number]
        path = f"/v1/launches?request_id={request_id()}".encode()
        head = (
            b"POST " + path + b" HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        writer.write(head + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 202"), answer
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)

    await rate(call, 0.3, IN_FLIGHT)
    figure = await rate(call, SECONDS, IN_FLIGHT)
    for _, writer in links:
        writer.close()
    return figure


def once(target: str, callers: int) -> float:
    return float(run(unary(target, callers)))


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        child("-m", "bench.serve", "tieline", folder) as ours,
        child("-m", "bench.serve", "empty", folder) as empty,
    ):
        table = Table("Accept, durable: launches with 4 inputs and a request_id of their own", "launches/s")
        grpc_ours, grpc_empty = str(ours["grpc"]), str(empty["grpc"])
        for callers, aim in ((1, None), (16, 0.7), (64, 0.7)):  # one caller waits for the disk, many for the processor
            figures = paired(partial(once, grpc_ours, callers), partial(once, grpc_empty, callers))
            table.row(f"gRPC LaunchFlow / empty handler, {callers} callers", figures, aim)

        store = Path(folder)

        def stream(form: str, into: str = "") -> float:
            """Stream into a new store, as the raw inserts go into a new one, or into one that is there."""
            with child("-m", "bench.serve", "tieline", into or tempfile.mkdtemp(dir=folder)) as server:
                return float(run(streamed(str(server["grpc"]), form)))

        for what, form, raw, aim in (
            ("gRPC LaunchFlows, inputs_json / raw inserts", "json", partial(raw_inserts, store), 0.5),
            ("the same, inputs as a Struct / raw inserts", "struct", partial(raw_inserts, store), 0.5),
            ("the same, inputs_json / raw, pages as ours", "json", partial(raw_inserts, store, page=PAGE_BYTES), None),
            ("the same, inputs_json / raw, ids in order", "json", partial(raw_inserts, store, counting=True), None),
            ("the same, inputs_json / raw blobs, no index", "json", partial(raw_inserts, store, indexed=False), None),
        ):
            table.row(what, paired(partial(stream, form), raw), aim)
        full = filled(store / "full", int(1_000_000 * min(1.0, SECONDS)))
        table.row("the same with a million waiting / a new store", paired(partial(stream, "json", full), partial(stream, "json")))
        table.row(
            "HTTP POST /v1/launches / empty ASGI app", paired(lambda: run(http(ours["http"])), lambda: run(http(empty["http"])))
        )


if __name__ == "__main__":
    main()
