"""What every step of the tour with the official Python client has at hand: the client, the twin's own controls, what was learnt so far."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PureCloudPlatformClientV2 as Sdk
from PureCloudPlatformClientV2.rest import ApiException

CALLBACK = "Customer callback"
LAUNCHES = "/api/v2/flows/executions"
NOBODY = "00000000-0000-4000-8000-000000000000"


class Walk:
    """One walk through a twin; `told` is tour.json."""

    def __init__(self, url: str, id: str, secret: str, told: Path) -> None:
        """Take the twin's address, whom to come as, and what the three tours have in common."""
        self.url, self.id, self.secret = url, id, secret
        self.told: dict[str, Any] = json.loads(told.read_text("utf-8"))
        self.client = Sdk.api_client.ApiClient(host=url)
        self.architect = Sdk.ArchitectApi(self.client)
        self.flows: dict[str, str] = {}

    def other(self, name: str) -> Any:
        """Make another client in the org, one of those that tour.json names; gives the SDK's client with its token."""
        id = f"conformance-{name}"
        self.control("clients", {"id": id, "secret": "s", **self.told["clients"][name]})
        made = Sdk.api_client.ApiClient(host=self.url)
        made.get_client_credentials_token(id, "s")
        return made

    def request(self, flow: str, inputs: dict[str, Any] | None = None, version: str | None = None) -> Any:
        """Make a launch request."""
        request = Sdk.FlowExecutionLaunchRequest()
        request.flow_id, request.input_data = self.flows[flow], inputs
        request.flow_version, request.name = version, "from the official client"
        return request

    def sound(self) -> Any:
        """Make a launch request the flow takes."""
        return self.request(CALLBACK, {"Flow.customerId": "c-1", "Flow.attempt": 2, "Flow.topics": ["a", "b"]})

    def post(self, body: Any, media_type: str, form: list[tuple[str, str]] | None = None) -> Any:
        """Launch through the client's own general call, for what its types would not let out."""
        return self.client.call_api(
            LAUNCHES,
            "POST",
            header_params={"Content-Type": media_type},
            body=body,
            post_params=form,
            response_type="FlowExecutionLaunchResponse",
            auth_settings=["PureCloud OAuth"],
        )

    def pass_time(self, seconds: float) -> None:
        """Move the twin's clock on."""
        self.control("clock", {"move_ms": round(seconds * 1000)})

    def control(self, name: str, body: Any = None) -> Any:
        """Ask something of the twin itself, below /_twin/."""
        data = None if body is None else json.dumps(body).encode()
        return json.loads(plain(f"{self.url}/_twin/{name}", data, {"Content-Type": "application/json"}))


def plain(url: str, data: bytes | None, headers: dict[str, str], method: str | None = None) -> bytes:
    """Ask without the client, as its users do where it has no call for it: an upload, the twin's own paths."""
    asked = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - a twin on loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(asked, timeout=10) as answer:
        return bytes(answer.read())


def refused(call: Callable[[], Any], status: int, code: str) -> str:
    """Hold a call to the refusal it should get; an error of the token endpoint has its code in `error`."""
    said = _fault(call)
    assert said is not None, f"{status} {code} was due, not a good answer"
    body = json.loads(said.body)
    got = f"{said.status} {body.get('code') or body.get('error')}"
    assert got == f"{status} {code}", f"{status} {code} was due, not {got}"
    assert "error" in body or (body["status"] == status and body["message"] and body["contextId"]), body
    return code


def _fault(call: Callable[[], Any]) -> Any:
    try:
        call()
    except ApiException as said:
        return said
    return None
