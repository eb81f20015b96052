"""The twin's settings of what nobody has published, as a table: `python -m tieline.twin.settings` prints docs/reference/twin-settings.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from tieline.twin.options import Strictness, Window

HEAD = """\
# What nobody has published, and the twin's answer to it

Where no trustworthy material says what Genesys Cloud does, the twin has a setting, strict by default. `tieline twin --set
NAME=VALUE` sets one (it may be repeated), `strict=Strictness(...)` does in a fixture. This page is printed from the code.

| setting | values (the default first) | what it is about |
| --- | --- | --- |
"""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: its name, the values it may have (the default first; a number or "any number" where any will do), what it is about."""

    name: str
    values: tuple[Any, ...]
    about: str

    @property
    def words(self) -> list[str]:
        """Its values as they are written."""
        return [f"`{msgspec.json.encode(value).decode().strip(chr(34))}`" for value in self.values]

    def row(self) -> str:
        """Give its line in the table."""
        more = ", any number" if len(self.values) == 1 else ""
        return f"| `{self.name}` | {', '.join(self.words)}{more} | {self.about} |"

    def allows(self, fault: msgspec.ValidationError) -> str:
        """Say what it may be."""
        if len(self.values) > 1:
            return f"is {' or '.join(self.words)}"
        least = re.search(r">= (\d+)", str(fault))
        return f"is a whole number from {least[1]} on" if least else "is a whole number"


def read(told: Mapping[str, str]) -> Strictness:
    """Read settings from their words. Raises `ValueError` that names the setting, what it may be, and the nearest name."""
    known = {one.name: one for one in settings()}
    for name, word in told.items():
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            raise ValueError(f"there is no setting `{name}`" + (f"; did you mean `{nearest[0]}`?" if nearest else ""))
        try:
            msgspec.convert({name: word}, Strictness, strict=False)
        except msgspec.ValidationError as fault:
            raise ValueError(f"`{name}` {known[name].allows(fault)}, not `{word}`") from None
    return msgspec.convert(dict(told), Strictness, strict=False)


def settings() -> tuple[Setting, ...]:
    """Give every setting, in the order of the code."""
    fields: Any = msgspec.inspect.type_info(Strictness)
    usual = Strictness()
    return tuple(_setting(field.name, field.type, getattr(usual, field.name)) for field in fields.fields)


def _setting(name: str, kind: Any, usual: Any) -> Setting:
    inner = kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind
    about = (kind.extra_json_schema or {}).get("description", "") if isinstance(kind, msgspec.inspect.Metadata) else ""
    if isinstance(inner, msgspec.inspect.EnumType):
        values: tuple[Any, ...] = tuple(inner.cls)
    elif isinstance(inner, msgspec.inspect.LiteralType):
        values = inner.values
    else:
        values = (True, False) if isinstance(inner, msgspec.inspect.BoolType) else (usual,)
    return Setting(name=name, values=(usual, *(value for value in values if value != usual)), about=about)


def page() -> str:
    """Give the page."""
    windows = [f"`{one.value}`" for one in (Window.FIRST_REQUEST, *(one for one in Window if one is not Window.FIRST_REQUEST))]
    laid = f"| `--window` | {', '.join(windows)} | how the minute of the rate limit is laid; an option of its own |"
    return HEAD + "\n".join([*(one.row() for one in settings()), laid, ""])


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
