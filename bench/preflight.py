"""What preflight costs: a sound request beside a bare jsonschema-rs validation of the same, and one with three faults, all named.

Run: `make bench`, or `.venv/bin/python -m bench.preflight [rounds]`. The ceiling holds the same request against one schema, of its
fields and its inputs; it makes no body for the cloud, adds no prefix, and names no fault in words. The last line gives both
in microseconds, in which machines differ.
"""

from __future__ import annotations

import sys
import timeit
import uuid
from collections.abc import Callable

import jsonschema_rs

from bench.measure import Table, paired
from tieline.domain.flow import Flow
from tieline.domain.launch import FlowExecutionRequest
from tieline.preflight.compile import check

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
NAMES = [f"Flow.input{n}" for n in range(8)]
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {name: {"$ref": "#/definitions/archString"} for name in NAMES},
    "additionalProperties": False,
    "definitions": {"archString": {"oneOf": [{"type": "null"}, {"type": "string", "maxLength": 32000}]}},
}
WHOLE = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["flowId"],
    "properties": {
        "flowId": {"type": "string", "pattern": "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
        "flowVersion": {"type": ["string", "null"]},
        "name": {"type": "string"},
        "inputData": {name: part for name, part in SCHEMA.items() if name not in {"$schema", "definitions"}},
    },
    "additionalProperties": False,
    "definitions": SCHEMA["definitions"],
}
FLOW = Flow(id=str(uuid.UUID(int=7)), name="bench", published=True, input_schema=SCHEMA)
SOUND = FlowExecutionRequest(flow_id=FLOW.id, inputs={name: f"the value of {name}" for name in NAMES})
FAULTY = FlowExecutionRequest(
    flow_id=FLOW.id, inputs={**dict.fromkeys(NAMES[:6], "a value"), "Flow.input6": 6, "Flow.inputt7": "a", "input1x": "b"}
)


def _rate(work: Callable[[], object]) -> float:
    return ROUNDS / timeit.timeit(work, number=ROUNDS)


def main() -> None:
    validator = jsonschema_rs.Draft7Validator(WHOLE)
    sound, faulty = ({"flowId": FLOW.id, "inputData": request.inputs} for request in (SOUND, FAULTY))
    assert not check(SOUND, FLOW).findings
    assert validator.is_valid(sound)
    assert len(check(FAULTY, FLOW).findings) == 3
    table = Table("Preflight: requests with 8 inputs, checked and compiled to the cloud's form", "requests/s")
    good = paired(lambda: _rate(lambda: check(SOUND, FLOW)), lambda: _rate(lambda: validator.is_valid(sound)))
    bad = paired(lambda: _rate(lambda: check(FAULTY, FLOW)), lambda: _rate(lambda: list(validator.iter_errors(faulty))))
    table.row("a sound one / bare jsonschema-rs is_valid", good, 1 / 3)
    table.row("three faults, all named / bare iter_errors", bad)
    print(f"{'':44} sound {1e6 / good[0]:.2f} us, three faults {1e6 / bad[0]:.1f} us")


if __name__ == "__main__":
    main()
