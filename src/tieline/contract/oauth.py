"""The client-credentials grant: where it is asked for, in what form, and how it is refused.

The token endpoint is not part of the swagger and does not answer with the platform's error body; the forms are those
of the SDKs (`AuthResponse`, `AuthErrorResponse`).
"""

from __future__ import annotations

import re

import msgspec

from tieline.contract.sources import INFERENCE, NOWHERE, PROVIDER, PUBLIC_CODE, Source

PATH = "/oauth/token"
"""On the login host."""
MEDIA_TYPE = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
"""The value of `grant_type`; id and secret come as HTTP Basic (official) or as `client_id` and `client_secret` in the form (observed)."""
TOKEN_TYPE = "bearer"  # noqa: S105 - the kind of token, not a token


class TokenError(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal of the token endpoint. `status_source` says how well the HTTP status is known; the words have `source`."""

    status: int
    error: str
    description: str
    source: Source
    status_source: Source

    def body(self) -> dict[str, str]:
        """Give the answer's body: the description stands in it twice."""
        return {"error": self.error, "description": self.description, "error_description": self.description}


CLIENT_NOT_FOUND = TokenError(
    status=400, error="invalid_client", description="client not found", source=PUBLIC_CODE, status_source=INFERENCE
)
"""The client id is not known. Whether the status is 400 or 401 is not confirmed; tests written against the live service say BadRequest."""

BAD_SECRET = TokenError(
    status=400, error="invalid_client", description="authentication failed", source=PUBLIC_CODE, status_source=INFERENCE
)
"""The client is known, its secret is not the one given."""

RATE_LIMITED = TokenError(
    status=400, error="invalid_request", description="rate limit exceeded; retry later", source=PROVIDER, status_source=PROVIDER
)
"""Too many token requests: 400, not 429. Official up to the semicolon; the words after it are ours."""
RATE_LIMITED_PREFIX = "rate limit exceeded;"
"""How the description of a token rate limit begins; what the official provider looks for before it waits and tries again."""

BAD_GRANT = TokenError(
    status=400, error="unsupported_grant_type", description="grant type not supported", source=NOWHERE, status_source=NOWHERE
)
"""Another grant type, or none. The error name is RFC 6749's; the rest is not known."""

BAD_REQUEST = TokenError(
    status=400, error="invalid_request", description="the request could not be understood", source=NOWHERE, status_source=NOWHERE
)
"""A form that cannot be read, or credentials missing. The error name is RFC 6749's; the rest is not known."""

PUBLISHED_SCOPE = re.compile(r"[a-z]+(?:-[a-z]+)*(?::readonly)?")
"""What every published scope looks like: `architect`, `architect:readonly`, `user-basic-info` (swagger, `security`)."""
