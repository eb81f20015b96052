"""Shows what events would become, and reads the flows of an environment once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import msgspec

from tieline.app.clock import system_clock
from tieline.cloud.http import HttpCloud
from tieline.config.settings import EnvironmentSettings, Settings
from tieline.domain.clock import Clock
from tieline.domain.event import Event
from tieline.domain.flow import Flow
from tieline.domain.launch import Launch
from tieline.flowbook.book import Book, merged
from tieline.flowbook.port import FlowBook
from tieline.handoff.accept import Accept
from tieline.handoff.ids import launch_ids
from tieline.queue.memory import MemoryQueue


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an event would become: the launch as it would be stored."""

    event: Event
    launch: Launch


def preview_launches(settings: Settings, events: Sequence[Event], *, live: bool) -> list[Preview]:
    """Show the launch each event would make; nothing is stored or sent. `live` reads the flows first (may raise `ProblemError` 4xx)."""
    return asyncio.run(_preview(settings, events, live=live))


async def _preview(settings: Settings, events: Sequence[Event], *, live: bool) -> list[Preview]:
    clock = system_clock()
    books: dict[str, FlowBook] = {}
    for env in settings.environments:
        flows: Sequence[Flow] = await _read_once(env, clock) if live and events else ()
        books[env.name] = Book(merged(env.flows, flows), complete=live)
    queue = MemoryQueue(settings.queue, clock)
    accept = Accept(queue, books, settings.router, settings.accept, clock=clock, new_id=launch_ids(clock, secrets.randbits))
    return [Preview(event=event, launch=accept.preview(event)) for event in events]


def live_flows(env: EnvironmentSettings) -> dict[str, Flow]:
    """Read the flows of one environment from its cloud, by id. Raises `ProblemError` (4xx)."""
    flows = asyncio.run(_read_once(env, system_clock()))
    return {flow.id: flow for flow in merged(env.flows, flows)}


async def _read_once(env: EnvironmentSettings, clock: Clock) -> Sequence[Flow]:
    cloud = HttpCloud(env.cloud, clock)
    try:
        return await cloud.flows()
    finally:
        await cloud.close()
