"""Reads a page's fenced blocks, and runs commands in one bash, as a reader would; what a `text` block shows must have been said."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

PATIENCE_SECONDS = 60


class Block(msgspec.Struct, frozen=True):
    """A fenced block: the words after its fence, its text, and the `text` block right after it."""

    words: str
    text: str
    shows: str = ""


def blocks_of(page: Path) -> list[Block]:
    """Give the blocks of a page in order; what a shell block shows is part of it."""
    found = [Block(words, text) for words, text in re.findall(r"^```([^\n]+)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)]
    blocks: list[Block] = []
    for block in found:
        if block.words == "text" and blocks and not blocks[-1].shows:
            blocks[-1] = msgspec.structs.replace(blocks[-1], shows=block.text)
        else:
            blocks.append(block)
    return blocks


class Shell:
    """One bash that keeps variables and functions from block to block. `moved` are words written otherwise here, such as ports.

    What is started with `serve` ends with the block of the shell.
    """

    def __init__(self, folder: Path, moved: dict[str, str]) -> None:
        self._folder = folder
        self.moved = moved
        self._kept = folder / ".shell"
        self._kept.write_text("", "utf-8")
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")} | {"NO_COLOR": "1"}
        self._env["PATH"] = f"{Path(sys.executable).parent}:{self._env.get('PATH', '')}"
        self._serving: list[subprocess.Popen[str]] = []

    def here(self, text: str) -> str:
        """Write a text with this run's addresses."""
        for written, ours in self.moved.items():
            text = text.replace(written, ours)
        return text

    def run(self, text: str) -> tuple[int, str]:
        """Run one block; gives how it ended and all it said."""
        keep = f"{{ declare -p | grep -v '^declare -[a-zA-Z]*r'; declare -f; }} > {self._kept}"
        child = self._bash(f"{self.here(text)}\nstatus=$?\n{keep}\nexit $status")
        with child:
            try:
                said, _ = child.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                raise
        return child.returncode, said

    def serve(self, command: str, says: str) -> str:
        """Start a command that serves on; gives the first line it says that holds these words, or all it said when it ends first."""
        child = self._bash(f"exec {self.here(command)}")
        self._serving.append(child)
        assert child.stdout is not None
        said = ""
        for line in child.stdout:
            if says in line:
                return line
            said += line
        return said

    def stop(self) -> list[int]:
        """Stop what serves, as Ctrl-C does; gives how each ended."""
        for child in self._serving:
            child.send_signal(signal.SIGINT)
        ended = [child.wait(PATIENCE_SECONDS) for child in self._serving]
        for child in self._serving:
            assert child.stdout is not None
            child.stdout.close()
        self._serving.clear()
        return ended

    def check(self, block: Block) -> None:
        """Run a block and hold what it said against what the page shows: each line's parts, in their order."""
        status, said = self.run(block.text)
        at = 0
        for part in re.split(r"\s*\.\.\.\s*|\n", self.here(block.shows).strip()):
            found = said.find(part, at)
            assert found >= 0, f"the page shows {part!r}, and this says\n{said}\nafter\n{block.text}"
            at = found + len(part)
        assert block.shows or status == 0, f"{block.text}\nended with {status} and said\n{said}"

    def _bash(self, script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", f". {self._kept} 2>/dev/null\n{script}"],
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
