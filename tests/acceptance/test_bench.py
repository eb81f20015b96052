"""The benchmarks run and print their ratios; what the figures are is nobody's business here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("bench", "much", "rows"), [("accept", "0.02", 10), ("dispatch", "20", 1)])
def test_a_benchmark_prints_its_ratios(bench: str, much: str, rows: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}", much], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(re.findall(r" [\d,]+ +[\d,]+ +\d+\.\d\d", done.stdout)) == rows, done.stdout


def test_the_tap_is_measured_beside_a_direct_call() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.tap", "5"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^\w.*( +\d+\.\d\d){2} +-?\d+\.\d\d +\d+\.\d\d", done.stdout, re.MULTILINE)) == 3, done.stdout
