"""A finding: one thing preflight or doctor has to say, at a place."""

from __future__ import annotations

import msgspec

from tieline.problems.base import Problem, page_of


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem said at a place, in words, so that it can be stored, sent and printed without its class.

    `at` is a JSON pointer (RFC 6901, `""` is the whole body), `header:NAME`, `url` or `setting:NAME`.
    `suggestion` is the nearest valid name, or None.
    """

    code: str
    reason: str
    at: str
    line: str
    help: str
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    suggestion: str | None = None

    @property
    def page(self) -> str:
        """Where the code is explained."""
        return page_of(self.code)

    @property
    def said(self) -> str:
        """The finding on one line, as headers carry it: code, place (`/` is the whole body), line."""
        return f"{self.code} {self.at or '/'}: {self.line}"


def find(problem: Problem, at: str, suggestion: str | None = None) -> Finding:
    """Say `problem` at the place `at`."""
    return Finding(
        code=problem.code,
        reason=problem.reason,
        at=at,
        line=problem.line(),
        help=problem.help(),
        metadata=problem.metadata(),
        suggestion=suggestion,
    )


def pointer(*parts: str | int) -> str:
    """Build a JSON pointer (RFC 6901) from its parts, escaping `~` and `/`."""
    if len(parts) == 1 and type(only := parts[0]) is str and "/" not in only and "~" not in only:
        return "/" + only
    return "".join(["/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts])
