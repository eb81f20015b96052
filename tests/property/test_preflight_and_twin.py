"""Preflight and the twin were written apart and share only facts: what the one passes the other launches, what it refuses the other refuses."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tieline.domain.flow import Flow
from tieline.preflight.official_form import check_official
from tieline.twin.flows import TwinFlow
from tieline.twin.launching import judge
from tieline.twin.options import Strictness, TwinOptions
from tieline.twin.reading import Refused
from tieline.twin.seed import load
from tieline.twin.state import State

FLOWS: dict[str, TwinFlow] = dict(State(TwinOptions(), load(None), clock=lambda: 0, new_id=lambda: "id").flows)
KNOWN = {
    flow.id: Flow(id=flow.id, name=flow.name, type=flow.type, published=flow.published, input_schema=flow.input_schema)
    for flow in FLOWS.values()
}
NAMES = sorted({name for flow in FLOWS.values() for name in (flow.input_schema or {}).get("properties", {})})

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
value = (
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
    | st.lists(text | st.integers(), max_size=3)
    | st.just("x" * 32_001)
    | st.dictionaries(text, text, max_size=2)
)
name = st.sampled_from(NAMES) | st.sampled_from(["Flow", "flow.reason", "reason", "Flow.reasn", "Flow."]) | text
bodies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"flowId": st.sampled_from(sorted(KNOWN))},
    optional={
        "flowVersion": st.sampled_from([None, "", "1.0"]) | st.integers(),
        "inputData": st.dictionaries(name, value, max_size=4) | st.just([]) | st.just("text") | st.none(),
        "name": text | st.integers() | st.none(),
        "inputs": st.just({}),
        "flowID": st.just("x"),
    },
)


def twin_takes(body: dict[str, Any]) -> bool:
    try:
        judge(body, FLOWS, Strictness())
    except Refused:
        return False
    return True


@given(bodies)
def test_preflight_and_the_strict_twin_agree(body: dict[str, Any]) -> None:
    findings = check_official(body, KNOWN[body["flowId"]])
    assert twin_takes(body) == (not findings), [(finding.code, finding.at, finding.line) for finding in findings]


def test_each_sample_flow_is_judged_alike_when_nothing_is_given() -> None:
    for id, flow in KNOWN.items():
        assert twin_takes({"flowId": id}) == (not check_official({"flowId": id}, flow)), flow.name
