"""The three tours take the same steps, reach every operation of the contract, and pin what they fetch without an address."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.driven import differences, versions
from tieline.contract.operations import OPERATIONS

CONFORMANCE = Path(__file__).parents[2] / "conformance"
RECORD: dict[str, Any] = json.loads((CONFORMANCE / "driven.json").read_text("utf-8"))
STEPS: list[str] = json.loads((CONFORMANCE / "tour.json").read_text("utf-8"))["steps"]


@pytest.mark.parametrize(("client", "suffix"), [("python", "py"), ("javascript", "js"), ("go", "go")])
def test_every_tour_takes_every_step(client: str, suffix: str) -> None:
    text = "\n".join(file.read_text("utf-8") for file in (CONFORMANCE / client).glob(f"*.{suffix}"))
    assert [step for step in STEPS if not re.search(rf"""(["']?){re.escape(step)}\1\s*:""", text)] == []


def test_the_tours_reach_every_operation() -> None:
    assert set(RECORD["operations"]) == set(OPERATIONS)
    good = {name: [one for one in answers if one[0] == "2"] for name, answers in RECORD["operations"].items()}
    assert [name for name, answers in good.items() if not answers] == []


def test_the_tours_reach_every_status_a_caller_can_bring_about() -> None:
    statuses = {int(one.split()[0]) for answers in RECORD["operations"].values() for one in answers}
    assert statuses >= {200, 400, 401, 403, 404, 409, 410, 413, 415, 429}


def test_the_record_is_of_the_clients_that_are_pinned() -> None:
    assert RECORD["clients"] == versions()


def test_an_answer_that_came_or_did_not_come_is_found_out() -> None:
    driven = {**RECORD["operations"], "getFlow": ["200", "500"]}
    gone = [f"getFlow no longer answered `{one}`" for one in RECORD["operations"]["getFlow"] if one != "200"]
    assert gone
    assert differences(RECORD, "go", RECORD["operations"]) == []
    assert differences(RECORD, "go", driven) == [*gone, "getFlow answered `500`, which is not in driven.json"]
    older = {**RECORD, "clients": {**RECORD["clients"], "go": "1.0.0"}}
    assert differences(older, "go", RECORD["operations"]) == [f"go {versions()['go']} is pinned, 1.0.0 is written down"]


def test_the_lock_file_has_hashes_and_no_address() -> None:
    packages = json.loads((CONFORMANCE / "javascript/package-lock.json").read_text("utf-8"))["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert [name for name, entry in fetched.items() if "resolved" in entry or not entry["integrity"].startswith("sha512-")] == []
