"""Walks the cases on a twin or on a real org, and says where each answer is otherwise.

On a real org it only reads, with two exceptions: launches that name no flow there is, and, if a flow was named for it, launches
of that flow.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from conformance.parity.case import Case
from conformance.parity.form import Names, differences, filled

NOBODY = "00000000-0000-4000-8000-000000000000"
TRIES = 30
DEADLINE_S = 30
_READING = frozenset({"oauthToken", "postFlowsInstancesQuery"})
"""Operations that are POST and change nothing that matters to an org."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: addresses, the client, the values cases may need (`flow`, `draft`, ...). `real`: it is somebody's org.
    `pause` waits a little, for a run to go on.
    """

    api: str
    login: str
    client_id: str
    client_secret: str
    values: Mapping[str, str]
    pause: Callable[[], None]
    real: bool


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a case went; `says` is what differs, or why it was skipped."""

    outcome: Literal["agrees", "differs", "skipped"]
    says: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back; header names are in lower case, `body` is the value of the JSON, or its text where it is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


def forbidden(case: Case, values: Mapping[str, str]) -> str | None:
    """Say why a case must not be walked on a real org; None when it may."""
    if case.request.method == "GET" or case.operation in _READING:
        return None
    if case.operation != "postFlowsExecutions":
        return "it changes the org"
    if not isinstance(case.request.json, dict) or case.request.json.get("flowId") in {None, "{nobody}"}:
        return None
    if case.starts and case.request.json["flowId"] == "{launchFlow}" and "launchFlow" in values:
        return None
    return "it could start a run, and no flow was named that may be launched"


def walk(target: Target, cases: tuple[Case, ...]) -> dict[str, Result]:
    """Walk every case, in order."""
    walker = _Walker(target)
    return {case.id: walker.walk(case) for case in cases}


class _Walker:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._names: Names = {"nobody": NOBODY, **target.values}
        self._token = ""

    def walk(self, case: Case) -> Result:
        why = forbidden(case, self._target.values) if self._target.real else None
        if why is not None:
            return Result(outcome="skipped", says=(why,))
        try:
            request = self._request(case)
        except KeyError as missing:
            return Result(outcome="skipped", says=(f"there is no {missing.args[0]} here",))
        answer = self._answer(request, case)
        said = tuple(self._differences(case, answer))
        self._learn(case, answer)
        return Result(outcome="differs" if said else "agrees", says=said)

    def _learn(self, case: Case, answer: Answer) -> None:
        """Keep the token, and the first flow of a list where none was named."""
        body = answer.body if isinstance(answer.body, dict) else {}
        if case.id == "token":
            self._token = str(body.get("access_token", ""))
        if case.id == "flows" and body.get("entities"):
            self._names.setdefault("flow", body["entities"][0]["id"])

    def _differences(self, case: Case, answer: Answer) -> Iterator[str]:
        code = answer.body.get("code", answer.body.get("error")) if isinstance(answer.body, dict) else None
        if (answer.status, code if case.code else None) != (case.status, case.code):
            yield f"answered {answer.status}{f' {code}' if isinstance(code, str) else ''}, not {case.status} {case.code or ''}".rstrip()
            return
        for name, form in case.headers.items():
            if name not in answer.headers:
                yield f"header {name}: missing"
            else:
                yield from differences(form, answer.headers[name], self._names, f"header {name}")
        # what a listing shows of other flows is not the flow that was read before
        names = {} if case.id == "flows" else self._names
        yield from differences(case.body, answer.body, names)

    def _answer(self, request: urllib.request.Request, case: Case) -> Answer:
        answer = self._ask(request)
        for _ in range(TRIES if case.until is not None else 0):
            body = answer.body if isinstance(answer.body, dict) else {}
            if case.until is None or not list(differences(case.until.is_, body.get(case.until.field), {})):
                break
            self._target.pause()
            answer = self._ask(request)
        return answer

    def _request(self, case: Case) -> urllib.request.Request:
        """Make the request. Raises `KeyError` with the name of a value there is not."""
        asked, target = case.request, self._target
        headers = {"Accept": "application/json", "User-Agent": "tieline-parity", **self._credentials(case)}
        body: str | None = asked.form if asked.form is not None else asked.text
        if asked.json is not None:
            body = json.dumps(filled(asked.json, self._names))
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded" if asked.form is not None else asked.type
        url = (target.login if case.operation == "oauthToken" else target.api) + filled(asked.path, self._names)
        data = None if body is None else body.encode()
        return urllib.request.Request(url, data, headers, method=asked.method)  # noqa: S310 - https, or a twin on loopback

    def _credentials(self, case: Case) -> dict[str, str]:
        id, secret = self._target.client_id, self._target.client_secret
        match case.request.who:
            case "nobody":
                return {}
            case "basic":
                return {"Authorization": _basic(id, secret)}
            case "unknown-client":
                return {"Authorization": _basic(NOBODY, "tieline-parity")}
            case "stranger":
                return {"Authorization": "Bearer tieline-parity"}
            case _:
                return {"Authorization": f"Bearer {self._token}"}

    def _ask(self, request: urllib.request.Request) -> Answer:
        handlers = [] if self._target.real else [urllib.request.ProxyHandler({})]
        try:
            said = urllib.request.build_opener(*handlers).open(request, timeout=DEADLINE_S)
        except urllib.error.HTTPError as refusal:
            said = refusal
        with said:
            text = said.read()
            headers = {name.casefold(): value for name, value in said.headers.items()}
            return Answer(status=said.status, headers=headers, body=_value(text))


def _basic(id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{id}:{secret}".encode()).decode()


def _value(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode("utf-8", "replace")
