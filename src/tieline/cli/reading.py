"""Shows how far the reading of an org's flows has come: hundreds of pages are possible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape

from tieline.app.preview import Reading
from tieline.cli.say import err
from tieline.handoff.flows import worth_a_line


@contextmanager
def reading_flows(*, quiet: bool) -> Iterator[Reading]:
    """Give what hears of each page: on a terminal it shows one line that changes, elsewhere a line for every tenth page."""
    console = err()

    def line(environment: str, page: int, pages: int | None) -> None:
        if not quiet and worth_a_line(page, pages):
            console.print(_said(environment, page, pages))

    if quiet or not console.is_terminal:
        yield line
        return
    with console.status("reading the flows") as status:
        yield lambda environment, page, pages: status.update(_said(environment, page, pages))


def _said(environment: str, page: int, pages: int | None) -> str:
    of = "" if pages is None else f" of {pages}"
    return escape(f"reading the flows of {environment}: page {page}{of}")
