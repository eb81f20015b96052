"""A gRPC door on loopback over a memory queue and an accept whose verdicts a test chooses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from msgspec.structs import replace

from tieline.domain.event import Event
from tieline.domain.finding import Finding
from tieline.domain.launch import Launch, Receipt, State
from tieline.doors.grpc_door import GrpcDoor
from tieline.doors.options import DoorOptions
from tieline.handoff.replay import replay
from tieline.handoff.verdict import Refused, Submission, Valid
from tieline.queue.memory import MemoryQueue
from tieline.queue.options import QueueOptions

NOW = 1_700_000_000_000


class ChosenAccept:
    """Keeps what it was asked. Stores every sound submission; `refuse` says findings of one, `remake` what a replayed launch becomes,
    `gate` holds it back, `fault` is raised.
    """

    def __init__(self, queue: MemoryQueue) -> None:
        self.queue = queue
        self.asked: list[Submission] = []
        self.published: list[Event] = []
        self.refuse: Callable[[Submission], tuple[Finding, ...]] = lambda submission: submission.findings
        self.remake: Callable[[Launch], Launch | Refused] = lambda launch: _in_state(launch, State.QUEUED, NOW)
        self.gate: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.fault: Exception | None = None
        self._ids = count(1)

    async def launch(self, submission: Submission) -> Receipt | Refused:
        return (await self.launches((submission,)))[0]

    async def launches(self, submissions: Sequence[Submission]) -> list[Receipt | Refused]:
        self.asked += submissions
        await self._held()
        return [await self._one(submission) for submission in submissions]

    def validate(self, submission: Submission) -> Valid | Refused:
        self.asked.append(submission)
        found = self.refuse(submission)
        return Refused(findings=found) if found else Valid(environment=submission.environment or "dev", body=b'{"flowId":"f"}')

    async def events(self, events: Sequence[Event]) -> list[Receipt | Refused]:
        self.published += events
        await self._held()
        return [await self._store(Launch(**self._facts(event.request_id), event=event)) for event in events]

    async def replay(self, id: str, *, may_repeat: bool = False) -> Launch | Refused:
        return await replay(self.queue, self.remake, id, lambda: NOW, may_repeat=may_repeat)

    async def _held(self) -> None:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault

    async def _one(self, submission: Submission) -> Receipt | Refused:
        if found := self.refuse(submission):
            return Refused(findings=found)
        facts = self._facts(submission.request_id)
        return await self._store(Launch(**facts, flow=submission.request.flow or "", follow_ms=submission.follow_ms))

    def _facts(self, request_id: str) -> dict:  # type: ignore[type-arg]
        id = f"l-{next(self._ids):04d}"
        return {
            "id": id,
            "request_id": request_id or id,
            "fingerprint": b"same",
            "environment": "dev",
            "create_time": NOW,
            "update_time": NOW,
            "schedule_time": NOW,
        }

    async def _store(self, launch: Launch) -> Receipt:
        receipt = (await self.queue.put((launch,)))[0]
        assert isinstance(receipt, Receipt)
        return receipt


class Running:
    """A door that serves, its accept and queue, and a channel to it."""

    def __init__(self, door: GrpcDoor, accept: ChosenAccept, queue: MemoryQueue, port: int) -> None:
        self.door = door
        self.accept = accept
        self.queue = queue
        self.target = f"127.0.0.1:{port}"
        self.channel = grpc.aio.insecure_channel(self.target)

    async def move(self, id: str, *states: State) -> None:
        """Move a launch along the table of states."""
        for state in states:
            claims = await self.queue.claim("dev", now=NOW + 10, lease_ms=1_000, limit=10)
            claim = next(claim for claim in claims if claim.launch.id == id)
            due = NOW if state in {State.SENDING, State.SCHEDULED} else None
            assert await self.queue.settle(claim, _in_state(claim.launch, state, due))


def _in_state(launch: Launch, state: State, due: int | None) -> Launch:
    return replace(launch, state=state, schedule_time=due)


@asynccontextmanager
async def serving(**options: object) -> AsyncIterator[Running]:
    """Serve a door with these options on a free port, and stop it afterwards."""
    queue = MemoryQueue(QueueOptions(path=""), lambda: NOW)
    accept = ChosenAccept(queue)
    door = GrpcDoor(DoorOptions(**options), accept, queue, lambda: NOW, new_trace=lambda: "trace-1")  # type: ignore[arg-type]
    running = Running(door, accept, queue, await door.start())
    try:
        yield running
    finally:
        await running.channel.close()
        await door.stop()
        await queue.close()


def details(error: grpc.aio.AioRpcError) -> dict[str, Message]:
    """The details of a refusal, by the name of their kind."""
    raw = next(value for name, value in error.trailing_metadata() or () if name == "grpc-status-details-bin")
    assert isinstance(raw, bytes)
    status = Status.FromString(raw)
    assert status.code == error.code().value[0]
    found: dict[str, Message] = {}
    for packed in status.details:
        name = packed.TypeName().rpartition(".")[2]
        found[name] = getattr(error_details_pb2, name)()
        packed.Unpack(found[name])
    return found
