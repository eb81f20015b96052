"""What is somebody's is gone from a recording, and what says how the cloud works is still there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.contract.inputs import FlowVariable, input_schema
from tieline.tap.shaping import Shaper

SHAPER = Shaper(b"k" * 32)
ID = "9863b810-8682-4e57-bea3-8a3e244c48a0"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")


def test_an_id_becomes_another_and_always_the_same() -> None:
    told = SHAPER.value({"flowId": ID, "selfUri": f"/api/v2/flows/{ID}"})
    assert told["flowId"] != ID
    assert UUID.fullmatch(told["flowId"])
    assert told["selfUri"] == f"/api/v2/flows/{told['flowId']}"
    assert SHAPER.url(f"https://api.mypurecloud.de/api/v2/flows/{ID}").endswith(told["flowId"])
    assert Shaper(b"x" * 32).text(ID) != told["flowId"]


def test_what_the_platform_says_stays() -> None:
    body = {
        "message": f"Could not find flow [{ID}] for [architect:flow:launch]",
        "code": "architect.flow.not.found",
        "status": 404,
        "dateLaunched": "2026-03-26T20:14:38.338Z",
        "flowVersion": "1.0",
        "total": 12,
    }
    told = SHAPER.value(body)
    assert {**told, "message": ""} == {**body, "message": ""}
    assert "Could not find flow [" in told["message"]
    assert "architect:flow:launch" in told["message"]
    assert ID not in told["message"]


def test_inputs_and_outputs_keep_names_lengths_and_kinds_alone() -> None:
    told = SHAPER.value(
        {"inputData": {"Flow.customer": "Jane Doe 7", "Flow.amount": 1250, "Flow.tags": ["VIP"], "Flow.ok": True}}
    )
    inputs = told["inputData"]
    assert list(inputs) == ["Flow.customer", "Flow.amount", "Flow.tags", "Flow.ok"]
    assert inputs["Flow.customer"] != "Jane Doe 7"
    assert re.fullmatch(r"[A-Z][a-z]{3} [A-Z][a-z]{2} \d", inputs["Flow.customer"])
    assert len(str(inputs["Flow.amount"])) == 4
    assert inputs["Flow.tags"] != ["VIP"]
    assert inputs["Flow.ok"] is True


def test_mail_addresses_and_numbers_are_nobodys() -> None:
    assert re.fullmatch(r"user-[0-9a-f]{8}@example\.com", SHAPER.text("jane.doe@corp.example"))
    assert re.fullmatch(r"\+\d{12}", SHAPER.text("+491701234567"))


def test_headers() -> None:
    told = SHAPER.headers(
        {
            "Authorization": "Bearer abcdefgh12345678",
            "Content-Type": "application/json",
            "ININ-Correlation-Id": ID,
            "inin-ratelimit-count": "3",
            "Retry-After": "12",
            "Cookie": "session=1",
            "X-Team": "payments",
        }
    )
    assert told["Authorization"].startswith("Bearer ")
    assert "abcdefgh" not in told["Authorization"]
    assert (told["Content-Type"], told["inin-ratelimit-count"], told["Retry-After"]) == ("application/json", "3", "12")
    assert UUID.fullmatch(told["ININ-Correlation-Id"])
    assert "Cookie" not in told
    assert told["X-Team"] != "payments"


def test_a_form_keeps_its_fields_and_the_kind_of_grant() -> None:
    told = SHAPER.form("grant_type=client_credentials&client_id=abc-1&client_secret=s3cret")
    assert told.startswith("grant_type=client_credentials&client_id=")
    assert "s3cret" not in told
    assert "abc-1" not in told


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "inputData", "name", "code"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_the_shape_is_kept_whatever_it_is(value: Any) -> None:
    told = SHAPER.value(value)
    assert json.loads(json.dumps(told)) == told
    assert _form(told) == _form(value)


@pytest.mark.parametrize("number", [0, 7, -12, 900, 1.5, -0.25, 10**14])
def test_a_number_stays_a_number_of_its_kind(number: float) -> None:
    told = SHAPER.value({"inputData": {"Flow.n": number}})["inputData"]["Flow.n"]
    assert type(told) is type(number)
    assert (told < 0) == (number < 0) or told == 0


def _form(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _form(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_form(item) for item in value]
    return (type(value), len(value)) if isinstance(value, str) and "@" not in value else type(value)


def test_links_with_what_was_searched_for_are_shaped_as_the_search_was() -> None:
    asked = SHAPER.url("https://api.mypurecloud.de/api/v2/flows?name=Orders+of+Acme&includeSchemas=true&pageSize=25")
    body = SHAPER.value(
        {"firstUri": "/api/v2/flows?name=Orders%20of%20Acme&includeSchemas=true&pageSize=25", "name": "Orders of Acme"}
    )
    assert "Acme" not in asked + str(body)
    assert body["firstUri"] == asked.removeprefix("https://api.mypurecloud.de")
    assert f"name={body['name'].replace(' ', '+')}&includeSchemas=true&pageSize=25" in asked


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/api/v2/integrations/webhooks/jane-token/events", "/api/v2/integrations/webhooks/{}/events"),
        ("/api/v2/flows/MyFlow/versions/2.0", "/api/v2/flows/{}/versions/2.0"),
        ("/api/v2/users/Jane.Doe/queues", "/api/v2/users/{}/queues"),
        ("/api/v2/flows/instances/query", "/api/v2/flows/instances/query"),
        ("/oauth/token", "/oauth/token"),
    ],
)
def test_what_varies_in_a_path_is_somebodys(path: str, kept: str) -> None:
    for told in (SHAPER.url(path), SHAPER.url("https://x.example" + path).removeprefix("https://x.example")):
        assert re.fullmatch(re.escape(kept).replace(r"\{\}", "[^/]+"), told), told
        assert not {"jane-token", "MyFlow", "Jane.Doe"} & set(told.split("/"))


def test_a_text_that_only_begins_as_a_path_is_a_text() -> None:
    assert "Jane" not in SHAPER.text("/api/v2/flows belongs to Jane Doe")


def test_values_in_a_message_are_replaced_as_where_they_stand_alone() -> None:
    told = SHAPER.value(
        {
            "message": f"Value [Jane Doe] is not valid for field type [String] of {ID}; needs [architect:flow:launch]",
            "code": "invalid.value",
            "messageWithParams": "Value [{value}] is not valid",
            "messageParams": {"value": "Jane Doe", "type": "String", "id": ID},
        }
    )
    assert "Jane" not in str(told)
    assert ID not in str(told)
    assert f"Value [{told['messageParams']['value']}] is not valid for field type [String]" in told["message"]
    assert told["messageParams"]["id"] in told["message"]
    assert "[architect:flow:launch]" in told["message"]
    assert "Jane" not in SHAPER.value({"message": "Value [Jane Doe] is not valid"})["message"], "nor without its parameters"


def test_a_token_is_the_same_in_the_answer_and_in_the_header() -> None:
    for token in (ID, "abcDEF123-_xyz"):
        given = SHAPER.value({"access_token": token})["access_token"]
        assert given != token
        assert SHAPER.headers({"Authorization": f"Bearer {token}"}) == {"Authorization": f"Bearer {given}"}


def test_what_the_platform_writes_into_schemas_stays() -> None:
    schema = input_schema((FlowVariable(name="Flow.a", description="Jane's own"),))
    told = SHAPER.value({"inputSchema": schema})["inputSchema"]
    assert told["definitions"] == schema["definitions"]
    assert (told["title"], told["description"]) == (schema["title"], schema["description"])
    assert "Jane" not in str(told)
    assert "Acme" not in SHAPER.value({"title": "Acme"})["title"]


def test_a_name_that_is_no_name_of_a_field_is_somebodys() -> None:
    told = SHAPER.value({"inputData": {"Flow.a": {"jane@acme.example": 1}}})
    assert "jane" not in str(told)
    assert list(told["inputData"]) == ["Flow.a"]
