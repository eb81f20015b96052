"""`tieline explain`: prints the page of a code, or lists every code."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.markdown import Markdown
from rich.table import Table

from tieline.cli.say import as_json, out
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
        out().print(Markdown(page))


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
    table = Table(box=None, pad_edge=False)
    for heading in ("code", "reason", "who acts", "what it is"):
        table.add_column(heading)
    for code, kind in CATALOGUE.items():
        table.add_row(code, kind.reason, kind.actor.value, kind.title)
    out().print(table)
