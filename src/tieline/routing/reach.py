"""Tells which routes no event can reach, because an earlier one takes all that they would."""

from __future__ import annotations

from collections.abc import Sequence

from tieline.routing.options import RouteOptions


def hidden_by(options: Sequence[RouteOptions], index: int) -> int | None:
    """Give the first route before `index` that takes every event this one would; None when some event can reach it."""
    later = options[index]
    return next((number for number, earlier in enumerate(options[:index]) if _takes_all(earlier, later)), None)


def _takes_all(earlier: RouteOptions, later: RouteOptions) -> bool:
    """Tell whether one route takes all of another's events, by source, type and the condition as it is written."""
    if earlier.when is not None and earlier.when != later.when:
        return False
    sources = not earlier.sources or (bool(later.sources) and set(later.sources) <= set(earlier.sources))
    types = not earlier.types or (bool(later.types) and all(_covered(kind, earlier.types) for kind in later.types))
    return sources and types


def _covered(kind: str, by: Sequence[str]) -> bool:
    return any(kind == wanted or (wanted.endswith("*") and kind.startswith(wanted[:-1])) for wanted in by)
