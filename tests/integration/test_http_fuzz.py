"""schemathesis against the running door: nothing it makes of the description is answered with 5xx or in another form than described."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import SECRETS, Process, settings
from tests.support.recording_cloud import RecordingCloud

# All but `positive_data_acceptance`: a time in the past or the name of no flow fits every schema, and is refused.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,"
    "negative_data_rejection,missing_required_header,unsupported_method,use_after_free,ensure_resource_availability,ignored_auth"
)
SOURCE = """\
sources:
  open: { scheme: none }
"""


@pytest.mark.timeout(300)
def test_the_door_answers_as_it_describes(tmp_path: Path) -> None:
    with RecordingCloud() as cloud:
        (tmp_path / "tieline.yaml").write_text(settings(cloud.url, SOURCE), "utf-8")
        (tmp_path / "schemathesis.toml").write_text('[parameters]\nsource = "open"\n', "utf-8")
        with Process("serve", cwd=tmp_path, env=SECRETS) as process:
            tool = str(Path(sys.executable).with_name("schemathesis"))
            words = [
                tool,
                "run",
                f"{process.ready['http']}/openapi.json",
                "--checks",
                CHECKS,
                "--max-examples",
                "25",
                "--seed",
                "1",
                "--phases",
                "examples,coverage,fuzzing,stateful",
            ]
            done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-6_000:]
    assert re.search(r"Operations:\s+8 selected", done.stdout), done.stdout[-6_000:]
