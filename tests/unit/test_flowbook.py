"""The flow book: which flow a request means."""

from __future__ import annotations

from typing import Any

import pytest

from tieline.domain.finding import Finding
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest
from tieline.flowbook.book import Book, merged
from tieline.flowbook.find import find_flow

A, B, C = (
    Flow(id=id, name=name, type=type)
    for id, name, type in (("1", "Callback", "WORKFLOW"), ("2", "IVR", "INBOUNDCALL"), ("3", "Callback", "INBOUNDCALL"))
)


def found(book: Book, **request: Any) -> object:
    answer = find_flow(book, FlowExecutionRequest(**request))
    return (answer.code, answer.at, answer.suggestion) if isinstance(answer, Finding) else answer


@pytest.mark.parametrize("complete", [True, False])
def test_a_flow_is_found_by_id_or_by_name(complete: bool) -> None:
    book = Book([A, B], complete=complete)
    assert found(book, flow_id="2") == B
    assert found(book, flow="Callback") == A
    assert found(book) is None


def test_an_unknown_id_is_a_finding_only_in_a_complete_book() -> None:
    assert found(Book([A], complete=True), flow_id="9") == ("TL541", "/flowId", None)
    assert found(Book([A], complete=False), flow_id="9") is None


def test_an_unknown_name_is_a_finding_with_the_nearest() -> None:
    assert found(Book([A, B], complete=True), flow="Calback") == ("TL540", "/flow", "Callback")
    assert found(Book([], complete=False), flow="Callback") == ("TL540", "/flow", None)


def test_a_name_of_several_flows_means_the_only_workflow() -> None:
    assert found(Book([A, C], complete=True), flow="Callback") == A
    twins = [Flow(id=id, name="Callback") for id in ("1", "2")]
    assert found(Book(twins, complete=True), flow="Callback") == ("TL542", "/flow", None)


def test_the_orgs_word_is_newer_than_the_settings() -> None:
    known, read = Flow(id="1", name="Old"), Flow(id="1", name="New")
    assert merged([known, B], [read]) == (read, B)
    assert Book(merged([known, B], [read]), complete=True).names() == ("New", "IVR")
