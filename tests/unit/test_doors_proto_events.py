"""Wire to domain, for CloudEvents."""

from __future__ import annotations

import pytest
from google.protobuf.any_pb2 import Any

from tieline.domain.event import Event
from tieline.doors.translate_events import event_field_of, to_event
from tieline.handoff.verdict import Refused
from tieline.v1.cloudevents_pb2 import CloudEvent

Value = CloudEvent.CloudEventAttributeValue


def event(**more: object) -> CloudEvent:
    return CloudEvent(id="e-1", source="/shop", spec_version="1.0", type="order.paid", **more)  # type: ignore[arg-type]


def codes(message: CloudEvent) -> list[tuple[str, str]]:
    read = to_event(message, 64)
    assert isinstance(read, Refused)
    return [(finding.code, event_field_of(finding.at)) for finding in read.findings]


def test_the_attributes_and_the_data_are_read() -> None:
    message = event(text_data='{"amount": 12}')
    message.attributes["subject"].ce_string = "o-1"
    message.attributes["time"].ce_timestamp.FromJsonString("2026-11-24T05:00:00Z")
    message.attributes["datacontenttype"].ce_string = "application/json; charset=utf-8"
    message.attributes["retries"].ce_integer = 3
    message.attributes["raw"].ce_bytes = b"\x00\x01"
    assert to_event(message, 64) == Event(
        id="e-1",
        source="/shop",
        type="order.paid",
        subject="o-1",
        time="2026-11-24T05:00:00Z",
        data={"amount": 12},
        extensions={"retries": 3, "raw": "AAE="},
    )


@pytest.mark.parametrize(
    ("media", "data", "read"),
    [
        ("", b"[1, 2]", [1, 2]),
        ("application/vnd.x+json", b'{"a": 1}', {"a": 1}),
        ("APPLICATION/JSON", b"null", None),
    ],
)
def test_json_bytes_are_decoded(media: str, data: bytes, read: object) -> None:
    message = event(binary_data=data)
    if media:
        message.attributes["datacontenttype"].ce_string = media
    made = to_event(message, 64)
    assert isinstance(made, Event)
    assert made.data == read


def test_text_of_another_type_is_kept_as_text() -> None:
    message = event(text_data="hello")
    message.attributes["datacontenttype"].ce_string = "text/plain"
    made = to_event(message, 64)
    assert isinstance(made, Event)
    assert made.data == "hello"


def test_every_missing_attribute_is_named() -> None:
    assert codes(CloudEvent(spec_version="0.3")) == [
        ("TL117", "id"),
        ("TL117", "source"),
        ("TL117", "type"),
        ("TL117", "spec_version"),
    ]


def test_data_that_is_no_json_is_refused() -> None:
    assert codes(event(text_data="{oops")) == [("TL116", "text_data")]
    assert codes(event(text_data='[{"a": 1, "a": 1}]')) == [("TL133", "text_data")]
    assert codes(event(binary_data=b"\xff")) == [("TL116", "binary_data")]


def test_data_nested_too_deep_is_refused() -> None:
    assert codes(event(text_data="[" * 65 + "]" * 65)) == [("TL112", "text_data")]
    assert codes(event(text_data="[" * 50_000 + "]" * 50_000)) == [("TL112", "text_data")]


def test_data_in_a_form_nobody_reads_is_refused() -> None:
    assert codes(event(proto_data=Any(type_url="x/y"))) == [("TL115", "proto_data")]
    message = event(binary_data=b"<a/>")
    message.attributes["datacontenttype"].ce_string = "application/xml"
    assert codes(message) == [("TL115", "binary_data")]
