"""What can be wrong with a call of the control plane, and the problem document (RFC 9457) that says so.

The codes are those of Tieline's catalogue; the twin shares facts with the rest and no code, so a test holds the two together.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from tieline.twin.answer import Answer

MEDIA_TYPE = "application/problem+json"
HELP = "https://tieline.dev/errors/"


class Wrong(Enum):
    """Code, reason and HTTP status."""

    SEED = ("TL570", "TWIN_SEED", 400)
    FAULTS = ("TL571", "TWIN_FAULTS", 400)
    UNKNOWN = ("TL574", "TWIN_CALL_UNKNOWN", 404)
    METHOD = ("TL575", "TWIN_CALL_METHOD", 405)
    NAMESPACE = ("TL576", "TWIN_NAMESPACE", 404)
    BODY = ("TL577", "TWIN_CALL_BODY", 400)
    IMPOSSIBLE = ("TL578", "TWIN_CALL_IMPOSSIBLE", 409)
    FOREIGN = ("TL579", "TWIN_CALL_FOREIGN", 403)


_TITLES = {
    Wrong.SEED: "The twin's flows cannot be used",
    Wrong.FAULTS: "The twin's faults cannot be used",
    Wrong.UNKNOWN: "The twin has no such call",
    Wrong.METHOD: "The twin takes this call by another method",
    Wrong.NAMESPACE: "The twin has no such namespace",
    Wrong.BODY: "A call to the twin cannot be read",
    Wrong.IMPOSSIBLE: "The twin cannot do what it is asked",
    Wrong.FOREIGN: "The twin takes no calls from pages of others",
}


class WrongCallError(Exception):
    """What was asked cannot be done: which kind of fault it is, and which it is in words."""

    def __init__(self, wrong: Wrong, fault: str) -> None:
        """Take the kind and the words."""
        super().__init__(fault)
        self.wrong, self.fault = wrong, fault


def document(wrong: Wrong, fault: str, status: int | None = None) -> dict[str, Any]:
    """Give the problem document; `status` goes before the usual one."""
    code, reason, usual = wrong.value
    title = _TITLES[wrong]
    return {"type": HELP + code, "title": title, "status": status or usual, "detail": fault, "code": code, "reason": reason}


def answer(wrong: Wrong, fault: str, headers: tuple[tuple[str, str], ...] = (), status: int | None = None) -> Answer:
    """Answer with it."""
    told = document(wrong, fault, status)
    return Answer(status=told["status"], body=told, headers=headers, media_type=MEDIA_TYPE)
