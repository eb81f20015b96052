"""Judges the exchanges of one capture together: what one alone does not show, such as a token of another region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tieline.contract.regions import REGIONS, Region
from tieline.diagnosis.address import split_url
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.finding import Diagnosis
from tieline.domain.exchange import Exchange
from tieline.domain.flow import Flow


def diagnose_all(exchanges: Iterable[Exchange], flows: Mapping[str, Flow]) -> Iterator[Diagnosis]:
    """Say what is wrong with each exchange, in order; each knows from which region the newest token came."""
    token: Region | None = None
    for exchange in exchanges:
        yield diagnose(exchange, flows, token)
        answer = exchange.answer
        _, host, path = split_url(exchange.request.url or "")
        if path.endswith("/oauth/token") and answer is not None and answer.status == 200:
            token = next((region for region in REGIONS.values() if host == f"login.{region.domain}"), None)
