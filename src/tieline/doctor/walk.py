"""Walks the way to the cloud, one probe at a time; a probe that fails stops those that depend on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from urllib.parse import quote, urlencode

import msgspec

from tieline.cloud.answer import Answer, Exchange, allowance_of
from tieline.cloud.probing import Probing
from tieline.contract import operations
from tieline.contract.regions import Region
from tieline.contract.words import LAUNCHABLE_TYPES
from tieline.doctor import probe as steps
from tieline.doctor import reading
from tieline.doctor.network import Address, Network, address_of
from tieline.doctor.probe import Probe, Verdict, failed, passed, skipped, unknown
from tieline.doctor.reading import Elsewhere
from tieline.domain.clock import Clock
from tieline.domain.finding import Finding, find
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest
from tieline.domain.outcome import Allowance, OutcomeKind
from tieline.flowbook.book import Book
from tieline.flowbook.find import find_flow
from tieline.preflight.inputs import inputs_of
from tieline.problems.base import Problem, ProblemError
from tieline.problems.cloud import AnswerMissing, CloudForbidden
from tieline.problems.doctor import FlowWithoutSchema, HostNotFound, PermissionNotKnown
from tieline.problems.flows import FlowNameUnknown
from tieline.problems.preflight import FlowNotPublished, FlowType


class FlowRef(msgspec.Struct, frozen=True, kw_only=True):
    """A flow as somebody named it: by id, or by name."""

    text: str
    by_id: bool


class Checkup(msgspec.Struct, frozen=True, kw_only=True):
    """What to probe: the environment's addresses and client, and the flows.

    `known` are the flows the settings know; without `read_flows` the client need not be allowed to read others. `launch`
    really launches each flow. `regions` are asked for a token when this one refuses the client; none unless somebody said so.
    """

    environment: str
    api_url: str
    login_url: str
    client_id: str
    flows: tuple[FlowRef, ...] = ()
    known: tuple[Flow, ...] = ()
    read_flows: bool = True
    launch: bool = False
    regions: tuple[Region, ...] = ()


class Doctor:
    """One walk; `probes` gives each probe as it ends."""

    def __init__(self, checkup: Checkup, probing: Probing, network: Network, clock: Clock) -> None:
        """Take what to probe, and the ways to do it."""
        self._checkup = checkup
        self._probing = probing
        self._network = network
        self._clock = clock
        self._api = checkup.api_url.partition("://")[2].rstrip("/")
        self._at = f"setting:environments.{checkup.environment}"
        self._stopped: dict[str, str] = {}
        self._refused = False
        self._flow: Flow | None = None
        self._allowance: Allowance | None = None

    async def probes(self) -> AsyncIterator[Probe]:
        """Walk the whole way."""
        login, api = self._checkup.login_url, self._checkup.api_url
        for url in dict.fromkeys((login, api)):
            yield await self._try(steps.NAME, partial(self._name, url), about=url)
        for url in dict.fromkeys((login, api)):
            yield await self._try(steps.TLS, partial(self._tls, url), f"{steps.NAME} {url}", about=url)
        yield await self._try(steps.TOKEN, self._token, f"{steps.TLS} {login}")
        if self._refused and self._checkup.regions:
            yield await self._try(steps.REGIONS, self._regions)
        yield await self._try(steps.USABLE, self._usable, steps.TOKEN, f"{steps.TLS} {api}")
        if not self._checkup.flows:
            yield skipped(steps.READABLE, "no flow to look at: name one with --flow, or in a route of this environment")
        for ref in self._checkup.flows:
            async for probe in self._flow_probes(ref):
                yield probe
        if not self._checkup.launch:
            yield await self._try(steps.PERMISSION, self._permission, steps.USABLE)
        yield await self._try(steps.BUDGET, self._budget, steps.USABLE)

    async def _try(self, name: str, act: Callable[[], Awaitable[Probe]], *needs: str, about: str = "") -> Probe:
        """Make one probe unless one it needs has failed; `about` tells probes of the same name apart."""
        cause = next((self._stopped[need] for need in needs if need in self._stopped), None)
        key = f"{name} {about}".rstrip()
        if cause is not None:
            self._stopped[key] = cause
            return skipped(name, f"{f'{about}: ' if about else ''}not tried, for `{cause}` failed")
        began = self._clock()
        probe = msgspec.structs.replace(await act(), ms=self._clock() - began)
        if probe.verdict is Verdict.FAILED:
            self._stopped[key] = key
        return probe

    def _told(self, name: str, answer: str | Problem) -> Probe:
        """Make a probe of what a step said."""
        return failed(name, find(answer, self._at)) if isinstance(answer, Problem) else passed(name, answer)

    # -- the network -------------------------------------------------------------------------------------------------

    async def _name(self, url: str) -> Probe:
        address = self._address(url)
        found = await self._network.resolve(address) if isinstance(address, Address) else address
        return self._told(steps.NAME, f"{url} is at {found}" if isinstance(found, str) else found)

    async def _tls(self, url: str) -> Probe:
        address = self._address(url)
        found = await self._network.connect(address) if isinstance(address, Address) else address
        return self._told(steps.TLS, f"{url}: {found}" if isinstance(found, str) else found)

    def _address(self, url: str) -> Address | Problem:
        try:
            return address_of(url)
        except ValueError as fault:
            return HostNotFound(host=url, fault=str(fault).lower())

    # -- the token ---------------------------------------------------------------------------------------------------

    async def _token(self) -> Probe:
        came = await self._probing.token()
        if came is None:
            return passed(steps.TOKEN, f"`{self._checkup.login_url}` gave a token for client `{self._checkup.client_id}`")
        problem = reading.token_problem(came, self._checkup.client_id)
        self._refused = reading.is_refused(problem)
        return self._told(steps.TOKEN, problem)

    async def _regions(self) -> Probe:
        """Ask each other region's login host once, one after the other."""
        asked: list[Elsewhere] = []
        for region in self._checkup.regions:
            came = await self._probing.token(region.login)
            problem = None if came is None else reading.token_problem(came, self._checkup.client_id)
            asked.append(Elsewhere(region=region, problem=problem))
        answer = reading.elsewhere(asked, self._checkup.client_id)
        return unknown(steps.REGIONS, answer) if isinstance(answer, str) else self._told(steps.REGIONS, answer)

    async def _usable(self) -> Probe:
        path = operations.TOKEN_INFO.path
        return self._told(steps.USABLE, reading.token_answer(await self._read(path), self._api, path))

    async def _read(self, path: str) -> Exchange:
        came = await self._probing.read(path)
        if isinstance(came, Answer):
            self._allowance = allowance_of(came) or self._allowance
        return came

    # -- a flow ------------------------------------------------------------------------------------------------------

    async def _flow_probes(self, ref: FlowRef) -> AsyncIterator[Probe]:
        about = ref.text
        self._flow = None
        readable, published, kind = (f"{step} {about}" for step in (steps.READABLE, steps.PUBLISHED, steps.TYPE))
        yield await self._try(steps.READABLE, partial(self._readable, ref), steps.USABLE, about=about)
        yield await self._try(steps.PUBLISHED, self._published, readable, about=about)
        yield await self._try(steps.TYPE, self._type, readable, about=about)
        yield await self._try(steps.SCHEMA, self._schema, kind, about=about)
        if self._checkup.launch:
            yield await self._try(steps.LAUNCH, self._launch, published, kind, about=about)

    async def _readable(self, ref: FlowRef) -> Probe:
        found = await (self._by_id(ref.text) if ref.by_id else self._by_name(ref.text))
        if isinstance(found, Flow):
            self._flow = found
            return passed(steps.READABLE, f"flow `{found.name}` can be read, its id is {found.id}")
        known = self._from_settings(ref)
        if isinstance(found, CloudForbidden) and known is not None and not self._checkup.read_flows:
            self._flow = known
            line = (
                f"flow `{known.name}` is taken from the settings: the client may not read it, and need not (`read_flows: false`)"
            )
            return unknown(steps.READABLE, line)
        at = "/flowId" if ref.by_id else "/flow"
        return failed(steps.READABLE, found if isinstance(found, Finding) else find(found, at))

    def _from_settings(self, ref: FlowRef) -> Flow | None:
        return next((flow for flow in self._checkup.known if ref.text == (flow.id if ref.by_id else flow.name)), None)

    async def _by_id(self, id: str) -> Flow | Problem:
        path = f"{operations.FLOWS.path}/{quote(id, safe='')}"
        flow = reading.flow_answer(await self._read(path), self._api, path)
        if not isinstance(flow, Flow) or flow.input_schema is not None:
            return flow
        # The listing is where the gateway has its schemas from, and where they are promised.
        listed = await self._list(id=id)
        return listed[0] if isinstance(listed, tuple) and listed and listed[0].id == flow.id else flow

    async def _by_name(self, name: str) -> Flow | Finding | Problem:
        listed = await self._list(name=name)
        if isinstance(listed, Problem):
            return listed
        if not any(flow.name == name for flow in listed):
            try:
                listed = tuple(await self._probing.flows())  # all of them, so that the nearest name can be told
            except ProblemError as error:
                return error.problems[0]
        found = find_flow(Book(listed, complete=True), FlowExecutionRequest(flow=name))
        return found or FlowNameUnknown(flow=name, known=len(listed))

    async def _list(self, **narrowed: str) -> tuple[Flow, ...] | Problem:
        path = f"{operations.FLOWS.path}?{urlencode({**narrowed, 'includeSchemas': 'true', 'pageSize': '100'})}"
        return reading.flows_answer(await self._read(path), self._api, operations.FLOWS.path)

    async def _published(self) -> Probe:
        flow = self._found
        if flow.published is None:
            return unknown(steps.PUBLISHED, f"the settings do not say whether flow `{flow.name}` is published")
        if not flow.published:
            return failed(steps.PUBLISHED, find(FlowNotPublished(flow=flow.name), "/flow"))
        return passed(steps.PUBLISHED, f"flow `{flow.name}` is published" + (f", version {flow.version}" if flow.version else ""))

    async def _type(self) -> Probe:
        flow = self._found
        if flow.type in LAUNCHABLE_TYPES:
            return passed(steps.TYPE, f"flow `{flow.name}` is of type `{flow.type}`, which can be launched")
        allowed = " or ".join(f"`{kind}`" for kind in sorted(LAUNCHABLE_TYPES))
        return failed(steps.TYPE, find(FlowType(flow=flow.name, type=flow.type, allowed=allowed), "/flow"))

    async def _schema(self) -> Probe:
        flow = self._found
        try:
            known = inputs_of(flow)
        except ProblemError as error:
            return failed(steps.SCHEMA, find(error.problems[0], "/flow"))
        if known is None:
            return failed(steps.SCHEMA, find(FlowWithoutSchema(flow=flow.name), "/flow"))
        return passed(steps.SCHEMA, reading.inputs_line(flow))

    @property
    def _found(self) -> Flow:
        """The flow of the probes under way; they run only once it was found."""
        if self._flow is None:
            raise RuntimeError("a flow's probe ran before the flow was read")
        return self._flow

    async def _launch(self) -> Probe:
        """Really launch the flow, once, with no inputs."""
        flow = self._found
        outcome = await self._probing.launch(msgspec.json.encode({"flowId": flow.id}))
        self._allowance = outcome.allowance or self._allowance
        if outcome.kind is OutcomeKind.LAUNCHED:
            return passed(steps.LAUNCH, f"flow `{flow.name}` was launched with no inputs: execution {outcome.execution_id}")
        finding = outcome.finding or find(AnswerMissing(fault=outcome.kind.value), "")
        return failed(steps.LAUNCH, finding)

    async def _permission(self) -> Probe:
        finding = find(PermissionNotKnown(permission=operations.LAUNCH.permissions[0]), "")
        return unknown(steps.PERMISSION, finding.line, finding)

    async def _budget(self) -> Probe:
        if self._allowance is None:
            return unknown(steps.BUDGET, "no answer carried the `inin-ratelimit-*` headers, so what is left is not known")
        return self._told(steps.BUDGET, reading.budget(self._allowance))
