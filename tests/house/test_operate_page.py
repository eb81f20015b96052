"""docs/howto/operate.md says what the code does: each exit code, each state that needs a person, each event of the log."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tieline.cli.say import EXIT_CODES
from tieline.domain.launch import State

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "operate.md").read_text("utf-8")
ROOMS = ("app", "cloud", "doors", "handoff", "queue", "flowbook")
"""The rooms a gateway consists of; tap and twin have logs of their own."""


def logged() -> set[str]:
    """Give the first word of every call of a log in a gateway's rooms, as it stands in the code."""
    found: set[str] = set()
    for file in (file for room in ROOMS for file in (ROOT / "src" / "tieline" / room).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                owner = ast.unparse(node.func.value)
                if owner in {"log", "self._log"} and isinstance(node.args[0], ast.Constant):
                    found.add(str(node.args[0].value))
    return found


def test_every_exit_code_stands_in_its_table() -> None:
    assert dict(re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)) == {
        str(code): says for code, says in EXIT_CODES.items()
    }


def test_every_event_of_the_log_stands_in_its_table_and_no_other() -> None:
    table = PAGE.partition("| event | level |")[2].partition("\n\n")[0]
    named = {name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)}
    assert named == logged()


def test_the_states_it_names_are_states() -> None:
    table = PAGE.partition("| state | why |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| ([A-Z]+) \|", table, re.MULTILINE)) <= set(State)
