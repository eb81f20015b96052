"""Strict JSON: what two parsers could read in two ways is refused, and nothing exhausts the process."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.doors.json_body import check_once, read_json
from tieline.problems.base import ProblemError

DEPTH = 20


def code(body: bytes) -> str:
    try:
        read_json(body, DEPTH)
    except ProblemError as error:
        return error.problems[0].code
    return "ok"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}', "ok"),
        (b"[]", "ok"),
        (b"", "TL131"),
        (b" \n", "TL131"),
        (b"{'a': 1}", "TL132"),
        (b'{"a": 1,}', "TL132"),
        (b'{"a": 1} trailing', "TL132"),
        (b'{"a": NaN}', "TL132"),
        (b'{"a": Infinity}', "TL132"),
        (b'{"a": 1e999}', "TL132"),
        (b'{"a": ' + b"9" * 5000 + b"}", "TL132"),
        (b'\xef\xbb\xbf{"a": 1}', "TL132"),
        (b'{"a": "\xff"}', "TL132"),
        (b'{"a": "\\ud800"}', "TL132"),
        ('{"a": 1}'.encode("utf-16"), "TL132"),
        (b'{"a": 1, "a": 2}', "TL133"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', "TL133"),
        (b'{"a": 1, "\\u0061": 2}', "TL133"),
        (b"[" * DEPTH + b"]" * DEPTH, "ok"),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "TL134"),
        (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, "TL134"),
        (b"[" * 100_000, "TL134"),
        (json.dumps({"a": "[" * 500}).encode(), "ok"),
        (json.dumps([[]] * 500).encode(), "ok"),
        (json.dumps({"a": '\\"[' * 100}).encode(), "ok"),
    ],
)
def test_what_is_taken_and_what_is_not(body: bytes, expected: str) -> None:
    assert code(body) == expected


def test_the_key_that_stands_twice_is_named_and_no_value_is() -> None:
    with pytest.raises(ProblemError) as caught:
        read_json(b'{"name": "secret one", "name": "secret two"}', DEPTH)
    assert "`name`" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_the_parser_says_holds_nothing_of_the_body() -> None:
    with pytest.raises(ProblemError) as caught:
        read_json(b'{"card": 4242424242424242 oops}', DEPTH)
    assert "4242" not in str(caught.value)
    assert "oops" not in str(caught.value)


def test_what_is_no_utf_8_is_said_to_be_none_and_where() -> None:
    with pytest.raises(ProblemError, match=r"not UTF-8 \(byte 11\)"):
        read_json(b'{"name": "g\xfcnter"}', DEPTH)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_read_as_it_was_written(value: Any) -> None:
    assert read_json(json.dumps(value).encode(), 64) == value


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_answered(body: bytes) -> None:
    assert code(body) in ("ok", "TL131", "TL132", "TL133", "TL134")


objects = st.recursive(
    st.sampled_from(["1", '"a:b"', '":"', "null", "[]"]),
    lambda inner: (
        st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f'"{key}": {value}' for key, value in pairs) + "}"
        )
        | st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]")
    ),
    max_leaves=8,
)


@given(objects)
def test_a_key_given_twice_is_found_wherever_it_stands_and_no_other(text: str) -> None:
    """Held against a reading that keeps every key, whatever colons stand in texts."""
    twice = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        twice = twice or len({key for key, _ in found}) < len(found)
        return dict(found)

    value = json.loads(text, object_pairs_hook=pairs)
    if twice:
        with pytest.raises(ProblemError, match="stands twice"):
            check_once(text.encode(), value)
    else:
        check_once(text.encode(), value)
