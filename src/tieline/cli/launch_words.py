"""How a launch is told in a word or two: its state in its colour, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLOURS: Mapping[str, str] = {
    "QUEUED": "cyan",
    "SENDING": "cyan",
    "SCHEDULED": "yellow",
    "LAUNCHED": "green",
    "COMPLETED": "bold green",
    "FAILED": "bold red",
    "AMBIGUOUS": "magenta",
    "HELD": "magenta",
    "REFUSED": "red",
    "EXPIRED": "red",
    "CANCELLED": "dim",
    "EXHAUSTED": "red",
}


def coloured(state: str) -> str:
    """Give a state in its colour."""
    return f"[{COLOURS.get(state, 'default')}]{state}[/]"


def why(launch: Mapping[str, Any]) -> str:
    """Give the first finding of a launch, or else of its last attempt, in a word or two: its code and its reason."""
    last: Mapping[str, Any] = (launch.get("attempts") or [{}])[-1].get("outcome") or {}
    finding = (launch.get("findings") or [last.get("finding")])[0] or {}
    return f"{finding['code']} {finding.get('reason', '')}".rstrip() if finding else ""
