"""The twin's own description: complete, sound, and true. schemathesis makes requests of it, right and wrong ones, by a fixed seed."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.twin.calls import CALLBACK, prepared
from tests.twin.conftest import Start
from tests.twin.raw import Caller, Hands
from tieline.contract.operations import OPERATIONS
from tieline.contract.queries import EXPANDS, QUERIES, query
from tieline.twin.options import Rule, Strictness, TwinOptions
from tieline.twin.server import Twin
from tieline.twin.state import WEBHOOK

EXAMPLES = 8
CONFIG = """\
[parameters]
flowId = "{flow}"
flowExecutionId = "{run}"
instanceId = "{run}"
versionId = "1.0"
tokenId = "{webhook}"

[[operations]] # no schema says which secret is right, which flow is published, which text is a time beside which key
include-operation-id = ["oauthToken", "postFlowsExecutions", "postFlowsInstancesQuery"]
checks.positive_data_acceptance.enabled = false
"""


async def test_it_is_sound_openapi_and_has_every_operation(twin: Caller) -> None:
    told = (await twin.get("/_twin/openapi.json")).json
    assert list(OpenAPIV31SpecValidator(told).iter_errors()) == []
    there = {one["operationId"]: one for path in told["paths"].values() for one in path.values()}
    assert set(there) == set(OPERATIONS)
    for id, one in there.items():
        assert {str(error.status) for error in OPERATIONS[id].errors} <= set(one["responses"])
        assert [parameter["name"] for parameter in one["parameters"] if parameter["in"] == "query"] == list(OPERATIONS[id].query)


def test_every_query_parameter_has_its_schema() -> None:
    assert all(query(operation.id, name) for operation in OPERATIONS.values() for name in operation.query)
    used = {name for operation in OPERATIONS.values() for name in operation.query}
    assert used - {"expand"} == set(QUERIES)
    assert {operation.id for operation in OPERATIONS.values() if "expand" in operation.query} == set(EXPANDS)


@pytest.mark.parametrize(("rule", "closed"), [(Rule.REFUSE, False), (Rule.IGNORE, True)])
async def test_it_says_whether_an_unknown_field_is_refused(start: Start, rule: Rule, closed: bool) -> None:
    twin = await start(strict=Strictness(unknown_field=rule))
    told = (await twin.get("/_twin/openapi.json")).json
    body: Any = told["paths"]["/api/v2/flows/executions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["additionalProperties"] is closed


async def fuzzed(twin: Caller, folder: Path, *more: str) -> str:
    """Run schemathesis against a twin, from a folder of its own; gives what it says."""
    words = [
        *("run", f"{twin.twin.url}/_twin/openapi.json", "--seed", "1", "--no-color"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES)),
        *("--header", f"Authorization: Bearer {twin.token}"),
    ]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *words,
        *more,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said[-8_000:]
    return said


@pytest.mark.timeout(300)
async def test_schemathesis_finds_no_crash_and_nothing_undocumented(tmp_path: Path) -> None:
    ids = count(1)
    twin = Twin(TwinOptions(limit=0, body_timeout_s=2), clock=Hands(), new_id=lambda: str(UUID(int=next(ids), version=4)))
    await twin.start()
    caller = Caller(twin, Hands())
    await caller.sign_in()
    calls = await prepared(caller)
    run = calls["getFlowsExecution"].path.rpartition("/")[2]
    config = CONFIG.format(flow=CALLBACK, run=run, webhook=WEBHOOK[0])
    (tmp_path / "schemathesis.toml").write_text(config, "utf-8")
    try:
        said = await fuzzed(caller, tmp_path, "--exclude-operation-id", "deleteTokensMe")
        assert re.search(rf"Tested: +{len(OPERATIONS) - 1}\n", said), said[-3_000:]
        assert "Missing test data" not in said, said[-3_000:]
        await fuzzed(caller, tmp_path, "--include-operation-id", "deleteTokensMe")
        await caller.sign_in()
        assert (await caller.launch({"flowId": CALLBACK})).status == 200
        journal = (await caller.get("/_twin/journal?status=5xx")).json
        assert journal["exchanges"] == [], json.dumps(journal)[:3_000]
    finally:
        await twin.stop()
