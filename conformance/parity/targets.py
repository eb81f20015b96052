"""The two that have to answer alike: a twin, and, where credentials are given, a real org."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from conformance.parity.walk import Target
from tieline.contract.regions import region_of
from tieline.testing.genesys_twin import GenesysTwin

SEED = Path(__file__).parents[1] / "seed.json"
ENV, ID, SECRET, FLOW = (f"TIELINE_PARITY_{name}" for name in ("ENV", "CLIENT_ID", "CLIENT_SECRET", "FLOW_ID"))
"""Where an org is named: its region, a client's id and secret, and, if one may be launched, a flow's id."""
PAUSE_S = 1.0
_FLOWS = {
    "flow": "Customer callback",
    "launchFlow": "Customer callback",
    "draft": "Draft survey",
    "callFlow": "Main IVR",
    "deleted": "Old campaign",
}


def of_twin(twin: GenesysTwin) -> Target:
    """Aim at a twin that has the flows of `seed.json`; its clock goes on instead of ours."""
    ids = {name: flow.id for name, flow in twin.flows.items()}
    return Target(
        api=twin.url,
        login=twin.url,
        client_id=twin.client_id,
        client_secret=twin.client_secret,
        values={name: ids[flow] for name, flow in _FLOWS.items()},
        pause=lambda: _pass(twin),
        real=False,
    )


def _pass(twin: GenesysTwin) -> None:
    twin.clock.move(PAUSE_S)


def of_org(told: Mapping[str, str]) -> Target | None:
    """Aim at the org that environment variables name; None where they name none. Raises `ValueError`."""
    if not told.get(ENV):
        return None
    region = region_of(told[ENV])
    if region is None:
        raise ValueError(f"{ENV}: `{told[ENV]}` is no region (eu-central-1), and no domain of one")
    if missing := [name for name in (ID, SECRET) if not told.get(name)]:
        raise ValueError(f"{' and '.join(missing)}: not given")
    return Target(
        api=region.api,
        login=region.login,
        client_id=told[ID],
        client_secret=told[SECRET],
        values={name: told[FLOW] for name in ("flow", "launchFlow") if told.get(FLOW)},
        pause=lambda: time.sleep(PAUSE_S),
        real=True,
    )
