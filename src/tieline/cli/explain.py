"""`tieline explain`: prints the page of a code, or lists every code."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown

from tieline.cli.say import aligned, as_json, out
from tieline.problems.base import ProblemError, nearest, page_of
from tieline.problems.catalogue import CATALOGUE
from tieline.problems.settings import UnknownCode

app = typer.Typer(add_completion=False)

# Installed, the pages stand beside the catalogue; in a checkout they stand in docs/errors.
_PAGES = (Path(__file__).parents[1] / "problems" / "pages", Path(__file__).parents[3] / "docs" / "errors")


@app.command()
def explain(
    code: str = typer.Argument(
        "",
        help="A code such as TL204, or a reason such as INPUT_UNKNOWN. Left out: list them all.",
        metavar="[CODE]",
        autocompletion=lambda: [(code, kind.title) for code, kind in CATALOGUE.items()],
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON object (a line for each code when listing)."),
) -> None:
    """Print what a code means, an example of it, and the mend."""
    if not code:
        _list(json)
        return
    found = _find(code)
    page = read_page(found)
    if json:
        kind = CATALOGUE[found]
        as_json(
            {"code": found, "reason": kind.reason, "title": kind.title, "actor": kind.actor, "url": page_of(found), "page": page}
        )
    else:
        _show(_for_a_person(page))


def _show(page: str) -> None:
    """Lay a page out for a terminal; anywhere else it stays as it is, so that no line of it is cut or wrapped."""
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(Markdown(page))
    else:
        out().print(page, markup=False, end="")


def _for_a_person(page: str) -> str:
    """Leave out the example of a page that only names the test which shows it."""
    return re.sub(r"^## Example\n\n```text test\n.*?^```\n\n", "", page, flags=re.MULTILINE | re.DOTALL)


def read_page(code: str) -> str:
    """Read a code's page (Markdown)."""
    folder = next(folder for folder in _PAGES if folder.is_dir())
    return (folder / f"{code}.md").read_text("utf-8")


def _find(asked: str) -> str:
    reasons = {kind.reason: code for code, kind in CATALOGUE.items()}
    word = asked.upper()
    word = f"TL{word}" if word.isdecimal() else word
    found = word if word in CATALOGUE else reasons.get(word)
    if found is None:
        raise ProblemError(UnknownCode(name=asked, nearest=nearest(word, [*CATALOGUE, *reasons])))
    return found


def _list(json: bool) -> None:
    if json:
        for code, kind in CATALOGUE.items():
            as_json({"code": code, "reason": kind.reason, "title": kind.title, "actor": kind.actor, "url": page_of(code)})
        return
    rows = [("code", "reason", "who acts", "what it is")]
    rows += [(code, kind.reason, kind.actor.value, kind.title) for code, kind in CATALOGUE.items()]
    for line in aligned(rows):
        out().print(line)
