"""Reads the pages of the codes, and runs their examples as a reader would."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tests.support.door import door_code
from tieline.capture.read import read_captures
from tieline.config.load import load_text
from tieline.diagnosis.diagnose import diagnose
from tieline.domain.flow import Flow
from tieline.preflight.caller_form import read_request
from tieline.preflight.compile import check
from tieline.preflight.merge import merged

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "errors"
SECTIONS = ("Example", "Mended", "What to do")
SECRETS = {"TIELINE_CLIENT_SECRET": "s3cret", "TIELINE_TOKEN": "t0ken", "GITHUB_WEBHOOK_SECRET": "hook"}


class Block(msgspec.Struct, frozen=True):
    """A fenced block of a page: who runs it, and its text."""

    runner: str
    text: str


class Page(msgspec.Struct, frozen=True):
    """A page: its title and its sections' blocks."""

    title: str
    sections: tuple[str, ...]
    example: Block | None
    mended: Block | None


def read_page(code: str) -> Page:
    """Read a code's page."""
    text = (PAGES / f"{code}.md").read_text("utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    named = dict(zip(parts[1::2], parts[2::2], strict=True))
    return Page(
        title=text.partition("\n")[0],
        sections=tuple(parts[1::2]),
        example=_block(named.get("Example", "")),
        mended=_block(named.get("Mended", "")),
    )


def _block(text: str) -> Block | None:
    found = re.search(r"^```(\w+) (\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return Block(found[2], found[3]) if found else None


def run(block: Block) -> set[str]:
    """Run a block; gives the codes it yields. A `test` block names the test that shows it and yields nothing here."""
    return RUNNERS[block.runner](block.text)


def _preflight(text: str) -> set[str]:
    given = json.loads(text)
    flow = msgspec.convert(given["flow"], Flow) if "flow" in given else None
    request, findings = read_request(given["request"])
    return {finding.code for finding in merged([*findings, *check(request, flow).findings])}


def _settings(text: str) -> set[str]:
    _, mistakes = load_text(text, "tieline.yaml", SECRETS)
    return {mistake.problem.code for mistake in mistakes}


def _http(text: str) -> set[str]:
    return door_code(text)


def _diagnose(text: str) -> set[str]:
    return {one.finding.code for exchange in read_captures(text, "page", {}) for one in diagnose(exchange, {}).findings}


RUNNERS: Mapping[str, Callable[[str], set[str]]] = {
    "preflight": _preflight,
    "settings": _settings,
    "http": _http,
    "diagnose": _diagnose,
}


def test_named(text: str) -> bool:
    """Tell whether the test that a `test` block names is there."""
    path, _, name = text.strip().partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    name = name.partition("[")[0].rpartition("::")[2]
    tree = ast.parse(file.read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name for node in ast.walk(tree))
