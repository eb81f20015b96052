"""The walk: what runs, what is skipped, what is asked of the cloud; with a cloud and a network that only answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
import pytest

from tieline.cloud.answer import Answer, Exchange
from tieline.cloud.port import Seen, Turn, unheard
from tieline.cloud.probing import Probing
from tieline.contract.regions import REGIONS
from tieline.doctor.network import Address, Network
from tieline.doctor.probe import STEPS, Probe
from tieline.doctor.walk import Checkup, Doctor, FlowRef
from tieline.domain.finding import find
from tieline.domain.flow import Flow
from tieline.domain.outcome import Allowance, ExecutionView, Outcome, OutcomeKind
from tieline.problems.base import Problem
from tieline.problems.cloud import CloudForbidden, CloudUnreachable, CredentialsRefused
from tieline.problems.doctor import HostNotFound

ID = "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"
FLOW: dict[str, Any] = {
    "id": ID,
    "name": "Callback",
    "type": "WORKFLOW",
    "publishedVersion": {"id": "2.0"},
    "inputSchema": {"type": "object", "properties": {"Flow.a": {"type": "string"}}},
}
ME = {"OAuthClient": {"name": "c"}, "organization": {"name": "o"}}
BY_NAME, BY_ID = FlowRef(text="Callback", by_id=False), FlowRef(text=ID, by_id=True)
CHECKUP = Checkup(
    environment="dev",
    api_url="https://api.mypurecloud.de",
    login_url="https://login.mypurecloud.de",
    client_id="c-1",
    flows=(BY_NAME,),
)


def answer(status: int, body: Any) -> Answer:
    return Answer(status=status, headers={}, body=json.dumps(body).encode())


class Cloud(Probing):
    """Answers reads by the beginning of their path; keeps what it was asked."""

    def __init__(self, flow: Any = None, **reads: Exchange) -> None:
        entity = FLOW if flow is None else flow
        self.reads: dict[str, Exchange] = {
            "/api/v2/tokens/me": answer(200, ME),
            "/api/v2/flows?": reads.get("listing", answer(200, {"entities": [entity]})),
            "/api/v2/flows/": reads.get("one", answer(200, entity)),
        }
        self.tokens: dict[str | None, Problem | None] = {None: None}
        self.asked: list[str] = []
        self.launched: list[bytes] = []
        self.outcome = Outcome(
            kind=OutcomeKind.LAUNCHED, execution_id="e-1", allowance=Allowance(count=9, allowed=300, reset_ms=1)
        )

    async def token(self, login_url: str | None = None) -> Problem | None:
        self.asked.append(login_url or "token")
        return self.tokens[login_url] if login_url in self.tokens else refused("client not found")

    async def read(self, path: str) -> Exchange:
        self.asked.append(path)
        return next(came for begins, came in self.reads.items() if path.startswith(begins))

    async def launch(self, body: bytes) -> Outcome:
        self.launched.append(body)
        return self.outcome

    async def execution(self, id: str) -> ExecutionView:
        raise AssertionError("doctor follows no run")

    async def flows(self, turn: Turn = nullcontext, seen: Seen = unheard) -> Sequence[Flow]:
        return [Flow(id=ID, name="Callback")]

    async def close(self) -> None:
        """Nothing is open."""


class Wires(Network):
    """A network on which everything works, but what is broken."""

    def __init__(self, **broken: Problem) -> None:
        super().__init__(1_000)
        self._broken = broken

    async def resolve(self, address: Address) -> str | Problem:
        return self._broken.get(address.host.partition(".")[0] + "_name", "10.0.0.1")

    async def connect(self, address: Address) -> str | Problem:
        return self._broken.get(address.host.partition(".")[0], "TLSv1.3")


def refused(words: str) -> CredentialsRefused:
    return CredentialsRefused(status=400, cloud_code="invalid_client", cloud_message=words, host="login.mypurecloud.de")


async def walk(cloud: Probing, network: Network | None = None, **changes: Any) -> list[Probe]:
    checkup = msgspec.structs.replace(CHECKUP, **changes)
    return [probe async for probe in Doctor(checkup, cloud, network or Wires(), lambda: 0).probes()]


def told(probes: list[Probe]) -> dict[str, str]:
    return {probe.name: probe.finding.code if probe.finding else probe.verdict.value for probe in probes}


async def test_every_step_is_told_in_order() -> None:
    probes = await walk(Cloud())
    assert tuple(dict.fromkeys(probe.name for probe in probes)) == STEPS
    assert told(probes) == {**dict.fromkeys(STEPS, "passed"), "permission to launch": "TL659", "budget": "unknown"}


async def test_nothing_is_launched_unless_told_to() -> None:
    cloud = Cloud()
    await walk(cloud)
    assert cloud.launched == []


async def test_a_launch_is_one_launch_with_no_inputs() -> None:
    cloud = Cloud()
    probes = await walk(cloud, launch=True)
    assert [json.loads(body) for body in cloud.launched] == [{"flowId": ID}]
    assert "execution e-1" in next(probe.line for probe in probes if probe.name == "launch")
    assert told(probes)["budget"] == "passed"
    assert "permission to launch" not in told(probes)


async def test_a_refused_launch_is_told_in_the_clouds_words() -> None:
    cloud = Cloud()
    cloud.outcome = Outcome(kind=OutcomeKind.REFUSED, finding=find(CloudForbidden(status=403), ""))
    assert told(await walk(cloud, launch=True))["launch"] == "TL402"


@pytest.mark.parametrize(
    ("change", "step", "code"),
    [
        ({"publishedVersion": None}, "published", "TL212"),
        ({"type": "INBOUNDCALL"}, "type", "TL213"),
    ],
)
async def test_what_cannot_be_launched_is_not_launched(change: Any, step: str, code: str) -> None:
    cloud = Cloud({**FLOW, **change})
    probes = told(await walk(cloud, launch=True))
    assert (probes[step], probes["launch"], cloud.launched) == (code, "skipped", [])


@pytest.mark.parametrize(
    ("schema", "code"),
    [(None, "TL657"), ({"type": "objekt"}, "TL543")],
)
async def test_a_flow_without_a_usable_schema(schema: Any, code: str) -> None:
    cloud = Cloud({**FLOW, "inputSchema": schema})
    assert told(await walk(cloud))["input schema"] == code
    assert told(await walk(cloud, flows=(BY_ID,)))["input schema"] == code


async def test_the_schema_of_a_flow_named_by_id_may_stand_in_the_listing_only() -> None:
    cloud = Cloud(one=answer(200, {**FLOW, "inputSchema": None}))
    assert told(await walk(cloud, flows=(BY_ID,)))["input schema"] == "passed"
    assert cloud.asked[-1].startswith("/api/v2/flows?id=")


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "TL402"), (404, "TL403")],
)
async def test_a_missing_permission_and_a_missing_flow_are_told_apart(status: int, code: str) -> None:
    probes = told(await walk(Cloud(one=answer(status, {})), flows=(BY_ID,)))
    assert (probes["flow readable"], probes["published"], probes["input schema"]) == (code, "skipped", "skipped")


async def test_a_client_that_need_not_read_flows_is_not_blamed() -> None:
    cloud = Cloud(listing=answer(403, {}))
    known = Flow(id=ID, name="Callback", input_schema={"type": "object"})
    probes = told(await walk(cloud, known=(known,), read_flows=False, launch=True))
    assert (probes["flow readable"], probes["published"], probes["type"]) == ("unknown", "unknown", "passed")
    assert (probes["launch"], len(cloud.launched)) == ("passed", 1)
    assert told(await walk(cloud, known=(known,)))["flow readable"] == "TL402"


async def test_a_name_nobody_has_is_told_with_the_nearest() -> None:
    cloud = Cloud(listing=answer(200, {"entities": []}))
    probes = await walk(cloud, flows=(FlowRef(text="Calback", by_id=False),))
    finding = next(probe.finding for probe in probes if probe.name == "flow readable")
    assert finding is not None
    assert (finding.code, finding.suggestion) == ("TL540", "Callback")


async def test_one_flow_that_fails_does_not_stop_the_next() -> None:
    cloud = Cloud()
    probes = await walk(cloud, flows=(FlowRef(text="Other", by_id=False), BY_NAME))
    assert [probe.verdict.value for probe in probes if probe.name == "type"] == ["skipped", "passed"]


async def test_without_flows_that_is_said() -> None:
    assert told(await walk(Cloud(), flows=()))["flow readable"] == "skipped"


async def test_a_failed_probe_stops_those_that_depend_on_it_and_no_others() -> None:
    """The token comes from the login host: it is still probed when the API host is down."""
    cloud = Cloud()
    probes = await walk(cloud, Wires(api=CloudUnreachable(host="api.mypurecloud.de", fault="refused")))
    assert told(probes)["token"] == "passed"
    assert {probe.verdict.value for probe in probes if probe.name in STEPS[3:]} == {"skipped"}
    assert cloud.asked == ["token"]
    assert "for `tls https://api.mypurecloud.de` failed" in probes[-1].line


async def test_no_secret_leaves_when_the_login_host_is_not_sound() -> None:
    cloud = Cloud()
    probes = await walk(cloud, Wires(login_name=HostNotFound(host="login.mypurecloud.de", fault="unknown")))
    assert cloud.asked == []
    assert [probe.verdict.value for probe in probes[:5]] == ["failed", "passed", "skipped", "passed", "skipped"]


REGIONS_ASKED = (REGIONS["us-east-1"], REGIONS["eu-west-1"])


async def test_other_regions_are_asked_only_when_somebody_says_so() -> None:
    cloud = Cloud()
    cloud.tokens[None] = refused("client not found")
    probes = told(await walk(cloud))
    assert (probes["token"], cloud.asked) == ("TL653", ["token"])


async def test_each_other_region_is_asked_once_and_the_one_that_knows_the_client_is_named() -> None:
    cloud = Cloud()
    cloud.tokens |= {None: refused("authentication failed"), "https://login.mypurecloud.ie": None}
    probes = await walk(cloud, regions=REGIONS_ASKED)
    assert (told(probes)["token"], told(probes)["other regions"]) == ("TL654", "TL655")
    assert cloud.asked == ["token", "https://login.mypurecloud.com", "https://login.mypurecloud.ie"]


async def test_no_other_region_knows_the_client() -> None:
    cloud = Cloud()
    cloud.tokens[None] = refused("client not found")
    assert told(await walk(cloud, regions=REGIONS_ASKED))["other regions"] == "unknown"


async def test_other_regions_are_not_asked_when_the_client_is_taken() -> None:
    cloud = Cloud()
    await walk(cloud, regions=REGIONS_ASKED)
    assert not [asked for asked in cloud.asked if asked.startswith("https://")]


async def test_a_budget_nearly_spent_is_told() -> None:
    cloud = Cloud()
    headers = {"inin-ratelimit-count": "299", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "31"}
    cloud.reads["/api/v2/tokens/me"] = Answer(status=200, headers=headers, body=json.dumps(ME).encode())
    assert told(await walk(cloud))["budget"] == "TL658"


async def test_a_port_that_is_none() -> None:
    assert told(await walk(Cloud(), api_url="https://api.example:port"))["name"] == "TL650"
