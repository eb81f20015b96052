"""Formatting of texts, as the libraries of the languages do it."""

from __future__ import annotations

import re

from tieline.capture.source.ir import Expr, Spot
from tieline.capture.source.value import Hole, Lit, Val, joined, parts_of, plain, unknown

Part = Lit | Hole | Val
_VERB = re.compile(r"%(?:(\d+)\$)?(?:\((\w+)\))?[-+# 0,]*\d*(?:\.\d+)?([a-zA-Z%])")
_NUMBER_VERBS = frozenset("dbxXofFeEgGtpciu")


def formatted(template: Val, args: list[Val], expr: Expr, named: dict[str, Val] | None = None) -> Val:
    """Fill a printf-like template; what is not known stays as its verb."""
    if template.form != "text":
        return unknown(expr.src, expr.spot, "string")
    waiting = list(args)
    parts: list[Part] = []
    for part in template.parts:
        parts += _filled(part, args, waiting, named or {}) if isinstance(part, Lit) else [part]
    return Val(form="text", spot=expr.spot, parts=tuple(parts))


def _filled(part: Lit, args: list[Val], waiting: list[Val], named: dict[str, Val]) -> list[Part]:
    found: list[Part] = []
    last = 0
    for verb in _VERB.finditer(part.text):
        found.append(_piece(part, last, verb.start()))
        last = verb.end()
        if verb[3] == "%":
            found.append(Lit("%"))
        elif verb[3] == "n":
            found.append(Lit("\n"))
        elif verb[2] is not None:
            found += _one(verb[0], verb[3], named.get(verb[2]))
        elif verb[1] is not None:
            index = int(verb[1][:6]) - 1
            found += _one(verb[0], verb[3], args[index] if 0 <= index < len(args) else None)
        else:
            found += _one(verb[0], verb[3], waiting.pop(0) if waiting else None)
    return [*found, _piece(part, last, len(part.text))]


def _one(verb: str, kind: str, value: Val | None) -> list[Part]:
    name = value.name if value is not None and value.name else verb
    risky = kind not in _NUMBER_VERBS and kind not in {"q", "T"} and (value is None or value.kind not in {"number", "boolean"})
    if value is None or value.form == "unknown":
        return [Hole(name, verb, risky)]
    if kind == "q":
        return [Lit('"'), *parts_of(value), Lit('"')]
    if value.form in {"text", "scalar", "json"}:
        return list(parts_of(value))
    return [Hole(name, verb, risky)]


def _piece(part: Lit, start: int, end: int) -> Lit:
    return Lit(part.text[start:end], _moved(part, start), part.raw)


def _moved(part: Lit, offset: int) -> Spot:
    file, line, column = part.spot
    before = part.text[:offset]
    if part.raw and "\n" in before:
        return file, line + before.count("\n"), len(before) - before.rfind("\n") + part.raw - 1
    return file, line, column + len(before)


def braced(template: Val, args: list[Val], named: dict[str, Val], expr: Expr) -> Val:
    """Fill a template with `{name}` and `{0}` marks, as `str.format` and `string.Format` do."""
    if template.form != "text":
        return unknown(expr.src, expr.spot, "string")
    parts: list[Part] = []
    count = 0
    for part in template.parts:
        if not isinstance(part, Lit):
            parts.append(part)
            continue
        last = 0
        for mark in re.finditer(r"\{\{|\}\}|\{([\w.\[\]]*)(?:[:!][^{}]*)?\}", part.text):
            parts.append(_piece(part, last, mark.start()))
            last = mark.end()
            if mark[0] in {"{{", "}}"}:
                parts.append(Lit(mark[0][0]))
                continue
            value, count = _marked(mark[1], args, named, count)
            parts += parts_of(value) if value is not None else [Hole(mark[1] or "value", mark[0])]
        parts.append(_piece(part, last, len(part.text)))
    return Val(form="text", spot=expr.spot, parts=tuple(parts))


def _marked(mark: str, args: list[Val], named: dict[str, Val], count: int) -> tuple[Val | None, int]:
    if not mark:
        return (args[count] if count < len(args) else None), count + 1
    if mark.isdigit():
        index = int(mark[:6])
        return (args[index] if index < len(args) else None), count
    return named.get(mark.split(".", maxsplit=1)[0]), count


def path_joined(values: list[Val], spot: Spot) -> Val:
    """Join the parts of an address with one slash between them."""
    made: list[Val] = []
    for value in values:
        parts = parts_of(value)
        if made:
            made.append(plain("/"))
            if parts and isinstance(parts[0], Lit):
                parts = (Lit(parts[0].text.lstrip("/"), parts[0].spot), *parts[1:])
        if parts and isinstance(parts[-1], Lit):
            parts = (*parts[:-1], Lit(parts[-1].text.rstrip("/"), parts[-1].spot))
        made.append(Val(form="text", spot=value.spot, parts=parts))
    return joined(made, spot)


def under(base: Val | None, url: Val) -> Val:
    """Put an address under a client's base address, unless it is whole."""
    start = parts_of(url)[0] if parts_of(url) else None
    if base is None or (isinstance(start, Lit) and "://" in start.text) or isinstance(start, Hole):
        return url
    return path_joined([base, url], url.spot)
