"""Tells what stands for a value from a value: placeholders, redactions, sample words. They are unknown, and never wrong."""

from __future__ import annotations

import re

from tieline.preflight.flow_id import placeholder

_STANDS_FOR = re.compile(
    r"""(?ix)
    ^(?:your|insert|enter|replace|put)[-_ ].*
    | ^(?:your|my|the|some|a|an|valid|real|actual|existing|published|target)?[-_ ]?(?:architect[-_ ]?)?(?:work)?(?:flow)?[-_ ]?
       (?:id|guid|uuid|identifier|token|access[-_]?token|bearer[-_]?token|secret|version|name)(?:[-_ ](?:here|goes[-_ ]here))?$
    | ^[x*.\-_]{3,}$
    | ^[x*]{4,}.*$
    | ^[0-9a-f-]*x{4}[0-9a-fx-]*$
    | ^(?:string|str|value|todo|tbd|n/a|dummy|placeholder|changeme)$
    | .*(?:redacted|removed|omitted|masked|anonymi[sz]ed|[-_ ]here)\b.*
    """
)
_MARKED = re.compile(r"^(?:<.*>|\{.*\}|\[.*\]|%.*%|\$.*|#\{.*\}|@.+|__.*__)$", re.DOTALL)
_JOINED = re.compile(r"['\"] ?[+.&] ?\w|\w ?[+.&] ?['\"]")
"""Pieces of a program that joins texts: `' + token`."""
_CONSTANT = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONGEST = 300


def stands_for(text: str) -> bool:
    """Tell whether a text stands for a value that is not shown."""
    short = text.strip()[:_LONGEST]
    if _ID.search(short):
        return False
    return bool(
        "…" in short
        or short.endswith("...")
        or placeholder(short)
        or _JOINED.search(short)
        or _MARKED.match(short)
        or _CONSTANT.match(short)
        or _STANDS_FOR.match(short)
    )


def is_mark(text: str) -> bool:
    """Tell whether a text is a mark of some template language through and through; for names, where no word may pass as one."""
    short = text.strip()[:_LONGEST]
    return bool(_MARKED.match(short)) or placeholder(short) == short
