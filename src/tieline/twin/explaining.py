"""Puts what an outside function says of a refused launch into a response header: bounded, and in ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from tieline.twin.options import Explain, Sent

FINDINGS = "Tieline-Findings"
"""The header; not the cloud's. One finding after the other, parted by ` | `."""
HEADER_MAX = 4000
"""The most characters of the header."""
_log = structlog.get_logger("tieline.twin")


def findings(explain: Explain, sent: Sent, flows: Mapping[str, Any]) -> str:
    """Ask for the faults of a refused launch and write them as a header's value; empty when there is nothing to say.

    A function that fails costs the explanation, never the answer.
    """
    try:
        lines = explain(sent, flows)
    except Exception as error:  # noqa: BLE001 - a guest's function at the boundary: the twin answers without it
        _log.error("explanation failed", exc_info=error)
        return ""
    return header_value(lines)


def header_value(lines: list[str]) -> str:
    """Join lines into one header value: other characters than printable ASCII are escaped, what is too long is counted."""
    value = " | ".join(lines)
    if len(value) <= HEADER_MAX and value.isascii() and value.isprintable():
        return value
    value = ""
    for number, line in enumerate(lines):
        text = line if line.isascii() and line.isprintable() else _escaped(line)
        joined = f"{value} | {text}" if value else text
        if len(joined) > HEADER_MAX:
            rest = f"and {len(lines) - number} more"
            return f"{value} | {rest}" if value else text[:HEADER_MAX]
        value = joined
    return value


def _escaped(line: str) -> str:
    text = " ".join(line.split()).encode("ascii", "backslashreplace").decode("ascii")
    return "".join(character if character.isprintable() else "?" for character in text)
