"""Wire to domain: CloudEvents in their protobuf form."""

from __future__ import annotations

from base64 import b64encode

import msgspec

from tieline.domain.event import Event
from tieline.domain.finding import Finding, find
from tieline.domain.json import Json
from tieline.doors.json_body import check_once, not_utf8
from tieline.doors.translate_proto import depth_within
from tieline.handoff.verdict import Refused
from tieline.problems.base import Problem, ProblemError
from tieline.problems.doors import EventAttributeInvalid, EventDataInvalid, EventDataUnsupported, NestedTooDeep
from tieline.v1.cloudevents_pb2 import CloudEvent

_decode = msgspec.json.Decoder().decode
_OWN = frozenset({"subject", "time", "datacontenttype"})
"""Attributes that have a place of their own in `Event`, or that only say how the data is written."""


def to_event(message: CloudEvent, max_depth: int) -> Event | Refused:
    """Read one event (CloudEvents 1.0, protobuf form), or say every reason why it cannot be one. A finding's place is `field:` and a path in the event."""
    found = _attribute_findings(message)
    attributes = {name: _attribute(message, name) for name in message.attributes}
    data = _data(message, str(attributes.get("datacontenttype") or ""), max_depth)
    if isinstance(data, Finding):
        found.append(data)
    if found:
        return Refused(findings=tuple(found))
    return Event(
        id=message.id,
        source=message.source,
        type=message.type,
        subject=_text(attributes.get("subject")),
        time=_text(attributes.get("time")),
        data=data,
        extensions={name: value for name, value in attributes.items() if name not in _OWN},
    )


def event_field_of(at: str) -> str:
    """Say a finding's place as a path in the event."""
    return at.removeprefix("field:")


def _attribute_findings(message: CloudEvent) -> list[Finding]:
    found = [
        find(EventAttributeInvalid(attribute=name, seen="empty", allowed="a text that is not empty"), f"field:{name}")
        for name, value in (("id", message.id), ("source", message.source), ("type", message.type))
        if not value
    ]
    if message.spec_version != "1.0":
        seen = f"`{message.spec_version[:16]}`" if message.spec_version else "empty"
        found.append(find(EventAttributeInvalid(attribute="specversion", seen=seen, allowed="`1.0`"), "field:spec_version"))
    return found


def _attribute(message: CloudEvent, name: str) -> Json:
    value = message.attributes[name]
    kind = value.WhichOneof("attr")
    if kind is None:
        return None
    if kind == "ce_bytes":
        return b64encode(value.ce_bytes).decode()
    if kind == "ce_timestamp":
        return value.ce_timestamp.ToJsonString()
    return getattr(value, kind)


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _data(message: CloudEvent, content_type: str, max_depth: int) -> Json | Finding:
    kind = message.WhichOneof("data")
    if kind is None:
        return None
    if kind == "proto_data":
        return find(EventDataUnsupported(seen="a protobuf message (`proto_data`)"), "field:proto_data")
    media = content_type.partition(";")[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        if kind == "text_data":
            return message.text_data
        return find(EventDataUnsupported(seen=f"bytes of the type `{media[:64]}`"), "field:binary_data")
    text = message.text_data.encode() if kind == "text_data" else message.binary_data
    return _json(text, f"field:{kind}", max_depth)


def _json(text: bytes, at: str, max_depth: int) -> Json | Finding:
    try:
        value = _decode(text)
        if depth_within(text, value, max_depth):
            check_once(text, value)
            return value
        problem: Problem = NestedTooDeep(limit=max_depth)
    except RecursionError:
        problem = NestedTooDeep(limit=max_depth)
    except UnicodeDecodeError:
        problem = EventDataInvalid(fault=not_utf8(text))
    except msgspec.DecodeError as fault:
        problem = EventDataInvalid(fault=str(fault))
    except ProblemError as error:
        problem = error.problems[0]
    return find(problem, at)
