"""The small page at `/_twin/`: live traffic, each refusal explained; and what the twin is not.

It loads nothing, and runs nothing but the script that stands in it: the policy names the hash of that script and of its style.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from hashlib import sha256
from importlib.resources import files

from tieline.twin.answer import Answer
from tieline.twin.control.call import Call


def page(call: Call) -> Answer:
    """Give the page."""
    del call
    body, policy = _page()
    headers = (
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Answer(status=200, body=body, headers=headers, media_type="text/html; charset=utf-8")


@cache
def _page() -> tuple[bytes, str]:
    body = files("tieline.twin.control").joinpath("page.html").read_bytes()
    style, script = (_hash(body, tag) for tag in ("style", "script"))
    policy = (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return body, policy


def _hash(body: bytes, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>".encode(), body, re.DOTALL)
    assert found is not None
    return f"'sha256-{base64.b64encode(sha256(found[1]).digest()).decode()}'"
