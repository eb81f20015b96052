"""The pytest plugin: the fixture `genesys_twin` and its marker. It imports nothing of Tieline until a test asks for a twin."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tieline.testing.genesys_twin import GenesysTwin

MARKER = (
    "genesys_twin(seed=None, limit=300, faults=(), **options): what the twin of this test is like; `seed` is a list of flows, or a file "
    "or folder of them, `faults` are faults, presets or scenario files, `limit` requests a minute for each token (0: no limit), `options` the fields of TwinOptions."
)

SHOWN = 30
"""How many exchanges are shown of a test that failed."""


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what came to the twin under a test that failed."""
    told = getattr(item, "funcargs", {}).get("genesys_twin")
    if call.when == "call" and call.excinfo is not None and told is not None:
        item.add_report_section("call", "genesys_twin", _traffic(told))
    return (yield)


def _traffic(told: GenesysTwin) -> str:
    try:
        lines = [str(line) for line in told.journal(limit=SHOWN)]
    except Exception as fault:  # noqa: BLE001 - a report is made in any case
        return f"the twin at {told.url} does not tell: {fault}"
    return "\n".join(lines) or "nothing came to the twin"


@pytest.fixture
def genesys_twin(request: pytest.FixtureRequest) -> Iterator[GenesysTwin]:
    """A twin of Genesys Cloud for this test alone: own port, own state, stopped when the test ends."""
    from tieline.testing.twin import twin  # noqa: PLC0415 - not before a test asks for it

    marker = request.node.get_closest_marker("genesys_twin")
    if marker is not None and marker.args:
        raise pytest.UsageError("the marker genesys_twin takes names only, such as genesys_twin(limit=10)")
    with twin(**({} if marker is None else marker.kwargs)) as running:
        yield running
