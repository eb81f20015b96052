"""Builds each room's options from a document whose shape is right, and checks what a schema cannot: references, secrets, reach."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tieline.cloud.options import CloudOptions
from tieline.config.document import Document, Mistake, Place, spoken
from tieline.config.schema import GRPC, HTTP
from tieline.config.secrets import Secrets
from tieline.config.settings import EnvironmentSettings, Settings
from tieline.config.units import duration_ms, listen_address, size_bytes
from tieline.contract.regions import REGIONS
from tieline.domain.finding import pointer
from tieline.domain.flow import Flow
from tieline.domain.next import RetryPolicy
from tieline.doors.options import DoorOptions
from tieline.doors.source_options import FORM_OF, Form, Scheme, SourceOptions
from tieline.handoff.accept import AcceptOptions
from tieline.pacing.options import PaceOptions
from tieline.problems.base import Problem, ProblemError, nearest
from tieline.problems.settings import InputSchemaUnreadable, LossNotAccepted, MissingSetting, NotLoopback, UnknownReference
from tieline.queue.options import QueueOptions
from tieline.queue.port import Durability
from tieline.routing.expression import Expression, compile_expression
from tieline.routing.options import Constant, Made, RouteOptions
from tieline.routing.router import Router, compile_with_faults

Values = Mapping[str, Any]


class Builder:
    """Builds settings from one document, and keeps every mistake it meets."""

    def __init__(self, document: Document, environ: Mapping[str, str] | None, base: Path) -> None:
        """Take the document, where secrets are looked up, and the folder that relative paths start from."""
        self._document = document
        self._values: Values = document.value
        self._base = base
        self._secrets = Secrets(document, environ, base)
        self._mistakes: list[Mistake] = []

    def mistakes(self) -> tuple[Mistake, ...]:
        """Give every mistake met, in the order of the file."""
        found = [*self._mistakes, *self._secrets.mistakes]
        return tuple(sorted(found, key=lambda mistake: (mistake.place.line, mistake.place.column)))

    def settings(self) -> Settings:
        """Build the whole; what is built is only good when there are no mistakes."""
        values = self._values
        environments = tuple(self._environment(name, given) for name, given in values["environments"].items())
        names = tuple(environment.name for environment in environments)
        queue = values.get("queue", {})
        self._check_store(queue)
        return Settings(
            http=self._door("http", HTTP),
            grpc=self._door("grpc", GRPC),
            store=queue.get("store", "sqlite"),
            queue=self._queue(queue),
            retry=_retry(values.get("retry", {})),
            accept=AcceptOptions(environments=names, default_environment=self._default(names)),
            environments=environments,
            sources=tuple(self._source(name, given) for name, given in values.get("sources", {}).items()),
            router=self._router(names),
            routes=tuple(route["route"] for route in values.get("routes", ())),
        )

    # -- mistakes ----------------------------------------------------------------------------------------------------

    def _mistake(self, at: str, problem: Problem, place: Place | None = None) -> None:
        self._mistakes.append(Mistake(at=at, place=place or self._document.place(at), problem=problem))

    def _check_store(self, queue: Values) -> None:
        if queue.get("store") == "memory" and not queue.get("accept_loss", False):
            self._mistake("/queue/store", LossNotAccepted(store="memory", durability=Durability.MEMORY.value))

    def _check_reference(self, at: str, name: str, what: str, names: Iterable[str]) -> None:
        known = tuple(names)
        if name not in known:
            near = nearest(name, known)
            self._mistake(at, UnknownReference(setting=spoken(at), name=name, what=what, allowed=", ".join(known), nearest=near))

    # -- doors -------------------------------------------------------------------------------------------------------

    def _door(self, which: str, default: str) -> DoorOptions:
        host, port = listen_address(self._values.get(which, {}).get("listen", default))
        tokens = self._values.get("auth", {}).get("tokens", ())
        limits = self._values.get("limits", {})
        at = f"/{which}/listen"
        if not is_loopback(host) and not tokens:
            self._mistake(at, NotLoopback(setting=f"{which}.listen", host=host, missing="auth.tokens"))
        return DoorOptions(
            host=host,
            port=port,
            tokens=tuple(self._secrets.get(f"/auth/tokens/{index}", named) for index, named in enumerate(tokens)),
            max_bytes=size_bytes(limits.get("max_body", "1MiB")),
            body_ms=duration_ms(limits.get("body_timeout", "30s")),
            max_depth=limits.get("max_depth", 64),
            max_in_flight=limits.get("max_in_flight", 1000),
            drain_ms=duration_ms(limits.get("drain", "10s")),
        )

    # -- queue -------------------------------------------------------------------------------------------------------

    def _queue(self, given: Values) -> QueueOptions:
        return QueueOptions(
            path=str(self._base / given.get("path", "tieline.db")),
            dedupe_window_ms=duration_ms(given.get("dedupe_window", "72h")),
            retention_ms=duration_ms(given.get("retention", "7d")),
            max_waiting=given.get("max_waiting", 5_000_000),
        )

    # -- environments ------------------------------------------------------------------------------------------------

    def _default(self, names: tuple[str, ...]) -> str:
        named = self._values.get("default_environment")
        if named is not None:
            self._check_reference("/default_environment", named, "environment", names)
            return str(named)
        return names[0] if len(names) == 1 else ""

    def _environment(self, name: str, given: Values) -> EnvironmentSettings:
        at = "/environments" + pointer(name)
        api, login = _addresses(given)
        cloud = CloudOptions(
            api_url=api,
            login_url=login,
            client_id=given["client_id"],
            client_secret=self._secrets.get(f"{at}/client_secret", given["client_secret"]),
            answer_ms=duration_ms(given.get("timeout", "30s")),
        )
        pace = given.get("pace", {})
        return EnvironmentSettings(
            name=name,
            cloud=cloud,
            pace=PaceOptions(
                limit=pace.get("limit", 300),
                window_ms=duration_ms(pace.get("window", "61s")),
                in_flight=pace.get("in_flight", 16),
            ),
            flows=tuple(self._flow(f"{at}/flows/{index}", flow) for index, flow in enumerate(given.get("flows", ()))),
            read_flows=given.get("read_flows", True),
            refresh_ms=duration_ms(given.get("refresh", "10m")),
        )

    def _flow(self, at: str, given: Values) -> Flow:
        schema = given.get("input_schema")
        if isinstance(schema, str):
            schema = self._schema_file(f"{at}/input_schema", schema)
        return Flow(
            id=given["id"],
            name=given["name"],
            type=given.get("type", "WORKFLOW").upper(),
            version=given.get("version"),
            published=given.get("published"),
            input_schema=schema,
        )

    def _schema_file(self, at: str, name: str) -> Any:
        try:
            return json.loads((self._base / name).read_text("utf-8"))
        except (OSError, ValueError) as fault:
            said = (fault.strerror or str(fault)).lower() if isinstance(fault, OSError) else f"it is not JSON: {fault}"
            self._mistake(at, InputSchemaUnreadable(file=name, fault=said))
            return None

    # -- sources -----------------------------------------------------------------------------------------------------

    def _source(self, name: str, given: Values) -> SourceOptions:
        at = "/sources" + pointer(name)
        scheme = Scheme(given["scheme"])
        secrets = tuple(self._secrets.get(f"{at}/secrets/{index}", named) for index, named in enumerate(given.get("secrets", ())))
        self._check_source(at, name, scheme, given)
        kind = given.get("type")
        return SourceOptions(
            name=name,
            scheme=scheme,
            form=Form(given["form"]) if "form" in given else FORM_OF[scheme],
            secrets=secrets,
            header=given.get("header", ""),
            algorithm=given.get("algorithm", "sha256"),
            encoding=given.get("encoding", "hex"),
            prefix=given.get("prefix", ""),
            timestamp_header=given.get("timestamp_header", ""),
            window_ms=duration_ms(given.get("window", "5m")),
            id=self._expression(f"{at}/id", given.get("id")),
            type=self._expression(f"{at}/type", kind) if isinstance(kind, str) else None,
            type_constant=kind["value"] if isinstance(kind, dict) else None,
            time=self._expression(f"{at}/time", given.get("time")),
            subject=self._expression(f"{at}/subject", given.get("subject")),
            max_bytes=size_bytes(given.get("max_body", self._values.get("limits", {}).get("max_body", "1MiB"))),
        )

    def _check_source(self, at: str, name: str, scheme: Scheme, given: Values) -> None:
        if scheme is Scheme.NONE:
            host, _ = listen_address(self._values.get("http", {}).get("listen", HTTP))
            if not is_loopback(host):
                self._mistake(
                    f"{at}/scheme", NotLoopback(setting="http.listen", host=host, missing=f"a signature for sources.{name}")
                )
            return
        if not given.get("secrets"):
            self._mistake(at, MissingSetting(setting="secrets", inside=f"sources.{name}"))
        if scheme is Scheme.HMAC and not given.get("header"):
            self._mistake(at, MissingSetting(setting="header", inside=f"sources.{name}"))

    def _expression(self, at: str, text: str | None) -> Expression | None:
        if text is None:
            return None
        try:
            return compile_expression(text)
        except ProblemError as error:
            for problem in error.problems:
                self._mistake(at, problem, self._inside(at, getattr(problem, "at_line", 1), getattr(problem, "at_column", 1)))
            return None

    # -- routes ------------------------------------------------------------------------------------------------------

    def _router(self, environments: tuple[str, ...]) -> Router:
        routes = self._values.get("routes", ())
        for index, route in enumerate(routes):
            self._check_route(index, route, environments)
        return self._compiled([route_options(route) for route in routes])

    def _check_route(self, index: int, route: Values, environments: tuple[str, ...]) -> None:
        if "environment" in route:
            self._check_reference(f"/routes/{index}/environment", route["environment"], "environment", environments)
        elif len(environments) > 1 and "default_environment" not in self._values:
            self._mistake(f"/routes/{index}", MissingSetting(setting="environment", inside=f"route {route['route']}"))
        self._check_sources(index, route.get("match", {}).get("source"), tuple(self._values.get("sources", {})))

    def _compiled(self, routes: list[RouteOptions]) -> Router:
        router, faults = compile_with_faults(routes)
        for fault in faults:
            self._mistake(fault.at, fault.problem, self._inside(fault.at, fault.line, fault.column))
        return router

    def _check_sources(self, index: int, named: Any, sources: tuple[str, ...]) -> None:
        """A source that looks like a webhook's name must be one; others can come as CloudEvents, with any URI."""
        for at, name in _texts(f"/routes/{index}/match/source", named):
            if sources and "/" not in name and ":" not in name and name not in sources and nearest(name, sources):
                self._check_reference(at, name, "source", sources)

    def _inside(self, at: str, line: int, column: int) -> Place:
        return self._document.place_within(at, line, column)


def _texts(at: str, named: Any) -> Iterator[tuple[str, str]]:
    if isinstance(named, str):
        yield at, named
    elif isinstance(named, list):
        yield from ((f"{at}/{index}", name) for index, name in enumerate(named))


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _addresses(given: Values) -> tuple[str, str]:
    if "url" in given:
        url = str(given["url"]).rstrip("/")
        return url, url
    named = given["region"]
    region = REGIONS.get(named) or next(region for region in REGIONS.values() if region.domain == named)
    return region.api, region.login


def _retry(given: Values) -> RetryPolicy:
    return RetryPolicy(
        max_attempts=given.get("max_attempts", 10),
        first_wait_ms=duration_ms(given.get("first_wait", "1s")),
        longest_wait_ms=duration_ms(given.get("longest_wait", "5m")),
    )


def route_options(given: Values) -> RouteOptions:
    """Read one route whose shape is right."""
    match = given.get("match", {})
    initiator = given.get("initiator", {})
    return RouteOptions(
        name=given["route"],
        sources=_list(match.get("source")),
        types=_list(match.get("type")),
        when=match.get("when"),
        environment=given.get("environment", ""),
        flow=given.get("flow"),
        flow_id=given.get("flow_id"),
        flow_version=given.get("flow_version"),
        inputs={name: _made(value) for name, value in given.get("inputs", {}).items()},
        initiator_id=_made(initiator["id"]) if initiator else None,
        initiator_type=initiator.get("type"),
        label=_optional(given, "name"),
        request_id=_optional(given, "request_id"),
        ordering_key=_optional(given, "ordering_key"),
        priority=_optional(given, "priority"),
        expire_after_ms=duration_ms(given["expire_after"]) if "expire_after" in given else 0,
        follow_ms=duration_ms(given["follow"]) if "follow" in given else 0,
    )


def _optional(given: Values, name: str) -> Made | None:
    return _made(given[name]) if name in given else None


def _made(value: Any) -> Made:
    if isinstance(value, str):
        return value
    return Constant(value=value["value"] if isinstance(value, dict) else value)


def _list(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
