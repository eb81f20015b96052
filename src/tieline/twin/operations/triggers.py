"""Triggers: made, read, changed with an optimistic lock, deleted, listed by cursor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tieline.contract.operation import Operation
from tieline.contract.operations_around import TOPICS, TRIGGER, TRIGGER_CHANGE, TRIGGER_END, TRIGGER_NEW, TRIGGERS
from tieline.contract.schemas import DEFINITIONS
from tieline.contract.schemas_around import DELAY_S, DESCRIPTION_MAX, TTL_MIN_S
from tieline.twin.checking import check
from tieline.twin.listing import Query
from tieline.twin.operations.asked import Asked, Made, object_of
from tieline.twin.reading import refuse
from tieline.twin.state import TRIGGERS_MAX, State

PAGE_SIZE = 200
"""How many a page has when nothing is said; the default is not published."""
SAMPLE_TOPICS = (
    "v2.detail.events.conversation.{id}.acd.end",
    "v2.detail.events.conversation.{id}.customer.end",
    "v2.detail.events.conversation.{id}.flow.end",
    "v2.detail.events.conversation.{id}.flow.outcome",
    "v2.detail.events.conversation.{id}.flow.start",
    "v2.flows.{id}",
    "v2.flows.instances.flow.{id}",
    "v2.integrations.inbound.webhook.{id}.invocation",
)
"""Topics the twin lists: those around flows and webhooks, not all there are (official, the notification mappings)."""


def triggers(state: State, asked: Asked) -> dict[str, Any]:
    """List triggers, oldest first."""
    query = Query(TRIGGERS, asked.query)
    topic = query.word("topicName")
    flags = {name: query.flag(name) if query.word(name) is not None else None for name in ("enabled", "hasDelayBy")}
    found = [
        one
        for one in state.triggers.values()
        if (topic is None or one["topicName"] == topic)
        and flags["enabled"] in (None, one["enabled"])
        and flags["hasDelayBy"] in (None, "delayBySeconds" in one)
    ]
    return _cursor(TRIGGERS, found, query)


def topics(state: State, asked: Asked) -> dict[str, Any]:
    """List topics."""
    del state
    return _cursor(TOPICS, list(SAMPLE_TOPICS), Query(TOPICS, asked.query))


def trigger(state: State, asked: Asked) -> dict[str, Any]:
    """Read one."""
    return _found(state, TRIGGER, asked)


def create(state: State, asked: Asked) -> dict[str, Any]:
    """Make one."""
    body = object_of(state, TRIGGER_NEW, asked)
    _sound(state, TRIGGER_NEW, body, "CreateTriggerRequest")
    if len(state.triggers) >= TRIGGERS_MAX:
        raise refuse(TRIGGER_NEW, "request.conflict")
    id = state.new_id()
    made = {"id": id, **_given(body), "version": 1, "selfUri": TRIGGER.path.replace("{triggerId}", id)}
    state.triggers[id] = made
    return made


def change(state: State, asked: Asked) -> dict[str, Any]:
    """Change one; the version given must be the one there is."""
    there = _found(state, TRIGGER_CHANGE, asked)
    body = object_of(state, TRIGGER_CHANGE, asked)
    _sound(state, TRIGGER_CHANGE, body, "UpdateTriggerRequest")
    if body["version"] != there["version"]:
        raise refuse(TRIGGER_CHANGE, "request.conflict", field="version")
    made = {"id": there["id"], **_given(body), "version": there["version"] + 1, "selfUri": there["selfUri"]}
    state.triggers[there["id"]] = made
    return made


def delete(state: State, asked: Asked) -> Made:
    """Delete one."""
    del state.triggers[_found(state, TRIGGER_END, asked)["id"]]
    return Made(status=204)


def _given(body: dict[str, Any]) -> dict[str, Any]:
    """Give what a caller may write: nothing that is null, unknown or read-only."""
    writable = DEFINITIONS["CreateTriggerRequest"]["properties"]
    return {name: value for name, value in body.items() if name in writable and value is not None}


def _found(state: State, operation: Operation, asked: Asked) -> dict[str, Any]:
    if (there := state.triggers.get(asked.path[0])) is None:
        raise refuse(operation, "not.found", field="triggerId")
    return there


def _sound(state: State, operation: Operation, body: dict[str, Any], name: str) -> None:
    """Raise `Refused` for a trigger that cannot be (official: the least TTL, the delay's bounds, not both, 512 characters)."""
    check(operation, body, name, state.options.strict)
    ttl, delay = body.get("eventTTLSeconds"), body.get("delayBySeconds")
    wrong = (
        ("eventTTLSeconds", "eventTTLSeconds and delayBySeconds cannot both be given") if None not in (ttl, delay)
        else ("eventTTLSeconds", f"eventTTLSeconds must be at least {TTL_MIN_S}") if ttl is not None and ttl < TTL_MIN_S
        else ("delayBySeconds", f"delayBySeconds must be from {DELAY_S[0]} to {DELAY_S[1]}")
        if delay is not None and not DELAY_S[0] <= delay <= DELAY_S[1]
        else ("description", f"description may have {DESCRIPTION_MAX} characters") if len(body.get("description") or "") > DESCRIPTION_MAX
        else None
    )  # fmt: skip
    if wrong is not None:
        raise refuse(operation, "constraint.validation", {"constraint": wrong[1]}, wrong[0])


def _cursor(operation: Operation, found: list[Any], query: Query) -> dict[str, Any]:
    """Give the page after (or before) a cursor; a cursor is the place in the list."""
    size = query.number("pageSize", PAGE_SIZE, PAGE_SIZE)
    after, before = (
        query.number("after", 0) if query.word("after") else 0,
        query.number("before", 0) if query.word("before") else 0,
    )
    first = max(0, before - 1 - size) if before else after
    last = before - 1 if before else first + size

    def link(**cursor: int) -> str:
        rest = {name: values for name, values in query.values.items() if name not in ("after", "before")}
        return f"{operation.path}?{urlencode({**rest, **cursor, 'pageSize': size}, doseq=True)}"

    told: dict[str, Any] = {"entities": found[first:last], "selfUri": link(after=first) if first else link()}
    if last < len(found):
        told["nextUri"] = link(after=last)
    if first > 0:
        told["previousUri"] = link(before=first + 1)
    return told
