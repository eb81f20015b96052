"""Any text at all under the name of a source file yields calls or none: never a traceback, and never without end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieline.capture.source.find import read_source
from tieline.cli.diagnose_source import judge

PROGRAMS = sorted((Path(__file__).parent.parent / "golden" / "source").rglob("*.*"))
SUFFIXES = (".go", ".py", ".ts", ".js", ".java", ".cs")
SIGN = b"\n// /api/v2/flows/executions flowId\n"


def _read(folder: Path, suffix: str, code: bytes) -> None:
    file = folder / f"program{suffix}"
    file.write_bytes(code)
    for call in read_source(file):
        assert judge(call, {}).exchange.place.line >= 1


@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_any_bytes(tmp_path: Path, code: bytes, suffix: str) -> None:
    _read(tmp_path, suffix, code + SIGN)


@given(st.sampled_from(PROGRAMS), st.integers(0, 2**32))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_a_program_with_pieces_gone_moved_and_doubled(tmp_path: Path, program: Path, seed: int) -> None:
    chance, code = random.Random(seed), program.read_bytes()
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(code) + 1)
        end = min(len(code), start + chance.randint(0, 80))
        at = chance.randrange(len(code) + 1)
        piece = code[start:end]
        code = chance.choice(
            [
                code[:start] + code[end:],
                code[:at] + piece + code[at:],
                code[:at] + b"({[\"'`"[:: chance.choice([1, 2])] + code[at:],
            ]
        )
    _read(tmp_path, program.suffix, code)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "piece", ["(", "[", "{", "a(", "a.b(", "x + ", "!", "a ? b : ", "if (a) {", '"a" + ', "-", "=>", "f(g(", "[[", "<a>"]
)
def test_what_is_nested_thousands_deep(tmp_path: Path, suffix: str, piece: str) -> None:
    head = 'x = "https://api.mypurecloud.com/api/v2/flows/executions"; flowId = '
    _read(tmp_path, suffix, (head + piece * 5_000).encode())
    _read(
        tmp_path,
        suffix,
        (
            head + piece * 3_000 + "1" + "".join({"(": ")", "[": "]", "{": "}"}.get(one, "") for one in reversed(piece)) * 3_000
        ).encode(),
    )
