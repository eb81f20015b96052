"""Genesys Cloud over HTTP, through aiohttp: each call is one request, never silently repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from urllib.parse import quote, urlencode

import aiohttp

from tieline.cloud.answer import Answer, Exchange, Fault
from tieline.cloud.exchange import Call, exchange, open_session
from tieline.cloud.flows import flow_of
from tieline.cloud.options import CloudOptions
from tieline.cloud.outcome import outcome_of, problem_of, view_of
from tieline.cloud.port import Cloud, Seen, Turn, unheard
from tieline.cloud.token import NoToken, TokenSource
from tieline.domain.clock import Clock
from tieline.domain.flow import Flow
from tieline.domain.json import Json
from tieline.domain.outcome import ExecutionView, Outcome, OutcomeKind
from tieline.problems.base import ProblemError
from tieline.problems.cloud import AnswerUnreadable, CloudUnreachable

EXECUTIONS = "/api/v2/flows/executions"
FLOWS = "/api/v2/flows"
PAGE_SIZE = 100
MOST_PAGES = 1_000


class HttpCloud(Cloud):
    """One environment of Genesys Cloud, spoken to with one OAuth client."""

    def __init__(self, options: CloudOptions, clock: Clock) -> None:
        """Take the addresses, credentials and bounds; nothing is opened before the first call."""
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        self._tokens = TokenSource(options, clock, self._send)
        self._clock = clock
        self._api = options.api_url.rstrip("/")
        self._host = self._api.partition("://")[2]

    async def launch(self, body: bytes) -> Outcome:
        """Send one launch request, once; see the port. A 401 drops the token, so that the next try has a new one."""
        came = await self._call("POST", EXECUTIONS, self._options.max_answer_bytes, body)
        return came.outcome(self._clock()) if isinstance(came, NoToken) else outcome_of(came, self._host)

    async def execution(self, id: str) -> ExecutionView:
        """Look at a run, once; see the port."""
        came = await self._call("GET", f"{EXECUTIONS}/{quote(id, safe='')}", self._options.max_answer_bytes)
        if isinstance(came, NoToken):
            outcome = came.outcome(self._clock())
            return ExecutionView(
                status=None,
                retry_after_ms=outcome.retry_after_ms,
                throttled=came.kind is OutcomeKind.THROTTLED,
                counted=False,
            )
        return view_of(came)

    async def flows(self, turn: Turn = nullcontext, seen: Seen = unheard) -> Sequence[Flow]:
        """Read every page of flows, of all types, so that a wrong type can be named; see the port."""
        found: list[Flow] = []
        for number in range(1, MOST_PAGES + 1):
            async with turn():
                page = await self._page(number)
            entities = page.get("entities")
            listed = entities if isinstance(entities, list) else []
            found += [flow for entity in listed if (flow := flow_of(entity)) is not None]
            told = page.get("pageCount")
            pages = told if isinstance(told, int) else None
            seen(number, pages)
            if not listed or (pages is not None and number >= pages):
                break
        return found

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()

    async def _page(self, number: int) -> Mapping[str, Json]:
        query = urlencode({"pageSize": PAGE_SIZE, "pageNumber": number, "includeSchemas": "true"})
        came = await self._call("GET", f"{FLOWS}?{query}", self._options.max_listing_bytes)
        if isinstance(came, NoToken):
            raise ProblemError(came.problem)
        if isinstance(came, Fault):
            raise ProblemError(CloudUnreachable(host=self._host, fault=came.text))
        if came.status != 200:
            raise ProblemError(problem_of(came, self._host))
        page = came.json()
        if came.cut or "entities" not in page:
            raise ProblemError(AnswerUnreadable(status=came.status, fault="the answer is no list of flows"))
        return page  # type: ignore[no-any-return]

    async def _call(self, method: str, path: str, max_bytes: int, body: bytes | None = None) -> Exchange | NoToken:
        token = await self._tokens.get()
        if isinstance(token, NoToken):
            return token
        headers = {"Authorization": f"Bearer {token.value}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        call = Call(
            method=method,
            url=self._api + path,
            headers=headers,
            body=body,
            answer_ms=self._options.answer_ms,
            max_bytes=max_bytes,
        )
        came = await self._send(call)
        if isinstance(came, Answer) and came.status == 401:
            self._tokens.drop(token)
        return came

    async def _send(self, call: Call) -> Exchange:
        if self._session is None:
            self._session = open_session(self._options)
        return await exchange(self._session, self._options, call)
