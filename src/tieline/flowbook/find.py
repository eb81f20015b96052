"""Finds the flow that a request means, or says why it cannot."""

from __future__ import annotations

from tieline.domain.finding import Finding, find
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest
from tieline.flowbook.port import FlowBook
from tieline.problems.base import nearest
from tieline.problems.flows import FlowIdUnknown, FlowNameAmbiguous, FlowNameUnknown


def find_flow(book: FlowBook, request: FlowExecutionRequest) -> Flow | Finding | None:
    """Find the flow by id, or else by name. None when the book cannot tell: it is not complete, or the request names no flow.

    A name that several flows share means the workflow among them, the one type that is known to be launchable.
    """
    if request.flow_id:
        flow = book.by_id(request.flow_id)
        if flow is None and book.complete:
            return find(FlowIdUnknown(flow_id=request.flow_id), "/flowId")
        return flow
    return _by_name(book, request.flow) if request.flow else None


def _by_name(book: FlowBook, name: str) -> Flow | Finding:
    flows = book.by_name(name)
    if not flows:
        near = nearest(name, tuple(book.names()))
        return find(FlowNameUnknown(flow=name, known=len(book.names()), nearest=near), "/flow", near)
    workflows = [flow for flow in flows if flow.type == "WORKFLOW"] if len(flows) > 1 else list(flows)
    if len(workflows) != 1:
        told = ", ".join(f"{flow.id} ({flow.type})" for flow in flows)
        return find(FlowNameAmbiguous(flow=name, flows=told), "/flow")
    return workflows[0]
