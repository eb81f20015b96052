"""One case of the parity suite, read from `cases.yaml`: a request, what its answer has to be, and on what evidence that is known."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

FILE = Path(__file__).parent / "cases.yaml"


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"who": "as"}):
    """What is asked. `who` asks (`as` in the file): the client with its token, `nobody` (no token), a `stranger` (a token nobody gave
    out), `basic` (its id and secret), `unknown-client`. The body is one of `json`, `text` and `form`; `type` is its media type.
    """

    method: Literal["GET", "POST"]
    path: str
    who: Literal["client", "nobody", "stranger", "basic", "unknown-client"] = "client"
    json: Any = None
    text: str | None = None
    form: str | None = None
    type: str = "application/json"


class Until(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request is repeated until this field of its answer has this form."""

    field: str
    is_: str = msgspec.field(name="is")


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case. `starts`: it starts a run, or would if the cloud took it. `code` stands in `code`, or in `error` for a token.

    `evidence`: `recorded` (a real answer was seen whole), `documented` (official), `observed` (seen by users), `assumed` (nobody
    says so). `source` names one of `tieline.contract.sources`; `setting` is the field of the twin's `Strictness` that decides it.
    """

    id: str
    what: str
    operation: str
    request: Request
    status: int
    evidence: Literal["recorded", "documented", "observed", "assumed"]
    source: str
    code: str | None = None
    headers: dict[str, str] = {}
    body: Any = "any"
    setting: str | None = None
    starts: bool = False
    until: Until | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    forms: dict[str, Any]
    cases: tuple[Case, ...]


@cache
def cases() -> tuple[Case, ...]:
    """Read every case, in the order in which they are walked."""
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), _File).cases
