"""Judges the exchanges of one capture together: what one alone does not show, such as a token of another region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tieline.capture.lenient import read_json
from tieline.contract.operations import TOKEN
from tieline.contract.regions import Region, region_of
from tieline.diagnosis.address import split_url
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Diagnosis
from tieline.diagnosis.unknown import stands_for
from tieline.domain.exchange import Exchange
from tieline.domain.flow import Flow

_REMEMBERED = 1_000
_SHORTEST = 16
"""What is shorter is no token but a word that stands for one."""


def diagnose_all(exchanges: Iterable[Exchange], flows: Mapping[str, Flow]) -> Iterator[Diagnosis]:
    """Say what is wrong with each exchange, in order; each knows from which region its token came, where the capture shows that.

    It shows it only where the very token that an answer gave stands in a later request: exchanges that stand in one file need
    have nothing else to do with each other.
    """
    regions: dict[str, Region] = {}
    for exchange in exchanges:
        yield diagnose(exchange, flows, regions.get(_token_used(exchange)))
        given, region = _token_given(exchange)
        if given and region is not None and len(regions) < _REMEMBERED:
            regions[given] = region


def _token_used(exchange: Exchange) -> str:
    return (exchange.request.header("Authorization") or "").partition(" ")[2].strip()


def _token_given(exchange: Exchange) -> tuple[str, Region | None]:
    """Give the token that a token request was answered with, and its region; empty when there is none, or it is not shown."""
    _, host, path = split_url(exchange.request.url or "")
    if path != TOKEN.path or exchange.answer is None or exchange.answer.status != 200:
        return "", None
    value = read_json(exchange.answer.body or "").value
    token = value.get("access_token") if isinstance(value, dict) else None
    if not isinstance(token, str) or len(token) < _SHORTEST or stands_for(token):
        return "", None
    return token, region_of(host)
