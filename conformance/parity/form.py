"""The form of an answer: what a value has to be without saying which, and what has to be the same in two places.

A form is JSON. A map has exactly these fields (`name?` may be missing; `"*": any` lets others be), a list of one form has items of
that form. A text is a kind (`KINDS`), `=A|B` for just these words, or a template: `{name}` stands for an id (`{name:KIND}` for
another kind) and for the same value wherever it comes again, so `selfUri: /api/v2/flows/{flow}` holds two places together.
A difference names the kind of what was found, never the value, so it can be shown whoever's org it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_VERSION = r"\d+\.\d+"
_NAME = re.compile(r"\{(\w+)(?::([\w-]+))?\}")
_EPOCH = range(10**12, 10**13)


def _text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII | re.DOTALL) is not None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


KINDS: Mapping[str, Callable[[Any], bool]] = {
    "uuid": _text(_UUID),
    "time": _text(_TIME),
    "version": _text(_VERSION),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "epoch-ms": lambda value: isinstance(value, int) and value in _EPOCH,
    "number": _number,
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "any": lambda value: True,
}
"""What a text of a form may call for: `time` is ISO-8601 with milliseconds and Z, `epoch-ms` a time as a number, `version` `1.0`."""
_PATTERNS = {"uuid": _UUID, "time": _TIME, "version": _VERSION, "string": r"[^/?&]+"}
Names = dict[str, Any]


def differences(form: Any, value: Any, names: Names, at: str = "") -> Iterator[str]:
    """Say where a value has another form; `names` are those known already, and it learns the others. A line for each place."""
    if isinstance(form, dict):
        yield from _fields(form, value, names, at)
    elif isinstance(form, list):
        yield from _items(form[0], value, names, at)
    elif isinstance(form, str):
        yield from _value(form, value, names, at)
    else:
        raise ValueError(f"{at or '/'}: a form is a map, a list of one form or a text, not {form!r}")


def _fields(form: Mapping[str, Any], value: Any, names: Names, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _said(at, "an object", value)
        return
    wanted = {name.removesuffix("?"): (name, inner) for name, inner in form.items() if name != "*"}
    for name, (told, inner) in wanted.items():
        if name in value:
            yield from differences(inner, value[name], names, f"{at}/{name}")
        elif not told.endswith("?"):
            yield f"{at}/{name}: missing"
    if "*" not in form:
        yield from (f"{at}/{name}: {kind(value[name])}, and no such field was expected" for name in value if name not in wanted)


def _items(form: Any, value: Any, names: Names, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _said(at, "a list", value)
        return
    for number, item in enumerate(value):
        # what is the same within one item need not be so in the next
        yield from differences(form, item, dict(names), f"{at}/{number}")


def _value(form: str, value: Any, names: Names, at: str) -> Iterator[str]:
    if form.startswith("="):
        if (value if isinstance(value, str) else json.dumps(value)) not in form[1:].split("|"):
            yield f"{at or '/'}: {_word(value)}, not {form[1:].replace('|', ' or ')}"
    elif form in KINDS:
        if not KINDS[form](value):
            yield _said(at, form, value)
    elif "{" in form:
        yield from _template(form, value, names, at)
    else:
        raise ValueError(f"{at or '/'}: `{form}` is no kind: {', '.join(KINDS)}")


def _template(form: str, value: Any, names: Names, at: str) -> Iterator[str]:
    parts, last, order = [], 0, []
    for found in _NAME.finditer(form):
        parts += [re.escape(form[last : found.start()]), f"({_PATTERNS[found[2] or 'uuid']})"]
        order.append(found[1])
        last = found.end()
    matched = re.fullmatch("".join([*parts, re.escape(form[last:])]), value) if isinstance(value, str) else None
    if matched is None:
        yield _said(at, form, value)
        return
    for name, part in zip(order, matched.groups(), strict=True):
        if names.setdefault(name, part) != part:
            yield f"{at or '/'}: another {name} than before"


def filled(form: Any, names: Names) -> Any:
    """Put known values into `{name}`. Raises `KeyError` for a name that is not known."""
    if isinstance(form, dict):
        return {filled(name, names): filled(inner, names) for name, inner in form.items()}
    if isinstance(form, list):
        return [filled(one, names) for one in form]
    return _NAME.sub(lambda found: str(names[found[1]]), form) if isinstance(form, str) else form


def kind(value: Any) -> str:
    """Name what a value is, as closely as can be said without it."""
    found = next(name for name, fits in KINDS.items() if fits(value))
    return f"{'an' if found[0] in 'aeo' else 'a'} {found}" if value is not None else "null"


def _said(at: str, wanted: str, value: Any) -> str:
    return f"{at or '/'}: {kind(value)}, not {wanted}"


def _word(value: Any) -> str:
    """A word of the platform may be shown, anything else only by its kind."""
    shown = isinstance(value, str) and re.fullmatch(r"[a-z]+(?:\.[a-z]+)+|[A-Z][A-Z_-]+|[a-z]+_[a-z_]+", value)
    return f"`{value}`" if shown or _number(value) else kind(value)
