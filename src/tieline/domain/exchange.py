"""An exchange as somebody captured it: a request, the answer to it and, where it was kept, the run that came of it."""

from __future__ import annotations

import msgspec

from tieline.domain.json import Json

Headers = tuple[tuple[str, str], ...]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an exchange or its body stands: the file's name, and the first line (from 1); 0 when a line means nothing."""

    file: str = "-"
    line: int = 0


class CapturedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as far as it was captured; None is "not captured", which is another thing than empty.

    `url` is whole, or a path alone. `headers` are in order, names as written; `whole` says that these are all the headers
    there were, so that one which is not among them was not sent. `body` is the text that was sent, `""` when it is known
    that nothing was sent.
    """

    method: str | None = None
    url: str | None = None
    headers: Headers | None = None
    whole: bool = False
    body: str | None = None

    def header(self, name: str) -> str | None:
        """Give a header's first value, whatever its case; None when it is not there or nothing is known."""
        return _value(self.headers, name)


class CapturedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as far as it was captured; `body` is its text, `""` when it is known to be empty."""

    status: int | None = None
    headers: Headers | None = None
    body: str | None = None

    def header(self, name: str) -> str | None:
        """Give a header's first value, whatever its case; None when it is not there or nothing is known."""
        return _value(self.headers, name)


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange: `form` is the form it was read from (`curl`, `har`, ...), `execution` the later state of the run (decoded JSON)."""

    id: str
    form: str
    request: CapturedRequest
    answer: CapturedAnswer | None = None
    execution: Json = None
    place: Place = Place()


def _value(headers: Headers | None, name: str) -> str | None:
    folded = name.casefold()
    return next((value for key, value in headers or () if key.strip().casefold() == folded), None)
