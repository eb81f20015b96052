"""Works out what expressions are worth: follows names, fields, helpers and what is done to objects on the way."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from tieline.capture.source.evaluator import Evaluator, Frame, Given
from tieline.capture.source.ir import Assign, Expr, Member, Module, Param, Scope, Shape, Spot, TypeRef, callee, dotted, root_name
from tieline.capture.source.language import Language, changes
from tieline.capture.source.project import Project
from tieline.capture.source.tree import shorten
from tieline.capture.source.value import Val, joined, known_text, parts_of, plain, scalar, unknown

_DEEPEST = 45
_FUEL = 6_000
_MOST_FUEL = 1_000_000
"""How many steps all questions together may take, about twenty seconds."""
_INLINE = 6
_HARMLESS = re.compile(r"log|print|fmt|debug|info|warn|error|trace|assert|len|close|dump|string|inspect", re.IGNORECASE)


class Engine(Evaluator):
    """Works out values in one project of one language."""

    def __init__(self, project: Project, language: Language) -> None:
        """Take the files and the language."""
        self.project = project
        self.language = language
        self.fuel = self._given = _FUEL
        self._left = _MOST_FUEL
        self._deep = 0
        self._busy: set[tuple[int, str, int]] = set()

    def refill(self, fuel: int = _FUEL) -> None:
        """Begin a new question, that may take so many steps."""
        self._left -= self._given - max(self.fuel, 0)
        self.fuel = self._given = min(fuel, max(self._left, 0))

    @property
    def spent(self) -> bool:
        """Whether no more questions are answered."""
        return self._left <= 0

    def value(self, expr: Expr | None, frame: Frame) -> Val:
        """Say what an expression is worth."""
        if expr is None:
            return unknown("value")
        self.fuel -= 1
        if self.fuel < 0 or self._deep > _DEEPEST:
            return unknown(shorten(expr.src), expr.spot)
        self._deep += 1
        try:
            return self._value(expr, frame)
        finally:
            self._deep -= 1

    def _value(self, expr: Expr, frame: Frame) -> Val:
        handler: Callable[[Expr, Frame], Val] | None = {
            "name": self._name,
            "attr": self._attr,
            "index": self._index,
            "call": self._call,
            "new": self._new,
            "object": self._object,
            "join": self._join,
            "either": self._either,
        }.get(expr.op)
        if handler is not None:
            return handler(expr, frame)
        if expr.op == "text":
            return plain(str(expr.value), expr.spot, expr.raw)
        if expr.op == "scalar":
            return scalar(expr.value, expr.spot)
        if expr.op == "array":
            return Val(form="array", spot=expr.spot, elements=tuple(self.value(arg, frame) for arg in expr.args))
        if expr.op == "absent":
            return Val(form="absent", spot=expr.spot)
        return unknown(shorten(expr.src), expr.spot)

    def _join(self, expr: Expr, frame: Frame) -> Val:
        values = [self.value(arg, frame) for arg in expr.args]
        if any(value.form in {"text", "json"} for value in values) or not all(value.form == "scalar" for value in values):
            return joined(values, expr.spot)
        return unknown(shorten(expr.src), expr.spot, "number")

    def _either(self, expr: Expr, frame: Frame) -> Val:
        values = [self.value(arg, frame) for arg in expr.args]
        told = [value for value in values if value.form not in {"unknown", "absent"} and not _nothing(value)]
        if len(told) == 1 and (told[0].form != "text" or len(values) == 1):
            return told[0]
        kinds = {_kind(value) for value in values if not _nothing(value)}
        name = next((value.name for value in values if value.form == "unknown"), shorten(expr.src))
        return unknown(name, expr.spot, kinds.pop() if len(kinds) == 1 else "any")

    # names

    def _name(self, expr: Expr, frame: Frame) -> Val:
        found = self.lookup(expr.name, expr.pos, frame)
        if found is not None:
            return found if found.form != "unknown" else msgspec.structs.replace(found, spot=expr.spot)
        constant = self.language.constant(expr.name, expr)
        return constant if constant is not None else unknown(shorten(expr.src), expr.spot)

    def lookup(self, name: str, pos: int, frame: Frame) -> Val | None:
        """Find what a name stands for at a place; None when it is not declared in sight."""
        scope: Scope | None = frame.scope
        while scope is not None:
            found = self._in_scope(name, pos, frame.at(scope))
            if found is not None:
                return found
            scope = scope.parent
        return self._elsewhere(name, frame)

    def _elsewhere(self, name: str, frame: Frame) -> Val | None:
        module = frame.scope.module
        if module is None:
            return None
        for other in self.project.beside(module):
            if any(changes(assign, name) for assign in other.top.assigns):
                return self._in_scope(name, 1 << 60, Frame(other.top, depth=frame.depth))
        return None

    def _in_scope(self, name: str, pos: int, frame: Frame) -> Val | None:
        scope = frame.scope
        mark = (id(scope), name, pos if scope.kind == "function" else 0)
        if mark in self._busy:
            return None
        self._busy.add(mark)
        try:
            last = pos if scope.kind == "function" else 1 << 60
            base = self._base(name, last, frame)
            return None if base is None else self._changed(name, base, last, frame)
        finally:
            self._busy.discard(mark)

    def _base(self, name: str, pos: int, frame: Frame) -> Val | None:
        scope = frame.scope
        param = next((param for param in scope.params if param.name == name), None)
        assigns = [assign for assign in scope.assigns if assign.pos < pos and changes(assign, name)]
        settings = [assign for assign in assigns if not assign.adds]
        if not settings:
            base = self._param(param, frame) if param is not None else None
        else:
            base = self._latest(name, param, settings, frame)
        for assign in assigns:
            if assign.adds and base is not None and assign.value is not None:
                base = self._added(base, self.value(assign.value, frame))
        return base

    def _added(self, base: Val, more: Val) -> Val:
        if base.form in {"text", "unknown"} and more.form in {"text", "json", "unknown"}:
            return joined([base, more], base.spot)
        return base

    def _latest(self, name: str, param: Param | None, settings: list[Assign], frame: Frame) -> Val:
        last = settings[-1]
        value = self._assigned(name, last, frame)
        if len(settings) == 1 and param is None:
            return value
        sure = len(last.block) <= len(settings[0].block) if param is None else not last.block
        if sure:
            return value
        first = param is not None and len(settings) == 1
        before = self._param(param, frame) if param is not None and first else self._assigned(name, settings[-2], frame)
        if _nothing(before) or before.form == "absent":
            return value
        return unknown(name, value.spot, _kind(value) if _kind(value) == _kind(before) else "any")

    def _assigned(self, name: str, assign: Assign, frame: Frame) -> Val:
        if assign.value is None:
            return self._declared(name, assign, frame)
        value = self.value(assign.value, frame)
        if assign.key is not None:
            inner = value.slot(assign.key)
            return inner if inner is not None else unknown(name, assign.target.spot)
        if assign.index:
            return unknown(name, assign.target.spot)
        if value.form == "unknown" and value.kind == "any" and assign.type is not None:
            return self.typed(assign.type, name, assign.target.spot, frame.scope.module)
        return value

    def _declared(self, name: str, assign: Assign, frame: Frame) -> Val:
        if assign.type is None:
            return unknown(name, assign.target.spot)
        if frame.scope.kind != "function":  # a field, or a variable of the file: whoever sets it does so elsewhere
            held = self.own_field(name, frame, "this") if frame.scope.kind == "class" else None
            return held or self.typed(assign.type, name, assign.target.spot, frame.scope.module)
        return self.empty(assign.type, name, assign.target.spot, frame.scope.module)

    def _param(self, param: Param, frame: Frame) -> Val:
        given = frame.given.get((id(frame.scope), param.name))
        module = frame.scope.module
        if given is None:
            frame.touched.add(param.name)
        elif given.form != "unknown" or given.kind != "any" or param.type is None:
            return given
        if param.type is not None:
            name = given.name if given is not None else param.name
            return self.typed(param.type, name, given.spot if given is not None else frame.scope.spot, module)
        return given if given is not None else unknown(param.name)

    # what is done to a value after it was made

    def _changed(self, name: str, value: Val, pos: int, frame: Frame) -> Val:
        scope = frame.scope
        steps: list[tuple[int, Assign | Expr]] = [
            (assign.pos, assign)
            for assign in scope.assigns
            if assign.pos < pos
            and (assign.target.op in {"attr", "index"} or (assign.value is not None and assign.value.op == "call"))
        ]
        steps += [(expr.end, expr) for expr in scope.bare if expr.end < pos]
        start = max((a.pos for a in scope.assigns if a.pos < pos and changes(a, name) and not a.adds), default=-1)
        for end, step in sorted(steps, key=lambda step: step[0]):
            if end > start:
                value = self._step(name, value, step, frame)
        return value

    def _step(self, name: str, value: Val, step: Assign | Expr, frame: Frame) -> Val:
        if isinstance(step, Expr):
            return self._after_call(name, value, step, frame)
        if step.target.op in {"attr", "index"} and root_name(step.target) == name:
            return self._put(step.target, value, self.value(step.value, frame), frame)
        if step.value is not None and step.value.op == "call":
            return self._after_call(name, value, step.value, frame)
        return value

    def _after_call(self, name: str, value: Val, expr: Expr, frame: Frame) -> Val:
        if expr.op != "call":
            return value
        obj, method = callee(expr)
        if obj is not None and root_name(obj) == name and (target := self._along(obj, value, frame)) is not None:
            changed = self.language.method(self, target, method, expr, frame)
            if changed is not None and changed.form == target.form:
                return self._put(obj, value, changed, frame)
        written = self.language.writes(self, name, value, expr, frame)
        if written is not None:
            return written
        if value.form in {"thing", "object", "shape"} and any(arg.op == "name" and arg.name == name for arg in expr.args):
            return self._passed(name, value, expr, method, frame)
        return value

    def _passed(self, name: str, value: Val, expr: Expr, method: str, frame: Frame) -> Val:
        scopes = self.project.functions(method, frame.scope.module)
        place = next(index for index, arg in enumerate(expr.args) if arg.op == "name" and arg.name == name)
        if len(scopes) == 1 and place < len(scopes[0].params) and frame.depth < _INLINE:
            inner = scopes[0]
            given: Given = {(id(inner), inner.params[place].name): value}
            for index, (param, arg) in enumerate(zip(inner.params, expr.args, strict=False)):
                if index != place:
                    given[id(inner), param.name] = self.value(arg, frame)
            after = self.lookup(inner.params[place].name, 1 << 60, Frame(inner, given, depth=frame.depth + 1))
            return after if after is not None and after.form == value.form else value
        if value.tag == "request" and not _HARMLESS.search(dotted(expr.base) or method):
            return msgspec.structs.replace(value, open=True)
        return value

    def _along(self, expr: Expr, root: Val, frame: Frame) -> Val | None:
        """Follow a path from a root whose value is known."""
        if expr.op == "name":
            return root
        if expr.base is None:
            return None
        if expr.op == "call":
            obj, method = callee(expr)
            before = self._along(obj, root, frame) if obj is not None else None
            return self.language.method(self, before, method, expr, frame) if before is not None else None
        before = self._along(expr.base, root, frame)
        if before is None:
            return None
        return self._get(before, self._key(expr, frame), expr)

    def _put(self, expr: Expr, root: Val, value: Val, frame: Frame) -> Val:
        """Set what stands at the end of a path; gives the new root."""
        if expr.op == "name":
            return value
        obj = callee(expr)[0] if expr.op == "call" else expr.base
        if obj is None:
            return root
        if expr.op == "call":
            return self._put(obj, root, value, frame)
        before = self._along(obj, root, frame)
        key = self._key(expr, frame)
        if before is None or key is None:
            return root
        return self._put(obj, root, self._set(before, key, value, expr), frame)

    def _set(self, before: Val, key: str, value: Val, expr: Expr) -> Val:
        changed = self.language.assigned(self, before, key, value)
        if changed is not None:
            return changed
        if before.form == "scalar" and before.scalar is None:
            before = Val(form="object", spot=before.spot)
        if before.form not in {"object", "shape", "thing"}:
            return before
        return before.put(key, msgspec.structs.replace(value, spot=expr.spot) if before.form != "thing" else value)

    def _key(self, expr: Expr, frame: Frame) -> str | None:
        if expr.op == "attr":
            return expr.name
        if not expr.args:
            return None
        key = self.value(expr.args[0], frame)
        if key.form == "text":
            return "".join(part.text if hasattr(part, "text") else f"<{getattr(part, 'name', '')}>" for part in parts_of(key))
        return str(key.scalar) if key.form == "scalar" else f"<{key.name or 'key'}>"

    def _get(self, before: Val, key: str | None, expr: Expr) -> Val | None:
        if key is None:
            return None
        found = before.slot(key)
        if found is not None:
            return found
        known = self.language.attr(self, before, key)
        if known is not None:
            return known
        if before.form == "array" and key.isdigit() and int(key[:6]) < len(before.elements):
            return before.elements[int(key[:6])]
        return unknown(shorten(expr.src), expr.spot)

    # parts of things

    def _attr(self, expr: Expr, frame: Frame) -> Val:
        base = expr.base
        if base is not None and base.op == "name" and base.name in {frame.scope.receiver, *self.language.selves}:
            found = self.own_field(expr.name, frame, base.name)
            if found is not None:
                return found
        path = dotted(expr)
        if path and (constant := self.language.constant(path, expr)) is not None:
            return constant
        before = self.value(base, frame)
        if before.form == "unknown" and base is not None and base.op == "name":
            outside = self._constant_of(base.name, expr.name, frame)
            if outside is not None:
                return outside
        got = self._get(before, expr.name, expr)
        return got if got is not None else unknown(shorten(expr.src), expr.spot)

    def _constant_of(self, owner: str, name: str, frame: Frame) -> Val | None:
        for scope in self.project.holders(owner, name, frame.scope.module):
            found = self._in_scope(name, 1 << 60, Frame(scope, depth=frame.depth))
            if found is not None and found.form != "unknown":
                return found
        return None

    def own_field(self, name: str, frame: Frame, receiver: str) -> Val | None:
        """Find what a field of the object itself holds, when the code sets it in one place only."""
        owner: Scope | None = frame.scope
        while owner is not None and not owner.owner:
            owner = owner.parent
        given = frame.given.get((id(owner), receiver)) if owner is not None else None
        if given is not None and (held := given.slot(name)) is not None:
            return held
        scopes = self.project.setters(name, owner.owner if owner else "", frame.scope.module)
        found = [value for scope in scopes for value in self._set_in(scope, name, frame)]
        told = [value for value in found if value.form not in {"absent"} and not _nothing(value)]
        if len(told) == 1:
            return told[0]
        return None

    def _set_in(self, scope: Scope, name: str, frame: Frame) -> list[Val]:
        mark = (id(scope), "." + name, 0)
        if mark in self._busy or frame.depth >= _INLINE:
            return []
        self._busy.add(mark)
        inner = Frame(scope, depth=frame.depth + 1)
        try:
            if scope.kind == "class":
                found = self._in_scope(name, 1 << 60, inner)
                return [] if found is None else [found]
            return [self._through(name, assign, inner) for assign in scope.assigns if sets_field(assign, name)] + [
                self.value(value, inner) for value in field_inits(scope, name)
            ]
        finally:
            self._busy.discard(mark)

    def _through(self, name: str, assign: Assign, frame: Frame) -> Val:
        value = self._assigned(name, assign, frame)
        for expr in frame.scope.bare:
            if expr.op != "call" or expr.pos < assign.pos:
                continue
            obj, method = callee(expr)
            if obj is not None and (target := self._below(obj, name, value, frame)) is not None:
                changed = self.language.method(self, target[0], method, expr, frame)
                value = target[1](changed) if changed is not None else value
        return value

    def _below(self, obj: Expr, name: str, value: Val, frame: Frame) -> tuple[Val, Callable[[Val], Val]] | None:
        if obj.op == "attr" and obj.name == name and obj.base is not None and obj.base.op == "name":
            return value, lambda changed: changed
        if obj.op == "attr" and obj.base is not None and obj.base.op == "attr" and obj.base.name == name:
            inner = self._get(value, obj.name, obj)
            key = obj.name
            return (inner, lambda changed: value.put(key, changed)) if inner is not None else None
        return None

    def _index(self, expr: Expr, frame: Frame) -> Val:
        before = self.value(expr.base, frame)
        got = self._get(before, self._key(expr, frame), expr)
        return got if got is not None else unknown(shorten(expr.src), expr.spot)

    def _object(self, expr: Expr, frame: Frame) -> Val:
        made = Val(form="object", spot=expr.spot)
        for key, value in expr.entries:
            if key is None:
                made = spread(made, self.value(value, frame))
            elif (name := self._key(Expr("index", args=(key,)), frame)) is not None:
                made = made.put(name, msgspec.structs.replace(self.value(value, frame), spot=key.spot))
        return made

    # calls

    def _call(self, expr: Expr, frame: Frame) -> Val:
        known = self.language.call(self, expr, frame)
        if known is not None:
            return known
        obj, method = callee(expr)
        if obj is not None:
            base = self.value(obj, frame)
            if base.form != "unknown" and (after := self.language.method(self, base, method, expr, frame)) is not None:
                return after
        inlined = self.inline(expr, frame)
        return inlined if inlined is not None else unknown(shorten(expr.src), expr.spot)

    def inline(self, expr: Expr, frame: Frame) -> Val | None:
        """Say what a function of the program itself gives; None when there is no such function or more than one."""
        scopes = self.project.functions(callee(expr)[1], frame.scope.module)
        if len(scopes) != 1 or frame.depth >= _INLINE:
            return None
        scope = scopes[0]
        inner = Frame(scope, self.given(scope, expr, frame), set(), frame.depth + 1)
        found = [self.value(result, inner) for result in scope.results]
        told = [value for value in found if value.form not in {"unknown", "absent"} and not _nothing(value)]
        if told:
            return told[-1]
        if scope.returns is not None and scope.returns.kind != "any":
            return self.typed(scope.returns, shorten(expr.src), expr.spot, scope.module)
        return None

    def given(self, scope: Scope, expr: Expr, frame: Frame) -> Given:
        """Bind the arguments of a call to the parameters of what is called."""
        given: Given = {}
        params = scope.params[1:] if scope.params and scope.params[0].name in {"self", "cls"} else scope.params
        for param, arg in zip(params, expr.args, strict=False):
            given[id(scope), param.name] = self.value(arg, frame)
        for param in params:
            if param.name in expr.kw:
                given[id(scope), param.name] = self.value(expr.kw[param.name], frame)
            elif (id(scope), param.name) not in given and param.default is not None:
                given[id(scope), param.name] = self.value(param.default, Frame(scope, depth=frame.depth))
        return given

    def set_by(self, constructor: Scope, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the fields a constructor sets, called as it is here."""
        if frame.depth >= _INLINE:
            return {}
        inner = Frame(constructor, self.given(constructor, expr, frame), set(), frame.depth + 1)
        fields = [
            assign
            for assign in constructor.assigns
            if root_name(assign.target) in self.language.selves and assign.target.op == "attr"
        ]
        return {assign.target.name: self.value(assign.value, inner) for assign in fields if assign.value is not None}

    def plainly_set(self, constructor: Scope, expr: Expr, frame: Frame, names: list[str]) -> dict[str, Val]:
        """Give the fields a constructor sets by their bare names."""
        inner = Frame(constructor, self.given(constructor, expr, frame), set(), frame.depth + 1)
        fields = [assign for assign in constructor.assigns if assign.target.op == "name" and assign.target.name in names]
        return {assign.target.name: self.value(assign.value, inner) for assign in fields if assign.value is not None}

    def _new(self, expr: Expr, frame: Frame) -> Val:
        known = self.language.new(self, expr, frame)
        if known is not None:
            return known
        shape = self.shape(expr.type, frame.scope.module)
        if shape is None:
            return unknown(shorten(expr.src), expr.spot, "object" if expr.entries else "any")
        slots = self.zeros(shape, frame.scope.module) | self.language.constructed(self, shape, expr, frame)
        for key, value in expr.entries:
            if key is not None:
                name = key.name or str(key.value)
                slots[name] = msgspec.structs.replace(self.value(value, frame), spot=key.spot)
        return Val(form="shape", shape=shape, spot=expr.spot, slots=slots)

    # types

    def shape(self, ref: TypeRef | None, module: Module | None, deep: int = 0) -> Shape | None:
        """Find the shape a type stands for."""
        if ref is None or deep > 5:
            return None
        if ref.shape is not None:
            return self.project.whole(ref.shape, module)
        if ref.kind != "named":
            return None
        alias = self.project.alias(ref.name, module)
        if alias is not None:
            return self.shape(alias, module, deep + 1)
        return self.project.shape(ref.name, module)

    def zeros(self, shape: Shape, module: Module | None, deep: int = 0) -> dict[str, Val]:
        """Give what the members of a new object hold."""
        made: dict[str, Val] = {}
        for member in shape.members:
            value = self._zero(member, module, deep)
            if value is not None:
                made[member.name] = value
        return made

    def _zero(self, member: Member, module: Module | None, deep: int) -> Val | None:
        if deep > 6:
            return None
        if member.default is not None and module is not None:
            return self.value(member.default, Frame(module.top))
        inner = self.shape(member.type, module) if (member.embedded or not member.type.nullable) else None
        if inner is not None and self.language.name == "go":
            return Val(form="shape", shape=inner, spot=member.spot, slots=self.zeros(inner, module, deep + 1))
        return self.language.zero(self, member)

    def empty(self, ref: TypeRef, name: str, spot: Spot, module: Module | None) -> Val:
        """Give what a variable of a type holds that was declared without a value."""
        shape = self.shape(ref, module)
        if shape is not None and not ref.nullable:
            return Val(form="shape", shape=shape, spot=spot, slots=self.zeros(shape, module))
        if ref.kind == "named":
            made = self.language.new(self, Expr("new", spot, name="declared", src=ref.name, type=ref), Frame(_NO_SCOPE))
            if made is not None:
                return made
        if ref.nullable or ref.kind in {"any", "object", "array"}:
            return scalar(None, spot)
        zeros: dict[str, Val] = {"string": plain("", spot), "number": scalar(0, spot), "boolean": scalar(False, spot)}
        return zeros.get(ref.kind, unknown(name, spot))

    def typed(self, ref: TypeRef, name: str, spot: Spot, module: Module | None, deep: int = 0) -> Val:
        """Give what stands for a value of which only the type is known."""
        self.fuel -= 1
        if self.fuel < 0:
            return unknown(name, spot, ref.kind if ref.kind != "named" else "any")
        shape = self.shape(ref, module)
        if shape is not None and deep < 4:
            slots = {
                member.name: self.typed(
                    member.type,
                    _inner_name(name, member),
                    member.spot,
                    self.project.module_of(member.spot[0], module),
                    deep + 1,
                )
                for member in shape.members
            }
            return Val(form="shape", shape=shape, spot=spot, slots=slots, name=name)
        if ref.kind == "named" and shape is None:
            alias = self.project.alias(ref.name, module)
            kind = alias.kind if alias is not None and alias.kind != "named" else "any"
            return unknown(name, spot, kind)
        return unknown(name, spot, "object" if shape is not None else ref.kind)


def _inner_name(name: str, member: Member) -> str:
    if member.embedded:
        return name
    return member.name if name.startswith("<") else f"{name}.{member.name}"


_NO_SCOPE = Scope("", "module")


def sets_field(assign: Assign, name: str) -> bool:
    """Tell whether an assignment sets a field of that name on a plain name, as `this.x = ...`."""
    target = assign.target
    return target.op == "attr" and target.name == name and target.base is not None and target.base.op == "name"


def field_inits(scope: Scope, name: str) -> list[Expr]:
    """List the values a field is given where objects are made, as `&Client{name: value}`."""
    found: list[Expr] = []
    roots = [*scope.results, *scope.bare, *(assign.value for assign in scope.assigns if assign.value is not None)]
    for root in roots:
        if root.op == "new":
            found += [value for key, value in root.entries if key is not None and key.name == name]
    return found


def spread(made: Val, more: Val) -> Val:
    """Put the entries of one object into another."""
    if more.form in {"object", "shape"}:
        return msgspec.structs.replace(made, slots={**made.slots, **more.slots}, open=made.open or more.open)
    if more.form == "array":
        return made
    return msgspec.structs.replace(made, open=made.open or more.form not in {"absent", "scalar"})


def _nothing(value: Val) -> bool:
    return (value.form == "scalar" and value.scalar is None) or known_text(value) == ""


def _kind(value: Val) -> str:
    if value.form in {"text", "json"}:
        return "string"
    if value.form == "scalar":
        return "boolean" if isinstance(value.scalar, bool) else "number" if isinstance(value.scalar, int | float) else "any"
    return {"object": "object", "shape": "object", "array": "array"}.get(value.form, value.kind)
