"""How an exchange is written down changes nothing of what is said of it: body and answer as text or object, the status as text,
headers in any case, order and form, fields in another order, headers that mean nothing beside them, the request as raw HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieline.capture.exchange_lines import read_exchange_document
from tieline.diagnosis.diagnose import diagnose

CASES = [json.loads(line) for line in Path(__file__).with_name("exchanges.jsonl").read_text("utf-8").splitlines()]
Case = dict[str, Any]


def _said(case: Case) -> tuple[set[tuple[str, str, str]], bool, bool]:
    (exchange,) = read_exchange_document(case, "f") or []
    found = diagnose(exchange, {})
    return {(one.rule.value, one.finding.at, one.role.value) for one in found.findings}, found.sound, found.cannot_tell


def _body_as_text(case: Case) -> None:
    body = case["request"].get("body")
    if isinstance(body, dict | list):
        case["request"]["body"] = json.dumps(body, ensure_ascii=False, indent=1)


def _body_raw(case: Case) -> None:
    body = case["request"].get("body")
    if isinstance(body, dict | list) and "body_raw" not in case["request"]:
        case["request"] |= {"body": None, "body_raw": json.dumps(body)}


def _fields_turned_round(case: Case) -> None:
    body = case["request"].get("body")
    if isinstance(body, dict) and "body_raw" not in case["request"]:
        case["request"]["body"] = dict(reversed(body.items()))


def _answer_as_text(case: Case) -> None:
    answer = case.get("response") or {}
    if isinstance(answer.get("body"), dict | list):
        answer["body"] = json.dumps(answer["body"])


def _status_as_text(case: Case) -> None:
    answer = case.get("response") or {}
    if isinstance(answer.get("status"), int):
        answer["status"] = str(answer["status"])


def _headers(change: Callable[[list[tuple[str, str]]], Any]) -> Callable[[Case], None]:
    def changed(case: Case) -> None:
        headers = case["request"].get("headers")
        if isinstance(headers, dict) and all(isinstance(value, str) for value in headers.values()):
            case["request"]["headers"] = change(list(headers.items()))

    return changed


def _harmless(pairs: list[tuple[str, str]]) -> dict[str, str]:
    plain = {name.casefold() for name, _ in pairs}
    more = {"Accept": "*/*", "User-Agent": "x/1", "X-Request-Id": "1", "purecloud-sdk": "269.0.0", "Content-Length": "10"}
    return dict(pairs) | (more if "content-type" in plain else {})


WAYS: dict[str, Callable[[Case], None]] = {
    "the body as text": _body_as_text,
    "the body raw": _body_raw,
    "fields turned round": _fields_turned_round,
    "the answer as text": _answer_as_text,
    "the status as text": _status_as_text,
    "headers as pairs": _headers(lambda pairs: [list(pair) for pair in pairs]),
    "headers by name and value": _headers(lambda pairs: [{"name": name, "value": value} for name, value in pairs]),
    "headers with lists": _headers(lambda pairs: {name: [value] for name, value in pairs}),
    "headers in lower case": _headers(lambda pairs: {name.lower(): value for name, value in pairs}),
    "headers in upper case": _headers(lambda pairs: {name.upper(): value for name, value in pairs}),
    "headers turned round": _headers(lambda pairs: dict(reversed(pairs))),
    "harmless headers": _headers(_harmless),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_way_it_is_written_changes_nothing(way: str) -> None:
    for case in CASES:
        changed = json.loads(json.dumps(case))
        WAYS[way](changed)
        assert _said(changed) == _said(case), case["id"]
