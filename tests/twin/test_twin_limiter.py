"""The limiter, with time handed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.twin.limiter import WINDOW_MS, limiter
from tieline.twin.options import Window

NOW = 1_767_225_630_000  # half past a minute of the clock


def test_a_window_begins_with_its_first_request() -> None:
    budget = limiter(Window.FIRST_REQUEST, 2)
    assert [budget.take(NOW).passed, budget.take(NOW + 59_000).passed, budget.take(NOW + 59_999).passed] == [True, True, False]
    assert budget.take(NOW + 60_000).passed


def test_a_window_of_the_clock_ends_with_the_minute() -> None:
    budget = limiter(Window.CLOCK_MINUTE, 1)
    assert budget.take(NOW).reset_s == 30
    assert not budget.take(NOW + 29_999).passed
    assert budget.take(NOW + 30_000).passed


def test_a_sliding_window_frees_a_place_as_each_request_grows_a_minute_old() -> None:
    budget = limiter(Window.SLIDING, 2)
    assert budget.take(NOW).passed
    assert budget.take(NOW + 30_000).passed
    assert budget.take(NOW + 59_999).reset_s == 1
    assert budget.take(NOW + 60_000).passed
    assert not budget.take(NOW + 60_001).passed


def test_what_is_said() -> None:
    budget = limiter(Window.FIRST_REQUEST, 2)
    first, second, third = budget.take(NOW), budget.take(NOW + 500), budget.take(NOW + 1_001)
    assert [each.count for each in (first, second, third)] == [1, 2, 2]
    assert [each.reset_s for each in (first, second, third)] == [60, 60, 59]
    assert third.allowed == 2


@pytest.mark.parametrize("window", list(Window))
@given(gaps=st.lists(st.integers(0, 20_000), max_size=60), allowed=st.integers(1, 5))
def test_no_more_pass_than_are_allowed_and_the_reset_keeps_its_word(window: Window, gaps: list[int], allowed: int) -> None:
    budget, now, passed = limiter(window, allowed), NOW, []
    for gap in gaps:
        now += gap
        said = budget.take(now)
        assert 1 <= said.reset_s <= 60
        assert said.count <= allowed
        if said.passed:
            passed.append(now)
        else:
            now += said.reset_s * 1000
            assert budget.take(now).passed
            passed.append(now)
    if window is Window.SLIDING:
        assert all(late - early >= WINDOW_MS for early, late in zip(passed, passed[allowed:], strict=False))
