"""Exchanges one a line, as people edit such files: comments, blank lines, a line that is none."""

from __future__ import annotations

import json

from tieline.capture.read import read_captures

LINE = json.dumps({"id": "a", "request": {"method": "POST", "url": "/x", "headers": None, "body": {"a": 1}}, "response": None})


def test_a_line_that_is_none_does_not_spoil_the_others() -> None:
    text = f'\ufeff{LINE}\n\n# a comment\n{{"id": 7, "request": null}}\r\nnot json\n{{"flowId": "x"}}\n{LINE}'
    found = read_captures(text, "f.jsonl", {})
    assert [(one.id, one.form, one.place.line) for one in found] == [
        ("a", "exchange", 1),
        ("7", "exchange", 4),
        ("f.jsonl#3", "body", 5),
        ("f.jsonl#4", "body", 6),
        ("a", "exchange", 7),
    ]
    assert found[2].request.body == "not json"


def test_a_line_separator_inside_a_text_ends_no_line() -> None:
    line = '{"request": {"body": "a\u2028b"}}'
    (found,) = read_captures(line + "\n", "f", {})
    assert found.request.body == "a\u2028b"
