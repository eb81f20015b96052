"""Holds a request that works against one that does not: every difference, the one that most likely matters first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import IntEnum

import msgspec

from tieline.capture.lenient import read_json
from tieline.contract.inputs import PREFIX
from tieline.diagnosis.address import split_url
from tieline.diagnosis.finding import Diagnosed, Diagnosis, Role, Rule
from tieline.diagnosis.unknown import stands_for
from tieline.domain.exchange import CapturedRequest
from tieline.domain.finding import pointer
from tieline.domain.json import Json
from tieline.preflight.fields import OFFICIAL, kind_of, meant

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "set-cookie"})
_WEIGHTLESS = frozenset(
    {"user-agent", "accept", "accept-encoding", "accept-language", "connection", "content-length", "host", "postman-token", "cache-control",
     "origin", "referer", "purecloud-sdk", "traceparent", "x-request-id", "date", "dnt", "priority"}
)  # fmt: skip
_LONGEST = 80


class Weight(IntEnum):
    """How much a difference is likely to matter."""

    EXPLAINED = 0
    """A fault was found at this very place in the request that does not work."""
    SHAPE = 1
    """Another address, method, media type, field or type."""
    VALUE = 2
    """The same field with another value."""
    PASSING = 3
    """What differs from program to program and is not looked at."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: its place, what stands there in the one that works and in the other (None: nothing), and the finding behind it.

    Where `rules` are given, only findings of these can be behind it; findings of `rules` with a place of their own can be, too.
    """

    at: str
    works: str | None
    fails: str | None
    weight: Weight
    says: str
    finding: Diagnosed | None = None
    rules: frozenset[Rule] = frozenset()


def compare(works: CapturedRequest, fails: Diagnosis) -> list[Difference]:
    """List every difference between a request that works and a diagnosed one that does not, most likely cause first."""
    other = fails.request
    found = [*_address(works, other), *_headers(works, other), *_bodies(works, other)]
    weighed = [_explained(one, fails.findings) for one in found]
    return sorted(weighed, key=lambda one: (one.weight, _ROLES.index(one.finding.role) if one.finding else 0))


_ROLES = (Role.CAUSE, Role.POSSIBLE, Role.NEXT, Role.SIDE)
_EXPLAINS = frozenset({Role.CAUSE, Role.POSSIBLE})
_OTHER_HOST = frozenset({Rule.HOST, Rule.REGION, Rule.AUTH, Rule.FLOW_NOT_FOUND})
"""What another host brings: it is none, or another region's, which knows neither the token nor the flow."""


def _explained(one: Difference, findings: Sequence[Diagnosed]) -> Difference:
    """Say which finding is behind a difference. One that only bites next, or is beside it, does not make it the likely cause."""
    behind = [finding for finding in findings if _is_behind(finding, one)]
    if not behind:
        return one
    first = min(behind, key=lambda finding: _ROLES.index(finding.role))
    weight = Weight.EXPLAINED if first.role in _EXPLAINS else one.weight
    return msgspec.structs.replace(one, weight=weight, finding=first)


def _is_behind(finding: Diagnosed, one: Difference) -> bool:
    if one.rules:
        return finding.rule in one.rules
    at = finding.finding.at
    return at == one.at or (at == "raw" and one.at == "") or (at.casefold() == one.at.casefold() and at.startswith("header:"))


def _difference(at: str, works: str | None, fails: str | None, weight: Weight, what: str, *rules: Rule) -> Difference:
    if works is None:
        says = f"{what} stands only in the one that fails"
    elif fails is None:
        says = f"{what} is missing in the one that fails"
    else:
        says = f"{what} differs"
    return Difference(at=at, works=works, fails=fails, weight=weight, says=says, rules=frozenset(rules))


def _address(works: CapturedRequest, fails: CapturedRequest) -> Iterator[Difference]:
    if works.method and fails.method and works.method.upper() != fails.method.upper():
        yield _difference("url", works.method, fails.method, Weight.SHAPE, "the method", Rule.METHOD)
    if not works.url or not fails.url:
        return
    one, other = split_url(works.url), split_url(fails.url)
    for index, what, rules in ((1, "the host", _OTHER_HOST), (2, "the path", {Rule.ENDPOINT})):
        left, right = one[index].rstrip("/"), other[index].rstrip("/")
        if left and right and left != right and not (stands_for(left) or stands_for(right)):
            yield _difference("url", left, right, Weight.SHAPE, what, *rules)


def _headers(works: CapturedRequest, fails: CapturedRequest) -> Iterator[Difference]:
    if works.headers is None or fails.headers is None:
        return
    names = dict.fromkeys(name.strip().casefold() for name, _ in (*works.headers, *fails.headers))
    for name in names:
        left, right = works.header(name), fails.header(name)
        if left == right or (name == "content-type" and _same_type(left, right)):
            continue
        weight = Weight.PASSING if name in _WEIGHTLESS or name.startswith(("sec-", "x-b3-", "x-forwarded-")) else Weight.SHAPE
        if name in _SECRET:
            left, right = _scheme(left), _scheme(right)
            if left == right:
                continue
        shown = "-".join(part.capitalize() for part in name.split("-"))
        yield _difference(f"header:{shown}", _short(left), _short(right), weight, f"the header `{shown}`")


def _same_type(left: str | None, right: str | None) -> bool:
    return (
        bool(left and right)
        and (left or "").partition(";")[0].strip().casefold() == (right or "").partition(";")[0].strip().casefold()
    )


def _scheme(value: str | None) -> str | None:
    """Give the scheme of a secret header, never the secret."""
    if value is None:
        return None
    scheme, _, rest = value.strip().partition(" ")
    return f"{scheme.capitalize()} ..." if rest else "a value without a scheme"


def _bodies(works: CapturedRequest, fails: CapturedRequest) -> Iterator[Difference]:
    if works.body is None or fails.body is None:
        return
    one, other = read_json(works.body), read_json(fails.body)
    if bool(one.deviations) != bool(other.deviations):
        bad = (one.deviations or other.deviations)[0].words
        left, right = (bad, "JSON") if one.deviations else ("JSON", bad)
        yield _difference("", left, right, Weight.SHAPE, "the form of the body")
    yield from _values(one.value, other.value, ())


def _values(works: Json, fails: Json, path: tuple[str | int, ...]) -> Iterator[Difference]:
    if isinstance(works, dict) and isinstance(fails, dict):
        renamed = _renamed(works, fails, top=not path)
        for name in dict.fromkeys([*works, *fails]):
            at = pointer(*path, name)
            if name in renamed.values():
                continue
            if name in renamed:
                right = renamed[name]
                says = f"the field `{right}` is written `{name}` in the one that fails"
                yield Difference(at=at, works=right, fails=name, weight=Weight.SHAPE, says=says)
                yield from _values(works[right], fails[name], (*path, name))
            elif name not in works:
                yield _difference(at, None, _json(fails[name]), Weight.SHAPE, f"the field `{name}`")
            elif name not in fails:
                yield _difference(at, _json(works[name]), None, Weight.SHAPE, f"the field `{name}`")
            elif len(path) < 40:
                yield from _values(works[name], fails[name], (*path, name))
    elif type(works) is not type(fails):
        if not any(isinstance(one, str) and stands_for(one) for one in (works, fails)):
            yield _typed(works, fails, path)
    elif works != fails and not any(isinstance(one, str) and stands_for(one) for one in (works, fails)):
        yield _difference(pointer(*path), _json(works), _json(fails), Weight.VALUE, _named(path))


def _renamed(works: dict[str, Json], fails: dict[str, Json], *, top: bool) -> dict[str, str]:
    """Pair names that stand only in the one that fails with those only in the other that they are meant for."""
    free = {_bare(name): name for name in works if name not in fails}
    pairs: dict[str, str] = {}
    for name in fails:
        if name in works:
            continue
        right = free.pop(_bare(name), None) or (free.pop(_bare(meant(name, OFFICIAL) or ""), None) if top else None)
        if right is not None:
            pairs[name] = right
    return pairs


def _bare(name: str) -> str:
    """What is left of an input's or a field's name without prefix, case and the signs between words."""
    folded = name.replace("_", "").replace("-", "").casefold()
    return folded.removeprefix(PREFIX.casefold())


def _typed(works: Json, fails: Json, path: tuple[str | int, ...]) -> Difference:
    says = f"{_named(path)} is {kind_of(works)} in the one that works and {kind_of(fails)} in the one that fails"
    return Difference(at=pointer(*path), works=_json(works), fails=_json(fails), weight=Weight.SHAPE, says=says)


def _named(path: tuple[str | int, ...]) -> str:
    return f"`{path[-1]}`" if path else "the body"


def _json(value: Json) -> str:
    return _short(json.dumps(value, ensure_ascii=False)) or ""


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
