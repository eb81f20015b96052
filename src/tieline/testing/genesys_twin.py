"""A running twin as a test holds it: plain calls, whatever kind of test it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from tieline.testing.clock import Clock
from tieline.testing.control import Control
from tieline.testing.told import Exchange, Flow, Launched, exchange, launched

Seed: TypeAlias = Path | str | Sequence[Mapping[str, Any]]
"""A file of flows in JSON or YAML, or the flows themselves: `[{"name": "Order follow-up", "inputs": [{"name": "orderId"}]}]`."""

SHOWN = 20
"""How many exchanges an error names."""


class GenesysTwin:
    """A twin of Genesys Cloud, or one namespace of it. Point the code under test at `url`, as `client_id` with `client_secret`.

    Every call returns once the twin has answered, which takes about a millisecond; a twin of the fixture is served in a thread of
    its own, so the calls do no harm in an async test.
    """

    def __init__(self, url: str, *, namespace: str | None = None) -> None:
        """Take the address and the namespace (None: the default one)."""
        self.url = url
        self.control = Control(url, namespace)
        self.clock = Clock(self.control)
        ready = self.control.get("ready")
        self.client_id = str(ready["client_id"])
        self.client_secret = str(ready["client_secret"])

    def __repr__(self) -> str:
        """Name the address; the secret is not shown."""
        return f"GenesysTwin({self.url!r})"

    @property
    def host(self) -> str:
        """The host the twin listens on."""
        return str(urlsplit(self.url).hostname)

    @property
    def port(self) -> int:
        """The port the twin listens on."""
        return int(urlsplit(self.url).port or 0)

    @property
    def flows(self) -> dict[str, Flow]:
        """The flows there are, by name."""
        return _flows(self.control.get("ready"))

    @property
    def launches(self) -> tuple[Launched, ...]:
        """What was launched, oldest first, with the inputs."""
        return tuple(launched(one) for one in self.control.get("launches")["launches"])

    @property
    def executions(self) -> tuple[dict[str, Any], ...]:
        """The runs as `GET /api/v2/flows/executions/{id}` gives them now, oldest first."""
        return tuple(self.control.get("executions")["executions"])

    @contextmanager
    def namespace(self, name: str) -> Iterator[GenesysTwin]:
        """Give an org of its own on the same server, with flows, limits, clock and journal of its own; its client leads there.
        Forgotten when the block ends. Raises `ControlError`.
        """
        self.control.post("namespaces", {"name": name})
        try:
            yield GenesysTwin(self.url, namespace=name)
        finally:
            self.control.delete("namespaces", name=name)

    def seed(self, flows: Seed, *, keep: bool = False) -> dict[str, Flow]:
        """Put flows in, instead of those there are or (`keep`) beside them; gives what is there then. Raises `ControlError`."""
        return _flows(self.control.post("seed", {"flows": _plain(flows), "keep": keep}))

    def token(self, client_id: str | None = None, client_secret: str | None = None) -> str:
        """Ask for a bearer token, as the twin's own client unless told otherwise. Raises `ControlError`."""
        return self.control.token(client_id or self.client_id, client_secret or self.client_secret)

    def client(self, id: str, secret: str = "secret", **more: Any) -> str:  # noqa: S107 - a stand-in's secret
        """Make another client: `permissions=["architect:flow:view"]`, `divisions`, `tokenLifeS`, `active`. Gives its id."""
        return str(self.control.post("clients", {"id": id, "secret": secret, **more})["id"])

    def limit(self, per_minute: int | None = None, *, tokens_per_minute: int | None = None) -> None:
        """Set how many requests a minute each token may make, and how many tokens a client may ask for (0: no limit); what was counted
        is forgotten.
        """
        given = {"per_minute": per_minute, "tokens_per_minute": tokens_per_minute}
        self.control.post("limits", {name: value for name, value in given.items() if value is not None})

    def faults(
        self, *faults: Mapping[str, Any], preset: str | None = None, keep: bool = False, seed: int | None = None
    ) -> list[dict[str, Any]]:
        """Put faults in, in the words of a scenario file, or those of a preset; `keep` leaves those there are. Without any, take all
        away. Gives the faults with how many requests each `met` and `struck`. Raises `ControlError`.
        """
        asked: dict[str, Any] = {"faults": [dict(one) for one in faults], "keep": keep}
        more = {"preset": preset, "seed": seed}
        told = self.control.post("faults", asked | {name: value for name, value in more.items() if value is not None})
        return list(told["faults"])

    def journal(self, **where: Any) -> list[Exchange]:
        """Give the exchanges with the cloud's paths, oldest first: all that are kept, or those that fit (`operation=`, `path=`,
        `status=`, `code=`, `flow=`, `client=`, `fault=`, `contains=`, `after=`, `limit=`).
        """
        return [exchange(line) for line in self.control.get("journal", **where)["exchanges"]]

    def count(self, **where: Any) -> int:
        """Count the exchanges that fit, in the words of `journal`."""
        return int(self.control.get("journal/count", **where)["count"])

    def har(self, **where: Any) -> dict[str, Any]:
        """Give the exchanges as a HAR, in the words of `journal`."""
        told: dict[str, Any] = self.control.get("journal.har", **where)
        return told

    def verify(
        self,
        flow: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        times: int | None = None,
        nothing_else: bool = False,
    ) -> list[Launched]:
        """Hold the launches against what is expected; gives those that fit.

        `flow` is a name or an id. `inputs` are those that have to be there, with or without `Flow.`; others may be. `times` is how
        many there have to be, None for at least one; `nothing_else` says that there may be no other launch. Raises `AssertionError`
        that names what was launched and what was refused instead.
        """
        __tracebackhide__ = True
        given = {"flow": flow, "name": name, "inputs": None if inputs is None else dict(inputs), "times": times}
        wanted = {key: value for key, value in given.items() if value is not None}
        told = self.control.post("verify", {"launches": [wanted], "nothing_else": nothing_else})
        if not told["ok"]:
            raise AssertionError(told["says"])
        found = frozenset(told["launches"][0]["executions"])
        return [one for one in self.launches if one.execution_id in found]

    def wait_for(self, count: int = 1, *, timeout_s: float = 10.0, **where: Any) -> list[Exchange]:
        """Wait until so many exchanges fit, in the words of `journal`; gives them. Raises `AssertionError` that says what came."""
        __tracebackhide__ = True
        asked = {"where": where, "count": count, "timeout_ms": round(timeout_s * 1000)}
        told = self.control.post("journal/wait", asked)
        if not told["came"]:
            came = "\n".join(f"  {line}" for line in self.journal(limit=SHOWN)) or "  (nothing)"
            missing = f"expected {count} exchanges with {where}, found {len(told['exchanges'])} in {timeout_s:g} s"
            raise AssertionError(f"{missing}\nwhat came last:\n{came}")
        return [exchange(line) for line in told["exchanges"]]

    def verdicts(self) -> dict[str, list[str]]:
        """Say by client what an operator would hold against it: `repeated-launch`, `ignored-retry-after`, `token-per-call`,
        `secret-out-of-place`.
        """
        told = self.control.get("verdicts")["clients"]
        return {one["client"]: [found["verdict"] for found in one["verdicts"]] for one in told}

    def reset(self) -> None:
        """Begin again: the flows, the client and the faults of the start, no tokens, no runs, an empty journal, the real clock."""
        self.control.post("reset")

    def env(self) -> dict[str, str]:
        """Give the environment variables under which tools look for an org: Tieline's own, and those of Genesys' tools.

        The SDKs read no variable for their address; it stands under `GENESYSCLOUD_HOST` and, in parts, under the names the
        Terraform provider takes for its `gateway` block.
        """
        at = urlsplit(self.url)
        return {
            "GENESYSCLOUD_HOST": self.url,
            "GENESYSCLOUD_OAUTHCLIENT_ID": self.client_id,
            "GENESYSCLOUD_OAUTHCLIENT_SECRET": self.client_secret,
            "GENESYSCLOUD_GATEWAY_PROTOCOL": at.scheme,
            "GENESYSCLOUD_GATEWAY_HOST": self.host,
            "GENESYSCLOUD_GATEWAY_PORT": str(self.port),
            "TIELINE_CLIENT_SECRET": self.client_secret,
        }


def _plain(seed: Seed) -> list[Any]:
    """Read the flows of a seed. Raises `OSError`, `yaml.YAMLError` for a file that cannot be read."""
    if isinstance(seed, str | Path):
        import yaml  # noqa: PLC0415 - only for a file; JSON is YAML too

        told = yaml.safe_load(Path(seed).read_text("utf-8"))
        return list(told["flows"] if isinstance(told, dict) else told)
    return [dict(flow) for flow in seed]


def _flows(ready: Mapping[str, Any]) -> dict[str, Flow]:
    made = [
        Flow(id=one["id"], name=one["name"], type=one["type"], published=one["published"], input_schema=one.get("inputSchema"))
        for one in ready["flows"]
    ]
    return {flow.name: flow for flow in made}
