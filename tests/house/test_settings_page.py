"""The page of the settings is printed from the schema, and what the schema says of defaults and examples is true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml

from tieline.config.check import FORMATS
from tieline.config.load import load_text
from tieline.config.page import page
from tieline.config.schema import SCHEMA
from tieline.config.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "print it again: make docs"


def settings_in(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, one in schema.get("properties", {}).items():
        yield f"{path}{name}", one
        more = one.get("additionalProperties")
        yield from settings_in(one.get("items") or (more if isinstance(more, dict) else one), f"{path}{name}.")


SETTINGS = dict(settings_in(SCHEMA))


@pytest.mark.parametrize("path", SETTINGS)
def test_a_setting_says_what_it_is_in_a_sentence(path: str) -> None:
    says = SETTINGS[path]["description"]
    assert says[0].isupper() or says.split()[0].rstrip(":").islower() or says[0].isdigit()
    assert says.endswith(".")


@pytest.mark.parametrize("path", [path for path, one in SETTINGS.items() if "default" in one or "examples" in one])
def test_defaults_and_examples_are_allowed(path: str) -> None:
    one = SETTINGS[path]
    validator = jsonschema_rs.Draft7Validator({"$schema": SCHEMA["$schema"], **one}, formats=FORMATS, validate_formats=True)
    for value in (*one.get("examples", ()), *([one["default"]] if "default" in one else ())):
        assert validator.is_valid(value), value


PLAIN = """\
environments:
  dev:
    region: eu-central-1
    client_id: abc
    client_secret: { env: SECRET }
    flows: [{ id: 9863b810-8682-4e57-bea3-8a3e244c48a0, name: A }]
sources:
  shop: { scheme: hmac, header: X-Signature, secrets: [{ env: SECRET }] }
routes:
  - { route: a, flow: A }
"""


def filled(schema: dict[str, Any], given: Any) -> Any:
    """Write every default into settings where nothing stands."""
    if schema.get("type") == "array":
        return [filled(schema["items"], one) for one in given]
    if schema.get("type") != "object":
        return given
    if isinstance(more := schema.get("additionalProperties"), dict):
        return {name: filled(more, one) for name, one in given.items()}
    made = dict(given)
    for name, one in schema.get("properties", {}).items():
        if "default" in one:
            made.setdefault(name, one["default"])
            continue
        whole = one.get("type") == "object" and "oneOf" not in one and not one.get("required")
        if (name in made or whole) and (value := filled(one, made.get(name, {}))) != {}:
            made[name] = value
    return made


def comparable(settings: Settings | None) -> Any:
    assert settings is not None
    return msgspec.structs.replace(settings, router=None)


def test_the_defaults_of_the_page_are_those_of_the_code() -> None:
    plain, wrong = load_text(PLAIN, "plain", None)
    whole = filled(SCHEMA, yaml.safe_load(PLAIN))
    assert whole["limits"]["drain"] == "10s"
    assert whole["environments"]["dev"]["pace"]["limit"] == 300
    told, also_wrong = load_text(yaml.safe_dump(whole), "told", None)
    assert (wrong, also_wrong) == ((), ())
    assert comparable(plain) == comparable(told)


def test_a_default_that_is_not_the_codes_would_be_seen() -> None:
    plain, _ = load_text(PLAIN, "plain", None)
    whole = filled(SCHEMA, yaml.safe_load(PLAIN))
    whole["retry"]["max_attempts"] += 1
    told, _ = load_text(yaml.safe_dump(whole), "told", None)
    assert comparable(plain) != comparable(told)
