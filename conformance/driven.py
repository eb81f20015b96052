"""Holds what a tour made the twin do against what is written down: `driven.py CLIENT TWIN_URL [--write]`.

`driven.json` says which answers each operation gave, the same to every official client, and the version of each client that was
walked. A tour that no longer reaches an operation, or gets another answer, is found out here; docs/reference/twin.md is written
from the same file.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILE = HERE / "driven.json"
Answers = dict[str, list[str]]


def versions() -> dict[str, str]:
    """Give the version of each official client that is walked with, from the lists that pin them."""
    python = re.search(
        r"^purecloudplatformclientv2==(\S+)", (HERE.parent / "requirements/dev.txt").read_text("utf-8"), re.MULTILINE
    )
    go = re.search(r"platform-client-sdk-go/v\d+ v(\S+)", (HERE / "go/go.mod").read_text("utf-8"))
    javascript = json.loads((HERE / "javascript/package.json").read_text("utf-8"))["dependencies"]
    assert python is not None
    assert go is not None
    return {"python": python[1], "javascript": javascript["purecloud-platform-client-v2"], "go": go[1]}


def answers(journal: Mapping[str, Any]) -> Answers:
    """Give the different answers of each operation, from a twin's journal."""
    if journal.get("dropped"):
        raise SystemExit("the journal dropped exchanges; it does not hold the whole tour")
    found: dict[str, set[str]] = {}
    for line in journal["exchanges"]:
        if "operation" in line:
            found.setdefault(line["operation"], set()).add(f"{line['status']} {line.get('code', '')}".strip())
    return {operation: sorted(found[operation]) for operation in sorted(found)}


def differences(record: Mapping[str, Any], client: str, driven: Answers) -> list[str]:
    """Say where a tour departs from the record: another version of the client, an answer that came or did not come."""
    pinned, walked = versions()[client], record["clients"].get(client)
    said = [] if walked == pinned else [f"{client} {pinned} is pinned, {walked} is written down"]
    written: Answers = record["operations"]
    for operation in sorted(written.keys() | driven.keys()):
        before, now = set(written.get(operation, ())), set(driven.get(operation, ()))
        said += [f"{operation} no longer answered `{one}`" for one in sorted(before - now)]
        said += [f"{operation} answered `{one}`, which is not in {FILE.name}" for one in sorted(now - before)]
    return said


def main(client: str, url: str, write: str = "") -> int:
    """Hold one client's tour against the record, or write it down; gives the exit status."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/_twin/journal", timeout=10) as answer:
        driven = answers(json.load(answer))
    record: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"clients": {}, "operations": driven}
    if write:
        record["clients"][client] = versions()[client]
        made = {"clients": dict(sorted(record["clients"].items())), "operations": driven}
        FILE.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
        return 0
    said = differences(record, client, driven)
    for line in said:
        sys.stdout.write(f"   {line}\n")
    if said:
        sys.stdout.write("   if that is meant: conformance/run.sh TIELINE PYTHON --write\n")
    else:
        sys.stdout.write(f"   {len(driven)} operations, {sum(map(len, driven.values()))} different answers, as written down\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
