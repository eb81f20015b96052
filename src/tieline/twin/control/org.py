"""The control plane's handlers of the org itself: its seed, clients, clock, limits, journal and namespaces."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.twin.clients import Client
from tieline.twin.control.call import Call, WrongCallError
from tieline.twin.control.watching import report
from tieline.twin.seed import SeedError, SeedFlow, check
from tieline.twin.spaces import DEFAULT
from tieline.twin.state import State
from tieline.twin.times import iso


def told(state: State) -> dict[str, Any]:
    """Say as whom to come and which flows there are."""
    first = next(iter(state.clients.values()))
    flows = [
        {"id": flow.id, "name": flow.name, "type": flow.type, "published": flow.published, "inputSchema": flow.input_schema}
        for flow in state.flows.values()
    ]
    return {"client_id": first.id, "client_secret": first.secret, "flows": flows}


def ready(call: Call) -> Any:
    """Say what `tieline twin --json` prints, without the address."""
    return told(call.org)


def reset(call: Call) -> Any:
    """Begin again, as at the start; gives the journal, which is empty then."""
    call.org.reset()
    return report(call.org)


class _Seed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    flows: tuple[SeedFlow, ...]
    keep: bool = False


def seed(call: Call) -> Any:
    """Put flows in; `keep` leaves those that are there. Gives what is there then."""
    wanted = call.read(_Seed)
    try:
        check(wanted.flows)
    except SeedError as fault:
        raise WrongCallError(str(fault)) from None
    call.org.plant(wanted.flows, keep=wanted.keep)
    return told(call.org)


class _Clock(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    hold: bool | None = None
    at: int | None = None
    move_ms: int = 0


def clock(call: Call) -> Any:
    """Tell the time."""
    now = call.org.clock()
    return {"now": now, "time": iso(now), "held": call.org.clock.held}


def move_clock(call: Call) -> Any:
    """`{"hold": true, "at": ms}` holds it, `{"move_ms": n}` moves it, `{"hold": false}` lets it run on."""
    wanted, hands = call.read(_Clock), call.org.clock
    if wanted.hold:
        hands.hold(wanted.at)
    hands.move(wanted.move_ms)
    if wanted.hold is False:
        hands.release()
    return clock(call)


def clients(call: Call) -> Any:
    """List the clients, without their secrets."""
    return {"clients": [{**msgspec.to_builtins(one), "secret": "***"} for one in call.org.clients.values()]}


def put_client(call: Call) -> Any:
    """Make a client, or change one: permissions, divisions, scopes, token life, whether it is active."""
    client = call.read(Client)
    call.org.clients[client.id] = client
    return {"id": client.id}


class _Limits(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    per_minute: int | None = None
    tokens_per_minute: int | None = None


def limits(call: Call) -> Any:
    """Tell how many requests a minute each token may make, and how many tokens a client may ask for; 0 is no limit."""
    return {"per_minute": call.org.limit, "tokens_per_minute": call.org.token_limit}


def set_limits(call: Call) -> Any:
    """Set either; tokens there are get a fresh budget."""
    wanted = call.read(_Limits)
    if min(wanted.per_minute or 0, wanted.tokens_per_minute or 0) < 0:
        raise WrongCallError("a limit is 0 or more")
    if wanted.per_minute is not None:
        call.org.set_limit(wanted.per_minute)
    if wanted.tokens_per_minute is not None:
        call.org.token_limit, call.org.token_budgets = wanted.tokens_per_minute, {}
    return limits(call)


class _Namespace(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str


def namespaces(call: Call) -> Any:
    """Name the namespaces."""
    return {"namespaces": [name for name, _ in call.spaces]}


def make_namespace(call: Call) -> Any:
    """Make an org of its own with a client of its own; gives what `ready` gives, and the name."""
    name = call.read(_Namespace).name
    if not name or name == DEFAULT:
        raise WrongCallError("a namespace needs a name of its own")
    state = call.spaces.make(name)
    state.rename_client(state.new_id())
    return {"name": name, **told(state)}


def drop_namespace(call: Call) -> Any:
    """Forget a namespace (`?name=NAME`)."""
    name = call.query.get("name", "")
    if not call.spaces.drop(name):
        raise WrongCallError(f"no namespace `{name}`")
    return namespaces(call)
