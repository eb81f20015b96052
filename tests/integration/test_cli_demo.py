"""The demo's child processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tieline.cli.children import Children
from tieline.problems.base import ProblemError


def test_a_child_that_ends_is_named(tmp_path: Path) -> None:
    with Children(tmp_path) as children, pytest.raises(ProblemError, match="TL517 `tieline serve` ended with 3") as caught:
        children.start("serve", "--config", str(tmp_path / "none.yaml"))
    assert "TL507" in str(caught.value)


def test_children_are_stopped_when_the_block_ends(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        ready = children.start("twin", "--port", "0")
        assert ready["url"].startswith("http://127.0.0.1:")
        assert not children.ended()
    assert children.ended()


@pytest.mark.parametrize("words", [("twin", "--port", "0"), ("tap", "--to", "http://127.0.0.1:9")], ids=lambda words: words[0])
def test_what_serves_stops_well_when_its_standard_input_ends(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "tieline.cli", *words, "--json", "--stop-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"what comes in is thrown away\n")
        child.stdin.flush()
        assert b'"url"' in child.stdout.readline()
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(30) == 0
