"""Each scheme's signatures, against the vectors its makers publish or their own library makes; and every way to get them wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from tieline.domain.secret import Secret
from tieline.doors.signature import verify
from tieline.doors.source_options import FORM_OF, Scheme, SourceOptions
from tieline.problems.base import ProblemError

NOW = 1_763_647_331_000
BODY = b'{"id":"evt_1","type":"payment_intent.succeeded"}'
OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + base64.b64encode(b"a new secret of enough bytes").decode()


def source(scheme: Scheme, *secrets: str, **more: Any) -> SourceOptions:
    return SourceOptions(name="s", scheme=scheme, form=FORM_OF[scheme], secrets=tuple(Secret(s) for s in secrets), **more)


def said(scheme: SourceOptions, headers: Mapping[str, str], body: bytes = BODY, now: int = NOW) -> str:
    """Give the code of the refusal, or `ok`."""
    try:
        verify(scheme, headers, body, now)
    except ProblemError as error:
        return error.problems[0].code
    return "ok"


def hub(secret: str, body: bytes, encode: Any = bytes.hex) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + encode(hmac.digest(secret.encode(), body, "sha256"))}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def standard(secret: str, body: bytes = BODY, at: int = NOW) -> dict[str, str]:
    stamp = datetime.fromtimestamp(at / 1000, UTC)
    signature = Webhook(secret).sign("msg_1", stamp, body.decode())
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at // 1000), "webhook-signature": signature}


def striped(secret: str, body: bytes = BODY, at: int = NOW) -> dict[str, str]:
    stamp = at // 1000
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body.decode()}", secret)
    return {"stripe-signature": f"t={stamp},v1={signature}"}


def test_the_example_of_githubs_documentation() -> None:
    headers = {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}
    assert said(source(Scheme.GITHUB, "It's a Secret to Everybody"), headers, b"Hello, World!") == "ok"


def test_the_example_of_the_standard_webhooks_specification() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert said(source(Scheme.STANDARD_WEBHOOKS, OLD), headers, b'{"test": 2432232314}', 1_614_265_330_000) == "ok"


MAKERS = {
    "github": (source(Scheme.GITHUB, "a", "b"), hub("a", BODY), hub("b", BODY), hub("c", BODY)),
    "open-messaging": (
        source(Scheme.GENESYS_OPEN_MESSAGING, "a", "b"),
        hub("a", BODY, b64),
        hub("b", BODY, b64),
        hub("c", BODY, b64),
    ),
    "stripe": (source(Scheme.STRIPE, "a", "b"), striped("a"), striped("b"), striped("c")),
    "standard": (source(Scheme.STANDARD_WEBHOOKS, OLD, NEW), standard(OLD), standard(NEW), standard("whsec_" + b64(b"x" * 24))),
    "hmac-hex": (
        source(Scheme.HMAC, "a", "b", header="X-Sign", algorithm="sha512"),
        {"x-sign": hmac.new(b"a", BODY, hashlib.sha512).hexdigest()},
        {"x-sign": hmac.new(b"b", BODY, hashlib.sha512).hexdigest()},
        {"x-sign": hmac.new(b"c", BODY, hashlib.sha512).hexdigest()},
    ),
    "hmac-base64url": (
        source(Scheme.HMAC, "a", "b", header="X-Sign", encoding="base64url", prefix="v0="),
        {"x-sign": "v0=" + base64.urlsafe_b64encode(hmac.digest(b"a", BODY, "sha256")).decode().rstrip("=")},
        {"x-sign": "v0=" + base64.urlsafe_b64encode(hmac.digest(b"b", BODY, "sha256")).decode()},
        {"x-sign": "v0=" + base64.urlsafe_b64encode(hmac.digest(b"c", BODY, "sha256")).decode()},
    ),
    "token": (source(Scheme.TOKEN, "a", "b", header="X-Api-Key"), {"x-api-key": "a"}, {"x-api-key": "b"}, {"x-api-key": "c"}),
    "bearer": (
        source(Scheme.TOKEN, "a", "b"),
        {"authorization": "bearer a"},
        {"authorization": "Bearer b"},
        {"authorization": "Bearer c"},
    ),
}


@pytest.mark.parametrize(("scheme", "old", "new", "wrong"), MAKERS.values(), ids=MAKERS)
def test_every_secret_in_force_is_taken_and_no_other(
    scheme: SourceOptions, old: dict[str, str], new: dict[str, str], wrong: dict[str, str]
) -> None:
    assert [said(scheme, headers) for headers in (old, new, wrong, {})] == ["ok", "ok", "TL151", "TL150"]


@pytest.mark.parametrize(
    ("scheme", "headers"), [(made[0], made[1]) for name, made in MAKERS.items() if name not in ("token", "bearer")]
)
def test_another_body_is_refused(scheme: SourceOptions, headers: dict[str, str]) -> None:
    assert said(scheme, headers, BODY + b" ") == "TL151"


@pytest.mark.parametrize("made", MAKERS.values(), ids=MAKERS)
def test_a_source_without_secrets_refuses_everything(made: Any) -> None:
    from msgspec.structs import replace

    assert said(replace(made[0], secrets=()), made[1]) == "TL151"


@given(
    at=st.integers(0, len(BODY) - 1),
    byte=st.integers(0, 255),
    name=st.sampled_from(["github", "open-messaging", "stripe", "hmac-hex"]),
)
def test_any_changed_byte_is_refused(at: int, byte: int, name: str) -> None:
    scheme, headers, *_ = MAKERS[name]
    changed = BODY[:at] + bytes([byte]) + BODY[at + 1 :]
    assert said(scheme, headers, changed) == ("ok" if changed == BODY else "TL151")


@given(st.text(max_size=200))
def test_any_signature_header_at_all_is_answered(text: str) -> None:
    for scheme in (made[0] for made in MAKERS.values()):
        names = (
            "x-hub-signature-256",
            "stripe-signature",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "x-sign",
            "x-api-key",
            "authorization",
        )
        assert said(scheme, dict.fromkeys(names, text)) in ("TL150", "TL151", "TL152") or text.strip() in ("a", "b")


@pytest.mark.parametrize("make", [striped, standard])
@pytest.mark.parametrize(("off", "code"), [(0, "ok"), (-300_000, "ok"), (300_000, "ok"), (-301_000, "TL153"), (301_000, "TL153")])
def test_a_time_outside_the_window_is_stale(make: Any, off: int, code: str) -> None:
    secret = "a" if make is striped else OLD
    scheme = source(Scheme.STRIPE if make is striped else Scheme.STANDARD_WEBHOOKS, secret)
    assert said(scheme, make(secret, BODY, NOW + off)) == code


def test_a_signed_time_of_ones_own_scheme_is_part_of_what_is_signed() -> None:
    scheme = source(Scheme.HMAC, "a", header="X-Sign", timestamp_header="X-Time")
    stamp = str(NOW // 1000)
    sign = hmac.new(b"a", f"{stamp}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert said(scheme, {"x-sign": sign, "x-time": stamp}) == "ok"
    assert said(scheme, {"x-sign": sign, "x-time": str(int(stamp) + 1)}) == "TL151"
    assert said(scheme, {"x-sign": sign, "x-time": "soon"}) == "TL152"
    assert said(scheme, {"x-sign": sign, "x-time": stamp}, now=NOW + 400_000) == "TL153"


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [
        (Scheme.GITHUB, hub("a", BODY, b64)),
        (Scheme.GENESYS_OPEN_MESSAGING, {"x-hub-signature-256": "sha256=not base64!"}),
        (Scheme.GITHUB, {"x-hub-signature-256": "sha1=" + "0" * 40}),
        (Scheme.STRIPE, {"stripe-signature": "v1=" + "0" * 64}),
        (Scheme.STRIPE, {"stripe-signature": f"t={NOW // 1000}"}),
        (Scheme.STRIPE, {"stripe-signature": "t=1,t=2,v1=" + "0" * 64}),
    ],
)
def test_a_signature_in_another_form_is_malformed(scheme: Scheme, headers: dict[str, str]) -> None:
    assert said(source(scheme, "a"), headers) == "TL152"


def test_a_secret_of_another_kind_fits_nothing() -> None:
    assert said(source(Scheme.STANDARD_WEBHOOKS, "not base64 at all"), standard(OLD)) == "TL151"
