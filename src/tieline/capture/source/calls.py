"""What reading source code gives: the calls that launch flows, each with the request it would send and what is notable in it."""

from __future__ import annotations

import msgspec

from tieline.domain.exchange import Exchange


class SourceNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something notable in the code of a call. `at` is a JSON pointer in the body, or `raw` for the request as a whole."""

    kind: str
    at: str
    line: int
    column: int
    facts: dict[str, str]


class SourceCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that launches a flow. `places` gives the line and column (from 1) of a part of the body, by JSON pointer."""

    language: str
    exchange: Exchange
    places: dict[str, tuple[int, int]]
    notes: tuple[SourceNote, ...]
