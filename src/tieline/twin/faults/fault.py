"""A fault: whom it meets, when, and what it does. A scenario file is a list of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias

import msgspec

from tieline.contract.operation import Operation
from tieline.contract.operations import LAUNCH, OPERATIONS, TOKEN

FAULTS_MAX = 200
DELAY_MAX_MS = 600_000.0
RETRY_AFTER_MAX_S = 86_400


Shape: TypeAlias = Literal["fixed", "uniform", "normal", "lognormal", "exponential"]


class FaultError(ValueError):
    """Faults cannot be some; the message says which and why, all of them."""


class Delay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an answer is held back, in milliseconds. `shape` says how it spreads; left out it is fixed, or uniform with `to_ms`.

    fixed: always `ms`. uniform: from `ms` to `to_ms`. normal: `ms` on average, with a deviation of `to_ms - ms`. lognormal: half of
    all take less than `ms`, 99 of 100 less than `to_ms`. exponential: `ms` on average.
    """

    ms: float
    to_ms: float | None = None
    shape: Shape | None = None

    @property
    def spread(self) -> Shape:
        """How it spreads."""
        return self.shape or ("fixed" if self.to_ms is None else "uniform")

    def draw(self, random: Random) -> float:
        """Draw one delay."""
        low, high = self.ms, self.ms if self.to_ms is None else self.to_ms
        match self.spread:
            case "fixed":
                drawn = low
            case "uniform":
                drawn = random.uniform(low, high)
            case "normal":
                drawn = random.gauss(low, max(0.0, high - low))
            case "lognormal":
                drawn = random.lognormvariate(math.log(low), math.log(high / low) / 2.326)
            case _:
                drawn = random.expovariate(1 / low)
        return min(max(0.0, drawn), DELAY_MAX_MS)


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault.

    Whom it meets: `operation` (an operationId such as postFlowsExecutions, or `oauthToken`), `flow` (name or id, of a launch),
    `client` (a client id); None is anyone. When: `skip` so many first, then every `every`-th, at most `times` in all (None: always),
    each with `probability`.

    What it does: `delay` holds the answer back, alone or beside one of these. `code` answers with a published error code of the
    operation (`rate.limited` is the token endpoint's own), `status` with a bare status and a page of HTML as a proxy between does;
    `retry_after_s` goes with either, and so does `took_effect`: the request did what it asks for, and nobody hears of it. `reset` breaks the connection: `before` the request took effect, or `after` it did. `truncate`
    ends the connection after that part (0 to 1) of the answer's body. `malformed` sends a body that is no JSON. `slow_ms` sends the
    body in pieces over so many milliseconds. `revoke` revokes the token, and refuses this request and all later ones of it.
    """

    name: str = ""
    operation: str | None = None
    flow: str | None = None
    client: str | None = None
    skip: int = 0
    every: int = 1
    times: int | None = None
    probability: float = 1.0
    delay: Delay | None = None
    code: str | None = None
    status: int | None = None
    retry_after_s: int | None = None
    took_effect: bool = False
    reset: Literal["before", "after"] | None = None
    truncate: float | None = None
    malformed: bool = False
    slow_ms: int | None = None
    revoke: bool = False

    def meets(self, operation: Operation, flow: tuple[str, ...], client: str | None) -> bool:
        """Whether a request is one of those it is for; `flow` are the names of the flow that is launched."""
        return (
            (self.operation is None or self.operation == operation.id)
            and (self.flow is None or self.flow in flow)
            and (self.client is None or self.client == client)
            and (self.code is None or answers(operation, self.code))
            and (not self.revoke or _with_token(operation))
        )


RATE_LIMITED_CODE = "rate.limited"
"""The token endpoint's answer to too many token requests; it has no code of the platform's."""


def answers(operation: Operation, code: str) -> bool:
    """Whether an operation can be made to answer with a code."""
    return code == RATE_LIMITED_CODE if operation is TOKEN else operation.publishes(code)


def _with_token(operation: Operation) -> bool:
    return operation.token and operation is not TOKEN


def fault_wrong(fault: Fault) -> str | None:
    """Say why a fault cannot be one; None when it can."""
    return _aim(fault) or _effect(fault) or _numbers(fault) or _delay(fault.delay)


def _aim(fault: Fault) -> str | None:
    if fault.operation is not None and fault.operation not in OPERATIONS:
        near = get_close_matches(fault.operation, OPERATIONS, n=1)
        return f"no operation `{fault.operation}`; " + (
            f"near it is `{near[0]}`" if near else f"there are {', '.join(OPERATIONS)}"
        )
    if fault.flow is not None and fault.operation not in {None, LAUNCH.id}:
        return f"flow is of a launch; {fault.operation} launches none"
    over = list(OPERATIONS.values()) if fault.operation is None else [OPERATIONS[fault.operation]]
    if fault.code is not None and not any(answers(one, fault.code) for one in over):
        codes = sorted({error.code for one in over for error in one.errors} | ({RATE_LIMITED_CODE} if TOKEN in over else set()))
        near = get_close_matches(fault.code, codes, n=1)
        return f"code `{fault.code}` is published by none of the operations it is for" + (
            f"; near it is `{near[0]}`" if near else ""
        )
    if fault.revoke and not any(_with_token(one) for one in over):
        return f"revoke is of a token; {fault.operation} takes none"
    return None


def _effect(fault: Fault) -> str | None:
    given = {
        **{name: getattr(fault, name) is not None for name in ("code", "status", "reset", "truncate", "slow_ms")},
        "malformed": fault.malformed,
        "revoke": fault.revoke,
    }
    chosen = [name for name, is_so in given.items() if is_so]
    if len(chosen) > 1:
        return f"{' and '.join(chosen)} cannot be one fault; make two of it"
    if not chosen and fault.delay is None:
        return f"it does nothing: give delay, {', '.join(list(given)[:-1])} or revoke"
    if chosen not in (["code"], ["status"]) and (fault.retry_after_s is not None or fault.took_effect):
        return "retry_after_s and took_effect go with code or status"
    return None


def _numbers(fault: Fault) -> str | None:
    if fault.skip < 0 or fault.every < 1 or (fault.times is not None and fault.times < 0):
        return "skip and times begin at 0, every at 1"
    if not 0 <= fault.probability <= 1:
        return "probability lies between 0 and 1"
    if fault.status is not None and not 200 <= fault.status <= 599:
        return "status lies between 200 and 599"
    if fault.retry_after_s is not None and not 0 <= fault.retry_after_s <= RETRY_AFTER_MAX_S:
        return f"retry_after_s lies between 0 and {RETRY_AFTER_MAX_S}"
    if fault.truncate is not None and not 0 <= fault.truncate < 1:
        return "truncate lies between 0 and 1"
    if fault.slow_ms is not None and not 0 <= fault.slow_ms <= DELAY_MAX_MS:
        return f"slow_ms lies between 0 and {DELAY_MAX_MS:.0f}"
    return None


def _delay(delay: Delay | None) -> str | None:
    if delay is None:
        return None
    if not 0 <= delay.ms <= DELAY_MAX_MS or (delay.to_ms is not None and not delay.ms <= delay.to_ms <= DELAY_MAX_MS):
        return f"delay.ms lies between 0 and {DELAY_MAX_MS:.0f}, to_ms above it"
    if delay.spread in {"lognormal", "exponential"} and delay.ms <= 0:
        return f"delay.ms of a {delay.spread} delay is above 0"
    takes_to = delay.spread in {"uniform", "normal", "lognormal"}
    if takes_to != (delay.to_ms is not None):
        return f"delay.to_ms {'is missing; a' if takes_to else 'means nothing; a'} {delay.spread} delay {'needs it' if takes_to else 'has none'}"
    return None


def checked(told: Any) -> tuple[Fault, ...]:
    """Read faults from plain data: a list, or a map with `faults`. Raises `FaultError` that names each that cannot be one."""
    listed = told.get("faults") if isinstance(told, dict) and set(told) == {"faults"} else told
    if not isinstance(listed, list):
        raise FaultError("a scenario is a list of faults, or a map with `faults` alone")
    if len(listed) > FAULTS_MAX:
        raise FaultError(f"there are more than {FAULTS_MAX} faults")
    made, wrong = [], []
    for number, one in enumerate(listed):
        try:
            fault = msgspec.convert(one, Fault)
        except msgspec.ValidationError as unfit:
            wrong.append(f"faults[{number}]: {unfit}")
            continue
        if (why := fault_wrong(fault)) is not None:
            wrong.append(f"faults[{number}]{f' ({fault.name})' if fault.name else ''}: {why}")
        made.append(fault)
    if wrong:
        raise FaultError("; ".join(wrong))
    return tuple(made)


def read_scenario(file: Path) -> tuple[Fault, ...]:
    """Read a scenario from YAML or JSON. Raises `FaultError`."""
    import yaml  # noqa: PLC0415 - only for a scenario file

    try:
        return checked(yaml.safe_load(file.read_text("utf-8")))
    except OSError as fault:
        raise FaultError(f"{file}: {(fault.strerror or str(fault)).lower()}") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FaultError(f"{file}:{where}: {getattr(fault, 'problem', None) or 'it is not YAML'}") from None
    except (UnicodeDecodeError, RecursionError):
        raise FaultError(f"{file}: it is not YAML") from None
    except FaultError as fault:
        raise FaultError(f"{file}: {fault}") from None


PRESETS: dict[str, Sequence[dict[str, Any]]] = {
    "slow": [{"name": "slow", "delay": {"ms": 300, "to_ms": 3000, "shape": "lognormal"}}],
    "throttled": [
        {"name": "throttled", "operation": "postFlowsExecutions", "code": "too.many.requests.retry.after", "retry_after_s": 2,
         "probability": 0.5},
    ],
    "storm-429": [{"name": "storm-429", "code": "too.many.requests.retry.after", "retry_after_s": 5, "times": 50}],
    "outage": [{"name": "outage", "code": "service.unavailable", "times": 20}],
    "lost-504": [
        {"name": "lost-504", "operation": "postFlowsExecutions", "code": "request.timeout", "took_effect": True, "every": 5},
    ],
    "bad-gateway": [{"name": "bad-gateway", "status": 502, "every": 3}],
    "lost-answers": [{"name": "lost-answers", "operation": "postFlowsExecutions", "reset": "after", "probability": 0.2}],
    "refused-connections": [{"name": "refused-connections", "reset": "before", "probability": 0.2}],
    "token-limit": [{"name": "token-limit", "operation": "oauthToken", "code": "rate.limited", "times": 3}],
    "slow-bodies": [{"name": "slow-bodies", "slow_ms": 2000, "every": 2}],
    "garbled": [{"name": "garbled", "operation": "postFlowsExecutions", "malformed": True, "every": 4}],
    "revoked-token": [{"name": "revoked-token", "operation": "postFlowsExecutions", "revoke": True, "skip": 5, "times": 1}],
    "cut-off": [{"name": "cut-off", "operation": "postFlowsExecutions", "truncate": 0.5, "every": 4}],
    "flaky": [
        {"name": "flaky: slow", "delay": {"ms": 50, "to_ms": 800, "shape": "lognormal"}},
        {"name": "flaky: 503", "code": "service.unavailable", "probability": 0.05},
        {"name": "flaky: lost answer", "operation": "postFlowsExecutions", "reset": "after", "probability": 0.02},
    ],
}  # fmt: skip
"""Faults ready to use, by name."""


def preset(name: str) -> tuple[Fault, ...]:
    """Give the faults of a preset. Raises `FaultError` for a name that is none."""
    if name not in PRESETS:
        raise FaultError(f"no preset `{name}`; there are {', '.join(PRESETS)}")
    return checked(list(PRESETS[name]))
