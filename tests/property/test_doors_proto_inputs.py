"""Any JSON inputs survive the wire, in both forms."""

from __future__ import annotations

import msgspec
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from tieline.domain.json import Json
from tieline.doors.translate_proto import EXACT, depth_within, to_submission
from tieline.v1.launch_pb2 import FlowExecutionRequest
from tieline.v1.launch_service_pb2 import LaunchFlowRequest

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
SCALARS = (
    st.none() | st.booleans() | st.integers(-int(EXACT), int(EXACT)) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
INPUTS = st.dictionaries(TEXT, VALUES, max_size=6)


def carried(message: LaunchFlowRequest) -> Json:
    submission = to_submission(LaunchFlowRequest.FromString(message.SerializeToString()), 64)
    assert submission.findings == ()
    return submission.request.inputs


def types(value: Json) -> Json:
    """The value with each whole double as the integer it looks like: what JSON cannot tell apart."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return int(value)
    if isinstance(value, dict):
        return {name: types(inner) for name, inner in value.items()}
    return [types(inner) for inner in value] if isinstance(value, list) else value


def same(one: Json, other: Json) -> bool:
    """Equal, with booleans, integers and floats told apart."""
    return one == other and repr(one) == repr(other)


@given(INPUTS)
def test_inputs_survive_as_a_struct(inputs: dict[str, Json]) -> None:
    struct = Struct()
    struct.update(inputs)
    got = carried(LaunchFlowRequest(request=FlowExecutionRequest(inputs=struct)))
    expected = {name: types(inputs[name]) for name in got}
    assert set(got) == set(inputs)
    assert msgspec.json.encode(got, order="deterministic") == msgspec.json.encode(expected, order="deterministic")


@given(INPUTS)
def test_inputs_survive_as_json(inputs: dict[str, Json]) -> None:
    got = carried(LaunchFlowRequest(request=FlowExecutionRequest(inputs_json=msgspec.json.encode(inputs))))
    assert same(got, inputs)


@given(VALUES, st.integers(0, 8))
def test_depth_is_counted_as_a_reader_would(value: Json, limit: int) -> None:
    def depth(inner: Json) -> int:
        if isinstance(inner, dict):
            return 1 + max((depth(part) for part in inner.values()), default=0)
        return 1 + max((depth(part) for part in inner), default=0) if isinstance(inner, list) else 0

    assert depth_within(msgspec.json.encode(value), value, limit) == (depth(value) <= limit)
