"""Architect flows in YAML: what is read, what is left alone, and that nothing else than one error comes of any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from tieline.contract.architect_yaml import ArchitectYamlError, read
from tieline.contract.inputs import ARCH_TYPES
from tieline.contract.words import FLOW_TYPES

FAULTS = {
    "workflow: [": "line 2, column 1: did not find expected node content",
    "": "names no flow type",
    "- a": "names no flow type",
    "fax:\n  name: x": "`fax` is no type of flow",
    "workflow: x": "holds no flow",
    "workflow:\n  name: 7": "`workflow.name` is missing",
    "workflow:\n  name: ''": "`workflow.name` is missing",
    "workflow: &a\n  name: x\n  again: *a": "line 3: an alias has no place in a flow",
    "[" * 90_000 + "]" * 90_000: "it is nested deeper than 200",
    "workflow:\n  name: x\n  a:\n   " + " -" * 90_000: "it is nested deeper than 200",
    "workflow: [" + "a," * 200_000 + "]": "it has more than 200000 parts",
    "workflow:\n  name: 2026-99-99": "it cannot be read as YAML",
}


@pytest.mark.parametrize("kind", FLOW_TYPES)
def test_every_type_of_flow_in_any_case(kind: str) -> None:
    for written in (kind.lower(), kind, kind.title()):
        assert read(f"{written}:\n  name: x\n").type == kind


@pytest.mark.parametrize("name", ARCH_TYPES)
@pytest.mark.parametrize("collection", [False, True])
def test_every_type_of_variable(name: str, collection: bool) -> None:
    key = name[0].lower() + name[1:] + ("Collection" if collection else "") + "Variable"
    (one,) = read(f"workflow:\n  name: x\n  variables:\n    - {key}:\n        name: Flow.a\n        isInput: true\n").inputs
    assert (one.name, one.type, one.collection) == ("Flow.a", name, collection)


def test_inputs_are_those_marked_and_outputs_those_marked() -> None:
    flow = read(
        "workflow:\n  name: x\n  variables:\n"
        "    - stringVariable: {name: Flow.in, isInput: true}\n"
        "    - stringVariable: {name: Flow.both, isInput: true, isOutput: true}\n"
        "    - stringVariable: {name: Flow.out, isOutput: true}\n"
        "    - stringVariable: {name: Flow.none}\n"
        "    - stringVariable: {name: Flow.text, isInput: 'true'}\n"
        "    - stringVariable: broken\n"
        "    - nonsense\n"
        "    - pictureVariable: {name: Flow.new, isInput: true}\n"
    )
    assert [one.name for one in flow.inputs] == ["Flow.in", "Flow.both", "Flow.new"]
    assert [one.name for one in flow.outputs] == ["Flow.both", "Flow.out"]
    assert flow.input_schema()["properties"]["Flow.new"] == {"x-unknown-type": "picture"}


def test_placeholders_are_filled_as_far_as_they_are_given() -> None:
    text = "workflow:\n  name: '{{prefix}} {{ rest }}'\n"
    assert read(text, {"prefix": "Test"}).name == "Test {{ rest }}"
    assert read(text, {"prefix": "Test", "rest": "x"}).name == "Test x"


@pytest.mark.parametrize(("text", "says"), FAULTS.items(), ids=[text[:20] + text[-5:] for text in FAULTS])
def test_what_is_no_flow_says_why(text: str, says: str) -> None:
    with pytest.raises(ArchitectYamlError) as fault:
        read(text)
    assert says in str(fault.value)


@given(some.one_of(some.text(max_size=200), some.text("workflow:- \n{}[]&*!|>'\"name#%@`,?\t", max_size=200)))
@example("workflow:\n  name: !!python/object:os.system x\n")
@example("? [a]\n: workflow")
@example("workflow:\n  ? {a: b}\n  : c\n  name: x\n")
def test_any_text_is_a_flow_or_one_error(text: str) -> None:
    try:
        told = read(text).type
    except ArchitectYamlError as fault:
        told = str(fault)
    assert told
