"""Goes through the calls of a program, and makes of each that launches a flow what it would send."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from tieline.capture.source.calls import SourceCall, SourceNote
from tieline.capture.source.engine import Engine
from tieline.capture.source.evaluator import Frame, Given
from tieline.capture.source.ir import Expr, Module, Scope, Spot, callee, dotted, expressions
from tieline.capture.source.language import Language, Remark
from tieline.capture.source.project import Project, roots
from tieline.capture.source.requests import launches, request_of
from tieline.capture.source.value import Encoded, Val, encode, known_text, plain, shown, url_of
from tieline.domain.exchange import CapturedRequest, Exchange, Place

_FLOW_ID = re.compile(r"^(genesys|architect|work)?flow[_-]?(id|uuid|guid)$", re.IGNORECASE)
_LAUNCHING = re.compile(r"flow.*(execut|launch|start|trigger|run)|(execut|launch|start|trigger|run)\w*flow", re.IGNORECASE)
_SENDS = re.compile(r"post|request|send|call|exec|fetch|invoke|launch|do$|api|put|patch|http|start|trigger|submit", re.IGNORECASE)
_SERVES = re.compile(
    r"handle|route|mux|stub|mock|match|expect|assert|verify|equal|log|print|respond|nock|register|given|error|warn", re.IGNORECASE
)
_MAKES = re.compile(r"req|post|build|fetch|call|http|send|exec|launch|start|trigger|flow|\bR$", re.IGNORECASE)
"""What a call is named that makes a request; every other call is not worth a look."""
_A_LOOK = 600
"""How many steps it may take to see that a call makes a launch."""
_TEST = re.compile(r"(_test\.go|\.(test|spec)\.\w+|(^|/)test_\w+\.py|_test\.py|Tests?\.(java|cs)|IT\.java)$")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_MOST_CALLERS = 12
_DEEPEST = 3


class _Hit(msgspec.Struct, frozen=True, kw_only=True):
    request: Val
    scope: Scope
    expr: Expr
    caller: Expr | None = None


_Step = Callable[[Expr, Scope], list[_Hit]]


class Search:
    """Searches one language's files."""

    def __init__(self, project: Project, language: Language) -> None:
        """Take the files and the language."""
        self.project = project
        self.language = language
        self.engine = Engine(project, language)
        self._used: set[Spot] = set()
        self._calls: dict[str, SourceCall] = {}

    def run(self, files: list[str], told: Callable[[int], None]) -> list[SourceCall]:
        """Search the files, those that are no tests first."""
        modules = self._reached(sorted(files, key=lambda file: (_TEST.search(file) is not None, file)))
        for count, module in enumerate(modules):
            self._module(self._sent, module)
            told(count)
        for step in (self._made_here, self._handed, self._written):
            for module in modules:
                self._module(step, module)
        return list(self._calls.values())

    def _module(self, step: _Step, module: Module) -> None:
        if self.engine.spent:
            self.project.unread.add(module.file)
            return
        for scope in (module.top, *module.scopes):
            self._scope(step, scope)

    def _reached(self, files: list[str]) -> list[Module]:
        modules = [self.project.module(file) for file in files]
        seen = {module.file for module in modules}
        for module in list(modules):
            for other in self.project.beside(module):
                if other.file not in seen:
                    seen.add(other.file)
                    modules.append(other)
        return modules

    def _scope(self, step: _Step, scope: Scope) -> None:
        for expr in expressions(roots(scope)):
            if expr.op in {"call", "new"} and expr.spot not in self._used:
                self.engine.refill()
                for hit in step(expr, scope):
                    self._take(hit)

    # requests that are sent in sight

    def _sent(self, expr: Expr, scope: Scope) -> list[_Hit]:
        frame = Frame(scope)
        request = self.language.sink(self.engine, expr, frame)
        if request is None:
            return []
        own = [_Hit(request=request, scope=scope, expr=expr)] if launches(request) else []
        hits = self._called(scope, expr, scope, {}, 1) if frame.touched and scope.name else []
        if own and len(hits) == 1:
            return [msgspec.structs.replace(hits[0], caller=None)]
        return hits or own

    def _called(self, scope: Scope, sink: Expr, home: Scope, given: Given, deep: int) -> list[_Hit]:
        """Follow a function to those that call it, with what they hand over."""
        calls = self.project.calls_of(scope)
        calls = [call for call in calls if not _in_test(call[0])] or calls
        hits: list[_Hit] = []
        for other, call in calls[:_MOST_CALLERS]:
            outer = Frame(other)
            bound = given | self.engine.given(scope, call, outer)
            further = self._further(scope, sink, home, call, other) if outer.touched and deep < _DEEPEST else []
            here = further or self._bound(sink, home, bound, call)
            self._used |= {call.spot} if here else set()
            hits += here
        return hits

    def _further(self, scope: Scope, sink: Expr, home: Scope, call: Expr, other: Scope) -> list[_Hit]:
        hits: list[_Hit] = []
        calls = self.project.calls_of(other) if other.name else []
        for last, outermost in [found for found in calls if not _in_test(found[0])][:_MOST_CALLERS]:
            outer = self.engine.given(other, outermost, Frame(last))
            hits += self._bound(sink, home, self.engine.given(scope, call, Frame(other, outer)), outermost)
        return hits

    def _bound(self, sink: Expr, home: Scope, given: Given, caller: Expr) -> list[_Hit]:
        request = self.language.sink(self.engine, sink, Frame(home, given))
        if request is None or not launches(request):
            return []
        return [_Hit(request=request, scope=home, expr=sink, caller=caller)]

    # requests that are made here and sent out of sight

    def _made_here(self, expr: Expr, scope: Scope) -> list[_Hit]:
        if not _MAKES.search(callee(expr)[1] or expr.name):
            return []
        self.engine.refill(_A_LOOK)
        value = self.engine.value(expr, Frame(scope))
        if value.tag != "request" or not launches(value) or value.spot in self._used:
            return []
        kept = next((a.target.name for a in scope.assigns if a.value is expr and a.target.op == "name"), None)
        later = self.engine.lookup(kept, 1 << 60, Frame(scope)) if kept is not None else None
        return [_Hit(request=later if later is not None and later.tag == "request" else value, scope=scope, expr=expr)]

    # requests handed to something out of sight

    def _handed(self, expr: Expr, scope: Scope) -> list[_Hit]:
        name = callee(expr)[1] or expr.name
        if not _SENDS.search(name) or _SERVES.search(dotted(expr.base) or name):
            return []
        values = [self.engine.value(arg, Frame(scope)) for arg in (*expr.args, *expr.kw.values())]
        for index, value in enumerate(values):
            if value.form == "text" and launches(request_of(expr.spot, url=value)):
                hit = self._by_shape(expr, scope, value, values[index + 1 :], values)
                return [hit] if hit is not None else []
        return []

    def _by_shape(self, expr: Expr, scope: Scope, url: Val, after: list[Val], every: list[Val]) -> _Hit | None:
        body = next((value for value in after if value.form in {"object", "shape", "json"} or _json_text(value)), None)
        if body is None:
            return None
        words = [word.upper() for value in every if (word := known_text(value)) and word.upper() in _METHODS]
        name = (callee(expr)[1] or expr.name).casefold()
        method = words[0] if words else "POST" if "post" in name else None
        request = request_of(expr.spot, method=plain(method) if method else None, url=url, body=body, fits=False)
        return _Hit(request=request, scope=scope, expr=expr)

    # JSON that is written and whose way is out of sight

    def _written(self, expr: Expr, scope: Scope) -> list[_Hit]:
        name = callee(expr)[1] or expr.name
        if name not in self.language.encoders:
            return []
        value = self.engine.value(expr, Frame(scope))
        body = value if value.form == "json" else None
        if body is None or body.inner is None or body.spot in self._used:
            return []
        shape = body.inner.shape.name if body.inner.shape is not None else ""
        if _holds_flow_id(body) and any(_LAUNCHING.search(word) for word in (scope.name, shape, scope.owner, expr.src)):
            return [_Hit(request=request_of(expr.spot, body=body, fits=False), scope=scope, expr=expr)]
        return []

    # what is found

    def _take(self, hit: _Hit) -> None:
        request, body = hit.request, hit.request.slot("body")
        at = hit.caller.spot if hit.caller is not None else request.spot if request.spot[1] else hit.expr.spot
        id = f"{at[0]}:{at[1]}"
        if id in self._calls:
            return
        self._used |= {request.spot, hit.expr.spot} | ({body.spot} if body is not None else set())
        self._calls[id] = self._made(hit, at)

    def _made(self, hit: _Hit, at: Spot) -> SourceCall:
        request = hit.request
        body = request.slot("body")
        encoded = _encoded(body)
        module = hit.scope.module
        language = self._language(module)
        headers = request.slot("headers")
        method, url = request.slot("method"), request.slot("url")
        captured = CapturedRequest(
            method=known_text(method),
            url=url_of(url) if url is not None else None,
            headers=_headers(headers) if not request.open or (headers is not None and headers.slots) else None,
            whole=self._whole(hit, headers),
            body=encoded.text if encoded is not None else "" if body is None and not request.open else None,
        )
        exchange = Exchange(id=f"{at[0]}:{at[1]}", form=language, request=captured, place=Place(file=at[0], line=at[1]))
        places = {
            pointer: spot[1:] for pointer, spot in (encoded.places if encoded else {}).items() if spot[0] == at[0] and spot[1]
        }
        return SourceCall(language=language, exchange=exchange, places=places, notes=self._notes(hit, at, encoded))

    def _whole(self, hit: _Hit, headers: Val | None) -> bool:
        """Tell whether all headers are seen: the client adds none, or at least not the one that clients add."""
        if hit.request.open or headers is None or headers.open:
            return False
        if any(key.casefold() == "authorization" for key in headers.slots):
            return True
        self.engine.refill()
        return self.language.bare(self.engine, hit.expr, Frame(hit.scope), hit.request)

    def _notes(self, hit: _Hit, at: Spot, encoded: Encoded | None) -> tuple[SourceNote, ...]:
        notes = [_elsewhere(note, spot, at) for spot, note in (encoded.notes if encoded is not None else ())]
        module = hit.scope.module
        if module is not None:
            seen = set()
            for kind, where, facts in self._remarks(module, hit):
                if kind in seen:
                    continue
                seen.add(kind)
                spot = where.spot if where is not None else hit.expr.spot
                note = SourceNote(kind=kind, at="raw", line=spot[1], column=spot[2], facts=facts)
                notes.append(_elsewhere(note, spot, at))
        return tuple(notes)

    def _remarks(self, module: Module, hit: _Hit) -> list[Remark]:
        beside = (
            [other for other in self.project.beside(module) if not _TEST.search(other.file)] if module.language == "go" else []
        )
        modules = [module, *beside]
        return [remark for other in modules for remark in self.language.remarks(other, hit.scope, hit.expr, hit.request)]

    def _language(self, module: Module | None) -> str:
        return module.language if module is not None else self.language.name


def _elsewhere(note: SourceNote, spot: Spot, at: Spot) -> SourceNote:
    if spot[0] == at[0]:
        return note
    return msgspec.structs.replace(note, facts={**note.facts, "file": spot[0]})


def _encoded(body: Val | None) -> Encoded | None:
    if body is None or not _told(body):
        return None
    if body.form == "scalar" and body.scalar is None:
        return Encoded(text="")
    if body.form == "thing" and (inner := body.slot("text")) is not None:
        return encode(inner)
    return encode(body, body.dialect) if body.form in {"object", "shape", "json", "text", "array", "scalar"} else None


def _told(body: Val) -> bool:
    inner = body.inner if body.form == "json" else body
    if inner is None or inner.form == "unknown":
        return False
    return not (inner.form == "object" and inner.open and "flowId" not in inner.slots)


def _headers(headers: Val | None) -> tuple[tuple[str, str], ...]:
    if headers is None:
        return ()
    return tuple((key, _one_line(shown(value))) for key, value in headers.slots.items() if value.form not in {"absent", "object"})


def _one_line(value: str) -> str:
    return " ".join(value.split("\n"))


def _json_text(value: Val) -> bool:
    return value.form == "text" and shown(value).lstrip().startswith("{")


def _holds_flow_id(body: Val) -> bool:
    encoded = encode(body)
    names = list(encoded.value) if isinstance(encoded.value, dict) else []
    return any(_FLOW_ID.match(str(name)) for name in names) or any(
        note.kind == "unexported" and _FLOW_ID.match(note.facts.get("tag", "")) for _, note in encoded.notes
    )


def _in_test(scope: Scope) -> bool:
    return scope.module is not None and _TEST.search(scope.module.file) is not None
