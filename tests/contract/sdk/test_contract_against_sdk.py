"""Holds the contract against the official Python SDK: property names, types, enumerations, required parameters, paths, regions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tieline.contract.operations import OPERATIONS
from tieline.contract.regions import REGIONS
from tieline.contract.schemas import DEFINITIONS
from tieline.contract.words import FLOW_TYPES, QUERY_FLOW_TYPES

OURS = {"OAuthToken", "OAuthError"}
"""Bodies of the token endpoint, for which the SDK has no model."""
MODELS = sorted(set(DEFINITIONS) - OURS)
APIS = {
    "ArchitectApi": (
        *("postFlowsExecutions", "getFlowsExecution", "getFlows", "getFlow", "getFlowsDivisionviews", "getFlowVersions"),
        *("getFlowVersion", "getFlowVersionConfiguration", "getFlowLatestconfiguration", "postFlowsJobs", "getFlowsJob"),
        *("postFlowsInstancesQuery", "getFlowsInstance", "postFlowsInstancesJobs", "getFlowsInstancesJob"),
        "getFlowsInstancesQuerycapabilities",
    ),
    "ProcessAutomationApi": (
        *("getProcessautomationTriggers", "postProcessautomationTriggers", "getProcessautomationTrigger"),
        *("putProcessautomationTrigger", "deleteProcessautomationTrigger", "getProcessautomationTriggersTopics"),
    ),
    "TokensApi": ("getTokensMe", "headTokensMe", "deleteTokensMe"),
    "IntegrationsApi": ("postIntegrationsWebhookEvents",),
    "OrganizationApi": ("getOrganizationsLimitsNamespace", "getOrganizationsLimitsNamespaceDefaults"),
}
METHODS = {id: (api, re.sub("[A-Z]", lambda upper: "_" + upper[0].lower(), id)) for api, ids in APIS.items() for id in ids}
BEYOND_SDK = {"JsonSchemaDocument": {"definitions"}}
"""Properties real answers carry though the official model has not got them."""
REDUCED = {"User", "OrgOAuthClient"}
"""Models of which only a part is covered."""
SCALARS = {"str": "string", "int": "integer", "bool": "boolean", "datetime": "string"}


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the SDK says, read once in a process of its own with an empty home, so that no one's settings play a part."""
    asked = {"models": MODELS, "operations": list(METHODS.values())}
    script = Path(__file__).with_name("describe_sdk.py")
    answer = subprocess.run(
        [sys.executable, str(script)],
        input=json.dumps(asked),
        env={**os.environ, "HOME": str(tmp_path_factory.mktemp("home"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert answer.returncode == 0, answer.stderr
    described: dict[str, Any] = json.loads(answer.stdout)
    return described


@pytest.mark.parametrize("name", MODELS)
def test_a_body_has_the_properties_of_the_sdks_model(sdk: dict[str, Any], name: str) -> None:
    theirs = set(sdk["models"][name]["types"])
    mine = set(DEFINITIONS[name]["properties"]) - BEYOND_SDK.get(name, set())
    if name in REDUCED:
        assert mine <= theirs
    else:
        assert mine == theirs


@pytest.mark.parametrize("name", MODELS)
def test_a_property_has_the_type_of_the_sdks_model(sdk: dict[str, Any], name: str) -> None:
    for field, theirs in sdk["models"][name]["types"].items():
        if field in DEFINITIONS[name]["properties"]:
            assert agrees(DEFINITIONS[name]["properties"][field], theirs), f"{name}.{field}: {theirs}"


def agrees(mine: dict[str, Any], theirs: str) -> bool:
    """Whether a property's schema says the same as the SDK's type word. An open schema agrees with every model or object."""
    kinds = mine.get("type", [])
    named = set([kinds] if isinstance(kinds, str) else kinds) - {"null"}
    if theirs.startswith("list["):
        return named == {"array"} and agrees(mine["items"], theirs[5:-1])
    if theirs.startswith("dict("):
        return named == {"object"}
    if theirs in SCALARS:
        return named == {SCALARS[theirs]}
    if "$ref" in mine:
        return bool(mine["$ref"] == f"#/definitions/{theirs}")
    return named <= {"object"}


def test_agrees_notices_a_difference() -> None:
    assert not agrees({"type": "string"}, "int")
    assert not agrees({"type": "array", "items": {"type": "string"}}, "list[Detail]")
    assert not agrees({"$ref": "#/definitions/Flow"}, "FlowVersion")


@pytest.mark.parametrize("name", MODELS)
def test_an_enumeration_has_the_sdks_values(sdk: dict[str, Any], name: str) -> None:
    enums = sdk["models"][name]["enums"]
    for field, spec in DEFINITIONS[name]["properties"].items():
        if "enum" in spec:
            assert spec["enum"] == enums[field], f"{name}.{field}"


def test_the_enumerations_of_status_and_flow_type_are_among_those_compared(sdk: dict[str, Any]) -> None:
    assert "status" in sdk["models"]["FlowRuntimeExecution"]["enums"]
    assert tuple(sdk["models"]["Flow"]["enums"]["type"]) == FLOW_TYPES
    assert [name.upper() for name in QUERY_FLOW_TYPES] == list(FLOW_TYPES)


@pytest.mark.parametrize("id", sorted(METHODS))
def test_an_operation_has_the_sdks_path_method_and_parameters(sdk: dict[str, Any], id: str) -> None:
    theirs, mine = sdk["operations"][METHODS[id][1]], OPERATIONS[id]
    assert mine.path == theirs["path"]
    assert mine.method == theirs["method"]
    assert sorted(mine.query) == sorted(theirs["query"])


def test_the_body_of_a_launch_is_required(sdk: dict[str, Any]) -> None:
    assert sdk["operations"]["post_flows_executions"]["required"] == ["flow_launch_request"]


def test_every_operation_of_the_swagger_is_held_against_the_sdk() -> None:
    assert set(METHODS) == set(OPERATIONS) - {"oauthToken"}


def test_the_regions_are_the_sdks(sdk: dict[str, Any]) -> None:
    assert {name.replace("-", "_"): region.api for name, region in REGIONS.items()} == sdk["regions"]
