"""curl as people paste it: every shell's quoting, every way to give data, and the answer printed below."""

from __future__ import annotations

import base64
import json

import pytest

from tieline.capture.curl import read_curl
from tieline.domain.exchange import CapturedAnswer, Exchange

URL = "https://api.mypurecloud.com/api/v2/flows/executions"
BODY = '{"flowId":"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901","inputData":{"Flow.name":"O\'Brien"}}'


def read(text: str, files: dict[str, str] | None = None) -> list[Exchange]:
    return read_curl(text, "a.txt", (files or {}).get) or []


def one(text: str, files: dict[str, str] | None = None) -> Exchange:
    found = read(text, files)
    assert len(found) == 1, found
    return found[0]


CHROME_BASH = r"""curl 'https://api.mypurecloud.com/api/v2/flows/executions' \
  -H 'accept: application/json' \
  -H 'authorization: bearer abc-DEF' \
  -H 'content-type: application/json' \
  --data-raw $'{"flowId":"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901","inputData":{"Flow.name":"O\'Brien"}}' \
  --compressed
"""
CHROME_CMD = """curl ^"https://api.mypurecloud.com/api/v2/flows/executions?a=1^&b=%^20x^" ^
  -H ^"accept: application/json^" ^
  -H ^"content-type: application/json^" ^
  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"124^\\^"^" ^
  --data-raw ^"^{^\\^"flowId^\\^":^\\^"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901^\\^",^\\^"inputData^\\^":^{^\\^"Flow.name^\\^":^\\^"O'Brien^\\^"^}^}^"
"""
OLD_CHROME_CMD = """curl "https://api.mypurecloud.com/api/v2/flows/executions" ^
  -H "content-type: application/json" ^
  --data-raw "{\\"flowId\\":\\"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901\\",\\"inputData\\":{\\"Flow.name\\":\\"O'Brien\\"}}" ^
  --compressed
"""
POWERSHELL = """PS C:\\> curl.exe -X POST "https://api.mypurecloud.com/api/v2/flows/executions" `
  -H "Content-Type: application/json" `
  -d '{\\"flowId\\":\\"1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901\\",\\"inputData\\":{\\"Flow.name\\":\\"O''Brien\\"}}'
"""
DOUBLED = 'curl -X POST https://api.mypurecloud.com/api/v2/flows/executions -H "Content-Type: application/json" -d "{""flowId"":""1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"",""inputData"":{""Flow.name"":""O\u0027Brien""}}"'
ESCAPED = f'$ curl -sSX POST {URL} -H "Content-Type:application/json" -d "{BODY.replace(chr(34), chr(92) + chr(34))}"'


@pytest.mark.parametrize(
    "text",
    [
        CHROME_BASH,
        CHROME_CMD,
        OLD_CHROME_CMD,
        POWERSHELL,
        ESCAPED,
        CHROME_BASH.replace("\n", "\r\n"),
        CHROME_CMD.replace("\n", "\r\n"),
    ],
)
def test_every_shell_says_the_same_request(text: str) -> None:
    request = one(text).request
    assert request.method == "POST"
    assert (request.url or "").partition("?")[0] == URL
    assert request.body == BODY
    assert request.header("Content-Type") == "application/json"
    assert request.whole


def test_doubled_quotes_are_those_of_cmd() -> None:
    assert one(DOUBLED.replace("'", "")).request.body == BODY.replace("'", "")


def test_cmd_undoes_carets_in_the_address_and_in_headers() -> None:
    request = one(CHROME_CMD).request
    assert request.url == f"{URL}?a=1&b=%20x"
    assert request.header("sec-ch-ua") == '"Chromium";v="124"'


def test_cmd_keeps_line_ends_in_a_body() -> None:
    assert one('curl ^"https://api.mypurecloud.com/x^" ^\n --data-raw ^"^{^\n\n^}^"').request.body == "{\n}"


def test_cmd_does_not_know_single_quotes() -> None:
    assert one("curl https://api.mypurecloud.com/x ^\n -d '{\"a\":1}'").request.body == "'{a:1}'"


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (r"""-d '{"a":"it'\''s"}'""", '{"a":"it\'s"}'),
        (r"""-d "{\"a\": \"$NAME ${ID} %TOKEN%\"}" """, '{"a": "$NAME ${ID} %TOKEN%"}'),
        (r"""-d $'{"a":"x\u0021\n\x41"}'""", '{"a":"x!\nA"}'),
        (r"""-d {\"a\":1}""", '{"a":1}'),
        ("""-d '{\n  "a": 1\n}'""", '{\n  "a": 1\n}'),
        ("-d a=1 -d b=2 --data-raw c=@3", "a=1&b=2&c=@3"),
        ("-da=1 --data=b=2", "a=1&b=2"),
        ("--data-urlencode 'scope=a b/c' --data-urlencode '=x&y' --data-urlencode v=$ID", "scope=a%20b%2Fc&x%26y&v=$ID"),
        ("-d @body.json", '{"a":1}'),
        ("--data-binary @body.json", '{\n"a":1}\n'),
        ("-d @nowhere.json", None),
        ("-d ''", ""),
        ("-d @- <<'EOF'\n{\"a\": 1}\nEOF\n", '{"a": 1}'),
        ('-d "$(cat <<EOF\n{"a": 1}\nEOF\n)"', '{"a": 1}'),
        ("-F 'file=@x.csv'", None),
    ],
)
def test_data(words: str, body: str | None) -> None:
    request = one(f"curl https://api.mypurecloud.com/x {words}", {"body.json": '{\n"a":1}\n'}).request
    assert request.body == body
    assert request.method == "POST"


def test_what_curl_adds_by_itself() -> None:
    request = one(f"curl {URL} -d '{{}}'").request
    assert request.headers == (("Content-Type", "application/x-www-form-urlencoded"),)
    assert one(f"curl {URL} -d '{{}}' -H 'content-type: text/plain'").request.headers == (("content-type", "text/plain"),)
    assert one(f"curl {URL} -d '{{}}' -H 'Content-Type:'").request.headers == ()
    sent = one(f"curl {URL} --json '{{}}'").request
    assert (sent.method, sent.header("content-type"), sent.header("accept")) == ("POST", "application/json", "application/json")
    assert one(f"curl {URL} -F a=b").request.header("content-type") == "multipart/form-data"
    bare = one(f"curl {URL}").request
    assert (bare.method, bare.headers, bare.body) == ("GET", (), "")
    assert one("curl api.mypurecloud.com/api/v2/flows").request.url == "http://api.mypurecloud.com/api/v2/flows"


def test_who_asks() -> None:
    token = base64.b64encode(b"id:secret").decode()
    assert one(f"curl -u id:secret {URL}").request.header("authorization") == f"Basic {token}"
    assert one(f"curl -u '<client id>:<secret>' {URL}").request.header("authorization") == "Basic <client id>:<secret>"
    assert (
        one(f"curl -u <client_id>:<client_secret> {URL}").request.header("authorization") == "Basic <client_id>:<client_secret>"
    )
    assert one(f'curl --user "$ID:$SECRET" {URL}').request.header("authorization") == "Basic $ID:$SECRET"
    assert one(f"curl --oauth2-bearer $TOKEN {URL}").request.header("authorization") == "Bearer $TOKEN"
    assert one(f"curl -b 'a=1' -A me -e there {URL}").request.headers == (
        ("User-Agent", "me"),
        ("Referer", "there"),
        ("Cookie", "a=1"),
    )


@pytest.mark.parametrize(
    ("words", "method", "url"),
    [
        (f"-XPATCH {URL}", "PATCH", URL),
        (f"--request post --url {URL}", "post", URL),
        (f"-I {URL}", "HEAD", URL),
        (f"-G {URL} -d 'q=1' --data-urlencode 'name=a b'", "GET", f"{URL}?q=1&name=a%20b"),
        (f"-o out.json -w '%{{http_code}}' --max-time 5 -sS {URL} > log.txt 2>&1", "GET", URL),
        (f"-s {URL} | jq .id", "GET", URL),
        (f"--location --globoff '{URL}' --header 'a: b'", "GET", URL),
        ("$BASE/api/v2/flows", "GET", "$BASE/api/v2/flows"),
        ("'{{host}}/api/v2/flows'", "GET", "{{host}}/api/v2/flows"),
    ],
)
def test_options(words: str, method: str, url: str) -> None:
    request = one(f"curl {words}").request
    assert (request.method, request.url) == (method, url)


def test_several_commands_and_their_lines() -> None:
    found = read(
        f"First a token:\n\n```bash\ncurl -d grant_type=client_credentials https://login.mypurecloud.com/oauth/token\n```\nthen\n    curl -X POST {URL} \\\n  -d '{{}}'\n"
    )
    assert [(each.place.line, each.request.method, each.request.body) for each in found] == [
        (4, "POST", "grant_type=client_credentials"),
        (7, "POST", "{}"),
    ]
    assert [each.id for each in found] == ["a.txt:4", "a.txt:7"]
    both = read(f"curl {URL}/1 --next -X DELETE {URL}/2")
    assert [(each.id, each.request.method) for each in both] == [("a.txt:1", "GET"), ("a.txt:1#2", "DELETE")]


@pytest.mark.parametrize(
    "text",
    ["", "curl", "My curl doesn't work, and it's late.", "User-Agent: curl/8.1.2", '{"flowId": "x"}', "use curl to post it"],
)
def test_what_is_no_command(text: str) -> None:
    assert read_curl(text, "a", lambda _: None) is None


def test_prose_before_the_command_does_not_swallow_it() -> None:
    assert one(f"My curl doesn't work:\n\ncurl -X POST {URL} -d '{{}}'").request.body == "{}"


def test_a_quote_that_is_never_closed_ends_before_the_answer() -> None:
    found = one(f'curl {URL} -d \'{{"a": 1}}\n\nHTTP/1.1 400 Bad Request\nContent-Type: application/json\n\n{{}}')
    assert found.request.body == '{"a": 1}'
    assert found.answer is not None
    assert found.answer.status == 400


def test_lost_backslashes_do_not_end_the_command() -> None:
    assert one(f"curl -X POST {URL}\n  -H 'Content-Type: application/json'\n  -d '{{}}'\n").request.body == "{}"


ERROR = '{"message":"Flow id is not valid","code":"bad.request","status":400}'


@pytest.mark.parametrize(
    ("below", "answer"),
    [
        (
            f"HTTP/2 400\ncontent-type: application/json\n\n{ERROR}\n$ ",
            CapturedAnswer(status=400, headers=(("content-type", "application/json"),), body=ERROR),
        ),
        (
            f"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nA: b\r\n\r\n{ERROR}",
            CapturedAnswer(status=400, headers=(("A", "b"),), body=ERROR),
        ),
        (
            "* Trying 1.2.3.4:443...\n> POST /api/v2/flows/executions HTTP/1.1\n> Host: x\n>\n* upload done\n"
            f"< HTTP/1.1 400 Bad Request\n< A: b\n<\n{{ [70 bytes data]\n* Connection #0 to host x left intact\n{ERROR}",
            CapturedAnswer(status=400, headers=(("A", "b"),), body=ERROR),
        ),
        (
            f"< HTTP/1.1 400\n< A: b\n< \n{ERROR}* Connection #0 to host x left intact",
            CapturedAnswer(status=400, headers=(("A", "b"),), body=ERROR),
        ),
        (f"\n{ERROR}\n", CapturedAnswer(body=ERROR)),
        (f"{ERROR}400\n", CapturedAnswer(status=400, body=ERROR)),
        (f"Response: 400 Bad Request\n\n{ERROR}\n", CapturedAnswer(status=400, body=ERROR)),
        (
            json.dumps(json.loads(ERROR), indent=2) + "\n```\nand {more}",
            CapturedAnswer(body=json.dumps(json.loads(ERROR), indent=2)),
        ),
        ("nothing came", None),
    ],
)
def test_the_answer_below(below: str, answer: CapturedAnswer | None) -> None:
    assert one(f"$ curl -X POST {URL} -d '{{}}'\n{below}").answer == answer


def test_a_long_text_is_read_in_a_moment() -> None:
    for piece in ("curl -d '", 'curl -d "\\"', "curl ^\n", 'curl "$(cat <<A\n', "curl {", "curl `\n"):
        read(piece * 20_000)
