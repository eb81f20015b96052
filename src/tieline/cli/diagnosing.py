"""How the terminal shows a diagnosis: the finding, the place in the body marked as compilers do, the mend."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from tieline.diagnosis.finding import Diagnosed, Diagnosis, Role
from tieline.diagnosis.marked import LARGEST_SHOWN, Layout, Mark, lay_out, mark_raw
from tieline.diagnosis.reply import read_reply
from tieline.domain.exchange import CapturedRequest

_COLOURS = {Role.CAUSE: "bold red", Role.POSSIBLE: "bold yellow", Role.NEXT: "yellow", Role.SIDE: "cyan"}
_WORDS = {Role.CAUSE: "cause", Role.POSSIBLE: "possible cause", Role.NEXT: "bites next", Role.SIDE: "also wrong, not why"}


def say_diagnosis(console: Console, diagnosis: Diagnosis, *, mend: bool = True) -> None:
    """Show one diagnosis to a person."""
    console.print(_title(diagnosis))
    if diagnosis.sound:
        console.print("  [green]sound[/]: nothing wrong was found in it")
        return
    body = diagnosis.request.body or ""
    layout = lay_out(body) if 0 < len(body) <= LARGEST_SHOWN else Layout(lines=(), places={})
    for one in diagnosis.findings:
        _say_finding(console, one, layout, body)
    if diagnosis.cannot_tell:
        console.print("  [yellow]cannot tell[/]: nothing in the request or the answer explains it")
        _say_answer(console, diagnosis)
    if diagnosis.check:
        console.print(f"  [bold]to be sure[/]: {escape(diagnosis.check)}")
    if mend and diagnosis.mended is not None:
        console.print("  [green]mended[/]:")
        for line in diagnosis.mended.curl.splitlines():
            console.print(f"    {line}", markup=False)


def _say_answer(console: Console, diagnosis: Diagnosis) -> None:
    """Repeat what the answer says, little as it is, and what Genesys' support asks for."""
    answer = diagnosis.exchange.answer
    reply = read_reply(answer)
    said = ": ".join(part for part in (f"`{reply.code}`" if reply.code else "", reply.message or "") if part)
    if said or (answer is not None and (answer.body or "").strip()):
        console.print(f"         the answer says {escape(said or (answer.body or '').strip()[:160] if answer else said)}")
    if reply.correlation:
        console.print(f"         its correlation id, for Genesys' support: {escape(reply.correlation)}")


def _title(diagnosis: Diagnosis) -> str:
    request, answer = diagnosis.request, diagnosis.exchange.answer
    what = " ".join(part for part in (request.method, _bare(request)) if part)
    status = f" [bold]-> {answer.status}[/]" if answer is not None and answer.status is not None else ""
    mark = "[green]✓[/]" if diagnosis.sound else "[yellow]?[/]" if diagnosis.cannot_tell else "[red]✗[/]"
    return f"{mark} [bold]{escape(diagnosis.exchange.id)}[/]  {escape(what)}{status}"


def _bare(request: CapturedRequest) -> str:
    """The address without its query, which may hold what nobody should read."""
    return (request.url or "").partition("?")[0][:160]


def _say_finding(console: Console, one: Diagnosed, layout: Layout, body: str) -> None:
    finding, colour = one.finding, _COLOURS[one.role]
    where = finding.at or "the whole body"
    console.print(f"  [{colour}]{_WORDS[one.role]}[/] [bold]{finding.code}[/] [cyan]{escape(where)}[/]  {escape(finding.line)}")
    mark = _mark(one, layout, body)
    if mark is not None:
        gutter = f"{mark.row or '':>6}"
        console.print(Text.assemble((f"{gutter} │ ", "dim"), mark.text))
        console.print(Text.assemble((f"{' ' * len(gutter)} │ ", "dim"), " " * mark.column, ("^" * max(mark.width, 1), colour)))
    if one.why:
        console.print(f"         [dim]why: {escape(one.why)}[/]")
    console.print(f"         help: {escape(finding.help)}")


def _mark(one: Diagnosed, layout: Layout, body: str) -> Mark | None:
    facts = one.finding.metadata
    if one.finding.at == "raw" and "row" in facts:
        return mark_raw(body, int(facts["row"]), int(facts["column"]))
    if not one.finding.at.startswith("/"):
        return None
    return layout.mark(one.finding.at)
