"""Holds what was launched against what a test expects, and says in words how the two differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tieline.testing.told import Launched

SHOWN = 10
"""How many launches a message names."""


def fits(one: Launched, flow: str | None, inputs: Mapping[str, Any] | None, name: str | None) -> bool:
    """Whether a launch is what is meant: of this flow (name or id), under this name, with at least these inputs."""
    return (
        (flow is None or flow in (one.flow, one.flow_id))
        and (name is None or one.name == name)
        and (inputs is None or all(_has(one.inputs, key, value) for key, value in inputs.items()))
    )


def differs(launches: Sequence[Launched], wanted: str, found: int, times: int | None) -> str:
    """Say what was expected and what there was."""
    many = "at least one launch" if times is None else "one launch" if times == 1 else f"{times} launches"
    there = "\n".join(f"  {_shown(one)}" for one in launches[-SHOWN:]) or "  (nothing was launched)"
    more = f"\n  and {len(launches) - SHOWN} before them" if len(launches) > SHOWN else ""
    return f"expected {many} {wanted}, found {found}; what was launched:\n{there}{more}"


def described(flow: str | None, inputs: Mapping[str, Any] | None, name: str | None) -> str:
    """Say which launches are meant."""
    parts = [f"of {flow!r}" if flow is not None else "of any flow"]
    if name is not None:
        parts.append(f"named {name!r}")
    if inputs is not None:
        parts.append(f"with inputs {json.dumps(dict(inputs), default=str)}")
    return " ".join(parts)


def _has(given: Mapping[str, Any], key: str, value: Any) -> bool:
    """Whether the inputs hold this value; the name may be given without `Flow.`."""
    full = key if key in given else f"Flow.{key}"
    if full not in given:
        return False
    seen = given[full]
    return bool(seen == value) and isinstance(seen, bool) == isinstance(value, bool)


def _shown(one: Launched) -> str:
    named = "" if one.name in (None, one.flow) else f" named {one.name!r}"
    return f"{one.flow} {one.version}{named} with inputs {json.dumps(one.inputs, default=str)}"
