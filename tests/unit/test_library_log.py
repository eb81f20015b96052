"""What libraries log comes in the log's own form."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
import structlog

from tieline.app.library_log import LibraryLog

PROGRAM = """
import logging
from tieline.cli.serve import LogForm, LogLevel, _log
_log(LogForm.JSON, LogLevel.INFO)
logging.getLogger("uvicorn.error").warning("Invalid %s received.", "thing")
logging.getLogger("asyncio").info("not of interest")
logging.getLogger("grpc").error("it broke")
"""


def test_a_gateways_log_stays_one_json_object_a_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["level"], line["logger"], line["said"]) for line in lines] == [
        ("a library warned", "warning", "uvicorn.error", "Invalid thing received."),
        ("a library failed", "error", "grpc", "it broke"),
    ]


def test_a_librarys_exception_comes_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        record = logging.LogRecord("lib", logging.ERROR, __file__, 1, "x" * 900, (), sys.exc_info())
    LibraryLog().emit(record)
    said = capsys.readouterr().out
    assert "ZeroDivisionError" in said
    assert "x" * 501 not in said
