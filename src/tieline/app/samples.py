"""Reads sample events as their senders write them: CloudEvents, webhooks of the sources in the settings, launch requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tieline.config.settings import Settings
from tieline.domain.event import Event
from tieline.doors.source_options import Form, Scheme, SourceOptions
from tieline.doors.translate_webhook import STRUCTURED, read_events
from tieline.handoff.verdict import Submission
from tieline.preflight.caller_form import read_request
from tieline.problems.base import ProblemError, nearest
from tieline.problems.settings import SampleUnreadable

SAMPLE_ID = "sample"
"""The id of a webhook whose sender writes it in a header that a sample has not got."""
DEPTH = 1_000
_GITHUB_EVENTS = {"commits": "push", "zen": "ping", "issue": "issues"}
"""GitHub says the type in a header alone; these keys of the body tell it, beside those that are called as their event is."""
_GITHUB_OWN = ("pull_request", "release", "workflow_run", "workflow_job", "check_run", "check_suite", "deployment", "discussion")


class SampleFile(msgspec.Struct, frozen=True, kw_only=True):
    """A sample as a person gave it: the file's name for the words, its text, the source it names, and headers beside the body."""

    name: str
    text: str
    source: str = ""
    headers: Mapping[str, str] = {}


def read_samples(sample: SampleFile, settings: Settings) -> list[Event | Submission]:
    """Read the events and calls of a sample. Raises `ProblemError`: TL516, or what the door would say of a webhook (TL154)."""
    return [made for item in _items(sample) for made in _read(item, sample, settings)]


def _items(sample: SampleFile) -> list[Any]:
    """Split a file into its items: one, a list, or one a line."""
    try:
        whole = json.loads(sample.text)
    except ValueError as fault:
        lines = [line for line in sample.text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines] if len(lines) > 1 else _not_json(sample, fault)
        except ValueError:
            return _not_json(sample, fault)
    return whole if isinstance(whole, list) else [whole]


def _not_json(sample: SampleFile, fault: ValueError) -> list[Any]:
    raise ProblemError(SampleUnreadable(file=sample.name, fault=f"not JSON: {str(fault)[:1].lower()}{str(fault)[1:]}")) from None


def _read(item: Any, sample: SampleFile, settings: Settings) -> Iterator[Event | Submission]:
    if not isinstance(item, dict):
        raise ProblemError(SampleUnreadable(file=sample.name, fault=f"{json.dumps(item)[:40]} is no JSON object"))
    if sample.source:
        yield from _webhook(item, _named(sample, settings), sample, settings)
    elif "specversion" in item or {"id", "source", "type"} <= item.keys():
        yield from _cloud_event(item, sample)
    elif ("flow" in item or "flowId" in item) and "type" not in item:
        request, findings = read_request(item)
        yield Submission(request=request, findings=findings)
    else:
        yield from _webhook(item, _fitting(item, sample, settings), sample, settings)


def _cloud_event(item: dict[str, Any], sample: SampleFile) -> list[Event]:
    body = json.dumps({"specversion": "1.0", **item}).encode()
    plain = SourceOptions(name="", scheme=Scheme.NONE, form=Form.CLOUDEVENTS)
    try:
        return read_events(plain, {"content-type": STRUCTURED}, {}, body, DEPTH)
    except ProblemError as error:
        raise ProblemError(SampleUnreadable(file=sample.name, fault=error.problems[0].line())) from None


def _webhook(item: dict[str, Any], source: SourceOptions, sample: SampleFile, settings: Settings) -> list[Event]:
    """Read a webhook as the door reads it once its signature is checked."""
    body = json.dumps(item).encode()
    headers = {"content-type": "application/json", **_implied(item, source), **sample.headers}
    try:
        return read_events(source, headers, {}, body, settings.http.max_depth)
    except ProblemError as error:
        hint = "; a header is given with --header 'Name: value'"
        raise ProblemError(
            SampleUnreadable(file=sample.name, fault=f"as a webhook of `{source.name}`: {error.problems[0].line()}{hint}")
        ) from None


def _named(sample: SampleFile, settings: Settings) -> SourceOptions:
    sources = {source.name: source for source in settings.sources}
    if (found := sources.get(sample.source)) is not None:
        return found
    near = nearest(sample.source, tuple(sources))
    offered = f"; did you mean `{near}`?" if near else f" ({', '.join(sources) or 'there is none'})"
    raise ProblemError(SampleUnreadable(file=sample.name, fault=f"`{sample.source}` is no source of the settings{offered}"))


def _fitting(item: dict[str, Any], sample: SampleFile, settings: Settings) -> SourceOptions:
    """Find the one source whose senders write such a body."""
    form = _form(item)
    if form is None:
        keys = ", ".join(f"`{key}`" for key in list(item)[:6]) or "nothing"
        fault = f"its form cannot be told from {keys}; name the source that sends it: SOURCE={sample.name}"
        raise ProblemError(SampleUnreadable(file=sample.name, fault=fault))
    fits = [source for source in settings.sources if source.form is form]
    if len(fits) == 1:
        return fits[0]
    names = ", ".join(source.name for source in fits)
    told = f"{len(fits)} sources take that form ({names})" if fits else "no source of the settings takes that form"
    fault = f"it is a webhook of the form `{form}`, and {told}; name one: SOURCE={sample.name}"
    raise ProblemError(SampleUnreadable(file=sample.name, fault=fault))


def _form(item: dict[str, Any]) -> Form | None:
    if item.get("object") == "event" and "data" in item:
        return Form.STRIPE
    if {"detail-type", "detail"} <= item.keys():
        return Form.EVENTBRIDGE
    if "channel" in item and item.get("direction") in ("Inbound", "Outbound"):
        return Form.OPEN_MESSAGING
    return Form.GITHUB if "zen" in item or {"repository", "sender"} <= item.keys() else None


def _implied(item: dict[str, Any], source: SourceOptions) -> dict[str, str]:
    """Give the headers a sender would have written, as far as the body tells them; ids are made up."""
    if source.form is Form.GITHUB:
        known = [kind for key, kind in _GITHUB_EVENTS.items() if key in item] or [kind for kind in _GITHUB_OWN if kind in item]
        kind = {"x-github-event": known[0]} if known else {}
        return {"x-github-delivery": SAMPLE_ID, **kind}
    if source.form is Form.STANDARD_WEBHOOKS:
        return {"webhook-id": SAMPLE_ID}
    return {}
