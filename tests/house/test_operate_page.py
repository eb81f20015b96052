"""docs/howto/operate.md says what the code does: each exit code, each state that needs a person (its log: test_docs.py)."""

from __future__ import annotations

import re
from pathlib import Path

from tieline.cli.say import EXIT_CODES
from tieline.domain.launch import State

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "operate.md").read_text("utf-8")


def test_every_exit_code_stands_in_its_table() -> None:
    assert dict(re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)) == {
        str(code): says for code, says in EXIT_CODES.items()
    }


def test_the_states_it_names_are_states() -> None:
    table = PAGE.partition("| state | why |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| ([A-Z]+) \|", table, re.MULTILINE)) <= set(State)
