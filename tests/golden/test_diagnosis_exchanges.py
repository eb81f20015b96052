"""Exchanges with their true causes, written down by a person: diagnosis names those first, and nothing that is not so.

`exchanges.jsonl` holds one exchange a line with `causes` (rule, place and role of each), `sound` and `cannot_tell`. The score
per rule is printed at the end of the run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.score import SCORE
from tieline.capture.exchange_lines import read_exchange_lines
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Role
from tieline.diagnosis.many import diagnose_all

FILE = Path(__file__).with_name("exchanges.jsonl")
TEXT = FILE.read_text("utf-8")
CASES = [json.loads(line) for line in TEXT.splitlines()]
EXCHANGES = read_exchange_lines(TEXT, FILE.name) or []
ORDER = [Role.CAUSE, Role.POSSIBLE, Role.NEXT, Role.SIDE]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["id"] for case in CASES])
def test_the_true_causes_and_nothing_else(number: int) -> None:
    case = CASES[number]
    diagnosis = diagnose(EXCHANGES[number], {})
    found = {(one.rule.value, one.finding.at, one.role.value) for one in diagnosis.findings}
    wanted = {(one["rule"], one["at"], one["role"]) for one in case["causes"]}
    SCORE.count({rule for rule, _, _ in wanted}, {rule for rule, _, _ in found - wanted}, right=found == wanted)
    assert found == wanted
    assert (diagnosis.sound, diagnosis.cannot_tell) == (case["sound"], case["cannot_tell"])
    roles = [ORDER.index(one.role) for one in diagnosis.findings]
    assert roles == sorted(roles)


def test_every_rule_has_a_case() -> None:
    rules: set[Any] = {one["rule"] for case in CASES for one in case["causes"]}
    assert rules >= {
        "unknown-field", "missing-required", "wrong-type", "malformed-json", "content-type", "method", "endpoint", "host", "region",
        "auth", "scope", "permission", "flow-id-format", "flow-not-found", "flow-unpublished", "flow-version", "input-name",
        "input-type", "rate-limit", "too-large", "transient", "other",
    }  # fmt: skip


def test_an_exchange_is_judged_alike_alone_and_among_others() -> None:
    assert list(diagnose_all(EXCHANGES, {})) == [diagnose(exchange, {}) for exchange in EXCHANGES]
