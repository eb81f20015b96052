"""Every mistake in a settings file, each with its line and column."""

from __future__ import annotations

import pytest

from tieline.config.check import check_document
from tieline.config.document import Mistake, read_document

SOUND = """\
environments:
  dev:
    region: eu-central-1
    client_id: abc
    client_secret: { env: SECRET }
"""


def mistakes(text: str) -> list[Mistake]:
    document, found = read_document(text, "tieline.yaml")
    return [*found, *check_document(document)]


def said(text: str) -> list[tuple[str, int, int]]:
    return [(mistake.problem.code, mistake.place.line, mistake.place.column) for mistake in mistakes(text)]


def test_a_sound_file_has_no_mistake() -> None:
    assert said(SOUND) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOUND + "    pase: {}\n", [("TL501", 6, 5)]),
        (SOUND.replace("    client_id: abc\n", ""), [("TL502", 3, 5)]),
        (SOUND + "    pace: { limit: many }\n", [("TL503", 6, 20)]),
        (SOUND.replace("eu-central-1", "eu-centre-1"), [("TL504", 3, 13)]),
        (SOUND + "    url: http://localhost:1\n", [("TL504", 3, 5)]),
        (SOUND + "    timeout: soon\n", [("TL504", 6, 14)]),
        (SOUND + "    client_id: def\n", [("TL506", 6, 5)]),
        ("environments: {}\n", [("TL504", 1, 15)]),
        ("", [("TL502", 1, 1)]),
        ("- a\n", [("TL503", 1, 1), ("TL502", 1, 1)]),
        ("a: [1,\n", [("TL505", 2, 1), ("TL502", 1, 1)]),
    ],
)
def test_a_mistake_has_its_code_and_its_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert said(text) == expected


def test_every_mistake_is_named_at_once_in_the_order_of_the_file() -> None:
    text = SOUND + "    pace: { limit: -1, windwo: 5 }\nsources:\n  github: { scheme: gitlab }\nroute: []\n"
    assert [(code, line) for code, line, _ in said(text)] == [("TL504", 6), ("TL501", 6), ("TL504", 8), ("TL501", 9)]


def test_the_nearest_name_is_offered() -> None:
    lines = [mistake.problem.line() for mistake in mistakes(SOUND.replace("client_id", "clientId"))]
    assert any("did you mean `client_id`?" in line for line in lines)


def test_a_file_that_unfolds_without_end_is_refused() -> None:
    bomb = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert said(bomb)[0][0] == "TL505"


def test_a_file_nested_a_thousand_deep_is_refused() -> None:
    assert said("[" * 5000)[0][0] == "TL505"
    assert said("[" * 5000 + "]" * 5000)[0][0] == "TL505"


def test_a_secret_is_named_by_place_never_written() -> None:
    assert [code for code, _, _ in said(SOUND.replace("{ env: SECRET }", "hunter2"))] == ["TL503"]
    assert all("hunter2" not in mistake.problem.line() for mistake in mistakes(SOUND.replace("{ env: SECRET }", "hunter2")))
