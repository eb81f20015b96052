"""Flows as the API gives them: listed with filters, sorted, by page, read, with their versions and what these consist of."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.twin.calls import CALLBACK, DELETED, DRAFT, ELSEWHERE, IVR, PAYMENT, prepared
from tests.twin.conftest import Start
from tests.twin.raw import Caller
from tieline.twin.clients import Client
from tieline.twin.options import Strictness

FLOWS, VIEWS = "/api/v2/flows", "/api/v2/flows/divisionviews"
HOME, OTHER = "2f1a5c1e-0000-4000-8000-000000000003", str(ELSEWHERE["division"])
NAMED = {
    "name=customer callback": ["Customer callback"],
    "name=*CALL*": ["Customer callback"],
    "name=*a*s": ["Always fails", "Deployment announcements"],
    "name=callback": [],
    "name=": None,
    "description=*number*": ["Main IVR"],
    "nameOrDescription=*callback*": ["Customer callback"],
    "type=inboundcall": ["Main IVR"],
    "type=inboundcall,workflow": None,
    "type=inboundcall&type=bot": ["Main IVR"],
    "type=INBOUNDCALL": ["Main IVR"],
    f"id={CALLBACK}": ["Customer callback"],
    f"id={CALLBACK}&type=bot&deleted=true&name=x": ["Customer callback"],
    f"id={CALLBACK},{IVR}": ["Customer callback", "Main IVR"],
    f"id={DELETED['id']}": ["Gone"],
    "id=unknown": [],
    "deleted=true": ["Gone"],
    f"divisionId={OTHER}": ["Elsewhere"],
    f"divisionId={HOME}&type=inboundcall": ["Main IVR"],
    "publishVersionId=2.0": ["Payment follow-up"],
    "publishedAfter=2025-12-31T23:59:59Z&type=inboundcall": ["Main IVR"],
    "publishedAfter=2026-01-01": [],
    "publishedBefore=2026-01-01T00:00:00.001%2B00:00&type=inboundcall": ["Main IVR"],
    "publishedBefore=2015-01-01T12:00:00-0600": [],
    "lockedBy=someone": [],
    "lockedByClientId=some": [],
    "editableBy=someone": None,
    "secure=any": [],
    "virtualAgentEnabled=true": [],
    "virtualAgentEnabled=false": None,
    "nobody=knows": None,
}
"""A query to the names it finds; None for all that are not deleted."""


@pytest.fixture
async def twin(start: Start) -> Caller:
    made = await start(limit=0)
    await prepared(made)
    return made


def names(listing: Any) -> list[str]:
    return sorted(flow["name"] for flow in listing["entities"])


@pytest.mark.parametrize(("query", "found"), NAMED.items(), ids=NAMED)
async def test_a_filter(twin: Caller, query: str, found: list[str] | None) -> None:
    listing = (await twin.get(f"{FLOWS}?{quote(query, safe='=&*,:%-')}")).json
    there = sorted(flow.name for flow in twin.twin.state.flows.values() if not flow.deleted)
    assert names(listing) == (there if found is None else found)
    assert listing["total"] == len(listing["entities"])


async def test_the_small_form_takes_no_filter_it_has_not_got(twin: Caller) -> None:
    assert "Gone" not in names((await twin.get(f"{VIEWS}?deleted=true")).json)
    assert names((await twin.get(f"{VIEWS}?name=main*")).json) == ["Main IVR"]


@pytest.mark.parametrize("path", [FLOWS, VIEWS])
async def test_pages_lead_to_one_another(twin: Caller, path: str) -> None:
    whole = (await twin.get(f"{path}?sortBy=name")).json
    assert (whole["pageSize"], whole["pageNumber"], whole["pageCount"]) == (25, 1, 1)
    assert not {"nextUri", "previousUri"} & whole.keys()
    seen, at = [], f"{path}?sortBy=name&pageSize=3"
    while at:
        page = (await twin.get(at)).json
        seen += [flow["id"] for flow in page["entities"]]
        assert page["selfUri"] == (await twin.get(page["selfUri"])).json["selfUri"]
        assert parse_qs(urlsplit(page["lastUri"]).query)["pageNumber"] == [str(page["pageCount"])]
        at = page.get("nextUri", "")
    assert seen == [flow["id"] for flow in whole["entities"]]
    back = (await twin.get(page["previousUri"])).json
    assert back["nextUri"] == page["selfUri"]
    assert (await twin.get(f"{path}?pageSize=3&pageNumber=99")).json["entities"] == []


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=0",
        "pageSize=501",
        "pageSize=-1",
        "pageSize=x",
        "pageSize=",
        "pageNumber=0",
        "pageNumber=99999999999",
        "pageSize=%D9%A1",
        "sortBy=age",
        "sortOrder=up",
        "deleted=yes",
        "includeSchemas=1",
        "secure=perhaps",
    ],
)
async def test_a_parameter_at_fault(twin: Caller, query: str) -> None:
    reply = await twin.get(f"{FLOWS}?{query}")
    assert (reply.status, reply.code) == (400, "invalid.query.param.value")
    assert query.partition("=")[0] in reply.json["message"]


async def test_the_largest_page_is_a_setting(start: Start) -> None:
    twin = await start(strict=Strictness(page_size_max=100))
    assert (await twin.get(f"{FLOWS}?pageSize=100")).status == 200
    assert (await twin.get(f"{FLOWS}?pageSize=101")).json["messageParams"]["allowed"] == "1 to 100"


async def test_the_order(twin: Caller) -> None:
    by = {
        name: [flow["name"] for flow in (await twin.get(f"{FLOWS}?{name}")).json["entities"]]
        for name in ("sortBy=name", "sortBy=type")
    }
    assert by["sortBy=name"] == sorted(by["sortBy=name"], key=str.casefold)
    assert by["sortBy=type"][0] == "Main IVR"
    down = (await twin.get(f"{FLOWS}?sortBy=name&sortOrder=DESC")).json
    assert [flow["name"] for flow in down["entities"]] == by["sortBy=name"][::-1]
    ids = [flow["id"] for flow in (await twin.get(FLOWS)).json["entities"]]
    assert ids == sorted(ids)


async def test_schemas_stand_in_a_listing_only_when_they_are_asked_for(twin: Caller) -> None:
    for path in (FLOWS, VIEWS):
        bare = (await twin.get(f"{path}?id={CALLBACK}")).json["entities"][0]
        full = (await twin.get(f"{path}?id={CALLBACK}&includeSchemas=true")).json["entities"][0]
        assert not {"inputSchema", "outputSchema"} & bare.keys()
        assert set(full["inputSchema"]["properties"]) == {"Flow.customerId", "Flow.phoneNumber", "Flow.reason", "Flow.attempt"}


async def test_a_flow_in_the_recorded_form(twin: Caller) -> None:
    """Type in upper case; dates of versions in epoch milliseconds, but the date of publishing in ISO-8601; schemas on the flow itself."""
    flow = (await twin.get(f"{FLOWS}/{PAYMENT}")).json
    assert (flow["type"], flow["deleted"], flow["division"]["name"]) == ("WORKFLOW", False, "Home")
    assert flow["inputSchema"]["$schema"] == "http://json-schema.org/draft-07/schema#"
    version = flow["publishedVersion"]
    assert version["id"] == "2.0"
    assert (version["dateCreated"], version["datePublished"]) == (twin.clock.now, "2026-01-01T00:00:00.000Z")
    assert set(version["createdBy"]) == {"id", "selfUri"}
    assert "inputSchema" not in version


async def test_a_flow_that_was_never_published(twin: Caller) -> None:
    flow = (await twin.get(f"{FLOWS}/{DRAFT}")).json
    assert "publishedVersion" not in flow
    assert "datePublished" not in flow["savedVersion"]


async def test_a_deleted_flow_is_gone_and_can_be_asked_for(twin: Caller) -> None:
    path = f"{FLOWS}/{DELETED['id']}"
    assert [(await twin.get(path + rest)).code for rest in ("", "/versions", "/versions/1.0")] == ["architect.flow.deleted"] * 3
    assert (await twin.get(path)).status == 410
    assert [(await twin.get(path + rest)).status for rest in ("/versions/1.0/configuration", "/latestconfiguration")] == [
        404,
        404,
    ]
    for rest in ("", "/versions", "/versions/1.0", "/versions/1.0/configuration", "/latestconfiguration"):
        assert (await twin.get(f"{path}{rest}?deleted=true")).status == 200
    assert (await twin.get(f"{path}?deleted=true")).json["deleted"] is True


async def test_versions_newest_first_and_what_they_consist_of(twin: Caller) -> None:
    listing = (await twin.get(f"{FLOWS}/{PAYMENT}/versions")).json
    assert [version["id"] for version in listing["entities"]] == ["2.0", "1.0"]
    assert (await twin.get(f"{FLOWS}/{PAYMENT}/versions?pageSize=1")).json["nextUri"].startswith(f"{FLOWS}/{PAYMENT}/versions?")
    version = (await twin.get(f"{FLOWS}/{PAYMENT}/versions/1.0")).json
    assert version["inputSchema"]["definitions"]["archInteger"]["archDataTypeId"] == "int"
    assert (await twin.get(version["configurationUri"])).json["version"] == "1.0"
    assert (await twin.get(f"{FLOWS}/{PAYMENT}/latestconfiguration")).json["version"] == "2.0"


async def test_a_client_sees_the_flows_of_its_divisions_only(twin: Caller) -> None:
    run = (await twin.launch({"flowId": CALLBACK})).json["id"]
    client = Client(id="narrow", secret="x", divisions=frozenset({OTHER}))
    twin.twin.state.clients["narrow"] = client
    twin.token, _ = twin.twin.state.issue(client)
    assert names((await twin.get(FLOWS)).json) == ["Elsewhere"]
    assert names((await twin.get(VIEWS)).json) == ["Elsewhere"]
    assert (await twin.launch({"flowId": ELSEWHERE["id"]})).status == 200
    for reply in (
        await twin.get(f"{FLOWS}/{CALLBACK}"),
        await twin.get(f"/api/v2/flows/executions/{run}"),
        await twin.launch({"flowId": CALLBACK}),
        await twin.launch({"flowId": CALLBACK, "inputData": {"Flow.x": 1}}),
    ):
        assert (reply.status, reply.code) == (403, "missing.division.permission")
    found = await twin.send(
        "POST", "/api/v2/flows/instances/query", json.dumps({"query": []}).encode(), {"Authorization": f"Bearer {twin.token}", "Content-Type": "application/json"}
    )  # fmt: skip
    assert {one["flowName"] for one in found.json["entities"]} == {"Elsewhere"}
    assert (await twin.launch({"flowId": "unknown"})).status == 404
