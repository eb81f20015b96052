"""The house holds itself to its own rules."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from tieline.domain.launch import CANCELLABLE, NEXT, REPLAYABLE, SETTLED, State
from tieline.domain.states import picture

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "tieline"
INITS = sorted(SRC.rglob("__init__.py"))
PORTS = {"queue": "Queue", "cloud": "Cloud", "flowbook": "FlowBook"}


@pytest.mark.parametrize("init", INITS, ids=lambda path: path.parent.name)
def test_a_room_says_what_it_is_for_and_nothing_else(init: Path) -> None:
    tree = ast.parse(init.read_text("utf-8"))
    assert len(tree.body) == 1, f"{init} holds more than its docstring"
    doc = ast.get_docstring(tree)
    assert doc is not None
    assert "\n" not in doc


def test_every_room_has_an_init() -> None:
    folders = {path.parent for path in SRC.rglob("*.py")}
    assert folders == {init.parent for init in INITS}


@pytest.mark.parametrize(("room", "name"), PORTS.items())
def test_what_looks_like_a_port_subclasses_it(room: str, name: str) -> None:
    """A class in a port's room with all of the port's methods is an implementation, and says so."""
    port = getattr(import_module(f"tieline.{room}.port"), name)
    verbs = port.__abstractmethods__
    found = 0
    for path in (SRC / room).rglob("*.py"):
        module = import_module(".".join(path.relative_to(SRC.parent).with_suffix("").parts))
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and kind is not port and all(hasattr(kind, verb) for verb in verbs):
                assert issubclass(kind, port), f"{kind} has every verb of {port} and does not subclass it"
                found += 1
    assert found


def test_every_state_has_a_row_and_the_sets_follow_from_the_table() -> None:
    assert set(NEXT) == set(State)
    reachable = {State.QUEUED} | {after for following in NEXT.values() for after in following}
    assert reachable == set(State)
    assert all(State.QUEUED in NEXT[state] for state in REPLAYABLE)
    assert CANCELLABLE == {State.QUEUED, State.SCHEDULED}
    assert set(State) - SETTLED == {State.QUEUED, State.SENDING, State.SCHEDULED}


def test_the_picture_of_the_states_is_the_table() -> None:
    page = (ROOT / "docs" / "explanation" / "states.md").read_text("utf-8")
    assert picture() in page, "docs/explanation/states.md is not what `python -m tieline.domain.states` prints"


def test_no_lock_file_has_an_address() -> None:
    locks = [*ROOT.glob("requirements/*.txt"), *ROOT.rglob("package-lock.json")]
    assert locks
    for lock in locks:
        if ".venv" not in lock.parts:
            assert not re.search(r"https?://|--index-url|--find-links|\"resolved\"", lock.read_text("utf-8")), lock


def test_every_pin_has_a_hash() -> None:
    for lock in ROOT.glob("requirements/*.txt"):
        pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        assert pins
        assert all("--hash=sha256:" in pin for pin in pins), lock


def test_every_make_target_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    listed = set(re.findall(r"^([a-z-]+):.*?## ", makefile, re.MULTILINE))
    assert phony == listed


def test_make_without_a_target_lists_the_targets() -> None:
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check"):
        assert f"make {target}" in said
