"""The regions: AWS region to domain, and the hosts of each domain.

Source: the Python SDK's purecloud_region_hosts.py, the provider's aws_region table and the command line's config.go, which agree.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """One region: `name` is the AWS region, `domain` what its hosts end in."""

    name: str
    domain: str

    @property
    def api(self) -> str:
        """The address of the platform API."""
        return f"https://api.{self.domain}"

    @property
    def login(self) -> str:
        """The address of the token endpoint's host."""
        return f"https://login.{self.domain}"

    @property
    def apps(self) -> str:
        """The address of the web applications."""
        return f"https://apps.{self.domain}"


_DOMAINS = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
}

REGIONS: Mapping[str, Region] = {name: Region(name=name, domain=domain) for name, domain in _DOMAINS.items()}
"""Every public region, by AWS name (us-east-2 is the FedRAMP one)."""

_HOSTS = ("https://", "api.", "login.", "apps.")


def region_of(text: str) -> Region | None:
    """Find the region meant by an AWS name (`eu-west-1`, or `eu_west_1` as the command line writes three of them), a domain,
    a host or its https address; None when it is none of ours.
    """
    name = text.strip().lower().rstrip("/")
    if (found := REGIONS.get(name.replace("_", "-"))) is not None:
        return found
    for prefix in _HOSTS:
        name = name.removeprefix(prefix)
    return next((region for region in REGIONS.values() if region.domain == name), None)
