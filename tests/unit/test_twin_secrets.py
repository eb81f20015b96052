"""What the twin tells holds none of the org's secrets, however many tokens it has given."""

from __future__ import annotations

from itertools import count

import pytest

from tieline.twin.options import TwinOptions
from tieline.twin.secrets import FEW, HIDDEN, hidden
from tieline.twin.seed import load
from tieline.twin.state import State


@pytest.mark.parametrize("tokens", [1, FEW, FEW + 1, 10 * FEW])
def test_each_token_and_each_secret_is_hidden_wherever_it_stands(tokens: int) -> None:
    numbers = count()
    state = State(TwinOptions(), load(None), clock=lambda: 0, new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}")
    client = state.clients[state.options.client_id]
    given = [state.issue(client)[0] for _ in range(tokens)]
    told = f"input `{given[0]}` is ({given[-1]}) and `{client.secret}`, {client.id} stays"
    assert hidden(state, told) == f"input `{HIDDEN}` is ({HIDDEN}) and `{HIDDEN}`, {client.id} stays"
