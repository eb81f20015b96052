"""The servers that `bench/accept.py` calls: a whole gateway's doors on a real store, and the empty handlers beside them.

`python bench/serve.py tieline|empty FOLDER` prints {"grpc", "http"} and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import uvicorn
import uvloop

from tieline.app.clock import system_clock
from tieline.domain.flow import Flow
from tieline.doors.grpc_door import GrpcDoor
from tieline.doors.http_door import HttpDoor
from tieline.doors.options import DoorOptions
from tieline.flowbook.book import Book
from tieline.handoff.accept import Accept, AcceptOptions
from tieline.handoff.ids import launch_ids
from tieline.queue.options import QueueOptions
from tieline.queue.sqlite import SqliteQueue
from tieline.routing.router import compile_routes
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as service
from tieline.v1.launch_service_pb2_grpc import LaunchServiceServicer, add_LaunchServiceServicer_to_server

FLOW = Flow(
    id=str(uuid.UUID(int=7)),
    name="bench",
    published=True,
    input_schema={
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {f"Flow.input{n}": {"$ref": "#/definitions/archString"} for n in range(4)},
        "additionalProperties": False,
        "definitions": {"archString": {"oneOf": [{"type": "null"}, {"type": "string", "maxLength": 32000}]}},
    },
)


async def tieline(folder: Path) -> tuple[int, int]:
    clock = system_clock()
    queue = SqliteQueue.open(QueueOptions(path=str(folder / "bench.db"), max_waiting=0, max_unwritten=100_000), clock)
    options = AcceptOptions(environments=("bench",), default_environment="bench")
    books = {"bench": Book([FLOW], complete=True)}
    accept = Accept(queue, books, compile_routes(()), options, clock=clock, new_id=launch_ids(clock, random.getrandbits))
    door = DoorOptions(max_in_flight=10_000, max_bytes=4_194_304)
    grpc_door = GrpcDoor(door, accept, queue, clock)
    http_door = HttpDoor(door, (), accept, queue, clock=clock, ready=dict)
    STOP.extend([grpc_door.stop, http_door.stop, queue.close])
    return await grpc_door.start(), await http_door.start()


class Empty(LaunchServiceServicer):
    """Answers a receipt without looking; what the benchmark does not call stays unimplemented."""

    async def LaunchFlow(self, request: service.LaunchFlowRequest, context: Any) -> service.LaunchFlowResponse:
        return service.LaunchFlowResponse(
            receipt=pb.Receipt(id="01a20c33-64d6-7000-a6b5-982e6c1bbbb6", state=pb.Launch.STATE_QUEUED)
        )


async def empty_app(scope: Any, receive: Any, send: Any) -> None:
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send(
        {
            "type": "http.response.start",
            "status": 202,
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
        }
    )
    await send({"type": "http.response.body", "body": b"{}"})


async def empty() -> tuple[int, int]:
    server = grpc.aio.server()
    add_LaunchServiceServicer_to_server(Empty(), server)  # type: ignore[abstract]  # only LaunchFlow is called
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    bound = socket.create_server(("127.0.0.1", 0), backlog=2048)
    web = uvicorn.Server(uvicorn.Config(empty_app, lifespan="off", ws="none", log_config=None, access_log=False))
    serving = asyncio.create_task(web.serve(sockets=[bound]))

    async def stop_web() -> None:
        web.should_exit = True
        await serving

    STOP.extend([lambda: server.stop(None), stop_web])
    return port, int(bound.getsockname()[1])


STOP: list[Callable[[], Awaitable[Any]]] = []


async def main(what: str, folder: Path) -> None:
    grpc_port, http_port = await (tieline(folder) if what == "tieline" else empty())
    print(json.dumps({"grpc": f"127.0.0.1:{grpc_port}", "http": http_port}), flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    while STOP:
        await STOP.pop(0)()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))
