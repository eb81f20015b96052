"""The small page at `/_twin/`: live traffic, each refusal explained; and what the twin is not."""

from __future__ import annotations

from importlib.resources import files

from tieline.twin.answer import Answer
from tieline.twin.control.call import Call


def page(call: Call) -> Answer:
    """Give the page."""
    del call
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"
    headers = (("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"))
    body = files("tieline.twin.control").joinpath("page.html").read_bytes()
    return Answer(status=200, body=body, headers=headers, media_type="text/html; charset=utf-8")
