"""Makes events of a webhook: a CloudEvent in any of its HTTP forms, or plain JSON whose source says where things stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

from tieline.domain.event import Event
from tieline.domain.json import Json
from tieline.doors.json_body import read_json
from tieline.doors.source_options import Form, SourceOptions
from tieline.problems.base import ProblemError
from tieline.problems.http import EventIncomplete, NotACloudEvent, SourceOfAnother, WrongContentEncoding, WrongContentType

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
_OWN = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "data", "data_base64", "datacontenttype", "dataschema"}
)

Parts = Mapping[str, Json]
"""What a source's expressions read: `{headers, body, query}`."""


def read_events(
    source: SourceOptions, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, max_depth: int
) -> list[Event]:
    """Read the events of a webhook whose signature has been checked; header names are lower case.

    Raises `ProblemError`: TL131 to TL136 for the body, TL154 and TL155 for what is no event.
    """
    if (encoding := headers.get("content-encoding", "identity").strip().lower()) != "identity":
        raise ProblemError(WrongContentEncoding(seen=encoding[:64]))
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCH:
        batch = read_json(body, max_depth)
        if not isinstance(batch, list) or not batch:
            raise ProblemError(NotACloudEvent(fault="a batch is a list with at least one event"))
        return [_structured(item) for item in batch]
    if kind == STRUCTURED:
        return [_structured(read_json(body, max_depth))]
    if "ce-specversion" in headers and _takes_binary(source):
        return [_binary(headers, kind, body, max_depth)]
    if source.form is Form.CLOUDEVENTS:
        raise ProblemError(
            WrongContentType(seen=kind[:64], allowed=f"`{STRUCTURED}`, `{BATCH}`, or ce- headers with any JSON type")
        )
    if not is_json(kind):
        raise ProblemError(WrongContentType(seen=kind[:64], allowed="`application/json`"))
    return [_plain(source, headers, query, body, max_depth)]


def check_sources(events: Sequence[Event], source: SourceOptions, names: Container[str]) -> None:
    """Hold that no sender of CloudEvents speaks in the name of another: routes go by the source. Raises TL156."""
    for event in events:
        if event.source != source.name and event.source in names:
            raise ProblemError(SourceOfAnother(source=source.name))


def _takes_binary(source: SourceOptions) -> bool:
    """Tell whether id and type may come in ce- headers: not where the body, or a setting, says what they are.

    No signature covers those headers, so whoever kept one signed body could send it again as any number of other events.
    """
    return source.form is Form.CLOUDEVENTS or (source.form is Form.PLAIN and source.id is None and source.type is None)


def is_json(kind: str) -> bool:
    """Tell whether a media type is JSON."""
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _structured(item: Json) -> Event:
    """Read an event in structured mode (CloudEvents 1.0, JSON format)."""
    if not isinstance(item, dict):
        raise ProblemError(NotACloudEvent(fault="it is not a JSON object"))
    if "data_base64" in item:
        raise ProblemError(NotACloudEvent(fault="`data_base64` holds binary data, and a flow takes JSON"))
    return _cloud_event(item, item.get("data"))


def _binary(headers: Mapping[str, str], kind: str, body: bytes, max_depth: int) -> Event:
    """Read an event in binary mode (CloudEvents 1.0, HTTP binding): attributes in ce- headers, percent-encoded; data in the body."""
    try:
        attributes = {name[3:]: unquote(value, errors="strict") for name, value in headers.items() if name.startswith("ce-")}
    except UnicodeDecodeError:
        raise ProblemError(NotACloudEvent(fault="a ce- header is percent-encoded, and not in UTF-8")) from None
    if body and not is_json(kind):
        raise ProblemError(WrongContentType(seen=kind[:64], allowed="`application/json`"))
    return _cloud_event(attributes, read_json(body, max_depth) if body else None)


def _cloud_event(attributes: Mapping[str, Json], data: Json) -> Event:
    if attributes.get("specversion") != "1.0":
        raise ProblemError(NotACloudEvent(fault="`specversion` is not 1.0"))
    for name in ("id", "source", "type"):
        if not isinstance(attributes.get(name), str) or not attributes[name]:
            raise ProblemError(NotACloudEvent(fault=f"`{name}` is missing or not a text"))
    for name in ("subject", "time"):
        if not isinstance(attributes.get(name), str | None):
            raise ProblemError(NotACloudEvent(fault=f"`{name}` is not a text"))
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes.get("subject"),
        time=attributes.get("time"),
        data=data,
        extensions={name: value for name, value in attributes.items() if name not in _OWN},
    )


def _plain(source: SourceOptions, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, max_depth: int) -> Event:
    data = read_json(body, max_depth)
    parts = {"headers": dict(headers), "body": data, "query": dict(query)}
    form = FORMS[source.form]
    return Event(
        id=_needed("id", source, parts, form.get("id")) or _digest(body),
        source=source.name,
        type=source.type_constant or _needed("type", source, parts, form.get("type")) or "event",
        subject=_text(source.subject.evaluate(parts)) if source.subject else None,
        time=_text(source.time.evaluate(parts)) if source.time else _form_time(form, parts),
        data=data,
    )


def _needed(attribute: str, source: SourceOptions, parts: Parts, reader: Callable[[Parts], Json] | None) -> str | None:
    """Give an attribute from the source's expression or its form; None only when neither says where it stands."""
    named = source.id if attribute == "id" else source.type
    if named is None and reader is None:
        return None
    found = _text(named.evaluate(parts) if named is not None else reader(parts) if reader else None)
    if not found:
        where = f"the expression `{named.text}`" if named is not None else f"its place in the form `{source.form}`"
        raise ProblemError(EventIncomplete(attribute=attribute, where=where))
    return found


def _text(value: Json) -> str | None:
    """Take a text, or a whole number as text; anything else cannot be an attribute."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _digest(body: bytes) -> str:
    """Give an id to an event whose sender gives none: the same body is the same event."""
    return "sha256-" + hashlib.sha256(body).hexdigest()[:40]


def _form_time(form: Mapping[str, Callable[[Parts], Json]], parts: Parts) -> str | None:
    reader = form.get("time")
    return _text(reader(parts)) if reader else None


def _header(name: str) -> Callable[[Parts], Json]:
    return lambda parts: parts["headers"].get(name)


def _body(*path: str) -> Callable[[Parts], Json]:
    def read(parts: Parts) -> Json:
        value = parts["body"]
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return read


def _epoch(reader: Callable[[Parts], Json]) -> Callable[[Parts], Json]:
    """Read seconds since the epoch as ISO 8601; what is none gives nothing."""

    def read(parts: Parts) -> Json:
        value = reader(parts)
        text = str(value)
        if isinstance(value, bool) or not text.isdecimal() or len(text) > 11:
            return None
        return datetime.fromtimestamp(int(text), UTC).isoformat().replace("+00:00", "Z")

    return read


FORMS: Mapping[Form, Mapping[str, Callable[[Parts], Json]]] = {
    Form.GITHUB: {"id": _header("x-github-delivery"), "type": _header("x-github-event")},
    Form.STRIPE: {"id": _body("id"), "type": _body("type"), "time": _epoch(_body("created"))},
    Form.EVENTBRIDGE: {"id": _body("id"), "type": _body("detail-type"), "time": _body("time")},
    Form.STANDARD_WEBHOOKS: {"id": _header("webhook-id"), "type": _body("type"), "time": _epoch(_header("webhook-timestamp"))},
    Form.OPEN_MESSAGING: {"id": _body("id"), "type": _body("type"), "time": _body("channel", "time")},
    Form.CLOUDEVENTS: {},
    Form.PLAIN: {},
}
"""Where each known sender puts an event's id, type and time. EventBridge's type is the topic template, the same for every conversation."""
