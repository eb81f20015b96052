"""Limits of the platform, and the headers that tell about them."""

from __future__ import annotations

import msgspec

from tieline.contract.sources import FORUM_11186, PUBLIC_CODE, README_SAMPLES, SWAGGER, Source


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: its key and namespace as an error body's `limit` names them, its value, and per how many seconds (0: not a rate)."""

    key: str
    namespace: str
    value: int
    seconds: int = 0
    source: Source = PUBLIC_CODE


TOKEN_RATE = Limit(
    key="client.credentials.token.rate.per.minute", namespace="platform.api", value=300, seconds=60, source=FORUM_11186
)
"""Requests one client-credentials token may make in a minute (the namespace is inferred). Each token has a budget of its own."""

REQUEST_BYTES = Limit(key="request.bytes.max", namespace="platform.api", value=512_000)
"""The largest request body, in bytes, beyond which the answer is 413."""

LIMITS: tuple[Limit, ...] = (
    TOKEN_RATE,
    Limit(key="token.rate.per.minute", namespace="platform.api", value=300, seconds=60, source=FORUM_11186),
    REQUEST_BYTES,
    Limit(key="event.orchestration.workflow.invocations.per.minute", namespace="event.orchestration", value=6000, seconds=60),
    Limit(key="event.orchestration.workflow.invocations.per.hour", namespace="event.orchestration", value=36_000, seconds=3600),
)
"""Every limit whose value is known, those of triggers among them (quoted from the limits page in forum thread 23730, 2023)."""

HEADER_COUNT = "inin-ratelimit-count"
"""How many requests of the present window are counted. Not on every answer."""
HEADER_ALLOWED = "inin-ratelimit-allowed"
"""How many the window allows; costlier resources announce less than 300 (180 was recorded for /users)."""
HEADER_RESET = "inin-ratelimit-reset"
"""Seconds until the window ends. 61 was recorded, so a window may be a little longer than the minute it is called."""
HEADER_RETRY_AFTER = "Retry-After"
"""Seconds to wait, on a 429."""
HEADER_CORRELATION = "ININ-Correlation-Id"
"""Names the exchange for Genesys' support; the error body's `contextId` is the same id."""
HEADERS_SOURCE = README_SAMPLES

TOKEN_LIFE_S = 86_400
"""How long a token lives unless its client says otherwise (swagger, OAuthClient.accessTokenValiditySeconds)."""
TOKEN_LIFE_MIN_S = 300
TOKEN_LIFE_MAX_S = 172_800
TOKEN_LIFE_SOURCE = SWAGGER

PAGE_SIZE = 25
"""The listing endpoints' default pageSize (swagger). The largest allowed is unknown."""
