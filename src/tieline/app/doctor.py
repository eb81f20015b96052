"""Builds the walk to an environment's cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tieline.app.clock import system_clock
from tieline.cloud.probing_http import HttpProbing
from tieline.config.settings import EnvironmentSettings
from tieline.doctor.network import Network
from tieline.doctor.probe import Probe
from tieline.doctor.walk import Checkup, Doctor


async def run_doctor(env: EnvironmentSettings, checkup: Checkup) -> AsyncIterator[Probe]:
    """Walk the way to an environment's cloud, and give each probe as it ends."""
    clock = system_clock()
    probing = HttpProbing(env.cloud, clock)
    try:
        async for probe in Doctor(checkup, probing, Network(env.cloud.connect_ms), clock).probes():
            yield probe
    finally:
        await probing.close()
