"""The control plane's handlers of the org itself: its seed, clients, clock, limits, journal and namespaces."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.twin.clients import Client
from tieline.twin.control.call import Call
from tieline.twin.control.watching import report
from tieline.twin.control.wrong import Wrong, WrongCallError
from tieline.twin.seed import SeedError, SeedFlow, check
from tieline.twin.spaces import DEFAULT, SPACES_KEPT
from tieline.twin.state import State
from tieline.twin.times import iso

LATEST_MS = 4_102_444_800_000
"""How far the clock goes: the year 2100."""
CLIENTS_MAX = 1000
TOKEN_LIFE_MAX_S = 2 * 86_400
"""The longest a token lives (official: 48 hours); shorter than the official 5 minutes is for tests."""
NAME_MAX = 200
"""The longest name of a namespace; a test's own id fits."""


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
        raise WrongCallError(Wrong.SEED, str(fault)) from None
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
    if wanted.at is not None and not wanted.hold:
        raise WrongCallError(Wrong.IMPOSSIBLE, "`at` says where the clock is held; it goes with `hold`: true")
    if wanted.move_ms < 0:
        raise WrongCallError(Wrong.IMPOSSIBLE, "the clock goes forward only; move_ms is 0 or more")
    ends = (hands() if wanted.at is None else wanted.at) + wanted.move_ms
    if not 0 <= ends <= LATEST_MS:
        raise WrongCallError(Wrong.IMPOSSIBLE, f"the clock lies between {iso(0)} and {iso(LATEST_MS)}")
    if wanted.hold:
        hands.hold(wanted.at)
    hands.move(wanted.move_ms)
    if wanted.hold is False:
        hands.release()
    return clock(call)


def clients(call: Call) -> Any:
    """List the clients, without their secrets."""
    return {"clients": [{**msgspec.to_builtins(one, order="sorted"), "secret": "***"} for one in call.org.clients.values()]}


def put_client(call: Call) -> Any:
    """Make a client, or change one: permissions, divisions, scopes, token life, whether it is active."""
    client, org = call.read(Client), call.org
    if not client.id or not client.secret:
        raise WrongCallError(Wrong.BODY, "a client has an id and a secret")
    if client.token_life_s is not None and not 1 <= client.token_life_s <= TOKEN_LIFE_MAX_S:
        raise WrongCallError(Wrong.BODY, f"tokenLifeS lies between 1 and {TOKEN_LIFE_MAX_S}")
    if any(client.id in other.clients for name, other in call.spaces if other is not org):
        raise WrongCallError(Wrong.IMPOSSIBLE, f"the client `{client.id}` belongs to another namespace; an id leads to one alone")
    if client.id not in org.clients and len(org.clients) >= CLIENTS_MAX:
        raise WrongCallError(Wrong.IMPOSSIBLE, f"there are {CLIENTS_MAX} clients already")
    org.clients[client.id] = client
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
        raise WrongCallError(Wrong.IMPOSSIBLE, "a limit is 0 or more")
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
    """Make an org of its own with a client of its own, or make it anew; gives what `ready` gives, and the name."""
    name, spaces = call.read(_Namespace).name, call.spaces
    if not 0 < len(name) <= NAME_MAX or name == DEFAULT:
        raise WrongCallError(Wrong.IMPOSSIBLE, f"a namespace has a name of its own, 1 to {NAME_MAX} characters, not `{DEFAULT}`")
    if spaces.full and spaces.get(name) is None:
        raise WrongCallError(Wrong.IMPOSSIBLE, f"there are {SPACES_KEPT} namespaces already; DELETE those that are done")
    return {"name": name, **told(spaces.make(name, spaces.default.new_id()))}


def drop_namespace(call: Call) -> Any:
    """Forget a namespace (`?name=NAME`)."""
    name = call.query.get("name", "")
    if not call.spaces.drop(name):
        raise WrongCallError(Wrong.NAMESPACE, f"no namespace `{name}`")
    return namespaces(call)
