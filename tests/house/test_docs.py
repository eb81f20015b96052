"""The documentation as a whole: every page is in the index, every link leads somewhere, and the log's levels and fields are the code's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if page.parent.name != "errors")
OPERATE = (DOCS / "howto" / "operate.md").read_text("utf-8")
ROOMS = ("app", "doors", "handoff", "queue", "cloud", "routing", "preflight", "flowbook")
"""The rooms whose log lines `tieline serve` can write."""
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)#]+)", index)}
    pages = {page for page in PAGES if page.parent.name != "decisions" and page != DOCS / "README.md"}
    assert pages - linked == set()


def logged() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Give the event, level and fields of every log line in the rooms of a gateway."""
    for path in (path for room in ROOMS for path in (ROOT / "src" / "tieline" / room).glob("*.py")):
        if path.name in {"tap.py", "twin.py"} and path.parent.name == "app":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                logger = ast.unparse(node.func.value)
                if logger in {"log", "_log", "self._log"}:
                    said = node.args[0].value if isinstance(node.args[0], ast.Constant) else "bug"
                    fields = frozenset(word.arg for word in node.keywords if word.arg and word.arg != "exc_info")
                    yield str(said), LEVELS[node.func.attr], fields


def told() -> dict[str, tuple[str, set[str]]]:
    """Give the level and fields of every event in the page's table."""
    section = OPERATE.split("## The log")[1].split("\n## ")[0]
    found: dict[str, tuple[str, set[str]]] = {}
    for events, level, fields in re.findall(r"^\| (`[^|]*) \| (\w+) \| ([^|]*)\|", section, re.MULTILINE):
        for event in re.findall(r"`([^`]+)`", events):
            found[event] = (level, set(re.findall(r"`([^`]+)`", fields)))
    return found


def test_every_log_line_of_a_gateway_is_on_the_page() -> None:
    lines, page = list(logged()), told()
    assert len(lines) > 15
    assert {said for said, _, _ in lines} == set(page)
    assert [(said, level) for said, level, _ in lines if page[said][0] != level] == []
    assert [(said, fields - page[said][1]) for said, _, fields in lines if fields - page[said][1]] == []
    unheard = {
        event: fields - {one for said, _, has in lines if said == event for one in has} for event, (_, fields) in page.items()
    }
    shared = {
        "settle failed",
        "sweep failed",
        "dispatch met a problem",
        "bug",
        "a request failed",
        "a task of the gateway failed",
    }
    assert {event: fields for event, fields in unheard.items() if fields and event not in shared} == {}
