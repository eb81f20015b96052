"""How one environment of Genesys Cloud is spoken to."""

from __future__ import annotations

import msgspec

from tieline.domain.secret import Secret


class CloudOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses, credentials and bounds of one environment. Durations are milliseconds, sizes bytes.

    `api_url` and `login_url` carry no path (`https://api.mypurecloud.de`, `https://login.mypurecloud.de`; one address
    for both with a twin). `connect_ms` bounds the way to the first byte, `answer_ms` the wait for an answer after it; a
    launch whose answer does not come in that time is ambiguous. `keepalive_ms` is how long an idle connection is used
    again: shorter than servers keep theirs, so that a launch is not written into a closing one. `max_answer_bytes`
    bounds an answer to a launch or a look, `max_listing_bytes` a page of flows. `proxy_from_env` obeys HTTPS_PROXY.
    """

    api_url: str
    login_url: str
    client_id: str
    client_secret: Secret
    connect_ms: int = 5_000
    answer_ms: int = 30_000
    token_ms: int = 10_000
    keepalive_ms: int = 10_000
    max_answer_bytes: int = 1_048_576
    max_listing_bytes: int = 33_554_432
    max_connections: int = 64
    proxy_from_env: bool = False

    @property
    def longest_ms(self) -> int:
        """The longest one call can take: a token and a launch, each with its connection."""
        return 2 * self.connect_ms + self.token_ms + self.answer_ms
