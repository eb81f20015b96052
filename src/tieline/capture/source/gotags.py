"""Reads a Go struct tag exactly as `reflect.StructTag` and `encoding/json` do."""

from __future__ import annotations

import re

from tieline.capture.source.ir import Member, Spot, TypeRef
from tieline.capture.source.tree import unescape

_ODD = "!#$%&()*+-./:;<=>?@[]^_{|}~ "
Facts = dict[str, str]
_MEANT = {"flowid": "flowId", "inputdata": "inputData", "flowversion": "flowVersion"}
"""Names of a launch request that nobody gives a field that is not meant to be sent."""


def read_tag(field: str, ref: TypeRef, spot: Spot, tag: str | None) -> Member:
    """Say under which name a field is sent, if at all, and what is notable about it."""
    exported = field[:1].isupper()
    found = look_up(tag, "json") if tag is not None else None
    name, options = _split(found)
    if not exported:
        meant = _MEANT.get(field.replace("_", "").casefold()) if tag is None else None
        facts = {"field": field, "tag": name or meant or field}
        notes: tuple[tuple[str, Facts], ...] = (("unexported", facts),) if meant or (found and name != "-") else ()
        return Member(field, ref, spot, {"": None}, {"": notes})
    if found == "-":
        return Member(field, ref, spot, {"": None})
    sent = name if name and _valid(name) else field
    member = Member(field, ref, spot, {"": sent}, {"": _notes(field, sent, tag, found, options)})
    member.omit = "empty" if "omitempty" in options else ""
    if "omitzero" in options and not member.omit:
        member.omit = "empty"
    member.quoted = "string" in options
    return member


def look_up(tag: str, key: str) -> str | None:
    """Find a key's value in a tag, as `reflect.StructTag.Lookup` does; None when it does not see the key."""
    rest = tag
    while rest := rest.lstrip(" "):
        name = re.match(r'[^\x00-\x20:"\x7f]+', rest)
        if name is None or rest[name.end() : name.end() + 2] != ':"':
            return None
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"', rest[name.end() + 1 :], re.DOTALL)
        if quoted is None:
            return None
        if name[0] == key:
            return unescape(quoted[1])
        rest = rest[name.end() + 1 + quoted.end() :]
    return None


def _split(found: str | None) -> tuple[str, list[str]]:
    name, *options = (found or "").split(",")
    return name, options


def _valid(name: str) -> bool:
    return all(char.isalnum() or char in _ODD for char in name)


def _notes(field: str, sent: str, tag: str | None, found: str | None, options: list[str]) -> tuple[tuple[str, Facts], ...]:
    if found is None and tag is not None and tag.strip():
        return (("tag-malformed", {"field": field, "sent": sent, "tag": tag, "why": _why(tag)}),)
    if sent == field and found is not None and (name := found.split(",")[0]) and name != field:
        return (("tag-malformed", {"field": field, "sent": sent, "tag": tag or "", "why": f"`{name}` is no valid name"}),)
    if sent == field and (found is None or not found.split(",")[0]):
        return (("untagged", {"field": field, "sent": sent}),)
    if sent == "flowId" and ("omitempty" in options or "omitzero" in options):
        return (("omitempty-required", {"field": field, "sent": sent}),)
    return ()


def _why(tag: str) -> str:
    if re.search(r"\bjson\s*:\s+\"|\bjson\s+:", tag):
        return "there is a space beside the colon"
    if re.search(r"\bjson\s*:\s*[^\"\s]", tag):
        return "the name is not in double quotes"
    if re.search(r"\bjson:\"", tag):
        return "the quote is not closed" if tag.count('"') % 2 else "what stands before `json` is no valid tag"
    if re.search(r"\bjson\s*=|\bJSON|\bJson", tag):
        return "the key must be `json`, followed by a colon"
    if re.fullmatch(r"[\w.-]+", tag.strip()):
        return "the key `json` is missing"
    return "it has no `json` key"
