"""The contract against a published description: a sound one yields nothing, a changed one yields exactly what was changed."""

from __future__ import annotations

import random
import tracemalloc
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.description_changes import MUTATIONS, SOUND, Document, Mutation, Said, copied
from tests.support.genesys_description import encoded, openapi, padded
from tieline.contract.change import Aspect, Change, Weight
from tieline.contract.departures import DEPARTURES
from tieline.contract.diffing import differences, ours
from tieline.contract.operations import OPERATIONS
from tieline.contract.published import DescriptionFault, Fault, read
from tieline.contract.words import QUERY_FLOW_TYPES

LAUNCH = "POST /api/v2/flows/executions"
FLOWS = "GET /api/v2/flows"


def _changes(document: Document) -> list[Change]:
    return differences(read(msgspec.json.encode(document)))


def _mattering(document: Document) -> set[Said]:
    return {_said(change) for change in _changes(document) if change.weight is Weight.MATTERS}


def _said(change: Change) -> Said:
    return change.at, change.aspect, change.contract, change.published


def _launch(document: Document) -> Document:
    found: Document = document["paths"]["/api/v2/flows/executions"]["post"]
    return found


def _fault(data: bytes) -> DescriptionFault:
    with pytest.raises(DescriptionFault) as caught:
        differences(read(data))
    return caught.value


# -- sound ones ------------------------------------------------------------------------------------------------------


def test_the_contract_as_published_differs_in_nothing_that_matters() -> None:
    assert _mattering(SOUND) == set()
    assert _mattering(openapi(SOUND)) == set()


def test_what_is_known_says_why() -> None:
    known = {(change.at, change.aspect): change.why for change in _changes(SOUND)}
    assert "strings, numbers, booleans" in known["FlowExecutionLaunchRequest.inputData", Aspect.TYPE]
    assert "login host" in known["/oauth/token", Aspect.PATH]
    assert "login host" in known["OAuthToken", Aspect.DEFINITION]
    assert all(change.why for change in _changes(SOUND) if change.weight is Weight.KNOWN)


def test_both_forms_say_the_same() -> None:
    assert [_said(change) for change in _changes(SOUND)] == [_said(change) for change in _changes(openapi(SOUND))]


@pytest.mark.parametrize("base", ["/", "/api", "/api/v2/"])
def test_a_base_path_belongs_to_the_path(base: str) -> None:
    cut = len(base.rstrip("/"))
    moved = {**SOUND, "basePath": base, "paths": {path[cut:]: item for path, item in SOUND["paths"].items()}}
    assert _mattering(moved) == set()
    again = openapi(moved) | {"servers": [{"url": f"https://api.mypurecloud.com{base}"}]}
    assert _mattering(again) == set()


@pytest.mark.parametrize("seed", range(8))
def test_order_and_prose_do_not_count(seed: int) -> None:
    chance = random.Random(seed)
    changed = _stirred(SOUND, chance)
    assert changed != SOUND
    assert sorted(map(str, _changes(changed))) == sorted(map(str, _changes(SOUND)))


def _stirred(node: Any, chance: random.Random, inside: str = "") -> Any:
    """Shuffle every object and list, and add prose to whatever may carry some."""
    if isinstance(node, list):
        return chance.sample([_stirred(one, chance) for one in node], len(node))
    if not isinstance(node, dict):
        return node
    stirred = {name: _stirred(value, chance, name) for name, value in node.items()}
    if inside not in {"properties", "definitions", "paths", "responses", "x-inin-error-codes", "additionalProperties"} and (
        {"type", "$ref", "operationId", "schema"} & stirred.keys()
    ):
        prose = {"description": str(chance.random()), "example": chance.random(), "x-note": [1], "position": 3}
        stirred |= {name: text for name, text in prose.items() if name not in stirred}
    return dict(chance.sample(list(stirred.items()), len(stirred)))


@pytest.mark.parametrize("format", ["int32", "int64"])
def test_how_wide_a_number_is_does_not_count(format: str) -> None:
    changed = copied(SOUND)
    changed["definitions"]["FlowVersion"]["properties"]["dateCreated"]["format"] = format
    assert _mattering(changed) == set()


def test_texts_in_utf_8_with_a_mark_and_in_utf_16_are_read() -> None:
    text = encoded(SOUND)
    for data in (
        b"\xef\xbb\xbf" + text,
        text.decode().encode("utf-16"),
        text.decode("utf-8").encode("utf-16-be").join([b"\xfe\xff", b""]),
    ):
        assert differences(read(data)) == _changes(SOUND)


# -- one change, and only that ---------------------------------------------------------------------------------------


def test_there_are_many_mutations() -> None:
    assert len(MUTATIONS) > 500
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)


def test_each_mutation_yields_exactly_its_difference() -> None:
    wrong = []
    for one in MUTATIONS:
        document = copied(SOUND)
        one.change(document)
        if (found := _mattering(document)) != one.expected:
            wrong.append((one.name, found, one.expected))
    assert wrong == []


def _independent(mutations: list[Mutation]) -> list[Mutation]:
    """Leave out what happens inside a definition that another mutation takes away."""
    gone = {one.target for one in mutations if one.whole}
    return [one for one in mutations if one.whole or one.target.partition(".")[0] not in gone]


@given(st.lists(st.sampled_from(MUTATIONS), min_size=2, max_size=8, unique_by=lambda one: one.target))
@settings(max_examples=60, deadline=None)
def test_several_mutations_yield_the_sum(mutations: list[Mutation]) -> None:
    chosen = _independent(mutations)
    document = copied(SOUND)
    for one in chosen:
        one.change(document)
    expected = {said for one in chosen for said in one.expected}
    assert _mattering(document) == expected
    assert _mattering(openapi(document)) == expected


# -- what weighs what ------------------------------------------------------------------------------------------------


def _weights(document: Document, *, beside: Document = SOUND) -> dict[Said, Weight]:
    """Give what a document has that the sound one has not."""
    before = {_said(change) for change in _changes(beside)}
    return {_said(change): change.weight for change in _changes(document) if _said(change) not in before}


def test_a_field_that_becomes_read_only_matters_where_callers_send_it() -> None:
    changed = copied(SOUND)
    changed["definitions"]["FlowExecutionLaunchRequest"]["properties"]["name"]["readOnly"] = True
    changed["definitions"]["FlowExecutionLaunchResponse"]["properties"]["name"]["readOnly"] = True
    aspect = Aspect.READ_ONLY
    assert _weights(changed) == {
        ("FlowExecutionLaunchRequest.name", aspect, "may be sent", "read only"): Weight.MATTERS,
        ("FlowExecutionLaunchResponse.name", aspect, "may be sent", "read only"): Weight.HARMLESS,
    }


def test_other_words_for_a_code_are_harmless_other_slots_are_not() -> None:
    changed = copied(SOUND)
    listed = _launch(changed)["responses"]["400"]["x-inin-error-codes"]
    was = {code: listed[code] for code in ("bad.request", "invalid.property")}
    listed |= {"bad.request": "Bad.", "invalid.property": "Value [%s]"}
    assert _weights(changed) == {
        (f"{LAUNCH} 400 bad.request", Aspect.WORDING, was["bad.request"], "Bad."): Weight.HARMLESS,
        (f"{LAUNCH} 400 invalid.property", Aspect.SLOTS, was["invalid.property"], "Value [%s]"): Weight.MATTERS,
    }


def test_a_launch_with_other_bodies() -> None:
    changed = copied(SOUND)
    told = _launch(changed)
    told["parameters"][-1]["schema"] = {"$ref": "#/definitions/LaunchTwo"}
    told["responses"]["200"] = {"description": "nothing"}
    assert _mattering(changed) == {
        (LAUNCH, Aspect.BODY, "FlowExecutionLaunchRequest", "LaunchTwo"),
        (f"{LAUNCH} 200", Aspect.ANSWER, "FlowExecutionLaunchResponse", None),
    }


def test_names_that_stand_in_no_request_are_harmless() -> None:
    changed = copied(SOUND)
    changed["paths"]["/api/v2/flows/executions/{id}"] = changed["paths"].pop("/api/v2/flows/executions/{flowExecutionId}")
    changed["paths"]["/api/v2/flows/executions/{id}"]["get"]["operationId"] = "getRun"
    assert set(_weights(changed).values()) == {Weight.HARMLESS}
    assert len(_weights(changed)) == 2


def test_paths_that_go_are_said_once() -> None:
    changed = copied(SOUND)
    del changed["paths"]["/api/v2/flows/executions/{flowExecutionId}"]
    path = "/api/v2/flows/executions/{flowExecutionId}"
    assert _mattering(changed) == {(path, Aspect.PATH, path, None)}


def test_definitions_that_go_with_their_operations_are_no_news() -> None:
    """The trigger's bodies are used by triggers alone; what others use as well is missed, and so is one of an operation that stays."""
    changed = copied(SOUND)
    gone = [path for path in changed["paths"] if "processautomation" in path]
    for path in gone:
        del changed["paths"][path]
    for name in ("Trigger", "CreateTriggerRequest", "UpdateTriggerRequest", "TriggerTarget", "Flow"):
        del changed["definitions"][name]
    assert {change for change in _mattering(changed) if change[1] is Aspect.DEFINITION} == {
        ("Flow", Aspect.DEFINITION, "Flow", None)
    }
    kept = copied(SOUND)
    del kept["definitions"]["Trigger"]
    assert ("Trigger", Aspect.DEFINITION, "Trigger", None) in _mattering(kept)


def test_what_matters_comes_first() -> None:
    changed = copied(SOUND)
    changed["definitions"]["Flow"]["properties"]["new"] = {"type": "string"}
    weights = [list(Weight).index(change.weight) for change in _changes(changed)]
    assert weights[0] == 0
    assert weights == sorted(weights)


def test_methods_come_and_go() -> None:
    changed = copied(SOUND)
    del changed["paths"]["/api/v2/flows/executions"]["post"]
    changed["paths"]["/api/v2/flows/executions"]["get"] = {"responses": {}}
    at = "/api/v2/flows/executions"
    expected = {(at, Aspect.METHOD, "POST", None), (at, Aspect.METHOD, None, "GET")}
    assert _mattering(changed) - {("FlowExecutionLaunchRequest", Aspect.DEFINITION, None, None)} == expected


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("/api/v2/flows/launches", True),
        ("/api/v2/flows/executions/{id}/cancel", True),
        ("/api/v2/flows/milestones/{milestoneId}", False),
        ("/api/v2/flows/{anyName}/history/{historyId}", False),
        ("/api/v2/flowsheets", False),
        ("/api/v2/users", False),
    ],
)
def test_new_paths_beside_the_covered_ones(path: str, new: bool) -> None:
    changed = copied(SOUND)
    changed["paths"][path] = {"get": {"responses": {}}}
    assert _mattering(changed) == ({(path, Aspect.PATH, None, path)} if new else set())


def test_any_and_all_differ_where_there_are_several_permissions() -> None:
    changed = copied(SOUND)
    _launch(changed)["x-inin-requires-permissions"]["type"] = "ALL"
    assert _mattering(changed) == set()
    launch = OPERATIONS["postFlowsExecutions"]
    several = msgspec.structs.replace(launch, permissions=("architect:flow:launch", "architect:flow:view"))
    theirs = msgspec.structs.replace(ours(), operations={**OPERATIONS, launch.id: several})
    _launch(changed)["x-inin-requires-permissions"]["permissions"].append("architect:flow:view")
    found = {_said(one) for one in differences(read(encoded(changed)), theirs) if one.weight is Weight.MATTERS}
    assert found == {(LAUNCH, Aspect.MODE, "ANY", "ALL")}


def test_the_values_of_the_flow_type_filter() -> None:
    changed = copied(SOUND)
    kinds = next(one for one in changed["paths"]["/api/v2/flows"]["get"]["parameters"] if one["name"] == "type")
    kinds |= {"type": "array", "items": {"type": "string", "enum": [*QUERY_FLOW_TYPES, "holograph"]}}
    assert _mattering(changed) == {(f"{FLOWS}?type", Aspect.ENUM, None, "holograph")}


def test_another_default_page_size() -> None:
    changed = copied(SOUND)
    size = next(one for one in changed["paths"]["/api/v2/flows"]["get"]["parameters"] if one["name"] == "pageSize")
    size["default"] = 100
    assert _mattering(changed) == {(f"{FLOWS}?pageSize", Aspect.PAGE_SIZE, "25", "100")}


def test_a_shared_answer_and_a_shared_parameter_are_followed() -> None:
    changed = copied(SOUND)
    told = _launch(changed)
    changed["responses"] = {"bad": told["responses"]["400"]}
    told["responses"]["400"] = {"$ref": "#/responses/bad"}
    assert _mattering(changed) == set()
    changed["parameters"] = {"tenant": {"in": "header", "name": "Tenant", "required": True}}
    told["parameters"].append({"$ref": "#/parameters/tenant"})
    assert _mattering(changed) == {(LAUNCH, Aspect.PARAMETER, None, "Tenant (required, in header)")}


def test_a_parameter_of_the_whole_path_counts_for_its_operations() -> None:
    changed = copied(SOUND)
    changed["paths"]["/api/v2/flows/executions"]["parameters"] = [{"in": "query", "name": "dryRun", "type": "boolean"}]
    assert _mattering(changed) == {(LAUNCH, Aspect.QUERY, None, "dryRun")}


def test_an_object_written_in_place_is_said_by_its_fields() -> None:
    changed = copied(SOUND)
    more = changed["definitions"]["DomainEntityRef"]["properties"]
    more["owner"] = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    assert _mattering(changed) == {("DomainEntityRef.owner", Aspect.FIELD, None, "owner")}


@pytest.mark.parametrize(
    ("told", "type"),
    [
        ({"allOf": [{"$ref": "#/components/schemas/DomainEntityRef"}], "description": "x"}, None),
        ({"type": "string"}, "string"),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "one of integer | string"),
        ({"type": ["integer", "string"]}, "integer or string"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/DomainEntityRef"}}, "list of DomainEntityRef"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
    ],
)
def test_types_are_read_in_every_form(told: Document, type: str | None) -> None:
    changed = openapi(SOUND)
    changed["components"]["schemas"]["FlowExecutionLaunchResponse"]["properties"]["flowVersion"] = told
    at = "FlowExecutionLaunchResponse.flowVersion"
    assert _mattering(changed) == (set() if type is None else {(at, Aspect.TYPE, "DomainEntityRef", type)})


@pytest.mark.parametrize(
    "told",
    [
        {"type": "string", "nullable": True},
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
    ],
)
def test_null_is_read_in_every_form(told: Document) -> None:
    changed = openapi(SOUND)
    changed["components"]["schemas"]["FlowExecutionLaunchRequest"]["properties"]["flowId"] = told
    assert _mattering(changed) == {("FlowExecutionLaunchRequest.flowId", Aspect.NULL, "not null", "may be null")}


def test_a_departure_holds_only_for_what_it_was_written_for() -> None:
    changed = copied(SOUND)
    changed["definitions"]["FlowExecutionLaunchRequest"]["properties"]["inputData"]["additionalProperties"] = {"type": "string"}
    assert _mattering(changed) == {("FlowExecutionLaunchRequest.inputData", Aspect.TYPE, "object", "object of string")}


def test_an_older_description_lacks_what_is_known_to_be_newer() -> None:
    older = copied(SOUND)
    older["definitions"]["Flow"]["properties"]["type"]["enum"].remove("EMAILSEND")
    del older["definitions"]["TokenInfo"]["properties"]["dateTokenIdles"]
    assert set(_weights(older).values()) == {Weight.KNOWN}
    assert _mattering(older) == set()


def test_every_departure_has_a_reason_and_a_source() -> None:
    assert all(one.why and one.source.what for one in DEPARTURES)


# -- what cannot be compared -----------------------------------------------------------------------------------------


@given(st.integers(min_value=0, max_value=10**9), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_description_cut_anywhere_is_truncated(cut: int, indented: bool) -> None:
    text = encoded(SOUND) if indented else msgspec.json.encode(SOUND)
    assert _fault(text[: cut % len(text)]).fault is Fault.TRUNCATED


@pytest.mark.parametrize(
    ("data", "fault", "says"),
    [
        (b"", Fault.TRUNCATED, "empty"),
        (b"<!DOCTYPE html><html>", Fault.NOT_JSON, "HTML"),
        (b"swagger: '2.0'\n", Fault.NOT_JSON, "YAML"),
        (b"\x1f\x8b\x08\x00", Fault.NOT_JSON, "gzip"),
        (b"PK\x03\x04", Fault.NOT_JSON, "zip"),
        (b'{"swagger": "2.0",}', Fault.NOT_JSON, "byte"),
        (b'{"swagger": "2.0"} {}', Fault.NOT_JSON, "trailing"),
        (b"[]", Fault.UNKNOWN, "no object"),
        (b"{}", Fault.UNKNOWN, "neither"),
        (b'{"info": 3, "paths": 4}', Fault.UNKNOWN, "neither"),
        (b'{"swagger": "1.2", "paths": {}}', Fault.UNKNOWN, "`1.2`"),
        (b'{"openapi": 3, "paths": {}}', Fault.UNKNOWN, "`3`"),
        (b'{"openapi": "3.0.0"}', Fault.UNKNOWN, "`paths`"),
        (b'{"openapi": "3.0.0", "paths": []}', Fault.MALFORMED, "$.paths"),
        (b'{"openapi": "3.0.0", "paths": {}}', Fault.ELSEWHERE, "none of the"),
        (b'{"swagger": "2.0", "info": {"title": "Petstore"}, "paths": {"/pets": {}}}', Fault.ELSEWHERE, "Petstore"),
        (b'{"swagger": "2.0", "paths": ' + b"[" * 100_000, Fault.MALFORMED, "deep"),
        ("{}".encode("utf-16")[:-1], Fault.TRUNCATED, "UTF-16"),
    ],
)
def test_what_is_no_description(data: bytes, fault: Fault, says: str) -> None:
    found = _fault(data)
    assert (found.fault, says in found.says) == (fault, True), found.says


def test_a_part_that_is_not_there() -> None:
    changed = copied(SOUND)
    _launch(changed)["responses"]["400"] = {"$ref": "#/responses/nowhere"}
    found = _fault(encoded(changed))
    assert found.fault is Fault.MALFORMED
    assert "paths//api/v2/flows/executions/post/responses/400" in found.says
    assert "#/responses/nowhere" in found.says


def test_a_part_that_refers_to_itself() -> None:
    changed = copied(SOUND)
    changed["responses"] = {"round": {"$ref": "#/responses/round"}}
    _launch(changed)["responses"]["400"] = {"$ref": "#/responses/round"}
    assert "circle" in _fault(encoded(changed)).says


_WORDS = (
    "$ref",
    "type",
    "allOf",
    "anyOf",
    "enum",
    "items",
    "in",
    "name",
    "schema",
    "content",
    "required",
    "properties",
    "parameters",
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.text(max_size=3)
    | st.sampled_from(["query", "body", "#/definitions/Flow", "#/responses/x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3),
    max_leaves=6,
)


@given(st.randoms(use_true_random=False), _JSON, st.sampled_from(_WORDS) | st.none(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_json_in_any_place_is_compared_or_refused(chance: random.Random, value: Any, word: str | None, newer: bool) -> None:
    changed = copied(openapi(SOUND) if newer else SOUND)
    node: Any = changed
    for _ in range(chance.randint(0, 7)):
        inner = [one for one in (node.values() if isinstance(node, dict) else node) if isinstance(one, dict | list) and one]
        node = chance.choice(inner) if inner else node
    place = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
    node[word if word is not None and isinstance(node, dict) else place] = value
    with suppress(DescriptionFault):
        assert all(change.says() for change in differences(read(encoded(changed))))


def test_twenty_megabytes_take_little_more_memory_than_they_are() -> None:
    text = padded(SOUND, 20_000_000)
    expected = _changes(SOUND)
    assert len(text) > 20_000_000
    tracemalloc.start()
    try:
        assert differences(read(text)) == expected
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000, f"{peak} bytes beside the text itself"
