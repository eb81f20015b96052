"""The samples that ship with Tieline: settings to start from, and events of real shapes."""

from __future__ import annotations

from importlib.resources import files


def sample_text(name: str) -> str:
    """Read a sample as text."""
    return sample_bytes(name).decode()


def sample_bytes(name: str) -> bytes:
    """Read a sample as bytes, as a sender would put it on the wire."""
    return (files("tieline.cli") / "samples" / name).read_bytes()
