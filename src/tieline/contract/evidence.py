"""How far the twin imitates each operation, and on what evidence: what docs/reference/twin.md is made from.

What is official stands in the contract itself, with its source. Here stands the rest: what the twin does of an operation, what it
makes up because nobody has published it, and which of its settings decide. The twin never reads this; it is for people.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tieline.contract.sources import (
    FORUM_11186,
    FORUM_20500,
    INFERENCE,
    NOWHERE,
    PUBLIC_CODE,
    README_SAMPLES,
    SWAGGER,
    Source,
)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: `does` says what of it is imitated, `made_up` what no source says and the twin therefore chose, `settings`
    which of its settings change the answer.
    """

    does: str
    made_up: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting of the twin's: why its default is what it is, and where anything about it was found."""

    why: str
    source: Source = NOWHERE


_READY = "the job is ready after half a second of the twin's clock"

EVIDENCE: Mapping[str, Evidence] = {
    "oauthToken": Evidence(
        does="client credentials, as HTTP Basic or in the form; token life; too many requests for tokens answer 400, as the cloud does",
        made_up=("the answer to another grant", "how many tokens a client may ask for (no limit unless one is set)"),
        settings=("bad_client_status", "bad_grant"),
    ),
    "getTokensMe": Evidence(does="whose token it is", made_up=("the organization's name and id",)),
    "headTokensMe": Evidence(does="whether the token is good"),
    "deleteTokensMe": Evidence(does="the token ends at once"),
    "postFlowsExecutions": Evidence(
        does="every published code; fields, flow, version and inputs are held against the flow's own schema; a run begins",
        made_up=(
            "the order in which faults are looked for: fields, flow, version, inputs",
            "what inputs other than String, Integer and their collections take",
        ),
        settings=(
            *(
                "unknown_field",
                "unknown_input",
                "wrong_value",
                "missing_flow_id",
                "wrong_type",
                "wrong_version",
                "wrong_flow_type",
            ),
            *("deleted_flow", "other_division", "name_of_unnamed", "name_fields", "request_bytes", "max_depth"),
        ),
    ),
    "getFlowsExecution": Evidence(
        does="runs on a script: running, completed with outputs, failed with an error, left running; integers come as texts, as recorded",
        made_up=("how long a run takes (1 s; recorded ones took 0.6 to 1.3 s)", "for how long it is kept"),
        settings=("visible_ms", "keep_days", "missing_execution"),
    ),
    "getFlows": Evidence(
        does="filters by id, type, name, description, division, date of publishing, deleted; sorting; pages with their links",
        made_up=(
            "`*` in a name stands for any text",
            "no flow is locked, secure or a virtual agent, so those filters find none; `editableBy` is not looked at",
        ),
        settings=("page_size_max",),
    ),
    "getFlowsDivisionviews": Evidence(does="as `getFlows`, in the small form", settings=("page_size_max",)),
    "getFlow": Evidence(does="the flow with its versions and both schemas", settings=("other_division",)),
    "getFlowVersions": Evidence(does="the published versions, newest first", settings=("page_size_max", "other_division")),
    "getFlowVersion": Evidence(does="one version, in the recorded form", settings=("other_division",)),
    "getFlowVersionConfiguration": Evidence(
        does="that there is one", made_up=("what is in it: only what is sure of any",), settings=("other_division",)
    ),
    "getFlowLatestconfiguration": Evidence(
        does="that there is one", made_up=("what is in it: only what is sure of any",), settings=("other_division",)
    ),
    "postFlowsInstancesQuery": Evidence(
        does="runs of this twin by flow, type, times and error, newest first; criteria with and, or, not; at most 200",
        made_up=("nothing is found by conversation, work item or the like: a run here has none",),
        settings=("visible_ms",),
    ),
    "getFlowsInstance": Evidence(does="a job for the run's history", made_up=(_READY, "the history is the run itself")),
    "postFlowsInstancesJobs": Evidence(does="a job for the histories of runs", made_up=(_READY,)),
    "getFlowsInstancesJob": Evidence(does="202 while it runs, then 200", made_up=(_READY, "where the history is fetched from")),
    "getFlowsInstancesQuerycapabilities": Evidence(
        does="the published keys and operators", made_up=("which data type each key has",)
    ),
    "postFlowsJobs": Evidence(
        does="an upload begins: an address, headers, a signature", made_up=("the address leads back to the twin",)
    ),
    "getFlowsJob": Evidence(
        does="an Architect YAML becomes a flow with the inputs it declares, or a new version of one",
        made_up=(
            "publishing takes half a second of the twin's clock",
            "only name, type, variables and description are read: what the flow does is not checked",
        ),
    ),
    "getProcessautomationTriggers": Evidence(
        does="triggers by topic and state, by cursor", made_up=("the default page size, 200",)
    ),
    "postProcessautomationTriggers": Evidence(
        does="a trigger, within its published bounds", made_up=("a topic is not looked up", "how many there may be")
    ),
    "getProcessautomationTrigger": Evidence(does="one trigger"),
    "putProcessautomationTrigger": Evidence(does="a change, if `version` is the one there is; otherwise 409"),
    "deleteProcessautomationTrigger": Evidence(does="its end"),
    "getProcessautomationTriggersTopics": Evidence(
        does="the topics around flows and webhooks", made_up=("the other topics are left out",)
    ),
    "postIntegrationsWebhookEvents": Evidence(
        does="an event starts the flows whose triggers wait for it",
        made_up=("one webhook is there, `twin-webhook`", "of JSONPath only names parted by dots are read"),
    ),
    "getOrganizationsLimitsNamespace": Evidence(
        does="the limits whose values are known; the twin's own limit of requests among them",
        made_up=("the others are left out",),
    ),
    "getOrganizationsLimitsNamespaceDefaults": Evidence(does="their defaults", made_up=("the others are left out",)),
}
"""Every operation the twin answers, by operationId."""

SETTINGS: Mapping[str, Setting] = {
    "unknown_field": Setting(
        why="`invalid.property` is published, and what is ignored here would be ignored unseen there", source=INFERENCE
    ),
    "unknown_input": Setting(
        why="a code is published for it; but one report of 2023 saw such an input ignored, and the run fail", source=FORUM_20500
    ),
    "input_case": Setting(
        why="the schema is written in one case, and JSON Schema does not fold; two published widgets write `flow.` in lower case",
        source=PUBLIC_CODE,
    ),
    "wrong_value": Setting(
        why="`variable.value.not.allowed` is published; how much of the schema the cloud holds values to is not"
    ),
    "undefined_types": Setting(why="no document shows their definitions, and a wrong refusal would send people looking in vain"),
    "missing_flow_id": Setting(why="the field is required, and this is the platform's code for what must be there"),
    "wrong_type": Setting(why="its published text speaks of a value not valid for a type"),
    "name_max": Setting(why="the description gives no bound", source=SWAGGER),
    "wrong_version": Setting(
        why="its text speaks of a definition that cannot be loaded; a launch publishes no code for a missing version",
        source=INFERENCE,
    ),
    "wrong_flow_type": Setting(why="a launch publishes no 405, as reading a flow does", source=INFERENCE),
    "deleted_flow": Setting(why="a launch publishes no 410, as reading a flow does", source=INFERENCE),
    "missing_execution": Setting(why="two are published for it, with nearly the same text", source=SWAGGER),
    "other_division": Setting(why="the code is published; a cloud that hides such flows would answer 404", source=INFERENCE),
    "bad_client_status": Setting(why="tests of a public program against the live service name it so", source=PUBLIC_CODE),
    "bad_grant": Setting(why="the error OAuth 2.0 has for it (RFC 6749, 5.2)", source=INFERENCE),
    "name_of_unnamed": Setting(why="every recorded run has a name; whether each was given one is not known"),
    "visible_ms": Setting(why="nobody reports a delay; set one to see that a client can wait"),
    "keep_days": Setting(why="`several days` is all that is said, and a test does not last so long", source=SWAGGER),
    "name_fields": Setting(why="no real body of a refused launch was found"),
    "repeated_header": Setting(
        why="no sender may write `Content-Type` or `Authorization` twice (RFC 9110, 5.2); what the cloud makes of it nobody reports"
    ),
    "compressed": Setting(why="no published material says that a request may be compressed"),
    "limit_in_429": Setting(
        why="a public program finds the limit's key in the text of a 429; a body of 2021 had none", source=FORUM_11186
    ),
    "limit_headers": Setting(
        why="the SDKs' samples show them; recorded answers of one operation had none", source=README_SAMPLES
    ),
    "count_refused": Setting(why="whoever waits as long as it is told gets through in either case"),
    "request_bytes": Setting(why="the figure four public programs copied from the limits page", source=PUBLIC_CODE),
    "max_depth": Setting(why="deeper than any launch, and shallow enough to be read at once"),
    "page_size_max": Setting(why="a larger one is refused rather than cut down unseen"),
}
"""Every field of the twin's `Strictness`, by name; what each decides it says itself (`tieline.twin.settings`)."""
