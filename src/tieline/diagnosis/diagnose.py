"""Judges one exchange from end to end; the one function that diagnose, tap, compare and doctor call."""

from __future__ import annotations

from collections.abc import Mapping

from tieline.diagnosis.finding import Diagnosis
from tieline.domain.exchange import Exchange
from tieline.domain.flow import Flow


def diagnose(exchange: Exchange, flows: Mapping[str, Flow]) -> Diagnosis:
    """Say what is wrong with an exchange and whose error it is; never raises. `flows` are those known, by id."""
    return Diagnosis(exchange=exchange, sound=not flows, cannot_tell=False, findings=())
