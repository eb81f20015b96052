"""The page at `/_twin/`: it loads nothing, runs nothing but its own script, shows hostile strings as text, and says what it is not."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.process import Process
from tests.twin.plane import asked, did
from tests.twin.raw import Caller
from tieline.testing.twin import connect
from tieline.twin.control.plane import PREFIX, TABLE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = '<script>document.title="owned"</script><img src=x onerror=alert(1)>'


class Page(HTMLParser):
    """What a page refers to, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


async def test_it_loads_nothing_and_its_policy_names_its_own_script(twin: Caller) -> None:
    reply = await asked(twin, "GET", "")
    text = reply.body.decode()
    policy = reply.headers["content-security-policy"]
    for tag in ("script", "style"):
        [inside] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert f"{tag}-src 'sha256-{base64.b64encode(sha256(inside.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    for _, attributes in Page(text).tags:
        assert "src" not in attributes
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        link = attributes.get("href") or PREFIX
        assert link.startswith((PREFIX, "data:,")), link
    assert "innerHTML" not in text
    assert (await twin.send("GET", "/_twin")).body == reply.body, "its links are whole paths, so the last slash does not matter"


async def test_what_it_asks_for_is_there(twin: Caller) -> None:
    text = (await asked(twin, "GET", "")).body.decode()
    names = {*re.findall(r'ask\("([^"]+)"', text), *re.findall(r'"/_twin/([\w.]+)', text)}
    assert names >= {"journal", "faults", "verdicts", "namespaces", "openapi.json", "journal.har"}
    assert {("GET", name) for name in names} <= set(TABLE)
    told = await did(twin, "GET", "journal")
    assert set(re.findall(r"journal\.(\w+)", text)) - {"har"} <= set(told)


async def test_it_can_be_used_by_all(twin: Caller) -> None:
    page = Page((await asked(twin, "GET", "")).body.decode())
    tags = dict(page.tags)
    assert tags["html"]["lang"] == "en"
    assert [tag for tag, _ in page.tags if tag in {"main", "h1", "caption"}] == ["h1", "main", "caption"]
    assert all(attributes.get("scope") == "col" for tag, attributes in page.tags if tag == "th")
    fields = [tag for tag, _ in page.tags if tag in {"input", "select"}]
    assert [tag for tag, _ in page.tags].count("label") == len(fields), "each field has its label around it"
    assert any(attributes.get("role") == "status" for _, attributes in page.tags)


async def test_its_first_words_say_what_it_is_not(twin: Caller) -> None:
    words = " ".join(" ".join(Page((await asked(twin, "GET", "")).body.decode()).texts).split())
    assert "It is not Genesys Cloud" in words
    assert "It runs no flow" in words
    assert "What passes here can still be refused there" in words


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_a_browser_shows_the_traffic_and_hostile_strings_as_text(tmp_path: Path) -> None:
    with Process("twin", "--port", "0", cwd=tmp_path) as process:
        cloud = connect(process.ready["url"])
        cloud.seed([{"name": HOSTILE}], keep=True)
        cloud.faults({"name": HOSTILE, "operation": "getFlows", "status": 502})
        _hostile(cloud.url, cloud.token(), cloud.flows[HOSTILE].id)
        words = [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
            *(f"--user-data-dir={tmp_path / 'browser'}", "--virtual-time-budget=4000", "--dump-dom", cloud.url + "/_twin/"),
        ]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    page = Page(done.stdout)
    text = " ".join(page.texts)
    assert text.count(HOSTILE) >= 4, "the flow, the fault twice, the path"
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert "img" not in dict(page.tags)
    assert "Twin of Genesys Cloud" in page.texts, "the title is its own"
    assert "TL202" in text
    assert "502" in page.texts


def _hostile(url: str, token: str, flow: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Name": HOSTILE}
    launch = json.dumps({"flowId": flow, "name": HOSTILE}).encode()
    faulty = json.dumps({"flowId": flow, HOSTILE: HOSTILE}).encode()
    path = "/api/v2/" + urllib.parse.quote(HOSTILE, safe="")
    for method, where, body in (
        ("POST", "/api/v2/flows/executions", launch),
        ("POST", "/api/v2/flows/executions", faulty),
        ("GET", "/api/v2/flows", None),
        ("GET", path, None),
    ):
        try:
            urllib.request.urlopen(urllib.request.Request(url + where, body, headers, method=method), timeout=10).close()
        except urllib.error.HTTPError as refused:
            refused.close()
