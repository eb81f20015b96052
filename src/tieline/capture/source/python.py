"""Python: dictionaries, dataclasses and pydantic models, and the clients that send requests."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from tieline.capture.source.evaluator import Evaluator, Frame
from tieline.capture.source.ir import Expr, Member, Module, Param, Scope, Shape, TypeRef, callee, dotted
from tieline.capture.source.language import Language, Remark
from tieline.capture.source.lower import Lowerer
from tieline.capture.source.requests import default_type, launches, official, request_of, with_header, with_headers
from tieline.capture.source.texts import braced, formatted, under
from tieline.capture.source.tree import first, named, number_of, text, unescape
from tieline.capture.source.value import Val, as_object, encode_json, joined, plain, scalar, shown, thing, unknown

_BLOCKS = frozenset(
    [
        "if_statement",
        "elif_clause",
        "else_clause",
        "for_statement",
        "while_statement",
        "except_clause",
        "case_clause",
        "finally_clause",
    ]
)
_FORM = "application/x-www-form-urlencoded"


class _Python(Lowerer):
    functions = frozenset({"function_definition", "lambda"})
    classes = frozenset({"class_definition"})
    blocks = _BLOCKS
    calls = frozenset({"call"})

    def begin(self, node: Node, scope: Scope) -> None:
        scope.name = text(node.child_by_field_name("name"))
        if node.parent is not None and node.parent.type == "decorated_definition":
            scope.marks = [text(child) for child in named(node.parent) if child.type == "decorator"]
        if node.type == "class_definition":
            self._class(node, scope)
            return
        scope.params = [param for child in named(node.child_by_field_name("parameters")) if (param := self._param(child))]
        if scope.owner and scope.params and "staticmethod" not in " ".join(scope.marks):
            scope.receiver = scope.params[0].name
        returns = node.child_by_field_name("return_type")
        scope.returns = self.type(returns) if returns is not None else None
        if node.type == "lambda":
            scope.results.append(self.expr(node.child_by_field_name("body")))

    def _param(self, node: Node) -> Param | None:
        if node.type == "identifier":
            return Param(text(node))
        name = node.child_by_field_name("name") or first(node, "identifier")
        if name is None or node.type.endswith(("splat_pattern", "separator")):
            return None
        ref, value = node.child_by_field_name("type"), node.child_by_field_name("value")
        return Param(text(name), self.type(ref) if ref else None, self.expr(value) if value else None)

    def _class(self, node: Node, scope: Scope) -> None:
        bases = [text(child) for child in named(node.child_by_field_name("superclasses"))]
        shape = Shape(scope.name, self.spot(node), bases=[base.split("[")[0].rpartition(".")[2] for base in bases])
        body = node.child_by_field_name("body")
        source = text(body)
        camel = bool(
            re.search(
                r"alias_generator\s*=\s*\w*to_?(lower_?)?camel|LetterCase\.CAMEL", source + " ".join(scope.marks), re.IGNORECASE
            )
        )
        always = "serialize_by_alias=True" in source.replace(" ", "")
        for statement in named(body):
            inner = first(statement, "assignment")
            if inner is not None and inner.child_by_field_name("type") is not None:
                shape.members.append(self._member(inner, camel, always))
        shape.order = [member.name for member in shape.members]
        self.module.shapes[scope.name] = shape

    def _member(self, node: Node, camel: bool, always: bool) -> Member:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        name = text(left)
        default = self.expr(right) if right is not None else None
        alias = _camel(name) if camel else name
        if default is not None and default.op == "call":
            given = default.kw.get("serialization_alias") or default.kw.get("alias")
            alias = str(given.value) if given is not None and given.op == "text" else alias
            factory = default.kw.get("default_factory")
            default = default.kw.get("default") or (default.args[0] if default.args else None)
            if factory is not None:
                default = Expr("array" if factory.name == "list" else "object", self.spot(node))
        names: dict[str, str | None] = {"alias": alias, "": alias if always else name}
        return Member(name, self.type(node.child_by_field_name("type")), self.spot(left or node), names, default=default)

    def statement(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        kind = node.type
        if kind in {"assignment", "augmented_assignment", "named_expression"}:
            return self._assignment(node, scope, block)
        if kind == "as_pattern":
            value, alias = named(node)[:1], named(first(node, "as_pattern_target"))
            if value and alias:
                self.assign(scope, node, self.expr(alias[0]), self.expr(value[0]), block=block)
            return bool(alias)
        if kind == "return_statement":
            results = [self.expr(child) for child in named(node)]
            scope.results.extend(results)
            return bool(results)
        if kind in {"import_statement", "import_from_statement"}:
            self._import(node)
        return False

    def _assignment(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        right = node.child_by_field_name("right") or node.child_by_field_name("value")
        ref = node.child_by_field_name("type")
        if left is None or (right is None and ref is None):
            return False
        adds = node.type == "augmented_assignment"
        value = self.expr(right) if right is not None else None
        if left.type in {"pattern_list", "tuple_pattern"}:
            many = value.args if value is not None and value.op == "array" else ()
            for index, target in enumerate(named(left)):
                one = many[index] if index < len(many) else value
                self.assign(scope, node, self.expr(target), one, index=0 if many else index, block=block)
            return True
        self.assign(scope, node, self.expr(left), value, adds=adds, type=self.type(ref) if ref else None, block=block)
        return True

    def _import(self, node: Node) -> None:
        origin = text(node.child_by_field_name("module_name"))
        if origin:
            self.module.imports.append(origin)
        for child in node.children_by_field_name("name"):
            name = text(child.child_by_field_name("name") or child)
            whole = f"{origin}.{name}" if origin else name
            self.module.aliases[text(child.child_by_field_name("alias")) or name] = whole
            self.module.imports.append(whole)

    def type(self, node: Node | None) -> TypeRef:
        """Read an annotation."""
        return _type(text(node)) if node is not None else TypeRef("any")

    def expression(self, node: Node) -> Expr | None:
        kind = node.type
        if kind == "identifier":
            return self.name(node)
        if kind == "string":
            return self._string(node)
        if kind == "concatenated_string":
            return self.make("join", node, args=self.all(node))
        if kind in {"integer", "float"}:
            return self.make("scalar", node, value=number_of(text(node)))
        if kind in {"true", "false", "none"}:
            return self.make("scalar", node, value={"true": True, "false": False, "none": None}[kind])
        if kind in {"dictionary", "list", "tuple", "set", "expression_list"}:
            return self._collection(node)
        return self._compound(node)

    def _collection(self, node: Node) -> Expr:
        if node.type != "dictionary":
            return self.make("array", node, args=self.all(node))
        entries: list[tuple[Expr | None, Expr]] = []
        for child in named(node):
            if child.type == "pair":
                entries.append((self.expr(child.child_by_field_name("key")), self.expr(child.child_by_field_name("value"))))
            elif child.type == "dictionary_splat":
                entries.append((None, self.expr(named(child)[0] if named(child) else None)))
        return self.make("object", node, entries=tuple(entries))

    def _compound(self, node: Node) -> Expr | None:
        kind = node.type
        if kind == "attribute":
            return self.make(
                "attr", node, base=self.expr(node.child_by_field_name("object")), name=text(node.child_by_field_name("attribute"))
            )
        if kind == "subscript":
            index = (self.expr(node.child_by_field_name("subscript")),)
            return self.make("index", node, base=self.expr(node.child_by_field_name("value")), args=index)
        if kind == "call":
            return self._call(node)
        if kind == "binary_operator":
            return self._binary(node)
        if kind == "conditional_expression" and len(named(node)) == 3:
            one, _, other = named(node)
            return self.make("either", node, args=(self.expr(one), self.expr(other)))
        if kind == "boolean_operator":
            return self.make("either", node, args=self.all(node))
        if kind in {"await", "parenthesized_expression", "as_pattern", "named_expression", "list_splat"} and named(node):
            return self.expr(named(node)[0 if kind != "named_expression" else -1])
        if kind == "unary_operator" and text(node)[1:].replace(".", "").isdigit():
            return self.make("scalar", node, value=number_of(text(node)))
        return self.make("lambda", node) if kind == "lambda" else None

    def _binary(self, node: Node) -> Expr | None:
        if text(node.child_by_field_name("operator")) == "%":
            return self.make(
                "call",
                node,
                name="%",
                args=(self.expr(node.child_by_field_name("left")), self.expr(node.child_by_field_name("right"))),
            )
        if text(node.child_by_field_name("operator")) == "|":
            merged = tuple((None, self.expr(node.child_by_field_name(side))) for side in ("left", "right"))
            return self.make("object", node, entries=merged)
        terms = self.terms(node, "binary_operator", "+")
        return self.make("join", node, args=tuple(self.expr(term) for term in terms)) if terms else None

    def _string(self, node: Node) -> Expr:
        start = text(first(node, "string_start"))
        prefix = start.rstrip("\"'").lower()
        parts: list[Expr] = []
        for child in node.named_children:
            if child.type == "string_content":
                inner = text(child) if "r" in prefix else unescape(text(child))
                inner = inner.replace("{{", "{").replace("}}", "}") if "f" in prefix else inner
                parts.append(self.string(child, inner, raw=int(len(start) - len(prefix) == 3), skip=0))
            elif child.type == "interpolation":
                parts.append(self.expr(child.child_by_field_name("expression")))
        if not parts:
            return self.string(node, "")
        return (
            parts[0]
            if len(parts) == 1 and parts[0].op == "text"
            else self.make("join", node, args=(self.string(node, ""), *parts))
        )

    def _call(self, node: Node) -> Expr:
        args: list[Expr] = []
        kw: dict[str, Expr] = {}
        for child in named(node.child_by_field_name("arguments")):
            if child.type == "keyword_argument":
                kw[text(child.child_by_field_name("name"))] = self.expr(child.child_by_field_name("value"))
            elif child.type == "dictionary_splat":
                kw["**"] = self.expr(named(child)[0] if named(child) else None)
            else:
                args.append(self.expr(child))
        return self.make("call", node, base=self.expr(node.child_by_field_name("function")), args=tuple(args), kw=kw)


_TYPES = {
    "str": "string", "UUID": "string", "uuid.UUID": "string", "datetime": "string", "date": "string", "EmailStr": "string", "bytes": "string",
    "int": "number", "float": "number", "Decimal": "number", "bool": "boolean", "dict": "object", "Dict": "object", "Mapping": "object",
    "list": "array", "List": "array", "Sequence": "array", "tuple": "array", "Tuple": "array", "set": "array", "Set": "array",
    "Any": "any", "object": "any", "None": "any", "Iterable": "array", "MutableMapping": "object", "JSON": "any",
}  # fmt: skip


def _type(source: str) -> TypeRef:
    plain_source = source.strip().strip("\"'").removeprefix("typing.").removeprefix("t.")
    optional = re.fullmatch(r"Optional\[(.*)\]", plain_source, re.DOTALL)
    if optional or "None" in plain_source:
        inner = optional[1] if optional else re.sub(r"\s*\|\s*None|None\s*\|\s*", "", plain_source)
        made = _type(inner) if inner != plain_source and inner else TypeRef("any")
        return TypeRef(made.kind, made.name, made.of, made.shape, nullable=True)
    name, _, rest = plain_source.partition("[")
    if name in {"Annotated", "Final", "ClassVar", "Required", "NotRequired"}:
        return _type(rest.rstrip("]").split(",")[0])
    kind = _TYPES.get(name)
    return TypeRef(kind) if kind is not None else TypeRef("named", name.rpartition(".")[2])


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


_STRINGS = re.compile(r"(os\.(getenv|environ\.get)|str|uuid\.uuid\d|.*\.(isoformat|strftime|hexdigest|strip|lower|upper|hex))$")
_PASSED = frozenset(
    {
        "bytes",
        "bytearray",
        "io.BytesIO",
        "BytesIO",
        "copy",
        "copy.copy",
        "copy.deepcopy",
        "deepcopy",
        "dict",
        "OrderedDict",
        "urlparse",
    }
)
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request", "apost"})
_CLIENTS = {
    "requests.Session": "requests", "requests.session": "requests", "httpx.Client": "httpx", "httpx.AsyncClient": "httpx",
    "aiohttp.ClientSession": "aiohttp", "urllib3.PoolManager": "urllib3", "http.client.HTTPSConnection": "http.client",
    "http.client.HTTPConnection": "http.client", "aiohttp_retry.RetryClient": "aiohttp", "requests.sessions.Session": "requests",
    "requests_oauthlib.OAuth2Session": "oauth",
}  # fmt: skip


class Python(Language):
    """What Python's libraries do."""

    name = "python"
    selves = frozenset({"self", "cls"})
    encoders = frozenset({"dumps", "model_dump_json", "to_json", "dump"})
    sdk_call = "post_flows_executions"

    def lower(self, file: str, folder: str, code: bytes) -> Module:
        """Turn a file into its picture."""
        return _Python(file, folder, "python", "python", code).run()

    def call(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what functions of the libraries give."""
        args = [engine.value(arg, frame) for arg in expr.args[:2]] if expr.name == "%" else []
        if expr.name == "%":
            return _percent(args[0], args[1], expr)
        path = self._path(expr.base, frame)
        if (made := self._json(engine, expr, path, frame)) is not None:
            return made
        if path in _CLIENTS:
            return self._client(engine, expr, _CLIENTS[path], frame)
        if path in {"urllib.request.Request", "requests.Request"}:
            return self._request(engine, expr, path, frame)
        obj, name = callee(expr)
        if name.casefold() == "flowexecutionlaunchrequest" and engine.shape(TypeRef("named", name), frame.scope.module) is None:
            return Val(
                form="object",
                tag="official",
                spot=expr.spot,
                slots={_camel(key): engine.value(value, frame) for key, value in expr.kw.items()},
            )
        if obj is None and name[:1].isupper() and engine.shape(TypeRef("named", name), frame.scope.module) is not None:
            return engine.value(
                Expr("new", expr.spot, expr.pos, expr.src, name, args=expr.args, kw=expr.kw, type=TypeRef("named", name)), frame
            )
        if path in _PASSED and expr.args:
            return engine.value(expr.args[0], frame)
        if path == "dict":
            return self._dict(engine, expr, frame)
        return self._named(engine, expr, path, frame)

    def _named(self, engine: Evaluator, expr: Expr, path: str, frame: Frame) -> Val | None:
        if path in {"urljoin", "urllib.parse.urljoin"} and len(expr.args) == 2:
            base, more = (engine.value(arg, frame) for arg in expr.args)
            return under(base, more)
        if path == "str" and expr.args:
            value = engine.value(expr.args[0], frame)
            if value.form in {"object", "array", "shape"}:
                return plain(repr(encode_json(value).value), expr.spot)
            return value if value.form in {"text", "json"} else unknown(value.name or expr.src, expr.spot, "string")
        if path in {"int", "float", "len", "round", "time.time"}:
            return unknown(expr.src, expr.spot, "number")
        if path == "bool":
            return unknown(expr.src, expr.spot, "boolean")
        return unknown(expr.src, expr.spot, "string") if _STRINGS.fullmatch(path) else None

    def _path(self, base: Expr | None, frame: Frame) -> str:
        path = dotted(base)
        head, dot, rest = path.partition(".")
        module = frame.scope.module
        whole = module.aliases.get(head, head) if module is not None else head
        return f"{whole}{dot}{rest}"

    def _dict(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val:
        made = Val(form="object", spot=expr.spot)
        for key, value in expr.kw.items():
            made = made.put(key, engine.value(value, frame)) if key != "**" else msgspec.structs.replace(made, open=True)
        return made

    def _json(self, engine: Evaluator, expr: Expr, path: str, frame: Frame) -> Val | None:
        name = path.rpartition(".")[2]
        if name in {"asdict", "vars"} and len(expr.args) == 1:
            return as_object(engine.value(expr.args[0], frame))
        if (
            name == "dumps"
            and path.split(".", maxsplit=1)[0] in {"json", "orjson", "ujson", "simplejson", "rapidjson"}
            and expr.args
        ):
            return Val(form="json", spot=expr.spot, inner=engine.value(expr.args[0], frame), name=expr.args[0].src)
        if name in {"encode"} and path.startswith("msgspec.json") and expr.args:
            return Val(form="json", spot=expr.spot, inner=engine.value(expr.args[0], frame), name=expr.args[0].src)
        return None

    def _client(self, engine: Evaluator, expr: Expr, kind: str, frame: Frame) -> Val:
        headers = engine.value(expr.kw["headers"], frame) if "headers" in expr.kw else Val(form="object", spot=expr.spot)
        base = expr.kw.get("base_url") or (expr.args[0] if kind in {"http.client", "aiohttp"} and expr.args else None)
        made = thing(
            "client", expr.spot, kind=plain(kind), headers=headers, base=engine.value(base, frame) if base is not None else None
        )
        return msgspec.structs.replace(made, open=bool({"auth", "transport", "**"} & set(expr.kw)))

    def _request(self, engine: Evaluator, expr: Expr, path: str, frame: Frame) -> Val:
        names = ("url", "data", "headers") if path.startswith("urllib") else ("method", "url", "headers")
        given = dict(zip(names, expr.args, strict=False)) | expr.kw
        values = {key: engine.value(value, frame) for key, value in given.items()}
        return self._sent("urllib" if path.startswith("urllib") else "requests", values, expr, None)

    def attr(self, engine: Evaluator, base: Val, name: str) -> Val | None:
        """Give `__dict__` of an object."""
        if name == "__dict__":
            return as_object(base)
        return base.slot(_camel(name)) if base.tag == "official" else None

    def assigned(self, engine: Evaluator, base: Val, name: str, value: Val) -> Val | None:
        """Set a property of the official SDK's request."""
        return base.put(_camel(name), value) if base.tag == "official" else None

    def constructed(self, engine: Evaluator, shape: Shape, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the fields a constructor sets; pydantic takes a field by its alias."""
        made = super().constructed(engine, shape, expr, frame)
        for member in shape.members:
            alias = member.names.get("alias")
            if alias in expr.kw and member.name not in expr.kw:
                made[member.name] = engine.value(expr.kw[str(alias)], frame)
        for key, value in expr.kw.items():
            if key in made:
                made[key] = msgspec.structs.replace(made[key], spot=value.spot)
        return made

    def method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        """Say what methods do to values."""
        if base.form == "shape":
            return self._model(engine, base, name, expr)
        if base.form in {"text", "json"}:
            return self._text(engine, base, name, expr, frame)
        if base.form == "object":
            return self._mapping(engine, base, name, expr, frame)
        if base.tag == "request" and name in {"add_header", "add_unredirected_header"} and len(expr.args) == 2:
            key, value = (engine.value(arg, frame) for arg in expr.args)
            return with_header(base, shown(key), value)
        return base if base.tag == "request" and name == "prepare" else None

    def _model(self, engine: Evaluator, base: Val, name: str, expr: Expr) -> Val | None:
        if name not in {"model_dump", "dict", "model_dump_json", "json", "to_json", "to_dict", "_asdict"}:
            return None
        by_alias = expr.kw.get("by_alias")
        dialect = "alias" if (by_alias is not None and by_alias.value is True) or name in {"to_json", "to_dict"} else ""
        made = as_object(base, dialect)
        without = [
            key for key in ("exclude_none", "exclude_unset", "exclude_defaults") if key in expr.kw and expr.kw[key].value is True
        ]
        if without:
            kept = {key: value for key, value in made.slots.items() if value.form != "scalar" or value.scalar is not None}
            made = msgspec.structs.replace(made, slots=kept)
        return Val(form="json", spot=expr.spot, inner=made) if "json" in name else made

    def _text(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        if name in {"encode", "strip", "rstrip", "lstrip", "decode", "dedent"}:
            return base
        if name == "format" and base.form == "text":
            kw = {key: engine.value(value, frame) for key, value in expr.kw.items()}
            return braced(base, [engine.value(arg, frame) for arg in expr.args], kw, expr)
        return unknown(expr.src, expr.spot, "string")

    def _mapping(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        if name == "update":
            made = base
            for arg in expr.args:
                more = engine.value(arg, frame)
                made = msgspec.structs.replace(made, slots={**made.slots, **more.slots}, open=made.open or more.form != "object")
            for key, value in expr.kw.items():
                made = made.put(key, engine.value(value, frame))
            return made
        if name == "setdefault" and len(expr.args) == 2:
            key = shown(engine.value(expr.args[0], frame))
            return base if key in base.slots else base.put(key, engine.value(expr.args[1], frame))
        return base if name == "copy" else None

    def sink(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give the request a call sends."""
        obj, name = callee(expr)
        path = self._path(expr.base, frame)
        if name.startswith(self.sdk_call):
            body = expr.args[0] if expr.args else expr.kw.get("body")
            return official(engine.value(body, frame), expr.spot) if body is not None else None
        if name in {"urlopen", "send"} and expr.args:
            value = engine.value(expr.args[0], frame)
            return value if value.tag == "request" else None
        if name not in _VERBS or (obj is None and path.split(".")[0] not in {"requests", "httpx", "aiohttp"}):
            return None
        kind, client = self._kind(engine, obj, path, frame)
        if kind == "" and engine.project.functions(name, frame.scope.module):
            return None
        given = self._given(engine, expr, name, kind, frame)
        made = self._sent(kind, given, expr, client)
        return made if kind or launches(made) else None

    def _kind(self, engine: Evaluator, obj: Expr | None, path: str, frame: Frame) -> tuple[str, Val | None]:
        head = path.split(".", maxsplit=1)[0]
        if head in {"requests", "httpx", "urllib3", "aiohttp"} and path.count(".") == 1:
            return head, None
        client = engine.value(obj, frame)
        if client.tag == "client" and client.slot("kind") is not None:
            return shown(client.slots["kind"]), client
        return "", None

    def _given(self, engine: Evaluator, expr: Expr, name: str, kind: str, frame: Frame) -> dict[str, Val]:
        second = {"httpx": "none", "http.client": "body", "urllib3": "fields"}.get(kind, "data")
        names = ("url", second, "json") if name != "request" else ("method", "url", second, "headers")
        values = {key: engine.value(value, frame) for key, value in zip(names, expr.args, strict=False)}
        values |= {key: engine.value(value, frame) for key, value in expr.kw.items()}
        if name != "request":
            values["method"] = plain(name.removeprefix("a").upper() if name == "apost" else name.upper(), expr.spot)
        return values

    def _sent(self, kind: str, given: dict[str, Val], expr: Expr, client: Val | None) -> Val:
        bare = kind in {"requests", "httpx", "urllib3", "aiohttp", "http.client", "urllib"}
        url = given.get("url", unknown("url"))
        open_client = client is not None and client.open
        request = request_of(
            expr.spot, method=given.get("method"), url=url, fits=bare and not open_client and not {"**"} & set(given)
        )
        if client is not None:
            request = with_headers(request.put("url", under(_origin(client.slot("base"), kind), url)), client.slot("headers"))
        request = with_headers(request, given.get("headers"))
        auth = given.get("auth")
        if auth is not None and auth.form not in {"scalar", "absent"}:
            basic = auth.form == "array"
            request = (
                with_header(request, "Authorization", plain("Basic <credentials>"))
                if basic
                else msgspec.structs.replace(request, open=True)
            )
        return _with_body(request, kind, given, expr)

    def bare(self, engine: Evaluator, expr: Expr, frame: Frame, request: Val) -> bool:
        """Say yes: a client out of sight leaves its request open."""
        return callee(expr)[1] in _VERBS or callee(expr)[1] == "urlopen"

    def remarks(self, module: Module, scope: Scope, expr: Expr, request: Val) -> list[Remark]:
        """Say whether the client repeats a POST by itself."""
        if request.slot("sdk") is not None:
            when = "the connection is reset, or the answer is 429 or 503 with `Retry-After`"
            return [("repeats-post", None, {"client": "`PureCloudPlatformClientV2`", "when": when, "times": "10"})]
        source = module.text
        through = dotted(expr.base).partition(".")[0] not in {"requests", "httpx"}
        retry = re.search(r"\bRetry\(([^()]*(?:\([^()]*\)[^()]*)*)\)", source)
        if (
            through
            and retry
            and re.search(r"(allowed_methods|method_whitelist)\s*=\s*(None|False|[^=]*?[\"']POST[\"'])", retry[1])
        ):
            return [
                (
                    "repeats-post",
                    None,
                    {
                        "client": "`urllib3.Retry` with `POST` allowed",
                        "when": "the connection fails or the answer is one of its list",
                    },
                )
            ]
        if through and re.search(r"\bRetryClient\(", source) and module.imports_any("aiohttp_retry"):
            return [("repeats-post", None, {"client": "`aiohttp_retry`", "when": "the call fails or the answer is 5xx"})]
        marks = " ".join(mark for around in _around(scope) for mark in around.marks)
        if re.search(r"@(tenacity\.)?retry\b|@backoff\.on_|@retrying\.|@stamina\.retry|@autoretry", marks):
            return [("repeats-post", None, {"client": "the retry decorator", "when": "the function raises"})]
        return []


def _around(scope: Scope | None) -> list[Scope]:
    found: list[Scope] = []
    while scope is not None:
        found.append(scope)
        scope = scope.parent
    return found


def _percent(template: Val, args: Val, expr: Expr) -> Val:
    if args.form == "array":
        return formatted(template, list(args.elements), expr)
    return formatted(template, [args], expr, args.slots if args.form == "object" else None)


def _origin(base: Val | None, kind: str) -> Val | None:
    if base is None or kind != "http.client":
        return base
    return joined([plain("https://"), base], base.spot)


def _with_body(request: Val, kind: str, given: dict[str, Val], expr: Expr) -> Val:
    json_body = given.get("json")
    if json_body is not None and not (json_body.form == "scalar" and json_body.scalar is None):
        body = Val(form="json", spot=json_body.spot, inner=as_object(json_body, "alias" if json_body.tag == "model" else ""))
        return default_type(request.put("body", body), "application/json")
    body = next((given[key] for key in ("data", "content", "body", "fields") if key in given), scalar(None))
    if body.form == "scalar" and body.scalar is None:
        return request.put("body", plain("", expr.spot)) if "**" not in given else request.put("body", unknown("kwargs"))
    if kind == "urllib" and request.slot("method") is None:
        request = request.put("method", plain("POST", expr.spot))
    if body.form == "object":
        text_body = "&".join(f"{key}={shown(value)}" for key, value in body.slots.items() if value.form != "object")
        return default_type(request.put("body", plain(text_body, body.spot)), _FORM)
    request = request.put("body", body)
    if kind == "urllib":
        return default_type(request, _FORM)
    return default_type(request, "text/plain; charset=utf-8") if kind == "aiohttp" and body.form in {"text", "json"} else request
