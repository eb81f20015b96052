"""The twin's settings of what nobody has published, as a table: `python -m tieline.twin.settings` prints docs/reference/twin-settings.md."""

from __future__ import annotations

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

    def row(self) -> str:
        """Give its line in the table."""
        words = [f"`{msgspec.json.encode(value).decode().strip(chr(34))}`" for value in self.values]
        return f"| `{self.name}` | {', '.join(words)}{', any number' if len(words) == 1 else ''} | {self.about} |"


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
