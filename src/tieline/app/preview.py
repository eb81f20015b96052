"""Shows what events would become, and reads the flows of an environment once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from tieline.app.clock import system_clock
from tieline.cloud.http import HttpCloud
from tieline.config.settings import EnvironmentSettings, Settings
from tieline.domain.clock import Clock
from tieline.domain.event import Event
from tieline.domain.finding import Finding
from tieline.domain.flow import Flow
from tieline.flowbook.book import Book, merged
from tieline.flowbook.port import FlowBook
from tieline.handoff.accept import Accept
from tieline.handoff.ids import launch_ids
from tieline.handoff.verdict import Refused, Submission
from tieline.queue.memory import MemoryQueue


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a sample would become. `event` is None for a call; `body` is the launch request, empty where there are findings.

    `known`: whether all flows of the environment are; else a flow that is not found may be there all the same.
    """

    event: Event | None
    environment: str
    route: str = ""
    request_id: str = ""
    ordering_key: str = ""
    priority: int = 0
    body: bytes = b""
    findings: tuple[Finding, ...] = ()
    known: bool = True


Reading: TypeAlias = Callable[[str, int, int | None], None]
"""Hears of each page of flows that was read: the environment, the page's number, and of how many, as far as that was said."""


def books_of(settings: Settings, *, live: bool, reading: Reading) -> dict[str, FlowBook]:
    """Give the flow book of each environment: what the settings say and, `live`, what its cloud says (may raise `ProblemError` 4xx)."""
    books: dict[str, FlowBook] = {}
    for env in settings.environments:
        flows = asyncio.run(_read_once(env, system_clock(), reading)) if live else ()
        books[env.name] = Book(merged(env.flows, flows), complete=live or not env.read_flows)
    return books


def preview(settings: Settings, books: Mapping[str, FlowBook], samples: Sequence[Event | Submission]) -> list[Preview]:
    """Show the launch each sample would make; nothing is stored or sent."""
    clock = system_clock()
    queue = MemoryQueue(settings.queue, clock)
    accept = Accept(queue, books, settings.router, settings.accept, clock=clock, new_id=launch_ids(clock, secrets.randbits))
    made = [_event(accept, one) if isinstance(one, Event) else _call(accept, one, settings) for one in samples]
    return [msgspec.structs.replace(one, known=books[one.environment].complete) for one in made]


def _event(accept: Accept, event: Event) -> Preview:
    launch = accept.preview(event)
    return Preview(
        event=event,
        environment=launch.environment,
        route=launch.route,
        request_id=launch.request_id,
        ordering_key=launch.ordering_key,
        priority=launch.priority,
        body=launch.body,
        findings=launch.findings,
    )


def _call(accept: Accept, call: Submission, settings: Settings) -> Preview:
    verdict = accept.validate(call)
    if isinstance(verdict, Refused):
        return Preview(event=None, environment=call.environment or settings.accept.default_environment, findings=verdict.findings)
    return Preview(event=None, environment=verdict.environment, body=verdict.body)


def live_flows(env: EnvironmentSettings, reading: Reading) -> dict[str, Flow]:
    """Read the flows of one environment from its cloud, by id. Raises `ProblemError` (4xx)."""
    flows = asyncio.run(_read_once(env, system_clock(), reading))
    return {flow.id: flow for flow in merged(env.flows, flows)}


async def _read_once(env: EnvironmentSettings, clock: Clock, reading: Reading) -> Sequence[Flow]:
    cloud = HttpCloud(env.cloud, clock)
    try:
        return await cloud.flows(seen=lambda page, pages: reading(env.name, page, pages))
    finally:
        await cloud.close()
