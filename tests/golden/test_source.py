"""Programs as people write them: each call that launches a flow says in a comment (`//~`, `# ~`) what is to be found in it.

`source/LANGUAGE` holds programs of one file; each folder of `source/projects` is a program of one file or several.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tieline.capture.source.find import read_source
from tieline.cli.diagnose_source import judge

FOLDER = Path(__file__).parent / "source"
PROJECTS = sorted(path.relative_to(FOLDER).as_posix() for path in (FOLDER / "projects").iterdir())
FILES = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*") if "projects" not in path.relative_to(FOLDER).parts
)
_MARK = re.compile(r"(?://|#) ?~ (.*)")
Told = dict[tuple[str, int], set[str]]


@pytest.mark.parametrize("program", [*FILES, *PROJECTS])
def test_each_call_is_found_and_judged(program: str, tmp_path: Path) -> None:
    marked, bare = FOLDER / program, tmp_path / Path(program).name
    if marked.is_dir():
        shutil.copytree(marked, bare)
    else:
        shutil.copy(marked, bare)
    wanted: Told = {}
    for file in [path for path in (bare, *bare.rglob("*")) if path.is_file()]:
        text = file.read_text("utf-8")
        wanted |= _wanted(file, text)
        file.write_text(_MARK.sub("", text))
    assert _found(bare) == wanted


def _wanted(file: Path, text: str) -> Told:
    marked = {(file.name, number): _MARK.search(line) for number, line in enumerate(text.splitlines(), 1)}
    return {
        place: set() if mark[1] == "sound" else {one.strip() for one in mark[1].split(";")}
        for place, mark in marked.items()
        if mark is not None
    }


def _found(path: Path) -> Told:
    found: Told = {}
    for call in read_source(path, told=lambda done, of: None):
        assert call.exchange.place is not None
        place = (Path(call.exchange.place.file).name, call.exchange.place.line)
        found[place] = {f"{one.finding.code} {one.finding.at or '-'} {one.role}" for one in judge(call, {}).findings}
    return found
