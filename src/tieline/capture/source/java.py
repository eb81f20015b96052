"""Java: maps, classes with the annotations of Jackson and Gson, and the clients that send requests."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from tieline.capture.source.evaluator import Evaluator, Frame
from tieline.capture.source.ir import Expr, Member, Module, Param, Scope, Shape, TypeRef, callee, dotted
from tieline.capture.source.language import Language, Remark
from tieline.capture.source.lower import Lowerer
from tieline.capture.source.requests import (
    default_type,
    has_header,
    launches,
    official,
    posted,
    request_of,
    with_header,
    with_headers,
)
from tieline.capture.source.texts import formatted, under
from tieline.capture.source.tree import first, named, number_of, text, unescape
from tieline.capture.source.value import OFFICIAL_NAMES, Val, joined, parts_of, plain, scalar, shown, thing, unknown

_BLOCKS = frozenset(
    ["if_statement", "for_statement", "enhanced_for_statement", "while_statement", "switch_block_statement_group", "catch_clause"]
)
_ANNOTATED = frozenset({"annotation", "marker_annotation"})
_LATIN = "text/plain;charset=ISO-8859-1"


class _Java(Lowerer):
    functions = frozenset(
        {"method_declaration", "constructor_declaration", "lambda_expression", "compact_constructor_declaration"}
    )
    classes = frozenset({"class_declaration", "record_declaration", "enum_declaration", "interface_declaration"})
    blocks = _BLOCKS
    calls = frozenset({"method_invocation", "object_creation_expression"})

    def begin(self, node: Node, scope: Scope) -> None:
        scope.name = text(node.child_by_field_name("name"))
        scope.marks = [text(mark) for mark in _marks(node)]
        if node.type in self.classes:
            self._class(node, scope)
            return
        listed = node.child_by_field_name("parameters")
        if listed is not None and listed.type == "identifier":
            scope.params = [Param(text(listed))]
        else:
            scope.params = [self._param(child) for child in named(listed)]
        returns = node.child_by_field_name("type")
        scope.returns = self.type(returns) if returns is not None else None
        if node.type == "constructor_declaration":
            scope.name = "<init>"
        body = node.child_by_field_name("body")
        if node.type == "lambda_expression" and body is not None and body.type != "block":
            scope.results.append(self.expr(body))

    def _param(self, node: Node) -> Param:
        if node.type == "identifier":
            return Param(text(node))
        name = node.child_by_field_name("name") or first(node, "variable_declarator")
        return Param(text(name), self.type(node.child_by_field_name("type")))

    def _class(self, node: Node, scope: Scope) -> None:
        shape = Shape(scope.name, self.spot(node))
        above = first(node, "superclass")
        shape.bases = [text(child).split("<")[0] for child in named(above)]
        marks = " ".join(scope.marks)
        for child in named(node.child_by_field_name("parameters")) if node.type == "record_declaration" else []:
            shape.members.append(self._member(child, child.child_by_field_name("name"), child.child_by_field_name("type"), marks))
        for child in named(node.child_by_field_name("body")):
            if child.type == "field_declaration" and not re.search(r"\bstatic\b", text(first(child, "modifiers"))):
                for declared in child.children_by_field_name("declarator"):
                    member = self._member(child, declared.child_by_field_name("name"), child.child_by_field_name("type"), marks)
                    value = declared.child_by_field_name("value")
                    member.default = self.expr(value) if value is not None else None
                    shape.members.append(member)
        shape.order = [member.name for member in shape.members]
        self.module.shapes[scope.name] = shape

    def _member(self, node: Node, name_node: Node | None, ref: Node | None, class_marks: str) -> Member:
        name = text(name_node)
        modifiers = text(first(node, "modifiers"))
        given = {_tail(text(mark.child_by_field_name("name"))): _argument(mark) for mark in _marks(node)}
        base: str | None = _snake(name) if re.search(r"Snake(CaseStrategy)?", class_marks) else name
        jackson = given.get("JsonProperty") or base
        gson: str | None = given.get("SerializedName") or name
        if "JsonIgnore" in given:
            jackson = None
        if re.search(r"\btransient\b", modifiers):
            jackson, gson = None, None
        member = Member(
            name, self.type(ref), self.spot(name_node or node), {"": jackson, "gson": gson, "moshi": given.get("Json") or name}
        )
        member.notes = self._notes(name, jackson, gson, given)
        if re.search(r"NON_(NULL|EMPTY|DEFAULT|ABSENT)", modifiers + class_marks):
            member.omit = "empty" if re.search(r"NON_(EMPTY|DEFAULT)", modifiers + class_marks) else "null"
        return member

    def _notes(
        self, name: str, jackson: str | None, gson: str | None, given: dict[str, str]
    ) -> dict[str, tuple[tuple[str, dict[str, str]], ...]]:
        def one(sent: str | None, other: str, library: str) -> tuple[tuple[str, dict[str, str]], ...]:
            meant = given.get(other)
            if not meant or sent is None or sent == meant or sent in OFFICIAL_NAMES:
                return ()
            facts = {"field": name, "sent": sent, "tag": f'@{other}("{meant}")', "why": f"{library} does not read `@{other}`"}
            return (("tag-malformed", facts),)

        return {"": one(jackson, "SerializedName", "Jackson"), "gson": one(gson, "JsonProperty", "Gson"), "moshi": ()}

    def statement(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        kind = node.type
        if kind in {"local_variable_declaration", "field_declaration"}:
            ref = node.child_by_field_name("type")
            made = self.type(ref) if ref is not None and text(ref) != "var" else None
            for declared in node.children_by_field_name("declarator"):
                name, value = declared.child_by_field_name("name"), declared.child_by_field_name("value")
                if name is not None:
                    self.assign(scope, declared, self.name(name), self.expr(value) if value else None, type=made, block=block)
            return True
        if kind == "resource":
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and value is not None:
                self.assign(scope, node, self.name(name), self.expr(value), block=block)
            return value is not None
        if kind == "assignment_expression":
            adds = text(node.child_by_field_name("operator")) == "+="
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            self.assign(scope, node, self.expr(left), self.expr(right), adds=adds, block=block)
            return True
        if kind == "return_statement":
            results = [self.expr(child) for child in named(node)]
            scope.results.extend(results)
            return bool(results)
        if kind == "import_declaration":
            self.module.imports.append(text(node).removeprefix("import").strip(" ;"))
        return False

    def type(self, node: Node | None) -> TypeRef:
        """Read a type."""
        return _type(text(node)) if node is not None else TypeRef("any", nullable=True)

    def expression(self, node: Node) -> Expr | None:
        kind = node.type
        if kind in {"identifier", "type_identifier", "this"}:
            return self.name(node)
        if kind == "string_literal":
            return self._string(node)
        if kind == "character_literal":
            return self.string(node, unescape(text(node)[1:-1]))
        if (kind.endswith("_literal") and "integer" in kind) or kind.endswith("floating_point_literal"):
            return self.make("scalar", node, value=number_of(text(node)))
        if kind in {"true", "false", "null_literal"}:
            return self.make("scalar", node, value={"true": True, "false": False, "null_literal": None}[kind])
        return self._compound(node)

    def _string(self, node: Node) -> Expr:
        source = text(node)
        if not source.startswith('"""'):
            return self.string(node, unescape(source[1:-1]))
        head, _, body = source[3:].removesuffix('"""').partition("\n")
        lines = body.split("\n")
        indents = [len(line) - len(line.lstrip()) for index, line in enumerate(lines) if line.strip() or index == len(lines) - 1]
        cut = min(indents, default=0)
        stripped = "\n".join(line[cut:] for line in lines)
        made = self.string(node, unescape(stripped) if not head.strip() else stripped, raw=cut + 1)
        made.spot = (self.file, self.spot(node)[1] + 1, cut + 1)
        return made

    def _compound(self, node: Node) -> Expr | None:
        kind = node.type
        if kind in {"field_access", "scoped_type_identifier", "scoped_identifier"}:
            inner = node.child_by_field_name("object") or (named(node)[0] if named(node) else None)
            field = node.child_by_field_name("field") or (named(node)[-1] if named(node) else None)
            return self.make("attr", node, base=self.expr(inner), name=text(field))
        if kind == "array_access":
            index = (self.expr(node.child_by_field_name("index")),)
            return self.make("index", node, base=self.expr(node.child_by_field_name("array")), args=index)
        if kind == "method_invocation":
            return self._call(node)
        if kind == "object_creation_expression":
            return self._new(node)
        if kind in {"array_initializer", "array_creation_expression"}:
            inner = first(node, "array_initializer") if kind[6] == "c" else node
            return self.make("array", node, args=self.all(inner))
        if kind == "binary_expression":
            terms = self.terms(node, kind, "+")
            return self.make("join", node, args=tuple(self.expr(term) for term in terms)) if terms else None
        if kind == "ternary_expression":
            sides = (self.expr(node.child_by_field_name("consequence")), self.expr(node.child_by_field_name("alternative")))
            return self.make("either", node, args=sides)
        if kind in {"parenthesized_expression", "cast_expression"} and named(node):
            return self.expr(named(node)[-1])
        if kind == "unary_expression" and re.fullmatch(r"-[\d._]+[lLfFdD]?", text(node)):
            return self.make("scalar", node, value=number_of(text(node)))
        return self.make("lambda", node) if kind in {"lambda_expression", "method_reference"} else None

    def _call(self, node: Node) -> Expr:
        chain: list[Node] = []
        here: Node | None = node
        while here is not None and here.type == "method_invocation" and len(chain) < 60:
            chain.append(here)
            here = here.child_by_field_name("object")
        made = self.expr(here) if here is not None else None
        for link in reversed(chain):
            name = link.child_by_field_name("name")
            base = self.make("attr", link, base=made, name=text(name)) if made is not None else self.name(name or link)
            made = self.make("call", link, base=base, args=self.all(link.child_by_field_name("arguments")))
            made.spot = self.spot(name or link) if len(chain) > 1 else made.spot
        return made if made is not None else self.make("other", node)

    def _new(self, node: Node) -> Expr:
        ref = node.child_by_field_name("type")
        name = text(ref).split("<")[0]
        entries: list[tuple[Expr | None, Expr]] = []
        for child in [inner for block in named(first(node, "class_body")) if block.type == "block" for inner in named(block)]:
            call = first(child, "method_invocation")
            arguments = named(call.child_by_field_name("arguments")) if call is not None else []
            if call is not None and text(call.child_by_field_name("name")) in {"put", "set"} and len(arguments) == 2:
                entries.append((self.expr(arguments[0]), self.expr(arguments[1])))
        args = self.all(node.child_by_field_name("arguments"))
        return self.make("new", node, name=name, type=TypeRef("named", _tail(name)), args=args, entries=tuple(entries))


def _marks(node: Node) -> list[Node]:
    return [child for child in named(first(node, "modifiers")) if child.type in _ANNOTATED]


def _argument(mark: Node) -> str:
    found = re.search(r"(?:\(\s*|\b(?:value|name)\s*=\s*)\"((?:[^\"\\]|\\.)*)\"", text(mark))
    return found[1] if found else ""


def _tail(name: str) -> str:
    return name.rpartition(".")[2]


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


_TYPES = {
    "String": "string", "CharSequence": "string", "UUID": "string", "Instant": "string", "LocalDate": "string", "LocalDateTime": "string",
    "OffsetDateTime": "string", "ZonedDateTime": "string", "URI": "string", "char": "string", "Character": "string",
    "Integer": "number", "Long": "number", "Double": "number", "Float": "number", "BigDecimal": "number", "BigInteger": "number", "Short": "number",
    "Boolean": "boolean", "Map": "object", "HashMap": "object", "LinkedHashMap": "object", "TreeMap": "object", "JSONObject": "object",
    "JsonObject": "object", "ObjectNode": "object", "List": "array", "Set": "array", "Collection": "array", "ArrayList": "array",
    "Object": "any", "JsonNode": "any", "T": "any", "void": "any", "Void": "any",
}  # fmt: skip
_PRIMITIVES = {
    "int": "number",
    "long": "number",
    "double": "number",
    "float": "number",
    "short": "number",
    "byte": "number",
    "boolean": "boolean",
}


def _type(source: str) -> TypeRef:
    name = source.strip()
    if name in _PRIMITIVES:
        return TypeRef(_PRIMITIVES[name])
    if name.endswith("[]"):
        return TypeRef("array", nullable=True)
    optional = re.fullmatch(r"Optional<(.*)>", name, re.DOTALL)
    if optional:
        return _type(optional[1])
    bare = _tail(name.split("<")[0])
    kind = _TYPES.get(bare)
    return TypeRef(kind or "named", "" if kind else bare, nullable=True)


_MAPS = frozenset(
    ["HashMap", "LinkedHashMap", "TreeMap", "ConcurrentHashMap", "JSONObject", "JsonObject", "HttpHeaders", "LinkedMultiValueMap"]
)
_LISTS = frozenset(["ArrayList", "LinkedList", "JSONArray", "JsonArray", "HashSet", "LinkedHashSet"])
_WRITERS = {"writeValueAsString": "", "writeValueAsBytes": "", "toJson": "gson", "toJSONString": "", "toJsonString": ""}
_PASSED = frozenset(
    [
        "URI.create",
        "BodyPublishers.ofString",
        "BodyPublishers.ofByteArray",
        "HttpRequest.BodyPublishers.ofString",
        "String.valueOf",
        "Objects.requireNonNull",
        "HttpRequest.BodyPublishers.ofByteArray",
        "BodyInserters.fromValue",
        "Mono.just",
        "Optional.of",
        "Map.copyOf",
        "UriComponentsBuilder.fromHttpUrl",
        "UriComponentsBuilder.fromUriString",
        "HttpUrl.parse",
        "HttpUrl.get",
        "Collections.unmodifiableMap",
        "Entity.json",
    ]
)
_MEDIA = {"APPLICATION_JSON": "application/json", "TEXT_PLAIN": "text/plain", "APPLICATION_FORM_URLENCODED": "application/x-www-form-urlencoded",
          "APPLICATION_JSON_UTF8": "application/json;charset=UTF-8", "APPLICATION_XML": "application/xml"}  # fmt: skip
_STRINGS = re.compile(
    r"(.*\.(toString|trim|getString|asText|name|substring|toLowerCase|toUpperCase|format)|System\.(getenv|getProperty)|UUID\.randomUUID)"
)
_SAME = frozenset(
    [
        "build",
        "timeout",
        "version",
        "GET",
        "expectContinue",
        "accept",
        "acceptCharset",
        "encode",
        "toUri",
        "asJson",
        "getBytes",
        "trim",
        "strip",
        "clone",
        "toUriString",
        "tag",
    ]
)


class Java(Language):
    """What Java's libraries do."""

    name = "java"
    selves = frozenset({"this"})
    encoders = frozenset(_WRITERS)
    sdk_call = "postFlowsExecutions"

    def lower(self, file: str, folder: str, code: bytes) -> Module:
        """Turn a file into its picture."""
        return _Java(file, folder, "java", "java", code).run()

    def zero(self, engine: Evaluator, member: Member) -> Val | None:
        """Give a field's default."""
        if member.type.nullable:
            return scalar(None, member.spot)
        return scalar(False if member.type.kind == "boolean" else 0, member.spot)

    def constant(self, name: str, expr: Expr) -> Val | None:
        """Give media types, methods and header names."""
        head, _, last = name.rpartition(".")
        if last.removesuffix("_VALUE") in _MEDIA and head.endswith(("MediaType", "ContentType", "MediaTypes")):
            return plain(_MEDIA[last.removesuffix("_VALUE")], expr.spot)
        if head.endswith("HttpMethod"):
            return plain(last, expr.spot)
        if head.endswith("HttpHeaders") and last.isupper():
            return plain(last.replace("_", "-").title(), expr.spot)
        return None

    def constructed(self, engine: Evaluator, shape: Shape, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the fields the constructor sets, or those of a record in order."""
        module = engine.project.module_of(shape.spot[0], None)
        scopes = [scope for scope in (module.scopes if module else []) if scope.name == "<init>" and scope.owner == shape.name]
        fitting = [scope for scope in scopes if len(scope.params) == len(expr.args) and scope.params]
        if fitting:
            return engine.set_by(fitting[0], expr, frame)
        return super().constructed(engine, shape, expr, frame)

    def new(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give objects of the libraries."""
        name = expr.type.name if expr.type is not None else ""
        if expr.name == "declared":
            return None
        args = [engine.value(arg, frame) for arg in expr.args[:4]]
        if name in _MAPS:
            made = args[0] if args and args[0].form in {"object", "shape"} else Val(form="object", spot=expr.spot)
            for key, value in expr.entries:
                made = made.put(shown(engine.value(key, frame)), _at(engine.value(value, frame), key or value))
            return msgspec.structs.replace(made, tag="json" if "ObjectNode" in name or name.casefold() == "jsonobject" else "")
        if name in _LISTS:
            return Val(form="array", spot=expr.spot)
        if name in {"HttpEntity", "RequestEntity"}:
            body, headers = (args[0], args[1]) if len(args) > 1 else (args[0] if args else unknown("body"), None)
            return thing("entity", expr.spot, body=body, headers=headers)
        return self._of_client(expr, name, args) or (args[0] if name in {"URL", "URI", "String"} and args else None)

    def _of_client(self, expr: Expr, name: str, args: list[Val]) -> Val | None:
        if expr.name.endswith("Request.Builder"):
            return request_of(expr.spot, method=plain("GET"))
        if name in {"HttpPost", "HttpPut", "HttpGet", "HttpPatch"}:
            return request_of(expr.spot, method=plain(name[4:].upper()), url=args[0] if args else None)
        if name in {"StringEntity", "ByteArrayEntity"} and args:
            media = args[1] if len(args) > 1 and args[1].form == "text" and "/" in shown(args[1]) else None
            if name == "StringEntity" and media is None:
                media = plain("text/plain; charset=ISO-8859-1")
            return thing("content", expr.spot, text=args[0], media=media)
        if name in {"StringBuilder", "StringBuffer"}:
            return args[0] if args and args[0].form == "text" else plain("", expr.spot)
        if name in {"RestTemplate", "OkHttpClient"} and not args:
            return thing("bare", expr.spot)
        if name in {"FlowExecutionLaunchRequest"}:
            return Val(form="object", tag="official", spot=expr.spot)
        return None

    def call(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what functions of the libraries give."""
        obj, name = callee(expr)
        path, args = dotted(expr.base), expr.args
        if name in _WRITERS and args:
            inner = engine.value(args[0], frame)
            gson = name == "toJson"
            return Val(form="json", spot=expr.spot, inner=inner, dialect="gson" if gson else "", name=args[0].src)
        if (path in _PASSED or path.endswith(("BodyPublishers.ofString", "BodyPublishers.ofByteArray"))) and args:
            return engine.value(args[0], frame)
        if (made := self._collection(engine, expr, path, frame)) is not None:
            return made
        if path == "String.format" and args:
            values = [engine.value(arg, frame) for arg in args]
            values = values[1:] if values[0].form != "text" and len(values) > 1 else values
            return formatted(values[0], values[1:], expr)
        if (
            path
            in {
                "RequestBody.create",
                "MediaType.parse",
                "MediaType.get",
                "MediaType.valueOf",
                "ContentType.create",
                "ContentType.parse",
            }
            and args
        ):
            return self._content(engine, expr, path, frame)
        return self._begun(engine, expr, obj, path, frame)

    def _begun(self, engine: Evaluator, expr: Expr, obj: Expr | None, path: str, frame: Frame) -> Val | None:
        name, args = callee(expr)[1], expr.args
        if path.endswith("HttpRequest.newBuilder"):
            return request_of(expr.spot, method=plain("GET"), url=engine.value(args[0], frame) if args else None)
        if path in {"WebClient.create", "RestClient.create", "WebClient.builder", "RestClient.builder"}:
            return thing("client", expr.spot, base=engine.value(args[0], frame) if args else None, headers=Val(form="object"))
        if path.startswith(("Unirest.", "RequestEntity.")) and args and name in {"post", "put", "get"}:
            return (
                posted(expr.spot, engine.value(args[0], frame), None)
                .put("method", plain(name.upper()))
                .put("spring", scalar(True))
            )
        if path in {"HttpClients.createDefault", "HttpClientBuilder.create"}:
            return thing("bare", expr.spot)
        if name == "openConnection" and obj is not None:
            return posted(expr.spot, engine.value(obj, frame), None).put("url-connection", scalar(True))
        if name == "builder" and not args and obj is not None and obj.op == "name":
            shape = engine.shape(TypeRef("named", obj.name), frame.scope.module)
            return (
                Val(form="shape", shape=shape, spot=expr.spot, slots=engine.zeros(shape, frame.scope.module))
                if shape is not None
                else None
            )
        known = engine.project.functions(name, frame.scope.module)
        return (
            unknown(expr.src, expr.spot, "string")
            if not known and path and _STRINGS.fullmatch(path) and obj is not None and obj.op == "other"
            else None
        )

    def _content(self, engine: Evaluator, expr: Expr, path: str, frame: Frame) -> Val:
        values = [engine.value(arg, frame) for arg in expr.args[:2]]
        if not path.startswith("RequestBody"):
            return values[0]
        media = next((value for value in values if value.form == "text" and re.match(r"[a-z]+/[\w+.-]+", shown(value))), None)
        body = next(
            (value for value in values if value is not media and not (value.form == "scalar" and value.scalar is None)),
            unknown("body"),
        )
        return thing("content", expr.spot, text=body, media=media)

    def _collection(self, engine: Evaluator, expr: Expr, path: str, frame: Frame) -> Val | None:
        args = expr.args
        if path in {"Map.of", "ImmutableMap.of", "Collections.singletonMap", "Collections.emptyMap"}:
            entries = tuple((args[index], args[index + 1]) for index in range(0, len(args) - 1, 2))
            return engine.value(Expr("object", expr.spot, expr.pos, expr.src, entries=entries), frame)
        if path == "Map.ofEntries":
            pairs = [arg.args for arg in args if len(arg.args) == 2]
            return engine.value(
                Expr("object", expr.spot, expr.pos, expr.src, entries=tuple((pair[0], pair[1]) for pair in pairs)), frame
            )
        if path in {"List.of", "Arrays.asList", "Set.of", "Collections.singletonList"}:
            return engine.value(Expr("array", expr.spot, expr.pos, expr.src, args=args), frame)
        name = callee(expr)[1]
        if path in {"ImmutableMap.builder"} or name in {"createObjectNode", "objectNode"}:
            return Val(form="object", tag="json" if name != "builder" else "", spot=expr.spot)
        return Val(form="array", spot=expr.spot) if name == "createArrayNode" else None

    def method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        """Say what methods do to values."""
        values = [engine.value(arg, frame) for arg in expr.args[:4]]
        if base.form == "object":
            return self._map_method(base, name, values, expr)
        if base.form == "array":
            return (
                msgspec.structs.replace(base, elements=(*base.elements, values[-1]))
                if name in {"add", "put"} and values
                else None
            )
        if base.form in {"text", "json"}:
            return self._text_method(base, name, values, expr)
        if base.form == "shape":
            return self._bean(base, name, values, expr)
        if base.tag == "request":
            return self._request_method(base, name, values, expr)
        if base.tag == "bare":
            return None if name in {"setInterceptors", "getInterceptors", "newBuilder"} else base
        if base.tag == "client":
            return self._client_method(base, name, values, expr)
        return base if base.form == "thing" and name in _SAME else None

    def _map_method(self, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if base.tag == "official":
            key = name[3:4].lower() + name[4:] if name.startswith("set") else name
            return base.put(key, _at(values[0], expr)) if values and key in OFFICIAL_NAMES else None
        if name in {"put", "set", "add", "addProperty", "putPOJO", "putIfAbsent", "header", "with"} and len(values) == 2:
            return base.put(shown(values[0]), _at(values[1], expr.args[0]))
        if name in {"putAll", "setAll", "addAll"} and values:
            more = values[0]
            return msgspec.structs.replace(base, slots={**base.slots, **more.slots}, open=base.open or more.form != "object")
        if name in {"setContentType", "contentType"} and values:
            return base.put("Content-Type", values[0])
        if name == "setBearerAuth" and values:
            return base.put("Authorization", joined([plain("Bearer "), values[0]], expr.spot))
        if name == "setBasicAuth":
            return base.put("Authorization", plain("Basic <credentials>"))
        if name in {"putObject", "withObject"} and values:
            return base
        if name in {"toString", "toJSONString", "toPrettyString", "encode", "getAsString"}:
            return Val(form="json", spot=expr.spot, inner=base)
        return base if name in {"build", "setAccept", "buildOrThrow"} else None

    def _text_method(self, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if name == "formatted" and base.form == "text":
            return formatted(base, values, expr)
        if name in {"concat", "append"} and values:
            return joined([base, values[0]], base.spot)
        if name == "resolve" and values:
            return under(base, values[0])
        if name in {"path", "pathSegment", "addPathSegments"} and values:
            return under(base, values[0])
        return (
            base
            if name in _SAME or name in {"toString", "stripIndent", "newBuilder", "toURL"}
            else unknown(expr.src, expr.spot, "string")
        )

    def _bean(self, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if name in {"build", "toBuilder"}:
            return base
        shape = base.shape
        for prefix in ("set", "with", ""):
            key = name[len(prefix) : len(prefix) + 1].lower() + name[len(prefix) + 1 :] if prefix else name
            if name.startswith(prefix) and len(values) == 1 and shape is not None and shape.member(key) is not None:
                return base.put(key, _at(values[0], expr))
        for prefix in ("get", "is", ""):
            key = name[len(prefix) : len(prefix) + 1].lower() + name[len(prefix) + 1 :] if prefix else name
            if name.startswith(prefix) and not values and key in base.slots:
                return base.slots[key]
        return None

    def _request_method(self, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if name in {"header", "setHeader", "addHeader", "setRequestProperty", "addRequestProperty"} and len(values) >= 2:
            return with_header(base, shown(values[0]), values[1])
        if name == "headers" and values:
            if values[0].form == "object":
                return with_headers(base, values[0])
            if len(values) % 2 or expr.args[0].op == "lambda":
                return msgspec.structs.replace(base, open=True)
            for index in range(0, len(values), 2):
                base = with_header(base, shown(values[index]), values[index + 1])
            return base
        if name in {"uri", "url", "setURI"} and values and expr.args[0].op != "lambda":
            return base.put("url", under(base.slot("base"), values[0]))
        if name in {"POST", "post", "PUT", "put", "setEntity", "bodyValue", "body", "syncBody"} and values:
            return self._with_body(base, name, values[0])
        if name in {"method", "setRequestMethod"} and values:
            made = base.put("method", values[0])
            return self._with_body(made, name, values[1]) if len(values) > 1 else made
        if name == "contentType" and values:
            return with_header(base, "Content-Type", values[0])
        if name in {"retry", "retryWhen"}:
            return base.put("repeats", scalar(True))
        return (
            base
            if name in _SAME or name.startswith(("set", "accept", "retrieve", "exchange", "bodyTo", "toBodiless", "toEntity"))
            else None
        )

    def _with_body(self, base: Val, name: str, body: Val) -> Val:
        if name in {"POST", "post", "PUT", "put"}:
            base = base.put("method", plain(name.upper(), base.spot))
        media = body.slot("media") if body.tag == "content" else None
        inner = body.slot("text") if body.tag == "content" else body
        if media is not None and (not has_header(base, "Content-Type") or name == "post"):
            base = with_header(base, "Content-Type", media)
        return base.put("body", inner if inner is not None else body)

    def _client_method(self, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if name in {"post", "put", "get", "patch"} and not values:
            made = request_of(expr.spot, method=plain(name.upper(), expr.spot), headers=base.slot("headers"), fits=not base.open)
            made = made.put("spring", scalar(True))
            return made.put("base", base.slots["base"]) if base.slot("base") is not None else made
        if name in {"baseUrl"} and values:
            return base.put("base", values[0])
        if name == "defaultHeader" and len(values) == 2:
            return with_header(base, shown(values[0]), values[1])
        return base if name in {"build", "clone"} else msgspec.structs.replace(base, open=True)

    def writes(self, engine: Evaluator, name: str, value: Val, expr: Expr, frame: Frame) -> Val | None:
        """See what is written into a connection."""
        if value.slot("url-connection") is None or callee(expr)[1] not in {"write", "writeBytes", "print"} or not expr.args:
            return None
        body = engine.value(expr.args[0], frame)
        return value.put("body", body) if body.form in {"text", "json"} else None

    def sink(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give the request a call sends."""
        obj, name = callee(expr)
        if obj is None or expr.op != "call":
            return None
        if name.startswith(self.sdk_call) and expr.args:
            return official(engine.value(expr.args[0], frame), expr.spot)
        if name in {"postForEntity", "postForObject", "postForLocation", "exchange"} and len(expr.args) >= 2:
            return self._template(engine, expr, name, frame)
        if name in {"send", "sendAsync", "newCall", "execute", "executeAsync", "exchange"} and expr.args:
            found = [value for arg in expr.args[:2] if (value := engine.value(arg, frame)).tag == "request"]
            return self._ended(found[0]) if found else None
        if name in {
            "retrieve",
            "exchangeToMono",
            "exchange",
            "asJson",
            "asString",
            "asEmpty",
            "getResponseCode",
            "getInputStream",
            "toBodilessEntity",
        }:
            built = self._chain(engine, obj, frame)
            return self._ended(built) if built is not None else None
        return None

    def _chain(self, engine: Evaluator, obj: Expr, frame: Frame) -> Val | None:
        value = engine.value(obj, frame)
        if value.tag == "request":
            return value
        links: list[Expr] = []
        here: Expr | None = obj
        while here is not None and here.op == "call" and len(links) < 40:
            links.append(here)
            here = callee(here)[0]
        start = next((index for index, link in enumerate(links) if callee(link)[1] in {"post", "put"} and not link.args), None)
        if start is None:
            return None
        made = request_of(links[start].spot, method=plain(callee(links[start])[1].upper()), fits=False).put(
            "spring", scalar(True)
        )
        for link in reversed(links[:start]):
            after = self.method(engine, made, callee(link)[1], link, frame)
            made = after if after is not None else made
        return made

    def _ended(self, request: Val) -> Val:
        body = request.slot("body")
        if request.slot("url-connection") is not None:
            return default_type(request, "application/x-www-form-urlencoded")
        if request.slot("spring") is None or body is None:
            return request
        return _spring_type(request, body)

    def _template(self, engine: Evaluator, expr: Expr, name: str, frame: Frame) -> Val | None:
        values = [engine.value(arg, frame) for arg in expr.args[:3]]
        if values[0].tag == "request":
            return self._ended(values[0])
        method = values[1] if name == "exchange" and len(values) > 2 else plain("POST", expr.spot)
        entity = values[2] if name == "exchange" and len(values) > 2 else values[1]
        if name == "exchange" and len(values) < 3:
            return None
        body = entity.slot("body") if entity.tag == "entity" else entity
        request = request_of(expr.spot, method=method, url=values[0], body=body)
        request = with_headers(request, entity.slot("headers") if entity.tag == "entity" else None)
        if not launches(request) and not parts_of(values[0]):
            return None
        return _spring_type(request, body) if body is not None else request

    def bare(self, engine: Evaluator, expr: Expr, frame: Frame, request: Val) -> bool:
        """Tell whether the client is that of the JDK, or made in sight."""
        obj, name = callee(expr)
        module = frame.scope.module
        if request.slot("url-connection") is not None or (
            name in {"send", "sendAsync"} and module is not None and module.imports_any("java.net.http")
        ):
            return True
        return obj is not None and engine.value(obj, frame).tag == "bare"

    def remarks(self, module: Module, scope: Scope, expr: Expr, request: Val) -> list[Remark]:
        """Say whether the client repeats a POST by itself."""
        around: Scope | None = scope
        marks = ""
        while around is not None:
            marks += " ".join(around.marks)
            around = around.parent
        facts = {"when": "the call fails"}
        if re.search(r"@Retryable\b", marks):
            return [("repeats-post", None, {"client": "`@Retryable`", **facts})]
        if re.search(r"@Retry\b", marks):
            return [("repeats-post", None, {"client": "resilience4j `@Retry`", **facts})]
        source = module.text
        if module.imports_any("RetryTemplate") and re.search(r"\.execute\(", source):
            return [("repeats-post", None, {"client": "`RetryTemplate`", **facts})]
        if module.imports_any("resilience4j.retry") and re.search(
            r"\bRetry\.(decorate|of)|\.decorate\w*\(|executeSupplier", source
        ):
            return [("repeats-post", None, {"client": "resilience4j `Retry`", **facts})]
        if request.slot("repeats") is not None or re.search(r"\.retry(When)?\(\s*(Retry\.|[1-9])", source):
            return [("repeats-post", None, {"client": "the client's `retry`", **facts})]
        if module.imports_any("mypurecloud") and re.search(r"RetryConfiguration\(\s*[^)]|withRetryConfiguration\(", source):
            return [
                (
                    "repeats-post",
                    None,
                    {"client": "the official Java SDK with its retry configuration", "when": "the answer is 429 or 5xx"},
                )
            ]
        return []


def _spring_type(request: Val, body: Val) -> Val:
    if body.form in {"object", "shape", "array"}:
        return default_type(request, "application/json")
    return default_type(request, _LATIN) if body.form in {"text", "json"} else request


def _at(value: Val, expr: Expr) -> Val:
    return msgspec.structs.replace(value, spot=expr.spot)
