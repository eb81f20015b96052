"""The committed stubs are those of the committed proto files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_python_stubs_are_current(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "proto" / "generate.py", "--out", tmp_path], check=True, capture_output=True, timeout=100
    )
    fresh = {path.name: path.read_bytes() for path in (tmp_path / "tieline" / "v1").glob("*_pb2*.py*")}
    kept = {path.name: path.read_bytes() for path in (ROOT / "src" / "tieline" / "v1").glob("*_pb2*.py*")}
    assert fresh
    assert kept == fresh, "run `make proto`"


def test_the_go_stubs_are_of_the_same_messages() -> None:
    """Without Go here, hold the descriptor each file embeds: every message and method of the proto files is in it."""
    stubs = "".join(path.read_text("utf-8") for path in (ROOT / "clients" / "go" / "tieline" / "v1").glob("*.go"))
    for proto in (ROOT / "proto" / "tieline" / "v1").glob("launch*.proto"):
        for line in proto.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] in (["message"], ["rpc"]):
                assert words[1].partition("(")[0] in stubs, f"clients/go lacks {words[1]}"
