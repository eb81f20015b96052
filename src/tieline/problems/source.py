"""6xx: what the source code of a caller shows (TL640 to TL649)."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Problem


class OmitEmptyRequired(Problem, frozen=True, kw_only=True):
    """A required field that the code leaves out when it is empty."""

    code: ClassVar[str] = "TL640"
    reason: ClassVar[str] = "OMITEMPTY_REQUIRED"
    title: ClassVar[str] = "A required field is left out when it is empty"

    field: str
    sent: str

    def line(self) -> str:
        """Name the field."""
        return f"`{self.field}` is marked `omitempty`, so an empty value leaves `{self.sent}` out without a word"

    def help(self) -> str:
        """Say the mend."""
        return f'write the tag as `json:"{self.sent}"`, and stop before the call when `{self.field}` is empty'


class FieldUntagged(Problem, frozen=True, kw_only=True):
    """A field without a name of its own for JSON, sent under the name it has in the code."""

    code: ClassVar[str] = "TL641"
    reason: ClassVar[str] = "FIELD_UNTAGGED"
    title: ClassVar[str] = "A field is sent under its name in the code"

    field: str
    sent: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the field, and the name it is sent under."""
        meant = f"; the launch request has `{self.nearest}`" if self.nearest else ""
        return f"`{self.field}` has no name for JSON, and is sent as `{self.sent}`{meant}"

    def help(self) -> str:
        """Say the mend."""
        return (
            f"name it `{self.nearest}` for JSON, by a tag or an attribute"
            if self.nearest
            else "give it a name for JSON, or leave it out"
        )


class FieldUnexported(Problem, frozen=True, kw_only=True):
    """A field with a JSON name that the language never sends."""

    code: ClassVar[str] = "TL642"
    reason: ClassVar[str] = "FIELD_UNEXPORTED"
    title: ClassVar[str] = "A field is never sent"

    field: str
    tag: str
    mend: str | None = None

    def line(self) -> str:
        """Name the field, and what is missing for it."""
        why = "is no public property" if self.mend else "is not exported"
        return f"`{self.field}` {why}, so `{self.tag}` is never sent"

    def help(self) -> str:
        """Say the mend: that of the language, or Go's."""
        return self.mend or f'rename it to `{self.field[:1].upper()}{self.field[1:]}` and keep the tag `json:"{self.tag}"`'


class TagMalformed(Problem, frozen=True, kw_only=True):
    """A tag or attribute that the JSON library in use does not see."""

    code: ClassVar[str] = "TL643"
    reason: ClassVar[str] = "TAG_MALFORMED"
    title: ClassVar[str] = "A field's JSON name is not seen"

    field: str
    sent: str
    tag: str
    why: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the field, the tag and what is wrong with it."""
        return f"the tag of `{self.field}` is not read, because {self.why}; it is sent as `{self.sent}`"

    def help(self) -> str:
        """Say the mend."""
        return f"write the tag so that the JSON library in use reads it, and names the field `{self.nearest or 'as it shall be sent'}`"


class PostRepeated(Problem, frozen=True, kw_only=True):
    """A client that repeats a POST by itself."""

    code: ClassVar[str] = "TL644"
    reason: ClassVar[str] = "POST_REPEATED"
    title: ClassVar[str] = "The client repeats a launch by itself"

    client: str
    when: str
    times: str | None = None

    def line(self) -> str:
        """Name the client, and when it repeats."""
        times = f" up to {self.times} times" if self.times else ""
        return f"{self.client} sends the POST again{times} when {self.when}, and each one that arrived starts a run"

    def help(self) -> str:
        """Say the mend."""
        return "turn repeating off for this call; there is no idempotency key, so repeat only what surely did not arrive"


class BodyByHand(Problem, frozen=True, kw_only=True):
    """JSON put together from pieces of text."""

    code: ClassVar[str] = "TL645"
    reason: ClassVar[str] = "BODY_BY_HAND"
    title: ClassVar[str] = "The JSON is put together by hand"

    value: str

    def line(self) -> str:
        """Name the value that can break it."""
        return f"the JSON is put together from text, so a quote, a backslash or a line break in `{self.value}` breaks it"

    def help(self) -> str:
        """Say the mend."""
        return "build an object and let a JSON library write it"


class SourceUnreadable(Problem, frozen=True, kw_only=True):
    """A path at which there is no source code that can be read."""

    code: ClassVar[str] = "TL646"
    reason: ClassVar[str] = "SOURCE_UNREADABLE"
    title: ClassVar[str] = "There is no source code to read"

    path: str
    fault: str

    def line(self) -> str:
        """Name the path and what is wrong with it."""
        return f"no source code can be read from `{self.path}`: {self.fault}"

    def help(self) -> str:
        """Say what is read."""
        return "name a file or a directory of Go, Python, JavaScript, TypeScript, Java or C#"
