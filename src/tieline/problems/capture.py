"""6xx: what keeps a captured request from being read (TL630 to TL639)."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Kind, Problem


class CaptureUnreadable(Problem, frozen=True, kw_only=True):
    """A file that was to be diagnosed cannot be read."""

    code: ClassVar[str] = "TL630"
    reason: ClassVar[str] = "CAPTURE_UNREADABLE"
    title: ClassVar[str] = "The file cannot be read"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    file: str
    fault: str

    def line(self) -> str:
        """Name the file."""
        return f"`{self.file}` cannot be read: {self.fault}"

    def help(self) -> str:
        """Say what it takes."""
        return "name a file that is there, or `-` for standard input; it may be of any form: curl, raw HTTP, HAR, Postman, a body alone"


class CaptureTooLarge(Problem, frozen=True, kw_only=True):
    """A file larger than diagnosis reads."""

    code: ClassVar[str] = "TL631"
    reason: ClassVar[str] = "CAPTURE_TOO_LARGE"
    title: ClassVar[str] = "The file is too large"
    kind: ClassVar[Kind] = Kind.TOO_LARGE

    file: str
    bytes: int
    limit: int

    def line(self) -> str:
        """Say both sizes."""
        return f"`{self.file}` has {self.bytes} bytes, and at most {self.limit} are read"

    def help(self) -> str:
        """Say what to do."""
        return "cut it down to the exchanges in question, or export them alone"


class FlowsUnreadable(Problem, frozen=True, kw_only=True):
    """A file of flows or of an input schema that holds neither."""

    code: ClassVar[str] = "TL632"
    reason: ClassVar[str] = "FLOWS_UNREADABLE"
    title: ClassVar[str] = "The flow schema cannot be read"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"`{self.file}` gives no flows: {self.fault}"

    def help(self) -> str:
        """Say what it may hold."""
        return (
            "give an input schema (JSON schema with `properties`), a flow as GET /api/v2/flows/{flowId} answers it, a list of them, "
            "or the line that `tieline twin --json` prints"
        )


class VariablesUnreadable(Problem, frozen=True, kw_only=True):
    """A file of variables that is no Postman environment and no JSON object."""

    code: ClassVar[str] = "TL633"
    reason: ClassVar[str] = "VARIABLES_UNREADABLE"
    title: ClassVar[str] = "The environment file cannot be read"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"`{self.file}` holds no variables: {self.fault}"

    def help(self) -> str:
        """Say what it may hold."""
        return "give an environment as Postman exports it, or a JSON object of names and texts"


class CompareNeedsTwo(Problem, frozen=True, kw_only=True):
    """A file that was to be compared holds no request, or several and none was named."""

    code: ClassVar[str] = "TL634"
    reason: ClassVar[str] = "COMPARE_NEEDS_ONE"
    title: ClassVar[str] = "Which request of the file is meant cannot be told"

    file: str
    found: int
    names: str

    def line(self) -> str:
        """Say how many there are."""
        return f"`{self.file}` holds {self.found} requests, and one is compared: {self.names}"

    def help(self) -> str:
        """Say how to name one."""
        return "name one with `FILE#name` or `FILE#number`, counted from 1"
