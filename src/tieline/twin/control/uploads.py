"""Where the file of an upload is put: the twin's own object store, at the address that the job's answer gave."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl

from tieline.twin.answer import Answer
from tieline.twin.bodies import Receive, whole
from tieline.twin.operations import jobs
from tieline.twin.spaces import Spaces

PREFIX = "uploads/"
LARGEST = 4 * 1024 * 1024
"""The largest file taken, in bytes; a figure of the twin's own."""


async def put(spaces: Spaces, method: str, id: str, query: bytes, receive: Receive) -> Answer:
    """Take a file: 200 as an object store answers, 403 for a wrong signature, 404 for no such job, 405 unless it is a PUT."""
    if method != "PUT":
        return Answer(status=405, body={"error": "an upload is PUT"}, headers=(("Allow", "PUT"),), bare=True)
    found = next(((state, state.uploads[id]) for _, state in spaces if id in state.uploads), None)
    if found is None:
        return Answer(status=404, body={"error": f"no upload `{id[:60]}`"}, bare=True)
    state, job = found
    given = dict(parse_qsl(query.decode("latin-1"))).get("signature", "")
    if not hmac.compare_digest(given.encode(), job.signature.encode()):
        return Answer(status=403, body={"error": "the signature is not the one that was given"}, bare=True)
    try:
        text = await whole(receive, LARGEST)
    except ValueError as fault:
        return Answer(status=413, body={"error": str(fault)}, bare=True)
    jobs.put(state, job, text)
    return Answer(status=200, body=b"", bare=True)
