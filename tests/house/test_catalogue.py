"""Code, page, example and raise are held together: a fault that a person can meet has all four."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.pages import PAGES, ROOT, SECTIONS, read_page, run
from tests.house.pages import test_named as is_test_named
from tieline.problems.base import Problem
from tieline.problems.catalogue import _ROOMS, CATALOGUE

CODES = list(CATALOGUE)
SOURCE = {
    path: path.read_text("utf-8")
    for path in (ROOT / "src" / "tieline").rglob("*.py")
    if "problems" not in path.parts and "v1" not in path.parts
}
HUNDREDS = {
    "doors": "1",
    "http": "1",
    "accept": "1",
    "preflight": "2",
    "queue": "3",
    "cloud": "4",
    "settings": "5",
    "routes": "5",
    "flows": "5",
    "contract": "5",
    "diagnosis": "6",
    "capture": "6",
    "source": "6",
    "doctor": "6",
    "tap": "6",
    "twin": "5",
    "bugs": "9",
}


def test_no_code_and_no_reason_is_given_twice() -> None:
    kinds = [kind for room in _ROOMS for kind in vars(room).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    own = [kind for kind in set(kinds) if "code" in vars(kind)]
    assert len({kind.code for kind in own}) == len(own)
    assert len({kind.reason for kind in own}) == len(own)


def test_every_module_of_problems_is_in_the_catalogue() -> None:
    modules = {path.stem for path in (ROOT / "src" / "tieline" / "problems").glob("*.py")}
    assert modules - {"__init__", "base", "catalogue"} == {room.__name__.rpartition(".")[2] for room in _ROOMS}


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_its_room_and_its_reason(code: str) -> None:
    kind = CATALOGUE[code]
    assert re.fullmatch(r"TL\d{3}", code)
    assert code[2] == HUNDREDS[kind.__module__.rpartition(".")[2]]
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", kind.reason)
    assert kind.title[:1].isupper()
    assert not kind.title.endswith(".")


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_raised_somewhere(code: str) -> None:
    name = re.compile(rf"\b{CATALOGUE[code].__name__}\b")
    assert any(name.search(text) for text in SOURCE.values()), f"{code} is never raised"


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_page_with_its_sections(code: str) -> None:
    page = read_page(code)
    assert page.title == f"# {code} {CATALOGUE[code].reason}"
    assert [section for section in SECTIONS if section in page.sections] == list(page.sections)
    assert page.example is not None, f"{code}: no example that something runs"
    assert "What to do" in page.sections


def test_no_page_is_without_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_example_yields_the_code_and_the_mended_one_does_not(code: str) -> None:
    page = read_page(code)
    assert page.example is not None
    if page.example.runner == "test":
        assert is_test_named(page.example.text), f"{code}: no such test: {page.example.text.strip()}"
        return
    assert run(page.example) == {code}
    assert page.mended is not None
    assert code not in run(page.mended)


@pytest.mark.parametrize("code", CODES)
def test_the_line_is_in_the_house_style(code: str) -> None:
    """Lower case, no final stop; checked on the text of the class, where every line is built."""
    text = Path(str(__import__(CATALOGUE[code].__module__, fromlist=["_"]).__file__)).read_text("utf-8")
    body = text.split(f'"{code}"')[1].split("\nclass ")[0]
    lines = re.findall(r"def line\(self\).*?(?=\n    def |\Z)", body, re.DOTALL)
    for returned in re.findall(r'return \(?\s*f?"(.*?)"\n', lines[0] if lines else "", re.DOTALL):
        assert not returned.endswith("."), f"{code}: {returned}"
        assert not re.match(r"[A-Z][a-z]", returned), f"{code}: {returned}"
