"""Validation records: what a real org answered to each case, on a day. They hold outcomes and forms, nothing of the org itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from conformance.parity.walk import Result

FOLDER = Path(__file__).parent / "records"


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """How a case went on a real org when it was last walked there."""

    date: str
    outcome: Literal["agrees", "differs"]
    says: tuple[str, ...] = ()


def write(results: Mapping[str, Result], date: str, folder: Path = FOLDER) -> Path:
    """Write the record of a day (`2026-12-01`); gives the file. Skipped cases are not in it."""
    walked = {id: msgspec.to_builtins(one) for id, one in results.items() if one.outcome != "skipped"}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{date}.json"
    file.write_text(json.dumps({"date": date, "cases": walked}, indent=1) + "\n", "utf-8")
    return file


def read(folder: Path = FOLDER) -> dict[str, Validation]:
    """Give the newest validation of each case."""
    found: dict[str, Validation] = {}
    for file in sorted(folder.glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        for id, one in told["cases"].items():
            found[id] = msgspec.convert({"date": told["date"], **one}, Validation)
    return found
