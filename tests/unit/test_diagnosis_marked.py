"""Where a finding's place is shown: in the lines as they were written, or in a layout of ours for a body of one line."""

from __future__ import annotations

import json

import pytest

from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.marked import WIDEST, lay_out, places_in_file
from tieline.domain.exchange import CapturedRequest, Exchange

WRITTEN = """{
    "flow_id": "x",  "inputData": {"Flow.a": 1,
\t"b/c~d": [1, {"e": 2}]}
}"""


def _shown(body: str, at: str) -> tuple[int | None, str]:
    mark = lay_out(body).mark(at)
    assert mark is not None
    return mark.row, mark.text[mark.column : mark.column + mark.width]


@pytest.mark.parametrize(
    ("at", "row", "marked"),
    [
        ("", 1, "{"),
        ("/flow_id", 2, '"flow_id"'),
        ("/inputData", 2, '"inputData"'),
        ("/inputData/Flow.a", 2, '"Flow.a"'),
        ("/inputData/b~1c~0d", 3, '"b/c~d"'),
        ("/inputData/b~1c~0d/1", 3, "{"),
        ("/inputData/b~1c~0d/1/e", 3, '"e"'),
        ("/inputData/b~1c~0d/7", 3, '"b/c~d"'),
        ("/flowId", 1, "{"),
    ],
)
def test_a_body_of_many_lines_is_shown_as_it_was_written(at: str, row: int, marked: str) -> None:
    assert _shown(WRITTEN, at) == (row, marked)


def test_so_is_one_that_is_no_json() -> None:
    broken = '{"flow_id": \'x\', "inputs": {},}'
    assert _shown(broken, "/inputs") == (1, '"inputs"')


def test_a_sound_body_of_one_line_is_laid_out_without_numbers() -> None:
    row, marked = _shown(json.dumps({"flowId": "x", "inputs": {"a": 1}}), "/inputs")
    assert (row, marked) == (None, '"inputs"')


def test_a_long_line_is_shown_around_the_mark() -> None:
    body = '{"flowId": "' + "x" * 5_000 + '", "inputs": {},\n "a": 1}'
    mark = lay_out(body).mark("/inputs")
    assert mark is not None
    assert len(mark.text) <= WIDEST + 8
    assert mark.text[mark.column : mark.column + mark.width] == '"inputs"'


def test_the_file_of_a_body_alone_has_its_lines_and_columns() -> None:
    def of(form: str) -> dict[str, tuple[int, int]]:
        return places_in_file(diagnose(Exchange(id="x", form=form, request=CapturedRequest(body=WRITTEN)), {}))

    assert of("body")["/inputData"] == (2, 22)
    assert of("curl") == {}
