"""Writes the request as it should be: only what is known to be wrong is changed; secrets are left out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tieline.contract.inputs import PREFIX
from tieline.contract.operation import Operation
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.contract.regions import REGIONS
from tieline.diagnosis.address import Address
from tieline.diagnosis.finding import Diagnosed, Mended, Rule
from tieline.diagnosis.form import JSON_TYPE, Body
from tieline.domain.json import Json
from tieline.preflight.fields import OFFICIAL, meant

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REGION = REGIONS["us-east-1"]


def mend(address: Address, body: Body, found: Sequence[Diagnosed]) -> Mended | None:
    """Write the mended request; None when there is nothing to mend, or it cannot be told what was meant."""
    operation = address.meant
    if not found or operation not in (LAUNCH, TOKEN) or all(one.rule in _NOT_MENDED for one in found):
        return None
    if operation is TOKEN:
        return Mended(curl=_curl_token(_host(address, found, "login", TOKEN)))
    value = mended_body(body.value, found, address.path)
    return Mended(curl=_curl_launch(_host(address, found, "api", LAUNCH), value), body=value)


_NOT_MENDED = frozenset(
    {Rule.PERMISSION, Rule.SCOPE, Rule.RATE_LIMIT, Rule.TRANSIENT, Rule.OTHER, Rule.REGION, Rule.FLOW_UNPUBLISHED}
)


def _host(address: Address, found: Sequence[Diagnosed], kind: str, operation: Operation) -> str:
    """Give the base address: the host that was used when it is right, the nearest one when not, a sample when none is known."""
    for one in found:
        if one.rule is Rule.HOST:
            near = one.finding.suggestion or f"{kind}.{_REGION.domain}"
            return near if near.startswith("http") else f"https://{near}"
    if address.host and operation is address.meant:
        scheme = "http" if address.host.startswith(("localhost", "127.")) else "https"
        return f"{scheme}://{address.host}" if re.fullmatch(r"[\w.:\[\]-]+", address.host) else address.host
    return f"https://{kind}.{_REGION.domain}"


def _curl_token(base: str) -> str:
    return f"curl -X POST {base}{TOKEN.path} \\\n  -u '<client_id>:<client_secret>' \\\n  -d grant_type=client_credentials"


def _curl_launch(base: str, value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False).replace("'", "'\\''")
    return (
        f"curl -X POST {base}{LAUNCH.path} \\\n  -H 'Authorization: Bearer <token>' \\\n"
        f"  -H 'Content-Type: {JSON_TYPE}' \\\n  -d '{text}'"
    )


def mended_body(value: Json, found: Sequence[Diagnosed], path: str = "") -> dict[str, Json]:
    """Give the launch request that was meant: fields by their right names, inputs unfolded and prefixed.

    `path` is the address it went to, which may hold the flow's id where none of the body does.
    """
    made: dict[str, Json] = {}
    inputs: dict[str, Json] = {}
    for name, item in _launch_in(value).items():
        field = name if name in OFFICIAL.fields else meant(name, OFFICIAL)
        if field == "inputData":
            inputs.update(_inputs(item))
        elif name.startswith(PREFIX):
            inputs[name] = item
        elif field is not None and field not in made:
            made[field] = _as_text(item)
    made["flowId"] = made.get("flowId") or _id_in(path) or "<flow id>"
    for one in found:
        if one.finding.at == "/flowId" and one.rule is Rule.FLOW_ID_FORMAT:
            made["flowId"] = one.finding.suggestion or "<flow id>"
    ordered: dict[str, Json] = {name: made[name] for name in ("flowId", "flowVersion", "name") if made.get(name) is not None}
    renamed = {
        _last(one.finding.at): one.finding.suggestion for one in found if one.rule is Rule.INPUT_NAME and one.finding.suggestion
    }
    for one in found:
        if one.finding.code == "TL620":  # the run needed it
            inputs.setdefault(_last(one.finding.at), "<value>")
    if inputs:
        ordered["inputData"] = {renamed.get(name) or _full(name): item for name, item in inputs.items()}
    return ordered


def _launch_in(value: Json) -> dict[str, Json]:
    """Find the launch in a body: the only item of a list, or an object that somebody wrapped the fields in."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    given = value if isinstance(value, dict) else {}
    if any(_is_id(name) and not isinstance(item, dict) for name, item in given.items()):
        return given
    for name, item in given.items():
        if isinstance(item, dict) and any(_is_id(inner) for inner in item):
            rest = {key: other for key, other in given.items() if key != name}
            if "flow" in name.casefold() and "id" in item:  # {"flow": {"id": "...", "name": "..."}}
                return {"flowId": item["id"], **rest}
            return {**rest, **item}
    return given


def _is_id(name: str) -> bool:
    return meant(name, OFFICIAL) == "flowId"


def _id_in(path: str) -> str | None:
    found = _ID.search(path)
    return found[0] if found else None


def _last(at: str) -> str:
    return at.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _as_text(item: Json) -> Json:
    if isinstance(item, bool) or item is None or isinstance(item, dict | list):
        return None
    return item if isinstance(item, str) else str(item)


def _full(name: str) -> str:
    if name.startswith(PREFIX):
        return name
    return PREFIX + (name[len(PREFIX) :] if name.casefold().startswith(PREFIX.casefold()) else name)


def _inputs(item: Json) -> dict[str, Json]:
    """Give the inputs that stand in a value: as an object, as its JSON, nested in `Flow`, or as a list of names and values."""
    if isinstance(item, str) and item.lstrip().startswith("{"):
        try:
            item = json.loads(item)
        except (ValueError, RecursionError):
            return {}
    if isinstance(item, list):
        named = [(one.get("name", one.get("key")), one.get("value")) for one in item if isinstance(one, dict)]
        return {name: value for name, value in named if isinstance(name, str)}
    if not isinstance(item, dict):
        return {}
    inner = [(key, value) for key, value in item.items() if key.rstrip(".").casefold() == "flow" and isinstance(value, dict)]
    flat = {key: value for key, value in item.items() if (key, value) not in inner}
    for _, value in inner:
        flat.update(value)
    return flat
