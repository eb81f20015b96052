"""Fetches the secrets that the settings name: from the environment or from a file, never from the settings themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tieline.config.document import Document, Mistake, spoken
from tieline.domain.secret import Secret
from tieline.problems.settings import SecretMissing


class Secrets:
    """Looks secrets up, and keeps a mistake for each that is missing.

    `environ` is where variables are looked up; None means that secrets are not looked for at all (each reads as `unset`).
    `base` is the folder that relative file names start from.
    """

    def __init__(self, document: Document, environ: Mapping[str, str] | None, base: Path) -> None:
        """Take the document (for places), the environment, and the folder."""
        self._document = document
        self._environ = environ
        self._base = base
        self.mistakes: list[Mistake] = []

    def get(self, at: str, named: Mapping[str, Any]) -> Secret:
        """Give the secret that `named` (`{env: ...}` or `{file: ...}`) points to; `at` is its place in the document."""
        if self._environ is None:
            return Secret("unset")
        variable, file = named.get("env"), named.get("file")
        found = self._environ.get(variable, "") if variable else self._read(str(file))
        if not found:
            where = f"the environment variable `{variable}`" if variable else f"the file `{file}`"
            problem = SecretMissing(setting=spoken(at), where=where)
            mistake = Mistake(at=at, place=self._document.place(at), problem=problem)
            if mistake not in self.mistakes:  # both doors ask for the same tokens
                self.mistakes.append(mistake)
        return Secret(found or "unset")

    def _read(self, name: str) -> str:
        try:
            return (self._base / name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""  # the caller says that it is missing
