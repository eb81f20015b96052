"""A script's expressions are bounded: no text of one, on no inputs, makes the twin slow, large, or fail in another way than it says."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.twin.computing import SIZE_MAX, ExpressionError, evaluate, expression_fault

WORDS = """inputs . a [ ] { } ( ) , | || && ! == < * @ & ? : `1` 'x' [*] [] [0] [::2] length( join( to_string( map(&@,
sort_by( merge( sum( abs( not_null( max( keys( reverse( avg( contains("""
PIECES = st.sampled_from(WORDS.split())
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(text=st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=30), inputs=VALUES)
def test_an_expression_is_refused_evaluated_or_said_to_fail(text: str, inputs: Any) -> None:
    said = expression_fault(text)
    try:
        evaluate(text, {"inputs": inputs})
    except ExpressionError as fault:
        said = str(fault)
        assert said
    else:
        assert said is None


HOSTILE = [
    " | ".join(["[@, @]"] * 40),
    " | ".join(["[@, @]"] * 30) + " | to_string(@)",
    " | ".join(["[@, @][]"] * 40),
    " | ".join(["to_string([@, @])"] * 40),
    " | ".join(["{a: @, b: @}"] * 40),
    "[" + ", ".join(["inputs"] * 900) + "][] | map(&[@, @, @], @) | [] | map(&to_string(@), @) | join('', @)",
    " | ".join(["[@, @]"] * 20) + " | @ == [@, @][0]",
    "sort_by(inputs[*].{a: to_string($)}, &a)".replace("$", "@"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_grow_without_end_is_stopped(text: str) -> None:
    tracemalloc.start()
    try:
        result = None
        with suppress(ExpressionError):
            result = evaluate(text, {"inputs": [f"item {number}" for number in range(1000)]})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(str(result)) <= 2 * SIZE_MAX
    assert peak < 20_000_000
