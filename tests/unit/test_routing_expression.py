"""Expressions: what they mean, where their faults are, and that no expression makes more than it may."""

from __future__ import annotations

import tracemalloc

import pytest

from tieline.domain.json import Json
from tieline.problems.base import ProblemError
from tieline.routing.expression import MAX_DEPTH, MAX_LENGTH, compile_expression

EVENT: Json = {
    "id": "evt_1",
    "type": "payment.failed",
    "data": {
        "amount": 4200,
        "currency": "eur",
        "note": None,
        "created": 1700000000,
        "items": [{"sku": "a", "price": 1}, {"sku": "b", "price": 30}],
        "ref-no": "X-9",
        "when": "2025-03-26T20:33:25.890Z",
    },
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("data.amount", 4200),
        ("data.missing.deeper", None),
        ("data.items[?price > `10`].sku", ["b"]),
        ("data.items[*].sku | [0]", "a"),
        ("{a: id, b: data.currency}", {"a": "evt_1", "b": "eur"}),
        ("'it is ' == id", False),
        ("data.amount < id", None),
        ("id < type", True),
        ("$", EVENT),
        ("$.data.amount", 4200),
        ("$.data['ref-no']", "X-9"),
        ('$.data["items"][1].sku', "b"),
        ("$.data.ref-no", "X-9"),
        (" $.data.items[-1]['sku'] ", "b"),
        ("$.data.items[*].sku", ["a", "b"]),
        ("default(data.note, 'none')", "none"),
        ("coalesce(data.note, '', id)", "evt_1"),
        ("concat('order-', data.amount, `true`)", "order-4200true"),
        ("upper(data.currency)", "EUR"),
        ("lower('ABC')", "abc"),
        ("truncate(id, `3`)", "evt"),
        ("split(type, '.')[1]", "failed"),
        ("replace(type, '.', '/')", "payment/failed"),
        ("to_iso(data.created)", "2023-11-14T22:13:20.000Z"),
        ("to_iso(`1700000000123`)", "2023-11-14T22:13:20.123Z"),
        ("to_iso('1700000000')", "2023-11-14T22:13:20.000Z"),
        ("to_iso(`-62135596800`)", "0001-01-01T00:00:00.000Z"),
        ("epoch(data.when)", 1743021205),
        ("epoch_ms(data.when)", 1743021205890),
        ("epoch('1970-01-01T01:00:00+01:00')", 0),
        ("uuid5('dns', 'python.org')", "886313e1-3b8a-5372-9b90-0c9aee199e5d"),
        ("to_number('12')", 12),
        ("to_number('1e999')", None),
        ("to_number('nan')", None),
        ("join('-', ['a', 'b'])", "a-b"),
    ],
)
def test_an_expression_means(text: str, value: Json) -> None:
    assert compile_expression(text).evaluate(EVENT) == value


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "TL520", 1, 1),
        ("data.", "TL520", 1, 6),
        ("data..amount", "TL520", 1, 6),
        ("data.amount]", "TL520", 1, 12),
        ("data.items[0", "TL520", 1, 13),
        ("data.amount = `3`", "TL520", 1, 13),
        ("data |\n  concat('a', #)", "TL520", 2, 15),
        ("'never closed", "TL520", 1, 1),
        ("id | $.a", "TL520", 1, 6),
        ("&id", "TL520", 1, 1),
        ("id || &id", "TL520", 1, 7),
        ("data.items[::0]", "TL520", 1, 12),
        ("data.amount |\n uper(id)", "TL521", 2, 2),
        ("upper(id, id)", "TL522", 1, 1),
        ("concat()", "TL522", 1, 1),
        ("to_string(&id)", "TL522", 1, 1),
        ("sort_by(data.items, price)", "TL522", 1, 1),
        ("$.data..amount", "TL524", 1, 7),
        ("$.items[?(@.a)]", "TL524", 1, 8),
    ],
)
def test_a_wrong_expression_is_named_with_its_place(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(ProblemError) as caught:
        compile_expression(text)
    (problem,) = caught.value.problems
    facts = problem.metadata()
    assert (problem.code, facts["at_line"], facts["at_column"]) == (code, str(line), str(column))
    assert problem.line()


def test_a_misspelled_function_is_told_the_nearest() -> None:
    with pytest.raises(ProblemError) as caught:
        compile_expression("uper(id)")
    assert caught.value.problems[0].metadata()["nearest"] == "upper"


@pytest.mark.parametrize(
    "text",
    [
        "@" + "|@" * 3000,
        "[@,@]" + "|[@,@]" * 23,
        "[@,@][]" + ".[@,@][]" * 23,
        "{a: @, b: @}" + "|{a: a, b: b, c: @, d: @}" * 20,
        "(" * 1900 + "@" + ")" * 1900,
        "[" * 1900 + "@" + "]" * 1900,
        "!" * 3900 + "@",
        "a" + "||a" * (MAX_DEPTH + 1),
        "[" + ",".join(["a"] * 600) + "]",
        "a" * (MAX_LENGTH + 1),
    ],
)
def test_an_expression_too_big_is_refused_at_load(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        compile_expression(text)
    assert caught.value.problems[0].code == "TL523"


@pytest.mark.parametrize(
    "text",
    [
        "[@,@]" + "|[@,@]" * 15,
        "{a: @, b: @}" + "|{a: @, b: @}" * 15 + "|@ == `1`",
        "to_string(@)" + "|concat(@, @)" * 15,
        "[to_string(@), to_string(@)] | join('', @) | [@, @] | join('', @) | [@, @] | join('', @)",
        "replace(to_string(@), 'x', to_string(@))",
        "join(to_string(@), split(to_string(@), 'a'))",
        "map(&[@,@,@,@], data)[]" + "|map(&[@,@,@,@], @)[]" * 5,
    ],
)
def test_what_an_expression_makes_is_bounded_while_it_is_made(text: str) -> None:
    expression = compile_expression(text)
    document: Json = {"id": "x" * 200, "data": ["xa" * 3000] * 20}
    tracemalloc.start()
    try:
        with pytest.raises(ProblemError) as caught:
            expression.evaluate(document)
        assert caught.value.problems[0].code == "TL252"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_work_without_a_result_is_bounded_too() -> None:
    expression = compile_expression("[@,@,@][*]" + ".[@,@,@][*]" * 5 + ".length(to_string(@)) | length(@)")
    with pytest.raises(ProblemError) as caught:
        expression.evaluate({"data": ["x" * 1000] * 100})
    assert caught.value.problems[0].code == "TL252"


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("upper(a)", {"a": 3}),
        ("concat('x', a)", {"a": None}),
        ("sum(a)", {"a": ["1"]}),
        ("to_iso(a)", {"a": "soon"}),
        ("to_iso(a)", {"a": 1e30}),
        ("epoch(a)", {"a": "26/03/2025"}),
        ("uuid5(a, 'n')", {"a": "nope"}),
        ("split(a, '')", {"a": "x"}),
        ("truncate(a, `-1`)", {"a": "x"}),
        ("contains(a, `1`)", {"a": "x"}),
        ("sort_by(a, &b)", {"a": [{"b": 1}, {"b": "x"}]}),
        ("sum(a)", {"a": [1e308, 1e308]}),
        ("ceil(a)", {"a": float("inf")}),
    ],
)
def test_a_value_it_cannot_work_with_is_a_problem_that_does_not_quote_it(text: str, document: Json) -> None:
    with pytest.raises(ProblemError) as caught:
        compile_expression(text).evaluate(document)
    (problem,) = caught.value.problems
    assert problem.code == "TL251"
    assert "soon" not in problem.line()
    assert "26/03" not in problem.line()


def test_a_document_nested_deeper_than_can_be_walked_is_a_problem() -> None:
    deep: Json = "x"
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ProblemError) as caught:
        compile_expression("[@]").evaluate(deep)
    assert caught.value.problems[0].code == "TL251"
