"""A launch as a row, and back. What is searched or ordered by has a column; the rest is one blob."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec

from tieline.domain.event import Event
from tieline.domain.finding import Finding
from tieline.domain.launch import Execution, FlowExecutionRequest, Launch, State
from tieline.domain.outcome import Attempt

COLUMNS = (
    "id, request_id, fingerprint, environment, state, route, flow, flow_id, ordering_key, priority,"
    " create_time, update_time, schedule_time, expire_time, content"
)
"""What `read` needs of a row, in this order."""

SHARED = ("environment", "state", "route", "flow", "flow_id", "ordering_key", "priority", "expire_time")
"""Columns that launches put together nearly always have in common."""
OWN = ("id", "request_id", "fingerprint", "create_time", "update_time", "schedule_time", "content")
"""The other columns of a launch that is new."""

_Begun: TypeAlias = int | tuple[int, int]
"""`begun`, or `begun` and `begun_before` of a launch that was replayed."""

_Content: TypeAlias = tuple[
    int,
    Event | None,
    FlowExecutionRequest | None,
    bytes,
    _Begun,
    tuple[Attempt, ...],
    Execution | None,
    tuple[Finding, ...],
]

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Content).decode
_DECODE_JSON = msgspec.json.Decoder(_Content).decode
_HASH = blake2b(digest_size=8)
_STATES = {state.value: state for state in State}


def _content(launch: Launch) -> bytes:
    rest = (
        launch.follow_ms,
        launch.event,
        launch.request,
        launch.body,
        (launch.begun, launch.begun_before) if launch.begun_before else launch.begun,
        launch.attempts,
        launch.execution,
        launch.findings,
    )
    try:
        return _ENCODE(rest)
    except OverflowError:  # a number of more than 64 bits: JSON has them, MessagePack does not
        return msgspec.json.encode(rest)


def read(row: Sequence[Any]) -> Launch:
    """Read a launch from the values of `COLUMNS`."""
    blob = row[14]
    follow_ms, event, request, body, begun, attempts, execution, findings = (_DECODE_JSON if blob[:1] == b"[" else _DECODE)(blob)
    return Launch(
        id=row[0],
        request_id=row[1],
        fingerprint=row[2],
        environment=row[3],
        state=_STATES[row[4]],
        route=row[5],
        flow=row[6],
        flow_id=row[7],
        ordering_key=row[8],
        priority=row[9],
        create_time=row[10],
        update_time=row[11],
        schedule_time=row[12],
        expire_time=row[13],
        follow_ms=follow_ms,
        event=event,
        request=request,
        body=body,
        begun=begun[0] if isinstance(begun, tuple) else begun,
        begun_before=begun[1] if isinstance(begun, tuple) else 0,
        attempts=attempts,
        execution=execution,
        findings=findings,
    )


def hashes_of(request_ids: Iterable[str]) -> array[int]:
    """Give the keys of request ids, 64 bits each. Two ids that share one are told apart by the rows it leads to."""
    digests: list[bytes] = []
    for request_id in request_ids:
        digest = _HASH.copy()  # in two thirds of the time of a new one
        digest.update(request_id.encode())
        digests.append(digest.digest())
    return array("q", b"".join(digests))


def insert_row(seq: int, launch: Launch, blocked: int) -> tuple[Any, ...]:
    """Give the values of one row of `schema.INSERT`."""
    return (seq, blocked, *shared_values(launch), *own_values(launch))


shared_values: Callable[[Launch], tuple[Any, ...]] = attrgetter(*SHARED)
"""Gives the values of `SHARED`."""


def own_values(launch: Launch) -> tuple[Any, ...]:
    """Give the values of `OWN`."""
    return (
        launch.id,
        launch.request_id,
        launch.fingerprint,
        launch.create_time,
        launch.update_time,
        launch.schedule_time,
        _content(launch),
    )


def update_row(seq: int, launch: Launch, fence: int, lease_until: int | None) -> tuple[Any, ...]:
    """Give the values of `schema.UPDATE`."""
    return (
        launch.state,
        launch.request_id,
        launch.fingerprint,
        launch.environment,
        launch.ordering_key,
        launch.priority,
        launch.update_time,
        launch.schedule_time,
        launch.expire_time,
        lease_until,
        fence,
        launch.flow,
        launch.flow_id,
        launch.route,
        _content(launch),
        seq,
    )
