"""A secret: a value that does not print."""

from __future__ import annotations


class Secret:
    """Holds a secret; `repr`, `str`, formatting, logs and tracebacks show `***`. Only `reveal` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Take the secret itself."""
        self._value = value

    def reveal(self) -> str:
        """Give the secret itself, to the one line that sends or compares it."""
        return self._value

    def __repr__(self) -> str:
        """Show nothing."""
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Compare by value, so that options holding secrets compare."""
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        """Hash by value."""
        return hash(self._value)

    def __reduce__(self) -> str | tuple[object, ...]:
        """Refuse to be pickled: a secret does not leave the process."""
        raise TypeError("a Secret cannot be pickled")
