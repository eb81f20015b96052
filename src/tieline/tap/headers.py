"""Which headers pass, and the one the tap adds."""

from __future__ import annotations

from collections.abc import Iterable

from tieline.diagnosis.finding import Diagnosis

DIAGNOSIS = "Tieline-Diagnosis"
"""The header on the answer of a failed launch: its findings, parted by ` | `."""
HEADER_MAX = 4_000
"""The most characters of its value: servers and clients take at least twice as many for all headers."""
_COUNTED = len(" | and 1000000 more")

Pairs = list[tuple[str, str]]

_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""What holds for one connection only (RFC 9110, 7.6.1)."""


def read_pairs(raw: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """Read headers as they were sent: order, case and duplicates."""
    return [(_text(name), _text(value)) for name, value in raw]


def forwarded(pairs: Pairs, *drop: str) -> Pairs:
    """Give what passes on: all but the headers of the connection, those it names, and those in `drop` (lower case)."""
    named = {word.strip().casefold() for name, value in pairs if name.casefold() == "connection" for word in value.split(",")}
    gone = _HOP | named | set(drop)
    return [(name, value) for name, value in pairs if name.casefold() not in gone]


def in_one_case(pairs: Pairs) -> Pairs:
    """Give a header that stands several times under the name of its first, for the client keeps only names of one case apart."""
    names: dict[str, str] = {}
    return [(names.setdefault(name.casefold(), name), value) for name, value in pairs]


def first(pairs: Pairs, name: str) -> str:
    """Give a header's first value; empty when it is not there."""
    folded = name.casefold()
    return next((value for key, value in pairs if key.casefold() == folded), "")


def diagnosis_header(diagnosis: Diagnosis) -> str:
    """Write the findings as a header's value: printable ASCII, bounded; what does not fit is counted."""
    lines = [one.finding.said for one in diagnosis.findings]
    if diagnosis.cannot_tell:
        lines.append(f"cannot tell: {diagnosis.check}" if diagnosis.check else "cannot tell")
    value = ""
    for number, line in enumerate(lines):
        joined = f"{value} | {_ascii(line)}" if value else _ascii(line)
        if len(joined) > HEADER_MAX - _COUNTED:
            return f"{value} | and {len(lines) - number} more" if value else joined[:HEADER_MAX]
        value = joined
    return value


def _ascii(line: str) -> str:
    text = " ".join(line.split()).encode("ascii", "backslashreplace").decode("ascii")
    return "".join(char if char.isprintable() else "?" for char in text)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
