"""The flows the twin starts with: the sample flows, or those of a file or a folder.

A seed file, JSON or YAML: `{"flows": [{"name": "...", "inputs": [{"name": "orderId", "type": "String"}], ...}]}`, each flow a
`SeedFlow` with its field names in camel case. Instead of `inputs` it may give a whole `inputSchema`, as the cloud prints one. An
Architect flow in YAML is a seed of one flow; a folder is one of all the `.json`, `.yaml` and `.yml` files in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import jsonschema_rs
import msgspec

from tieline.contract import architect_yaml
from tieline.contract.inputs import FlowVariable, input_schema, output_schema
from tieline.contract.words import FLOW_TYPES
from tieline.twin.script import AFTER_MAX_MS, Outcome, script_fault

SUFFIXES = (".json", ".yaml", ".yml")
VERSIONS_MAX = 1000
"""How many versions a flow may have; a figure of the twin's own."""
NAMESPACE = UUID("5d3b6c5e-0b34-5a0e-9f0a-7469656c696e")


class SeedError(ValueError):
    """The seed cannot be used; the message says which file and what is wrong with it."""


class SeedFlow(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One flow to start with.

    `id` is made from the name when it is left out, so it is the same in every run. `versions` is how many were published (1.0,
    2.0, ...; at least one is saved even when none is published). `outputs` are the values a completed run gives, by variable.
    `fails` makes every run end FAILED. `run_ms` is how long a run takes, None for the twin's own setting. `script` says how runs go
    on (`twin.script`), and goes before `outputs` and `fails`. `division` is the id of the flow's division, None for Home.
    """

    name: str
    id: str | None = None
    type: str = "WORKFLOW"
    description: str | None = None
    published: bool = True
    deleted: bool = False
    versions: int = 1
    inputs: tuple[FlowVariable, ...] = ()
    input_schema: dict[str, Any] | None = None
    output_variables: tuple[FlowVariable, ...] = ()
    outputs: dict[str, Any] = msgspec.field(default_factory=dict)
    fails: bool = False
    run_ms: int | None = None
    script: tuple[Outcome, ...] = ()
    division: str | None = None

    @property
    def flow_id(self) -> str:
        """The id, made from the name when none is given."""
        return self.id or str(uuid5(NAMESPACE, self.name))

    def in_schema(self) -> dict[str, Any]:
        """The input schema, built from `inputs` unless given whole."""
        return self.input_schema if self.input_schema is not None else input_schema(self.inputs)

    def out_schema(self) -> dict[str, Any]:
        """The output schema."""
        return output_schema(self.output_variables)


class _Seed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    flows: tuple[SeedFlow, ...]


def _text(name: str, description: str = "") -> FlowVariable:
    return FlowVariable(name="Flow." + name, description=description)


def _integer(name: str, description: str = "") -> FlowVariable:
    return FlowVariable(name="Flow." + name, type="Integer", description=description)


_STATUS = (_text("status", "How the flow ended, in a word"), _integer("statusCode", "How the flow ended, as a number"))
_DONE = {"Flow.status": "Complete", "Flow.statusCode": 200}

SAMPLE: tuple[SeedFlow, ...] = (
    SeedFlow(
        name="Deployment announcements",
        description="Tells the people on duty what was pushed where",
        inputs=(
            _text("repository", "The repository that was pushed to"),
            _text("ref", "The branch or tag"),
            _integer("commitCount", "How many commits"),
            _text("author", "Who pushed"),
            FlowVariable(name="Flow.branches", description="The branches touched", collection=True),
        ),
        output_variables=_STATUS,
        outputs=_DONE,
    ),
    SeedFlow(
        name="Payment follow-up",
        description="Thanks a customer for a payment, or asks about one that failed",
        inputs=(
            _text("paymentId", "The payment's id at the processor"),
            _integer("amount", "The amount, in the currency's smallest unit"),
            _text("currency", "The currency, three letters"),
            _text("customerEmail", "Where to write to"),
        ),
        output_variables=_STATUS,
        outputs=_DONE,
        versions=2,
    ),
    SeedFlow(
        name="Conversation wrap-up",
        description="Files a conversation once a participant has left it",
        inputs=(
            _text("conversationId", "The conversation"),
            _text("participantPurpose", "What the participant was there for"),
            _text("endedAt", "When, ISO-8601"),
        ),
        output_variables=_STATUS,
        outputs=_DONE,
    ),
    SeedFlow(
        name="Customer callback",
        description="Puts a callback into the right queue",
        inputs=(
            _text("customerId", "The customer"),
            _text("phoneNumber", "The number to call, E.164"),
            _text("reason", "Why the customer asked"),
            _integer("attempt", "Which attempt this is, from 1"),
        ),
        output_variables=_STATUS,
        outputs=_DONE,
    ),
    SeedFlow(
        name="Always fails",
        description="Every run of it fails at its first expression",
        inputs=(_text("userEmail", "Left unset by the flow"),),
        fails=True,
    ),
    SeedFlow(name="Draft survey", description="Saved, never published", inputs=(_text("surveyId"),), published=False),
    SeedFlow(name="Main IVR", type="INBOUNDCALL", description="The main number's call flow"),
)
"""The flows the twin has when no seed is named."""


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft7Validator:
    """Compile a flow's schema; it may refer to nothing outside itself. Raises `ValueError`."""
    return jsonschema_rs.Draft7Validator(schema, retriever=_fetch_nothing)


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"a flow's schema refers to nothing outside itself, this one to {uri}")


def load(path: Path | Sequence[Any] | None) -> tuple[SeedFlow, ...]:
    """Read the seed (JSON, or an Architect flow in YAML, or a folder of either; or flows as plain data), or give the sample flows;
    raises `SeedError`.
    """
    if path is None:
        return SAMPLE
    if not isinstance(path, Path):
        return _given(path)
    files = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES) if path.is_dir() else [path]
    if not files:
        raise SeedError(f"{path}: there is no {', '.join(SUFFIXES)} file in it")
    flows = tuple(flow for one in files for flow in _read(one))
    try:
        check(flows)
    except SeedError as error:
        raise SeedError(f"{path}: {error}") from None
    return flows


def _given(told: Sequence[Any]) -> tuple[SeedFlow, ...]:
    try:
        flows = msgspec.convert(list(told), tuple[SeedFlow, ...])
    except msgspec.ValidationError as fault:
        raise SeedError(str(fault)) from None
    check(flows)
    return flows


def _read(file: Path) -> tuple[SeedFlow, ...]:
    """Read one file. Raises `SeedError`."""
    try:
        data = file.read_bytes()
        if file.suffix == ".json":
            return msgspec.json.decode(data, type=_Seed).flows
        text = data.decode("utf-8-sig")
        return _read_yaml(text) if file.suffix in SUFFIXES else msgspec.json.decode(text, type=_Seed).flows
    except (OSError, ValueError, RecursionError) as error:  # msgspec's and Architect's among them
        raise SeedError(f"{file}: {error}") from error


def _read_yaml(text: str) -> tuple[SeedFlow, ...]:
    import yaml  # noqa: PLC0415 - only for such a seed

    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError:
        told = None  # the reader of Architect flows says where it breaks off; a flow may hold `{{placeholders}}`
    if isinstance(told, dict) and "flows" in told:
        return msgspec.convert(told, _Seed).flows
    flow = architect_yaml.read(text)
    return (of_architect(flow),)


def of_architect(flow: architect_yaml.ArchitectFlow) -> SeedFlow:
    """Make a seed of a flow in YAML."""
    return SeedFlow(
        name=flow.name,
        type=flow.type,
        description=flow.description,
        inputs=flow.inputs,
        output_variables=flow.outputs,
    )


def check(flows: Sequence[SeedFlow]) -> None:
    """Raise `SeedError` for the first flow that cannot be one."""
    for number, flow in enumerate(flows):
        if (fault := fault_of(flow)) is not None:
            raise SeedError(f"flows[{number}] ({flow.name!r}): {fault}")
    if len({flow.flow_id for flow in flows}) < len(flows):
        raise SeedError("two flows have the same id; flows of one name need an id each")


def fault_of(flow: SeedFlow) -> str | None:
    """Say why a flow cannot be one; None when it can."""
    if not flow.name:
        return "the name is empty"
    if flow.type not in FLOW_TYPES:
        return f"type {flow.type!r} is none of {', '.join(FLOW_TYPES)}"
    if not 1 <= flow.versions <= VERSIONS_MAX:
        return f"versions lies between 1 and {VERSIONS_MAX}"
    if flow.run_ms is not None and not 0 <= flow.run_ms <= AFTER_MAX_MS:
        return f"runMs lies between 0 and {AFTER_MAX_MS}"
    if flow.inputs and flow.input_schema is not None:
        return "inputs and inputSchema are both given"
    if (wrong := script_fault(flow.script)) is not None:
        return wrong
    try:
        validator(flow.in_schema())
    except ValueError as error:
        return f"inputSchema is no draft-07 schema: {str(error).splitlines()[0]}"
    return None
