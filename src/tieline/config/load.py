"""From a file to settings: read, held against the schema, built into each room's options; every mistake at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tieline.config.build import Builder
from tieline.config.check import check_document
from tieline.config.document import Document, Mistake, read_document
from tieline.config.partial import mistakes_beside
from tieline.config.settings import Settings
from tieline.problems.base import ProblemError
from tieline.problems.settings import NotYaml, SettingsNotFound


def load_settings(path: Path, *, secrets: bool = True) -> tuple[Settings | None, tuple[Mistake, ...]]:
    """Read settings from a file; `secrets` False leaves the secrets unread. Raises `ProblemError` (TL507) when the file cannot be read.

    Gives the settings, or None and every mistake with its line and column.
    """
    return load_text(_text(path), str(path), os.environ if secrets else None, path.parent)


def document_of(path: Path) -> Document:
    """Read a settings file as values with their places. Raises as `load_settings`."""
    return read_document(_text(path), str(path))[0]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        said = (fault.strerror or str(fault)).lower() if isinstance(fault, OSError) else "it is not UTF-8"
        raise ProblemError(SettingsNotFound(file=str(path), fault=said)) from None


def load_text(
    text: str, name: str, environ: Mapping[str, str] | None, base: Path = Path()
) -> tuple[Settings | None, tuple[Mistake, ...]]:
    """Read settings from text. `environ` is where secrets are looked up (None: not at all), `base` the folder of relative paths."""
    document, mistakes = read_document(text, name)
    if not any(isinstance(mistake.problem, NotYaml) for mistake in mistakes):  # of a file that is no YAML, only that is known
        mistakes = (*mistakes, *check_document(document))
    if mistakes:  # what is wrong in shape cannot be built; the rest is still held to all that it must be
        found = (*mistakes, *mistakes_beside(document, mistakes, environ, base))
        return None, tuple(sorted(found, key=lambda mistake: (mistake.place.line, mistake.place.column)))
    builder = Builder(document, environ, base)
    settings = builder.settings()
    found = builder.mistakes()
    return (None, found) if found else (settings, ())
