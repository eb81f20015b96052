"""The platform's published error codes: status, code and message template, and how a template is filled.

The codes of this file stand on nearly every operation of the platform (the `x-inin-error-codes` of the swagger of
2025-07-28); what is an operation's own stands with the operation. `%s` in a template is a value the cloud fills in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from tieline.contract.sources import SWAGGER, Source


class ErrorCode(msgspec.Struct, frozen=True, kw_only=True):
    """One published error code: the HTTP status it comes with, and its message template."""

    status: int
    code: str
    template: str
    source: Source = SWAGGER

    @property
    def slots(self) -> int:
        """How many values the template takes."""
        return self.template.count("%s")

    def message(self, *values: object) -> str:
        """Fill the template with `values`, in order; raises `ValueError` when their number is not that of the slots."""
        parts = _parts(self.template)
        if len(values) != len(parts) - 1:
            raise ValueError(f"{self.code} takes {self.slots} values, not {len(values)}")
        return parts[0] + "".join(str(value) + part for value, part in zip(values, parts[1:], strict=True))


@lru_cache(maxsize=1024)
def _parts(template: str) -> tuple[str, ...]:
    return tuple(template.split("%s"))


def codes(status: int, templates: Mapping[str, str], source: Source = SWAGGER) -> tuple[ErrorCode, ...]:
    """Make the error codes of one status from a table of code to template."""
    return tuple(ErrorCode(status=status, code=code, template=template, source=source) for code, template in templates.items())


PERMISSIONS_NEEDED = (
    "Unable to perform the requested action. You must have at least one of the following permissions assigned: %s"
)

PLATFORM: tuple[ErrorCode, ...] = (
    *codes(
        400,
        {
            "bad.request": "The request could not be understood by the server due to malformed syntax.",
            "constraint.validation": "%s",
            "invalid.date": "Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ",
            "invalid.property": "Value [%s] is not a valid property for object [%s]",
            "invalid.query.param.value": "Value [%s] is not valid for parameter [%s]. Allowable values are: %s",
            "invalid.value": "Value [%s] is not valid for field type [%s]. Allowable values are: %s",
            "response.entity.too.large": "The response is over the size limit. Reduce pageSize or expand list to reduce response size if applicable",
        },
    ),
    *codes(
        401,
        {
            "authentication.required": "No authentication bearer token specified in authorization header.",
            "bad.credentials": "Invalid login credentials.",
            "ip.not.authorized": "Requests originating from this IP address are not authorized: [%s]",
        },
    ),
    *codes(
        403,
        {
            "app.not.authorized.for.scope": "App not authorized to use scope %s",
            "authz.policy.denied": "Unable to perform the requested action. Your organization's security policies have denied access. Policy ID(s): [%s]",
            "missing.any.division.permissions": PERMISSIONS_NEEDED + " in at least one of the following division(s): %s",
            "missing.any.permissions": PERMISSIONS_NEEDED,
            "missing.division.permission": "Unable to perform the requested action. You are missing the following permission '%s' in the provided division(s).",
            "missing.permissions": "Unable to perform the requested action. You are missing the following permission(s): %s",
            "not.authorized": "You are not authorized to perform the requested action.",
        },
    ),
    *codes(404, {"not.found": "The requested resource was not found."}),
    *codes(
        408,
        {
            "client.timeout": "The client did not produce a request within the server timeout limit."
            " This can be caused by a slow network connection and/or large payloads."
        },
    ),
    *codes(409, {"request.conflict": "The request conflicts with the current state of the target resource."}),
    *codes(413, {"request.entity.too.large": "The request is over the size limit. Maximum bytes: %s"}),
    *codes(
        415,
        {
            "unsupported.media.type": "Unsupported Media Type - Unsupported or incorrect media type,"
            " such as an incorrect Content-Type value in the header."
        },
    ),
    *codes(
        429,
        {
            "too.many.requests": "Rate limit exceeded the maximum [%s] requests within [%s] seconds",
            "too.many.requests.retry.after": "Rate limit exceeded the maximum. Retry the request in [%s] seconds",
        },
    ),
    *codes(
        500,
        {
            "internal.server.error": "The server encountered an unexpected condition which prevented it from fulfilling the request."
        },
    ),
    *codes(
        503,
        {
            "service.unavailable": "Service Unavailable - The server is currently unavailable (because it is overloaded or down for maintenance)."
        },
    ),
    *codes(
        504, {"authentication.request.timeout": "Authentication request timeout.", "request.timeout": "The request timed out."}
    ),
)
"""The platform gateway's own codes, listed on nearly all of its 2,657 operations."""

VALUES: frozenset[str] = frozenset(
    {"constraint.validation", "invalid.date", "invalid.property", "invalid.query.param.value", "invalid.value"}
)
"""The platform's codes about wrong values; an operation that takes none does not publish them."""

CUT_OFF = codes(
    400,
    {
        "client.failed.request": "The client did not produce a request with valid end of stream signaling."
        " This can be caused by poor network connection and/or client behavior."
    },
)
"""The code of a body that broke off; only operations that take a body publish it."""
