"""A launch as a row, and back."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from tieline.domain.launch import Launch

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Launch)

encode = _ENCODER.encode
"""Give a launch as MessagePack."""
decode = _DECODER.decode
"""Read a launch from MessagePack."""


def hash_of(request_id: str) -> int:
    """Give the key of a request id: 64 bits, signed. Two ids that share one are told apart by the row it leads to."""
    return int.from_bytes(blake2b(request_id.encode(), digest_size=8).digest(), "big", signed=True)


def insert_row(seq: int, launch: Launch, blocked: int) -> tuple[Any, ...]:
    """Give the values of `schema.INSERT`."""
    return (
        seq,
        launch.id,
        launch.request_id,
        launch.fingerprint,
        launch.environment,
        launch.state.value,
        launch.route,
        launch.flow,
        launch.flow_id,
        launch.ordering_key,
        launch.priority,
        launch.create_time,
        launch.update_time,
        launch.schedule_time,
        launch.expire_time,
        blocked,
        encode(launch),
    )


def update_row(seq: int, launch: Launch, fence: int, lease_until: int | None) -> tuple[Any, ...]:
    """Give the values of `schema.UPDATE`."""
    return (
        launch.state.value,
        launch.update_time,
        launch.schedule_time,
        launch.expire_time,
        lease_until,
        fence,
        launch.flow,
        launch.flow_id,
        launch.route,
        encode(launch),
        seq,
    )
