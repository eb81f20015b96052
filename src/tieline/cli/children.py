"""Child processes of the demo: started with one line of JSON as their word that they serve, stopped together.

Each has a pipe for its standard input whose other end this process alone holds: should it be killed, they stop by themselves.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tieline.problems.base import ProblemError
from tieline.problems.settings import ChildEnded

STOP_SECONDS = 15.0
"""How long a child may take to drain before it is killed."""


class Children:
    """Starts `tieline` subcommands and stops them, last started first, when the block ends."""

    def __init__(self, logs: Path) -> None:
        """Take the folder where each child's error stream is kept."""
        self._logs = logs
        self._running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        """Begin; nothing is started yet."""
        return self

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Start `tieline WORDS --json`; gives its first line once it serves. Raises `ProblemError` (TL517) when it ends first."""
        log = self._logs / f"{words[0]}.log"
        with log.open("w", encoding="utf-8") as errors:
            child = subprocess.Popen(
                [sys.executable, "-m", "tieline.cli", *words, "--json", "--stop-with-stdin"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **(env or {})},
                start_new_session=True,  # Ctrl-C is for the parent, which stops its children in order
            )
        self._running.append(child)
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            status = child.wait()
            raise ProblemError(ChildEnded(command=f"tieline {words[0]}", status=status, said=_last_line(log)))
        return dict(json.loads(line))

    def ended(self) -> bool:
        """Tell whether any child has ended by itself."""
        return any(child.poll() is not None for child in self._running)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop every child: ask first, kill what does not end in time."""
        for child in reversed(self._running):
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[0][:300] if lines else "nothing"


def free_or_any(port: int) -> int:
    """Give `port` when it can be listened on now, else 0 (any free one)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port
