"""What the answers mean: the cloud's words in, problems and lines out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tieline.cloud.answer import Answer, Exchange, Fault, said
from tieline.cloud.flows import flow_of
from tieline.cloud.outcome import problem_of
from tieline.contract import oauth
from tieline.contract.inputs import ARCH_TYPES, UNKNOWN_TYPE
from tieline.contract.regions import Region
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.domain.outcome import Allowance
from tieline.problems.base import Problem
from tieline.problems.cloud import (
    CloudFailed,
    CloudFlowNotFound,
    CloudForbidden,
    CloudRefused,
    CloudUnreachable,
    CredentialsRefused,
)
from tieline.problems.doctor import BudgetNearlySpent, ClientElsewhere, ClientNotInRegion, ReadFailed, SecretOrRegion

NEARLY = 0.9
"""From which part of a budget on it is nearly spent."""
_ARCH_NAMES = {kind.definition_name: kind.name for kind in ARCH_TYPES.values() if kind.definition_name}


def token_problem(problem: Problem, client_id: str) -> Problem:
    """Tell an unknown client from a wrong secret, where the login host says which; any other problem stands as it is."""
    if not isinstance(problem, CredentialsRefused):
        return problem
    words = (problem.cloud_message or "").casefold()
    for said_so, kind in (
        (oauth.CLIENT_NOT_FOUND.description, ClientNotInRegion),
        (oauth.BAD_SECRET.description, SecretOrRegion),
    ):
        if said_so in words:
            return kind(
                host=problem.host,
                client_id=client_id,
                status=problem.status,
                cloud_code=problem.cloud_code,
                cloud_message=problem.cloud_message,
                correlation_id=problem.correlation_id,
            )
    return problem


def is_refused(problem: Problem) -> bool:
    """Whether the credentials themselves were refused, so that another region may take them."""
    return isinstance(problem, CredentialsRefused | ClientNotInRegion | SecretOrRegion)


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """What another region's login host said of the client: None is a token, given and thrown away."""

    region: Region
    problem: Problem | None


def elsewhere(answers: Sequence[Elsewhere], client_id: str) -> str | Problem:
    """Say which other region knows the client, or in a line that none does, and how many did not say."""
    known = [
        f"{answer.region.name} gives it a token" if answer.problem is None else f"{answer.region.name} knows its id"
        for answer in answers
        if answer.problem is None or isinstance(answer.problem, SecretOrRegion)
    ]
    if known:
        return ClientElsewhere(client_id=client_id, regions=" and ".join(known), asked=len(answers))
    silent = [answer.region.name for answer in answers if not isinstance(answer.problem, ClientNotInRegion)]
    rest = f"; not known of {', '.join(silent)}" if silent else ""
    return f"none of {len(answers)} other regions is known to have the client{rest}"


def token_answer(came: Exchange, host: str, path: str) -> str | Problem:
    """Read `GET /api/v2/tokens/me`: whose the token is, or the problem. It needs no permission, so 403 has another cause."""
    if (problem := read_problem(came, host, path)) is not None:
        return _read_failed(came, host, path) if isinstance(problem, CloudForbidden) and isinstance(came, Answer) else problem
    body = came.json() if isinstance(came, Answer) else {}
    client, org = _named(body.get("OAuthClient")), _named(body.get("organization"))
    if not client and not org:
        return ReadFailed(host=host, path=path, fault="200, but nothing about the token")
    return f"the token is taken: client `{client or 'unnamed'}` of organization `{org or 'unnamed'}`"


def _named(value: Json) -> str:
    name = (value.get("name") or value.get("id")) if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def flow_answer(came: Exchange, host: str, path: str) -> Flow | Problem:
    """Read `GET /api/v2/flows/{id}`: the flow, or why not; 403 is a permission, 404 no such flow (or none the client sees)."""
    if (problem := read_problem(came, host, path)) is not None:
        if isinstance(came, Answer) and came.status == 404:
            return CloudFlowNotFound(**msgspec.structs.asdict(said(came)))
        return problem
    flow = flow_of(came.json()) if isinstance(came, Answer) else None
    return flow or ReadFailed(host=host, path=path, fault="200, but no flow")


def flows_answer(came: Exchange, host: str, path: str) -> tuple[Flow, ...] | Problem:
    """Read one page of `GET /api/v2/flows`."""
    if (problem := read_problem(came, host, path)) is not None:
        return problem
    entities = came.json().get("entities") if isinstance(came, Answer) else None
    if not isinstance(entities, list):
        return ReadFailed(host=host, path=path, fault="200, but no list of flows")
    return tuple(flow for entity in entities if (flow := flow_of(entity)) is not None)


def read_problem(came: Exchange, host: str, path: str) -> Problem | None:
    """Say why a read gave nothing; None when it was answered with 200."""
    if isinstance(came, Fault):
        if not came.sent:
            return CloudUnreachable(host=host, fault=came.text)
        return ReadFailed(host=host, path=path, fault=f"nothing: {came.text}")
    if came.cut:
        return ReadFailed(host=host, path=path, fault=f"{came.status}, larger than allowed")
    if came.status == 200:
        return None
    problem = problem_of(came, host)
    return _read_failed(came, host, path) if isinstance(problem, CloudRefused | CloudFailed) else problem


def _read_failed(came: Answer, host: str, path: str) -> ReadFailed:
    return ReadFailed(host=host, path=path, **msgspec.structs.asdict(said(came)))


def inputs_line(flow: Flow) -> str:
    """List a flow's inputs with their types."""
    schema = flow.input_schema if isinstance(flow.input_schema, dict) else {}
    listed = ", ".join(f"{name} ({kind})" for name, kind in input_types(schema))
    return f"flow `{flow.name}` takes {listed or 'no inputs'}"


def input_types(schema: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Name each input of an input schema with its type, in Architect's words where they are known."""
    properties = schema.get("properties")
    for name, spec in properties.items() if isinstance(properties, dict) else ():
        yield name, _type_of(spec)


def _type_of(spec: Json) -> str:
    if not isinstance(spec, dict):
        return "any value"
    if spec.get("type") == "array":
        return f"list of {_type_of({**spec, 'type': None, **_dict(spec.get('items'))})}"
    if isinstance(told := spec.get(UNKNOWN_TYPE), str):
        return told
    if isinstance(reference := spec.get("$ref"), str):
        named = reference.rpartition("/")[2]
        return _ARCH_NAMES.get(named, named)
    kind = spec.get("type")
    return kind if isinstance(kind, str) else "any value"


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def budget(allowance: Allowance) -> str | Problem:
    """Say what is left of this token's budget, or that it is nearly spent."""
    seconds = -(-allowance.reset_ms // 1_000)
    if allowance.count >= NEARLY * allowance.allowed:
        return BudgetNearlySpent(used=allowance.count, allowed=allowance.allowed, reset_s=seconds)
    return f"doctor's token has used {allowance.count} of {allowance.allowed} requests, the window ends in {seconds} s"
