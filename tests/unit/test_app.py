"""What the app works out when it builds the rooms."""

from __future__ import annotations

import msgspec
import pytest

from tieline.app.clock import system_clock
from tieline.app.gateway import dispatch_options
from tieline.app.twin import explain_refusal
from tieline.cloud.options import CloudOptions
from tieline.config.settings import EnvironmentSettings
from tieline.domain.flow import Flow
from tieline.domain.next import RetryPolicy
from tieline.domain.secret import Secret
from tieline.pacing.options import PaceOptions

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
    assert explain_refusal(b"{", flows)[0].startswith("TL611 raw the body is not JSON: it ends without its `}`")
    assert [line.split()[:2] for line in explain_refusal(b'{"flowId": "x", "extra": 1}', flows)] == [
        ["TL202", "/extra"],
        ["TL211", "/flowId"],
    ]


def test_settings_do_not_print_their_secrets() -> None:
    assert "s3cret" not in repr(msgspec.structs.replace(CLOUD, client_secret=Secret("s3cret")))
    with pytest.raises(TypeError):
        msgspec.json.encode(Secret("s3cret"))
