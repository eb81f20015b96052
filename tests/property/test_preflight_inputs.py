"""The quick look at a launch's inputs says no more than the careful one: what it lets through is sent under the same names, and is valid."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.domain.finding import Finding
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.domain.launch import FlowExecutionRequest
from tieline.preflight import inputs as room
from tieline.preflight.compile import check
from tieline.preflight.inputs import inputs_of, plainly_sent, qualified

NAMES = ["a", "Flow.a", "Flow.Flow.a", "flow.a", "Flow", "Flow."]
VALUES: st.SearchStrategy[Json] = st.sampled_from(["text", "more", None, {"a": 1}])


def a_flow(properties: list[str], closed: bool) -> Flow:
    schema = {
        "type": "object",
        "properties": {name: {"type": ["string", "null"]} for name in properties},
        **({"additionalProperties": False} if closed else {}),
    }
    return Flow(id="6c1b0d1e-4a50-4a0e-9d52-0d8e3a6d2f11", name="orders", published=True, input_schema=schema)


@settings(max_examples=1_000)
@given(
    properties=st.lists(st.sampled_from(NAMES), unique=True, max_size=3),
    closed=st.booleans(),
    inputs=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
def test_the_quick_look_agrees_with_the_careful_one(properties: list[str], closed: bool, inputs: dict[str, Json]) -> None:
    flow = a_flow(properties, closed)
    known = inputs_of(flow)
    assert known is not None
    sent = plainly_sent(inputs, flow)
    request = FlowExecutionRequest(flow_id=flow.id, inputs=inputs)
    if sent is not None:
        assert sent == qualified(inputs)
        assert list(sent) == list(qualified(inputs))
        assert known.valid(sent)
        assert careful(request, flow) == ()
    assert check(request, flow).findings == careful(request, flow)


def careful(request: FlowExecutionRequest, flow: Flow) -> tuple[Finding, ...]:
    """Check a request without the quick look."""
    kept = room._compiled.pop(flow.id)
    try:
        return check(request, flow).findings
    finally:
        room._compiled[flow.id] = kept
