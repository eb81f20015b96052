"""JavaScript and TypeScript: object literals, interfaces and classes, and the clients that send requests."""

from __future__ import annotations

import re
from pathlib import PurePath

import msgspec
from tree_sitter import Node

from tieline.capture.source.evaluator import Evaluator, Frame
from tieline.capture.source.ir import Expr, Member, Module, Param, Scope, Shape, TypeRef, callee, dotted
from tieline.capture.source.language import Language, Remark
from tieline.capture.source.lower import Lowerer
from tieline.capture.source.requests import default_type, launches, official, posted, request_of, with_header, with_headers
from tieline.capture.source.texts import under
from tieline.capture.source.tree import first, named, number_of, text, unescape
from tieline.capture.source.value import Val, joined, plain, scalar, shown, thing, unknown

_BLOCKS = frozenset(
    [
        "if_statement",
        "else_clause",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "switch_case",
        "switch_default",
        "catch_clause",
    ]
)
_FUNCTIONS = frozenset(
    [
        "function_declaration",
        "function_expression",
        "function",
        "arrow_function",
        "method_definition",
        "generator_function_declaration",
        "generator_function",
    ]
)
_WRAPS = frozenset(
    [
        "await_expression",
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
    ]
)
_FORM = "application/x-www-form-urlencoded"
_PLAIN_TEXT = "text/plain;charset=UTF-8"


class _JavaScript(Lowerer):
    functions = _FUNCTIONS
    classes = frozenset({"class_declaration", "class", "abstract_class_declaration"})
    blocks = _BLOCKS
    calls = frozenset({"call_expression"})

    def begin(self, node: Node, scope: Scope) -> None:
        scope.name = text(node.child_by_field_name("name")) or self._given_name(node)
        if node.type in self.classes:
            self._class(node, scope.name)
            return
        if node.type == "arrow_function":
            scope.owner = ""
        single = node.child_by_field_name("parameter")
        listed = named(node.child_by_field_name("parameters"))
        scope.params = [self._param(child, scope) for child in ([single] if single is not None else listed)]
        returns = node.child_by_field_name("return_type")
        scope.returns = self.type(returns) if returns is not None else None
        body = node.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            scope.results.append(self.expr(body))

    def _given_name(self, node: Node) -> str:
        parent = node.parent
        if parent is None or parent.type not in {
            "variable_declarator",
            "pair",
            "public_field_definition",
            "field_definition",
            "assignment_expression",
        }:
            return ""
        for field in ("name", "key", "property", "left"):
            if (given := parent.child_by_field_name(field)) is not None:
                return text(given).rpartition(".")[2]
        return ""

    def _param(self, node: Node, scope: Scope) -> Param:
        if node.type == "identifier":
            return Param(text(node))
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("left") or node
        ref, value = node.child_by_field_name("type"), node.child_by_field_name("value") or node.child_by_field_name("right")
        name = text(pattern)
        if pattern.type == "object_pattern":
            name = f"<{self.spot(pattern)[1]}>"
            self._destructure(pattern, scope, self.make("name", pattern, name=name), pattern.start_byte)
        return Param(name, self.type(ref) if ref else None, self.expr(value) if value else None)

    def _destructure(self, node: Node, scope: Scope, value: Expr, pos: int) -> None:
        for child in named(node):
            key = child.child_by_field_name("key")
            inner = child.child_by_field_name("value") or child.child_by_field_name("left") or child
            if inner.type in {"identifier", "shorthand_property_identifier_pattern"}:
                self.assign(scope, child, self.name(inner), value, key=text(key) if key is not None else text(inner))
                scope.assigns[-1].pos = pos

    def _class(self, node: Node, name: str) -> None:
        shape = Shape(name, self.spot(node))
        heritage = first(node, "class_heritage")
        if heritage is not None:
            shape.bases = re.findall(r"[A-Za-z_$][\w$]*", text(heritage).replace("extends", " ").replace("implements", " "))[:1]
        for child in named(node.child_by_field_name("body")):
            if child.type in {"public_field_definition", "field_definition", "property_signature"}:
                self._field(child, shape)
        self.module.shapes[name] = shape

    def _field(self, node: Node, shape: Shape) -> None:
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        value = node.child_by_field_name("value")
        if (
            name is None
            or "static" in [text(child) for child in node.children]
            or (value is not None and value.type in _FUNCTIONS)
        ):
            return
        ref = node.child_by_field_name("type")
        plain_name = text(name).strip("\"'")
        member = Member(
            plain_name, self.type(ref), self.spot(name), {"": plain_name}, default=self.expr(value) if value else None
        )
        shape.members.append(member)

    def statement(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        kind = node.type
        if kind == "variable_declarator":
            return self._declared(node, scope, block)
        if kind in {"assignment_expression", "augmented_assignment_expression"}:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            self.assign(scope, node, self.expr(left), self.expr(right), adds=kind[0:2] == "au", block=block)
            return True
        if kind in {"public_field_definition", "field_definition"} and scope.kind == "class":
            name, value = (
                node.child_by_field_name("name") or node.child_by_field_name("property"),
                node.child_by_field_name("value"),
            )
            if name is not None and value is not None:
                self.assign(scope, node, self.name(name), self.expr(value))
            return value is not None
        if kind == "return_statement":
            results = [self.expr(child) for child in named(node)]
            scope.results.extend(results)
            return bool(results)
        if kind in {"interface_declaration", "type_alias_declaration"}:
            self._type_declared(node)
        elif kind == "import_statement":
            self._import(node)
        return False

    def _declared(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        name, value, ref = (node.child_by_field_name(field) for field in ("name", "value", "type"))
        if name is None:
            return False
        made = self.expr(value) if value is not None else None
        if name.type == "object_pattern" and made is not None:
            self._destructure(name, scope, made, node.end_byte)
        else:
            self.assign(scope, node, self.expr(name), made, type=self.type(ref) if ref is not None else None, block=block)
        required = re.match(r"(?:await import|require)\(\s*[\"']([^\"']+)", text(value))
        if required:
            self.module.imports.append(required[1])
            self.module.aliases[text(name)] = required[1]
        return made is not None

    def _import(self, node: Node) -> None:
        source = text(node.child_by_field_name("source")).strip("\"'")
        self.module.imports.append(source)
        for clause in named(first(node, "import_clause")):
            if clause.type in {"identifier", "namespace_import"}:
                self.module.aliases[text(clause).rpartition(" ")[2]] = source
            for child in named(clause) if clause.type == "named_imports" else []:
                name = text(child.child_by_field_name("name"))
                self.module.aliases[text(child.child_by_field_name("alias")) or name] = f"{source}.{name}"

    def _type_declared(self, node: Node) -> None:
        name = text(node.child_by_field_name("name"))
        body = node.child_by_field_name("body") or node.child_by_field_name("value")
        if body is None:
            return
        if body.type in {"interface_body", "object_type"}:
            shape = self._object_type(body, name)
            extends = first(node, "extends_type_clause")
            shape.bases = [text(child) for child in named(extends)]
            self.module.shapes[name] = shape
        else:
            self.module.types[name] = self.type(body)

    def _object_type(self, body: Node, name: str) -> Shape:
        shape = Shape(name, self.spot(body))
        for child in named(body):
            if child.type == "property_signature":
                self._field(child, shape)
        return shape

    def type(self, node: Node | None) -> TypeRef:
        """Read a type."""
        if node is None:
            return TypeRef("any")
        if node.type == "type_annotation":
            return self.type(named(node)[0]) if named(node) else TypeRef("any")
        if node.type == "object_type":
            return TypeRef("object", shape=self._object_type(node, ""))
        if node.type == "union_type":
            told = [child for child in named(node) if text(child) not in {"null", "undefined"}]
            kinds = {self.type(child).kind for child in told}
            return self.type(told[0]) if len(kinds) == 1 else TypeRef("any")
        if node.type == "literal_type":
            return TypeRef("string" if text(node)[:1] in "\"'`" else "boolean" if text(node) in {"true", "false"} else "number")
        return _type(text(node))

    def expression(self, node: Node) -> Expr | None:
        kind = node.type
        if kind in {"identifier", "property_identifier", "shorthand_property_identifier", "this", "private_property_identifier"}:
            return self.name(node)
        if kind == "string":
            return self.string(node, unescape(text(node)[1:-1]))
        if kind == "template_string":
            return self._template(node)
        if kind == "number":
            return self.make("scalar", node, value=number_of(text(node)))
        if kind in {"true", "false", "null"}:
            return self.make("scalar", node, value={"true": True, "false": False, "null": None}[kind])
        if kind == "undefined":
            return self.make("absent", node)
        return self._compound(node)

    def _template(self, node: Node) -> Expr:
        parts: list[Expr] = []
        for child in node.named_children:
            if child.type == "template_substitution":
                parts.append(self.expr(named(child)[0] if named(child) else None))
            else:
                parts.append(self.string(child, unescape(text(child)), raw=1, skip=0))
        return self.make("join", node, args=(self.string(node, ""), *parts))

    def _compound(self, node: Node) -> Expr | None:
        kind = node.type
        if kind == "member_expression":
            return self.make(
                "attr", node, base=self.expr(node.child_by_field_name("object")), name=text(node.child_by_field_name("property"))
            )
        if kind == "subscript_expression":
            index = (self.expr(node.child_by_field_name("index")),)
            return self.make("index", node, base=self.expr(node.child_by_field_name("object")), args=index)
        if kind == "call_expression":
            return self.make("call", node, base=self.expr(node.child_by_field_name("function")), args=self._args(node))
        if kind == "new_expression":
            name = text(node.child_by_field_name("constructor"))
            return self.make("new", node, name=name, type=TypeRef("named", name.rpartition(".")[2]), args=self._args(node))
        if kind == "object":
            return self.make(
                "object", node, entries=tuple(pair for child in named(node) if (pair := self._entry(child)) is not None)
            )
        if kind == "array":
            return self.make("array", node, args=self.all(node))
        if kind == "binary_expression":
            return self._binary(node)
        if kind == "ternary_expression":
            sides = (self.expr(node.child_by_field_name("consequence")), self.expr(node.child_by_field_name("alternative")))
            return self.make("either", node, args=sides)
        if kind in _WRAPS and named(node):
            return self.expr(named(node)[0 if kind != "type_assertion" else -1])
        if kind == "unary_expression" and text(node)[1:].replace(".", "").isdigit() and text(node)[:1] == "-":
            return self.make("scalar", node, value=number_of(text(node)))
        return self.make("lambda", node) if kind in _FUNCTIONS else None

    def _args(self, node: Node) -> tuple[Expr, ...]:
        arguments = node.child_by_field_name("arguments")
        return (self.expr(arguments),) if arguments is not None and arguments.type == "template_string" else self.all(arguments)

    def _binary(self, node: Node) -> Expr | None:
        operator = text(node.child_by_field_name("operator"))
        if operator in {"||", "??"}:
            sides = (self.expr(node.child_by_field_name("left")), self.expr(node.child_by_field_name("right")))
            return self.make("either", node, args=sides)
        terms = self.terms(node, "binary_expression", "+")
        return self.make("join", node, args=tuple(self.expr(term) for term in terms)) if terms else None

    def _entry(self, node: Node) -> tuple[Expr | None, Expr] | None:
        if node.type == "pair":
            key = node.child_by_field_name("key")
            value = self.expr(node.child_by_field_name("value"))
            if key is None:
                return None
            if key.type == "computed_property_name":
                return self.expr(named(key)[0] if named(key) else None), value
            return self.string(key, text(key).strip("\"'"), skip=0), value
        if node.type == "shorthand_property_identifier":
            return self.string(node, text(node), skip=0), self.name(node)
        if node.type == "spread_element" and named(node):
            inner = self.expr(named(node)[0])
            return (None, inner)
        return None


_TYPES = {
    "string": "string", "String": "string", "Date": "string", "number": "number", "bigint": "number", "boolean": "boolean",
    "any": "any", "unknown": "any", "object": "object", "Object": "object", "Record": "object", "Map": "object", "Array": "array",
    "ReadonlyArray": "array", "void": "any", "undefined": "any", "null": "any", "Set": "array",
}  # fmt: skip


def _type(source: str) -> TypeRef:
    name = source.strip()
    if name.endswith("[]"):
        return TypeRef("array")
    wrapped = re.fullmatch(r"(?:Partial|Required|Readonly|Promise)<(.*)>", name, re.DOTALL)
    if wrapped:
        return _type(wrapped[1])
    bare = name.split("<")[0].rpartition(".")[2]
    kind = _TYPES.get(bare)
    return TypeRef(kind) if kind is not None else TypeRef("named", bare)


_STRINGS = re.compile(
    r"(String|encodeURIComponent|crypto\.randomUUID|uuid\w*|.*\.(toString|toISOString|trim|toUpperCase|toLowerCase|toFixed|join))$"
)
_KINDS = {
    "axios": "axios", "got": "got", "ky": "ky", "node-fetch": "fetch", "undici": "undici", "superagent": "superagent", "cross-fetch": "fetch",
    "request": "request", "request-promise": "request", "request-promise-native": "request", "needle": "needle", "isomorphic-fetch": "fetch",
    "https": "node", "http": "node", "node:https": "node", "node:http": "node", "ofetch": "ofetch", "fetch-retry": "fetch",
}  # fmt: skip
_RETRIES = ("p-retry", "async-retry", "promise-retry", "ts-retry", "cockatiel", "exponential-backoff")
_GLOBALS = {"axios": "axios", "got": "got", "ky": "ky", "superagent": "superagent", "$fetch": "ofetch"}
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request"})
_JSON_KEYS = ("json", "data", "body")


class JavaScript(Language):
    """What the libraries of JavaScript do."""

    name = "javascript"
    selves = frozenset({"this"})
    encoders = frozenset({"stringify"})
    sdk_call = "postFlowsExecutions"

    def lower(self, file: str, folder: str, code: bytes) -> Module:
        """Turn a file into its picture."""
        suffix = PurePath(file).suffix
        grammar = {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx"}.get(suffix, "javascript")
        language = "javascript" if grammar == "javascript" else "typescript"
        return _JavaScript(file, folder, language, grammar, code).run()

    def zero(self, engine: Evaluator, member: Member) -> Val | None:
        """Say that a field nobody set is not sent."""
        return Val(form="absent", spot=member.spot)

    def constructed(self, engine: Evaluator, shape: Shape, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the fields the constructor sets."""
        module = engine.project.module_of(shape.spot[0], None)
        scopes = [
            scope for scope in (module.scopes if module else []) if scope.name == "constructor" and scope.owner == shape.name
        ]
        return engine.set_by(scopes[0], expr, frame) if scopes else {}

    def new(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give objects of the libraries."""
        name = expr.name.rpartition(".")[2]
        args = [engine.value(arg, frame) for arg in expr.args[:2]]
        if name in {"Headers", "HttpHeaders"}:
            return args[0] if args and args[0].form == "object" else Val(form="object", spot=expr.spot, open=bool(args))
        if name == "URL" and args:
            return under(args[1] if len(args) > 1 else None, args[0])
        if name == "URLSearchParams":
            return thing("form", expr.spot, text=_form(args[0]) if args else plain(""))
        if name == "Request" and args:
            return _fetched(expr, args)
        if name in {"Map", "FlowExecutionLaunchRequest"}:
            return Val(form="object", spot=expr.spot)
        return None

    def call(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what functions of the libraries give."""
        path = dotted(expr.base)
        obj, name = callee(expr)
        args = expr.args
        if name == "stringify" and args and (obj is None or dotted(obj) in {"JSON", "qs", "querystring", ""}):
            inner = engine.value(args[0], frame)
            if dotted(obj) in {"qs", "querystring"}:
                return thing("form", expr.spot, text=_form(inner))
            return Val(form="json", spot=expr.spot, inner=inner, name=args[0].src)
        if path == "Object.assign" and args:
            entries = tuple((None, arg) for arg in args)
            return engine.value(Expr("object", expr.spot, expr.pos, expr.src, entries=entries), frame)
        if path in {"Object.freeze", "structuredClone", "Buffer.from", "of", "from", "firstValueFrom", "lastValueFrom"} and args:
            return engine.value(args[0], frame)
        if (made := self._client(engine, expr, path, frame)) is not None:
            return made
        if path == "JSON.parse" and args and args[0].op == "call":
            inner = engine.value(args[0], frame)
            return inner.inner if inner.form == "json" else None
        if path in {"Number", "parseInt", "parseFloat", "Date.now"}:
            return unknown(expr.src, expr.spot, "number")
        if path == "Boolean":
            return unknown(expr.src, expr.spot, "boolean")
        return (
            unknown(expr.src, expr.spot, "string")
            if _STRINGS.fullmatch(path) and not engine.project.functions(name, frame.scope.module)
            else None
        )

    def _client(self, engine: Evaluator, expr: Expr, path: str, frame: Frame) -> Val | None:
        kind = self._kind_of(path.split(".", maxsplit=1)[0], frame)
        name = path.rpartition(".")[2]
        if kind in {"axios", "got", "ky", "ofetch"} and name in {"create", "extend"}:
            config = engine.value(expr.args[0], frame) if expr.args else Val(form="object")
            base = next((config.slots[key] for key in ("baseURL", "prefixUrl", "prefix") if key in config.slots), None)
            made = thing("client", expr.spot, kind=plain(kind), base=base, headers=config.slot("headers"), config=config)
            return msgspec.structs.replace(made, open=config.open or "auth" in config.slots)
        if kind == "node" and name == "request" and expr.args:
            return _node(expr, [engine.value(arg, frame) for arg in expr.args[:2]])
        if kind == "superagent" and name in _VERBS and expr.args:
            return (
                posted(expr.spot, engine.value(expr.args[0], frame), None)
                .put("method", plain(name.upper()))
                .put("agent", scalar(True))
            )
        return None

    def _kind_of(self, head: str, frame: Frame) -> str:
        module = frame.scope.module
        source = module.aliases.get(head, "") if module is not None else ""
        return _KINDS.get(source.split(".")[0] if "." in source else source, _KINDS.get(source, "")) or (
            _GLOBALS.get(head, "") if not source else ""
        )

    def method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        """Say what methods do to values."""
        args = expr.args
        if base.form == "object" and name in {"set", "append"} and len(args) == 2:
            return base.put(shown(engine.value(args[0], frame)), engine.value(args[1], frame))
        if base.form in {"text", "json"}:
            return base if name in {"trim", "toString", "valueOf"} else self._concat(engine, base, name, expr, frame)
        if base.tag == "request" and name in {"set", "setHeader", "header"} and args:
            values = [engine.value(arg, frame) for arg in args[:2]]
            return with_header(base, shown(values[0]), values[1]) if len(values) == 2 else with_headers(base, values[0])
        if base.tag == "request" and name in {"send", "write", "end"} and args and args[0].op != "lambda":
            return base.put("body", engine.value(args[0], frame))
        if base.tag == "request" and name == "auth":
            return with_header(base, "Authorization", plain("Basic <credentials>"))
        return (
            base
            if base.tag == "request" and name in {"type", "accept", "timeout", "retry", "on", "query", "then", "catch"}
            else None
        )

    def _concat(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val:
        if name == "concat":
            return joined([base, *(engine.value(arg, frame) for arg in expr.args)], expr.spot)
        return unknown(expr.src, expr.spot, "string")

    def assigned(self, engine: Evaluator, base: Val, name: str, value: Val) -> Val | None:
        """Leave things of libraries as they are, but for headers."""
        if base.tag == "request" and name in {"body", "method", "headers"}:
            return base.put(name, value)
        return None

    def sink(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give the request a call sends."""
        obj, name = callee(expr)
        if expr.op != "call":
            return None
        if name == self.sdk_call and expr.args:
            return official(engine.value(expr.args[0], frame), expr.spot)
        if obj is None:
            return self._function(engine, expr, name, frame)
        if name in {"send", "end"}:
            value = engine.value(obj, frame)
            return self._sending(engine, value, expr, frame) if value.tag == "request" else None
        if name == "fetch" and expr.args and dotted(obj) in {"window", "globalThis", "self", "undici", "global"}:
            return _fetched(expr, [engine.value(arg, frame) for arg in expr.args[:2]])
        return self._verb(engine, expr, obj, name, frame) if name in _VERBS else None

    def _sending(self, engine: Evaluator, value: Val, expr: Expr, frame: Frame) -> Val:
        if expr.args and expr.args[0].op != "lambda":
            value = value.put("body", engine.value(expr.args[0], frame))
        if value.slot("agent") is not None:
            body = value.slot("body")
            return default_type(value, "application/json" if body is not None and body.form in {"object", "shape"} else _FORM)
        return value

    def _function(self, engine: Evaluator, expr: Expr, name: str, frame: Frame) -> Val | None:
        kind = self._kind_of(name, frame) or ("fetch" if name == "fetch" else "")
        args = [engine.value(arg, frame) for arg in expr.args[:2]]
        if not kind or not args:
            return None
        if kind == "fetch" or (kind == "undici" and name in {"fetch", "request"}):
            return _fetched(expr, args, bare=name != "fetch" and kind == "undici" and "request" in name)
        if args[0].form == "object":
            return self._configured(expr, kind, args[0], None)
        config = args[1] if len(args) > 1 else Val(form="object")
        return self._configured(expr, kind, config.put("url", args[0]), None)

    def _verb(self, engine: Evaluator, expr: Expr, obj: Expr, name: str, frame: Frame) -> Val | None:
        head = dotted(obj).split(".")[0]
        kind = self._kind_of(head, frame)
        client = engine.value(obj, frame) if not kind else None
        if client is not None and client.tag == "client":
            kind = shown(client.slots["kind"])
        args = [engine.value(arg, frame) for arg in expr.args[:3]]
        if not args or kind == "node":
            return None
        if not kind and (engine.project.functions(name, frame.scope.module) or not launches(request_of(expr.spot, url=args[0]))):
            return None
        client = client if client is not None and client.tag == "client" else None
        if name == "request":
            config = (
                args[0] if args[0].form == "object" else (args[1] if len(args) > 1 else Val(form="object")).put("url", args[0])
            )
            return self._configured(expr, kind, config, client)
        if kind in {"axios", ""}:
            config = args[2] if len(args) > 2 and args[2].form == "object" else Val(form="object", open=len(args) > 2)
            config = config.put("data", args[1]) if len(args) > 1 else config
        else:
            config = args[1] if len(args) > 1 and args[1].form == "object" else Val(form="object", open=len(args) > 1)
        return self._configured(expr, kind, config.put("url", args[0]).put("method", plain(name.upper(), expr.spot)), client)

    def _configured(self, expr: Expr, kind: str, config: Val, client: Val | None) -> Val:
        return self._plainly(expr, kind, config, client).put("via", plain(kind))

    def _plainly(self, expr: Expr, kind: str, config: Val, client: Val | None) -> Val:
        url = config.slot("url") or config.slot("uri") or unknown("url")
        request = posted(expr.spot, url, None, fits=bool(kind)).put("method", config.slot("method") or plain("GET"))
        if (base := config.slot("baseURL") or config.slot("prefixUrl")) is not None:
            request = request.put("url", under(base, url))
        if client is not None:
            request = with_headers(request.put("url", under(client.slot("base"), url)), client.slot("headers"))
        request = with_headers(request, config.slot("headers"))
        if "auth" in config.slots:
            request = with_header(request, "Authorization", plain("Basic <credentials>"))
        request = msgspec.structs.replace(request, open=request.open or config.open or (client is not None and client.open))
        return _body(request, kind, config, expr)

    def bare(self, engine: Evaluator, expr: Expr, frame: Frame, request: Val) -> bool:
        """Tell whether nothing in the file adds headers to every request."""
        module = frame.scope.module
        source = module.text if module is not None else ""
        return request.slot("via") is None or not re.search(r"interceptors\.request|defaults\.headers|beforeRequest", source)

    def remarks(self, module: Module, scope: Scope, expr: Expr, request: Val) -> list[Remark]:
        """Say whether the client repeats a POST by itself."""
        source = module.text
        via = (
            shown(request.slots["via"]) if request.slot("via") is not None else "fetch" if request.slot("sdk") is None else "sdk"
        )
        if via in {"axios", ""} and module.imports_any("axios-retry") and (found := _axios_retry(source, expr)):
            config = source[found.end() : found.end() + 600]
            safe = re.search(r"isIdempotentRequestError|isSafeRequestError|isNetworkOrIdempotent", config)
            if not re.search(r"retries\s*:\s*0\b", config) and (safe is None or safe[0].startswith("isNetwork")):
                when = "the connection fails" if "retryCondition" not in config or safe else "its condition holds"
                return [("repeats-post", None, {"client": "`axios-retry`", "when": when})]
        if via in {"got", "ky"} and re.search(r"methods\s*:\s*\[[^\]]*['\"](post|POST)['\"]", source):
            return [
                ("repeats-post", None, {"client": "the client with `POST` among its retry methods", "when": "the call fails"})
            ]
        if (via == "fetch" and module.imports_any("fetch-retry")) or module.imports_any(*_RETRIES):
            return [("repeats-post", None, {"client": "a retry library", "when": "the call fails"})]
        return []


def _axios_retry(source: str, expr: Expr) -> re.Match[str] | None:
    """Find the `axiosRetry(client)` of the client that a call goes through."""
    name = dotted(callee(expr)[0]) or expr.name
    found = list(re.finditer(r"axiosRetry\s*\(\s*([\w.$]*)", source))
    return next((one for one in found if one[1].rpartition(".")[2] == name.rpartition(".")[2] or not one[1]), None)


def _form(value: Val) -> Val:
    if value.form == "object":
        return plain("&".join(f"{key}={shown(inner)}" for key, inner in value.slots.items()), value.spot)
    return value if value.form == "text" else unknown(value.name or "form", value.spot, "string")


def _fetched(expr: Expr, args: list[Val], bare: bool = False) -> Val:
    if args[0].tag == "request":
        return args[0]
    init = args[1] if len(args) > 1 else Val(form="object")
    if init.form != "object":
        return request_of(expr.spot, url=args[0], body=unknown("init"), fits=False)
    request = request_of(
        expr.spot, url=args[0], method=init.slot("method") or plain("GET"), body=init.slot("body"), fits=not init.open
    )
    request = with_headers(request, init.slot("headers"))
    body = init.slot("body")
    if body is None or bare:
        return request.put("body", plain("", expr.spot)) if body is None and not init.open else request
    if body.tag == "form":
        return default_type(request, "application/x-www-form-urlencoded;charset=UTF-8")
    if body.form in {"object", "shape"}:
        request = request.put("body", plain("[object Object]", body.spot))
    return default_type(request, _PLAIN_TEXT) if request.slots["body"].form in {"text", "json"} else request


def _body(request: Val, kind: str, config: Val, expr: Expr) -> Val:
    key = next((key for key in _JSON_KEYS if key in config.slots), None)
    if key is None:
        return request.put("body", plain("", expr.spot)) if not config.open else request.put("body", unknown("config"))
    body = config.slots[key]
    if body.form == "absent":
        return request.put("body", plain("", expr.spot))
    if kind == "request" and key == "json" and body.form == "scalar":
        body = config.slot("body") or body
    if body.tag == "form":
        return default_type(request.put("body", body), _FORM)
    request = request.put("body", body)
    if key == "json" or (body.form in {"object", "shape", "array"} and kind in {"axios", "ofetch", ""}):
        inner = Val(form="json", spot=body.spot, inner=body)
        return default_type(request.put("body", inner), "application/json")
    if body.form in {"text", "json"}:
        media = {"axios": _FORM, "ky": _PLAIN_TEXT}.get(kind)
        return default_type(request, media) if media else request
    return request


def _node(expr: Expr, args: list[Val]) -> Val:
    options = next((arg for arg in args if arg.form == "object"), Val(form="object", open=True))
    url = args[0] if args[0].form == "text" else options.slot("path") or unknown("path")
    host = options.slot("hostname") or options.slot("host")
    if host is not None and args[0].form != "text":
        url = joined([plain("https://"), host, url], url.spot)
    request = request_of(expr.spot, url=url, method=options.slot("method") or plain("GET"), fits=not options.open)
    return with_headers(request, options.slot("headers"))
