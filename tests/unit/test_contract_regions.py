"""Regions, limits and the token endpoint's refusals."""

from __future__ import annotations

import pytest

from tieline.contract import limits, oauth
from tieline.contract.regions import REGIONS, region_of


def test_the_hosts_of_a_region() -> None:
    ireland = REGIONS["eu-west-1"]
    assert (ireland.api, ireland.login, ireland.apps) == (
        "https://api.mypurecloud.ie",
        "https://login.mypurecloud.ie",
        "https://apps.mypurecloud.ie",
    )


@pytest.mark.parametrize(
    "text",
    ["me-central-1", "me_central_1", "ME-CENTRAL-1", "mec1.pure.cloud", "api.mec1.pure.cloud", "https://login.mec1.pure.cloud/"],
)
def test_the_ways_to_name_a_region(text: str) -> None:
    assert region_of(text) == REGIONS["me-central-1"]


@pytest.mark.parametrize("text", ["", "eu-west-9", "mypurecloud", "https://example.com"])
def test_what_is_no_region(text: str) -> None:
    assert region_of(text) is None


def test_no_two_regions_share_a_domain() -> None:
    assert len({region.domain for region in REGIONS.values()}) == len(REGIONS) == 18


def test_the_limits() -> None:
    assert (limits.TOKEN_RATE.value, limits.TOKEN_RATE.seconds) == (300, 60)
    assert limits.REQUEST_BYTES.value == 512_000
    assert limits.TOKEN_LIFE_MIN_S < limits.TOKEN_LIFE_S < limits.TOKEN_LIFE_MAX_S


def test_the_token_endpoint_says_its_description_twice() -> None:
    assert oauth.CLIENT_NOT_FOUND.body() == {
        "error": "invalid_client",
        "description": "client not found",
        "error_description": "client not found",
    }


def test_a_token_rate_limit_is_a_400_that_the_provider_recognises() -> None:
    assert oauth.RATE_LIMITED.status == 400
    assert oauth.RATE_LIMITED.description.startswith(oauth.RATE_LIMITED_PREFIX)
