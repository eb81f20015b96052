"""The flows of the twin's org: what each takes, and how it looks on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tieline.contract.inputs import ARCH_INTEGER, qualified, unknown_types
from tieline.contract.words import LAUNCHABLE_TYPES
from tieline.twin.seed import SeedFlow, validator
from tieline.twin.times import iso

_TEXT = ["string", "null"]
PLAIN = {
    **dict.fromkeys(("Date", "DateTime", "Duration", "Time"), _TEXT),
    **{name: ["number", *_TEXT] for name in ("Currency", "Decimal")},
    "Boolean": ["boolean", "null"],
}
"""The JSON types that suit an Architect type whose definition was never seen; JSON takes anything."""
AUTHOR = {"id": "2f1a5c1e-0000-4000-8000-000000000002", "selfUri": "/api/v2/users/2f1a5c1e-0000-4000-8000-000000000002"}
DIVISION = {
    "id": "2f1a5c1e-0000-4000-8000-000000000003",
    "name": "Home",
    "selfUri": "/api/v2/authorization/divisions/2f1a5c1e-0000-4000-8000-000000000003",
}


def division(id: str | None) -> dict[str, Any]:
    """Give a division as entities refer to it; None is the one every org has."""
    if id is None or id == DIVISION["id"]:
        return DIVISION
    return {"id": id, "name": "", "selfUri": f"/api/v2/authorization/divisions/{id}"}


class TwinFlow:
    """One flow, its versions and its compiled input schema; `made` is when its versions were (milliseconds)."""

    def __init__(self, seed: SeedFlow, made: int, *, plain: bool = False) -> None:
        """Take the seed's flow; `plain` holds inputs of types with no known definition to the JSON type that suits."""
        self.seed = seed
        self.id = seed.flow_id
        self.name = seed.name
        self.type = seed.type
        self.published = seed.published
        self.deleted = seed.deleted
        self.launchable = seed.type in LAUNCHABLE_TYPES
        self.made = made
        self.input_schema = seed.in_schema()
        self.output_schema = seed.out_schema()
        self.inputs = frozenset(self.input_schema.get("properties", {}))
        self.open = self.input_schema.get("additionalProperties", True) is not False
        self.takes: Callable[[Any], bool] = validator(_plain(self.input_schema) if plain else self.input_schema).is_valid
        self.versions = tuple(f"{number}.0" for number in range(1, seed.versions + 1))
        self.division_id: str = seed.division or DIVISION["id"]
        self.integers = frozenset(qualified(one.name) for one in seed.output_variables if one.type == ARCH_INTEGER.name)
        self.outputs = self.written(seed.outputs)

    def version(self, asked: str | None) -> str | None:
        """Find a saved version by id; None or empty asks for the newest. "2" means "2.0" (observed, forum thread 20500). None when
        there is no such version.
        """
        if not asked:
            return self.versions[-1]
        return next((version for version in self.versions if asked in {version, version.removesuffix(".0")}), None)

    def written(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Give outputs as the cloud writes them: under full names, integers as text (recorded)."""
        named = {qualified(name): value for name, value in outputs.items()}
        return {name: _as_text(value) if name in self.integers else value for name, value in named.items()}

    def version_ref(self, version: str) -> dict[str, Any]:
        """Give the small reference to a version that a launch answers with."""
        return {"id": version, "name": version, "selfUri": f"/api/v2/flows/{self.id}/versions/{version}"}

    def version_entity(self, version: str, *, schemas: bool = True) -> dict[str, Any]:
        """Give one version in full, in the recorded form: dates are epoch milliseconds, but `datePublished` is ISO."""
        entity: dict[str, Any] = {
            "id": version,
            "name": version,
            "commitVersion": version,
            "configurationVersion": version,
            "secure": False,
            "debug": False,
            "createdBy": AUTHOR,
            "configurationUri": f"/api/v2/flows/{self.id}/versions/{version}/configuration",
            "dateCreated": self.made,
            "dateCheckedIn": self.made,
            "dateSaved": self.made,
        }
        if schemas:
            entity |= {"inputSchema": self.input_schema, "outputSchema": self.output_schema}
        if self.published:
            entity |= {"generationId": f"{self.type}_VERSION_PUBLISHED", "datePublished": iso(self.made)}
        return entity | {
            "supportedLanguages": [{"language": "en-us", "isDefault": True}],
            "selfUri": f"/api/v2/flows/{self.id}/versions/{version}",
        }

    def entity(self, *, schemas: bool) -> dict[str, Any]:
        """Give the flow as GET /flows and GET /flows/{id} do; a listing has the schemas only when asked (`includeSchemas`), and
        then on the flow, not on its versions.
        """
        newest = self.version_entity(self.versions[-1], schemas=False)
        entity: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "division": division(self.division_id),
            "type": self.type,
            "active": True,
            "system": False,
            "deleted": self.deleted,
            "savedVersion": newest,
            "checkedInVersion": newest,
        }
        if self.seed.description is not None:
            entity["description"] = self.seed.description
        if self.published:
            entity |= {"publishedVersion": newest, "publishedBy": AUTHOR}
        if schemas:
            entity |= {"inputSchema": self.input_schema, "outputSchema": self.output_schema}
        return entity | {"selfUri": f"/api/v2/flows/{self.id}"}

    def view(self, *, schemas: bool) -> dict[str, Any]:
        """Give the flow as GET /flows/divisionviews does."""
        view: dict[str, Any] = {"id": self.id, "name": self.name, "division": division(self.division_id), "type": self.type}
        if self.seed.description is not None:
            view["description"] = self.seed.description
        if schemas:
            view |= {"inputSchema": self.input_schema, "outputSchema": self.output_schema}
        if self.published:
            view["publishedVersion"] = self.version_entity(self.versions[-1], schemas=False)
        return view | {
            "supportedLanguages": [{"language": "en-us", "isDefault": True}],
            "selfUri": f"/api/v2/flows/divisionviews/{self.id}",
        }

    def configuration(self, version: str) -> dict[str, Any]:
        """Give what a version consists of. Its form is published nowhere: names, type and variables stand here, no actions."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "version": version,
            "defaultLanguage": "en-us",
            "inputSchema": self.input_schema,
            "outputSchema": self.output_schema,
        }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a schema that holds inputs of types with no known definition to the JSON type that suits: a guess, for who wants it."""
    told = dict(schema.get("properties", {}))
    for name, kind in unknown_types(schema).items():
        if kind in PLAIN:
            one = {"type": PLAIN[kind]}
            told[name] = {**told[name], "items": one} if "items" in told[name] else {**told[name], **one}
    return {**schema, "properties": told}


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
