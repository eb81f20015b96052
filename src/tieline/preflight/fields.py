"""The fields of a launch request in each of its two forms, and the rules on them; one table per form, the rules once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from tieline.domain.finding import Finding, find, pointer
from tieline.domain.json import Json
from tieline.problems.base import nearest
from tieline.problems.preflight import NotAnObject, UnknownField, WrongType

_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class Form(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One form of an object: its fields with their type, and the names by which people miss them.

    `fields` is name to Python type; `null_allowed` are the fields that may be null; `aliases` is a folded wrong name to
    the right field (names near in spelling need no alias). `whole` is what `UnknownField.inside` says, empty for the request.
    """

    fields: Mapping[str, type]
    aliases: Mapping[str, str]
    null_allowed: frozenset[str] = frozenset()
    whole: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names, in the order of the table."""
        return tuple(self.fields)


_INPUT_WORDS = (
    "inputs", "inputdata", "input", "inputparameters", "inputparams", "inputvariables", "inputvalues", "inputarguments", "inputfields",
    "flowinputs", "flowinput", "flowdata", "flowvariables", "flowparameters", "flowinputdata", "flowarguments",
    "parameters", "params", "parameter", "arguments", "args", "data", "initialdata", "initialvalues", "initialstate", "initialcontext",
    "attributes", "participantdata", "participantattributes", "customdata", "customattributes", "contextdata", "context",
    "variables", "vars", "values", "payload", "body", "eventdata", "executiondata", "executioninputs", "launchdata", "jsondata",
)  # fmt: skip
_ID_WORDS = (
    "id",
    "flowguid",
    "flowuuid",
    "flowidentifier",
    "workflowid",
    "flowexecutionid",
    "architectflowid",
    "flowdefinitionid",
    "guid",
)
_NAME_WORDS = ("flowname", "workflow", "workflowname", "architectflow", "flowtolaunch")
_VERSION_WORDS = ("version", "flowversionid", "versionid", "flowversionnumber", "publishedversion", "workflowversion")
_LABEL_WORDS = ("executionname", "runname", "label", "title", "displayname", "instancename", "launchname")


def _aliases(*groups: tuple[tuple[str, ...], str]) -> dict[str, str]:
    return {word: field for words, field in groups for word in words}


CALLER = Form(
    fields={"flowId": str, "flow": str, "flowVersion": str, "inputs": dict, "initiator": dict, "name": str},
    aliases=_aliases(
        (_INPUT_WORDS, "inputs"),
        (_ID_WORDS, "flowId"),
        (_NAME_WORDS, "flow"),
        (_VERSION_WORDS, "flowVersion"),
        (_LABEL_WORDS, "name"),
        (("user", "initiatedby", "requestedby", "onbehalfof", "actor", "externalcontact"), "initiator"),
    ),
    null_allowed=frozenset({"flowVersion", "inputs", "initiator", "name"}),
)
"""The caller's form, `FlowExecutionRequest`. A field that is null is as left out, as in the JSON form of protobuf; but what says which
flow is meant may not be null."""

OFFICIAL = Form(
    fields={"flowId": str, "flowVersion": str, "inputData": dict, "name": str},
    aliases=_aliases((_INPUT_WORDS, "inputData"), (_ID_WORDS, "flowId"), (_VERSION_WORDS, "flowVersion"), (_LABEL_WORDS, "name")),
    null_allowed=frozenset({"flowVersion", "inputData", "name"}),
)
"""The cloud's form, FlowExecutionLaunchRequest (official description, captured 2025-07: these four properties and no other;
`flowVersion` left out, null or empty means the newest published one). Whether `inputData` and `name` may be null is not known:
nobody has seen it refused, so nothing is refused here for it (docs/decisions/0012)."""

INITIATOR = Form(
    fields={"id": str, "type": str},
    aliases=_aliases((("userid", "contactid", "externalcontactid", "guid"), "id"), (("kind", "initiatortype"), "type")),
    whole="initiator",
)
"""The caller's `initiator`."""


_KEPT_NAME = 200
"""The longest name, in characters, of which a finding is remembered."""


def kind_of(value: Json) -> str:
    """Name a value's JSON type, with its article."""
    return _KINDS.get(type(value), "no JSON value")


def article(kind: type) -> str:
    """Name the JSON type a Python type stands for, with its article."""
    return _KINDS[kind]


@lru_cache(maxsize=4096)
def near(name: str, allowed: tuple[str, ...]) -> str | None:
    """Find the allowed name nearest to `name`, as `problems.base.nearest`; remembered, for the same mistake comes again."""
    return nearest(name, allowed) if len(name) <= 200 else None


def field_findings(body: dict[str, Json], form: Form, at: str = "") -> Iterator[Finding]:
    """Say what is wrong with the names and types of an object's fields. `at` is the pointer of the object itself."""
    fields = form.fields
    for name, value in body.items():
        wanted = fields.get(name)
        if wanted is None:
            yield _unknown(name, form, at) if len(name) <= _KEPT_NAME else _unknown.__wrapped__(name, form, at)
        elif type(value) is not wanted and not (value is None and name in form.null_allowed):
            yield _wrong_type(name, kind_of(value), form, at)


def not_an_object(body: Json, form: Form) -> Finding:
    """Say that the whole request is no object."""
    return find(NotAnObject(seen=kind_of(body), fields=", ".join(f"`{name}`" for name in form.names)), "")


@lru_cache(maxsize=1024)
def _wrong_type(name: str, seen: str, form: Form, at: str) -> Finding:
    """Say that a field has another type; remembered, for it does not depend on the value, and the same mistake comes again."""
    shown = f"{form.whole}.{name}" if form.whole else name
    return find(WrongType(field=shown, seen=seen, allowed=article(form.fields[name])), at + pointer(name))


@lru_cache(maxsize=1024)
def _unknown(name: str, form: Form, at: str) -> Finding:
    """Say that a name is no field; remembered, as `_wrong_type` is."""
    suggestion = meant(name, form)
    allowed = ", ".join(f"`{field}`" for field in form.names)
    problem = UnknownField(field=short(name), allowed=allowed, inside=form.whole, nearest=suggestion)
    return find(problem, at + pointer(name), suggestion)


def meant(name: str, form: Form) -> str | None:
    """Guess which field of the form an unknown name means: the same but for case and separators, a known alias, or near in spelling."""
    folded = name.replace("_", "").replace("-", "").replace(" ", "").casefold()
    for field in form.fields:
        if field.casefold() == folded:
            return field
    return form.aliases.get(folded) or near(name, form.names)


def short(name: str) -> str:
    """Give a name fit to be quoted: at most 80 characters."""
    return name if len(name) <= 80 else name[:77] + "..."
