"""`tieline explain` and the command line's own manners."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.test_cli_check import tieline
from tieline.problems.catalogue import CATALOGUE


def test_a_page_is_printed_by_code_number_or_reason(tmp_path: Path) -> None:
    pages = [tieline("explain", word, "--json", cwd=tmp_path).stdout for word in ("TL501", "tl501", "501", "setting_unknown")]
    assert len(set(pages)) == 1
    assert json.loads(pages[0])["page"].startswith("# TL501 SETTING_UNKNOWN")


def test_a_page_is_printed_for_a_person(tmp_path: Path) -> None:
    done = tieline("explain", "TL501", cwd=tmp_path)
    assert done.returncode == 0
    assert "SETTING_UNKNOWN" in done.stdout


def test_every_code_is_listed(tmp_path: Path) -> None:
    done = tieline("explain", "--json", cwd=tmp_path)
    assert [json.loads(line)["code"] for line in done.stdout.splitlines()] == list(CATALOGUE)


def test_an_unknown_code_is_named(tmp_path: Path) -> None:
    done = tieline("explain", "SETTING_UNKNOW", cwd=tmp_path)
    assert done.returncode == 5
    assert "TL515 `SETTING_UNKNOW` is not a code of tieline; did you mean `SETTING_UNKNOWN`?" in done.stderr


def test_help_lists_every_command_and_the_exit_codes(tmp_path: Path) -> None:
    said = tieline("--help", cwd=tmp_path).stdout
    for word in ("serve", "twin", "demo", "check", "launches", "explain", "the settings are wrong"):
        assert word in said


def test_a_command_that_does_not_exist_is_a_usage_fault(tmp_path: Path) -> None:
    done = tieline("sevre", cwd=tmp_path)
    assert done.returncode == 2
    assert "sevre" in done.stderr
