"""Real gateway and twin processes for tests: started on free ports, told apart by their one line of JSON, always ended."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

START_SECONDS = 60.0


class Process:
    """A `tieline` subcommand with `--json`, as a process of its own. `ready` is its first line.

    `log` is the folder of what it says, the working folder unless told otherwise; with `bare` it has no environment but `env`.
    """

    def __init__(
        self, *words: str, cwd: Path, env: Mapping[str, str] | None = None, log: Path | None = None, bare: bool = False
    ) -> None:
        self._log = ((log or cwd) / f"{words[0]}.log").open("a+", encoding="utf-8")
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tieline.cli", *words, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=cwd,
            env={**({} if bare else os.environ), **(env or {})},
            text=True,
        )
        self.ready: dict[str, Any] = json.loads(self._first_line())

    def _first_line(self) -> str:
        assert self.child.stdout is not None
        readable, _, _ = select.select([self.child.stdout], [], [], START_SECONDS)
        line = self.child.stdout.readline() if readable else ""
        if not line:
            self.end(signal.SIGKILL)
            raise AssertionError(f"{self.child.args!r} did not serve; it said:\n{self.said()}")
        return line

    def said(self) -> str:
        self._log.seek(0)
        return self._log.read()

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait for the end; gives the exit status."""
        if self.child.poll() is None:
            self.child.send_signal(with_signal)
        status = self.child.wait(30)
        assert self.child.stdout is not None
        self.child.stdout.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end(signal.SIGKILL)
        self._log.close()


SECRETS = {"TIELINE_CLIENT_SECRET": "s3cret"}


def settings(cloud_url: str, more: str = "", *, pace: str = "{ limit: 0, in_flight: 8 }") -> str:
    """Give a small tieline.yaml with free ports, a store in the working folder, and an unpaced environment."""
    return f"""\
http: {{ listen: "127.0.0.1:0" }}
grpc: {{ listen: "127.0.0.1:0" }}
queue: {{ path: tieline.db }}
environments:
  test:
    url: {cloud_url}
    client_id: client
    client_secret: {{ env: TIELINE_CLIENT_SECRET }}
    pace: {pace}
{more}"""
