"""Tells a diagnosis to programs: one JSON object for an exchange, SARIF for code review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tieline.capture.coding import percent_encode
from tieline.diagnosis.finding import Diagnosed, Diagnosis, Role
from tieline.problems.base import page_of


def diagnosis_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Give what is said of one exchange as one JSON object."""
    exchange = diagnosis.exchange
    told: dict[str, Any] = {
        "id": exchange.id,
        "form": exchange.form,
        "file": exchange.place.file,
        "line": exchange.place.line or None,
        "sound": diagnosis.sound,
        "cannot_tell": diagnosis.cannot_tell,
        "findings": [diagnosed_json(one) for one in diagnosis.findings],
        "mended": {} if diagnosis.mended is None else {"curl": diagnosis.mended.curl, "json": diagnosis.mended.body},
        "check": diagnosis.check,
    }
    return told


def diagnosed_json(one: Diagnosed) -> dict[str, Any]:
    """Give one finding with its rule and role."""
    finding = one.finding
    return {
        "code": finding.code,
        "reason": finding.reason,
        "rule": one.rule.value,
        "at": finding.at,
        "role": one.role.value,
        "says": finding.line,
        "why": one.why,
        "help": finding.help,
        "suggestion": finding.suggestion,
        "page": finding.page,
    }


_LEVELS = {Role.CAUSE: "error", Role.POSSIBLE: "warning", Role.NEXT: "warning", Role.SIDE: "note"}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def level_of(role: Role) -> str:
    """Give the level a role has for code review: error, warning or note."""
    return _LEVELS[role]


def sarif(diagnoses: Iterable[Diagnosis], version: str, places: Sequence[dict[str, tuple[int, int]]] = ()) -> dict[str, Any]:
    """Give diagnoses as one SARIF 2.1.0 log. `places` are, for each diagnosis, the lines and columns of places in the body."""
    results: list[dict[str, Any]] = []
    rules: dict[str, dict[str, Any]] = {}
    for index, diagnosis in enumerate(diagnoses):
        known = places[index] if index < len(places) else {}
        for one in diagnosis.findings:
            finding = one.finding
            rules.setdefault(
                finding.code,
                {
                    "id": finding.code,
                    "name": finding.reason,
                    "helpUri": page_of(finding.code),
                    "shortDescription": {"text": one.rule.value},
                },
            )
            results.append(_result(diagnosis, one, known))
    driver = {"name": "tieline", "version": version, "informationUri": "https://tieline.dev", "rules": list(rules.values())}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(diagnosis: Diagnosis, one: Diagnosed, known: dict[str, tuple[int, int]]) -> dict[str, Any]:
    finding, place = one.finding, diagnosis.exchange.place
    row, column = place_of(one, diagnosis, known)
    return {
        "ruleId": finding.code,
        "level": level_of(one.role),
        "message": {"text": f"{finding.line}; {finding.help}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(place.file)},
                    "region": {"startLine": row, "startColumn": column},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.at or "body"}],
            }
        ],
        "properties": {"role": one.role.value, "rule": one.rule.value, "exchange": diagnosis.exchange.id},
    }


def _uri(file: str) -> str:
    """Write a path as the URI reference that a log must hold."""
    return "/".join(percent_encode(part) for part in file.replace("\\", "/").split("/"))


def place_of(one: Diagnosed, diagnosis: Diagnosis, known: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Give the line and column (from 1) a finding is shown at: its own where they are known, else those of the exchange."""
    at = one.finding.at
    while at not in known and "/" in at:
        at = at.rpartition("/")[0]
    if at in known:
        return known[at]
    facts = one.finding.metadata
    if diagnosis.exchange.form == "body" and "row" in facts:
        return int(facts["row"]), int(facts["column"])
    return max(diagnosis.exchange.place.line, 1), 1
