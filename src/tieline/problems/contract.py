"""56x: what is wrong with a published API description given to `tieline contract diff` (TL560 to TL569 are this room's)."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Kind, Problem

_WANTED = "the platform's own description, publicapi-v2-latest.json (Swagger 2.0 or OpenAPI 3, as JSON)"


class DescriptionUnreadable(Problem, frozen=True, kw_only=True):
    """A description that cannot be opened or read."""

    code: ClassVar[str] = "TL560"
    reason: ClassVar[str] = "DESCRIPTION_UNREADABLE"
    title: ClassVar[str] = "The API description cannot be read"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and what the system says."""
        return f"`{self.file}` cannot be read: {self.fault}"

    def help(self) -> str:
        """Say what is read."""
        return f"name a file that holds {_WANTED}, or `-` for standard input"


class DescriptionNotJson(Problem, frozen=True, kw_only=True):
    """A description that is not JSON."""

    code: ClassVar[str] = "TL561"
    reason: ClassVar[str] = "DESCRIPTION_NOT_JSON"
    title: ClassVar[str] = "The API description is not JSON"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and what stands in it instead."""
        return f"`{self.file}` is not JSON: {self.fault}"

    def help(self) -> str:
        """Say what is read."""
        return f"give {_WANTED}"


class DescriptionTruncated(Problem, frozen=True, kw_only=True):
    """A description that breaks off."""

    code: ClassVar[str] = "TL562"
    reason: ClassVar[str] = "DESCRIPTION_TRUNCATED"
    title: ClassVar[str] = "The API description breaks off"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and where it ends."""
        return f"`{self.file}` is not whole: {self.fault}"

    def help(self) -> str:
        """Say the usual reason and the mend."""
        return "fetch it again, with `curl --fail`, and see that the transfer ends well; it is 20 MB and more"


class DescriptionUnknown(Problem, frozen=True, kw_only=True):
    """JSON that describes no API."""

    code: ClassVar[str] = "TL563"
    reason: ClassVar[str] = "DESCRIPTION_UNKNOWN"
    title: ClassVar[str] = "The file is no API description"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and what it lacks."""
        return f"`{self.file}` is no Swagger 2.0 or OpenAPI 3 document: {self.fault}"

    def help(self) -> str:
        """Say what is read."""
        return f"give {_WANTED}"


class DescriptionMalformed(Problem, frozen=True, kw_only=True):
    """A description with a part that is not of the form it must have."""

    code: ClassVar[str] = "TL564"
    reason: ClassVar[str] = "DESCRIPTION_MALFORMED"
    title: ClassVar[str] = "A part of the API description is malformed"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and the part."""
        return f"`{self.file}` is malformed: {self.fault}"

    def help(self) -> str:
        """Say what to do."""
        return "compare nothing with it; fetch the description again, or mend what was edited in it"


class DescriptionElsewhere(Problem, frozen=True, kw_only=True):
    """The description of another API."""

    code: ClassVar[str] = "TL565"
    reason: ClassVar[str] = "DESCRIPTION_ELSEWHERE"
    title: ClassVar[str] = "The description is of another API"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and why it cannot be the one."""
        return f"`{self.file}` does not describe the Genesys Cloud platform API: {self.fault}"

    def help(self) -> str:
        """Say what is read."""
        return f"give {_WANTED}"


class DescriptionTooLarge(Problem, frozen=True, kw_only=True):
    """A file far larger than any description of the platform."""

    code: ClassVar[str] = "TL566"
    reason: ClassVar[str] = "DESCRIPTION_TOO_LARGE"
    title: ClassVar[str] = "The file is too large for an API description"

    file: str
    most: int

    def line(self) -> str:
        """Name the file and how much is read."""
        return f"`{self.file}` is larger than {self.most} bytes, and is not read"

    def help(self) -> str:
        """Say what is read."""
        return f"give {_WANTED}; it is some 20 MB"
