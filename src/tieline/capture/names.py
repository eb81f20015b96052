"""Folds the names of fields, which every tool writes in its own way."""

from __future__ import annotations


def plain(name: str) -> str:
    """Give a name without what separates its words, in lower case."""
    return name.lower().replace("_", "").replace("-", "").replace(".", "").replace(" ", "").lstrip("@")
