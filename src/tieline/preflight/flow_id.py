"""What the values of a request's own fields say: ids, placeholders, versions."""

from __future__ import annotations

import re

from tieline.domain.finding import Finding, find
from tieline.preflight.fields import short
from tieline.problems.preflight import EmptyField, FlowIdForm, FlowVersionForm, Placeholder

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERSION = re.compile(r"\d+(?:\.\d+)?")
_PLACEHOLDER = re.compile(
    r"\$\{[^}]{0,99}\}|\{\{.{0,99}?\}\}|\{[A-Za-z_][\w.-]{0,99}\}|<[A-Za-z_][\w .-]{0,99}>|%\(?\w{0,99}\)?[sd]|\$[A-Za-z_]\w{0,99}|\$\([^)]{0,99}\)"
)
_WORD = re.compile(r"\$|<|[0-9a-zA-Z]$")
"""What makes of an id in a text something else than the id with things around it."""
_SEARCHED = 400
"""How much of a text is searched for a placeholder; ids and names are shorter, and a hostile text must not cost time."""


def placeholder(text: str) -> str | None:
    """Give the placeholder that stands in a text where a value should be; None when there is none."""
    found = _PLACEHOLDER.search(text, 0, _SEARCHED)
    return found[0] if found else None


def id_finding(text: str, field: str, at: str, by_name: str | None = None) -> Finding | None:
    """Say what is wrong with a flow's id: empty, a placeholder, or no id. `by_name` is the field that takes a name."""
    if _ID.fullmatch(text):
        return None
    if not text.strip():
        return find(EmptyField(field=field), at)
    if (bare := _bare(text)) is not None:
        return find(FlowIdForm(seen=short(text), by_name=by_name), at, bare)
    if (stands := placeholder(text)) is not None:
        return find(Placeholder(field=field, placeholder=short(stands)), at)
    return find(FlowIdForm(seen=short(text), by_name=by_name), at, by_name)


def _bare(text: str) -> str | None:
    """Give the id that stands in a text with something around it: blanks, quotes, braces, a URN, a path; None when none does."""
    found = _ID.search(text, 0, _SEARCHED)
    if found is None and len(text) == 32 and all(one in "0123456789abcdefABCDEF" for one in text):
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return found[0] if found and not _WORD.search(text[: found.start()] + text[found.end() :]) else None


def version_finding(text: str, at: str) -> Finding | None:
    """Say what is wrong with a version: version ids look like `1.0`, and `2` was taken too (FORUM-20500); empty is the newest."""
    if not text or _VERSION.fullmatch(text):
        return None
    if (stands := placeholder(text)) is not None:
        return find(Placeholder(field="flowVersion", placeholder=short(stands)), at)
    return find(FlowVersionForm(seen=short(text)), at)
