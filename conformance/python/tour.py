"""A tour of a twin with the official Python client, unmodified: `tour.py URL CLIENT_ID CLIENT_SECRET`.

Prints a line for each step and `ok N steps` at the end; the first step that is not as the cloud's own would be ends it with status 1.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import PureCloudPlatformClientV2 as Sdk
from PureCloudPlatformClientV2.rest import ApiException

LAUNCHES = "/api/v2/flows/executions"
VIEWER = "conformance-python-viewer"
NOBODY = "00000000-0000-4000-8000-000000000000"


class Tour:
    """The client, and what the steps learn on the way."""

    def __init__(self, url: str, id: str, secret: str) -> None:
        """Take the twin's address and whom to come as."""
        self.url, self.id, self.secret = url, id, secret
        self.client = Sdk.api_client.ApiClient(host=url)
        self.architect = Sdk.ArchitectApi(self.client)
        self.flows: dict[str, str] = {}
        self.execution = ""

    def token(self) -> str:
        """Ask for a token."""
        self.client.get_client_credentials_token(self.id, self.secret)
        return f"{len(self.client.access_token)} characters"

    def wrong_secret(self) -> str:
        """Ask for a token with a wrong secret."""
        other = Sdk.api_client.ApiClient(host=self.url)
        try:
            other.get_client_credentials_token(self.id, "wrong")
        except ApiException as said:
            got = f"{said.status} {json.loads(said.body)['error']}"
        else:
            got = "a token"
        assert got == "400 invalid_client", got
        return got

    def list_flows(self) -> str:
        """List the flows with their input schemas."""
        listing = self.architect.get_flows(include_schemas=True, page_size=100)
        self.flows = {flow.name: flow.id for flow in listing.entities}
        callback = next(flow for flow in listing.entities if flow.name == "Customer callback")
        assert "Flow.customerId" in callback.input_schema["properties"], callback
        return f"{listing.total} flows"

    def launch(self) -> str:
        """Launch a flow."""
        launched = self.architect.post_flows_executions(self.request("Customer callback"))
        self.execution = launched.id
        assert (launched.flow_version.id, launched.name) == ("1.0", "from the official client"), launched
        return str(launched.id)

    def read(self) -> str:
        """Read the execution."""
        run = self.architect.get_flows_execution(self.execution)
        assert run.id == self.execution, run
        assert run.status in {"RUNNING", "COMPLETED"}, run
        return f"{run.status} since {run.date_launched.isoformat()}"

    def unknown_field(self) -> str:
        """Launch with a field the launch request has not."""
        body = {"flowId": self.flows["Customer callback"], "priority": 1}
        return refused(lambda: self.post(body, "application/json"), 400, "invalid.property")

    def unpublished(self) -> str:
        """Launch a flow that was never published."""
        request = self.request("Draft survey", {})
        return refused(lambda: self.architect.post_flows_executions(request), 400, "flow.config.not.published")

    def bad_token(self) -> str:
        """Launch with a token nobody gave out."""
        other = Sdk.api_client.ApiClient(host=self.url)
        other.access_token = "stolen"  # noqa: S105 - that is the point
        request = self.request("Customer callback")
        return refused(lambda: Sdk.ArchitectApi(other).post_flows_executions(request), 401, "bad.credentials")

    def no_permission(self) -> str:
        """Launch as a client whose roles do not grant it."""
        control(self.url, "clients", {"id": VIEWER, "secret": "s", "permissions": ["architect:flow:view"]})
        other = Sdk.api_client.ApiClient(host=self.url)
        other.get_client_credentials_token(VIEWER, "s")
        request = self.request("Customer callback")
        return refused(lambda: Sdk.ArchitectApi(other).post_flows_executions(request), 403, "missing.any.permissions")

    def unknown_flow(self) -> str:
        """Launch a flow that is not there."""
        request = self.request("Customer callback")
        request.flow_id = NOBODY
        return refused(lambda: self.architect.post_flows_executions(request), 404, "architect.flow.not.found")

    def wrong_media_type(self) -> str:
        """Launch with a form: beside JSON this client sends nothing else."""
        form = [("flowId", self.flows["Customer callback"])]
        return refused(lambda: self.post(None, "application/x-www-form-urlencoded", form), 415, "unsupported.media.type")

    def over_the_limit(self) -> str:
        """Ask more often than the token may. This client waits as long as the 429 says and asks again, so the minute is nearly over here."""
        control(self.url, "limits", {"per_minute": 1})
        try:
            self.architect.get_flow(self.flows["Customer callback"])
            control(self.url, "clock", {"move_ms": 59_500})
            self.architect.get_flow(self.flows["Customer callback"])
        finally:
            control(self.url, "limits", {"per_minute": 300})
        statuses = [one["status"] for one in control(self.url, "journal")["exchanges"]]
        assert statuses[-3:] == [200, 429, 200], statuses
        return "429, waited for as it says, then 200"

    def request(self, flow: str, inputs: dict[str, Any] | None = None) -> Any:
        """Make a launch request."""
        request = Sdk.FlowExecutionLaunchRequest()
        request.flow_id = self.flows[flow]
        request.input_data = {"Flow.customerId": "c-1", "Flow.attempt": 2} if inputs is None else inputs
        request.name = "from the official client"
        return request

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


STEPS: tuple[tuple[str, Callable[[Tour], str]], ...] = (
    ("token", Tour.token),
    ("wrong secret", Tour.wrong_secret),
    ("list flows", Tour.list_flows),
    ("launch", Tour.launch),
    ("read the execution", Tour.read),
    ("400 unknown field", Tour.unknown_field),
    ("400 unpublished", Tour.unpublished),
    ("401", Tour.bad_token),
    ("403", Tour.no_permission),
    ("404", Tour.unknown_flow),
    ("415", Tour.wrong_media_type),
    ("429", Tour.over_the_limit),
)


def refused(call: Callable[[], Any], status: int, code: str) -> str:
    """Hold a call to the refusal it should get."""
    try:
        call()
    except ApiException as said:
        got = f"{said.status} {json.loads(said.body)['code']}"
    else:
        got = "a good answer"
    assert got == f"{status} {code}", f"{status} {code} was due, not {got}"
    return got


def control(url: str, name: str, body: Any = None) -> Any:
    """Ask something of the twin itself, below /_twin/."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"{url}/_twin/{name}", data=data, headers={"Content-Type": "application/json"})  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(asked, timeout=10) as answer:
        return json.loads(answer.read())


def main(url: str, id: str, secret: str) -> int:
    """Walk the tour; gives the exit status."""
    tour = Tour(url, id, secret)
    for number, (name, step) in enumerate(STEPS, 1):
        try:
            sys.stdout.write(f"{number:2} {name}: {step(tour)}\n")
        except Exception as fault:  # noqa: BLE001 - whatever goes wrong is told as the step's
            sys.stdout.write(f"{number:2} {name}: FAILED: {type(fault).__name__}: {fault}\n")
            return 1
    sys.stdout.write(f"ok {len(STEPS)} steps\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
