"""What `contract diff` has to say: one change at one place, and how much it weighs."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Aspect(StrEnum):
    """What of a place the contract and a published description say differently."""

    PATH = "path"
    METHOD = "method"
    DEPRECATED = "deprecated"
    SUCCESS = "success"
    PERMISSION = "permission"
    MODE = "mode"
    SCOPE = "scope"
    CODE = "code"
    SLOTS = "slots"
    QUERY = "query"
    PARAMETER = "parameter"
    PAGE_SIZE = "page size"
    BODY = "body"
    ANSWER = "answer"
    DEFINITION = "definition"
    FIELD = "field"
    REQUIRED = "required"
    TYPE = "type"
    FORMAT = "format"
    ENUM = "enum"
    NULL = "null"
    READ_ONLY = "readOnly"
    NAME = "name"
    WORDING = "wording"


class Weight(StrEnum):
    """What a change means to whoever relies on the contract."""

    MATTERS = "matters"
    """A caller or the twin can be wrong because of it."""
    KNOWN = "known departure"
    """The contract departs from the published text on purpose."""
    HARMLESS = "harmless"
    """Nothing on the wire depends on it."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `at` is an operation (`GET /api/v2/flows`), a definition (`Flow`) or a field of one (`Flow.type`).

    `contract` and `published` are what the two sides say; None where a side has no such thing, so None in `contract` is an
    addition and None in `published` is something gone. `why` is the reason of a known departure.
    """

    at: str
    aspect: Aspect
    contract: str | None
    published: str | None
    weight: Weight = Weight.MATTERS
    why: str = ""

    def says(self) -> str:
        """Say the change in one line, without its place."""
        if self.contract is None:
            return f"{self.aspect}{self._what(self.published)} is published, and not in the contract"
        if self.published is None:
            return f"{self.aspect}{self._what(self.contract)} is in the contract, and not published"
        return f"{self.aspect} is `{self.published}` as published, `{self.contract}` in the contract"

    def _what(self, value: str | None) -> str:
        return "" if value == self.at.rpartition(".")[2] or value == self.at else f" `{value}`"
