"""Judges one exchange from end to end; the one function that diagnose, tap, compare and doctor call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tieline.capture.lenient import read_json
from tieline.contract.operation import Operation
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.contract.regions import Region, region_of
from tieline.diagnosis.address import Address, read_address
from tieline.diagnosis.credentials import read_authorization
from tieline.diagnosis.finding import Diagnosed, Diagnosis, Role, Rule
from tieline.diagnosis.form import Body, form_pairs
from tieline.diagnosis.launch_request import judge_launch
from tieline.diagnosis.mend import mend
from tieline.diagnosis.reply import Author, Reply, blamed, gate, read_reply
from tieline.diagnosis.roles import assign
from tieline.diagnosis.run import judge_run, run_failed
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.diagnosis.token_request import FIELDS, judge_token
from tieline.domain.exchange import CapturedRequest, Exchange
from tieline.domain.flow import Flow
from tieline.preflight.fields import OFFICIAL, meant
from tieline.problems.diagnosis import RegionMismatch


def diagnose(exchange: Exchange, flows: Mapping[str, Flow], token: Region | None = None) -> Diagnosis:
    """Say what is wrong with an exchange and whose error it is; never raises.

    `flows` are those known, by id; the flow at `"*"` is meant where an id is not known. `token` is the region the token came
    from, where the capture shows it.
    """
    reply = read_reply(exchange.answer)
    address = read_address(exchange.request, _meant(exchange.request, reply, exchange.form))
    spotted, body = _request(exchange, address, reply, flows)
    spotted += _other_region(address, token)
    good = reply.good or (reply.status is None and run_failed(exchange.execution))
    spotted += blamed(reply, address.meant, address.host, body, path_known=bool(address.path))
    spotted += judge_run(exchange.execution, body)
    wrong_address = any(one.rule in {Rule.ENDPOINT, Rule.METHOD} for one in address.spotted)
    at = gate(reply, address.meant, wrong_address=wrong_address)
    found = assign(spotted, at, good=good, run_failed=run_failed(exchange.execution))
    explained = any(one.role in {Role.CAUSE, Role.POSSIBLE} for one in found)
    cannot_tell = reply.failed and not explained
    return Diagnosis(
        exchange=exchange,
        sound=not found and not reply.failed,
        cannot_tell=cannot_tell,
        findings=found,
        mended=mend(address, body, found),
        check=_check(found, address.meant, cannot_tell=cannot_tell),
    )


def _other_region(address: Address, token: Region | None) -> Iterator[Spotted]:
    """A token of one region, used in another."""
    here = region_of(address.host) if address.host.startswith("api.") else None
    if token is None or here is None or here == token:
        return
    problem = RegionMismatch(login=f"login.{token.domain}", api=address.host, wanted=f"api.{token.domain}")
    yield spot(problem, Rule.REGION, Stage.AUTH, "url", f"api.{token.domain}", why="the capture shows where the token came from")


_LAUNCHES = frozenset({"body", "go", "python", "javascript", "typescript", "java", "csharp"})
"""Forms that hold nothing but launches."""


def _meant(request: CapturedRequest, reply: Reply, form: str) -> Operation | None:
    """Tell from the body which operation a request without an address is."""
    if form in _LAUNCHES and not request.url:
        return LAUNCH
    text = request.body
    if text is None or not text.strip():
        return TOKEN if reply.author is Author.LOGIN else None
    pairs = [name for name, _ in form_pairs(text[:2_000])] if text.lstrip()[:1] not in {"{", "[", '"'} else []
    if "grant_type" in pairs:
        return TOKEN
    value = read_json(text).value if len(text) < 1_000_000 else None
    if isinstance(value, dict) and "grant_type" in value and not OFFICIAL.fields.keys() & value.keys():
        return TOKEN
    if form in _LAUNCHES:
        return LAUNCH
    known = isinstance(value, dict) and any(
        meant(name, OFFICIAL) in {"flowId", "inputData"} for name in value if name not in FIELDS
    )
    return LAUNCH if known else None


def _request(exchange: Exchange, address: Address, reply: Reply, flows: Mapping[str, Flow]) -> tuple[list[Spotted], Body]:
    """Judge the request itself, by the rules of the operation it is or was to be."""
    request, spotted = exchange.request, list(address.spotted)
    if address.meant is LAUNCH:
        found, body = judge_launch(request, exchange.form, reply.status, flows)
        return [*spotted, *found], body
    if address.meant is TOKEN:
        return [*spotted, *judge_token(request, reply.status, reply.code)], Body()
    if address.meant is not None or address.elsewhere:
        spotted += _bearer(request, address.meant, reply)
    return spotted, Body()


def _bearer(request: CapturedRequest, operation: Operation | None, reply: Reply) -> Iterator[Spotted]:
    yield from read_authorization(request, operation or LAUNCH, reply.status, in_form=False)


def _check(found: Sequence[Diagnosed], operation: Operation | None, *, cannot_tell: bool) -> str | None:
    """Name the shortest check that tells the candidates apart, or finds one."""
    rules = {one.rule for one in found if one.role is Role.POSSIBLE}
    if Rule.REGION in rules:
        return "ask the login host of the org's own region for a token with the same id and secret: it tells region from secret"
    if rules & {Rule.INPUT_NAME, Rule.INPUT_TYPE, Rule.FLOW_NOT_FOUND, Rule.FLOW_ID_FORMAT} or (
        cannot_tell and operation is LAUNCH
    ):
        return "GET /api/v2/flows/{flowId} with the same token: it shows whether the id is this org's, published, a workflow, and its inputSchema"
    if cannot_tell and operation is TOKEN:
        return "send the same request with curl -v and keep the answer's body: `error` and `error_description` name the fault"
    return "capture the exchange whole, with the answer's headers and body: `code` names the fault" if cannot_tell else None
