"""What a cold `tieline diagnose body.json` brings in: no more than it needs, so that it answers in well under 300 ms.

A figure of a clock would hold on one machine only; the set of what is imported holds on all of them. When the command line brought
pydantic in, a cold start took nearly twice as long.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import runpy, sys
sys.argv = ["tieline", "diagnose", *sys.argv[1:]]
try:
    runpy.run_module("tieline.cli", run_name="__main__")
except SystemExit:
    pass
print(*sorted(sys.modules), file=sys.stderr)
"""
ROOMS = {"capture", "cli", "contract", "diagnosis", "domain", "preflight", "problems"}
LIBRARIES = {"typer", "rich", "msgspec", "jsonschema_rs", "shellingham", "annotated_doc", "typing_extensions"}
HEAVY = {"asyncio", "ssl", "http.client", "multiprocessing", "ctypes", "sqlite3", "unittest", "importlib.metadata", "zoneinfo"}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    file: Path = tmp_path_factory.mktemp("cold") / "body.json"
    file.write_text(json.dumps({"flow_id": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a", "inputs": {"a": 1}}))
    done = subprocess.run([sys.executable, "-c", _RUN, str(file)], capture_output=True, text=True, timeout=60, check=True)
    assert "TL202" in done.stdout
    return set(done.stderr.split())


def test_only_the_rooms_that_diagnose(imported: set[str]) -> None:
    assert {name.split(".")[1] for name in imported if name.startswith("tieline.")} == ROOMS


def test_only_the_readers_that_every_form_needs(imported: set[str]) -> None:
    readers = {"curl", "har", "postman", "insomnia", "bruno", "raw_http", "log_line", "pasted_call", "source"}
    assert not readers & {name.split(".")[2] for name in imported if name.startswith("tieline.capture.")}


def test_no_library_too_many(imported: set[str]) -> None:
    stdlib = sys.stdlib_module_names
    tops = {name.split(".")[0] for name in imported}
    assert {top for top in tops if top not in stdlib and not top.startswith(("_", "tieline"))} <= LIBRARIES
    assert not HEAVY & imported
