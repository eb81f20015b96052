"""Where the facts about Genesys Cloud come from, and how sure each kind of source makes us."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Confidence(StrEnum):
    """How well a fact is known."""

    OFFICIAL = "official"
    """Genesys' own API description, SDK, provider, blueprint, help or developer page says so."""
    OBSERVED = "observed"
    """Users saw it: forum threads, recorded answers, public code."""
    INFERRED = "inferred"
    """It follows from other facts, but nobody wrote it down."""
    UNKNOWN = "unknown"
    """Nothing trustworthy says so; whoever needs an answer makes it a setting."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One place facts were read from. `name` is short and stable, `what` says where to find it."""

    name: str
    what: str
    confidence: Confidence = Confidence.OFFICIAL


SWAGGER = Source(
    name="swagger-2025-07-28",
    what="the platform API's own swagger 2.0 (https://api.mypurecloud.com/api/v2/docs/swagger), openapi build 9401, of 2025-07-28",
)
SDK_PYTHON = Source(
    name="sdk-python-269", what="PyPI PureCloudPlatformClientV2 269.0.0, its models and purecloud_region_hosts.py"
)
SDK_GO = Source(
    name="sdk-go-188", what="MyPureCloud/platform-client-sdk-go 188.0.0, configuration.go: AuthResponse, AuthErrorResponse"
)
CLI = Source(
    name="cli-166", what="MyPureCloud/platform-client-sdk-cli 166.0.0, build/gc/cmd/flows*: permissions and query parameters"
)
PROVIDER = Source(name="provider-1.84.1", what="MyPureCloud/terraform-provider-genesyscloud v1.84.1, provider.go")
HRIS = Source(
    name="wfm-hris-blueprint",
    what="GenesysCloudBlueprints/wfm-hris-blueprint at 535c809: recorded answers of GET /flows/executions/{id} of 2025-03-26",
)
README_SAMPLES = Source(
    name="sdk-readme", what="the platform SDKs' README samples: inin-ratelimit-* and ININ-Correlation-Id headers"
)
FORUM_11186 = Source(
    name="forum-11186",
    what="developer forum thread 11186 (2021): a 429 body, and staff on its limit",
    confidence=Confidence.OBSERVED,
)
FORUM_20500 = Source(
    name="forum-20500",
    what="developer forum thread 20500 (2023-06-16): a failed run, and the nested inputData form",
    confidence=Confidence.OBSERVED,
)
PUBLIC_CODE = Source(name="public-code", what="public programs written against the live service", confidence=Confidence.OBSERVED)
INFERENCE = Source(name="inference", what="follows from the published facts, written nowhere", confidence=Confidence.INFERRED)
NOWHERE = Source(name="nowhere", what="found in no trustworthy place", confidence=Confidence.UNKNOWN)
