"""Every mistake in a settings file, each with its line and column."""

from __future__ import annotations

import pytest

from tieline.config.check import check_document
from tieline.config.document import Mistake, read_document
from tieline.config.load import load_text

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
        (SOUND.replace("env: SECRET", "env: SECRET, file: s"), [("TL504", 5, 20)]),
        (SOUND + "sources: { a: { scheme: none, type: { value: x } } }\n", []),
        (SOUND + "sources: { a: { scheme: none, type: { vaule: x } } }\n", [("TL502", 6, 37), ("TL501", 6, 39)]),
        (SOUND + "sources: { a: { scheme: none, type: 3 } }\n", [("TL503", 6, 37)]),
        (SOUND + "routes: [{ route: r, flow: f, inputs: { a: [1] } }]\n", [("TL503", 6, 44)]),
        (SOUND + "routes: [{ route: r, flow: f, flow_version: 1.0 }]\n", [("TL503", 6, 45)]),
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SOUND.replace("{ env: SECRET }", "hunter2"), "a text, and may be { env: NAME } or { file: PATH }"),
        (
            SOUND + "routes: [{ route: r, flow: f, flow_version: 1.0 }]\n",
            "a number, and may be a version's id such as 1.0, in quotes",
        ),
        (SOUND + "routes: [{ route: r, flow: f, priority: [] }]\n", "a list, and may be 0 to 9, or an expression"),
        (SOUND + "routes: [{ route: r, flow: f, priority: 12 }]\n", "`12`, and may be at least 0, at most 9"),
        (SOUND + "routes: [{ route: r, flow: f, match: { type: [] } }]\n", "may be a list that is not empty"),
        (SOUND + "http: { listen: x }\nhttp: {}\n", "`http` is given twice"),
    ],
)
def test_a_mistake_says_what_may_stand_there(text: str, words: str) -> None:
    assert any(words in mistake.problem.line() for mistake in mistakes(text))


def test_a_secret_is_named_by_place_never_written() -> None:
    assert [code for code, _, _ in said(SOUND.replace("{ env: SECRET }", "hunter2"))] == ["TL503"]
    assert all("hunter2" not in mistake.problem.line() for mistake in mistakes(SOUND.replace("{ env: SECRET }", "hunter2")))


def loaded(text: str, environ: dict[str, str] | None = None) -> list[tuple[str, int, int]]:
    _, found = load_text(text, "tieline.yaml", environ)
    return [(mistake.problem.code, mistake.place.line, mistake.place.column) for mistake in found]


MANY = """\
http: { listen: "0.0.0.0:80" }
limits: { max_body: 1GB }
default_environment: prod
environments:
  dev: { regio: eu-central-1, region: eu-central-1, client_id: abc, client_secret: { env: SECRET } }
sources:
  github: { scheme: github, secrets: [{ file: nowhere }], windwo: 5m }
  shop: { scheme: hmac, secrets: [{ env: SHOP }] }
routes:
  - { route: a, match: { source: gihub }, flow: A }
  - { route: b, match: { source: shop }, flow: B, priority: 12 }
  - { route: c, match: { source: shop, type: "a.*.b" }, flow: C, inputs: { x: lowr(id) } }
"""


def test_a_mistake_of_shape_hides_no_other_mistake() -> None:
    assert loaded(MANY, {}) == [
        ("TL509", 1, 17),  # open to the network
        ("TL504", 2, 21),  # a size that is none
        ("TL510", 3, 22),  # an environment that is not defined
        ("TL501", 5, 10),  # a key that means nothing
        ("TL508", 5, 84),  # a secret in a part that is mistaken otherwise
        ("TL508", 7, 39),  # a file that is not there
        ("TL501", 7, 59),
        ("TL502", 8, 9),  # a header that hmac needs
        ("TL508", 8, 35),
        ("TL510", 10, 34),  # a source that is not defined
        ("TL504", 11, 61),  # a priority beyond 9; what stands for the route hides none after it
        ("TL527", 12, 47),  # a star within a type
        ("TL521", 12, 79),
    ]


def test_a_place_is_said_one_way() -> None:
    _, found = load_text(MANY, "tieline.yaml", {})
    said = " ".join(mistake.problem.line() for mistake in found)
    assert "`sources.github.secrets[0]` takes its secret" in said
    assert "`routes[0].match.source` names the source" in said


ROUTE = SOUND + "routes:\n  - route: a\n    flow: A\n    match:\n      when: {when}\n"


@pytest.mark.parametrize(
    ("when", "line", "column"),
    [
        ("lowr(id)", 10, 13),
        ("\"id == 'a' && lowr(id)\"", 10, 27),
        ("|\n        id == 'a' &&\n          lowr(id)", 12, 11),
        (">\n        id == 'a' &&\n        type == 'b' && lowr(id)", 12, 24),
    ],
)
def test_an_expression_on_several_lines_is_named_where_it_is_wrong(when: str, line: int, column: int) -> None:
    assert loaded(ROUTE.replace("{when}", when)) == [("TL521", line, column)]


@pytest.mark.parametrize(
    ("first", "second", "hidden"),
    [
        ("", "", True),
        ("", "match: { type: a }", True),
        ("match: { type: a }", "", False),
        ("match: { type: 'a*' }", "match: { type: [ab, 'ac*'] }", True),
        ("match: { type: 'a*' }", "match: { type: [ab, b] }", False),
        ("match: { source: s }", "match: { source: s, type: a }", True),
        ("match: { source: s }", "match: { source: [s, t] }", False),
        ("match: { when: data.a }", "match: { type: a }", False),
        ("match: { when: data.a }", "match: { type: a, when: data.a }", True),
    ],
)
def test_a_route_that_no_event_reaches_is_named(first: str, second: str, hidden: bool) -> None:
    text = SOUND + f"routes:\n  - route: a\n    flow: A\n    {first}\n  - route: b\n    flow: B\n    {second}\n"
    assert loaded(text) == ([("TL529", 10, 5)] if hidden else [])


def test_both_and_neither_of_two_are_named() -> None:
    both = SOUND.replace("{ env: SECRET }", "{ env: SECRET, file: secret }")
    assert [mistake.problem.line() for mistake in mistakes(both)] == [
        "`environments.dev.client_secret` is `env and file`, and may be one of env or file, not both"
    ]
    assert said(SOUND.replace("{ env: SECRET }", "{}")) == [("TL502", 5, 20)]
