"""Writes docs/reference/twin.md from the code: `python -m conformance.reference`, run by `make docs`; a house test holds it current.

What it is made from: the contract and its evidence, the twin's options and presets, what the official clients drove
(`driven.json`), the parity cases and the records of real orgs they were walked on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from conformance.parity import record
from conformance.parity.case import Case, cases
from conformance.parity.record import Validation
from tieline.contract.evidence import EVIDENCE, SETTINGS
from tieline.contract.operation import Operation
from tieline.contract.operations import OPERATIONS
from tieline.twin import state
from tieline.twin.faults.fault import PRESETS
from tieline.twin.options import Strictness, TwinOptions
from tieline.twin.settings import settings

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "twin.md"
NEVER = "never"


def page(validated: dict[str, Validation] | None = None) -> str:
    """Give the page; `validated` is the newest validation of each parity case, those of the records unless told otherwise."""
    found = record.read() if validated is None else validated
    parts = [
        (HERE / "reference_begin.md").read_text("utf-8").rstrip(),
        _operations(found),
        _made_up(),
        _settings(found),
        _cases(found),
        _presets(),
        _limits(),
        (HERE / "reference_end.md").read_text("utf-8").rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def _operations(validated: dict[str, Validation]) -> str:
    driven = json.loads((HERE / "driven.json").read_text("utf-8"))
    clients = ", ".join(f"{name.capitalize()} {version}" for name, version in driven["clients"].items())
    rows = [_operation(one, len(driven["operations"].get(one.id, ())), validated) for one in OPERATIONS.values()]
    return f"""## Operations

Each column says something else, and none follows from another; there is no figure for all of it together.

- **published codes**: how many error codes Genesys publishes for it. The twin gives each of them when it is asked to
  (`tests/twin/test_every_code.py`), but not each is what the cloud gives in the same case: that is what the last two columns are for.
- **driven**: how many different answers it gave to the official clients ({clients}), unmodified: `make conformance`.
- **documented**, **seen**, **assumed**: how many parity cases rest on official material, on real answers that users saw or recorded,
  and on nothing better than an inference.
- **real org**: when those cases last met a real one: `make parity`.

""" + _table(("operation", "what is imitated", "published codes", "driven", "documented", "seen", "assumed", "real org"), rows)


def _operation(one: Operation, driven: int, validated: dict[str, Validation]) -> list[str]:
    mine = [case for case in cases() if case.operation == one.id]
    seen = sum(case.evidence in {"recorded", "observed"} for case in mine)
    counts = [sum(case.evidence == "documented" for case in mine), seen, sum(case.evidence == "assumed" for case in mine)]
    return [
        f"`{one.id}`<br>{one.method} {one.path}",
        EVIDENCE[one.id].does,
        str(len(one.errors) or "–"),
        str(driven),
        *(str(count or "–") for count in counts),
        _met([validated[case.id] for case in mine if case.id in validated], len(mine)),
    ]


def _met(found: list[Validation], cases: int) -> str:
    """Say when cases met a real org, and how many agreed there."""
    if not found:
        return NEVER
    agreed = sum(one.outcome == "agrees" for one in found)
    dates = sorted({one.date for one in found})
    return f"{agreed} of {cases} agree, {dates[0] if len(dates) == 1 else f'{dates[0]} to {dates[-1]}'}"


def _made_up() -> str:
    rows = [
        (f"`{id}`", "; ".join(one.made_up) or "–", ", ".join(f"`{name}`" for name in one.settings) or "–")
        for id, one in EVIDENCE.items()
    ]
    told = [row for row in rows if row[1:] != ("–", "–")]
    return "## What no source says\n\nWhat the twin chose because somebody had to, and the settings that change it.\n\n" + _table(
        ("operation", "chosen", "settings"), told
    )


def _settings(validated: dict[str, Validation]) -> str:
    rows = []
    for one in settings():
        about = SETTINGS[one.name]
        met = [validated[case.id] for case in cases() if case.setting == one.name and case.id in validated]
        said = f"{met[0].outcome}, {met[0].date}" if met else NEVER
        rows.append([f"`{one.name}`", f"`{_word(one.values[0])}`", about.why, about.source.name, said])
    return """## Settings

Where no published material settles what the cloud does, the twin has a setting; [the others it may have, and what each decides](twin-settings.md).
Strict by default: better refused here for no reason than there for a good one. `source` is the best there is: `nowhere` is none.

""" + _table(("setting", "default", "why", "source", "real org"), rows)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _cases(validated: dict[str, Validation]) -> str:
    rows = [_case(one, validated.get(one.id)) for one in cases()]
    return """## Parity cases

The twin answers each of these as the table says, in every run of `make test`; the form of the body is compared as well
(`conformance/parity/cases.yaml`). An id that comes twice has to be the same id twice.

""" + _table(("case", "answer", "evidence", "source", "real org"), rows)


def _case(one: Case, met: Validation | None) -> list[str]:
    answer = f"{one.status} `{one.code}`" if one.code else str(one.status)
    said = NEVER if met is None else f"{met.outcome}, {met.date}" + "".join(f"<br>{line}" for line in met.says[:3])
    return [one.what, answer, one.evidence, one.source, said]


def _presets() -> str:
    rows = [(f"`{name}`", "<br>".join(f"`{_fault(fault)}`" for fault in faults)) for name, faults in PRESETS.items()]
    return """## Faults on purpose

`tieline twin --faults NAME`, or a YAML file of faults in these words. `times` is how often at most, `every` the nth call, `skip` how
many first, `probability` the chance of each call, drawn from `--fault-seed`.

""" + _table(("preset", "faults"), rows)


def _fault(fault: Any) -> str:
    return json.dumps({name: value for name, value in fault.items() if name != "name"}).replace('"', "")[1:-1]


def _limits() -> str:
    usual, strict = TwinOptions(), Strictness()
    rows = [
        ("requests a minute for each token", str(usual.limit), "`--limit`; 0 is none"),
        ("tokens a minute for each client", "none", "`--token-limit`"),
        ("life of a token", f"{usual.token_life_s} s", "`--token-life`"),
        ("largest body of a request", f"{strict.request_bytes} bytes", "`--set request_bytes=`; beyond it 413"),
        ("time for a request to come whole", f"{usual.body_timeout_s:g} s", "beyond it 408"),
        ("runs remembered", str(usual.keep_executions), "the oldest is forgotten"),
        ("exchanges in the journal", str(usual.keep_journal), "the oldest is dropped, and the journal says how many were"),
        ("tokens, uploads, triggers kept", f"{state.TOKENS_KEPT}, {state.JOBS_KEPT}, {state.TRIGGERS_MAX}", ""),
    ]
    return "## Limits\n\n" + _table(("what", "usual", "how to set it, and what happens"), rows)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE.relative_to(HERE.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
