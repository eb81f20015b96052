"""Reads the address: which operation it is, which was meant, and what is wrong with method, host and path."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from tieline.contract.operation import Operation
from tieline.contract.operations import EXECUTION, LAUNCH, OPERATIONS, TOKEN
from tieline.contract.paths import API, CLOSED, FAMILIES, PATHS
from tieline.contract.regions import REGIONS
from tieline.diagnosis.finding import Rule
from tieline.diagnosis.spotted import Spotted, Stage, spot
from tieline.domain.exchange import CapturedRequest
from tieline.preflight.flow_id import placeholder
from tieline.problems.base import nearest
from tieline.problems.diagnosis import EndpointUnknown, HostWrong, RequestMethod

_URL = re.compile(r"^(?:([a-zA-Z][a-zA-Z0-9+.-]*)://)?([^/?#]*)([^?#]*)")
_MARKS = re.compile(
    r"(?<![a-z0-9])(?:your[\w-]*|my[-_]?(?:region|domain|env|org)\w*|region|environment|domain|org)(?=[./]|$)|"
    r"\$\{[^}]*\}|\{\{[^}]*\}\}|\{[^}]*\}|<[^>]*>|\[[^\]]*\]|%\w+%|:\w+(?=/|$)|\$\w+|\*+|x{3,}|['\"] ?[+.] ?[\w.]+ ?[+.] ?['\"]",
    re.IGNORECASE,
)
_LAUNCHING = re.compile(r"(?:execut|launch|trigger|invoke|start|run)", re.IGNORECASE)
_ENDING = re.compile(r"/(?:cancel|stop|terminate|abort|kill|disconnect)/?$", re.IGNORECASE)
_VERB = re.compile(r"(?:execut|launch|trigger|invok|start|run|search|list|create|(?:work)?flows?$)", re.IGNORECASE)
_FLOWING = re.compile(r"(?:work)?flows?(?![a-z])", re.IGNORECASE)
_TOKEN = re.compile(r"/oauth2?(?:/v\d)?/(?:access_?)?tokens?(?:/|$)|/(?:access_?)?token/?$|/oauth2?/?$", re.IGNORECASE)
_AS_LINE = re.compile(r"^(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+(?=\S)")
_OURS = re.compile(r"genesys|purecloud|pure\.cloud", re.IGNORECASE)
_ORGANIZATION = re.compile(
    r"(?:[${<%\[]+\s*)?(?:[\w.-]*(?:org|company|tenant|instance|customer|account|subdomain)|my|your)[^.]*\.", re.IGNORECASE
)
"""The first part of a host that names whose it is. No organization has a host of its own."""
_INSIDE = (".local", ".internal", ".localhost", ".inindca.com", ".inintca.com")
"""Endings of hosts that nobody can judge from outside: a network's own, and Genesys' own two regions."""
_LOCAL = ("localhost", "127.", "[::1]", "0.0.0.0", "host.docker.internal", "10.", "192.168.")  # noqa: S104 - names, not a bind


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What an address means. `meant` is the operation it is or was to be; `exact` that the path is published as it stands."""

    meant: Operation | None
    exact: bool
    host: str = ""
    path: str = ""
    spotted: tuple[Spotted, ...] = ()
    elsewhere: bool = False


def read_address(request: CapturedRequest, meant: Operation | None) -> Address:
    """Read the address of a request; `meant` is what its body says it is, for an address that says nothing."""
    url = _AS_LINE.sub("", (request.url or "").strip())
    if not url:
        return Address(meant=meant, exact=False)
    scheme, host, path = split_url(url)
    if not path or path == "/":
        return Address(meant=meant, exact=False, host=host, spotted=tuple(_host(scheme, host, meant)))
    template = match(path) or (_below_a_base(path) if _open(url, host) else None)
    if template == EXECUTION.path and (request.method or "").upper() == "POST":
        template = None  # a launch with the flow's id in the path: the path is wrong, not the method
    if template is not None:
        operation = _operation(template, request.method)
        spotted = [*_method(request.method, template), *_host(scheme, host, operation or _by_path(template))]
        return Address(
            meant=operation or _by_path(template),
            exact=True,
            host=host,
            path=path,
            spotted=tuple(spotted),
            elsewhere=operation is None,
        )
    if _another_family(path):
        return Address(meant=None, exact=False, host=host, path=path, spotted=tuple(_host(scheme, host, None)), elsewhere=True)
    return _unpublished(request, scheme, host, path, meant)


def split_url(url: str) -> tuple[str, str, str]:
    """Give scheme, host (with its port, in lower case) and path; what is missing is empty. A template may stand for the host."""
    text = url.strip().strip("'\"`<>" if "://" in url else "'\"`")
    if (marked := re.match(r"(?:\{\{[^}]*\}\}|\$\{[^}]*\}|\{[^}]*\}|<[^>]*>|\$\w+)://", text)) is not None:
        text = "https" + text[marked.end() - 3 :]  # which one it is, is not shown
    if text.startswith("/"):
        return "", "", text.partition("?")[0].partition("#")[0]
    if (template := re.match(r"^(\{\{[^}]*\}\}|\$\{[^}]*\}|\{[^}]*\}|<[^>]*>|\$\w+|%\w+%)(/[^?#]*|$)", text)) is not None:
        return "", template[1], template[2]
    found = _URL.match(text)
    scheme, host, path = (found[1] or "", found[2], found[3]) if found else ("", "", text)
    if not scheme and "." not in host and ":" not in host and host.casefold() != "localhost":
        return "", "", "/" + host + path
    return scheme.casefold(), host.rpartition("@")[2].casefold(), path


def match(path: str) -> str | None:
    """Find the published path a path is one of; a whole segment may be a template mark."""
    parts = _parts(path)
    best: str | None = None
    for template in PATHS:
        wanted = template.strip("/").split("/")
        if len(wanted) == len(parts) and all(_fits(one, other) for one, other in zip(wanted, parts, strict=True)):
            if "{" not in template:
                return template
            best = best or (template if _plausible(wanted, parts) else None)
    return best


def _open(url: str, host: str) -> bool:
    """Tell whether an address leaves open what stands before its path: a template that may hold more than a host, or nothing."""
    return bool(_MARKS.fullmatch(host)) or (not host and not url.startswith("/"))


def _below_a_base(path: str) -> str | None:
    """Find the published path whose end a path is, as where `{{baseUrl}}` holds `/api/v2` already."""
    return next((found for base in (API, "/api", "/api/v2/flows") if (found := match(base + path))), None)


def _parts(path: str) -> list[str]:
    return [part for part in path.strip("/").split("/") if part]


def _fits(wanted: str, part: str) -> bool:
    return wanted.startswith("{") or wanted == part


def _plausible(wanted: list[str], parts: list[str]) -> bool:
    """An id's place holds something like an id, not a word of the path language."""
    pairs = zip(wanted, parts, strict=True)
    return not any(one.startswith("{") and part.isalpha() and _VERB.match(part) for one, part in pairs)


def _operation(template: str, method: str | None) -> Operation | None:
    return next(
        (one for one in OPERATIONS.values() if one.path == template and (method is None or one.method == method.upper())), None
    )


def _by_path(template: str) -> Operation | None:
    return next((one for one in OPERATIONS.values() if one.path == template), None)


def _method(method: str | None, template: str) -> list[Spotted]:
    allowed = PATHS[template]
    if method is None or placeholder(method) or method.upper() in (*allowed, "OPTIONS", "HEAD"):
        return []
    words = " or ".join(f"`{one}`" for one in allowed)
    return [
        spot(
            RequestMethod(method=method[:20], path=template, allowed=words),
            Rule.METHOD,
            Stage.REACH,
            "url",
            allowed[0],
            why="the path is published with no other",
        )
    ]


def _another_family(path: str) -> bool:
    folded = "/" + "/".join(_parts(path)) + "/"
    for family in FAMILIES:
        pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in family.split("/"))
        if re.match(pattern + "/", folded):
            return True
    if _invented(path) is not None:
        return False
    about = _FLOWING.search(folded) or _LAUNCHING.search(folded) or _TOKEN.search(folded.rstrip("/"))
    return folded.startswith(API + "/") and not about


def _invented(path: str) -> str | None:
    """Give the family that a path pretends to be of: one that is known whole, and has nothing by this name."""
    for family, known in CLOSED.items():
        rest = path.removeprefix(family + "/")
        if rest != path and _parts(rest)[:1] and _parts(rest)[0] not in known and not placeholder(_parts(rest)[0]):
            return family
    return None


def _unpublished(request: CapturedRequest, scheme: str, host: str, path: str, meant: Operation | None) -> Address:
    """The path is none that is published: say which was meant, where that can be told."""
    wanted = _wanted(request, path, meant)
    if wanted is None:
        judged = meant is not None or path.startswith("/api/v") or _OURS.search(host)
        found = _host(scheme, host, meant) if judged else []
        return Address(meant=meant, exact=False, host=host, path=path, spotted=tuple(found), elsewhere=meant is None)
    operation, right = wanted
    why = "no published path is like it"
    wrong = spot(EndpointUnknown(path=path[:200], nearest=right), Rule.ENDPOINT, Stage.REACH, "url", right, why=why)
    return Address(meant=operation, exact=False, host=host, path=path, spotted=(wrong, *_host(scheme, host, operation)))


def _wanted(request: CapturedRequest, path: str, meant: Operation | None) -> tuple[Operation | None, str] | None:
    method = (request.method or "POST").upper()
    if _ENDING.search(path) and "execution" in path:
        return None, "GET /api/v2/flows/executions/{flowExecutionId}"
    if _TOKEN.search(path) and "flow" not in path.casefold():
        return TOKEN, f"{TOKEN.method} {TOKEN.path}"
    if (_LAUNCHING.search(path) and re.search("flow|execution|processautomation", path, re.IGNORECASE)) or meant is LAUNCH:
        if method in {"GET", "HEAD"}:
            return (
                None if meant is LAUNCH else (OPERATIONS["getFlowsExecution"], "GET /api/v2/flows/executions/{flowExecutionId}")
            )
        return LAUNCH, f"{LAUNCH.method} {LAUNCH.path}"
    if _FLOWING.search(path):
        right = nearest(path, [one for one in PATHS if "/flows" in one]) or "/api/v2/flows"
        takes = method if method in PATHS[right] else PATHS[right][0]
        return None, f"{takes} {right}"
    if (family := _invented(path)) is not None:
        return None, "GET /api/v2/tokens/me" if family.endswith("/oauth") else "GET /api/v2/flows"
    return None


# -- hosts -----------------------------------------------------------------------------------------------------------


def _host(scheme: str, host: str, operation: Operation | None) -> list[Spotted]:
    name = re.sub(r":\d*$", "", host)
    if "." not in _MARKS.sub("", name) or name.startswith(_LOCAL) or name.endswith(_INSIDE):
        return []
    kind = "login" if operation is TOKEN else "api"
    wanted = "tokens" if operation is TOKEN else "the API"
    kinds = _kinds(name)
    if kind in kinds and scheme == "http":
        right = f"https://{name}"
        problem = HostWrong(host=f"http://{name}", wanted=wanted, nearest=right)
        return [spot(problem, Rule.HOST, Stage.REACH, "url", right, aside=True, why="it is served over https alone")]
    if kind in kinds or (operation is None and kinds):
        return []
    right_host = _nearest(name, kind)
    problem = HostWrong(host=name[:200], wanted=wanted, nearest=right_host)
    why = "it is there, and serves something else" if kinds else "no region has such a host"
    return [spot(problem, Rule.HOST, Stage.REACH, "url", right_host, aside=not kinds, why=why)]


@lru_cache(maxsize=512)
def _kinds(name: str) -> frozenset[str]:
    """Give the kinds of host that a name can be, its template marks standing for anything; none for a host that does not exist."""
    if _ORGANIZATION.match(name):
        return frozenset()
    pattern = "".join(".+" if index % 2 else re.escape(part) for index, part in enumerate(_split_marks(name)))
    whole = re.compile(pattern)
    return frozenset(
        kind for kind in ("api", "login", "apps") for region in REGIONS.values() if whole.fullmatch(f"{kind}.{region.domain}")
    )


def _split_marks(name: str) -> list[str]:
    parts: list[str] = []
    last = 0
    for found in list(_MARKS.finditer(name))[:8]:
        parts += [name[last : found.start()], found[0]]
        last = found.end()
    return [*parts, name[last:]]


def _nearest(name: str, kind: str) -> str | None:
    """Find the host that was meant: by the region's domain at its end, by an AWS region's name in it, or by its spelling."""
    for region in sorted(REGIONS.values(), key=lambda one: -len(one.domain)):
        if name == region.domain or name.endswith("." + region.domain):
            return f"{kind}.{region.domain}"
    for aws, region in REGIONS.items():
        if aws in name:
            return f"{kind}.{region.domain}"
    return nearest(name, [f"{kind}.{region.domain}" for region in REGIONS.values()])
