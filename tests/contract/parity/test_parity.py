"""Every case of the parity suite, on a twin and on a real org where one is named (`make parity`); the form of answers, and what may be sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.parity import record
from conformance.parity.case import Case, cases
from conformance.parity.form import differences, filled, kind
from conformance.parity.targets import ENV, FLOW, ID, SECRET, SEED, of_org, of_twin
from conformance.parity.walk import NOBODY, Result, Target, forbidden, walk
from tieline.contract import sources
from tieline.contract.operations import OPERATIONS
from tieline.testing.twin import twin
from tieline.twin.options import Strictness

IDS = [case.id for case in cases()]
CALLBACK = "5c0f4a3e-0000-4000-8000-000000000001"


@cache
def on_the_twin() -> Mapping[str, Result]:
    with twin(seed=SEED) as stand_in:
        return walk(of_twin(stand_in), cases())


@cache
def on_the_org() -> Mapping[str, Result]:
    try:
        target = of_org(os.environ)
    except ValueError as fault:
        pytest.exit(str(fault), returncode=4)
    if target is None:
        pytest.skip(f"no org is named: make parity ENV=eu-central-1, with {ID} and {SECRET}")
    results = walk(target, cases())
    record.write(results, datetime.now(UTC).date().isoformat())
    return results


def agrees(result: Result) -> None:
    """Hold a case to its answer; every place that differs is said."""
    assert result.outcome == "agrees", "\n".join(result.says)


@pytest.mark.parametrize("case", IDS)
def test_twin(case: str) -> None:
    agrees(on_the_twin()[case])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", IDS)
def test_org(case: str) -> None:
    result = on_the_org()[case]
    if result.outcome == "skipped":
        pytest.skip(result.says[0])
    agrees(result)


def test_each_case_names_what_there_is() -> None:
    known = {one.name for one in vars(sources).values() if isinstance(one, sources.Source)}
    assert len(set(IDS)) == len(IDS)
    for case in cases():
        operation = OPERATIONS[case.operation]
        assert case.source in known, case.id
        assert case.request.method == operation.method, case.id
        assert case.setting is None or case.setting in Strictness.__struct_fields__, case.id
        assert case.code is None or case.operation == "oauthToken" or operation.publishes(case.code), case.id
        assert case.evidence == "assumed" or case.setting is None, f"{case.id}: what is known is no setting"


def target(**values: str) -> Target:
    return Target(api="", login="", client_id="", client_secret="", values=values, pause=lambda: None, real=True)


def test_no_run_starts_on_a_real_org_unless_a_flow_was_named() -> None:
    launches = [case for case in cases() if case.operation == "postFlowsExecutions"]
    allowed = {case.id for case in launches if forbidden(case, {}) is None}
    assert allowed == {"launch-unknown-flow", "launch-without-flow", "launch-malformed", "launch-wrong-media-type"}
    named = {case.id for case in launches if forbidden(case, {"launchFlow": CALLBACK}) is None}
    assert named == allowed | {case.id for case in launches if case.starts}
    assert [case.id for case in launches if case.starts and case.request.json["flowId"] != "{launchFlow}"] == []


def test_nothing_else_is_written_to_a_real_org() -> None:
    for case in cases():
        if case.request.method == "POST" and forbidden(case, {"launchFlow": CALLBACK}) is None:
            assert case.operation in {"oauthToken", "postFlowsInstancesQuery", "postFlowsExecutions"}
    made = msgspec.structs.replace(cases()[0], operation="postProcessautomationTriggers")
    assert forbidden(made, {"launchFlow": CALLBACK}) == "it changes the org"


@pytest.mark.parametrize(("named", "launched"), [(False, set()), (True, {"tieline parity", "Customer callback"})])
def test_what_a_real_org_would_be_sent(named: bool, launched: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A twin stands in for the org, so that its journal tells."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with twin(seed=SEED) as org:
        there = of_twin(org)
        values = {name: id for name, id in there.values.items() if named and name in {"flow", "launchFlow"}}
        results = walk(msgspec.structs.replace(there, real=True, values=values), cases())
        assert {run["name"] for run in org.executions} == launched
        assert {one.method for one in org.journal()} == {"GET", "POST"}
        assert {one.path for one in org.journal() if one.method == "POST"} == {
            *("/oauth/token", "/api/v2/flows/executions", "/api/v2/flows/instances/query")
        }
    outcomes = {id for id, result in results.items() if result.outcome == "skipped"}
    without = {"launch-draft", "launch-call-flow", "launch-deleted", "deleted-flow"}
    runs = {case.id for case in cases() if case.starts} | {"run-at-once", "run-completed"}
    assert outcomes == (without if named else without | runs)
    assert {result.outcome for id, result in results.items() if id not in outcomes} == {"agrees"}


def test_a_forbidden_case_is_skipped_before_anything_is_sent() -> None:
    launch = next(case for case in cases() if case.id == "launch")
    assert walk(target(), (launch,))["launch"].outcome == "skipped"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({ENV: "mars-1", ID: "i", SECRET: "s"}, "`mars-1` is no region"),
        ({ENV: "eu-central-1"}, f"{ID} and {SECRET}: not given"),
    ],
)
def test_an_org_that_is_named_wrongly_is_an_error_and_no_skip(told: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        of_org(told)


def test_an_org_is_found_by_its_region() -> None:
    assert of_org({ID: "i", SECRET: "s"}) is None
    found = of_org({ENV: "eu-central-1", ID: "i", SECRET: "s", FLOW: CALLBACK})
    assert found is not None
    assert (found.api, found.login) == ("https://api.mypurecloud.de", "https://login.mypurecloud.de")
    assert found.values == {"flow": CALLBACK, "launchFlow": CALLBACK}


def case_of(id: str) -> Case:
    return next(case for case in cases() if case.id == id)


RUN: dict[str, Any] = {
    "id": "0d6e2b4c-0000-4000-8000-000000000009",
    "name": "a run",
    "flowVersion": {
        "id": "1.0",
        "name": "1.0",
        "commitVersion": "1.0",
        "configurationVersion": "2.0",
        "secure": False,
        "debug": False,
        "createdBy": {"id": NOBODY, "selfUri": f"/api/v2/users/{NOBODY}"},
        "configurationUri": f"/api/v2/flows/{CALLBACK}/versions/1.0/configuration",
        "dateCreated": 1743004929333,
        "dateCheckedIn": 1743004929345,
        "dateSaved": 1743004927954,
        "generationId": "WORKFLOW_VERSION_PUBLISHED",
        **{
            f"{way}putSchema": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "title": "t",
                "description": "d",
                "type": "object",
                "properties": {},
                "additionalProperties": False,
            }
            for way in ("in", "out")
        },
        "datePublished": "2025-03-26T20:08:16.948Z",
        "supportedLanguages": [{"language": "en-us", "isDefault": True}],
        "selfUri": f"/api/v2/flows/{CALLBACK}/versions/1.0",
    },
    "dateLaunched": "2025-03-26T20:14:38.338Z",
    "status": "COMPLETED",
    "dateCompleted": "2025-03-26T20:14:38.905Z",
    "completionReason": "Success",
    "outputData": {"Flow.statusCode": "200"},
    "selfUri": "/api/v2/flows/executions/0d6e2b4c-0000-4000-8000-000000000009",
}
"""A run as the cloud was recorded to give one without inputs, its ids and texts replaced."""


def test_the_recorded_form_fits() -> None:
    assert list(differences(case_of("run-completed").body, RUN, {})) == []


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("dateLaunched",), 1743004929333, "/dateLaunched: an epoch-ms, not time"),
        (("flowVersion", "dateSaved"), "2025-03-26T20:08:16.948Z", "/flowVersion/dateSaved: a time, not epoch-ms"),
        (("flowVersion", "selfUri"), f"/api/v2/flows/{NOBODY}/versions/1.0", "/flowVersion/selfUri: another flow than before"),
        (("selfUri",), f"/api/v2/flows/executions/{CALLBACK}", "/selfUri: another execution than before"),
        (
            ("flowVersion", "inputSchema", "additionalProperties"),
            {},
            "/flowVersion/inputSchema/additionalProperties: an object, not false",
        ),
        (("status",), "RUNNING", "/status: `RUNNING`, not COMPLETED"),
        (("status",), "a name of somebody's", "/status: a string, not COMPLETED"),
        (("conversation",), {}, "/conversation: an object, and no such field was expected"),
        (("completionReason",), None, "/completionReason: null, not Success"),
    ],
)
def test_another_form_is_named_with_its_place_and_without_its_value(at: tuple[str, ...], value: Any, says: str) -> None:
    changed: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(RUN))
    place = changed
    for step in at[:-1]:
        place = place[step]
    place[at[-1]] = value
    assert list(differences(case_of("run-completed").body, changed, {})) == [says]


def test_a_field_that_is_missing_is_a_difference() -> None:
    lacking = {name: value for name, value in RUN.items() if name != "outputData"}
    assert list(differences(case_of("run-completed").body, lacking, {})) == ["/outputData: missing"]


def test_what_is_the_same_within_an_item_may_differ_between_items() -> None:
    form = [{"id": "{one}", "selfUri": "/x/{one}"}]
    items = [{"id": id, "selfUri": f"/x/{id}"} for id in (CALLBACK, NOBODY)]
    assert list(differences(form, items, {})) == []
    items[1]["selfUri"] = f"/x/{CALLBACK}"
    assert list(differences(form, items, {})) == ["/1/selfUri: another one than before"]


def test_values_are_filled_in_and_a_value_there_is_not_is_named() -> None:
    assert filled({"a": ["{flow}", 1]}, {"flow": "f"}) == {"a": ["f", 1]}
    with pytest.raises(KeyError, match="draft"):
        filled("{draft}", {})


@pytest.mark.parametrize("wrong", ["uuuid", 5, None])
def test_a_form_that_is_none_is_a_mistake_of_ours(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"form|kind"):
        list(differences(wrong, "x", {}))


def test_every_value_has_a_kind() -> None:
    values = [NOBODY, "2025-03-26T20:14:38.905Z", "1.0", "x", True, 1743004929333, 5, 1.5, None, {}, []]
    assert [kind(one) for one in values] == [
        *(
            "a uuid",
            "a time",
            "a version",
            "a string",
            "a boolean",
            "an epoch-ms",
            "a number",
            "a number",
            "null",
            "an object",
            "a list",
        )
    ]


def test_a_record_has_what_was_walked_and_the_newest_counts(tmp_path: Path) -> None:
    agrees, differs = Result(outcome="agrees"), Result(outcome="differs", says=("answered 404, not 400",))
    record.write({"a": differs, "b": agrees, "c": Result(outcome="skipped", says=("why",))}, "2026-12-01", tmp_path)
    record.write({"a": agrees}, "2026-12-24", tmp_path)
    found = record.read(tmp_path)
    assert {id: (one.date, one.outcome) for id, one in found.items()} == {
        "a": ("2026-12-24", "agrees"),
        "b": ("2026-12-01", "agrees"),
    }
