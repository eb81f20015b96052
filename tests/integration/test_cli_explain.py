"""`tieline explain` and the command line's own manners."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.test_cli_check import tieline
from tieline.cli.main import COMMANDS
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
    listed = [line.split()[1] for line in said.partition("Commands")[2].splitlines() if re.match(r"│ \w", line)]
    assert listed == list(COMMANDS)
    assert "the settings are wrong" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_of_its_own(command: str, tmp_path: Path) -> None:
    done = tieline(command, "-h", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Usage: tieline {command} " in done.stdout
    assert "completion" not in done.stdout


@pytest.mark.parametrize(
    ("words", "some"),
    [
        ("tieline ", list(COMMANDS)),
        ("tieline launches ", ["list", "show", "watch"]),
        ("tieline tap --en", ["--enforce"]),
        ("tieline diagnose --form h", ["http", "har"]),
        ("tieline explain TL20", ["TL201", "TL202"]),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_options_and_words(words: str, some: list[str], shell: str, tmp_path: Path) -> None:
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1), "_TYPER_COMPLETE_ARGS": words}
    mode = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_WORD_TO_COMPLETE": words.rsplit(" ", maxsplit=1)[-1]}
    done = tieline(cwd=tmp_path, _TIELINE_COMPLETE=f"complete_{shell}", **asked, **mode)
    assert "Traceback" not in done.stderr
    assert [word for word in some if word in done.stdout] == some


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_each_shell_is_printed(shell: str, tmp_path: Path) -> None:
    assert f"complete_{shell}" in tieline(cwd=tmp_path, _TIELINE_COMPLETE=f"source_{shell}").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sevre",), "TL518 no such command `sevre`. Did you mean `serve`?"),
        (("launches", "lst"), "TL518 no such command `lst`. Did you mean `list`?"),
        (("launches", "show"), "TL518 missing argument `id`"),
        (("launches", "list", "--state", "gone"), "TL518 invalid value for `--state`: `gone` is not one of `queued`, "),
        (("serve", "--log-level", "loud"), "`loud` is not one of `debug`, `info`, `warning`, `error`"),
        (("--nope",), "TL518 no such option: --nope"),
        (("diagnose",), "TL518 invalid value for FILE: name a file"),
    ],
)
def test_a_wrong_command_line_is_one_line_with_a_code(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = tieline(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    told = json.loads(tieline(*words, "--json", cwd=tmp_path).stderr)
    assert (told["code"], told["metadata"]["command"].partition(" ")[0]) == ("TL518", "tieline")


@pytest.mark.parametrize("words", [(), ("launches",)])
def test_a_group_alone_says_what_it_holds(words: tuple[str, ...], tmp_path: Path) -> None:
    done = tieline(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert f"Usage: {' '.join(('tieline', *words))} [OPTIONS] COMMAND" in done.stdout


def test_a_page_that_is_piped_is_the_page_as_it_stands(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "errors" / "TL220.md").read_text("utf-8")
    assert tieline("explain", "TL220", cwd=tmp_path, COLUMNS="40").stdout == page


def test_an_example_that_only_names_a_test_is_left_out(tmp_path: Path) -> None:
    said = tieline("explain", "TL250", cwd=tmp_path).stdout
    assert ("tests/" in said, "## What to do" in said) == (False, True)


def test_the_list_has_a_code_a_line_however_narrow(tmp_path: Path) -> None:
    lines = tieline("explain", cwd=tmp_path, COLUMNS="40").stdout.splitlines()
    assert all(line.startswith("TL") for line in lines[1:])
