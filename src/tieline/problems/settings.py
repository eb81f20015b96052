"""5xx: settings, and what the command line is given."""

from __future__ import annotations

from typing import ClassVar

from tieline.problems.base import Actor, Kind, Problem


class SettingsProblem(Problem, frozen=True, kw_only=True):
    """What all faults in the settings share: the operator mends them."""

    actor: ClassVar[Actor] = Actor.OPERATOR


class UnknownSetting(SettingsProblem, frozen=True, kw_only=True):
    """A key of tieline.yaml that means nothing."""

    code: ClassVar[str] = "TL501"
    reason: ClassVar[str] = "SETTING_UNKNOWN"
    title: ClassVar[str] = "A setting that does not exist"

    setting: str
    inside: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the key, and what could stand there."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.setting}` is not a setting of {self.inside}{near}"

    def help(self) -> str:
        """List what could stand there."""
        return f"settings here: {self.allowed}"


class MissingSetting(SettingsProblem, frozen=True, kw_only=True):
    """A setting that must be there."""

    code: ClassVar[str] = "TL502"
    reason: ClassVar[str] = "SETTING_MISSING"
    title: ClassVar[str] = "A setting is missing"

    setting: str
    inside: str

    def line(self) -> str:
        """Name what is missing, and where."""
        return f"{self.inside} needs `{self.setting}`"

    def help(self) -> str:
        """Say what to add."""
        return f"add `{self.setting}` to {self.inside}"


class WrongSettingType(SettingsProblem, frozen=True, kw_only=True):
    """A setting of the wrong kind."""

    code: ClassVar[str] = "TL503"
    reason: ClassVar[str] = "SETTING_TYPE"
    title: ClassVar[str] = "A setting of the wrong kind"

    setting: str
    seen: str
    allowed: str

    def line(self) -> str:
        """Name the setting, what it is, and what it may be."""
        return f"`{self.setting}` is {self.seen}, and may be {self.allowed}"

    def help(self) -> str:
        """Say what to write instead."""
        return f"write {self.allowed}"


class WrongSettingValue(SettingsProblem, frozen=True, kw_only=True):
    """A setting whose value is outside what is allowed."""

    code: ClassVar[str] = "TL504"
    reason: ClassVar[str] = "SETTING_VALUE"
    title: ClassVar[str] = "A setting's value is not allowed"

    setting: str
    seen: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the setting, its value, and what is allowed."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.setting}` is `{self.seen}`, and may be {self.allowed}{near}"

    def help(self) -> str:
        """Say what to write instead."""
        return f"write {self.allowed}"


class NotYaml(SettingsProblem, frozen=True, kw_only=True):
    """The file cannot be read as YAML."""

    code: ClassVar[str] = "TL505"
    reason: ClassVar[str] = "SETTINGS_NOT_YAML"
    title: ClassVar[str] = "The settings are not YAML"

    file: str
    fault: str

    def line(self) -> str:
        """Say what the parser met."""
        return f"`{self.file}` is not YAML: {self.fault}"

    def help(self) -> str:
        """Say where to look."""
        return "look at that line: indentation, a missing colon or quote; text that begins with `@`, `*`, `&`, `{` or `[` needs quotes"


class DuplicateSetting(SettingsProblem, frozen=True, kw_only=True):
    """The same key twice in one mapping."""

    code: ClassVar[str] = "TL506"
    reason: ClassVar[str] = "SETTING_DUPLICATE"
    title: ClassVar[str] = "A setting is given twice"

    setting: str
    first_line: int

    def line(self) -> str:
        """Name the key and its first place."""
        return f"`{self.setting}` is given twice, first on line {self.first_line}"

    def help(self) -> str:
        """Say which to keep."""
        return "keep one of the two"


class SettingsNotFound(SettingsProblem, frozen=True, kw_only=True):
    """The settings file is not there, or cannot be read."""

    code: ClassVar[str] = "TL507"
    reason: ClassVar[str] = "SETTINGS_NOT_FOUND"
    title: ClassVar[str] = "A file cannot be read"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and why it cannot be read."""
        return f"`{self.file}` cannot be read: {self.fault}"

    def help(self) -> str:
        """Say how to name another."""
        return "name the file on the command line, or in TIELINE_CONFIG; `tieline check --example` prints one to start from"


class SecretMissing(SettingsProblem, frozen=True, kw_only=True):
    """A secret that the settings name is not there."""

    code: ClassVar[str] = "TL508"
    reason: ClassVar[str] = "SECRET_MISSING"
    title: ClassVar[str] = "A secret is not there"

    setting: str
    where: str

    def line(self) -> str:
        """Name the setting, and where its secret should be."""
        return f"`{self.setting}` takes its secret from {self.where}, which is missing or empty"

    def help(self) -> str:
        """Say how to give it."""
        return f"set {self.where} before starting; secrets do not stand in the file itself"


class NotLoopback(SettingsProblem, frozen=True, kw_only=True):
    """A door that listens to more than this machine, without authentication."""

    code: ClassVar[str] = "TL509"
    reason: ClassVar[str] = "OPEN_WITHOUT_AUTHENTICATION"
    title: ClassVar[str] = "A door is open to the network without authentication"

    setting: str
    host: str
    missing: str

    def line(self) -> str:
        """Name the door, its address, and what is missing."""
        return f"`{self.setting}` listens on `{self.host}`, which others can reach, and {self.missing} is not configured"

    def help(self) -> str:
        """Say both ways out."""
        return f"configure {self.missing}, or listen on 127.0.0.1"


class UnknownReference(SettingsProblem, frozen=True, kw_only=True):
    """A name that refers to something the settings do not define."""

    code: ClassVar[str] = "TL510"
    reason: ClassVar[str] = "REFERENCE_UNKNOWN"
    title: ClassVar[str] = "A name refers to nothing"

    setting: str
    name: str
    what: str
    allowed: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the reference and what there is."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.setting}` names the {self.what} `{self.name}`, which is not defined{near}"

    def help(self) -> str:
        """List what is defined."""
        return f"defined: {self.allowed}" if self.allowed else f"no {self.what} is defined"


class InputSchemaUnreadable(SettingsProblem, frozen=True, kw_only=True):
    """A flow's input schema is said to stand in a file, and cannot be read from it."""

    code: ClassVar[str] = "TL511"
    reason: ClassVar[str] = "INPUT_SCHEMA_UNREADABLE"
    title: ClassVar[str] = "The file of an input schema cannot be read"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"the input schema `{self.file}` cannot be read: {self.fault}"

    def help(self) -> str:
        """Say where the path starts."""
        return "correct the path, which starts from the folder of the settings, or write the schema itself in its place"


class LossNotAccepted(SettingsProblem, frozen=True, kw_only=True):
    """A store weaker than one synced disk, without the operator's word."""

    code: ClassVar[str] = "TL512"
    reason: ClassVar[str] = "LOSS_NOT_ACCEPTED"
    title: ClassVar[str] = "The store can lose what was answered"

    store: str
    durability: str

    def line(self) -> str:
        """Name the store and what it promises."""
        return f"the `{self.store}` queue is `{self.durability}`: what was answered is lost when the process ends"

    def help(self) -> str:
        """Say both ways out."""
        return "use `store: sqlite`, or say `accept_loss: true` under `queue`"


class GatewayUnreachable(SettingsProblem, frozen=True, kw_only=True):
    """The command line found no gateway at the address."""

    code: ClassVar[str] = "TL513"
    reason: ClassVar[str] = "GATEWAY_UNREACHABLE"
    title: ClassVar[str] = "No gateway answers"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    url: str
    fault: str

    def line(self) -> str:
        """Name the address and what happened."""
        return f"no gateway answers at `{self.url}`: {self.fault}"

    def help(self) -> str:
        """Say how to start one or name another."""
        return "start one with `tieline serve`, or name it with --url or TIELINE_URL"


class GatewayRefused(SettingsProblem, frozen=True, kw_only=True):
    """The gateway answered the command line with a refusal it did not explain in a problem document."""

    code: ClassVar[str] = "TL514"
    reason: ClassVar[str] = "GATEWAY_REFUSED"
    title: ClassVar[str] = "The gateway refused"

    url: str
    status: int

    def line(self) -> str:
        """Name the address and the status."""
        return f"`{self.url}` answered {self.status}, and not as a Tieline gateway does"

    def help(self) -> str:
        """Say what to check."""
        return "check that the address is the gateway's HTTP door, and no proxy stands between"


class UnknownCode(SettingsProblem, frozen=True, kw_only=True):
    """`tieline explain` was asked for a code that does not exist."""

    code: ClassVar[str] = "TL515"
    reason: ClassVar[str] = "CODE_UNKNOWN"
    title: ClassVar[str] = "No such code"
    kind: ClassVar[Kind] = Kind.NOT_FOUND

    name: str
    nearest: str | None = None

    def line(self) -> str:
        """Name the code asked for."""
        near = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"`{self.name}` is not a code of tieline{near}"

    def help(self) -> str:
        """Say how to list them."""
        return "`tieline explain` lists every code"


class SampleUnreadable(SettingsProblem, frozen=True, kw_only=True):
    """A sample event given to `tieline check` cannot be read as one."""

    code: ClassVar[str] = "TL516"
    reason: ClassVar[str] = "SAMPLE_UNREADABLE"
    title: ClassVar[str] = "A sample event cannot be read"

    file: str
    fault: str

    def line(self) -> str:
        """Name the file and the fault."""
        return f"`{self.file}` is not a sample event: {self.fault}"

    def help(self) -> str:
        """Say the form."""
        return (
            "a sample is a CloudEvent, a webhook's body or a launch request, in JSON; a file may hold one, a list, or one a line"
        )


class ChildEnded(SettingsProblem, frozen=True, kw_only=True):
    """A process that the demo started ended before it served."""

    code: ClassVar[str] = "TL517"
    reason: ClassVar[str] = "PROCESS_ENDED"
    title: ClassVar[str] = "A process ended before it served"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    command: str
    status: int
    said: str

    def line(self) -> str:
        """Name the command, its status and its first words."""
        return f"`{self.command}` ended with {self.status} before it served; it said: {self.said}"

    def help(self) -> str:
        """Say how to see more."""
        return f"run `{self.command}` by itself to see all it says"


class WrongCommand(SettingsProblem, frozen=True, kw_only=True):
    """A command line that says what there is not: a command, an option, a value."""

    code: ClassVar[str] = "TL518"
    reason: ClassVar[str] = "COMMAND_LINE"
    title: ClassVar[str] = "The command line is wrong"

    command: str
    fault: str

    def line(self) -> str:
        """Say what is wrong with it."""
        return self.fault

    def help(self) -> str:
        """Say where to read what there is."""
        return f"`{self.command} --help` says what it takes"
