"""The Makefile's choice of Python, with stand-ins for the interpreters: the one that is named is the one .venv is made by."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTERPRETER = """#!/bin/sh
case "$*" in
  *sys.exit*) exit {unfit} ;;
  *version_info*) echo {version} ;;
  '-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "$3 by {version}" >> made ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile, and three interpreters that do as little as it needs."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    for version, unfit in {"3.10.1": 1, "3.11.7": 0, "3.13.0": 0}.items():
        interpreter = tmp_path / f"python{version}"
        interpreter.write_text(INTERPRETER.format(version=version, unfit=unfit), "utf-8")
        interpreter.chmod(0o755)
    return tmp_path


def make(folder: Path, *words: str) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHON", "MAKEFLAGS", "MAKELEVEL"}}
    command = ["make", "--no-print-directory", ".venv/ready-uv", *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def made(folder: Path) -> list[str]:
    return (folder / "made").read_text("utf-8").splitlines()


def test_a_venv_of_the_python_that_is_named_is_kept(folder: Path) -> None:
    for _ in range(2):
        assert make(folder, "PYTHON=./python3.11.7")[0] == 0
    assert made(folder) == [".venv by 3.11.7"]


def test_a_venv_of_another_python_is_made_anew_and_says_so(folder: Path) -> None:
    make(folder, "PYTHON=./python3.11.7")
    (folder / ".venv" / "ready-dev").touch()
    status, said = make(folder, "PYTHON=./python3.13.0")
    assert (status, said) == (0, ".venv was made by Python 3.11.7; making it anew with ./python3.13.0\n")
    assert made(folder) == [".venv by 3.11.7", ".venv by 3.13.0"]
    assert not (folder / ".venv" / "ready-dev").exists()


def test_a_venv_is_kept_where_no_python_is_named(folder: Path) -> None:
    make(folder, "PYTHON=./python3.13.0")
    assert make(folder) == (0, "make: '.venv/ready-uv' is up to date.\n")
    assert made(folder) == [".venv by 3.13.0"]


@pytest.mark.parametrize("named", ["./python3.10.1", "./none"])
def test_a_python_that_does_not_fit_is_said_and_the_venv_is_kept(folder: Path, named: str) -> None:
    make(folder, "PYTHON=./python3.11.7")
    status, said = make(folder, f"PYTHON={named}")
    assert status != 0
    assert f"Tieline needs Python 3.11, 3.12 or 3.13; {named} is none" in said
    assert (folder / ".venv" / "bin" / "python").is_file()
