"""The terminal's own gRPC caller."""

from __future__ import annotations

import pytest

from tests.support.grpc_door import serving
from tieline.domain.event import Event
from tieline.domain.finding import find
from tieline.domain.launch import Receipt
from tieline.doors.grpc_caller import launch_flow, publish, watch
from tieline.handoff.verdict import Refused
from tieline.problems.base import ProblemError
from tieline.problems.preflight import MissingField

REQUEST = {"flow": "Callback", "inputs": {"n": 1}}


async def test_a_launch_and_an_event_get_their_receipts_and_can_be_watched() -> None:
    async with serving() as door:
        launched = await launch_flow(door.target, REQUEST, request_id="r")
        published = await publish(door.target, Event(id="1", source="shop", type="sold", data={"a": 1}))
        assert isinstance(launched, Receipt)
        assert isinstance(published, Receipt)
        await door.queue.cancel(launched.id, now=1)
        states = [change.state async for change in watch(door.target, launched.id)]
    assert (launched.request_id, published.request_id, states) == ("r", "shop/1", ["CANCELLED"])


async def test_a_refusal_is_told_with_its_findings() -> None:
    async with serving() as door:
        door.accept.refuse = lambda _: (find(MissingField(field="flowId", instead="flow"), "/flowId"),)
        refused = await launch_flow(door.target, REQUEST)
    assert isinstance(refused, Refused)
    assert [(finding.code, finding.at) for finding in refused.findings] == [("TL203", "request.flowId")]


async def test_a_request_of_another_form_is_named() -> None:
    with pytest.raises(ProblemError, match="TL113"):
        await launch_flow("127.0.0.1:1", {"flw": "Callback"})


async def test_a_door_that_is_not_there_is_named() -> None:
    with pytest.raises(ProblemError, match="TL120"):
        await launch_flow("127.0.0.1:1", REQUEST)
