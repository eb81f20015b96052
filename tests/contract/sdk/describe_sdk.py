"""Prints what the official Python SDK says of the contract, as JSON; run in a process of its own because importing the SDK
takes seconds and hundreds of megabytes and starts a thread.
"""

from __future__ import annotations

import inspect
import json
import re
import sys

import PureCloudPlatformClientV2 as Sdk


def model(name: str) -> dict[str, object]:
    kind = getattr(Sdk, name)
    made = kind()
    names = made.attribute_map
    enums = {}
    for attribute, wire in names.items():
        setter = inspect.getsource(getattr(kind, attribute).fset)
        if found := re.search(r"allowed_values = (\[.*?\])", setter):
            enums[wire] = json.loads(found[1])
    return {"types": {names[attribute]: kind for attribute, kind in made.swagger_types.items()}, "enums": enums}


def operation(api: str, method: str) -> dict[str, object]:
    code = getattr(getattr(Sdk, api), method)
    source = inspect.getsource(code)
    path = re.search(r"resource_path = '([^']+)'\.replace", source)
    verb = re.search(r"call_api\(resource_path, '([A-Z]+)'", source)
    assert path is not None
    assert verb is not None
    required = [name for name, each in inspect.signature(code).parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    return {
        "path": path[1],
        "method": verb[1],
        "required": [name for name in required if name != "self"],
        "query": re.findall(r"query_params\['([^']+)'\]", source),
    }


def main() -> None:
    asked = json.load(sys.stdin)
    json.dump(
        {
            "models": {name: model(name) for name in asked["models"]},
            "operations": {method: operation(api, method) for api, method in asked["operations"]},
            "regions": {each.name: each.get_api_host() for each in Sdk.PureCloudRegionHosts},
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
