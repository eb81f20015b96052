"""Programs as people write them: each call that launches a flow says in a comment (`//~`, `# ~`) what is to be found in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tieline.capture.source.find import read_source
from tieline.cli.diagnose_source import judge

FOLDER = Path(__file__).parent / "source"
PROGRAMS = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*"))
_MARK = re.compile(r"(?://|#) ?~ (.*)")


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_call_is_found_and_judged(program: str, tmp_path: Path) -> None:
    text = (FOLDER / program).read_text("utf-8")
    file = tmp_path / Path(program).name
    file.write_text(_MARK.sub("", text))
    assert _found(file) == _wanted(text)


def _wanted(text: str) -> dict[int, set[str]]:
    marked = {number: _MARK.search(line) for number, line in enumerate(text.splitlines(), 1)}
    return {
        number: set() if mark[1] == "sound" else {one.strip() for one in mark[1].split(";")}
        for number, mark in marked.items()
        if mark is not None
    }


def _found(file: Path) -> dict[int, set[str]]:
    told = {call.exchange.place.line: judge(call, {}) for call in read_source(file, told=lambda done, of: None)}
    return {
        line: {f"{one.finding.code} {one.finding.at or '-'} {one.role}" for one in diagnosis.findings}
        for line, diagnosis in told.items()
    }
