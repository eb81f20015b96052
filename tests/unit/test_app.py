"""What the app works out when it builds the rooms."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import RFC_4122, UUID

import msgspec
import pytest

from tieline.app.clock import system_clock
from tieline.app.gateway import dispatch_options
from tieline.app.twin import explain_refusal, uuids
from tieline.cloud.options import CloudOptions
from tieline.config.settings import EnvironmentSettings
from tieline.contract.operations import LAUNCH
from tieline.domain.flow import Flow
from tieline.domain.next import RetryPolicy
from tieline.domain.secret import Secret
from tieline.pacing.options import PaceOptions
from tieline.twin.options import Sent

BODY = b'{"flowId": "9bdc6bf5-fa1e-4fc9-a5b9-0e41b1ff2cd8"}'
HEADERS = {b"authorization": "Bearer t0ken", b"content-type": "application/json"}


def sent(body: bytes | None = None, **change: Any) -> Sent:
    facts: dict[str, Any] = {"method": "POST", "path": LAUNCH.path, "headers": HEADERS, "status": 400, "code": "invalid.value"}
    facts |= {"body": body} | change
    return Sent(**facts, answer={"message": "no", "code": facts["code"], "status": facts["status"], "contextId": "c"})


CLOUD = CloudOptions(api_url="http://a", login_url="http://l", client_id="c", client_secret=Secret("s"))


@pytest.mark.parametrize("answer_ms", [1_000, 30_000, 300_000, 3_600_000])
def test_a_lease_outlives_the_longest_call_however_long_it_may_take(answer_ms: int) -> None:
    env = EnvironmentSettings(name="e", cloud=msgspec.structs.replace(CLOUD, answer_ms=answer_ms), pace=PaceOptions())
    options = dispatch_options(RetryPolicy(), env)
    assert options.send_ms == env.cloud.longest_ms
    assert options.lease_ms > 2 * options.send_ms
    assert options.drain_ms > answer_ms


def test_the_clock_never_goes_back() -> None:
    clock = system_clock()
    times = [clock() for _ in range(1_000)]
    assert times == sorted(times)


def test_a_refusal_is_explained_in_the_engines_words() -> None:
    flows = {"1": Flow(id="1", name="F")}
    cut = explain_refusal(sent(b"{", code="bad.request"), flows)
    assert cut[0].startswith("TL611 raw: the body is not JSON: it ends without its `}`")
    assert [line.split()[:2] for line in explain_refusal(sent(b'{"flowId": "x", "extra": 1}'), flows)] == [
        ["TL202", "/extra:"],
        ["TL211", "/flowId:"],
    ]


def test_a_token_that_comes_twice_is_named() -> None:
    twice = {b"authorization": "Bearer a, Bearer a", b"content-type": "application/json"}
    (line,) = explain_refusal(sent(BODY, headers=twice, status=401, code="bad.credentials"), {})
    assert line.startswith("TL607 header:Authorization: the Authorization header comes twice")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"headers": {b"content-type": "application/json"}, "status": 401, "code": "authentication.required"}, "TL606"),
        ({"headers": {**HEADERS, b"content-type": "text/plain"}, "status": 415, "code": "unsupported.media.type"}, "TL605"),
        ({"path": "/api/v2/flows/executions/run", "status": 404, "code": "not.found", "body": None}, "TL601"),
        ({"method": "PUT", "status": 405, "code": "method.not.allowed", "body": None}, "TL602"),
        ({"status": 403, "code": "missing.any.permissions", "body": None}, "TL402"),
        ({"status": 429, "code": "too.many.requests.retry.after", "body": None}, "TL410"),
    ],
)
def test_a_refusal_at_any_gate_is_explained(change: dict[str, Any], named: str) -> None:
    lines = explain_refusal(sent(**{"body": BODY} | change), {})
    assert [line.partition(" ")[0] for line in lines] == [named]


def test_a_placeholder_that_was_sent_is_a_fault() -> None:
    assert [line.split()[:2] for line in explain_refusal(sent(b'{"flowId": "${FLOW_ID}"}'), {})] == [["TL207", "/flowId:"]]


def test_inputs_encoded_twice_and_an_unknown_flow_are_named() -> None:
    body = b'{"flowId": "9bdc6bf5-fa1e-4fc9-a5b9-0e41b1ff2cd8", "inputData": "{\\"Flow.a\\": 1}"}'
    assert [line.split()[:2] for line in explain_refusal(sent(body), {})] == [["TL612", "/inputData:"], ["TL541", "/flowId:"]]


def test_settings_do_not_print_their_secrets() -> None:
    assert "s3cret" not in repr(msgspec.structs.replace(CLOUD, client_secret=Secret("s3cret")))
    with pytest.raises(TypeError):
        msgspec.json.encode(Secret("s3cret"))


def test_random_ids_are_uuids_of_version_4_and_bytes_are_drawn_for_many_at_once() -> None:
    draws: list[int] = []

    def draw(n: int) -> bytes:
        draws.append(n)
        return Random(len(draws)).randbytes(n)

    new_id = uuids(draw)
    ids = [new_id() for _ in range(300)]
    assert len(set(ids)) == 300
    assert {(made.version, made.variant, str(made) == id) for id in ids if (made := UUID(id))} == {(4, RFC_4122, True)}
    assert len(draws) == 2
