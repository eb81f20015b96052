"""Checks the parts of a mistaken file that are right in shape, so that one mistake does not hide another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tieline.config.build import Builder, route_options
from tieline.config.document import Document, Mistake
from tieline.domain.finding import pointer
from tieline.routing.options import RouteOptions

_WHOLE = ("http", "grpc", "auth", "limits", "queue", "retry", "default_environment")
"""Parts of the file that are taken whole or not at all; of the others each entry is."""


def mistakes_beside(
    document: Document, mistakes: Sequence[Mistake], environ: Mapping[str, str] | None, base: Path
) -> tuple[Mistake, ...]:
    """Give the mistakes of sense in the parts of the file where no mistake of shape was found. Arguments as for `Builder`."""
    shape = _Shape(mistake.at for mistake in mistakes)
    values = {name: value for name, value in document.value.items() if name not in _WHOLE or shape.sound(f"/{name}")}
    for name in ("environments", "sources"):
        values[name] = value if isinstance(value := values.get(name), dict) else {}
    values["routes"] = routes if isinstance(routes := values.get("routes"), list) else []
    builder = _PartBuilder(msgspec.structs.replace(document, value=values), environ, base)
    builder.check(shape)
    return builder.mistakes()


class _Shape:
    """Tells where the mistakes of shape are."""

    def __init__(self, found: Any) -> None:
        self._found = tuple(at.removesuffix("#key") for at in found)

    def sound(self, at: str) -> bool:
        """Tell whether nothing is wrong at a pointer and beneath it, and what it stands in is no mistake as a whole."""
        return not any(one == at or one.startswith(at + "/") for one in self._found)


class _PartBuilder(Builder):
    """Builds what can be built, for the mistakes alone."""

    def check(self, shape: _Shape) -> None:
        """Go through the parts that are sound in shape."""
        names = tuple(self._values["environments"])
        self._default(names)
        if shape.sound("/auth"):
            self._door("http", "127.0.0.1:0")
            self._door("grpc", "127.0.0.1:0")
        self._check_store(self._values.get("queue", {}))
        for kind, build in (("environments", self._environment), ("sources", self._source)):
            for name, given in self._values[kind].items():
                at = f"/{kind}{pointer(name)}"
                if shape.sound(at):
                    build(name, given)
                elif isinstance(given, dict):
                    self._look_up(shape, at, given)
        routes = self._values["routes"]
        sound = [shape.sound(f"/routes/{index}") for index in range(len(routes))]
        for index, route in enumerate(routes):
            if sound[index]:
                self._check_route(index, route, names)
        if any(sound):
            # What stands for a route that cannot be read takes no event, so that it hides none from those after it.
            blanks = [RouteOptions(name=f"#{index}", flow="", sources=("",)) for index in range(len(routes))]
            self._compiled([route_options(routes[index]) if sound[index] else blank for index, blank in enumerate(blanks)])

    def _look_up(self, shape: _Shape, at: str, given: Mapping[str, Any]) -> None:
        """Look for the secrets of a part that is mistaken elsewhere."""
        listed = given.get("secrets")
        named = {f"{at}/client_secret": given.get("client_secret")}
        named |= {f"{at}/secrets/{index}": one for index, one in enumerate(listed if isinstance(listed, list) else ())}
        for place, secret in named.items():
            if isinstance(secret, dict) and shape.sound(place):
                self._secrets.get(place, secret)
