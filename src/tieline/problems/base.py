"""What a problem is: a frozen value with a stable code, built only from facts; and the exception that carries problems."""

from __future__ import annotations

from difflib import get_close_matches
from enum import Enum, StrEnum
from typing import ClassVar

import msgspec


class Actor(StrEnum):
    """Who must act for the problem to go away."""

    CALLER = "caller"
    OPERATOR = "operator"
    CLOUD = "cloud"
    TIELINE = "tieline"


class Kind(Enum):
    """What sort of refusal a problem is; the doors turn it into a gRPC status or an HTTP status, the terminal into an exit code."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    METHOD = "wrong method"
    CONFLICT = "conflict"
    STATE = "wrong state"
    TOO_LARGE = "too large"
    UNSUPPORTED = "unsupported"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    DEADLINE = "deadline"
    TOO_SLOW = "too slow"
    INTERNAL = "internal"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One fault a person can meet.

    A subclass names its facts as fields and says them in one `line`: lower case, no final stop, the value seen and the
    values allowed, backticks round names, the nearest valid name where there is a list. `code`, `reason` and the field
    names (the metadata keys) are stable; the wording is not. `docs/errors/<code>.md` is its page.
    """

    code: ClassVar[str]
    """`TL` and three digits; the hundred says the room: 1 doors, 2 preflight, 3 queue, 4 cloud, 5 settings, 6 diagnosis, 9 our bug."""
    reason: ClassVar[str]
    """UPPER_SNAKE name, for programs."""
    title: ClassVar[str]
    """A short fixed summary, the same for every occurrence (RFC 9457 `title`)."""
    actor: ClassVar[Actor] = Actor.CALLER
    kind: ClassVar[Kind] = Kind.INVALID

    def line(self) -> str:
        """Say the problem in one line, from its fields alone."""
        raise NotImplementedError

    def help(self) -> str:
        """Say the mend in one line, from its fields alone."""
        raise NotImplementedError

    def metadata(self) -> dict[str, str]:
        """Give the facts as strings, for `ErrorInfo.metadata` and problem documents; facts that are None are left out."""
        return {
            name: value if type(value) is str else str(value)
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not None
        }


class ProblemError(Exception):
    """Carries one or more problems to whoever can answer for them; the message is their lines."""

    def __init__(self, *problems: Problem) -> None:
        """Take the problems, most important first; at least one."""
        if not problems:
            raise ValueError("a ProblemError carries at least one problem")
        super().__init__("; ".join(f"{p.code} {p.line()}" for p in problems))
        self.problems = problems


def page_of(code: str) -> str:
    """Give the address of a code's page."""
    return f"https://tieline.dev/errors/{code}"


def nearest(name: str, allowed: list[str] | tuple[str, ...]) -> str | None:
    """Find the allowed name nearest to `name` (case and separators forgiven first, then by similarity); None when nothing is near."""
    folded = {_fold(a): a for a in reversed(allowed)}
    if (same := folded.get(_fold(name))) is not None:
        return same
    found = get_close_matches(_fold(name), list(folded), n=1, cutoff=0.72)
    return folded[found[0]] if found else None


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").casefold()
