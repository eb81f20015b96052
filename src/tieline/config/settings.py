"""What the settings come to: each room's own options, ready to be handed over by the app."""

from __future__ import annotations

import msgspec

from tieline.cloud.options import CloudOptions
from tieline.domain.flow import Flow
from tieline.domain.next import RetryPolicy
from tieline.doors.options import DoorOptions
from tieline.doors.source_options import SourceOptions
from tieline.handoff.accept import AcceptOptions
from tieline.pacing.options import PaceOptions
from tieline.queue.options import QueueOptions
from tieline.routing.router import Router


class EnvironmentSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One environment: how its cloud is spoken to, at what pace, and which flows are known beforehand.

    `read_flows`: whether the flows are read from the org as well, every `refresh_ms` milliseconds.
    """

    name: str
    cloud: CloudOptions
    pace: PaceOptions
    flows: tuple[Flow, ...] = ()
    read_flows: bool = True
    refresh_ms: int = 600_000


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of tieline.yaml as values. `store` is `sqlite` or `memory`."""

    http: DoorOptions
    grpc: DoorOptions
    store: str
    queue: QueueOptions
    retry: RetryPolicy
    accept: AcceptOptions
    environments: tuple[EnvironmentSettings, ...]
    sources: tuple[SourceOptions, ...]
    router: Router
    routes: tuple[str, ...]

    def summary(self) -> str:
        """Count what is defined, in one line."""
        counts = ((len(self.environments), "environment"), (len(self.sources), "source"), (len(self.routes), "route"))
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
