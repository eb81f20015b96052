"""How much of a capture is read: a file may be large, and what is made of it stands in memory."""

from __future__ import annotations

MOST = 10_000
"""How many requests are read from one log or collection; the rest of the file is left, and the terminal says so."""
