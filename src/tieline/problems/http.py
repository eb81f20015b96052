"""13x to 15x: faults a caller meets at the HTTP door, and in the signatures of webhooks."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Kind, Problem


class BodyTooLarge(Problem, frozen=True, kw_only=True):
    """A body over the door's bound; reading stopped there."""

    code: ClassVar[str] = "TL130"
    reason: ClassVar[str] = "BODY_TOO_LARGE"
    title: ClassVar[str] = "The body is too large"
    kind: ClassVar[Kind] = Kind.TOO_LARGE

    limit: int

    def line(self) -> str:
        """Say it."""
        return f"the body is over {self.limit} bytes"

    def help(self) -> str:
        """Say the mend."""
        return "send less, or let the operator raise limits.max_body (or the source's max_body)"


class BodySlow(Problem, frozen=True, kw_only=True):
    """A body that did not come within the door's time; its place is given to others."""

    code: ClassVar[str] = "TL141"
    reason: ClassVar[str] = "BODY_TOO_SLOW"
    title: ClassVar[str] = "The body did not come in time"
    kind: ClassVar[Kind] = Kind.TOO_SLOW

    limit_ms: int

    def line(self) -> str:
        """Say it."""
        return f"the body did not come whole within {self.limit_ms} ms"

    def help(self) -> str:
        """Say the mend."""
        return "send the body at once, with its right Content-Length; or let the operator raise limits.body_timeout"


class NotHttp(Problem, frozen=True, kw_only=True):
    """A connection on which no HTTP/1.1 request came; `begins` is what came instead, where it is known: TLS or HTTP/2."""

    code: ClassVar[str] = "TL142"
    reason: ClassVar[str] = "NOT_HTTP"
    title: ClassVar[str] = "Not an HTTP request"
    kind: ClassVar[Kind] = Kind.INVALID

    begins: str

    def line(self) -> str:
        """Say it."""
        seen = f"the connection begins with {self.begins}" if self.begins else "it cannot be read as one"
        return f"this is no HTTP/1.1 request: {seen}"

    def help(self) -> str:
        """Say the mend."""
        if self.begins == "TLS":
            return "write http://, or send it to what ends TLS in front of the door"
        return "send gRPC to the gRPC door, and plain HTTP/1.1 here" if self.begins else "send plain HTTP/1.1 here"


class BodyEmpty(Problem, frozen=True, kw_only=True):
    """A request without the body it needs."""

    code: ClassVar[str] = "TL131"
    reason: ClassVar[str] = "BODY_EMPTY"
    title: ClassVar[str] = "The body is empty"
    kind: ClassVar[Kind] = Kind.INVALID

    def line(self) -> str:
        """Say it."""
        return "the body is empty, and must be a JSON object"

    def help(self) -> str:
        """Say the mend."""
        return "send the JSON; a client that follows a redirect or retries can lose the body on the way"


class BodyNotJson(Problem, frozen=True, kw_only=True):
    """A body that is not JSON (RFC 8259), with where the reading stopped."""

    code: ClassVar[str] = "TL132"
    reason: ClassVar[str] = "BODY_NOT_JSON"
    title: ClassVar[str] = "The body is not JSON"
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Say it."""
        return f"the body is not JSON: {self.fault}"

    def help(self) -> str:
        """Say the mend."""
        return "check quotes, commas and encoding (UTF-8 without a byte order mark); NaN and Infinity are not JSON"


class DuplicateKey(Problem, frozen=True, kw_only=True):
    """The same key twice in one JSON object: which one is meant cannot be known."""

    code: ClassVar[str] = "TL133"
    reason: ClassVar[str] = "BODY_DUPLICATE_KEY"
    title: ClassVar[str] = "A key stands twice in the body"
    kind: ClassVar[Kind] = Kind.INVALID

    key: str

    def line(self) -> str:
        """Say it."""
        return f"the key `{self.key}` stands twice in one object"

    def help(self) -> str:
        """Say the mend."""
        return "keep one of the two; most parsers keep the last one without saying so"


class BodyTooDeep(Problem, frozen=True, kw_only=True):
    """JSON nested deeper than the door takes."""

    code: ClassVar[str] = "TL134"
    reason: ClassVar[str] = "BODY_TOO_DEEP"
    title: ClassVar[str] = "The body is nested too deep"
    kind: ClassVar[Kind] = Kind.INVALID

    limit: int

    def line(self) -> str:
        """Say it."""
        return f"the body is nested deeper than {self.limit}"

    def help(self) -> str:
        """Say the mend."""
        return "flatten it, or let the operator raise limits.max_depth"


class WrongContentType(Problem, frozen=True, kw_only=True):
    """A Content-Type that is not JSON."""

    code: ClassVar[str] = "TL135"
    reason: ClassVar[str] = "CONTENT_TYPE"
    title: ClassVar[str] = "The content type is not taken"
    kind: ClassVar[Kind] = Kind.UNSUPPORTED

    seen: str
    allowed: str

    def line(self) -> str:
        """Say it."""
        return (
            f"the header `Content-Type` is `{self.seen}`, and may be {self.allowed}"
            if self.seen
            else f"the header `Content-Type` is missing, and may be {self.allowed}"
        )

    def help(self) -> str:
        """Say the mend."""
        return "send Content-Type: application/json; charset is UTF-8"


class WrongContentEncoding(Problem, frozen=True, kw_only=True):
    """A compressed body: a signature is over the bytes as sent, and a small body can unfold into a large one."""

    code: ClassVar[str] = "TL136"
    reason: ClassVar[str] = "CONTENT_ENCODING"
    title: ClassVar[str] = "The content encoding is not taken"
    kind: ClassVar[Kind] = Kind.UNSUPPORTED

    seen: str

    def line(self) -> str:
        """Say it."""
        return f"the header `Content-Encoding` is `{self.seen}`, and may be identity only"

    def help(self) -> str:
        """Say the mend."""
        return "send the body uncompressed"


class NoSuchPath(Problem, frozen=True, kw_only=True):
    """A path this door does not have."""

    code: ClassVar[str] = "TL137"
    reason: ClassVar[str] = "PATH_NOT_FOUND"
    title: ClassVar[str] = "No such path"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    def line(self) -> str:
        """Say it."""
        return "this path is not one of the gateway's"

    def help(self) -> str:
        """Say the mend."""
        return "see /openapi.json for the paths there are"


class WrongMethod(Problem, frozen=True, kw_only=True):
    """A method the path does not take."""

    code: ClassVar[str] = "TL138"
    reason: ClassVar[str] = "METHOD_NOT_ALLOWED"
    title: ClassVar[str] = "The method is not taken here"
    kind: ClassVar[Kind] = Kind.METHOD

    seen: str
    allowed: str

    def line(self) -> str:
        """Say it."""
        return f"the method is {self.seen}, and may be {self.allowed} here"

    def help(self) -> str:
        """Say the mend."""
        return "use one of the methods of the Allow header"


class UnknownSource(Problem, frozen=True, kw_only=True):
    """A webhook for a source the settings do not define. The sources there are, are not told."""

    code: ClassVar[str] = "TL139"
    reason: ClassVar[str] = "SOURCE_UNKNOWN"
    title: ClassVar[str] = "No such source"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    def line(self) -> str:
        """Say it."""
        return "no source of this name takes events"

    def help(self) -> str:
        """Say the mend."""
        return "check the address the sender was given against `sources` in tieline.yaml"


class WrongQuery(Problem, frozen=True, kw_only=True):
    """A query parameter that cannot be read."""

    code: ClassVar[str] = "TL140"
    reason: ClassVar[str] = "QUERY_INVALID"
    title: ClassVar[str] = "A query parameter is wrong"
    kind: ClassVar[Kind] = Kind.INVALID

    parameter: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Say it."""
        return f"`{self.parameter}` is `{self.seen}`, and may be {self.allowed}"

    def help(self) -> str:
        """Say the mend."""
        return "see /openapi.json for the parameters there are"


class SignatureMissing(Problem, frozen=True, kw_only=True):
    """A webhook without the header that signs it."""

    code: ClassVar[str] = "TL150"
    reason: ClassVar[str] = "SIGNATURE_MISSING"
    title: ClassVar[str] = "The signature is missing"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    header: str

    def line(self) -> str:
        """Say it."""
        return f"the header `{self.header}` that signs the body is missing"

    def help(self) -> str:
        """Say the mend."""
        return "configure the sender's secret, and check that no proxy removes the header"


class SignatureWrong(Problem, frozen=True, kw_only=True):
    """A webhook whose signature none of the source's secrets makes."""

    code: ClassVar[str] = "TL151"
    reason: ClassVar[str] = "SIGNATURE_WRONG"
    title: ClassVar[str] = "The signature does not fit"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    header: str

    def line(self) -> str:
        """Say it."""
        return f"the signature in `{self.header}` fits none of the source's secrets"

    def help(self) -> str:
        """Say the mend."""
        return "compare the secret on both sides; the signature is over the raw bytes, so nothing between may rewrite the body"


class SignatureMalformed(Problem, frozen=True, kw_only=True):
    """A signature header not in its scheme's form."""

    code: ClassVar[str] = "TL152"
    reason: ClassVar[str] = "SIGNATURE_MALFORMED"
    title: ClassVar[str] = "The signature cannot be read"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    header: str
    allowed: str

    def line(self) -> str:
        """Say it."""
        return f"the header `{self.header}` cannot be read, and must be {self.allowed}"

    def help(self) -> str:
        """Say the mend."""
        return "check that the source's scheme is the sender's: GitHub writes hex where Genesys Open Messaging writes base64 in the same header"


class SignatureStale(Problem, frozen=True, kw_only=True):
    """A signed time outside the window: a replay, or a wrong clock."""

    code: ClassVar[str] = "TL153"
    reason: ClassVar[str] = "SIGNATURE_STALE"
    title: ClassVar[str] = "The signature is too old"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED

    age_s: int
    window_s: int

    def line(self) -> str:
        """Say it."""
        return f"the signed time is {abs(self.age_s)} s in the {'past' if self.age_s >= 0 else 'future'}, and may be {self.window_s} s off"

    def help(self) -> str:
        """Say the mend."""
        return "check both clocks; a delivery that is repeated later must be signed anew"


class EventIncomplete(Problem, frozen=True, kw_only=True):
    """A webhook in which an attribute that an event needs cannot be found where the source says it stands."""

    code: ClassVar[str] = "TL154"
    reason: ClassVar[str] = "EVENT_INCOMPLETE"
    title: ClassVar[str] = "The event lacks an attribute"
    kind: ClassVar[Kind] = Kind.INVALID

    attribute: str
    where: str

    def line(self) -> str:
        """Say it."""
        return f"the event has no `{self.attribute}`: {self.where} gives nothing"

    def help(self) -> str:
        """Say the mend."""
        return "correct the source's expression for it, or the sender"


class NotACloudEvent(Problem, frozen=True, kw_only=True):
    """A CloudEvent (1.0) that lacks what the specification needs."""

    code: ClassVar[str] = "TL155"
    reason: ClassVar[str] = "CLOUDEVENT_INVALID"
    title: ClassVar[str] = "Not a CloudEvent"
    kind: ClassVar[Kind] = Kind.INVALID

    fault: str

    def line(self) -> str:
        """Say it."""
        return f"this is not a CloudEvent 1.0: {self.fault}"

    def help(self) -> str:
        """Say the mend."""
        return "specversion, id, source and type are needed, each a text that is not empty"


class SourceOfAnother(Problem, frozen=True, kw_only=True):
    """A CloudEvent whose `source` is the name of another sender of webhooks."""

    code: ClassVar[str] = "TL156"
    reason: ClassVar[str] = "SOURCE_OF_ANOTHER"
    title: ClassVar[str] = "An event in another sender's name"
    kind: ClassVar[Kind] = Kind.FORBIDDEN

    source: str

    def line(self) -> str:
        """Say whose address it came through."""
        return f"the event came to `{self.source}`, and its `source` is the name of another sender here"

    def help(self) -> str:
        """Say the mend."""
        return "send it to the address of that sender, signed as that sender signs, or give it a source of its own"
