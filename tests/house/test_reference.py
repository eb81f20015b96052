"""docs/reference/twin.md is what `make docs` writes, and says something of every operation, setting and case."""

from __future__ import annotations

from pathlib import Path

from conformance.parity.case import cases
from conformance.parity.record import Validation
from conformance.reference import PAGE, page
from tieline.contract.evidence import EVIDENCE, SETTINGS
from tieline.contract.operations import OPERATIONS
from tieline.twin.faults.fault import PRESETS
from tieline.twin.options import Strictness

ROOT = Path(__file__).parents[2]


def row(text: str, begins: str) -> list[str]:
    """Give the cells of the one row that begins so."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {begins}")]
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make docs`"


def test_every_operation_and_every_setting_has_its_evidence() -> None:
    assert set(EVIDENCE) == set(OPERATIONS)
    assert list(SETTINGS) == list(Strictness.__struct_fields__)
    assert {name for one in EVIDENCE.values() for name in one.settings} <= set(SETTINGS)


def test_what_nobody_has_validated_says_so() -> None:
    told = page({})
    assert row(told, "`getFlow`<br>")[-1] == "never"
    assert row(told, "`unknown_input` |")[-1] == "never"
    assert row(told, "a launch with an input the flow has not")[-1] == "never"


def test_a_record_is_picked_up_with_its_date_by_operation_setting_and_case() -> None:
    met = {
        "launch-unknown-input": Validation(date="2026-12-24", outcome="differs", says=("answered 200, not 400",)),
        "flow": Validation(date="2026-12-01", outcome="agrees"),
        "unknown-flow": Validation(date="2026-12-24", outcome="agrees"),
    }
    told = page(met)
    of_flow = sum(case.operation == "getFlow" for case in cases())
    assert row(told, "`getFlow`<br>")[-1] == f"2 of {of_flow} agree, 2026-12-01 to 2026-12-24"
    assert row(told, "`unknown_input` |")[-1] == "differs, 2026-12-24"
    assert row(told, "a launch with an input the flow has not")[-1] == "differs, 2026-12-24<br>answered 200, not 400"


def test_every_case_and_preset_is_on_it() -> None:
    told = page({})
    for name in [*(case.what for case in cases()), *(f"`{name}`" for name in PRESETS)]:
        assert row(told, f"{name} |")


def test_the_front_page_leads_to_it() -> None:
    assert "(docs/reference/twin.md)" in (ROOT / "README.md").read_text("utf-8")
