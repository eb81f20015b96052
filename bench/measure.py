"""What the benchmarks share: child processes, a closed loop of callers, and a table of ratios."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 5
ROOT = Path(__file__).parents[1]


@contextmanager
def child(*words: str, cwd: Path | None = None, **env: str) -> Iterator[dict[str, Any]]:
    """Start a Python child that prints one line of JSON when it serves; end it with the block."""
    process = subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        text=True,
        cwd=cwd or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


async def rate(call: Callable[[int], Awaitable[None]], seconds: float, callers: int) -> float:
    """Let so many callers call one after another for a time; gives calls per second."""
    end = time.perf_counter() + seconds
    done = 0

    async def caller(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await call(number)
            done += 1

    start = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    return done / (time.perf_counter() - start)


def paired(ours: Callable[[], float], ceiling: Callable[[], float]) -> tuple[float, float, float]:
    """Measure both in turn, several rounds; gives the medians of ours, of the ceiling, and of the ratio of each pair."""
    pairs = [(ours(), ceiling()) for _ in range(ROUNDS)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def sync_cost() -> float:
    """Give the median cost of a small write and fdatasync here, in milliseconds: durable figures mean nothing without it."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        handle = os.open(Path(folder) / "f", os.O_CREAT | os.O_WRONLY)
        for _ in range(200):
            start = time.perf_counter()
            os.write(handle, b"x" * 4096)
            os.fdatasync(handle)
            costs.append(time.perf_counter() - start)
        os.close(handle)
    return median(costs) * 1000


class Table:
    """Rows of a benchmark: what, ours, the ceiling, the ratio, and the aim where there is one."""

    def __init__(self, title: str, unit: str) -> None:
        print(
            f"\n{title}   ({platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, write+fdatasync {sync_cost():.2f} ms)"
        )
        print(f"{'':44} {'ours':>12} {'ceiling':>12} {'ratio':>7} {'aim':>6}   {unit}")

    def row(self, what: str, figures: tuple[float, float, float], aim: float | None = None) -> None:
        ours, ceiling, ratio = figures
        print(f"{what:44} {ours:12,.0f} {ceiling:12,.0f} {ratio:7.2f} {f'{aim:.2f}' if aim else '':>6}", flush=True)
