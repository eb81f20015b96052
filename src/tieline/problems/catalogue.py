"""Every problem there is, by code; the one list that pages, `tieline explain` and the house tests go by."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from tieline.problems import (
    accept,
    bugs,
    capture,
    cloud,
    contract,
    diagnosis,
    doctor,
    doors,
    flows,
    http,
    preflight,
    queue,
    routes,
    settings,
    source,
    tap,
    twin,
)
from tieline.problems.base import Problem

_ROOMS: tuple[ModuleType, ...] = (
    doors, http, accept, preflight, queue, cloud, settings, routes, flows, contract, diagnosis, capture, source, doctor, tap, twin, bugs,
)  # fmt: skip


def _all() -> dict[str, type[Problem]]:
    kinds = [
        kind
        for room in _ROOMS
        for kind in vars(room).values()
        if isinstance(kind, type) and issubclass(kind, Problem) and kind.__module__ == room.__name__ and "code" in vars(kind)
    ]
    return {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.code)}


CATALOGUE: Mapping[str, type[Problem]] = _all()
"""Code to problem, in order of code."""
