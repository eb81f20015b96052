"""The type of any JSON value."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Any JSON value: None, bool, int, float, str, list or dict of the same. `Any` because every reader checks what it reads."""
