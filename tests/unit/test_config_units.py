"""Durations, sizes and addresses as people write them."""

from __future__ import annotations

import pytest

from tieline.config.units import duration_ms, listen_address, size_bytes


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("500ms", 500),
        ("30s", 30_000),
        ("5m", 300_000),
        ("72h", 259_200_000),
        ("7d", 604_800_000),
        (61, 61_000),
        (0.5, 500),
        ("1.5s", 1_500),
    ],
)
def test_a_duration_is_read_in_its_unit(written: str | float, ms: int) -> None:
    assert duration_ms(written) == ms


@pytest.mark.parametrize("written", ["", "soon", "5 weeks", "-1s", "1e3s", "s"])
def test_what_is_no_duration_is_refused_with_its_form(written: str) -> None:
    with pytest.raises(ValueError, match="500ms"):
        duration_ms(written)


@pytest.mark.parametrize(("written", "size"), [("512kB", 512_000), ("1MiB", 1_048_576), (10, 10), ("10B", 10)])
def test_a_size_is_read_in_its_unit(written: str | int, size: int) -> None:
    assert size_bytes(written) == size


@pytest.mark.parametrize("written", ["1GB", "big", "", "-1"])
def test_what_is_no_size_is_refused_with_its_form(written: str) -> None:
    with pytest.raises(ValueError, match="1MiB"):
        size_bytes(written)


@pytest.mark.parametrize(
    ("written", "address"), [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:0", ("::1", 0)), ("gateway:8080", ("gateway", 8080))]
)
def test_an_address_is_read(written: str, address: tuple[str, int]) -> None:
    assert listen_address(written) == address


@pytest.mark.parametrize("written", ["8080", ":8080", "localhost", "localhost:http", "localhost:70000"])
def test_what_is_no_address_is_refused_with_its_form(written: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        listen_address(written)
