"""Go: structs with their tags, composite literals, and the clients that send requests."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from tieline.capture.source.evaluator import Evaluator, Frame
from tieline.capture.source.gotags import read_tag
from tieline.capture.source.ir import Expr, Member, Module, Param, Scope, Shape, TypeRef, callee, dotted
from tieline.capture.source.language import Language, Remark
from tieline.capture.source.lower import Lowerer
from tieline.capture.source.requests import header, official, posted, request_of, with_header
from tieline.capture.source.texts import formatted, path_joined
from tieline.capture.source.tree import first, named, number_of, text, unescape
from tieline.capture.source.value import Val, joined, known_text, plain, scalar, shown, thing, unknown

_NUMBERS = frozenset(
    [
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float32",
        "float64",
        "byte",
        "rune",
        "uintptr",
    ]
)
_TEXTS = frozenset(
    {"time.Time", "uuid.UUID", "url.URL", "strfmt.DateTime", "netip.Addr", "net.IP", "ulid.ULID", "decimal.Decimal"}
)
_NULLS = {"sql.NullString": "String", "sql.NullInt64": "Int64", "sql.NullBool": "Bool", "sql.NullFloat64": "Float64"}


class _Go(Lowerer):
    functions = frozenset({"function_declaration", "method_declaration", "func_literal"})
    blocks = frozenset({"if_statement", "for_statement", "expression_case", "default_case", "type_case", "communication_case"})
    calls = frozenset({"call_expression"})

    def begin(self, node: Node, scope: Scope) -> None:
        scope.name = text(node.child_by_field_name("name"))
        receiver = node.child_by_field_name("receiver")
        if receiver is not None:
            declared = first(receiver, "parameter_declaration")
            if declared is not None:
                scope.receiver = text(declared.child_by_field_name("name"))
                scope.owner = text(declared.child_by_field_name("type")).lstrip("*").split("[")[0]
                if scope.receiver:
                    scope.params = []
        scope.params = self._params(node.child_by_field_name("parameters"))
        result = node.child_by_field_name("result")
        if result is not None:
            declared = first(result, "parameter_declaration") if result.type == "parameter_list" else result
            inner = (
                declared.child_by_field_name("type")
                if declared is not None and declared.type == "parameter_declaration"
                else declared
            )
            scope.returns = self.type(inner)

    def _params(self, node: Node | None) -> list[Param]:
        found: list[Param] = []
        for declared in named(node):
            ref = self.type(declared.child_by_field_name("type"))
            if declared.type == "variadic_parameter_declaration":
                ref = TypeRef("array", of=ref, nullable=True)
            found += [Param(text(name), ref) for name in declared.children_by_field_name("name")] or [Param("_", ref)]
        return found

    def statement(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        if node.type in {"short_var_declaration", "assignment_statement"}:
            left, right = named(node.child_by_field_name("left")), named(node.child_by_field_name("right"))
            self._pair(node, scope, block, (left, right), None)
            return True
        if node.type in {"var_spec", "const_spec"}:
            ref = node.child_by_field_name("type")
            names = node.children_by_field_name("name")
            self._pair(node, scope, block, (names, named(node.child_by_field_name("value"))), self.type(ref) if ref else None)
            return True
        if node.type == "return_statement":
            results = named(first(node, "expression_list"))
            if results:
                scope.results.append(self.expr(results[0]))
                scope.bare.extend(self.expr(result) for result in results[1:] if result.type == "call_expression")
            return bool(results)
        if node.type in {"type_spec", "type_alias"}:
            self._type_spec(node)
        elif node.type == "import_spec":
            self.module.imports.append(text(node.child_by_field_name("path")).strip('"`'))
        elif node.type == "method_declaration" and scope.name == "MarshalJSON":
            self._opaque(scope.owner)
        return False

    def _opaque(self, name: str) -> None:
        shape = self.module.shapes.setdefault(name, Shape(name, (self.file, 1, 1)))
        shape.opaque = True

    def _pair(
        self, node: Node, scope: Scope, block: tuple[int, ...], sides: tuple[list[Node], list[Node]], ref: TypeRef | None
    ) -> None:
        left, right = sides
        adds = text(node.child_by_field_name("operator")) == "+="
        one = self.expr(right[0]) if len(right) == 1 else None
        for index, target in enumerate(left):
            value = one if one is not None else self.expr(right[index]) if index < len(right) else None
            place = index if one is not None and len(left) > 1 else 0
            self.assign(scope, node, self.expr(target), value, index=place, adds=adds, type=ref, block=block)

    def _type_spec(self, node: Node) -> None:
        name, body = text(node.child_by_field_name("name")), node.child_by_field_name("type")
        if body is None:
            return
        if body.type == "struct_type":
            shape = self._struct(body, name)
            before = self.module.shapes.get(name)
            shape.opaque = before.opaque if before is not None else False
            self.module.shapes[name] = shape
        else:
            self.module.types[name] = self.type(body)

    def _struct(self, node: Node, name: str = "") -> Shape:
        shape = Shape(name, self.spot(node))
        for declared in named(first(node, "field_declaration_list")):
            if declared.type == "field_declaration":
                shape.members += self._fields(declared)
        shape.order = [member.name for member in shape.members]
        return shape

    def _fields(self, node: Node) -> list[Member]:
        ref = self.type(node.child_by_field_name("type"))
        tag_node = node.child_by_field_name("tag")
        tag = None if tag_node is None else text(tag_node)[1:-1]
        if tag_node is not None and tag_node.type == "interpreted_string_literal":
            tag = unescape(tag or "")
        names = node.children_by_field_name("name")
        if names:
            return [read_tag(text(name), ref, self.spot(name), tag) for name in names]
        name = (ref.name or text(node.child_by_field_name("type"))).rpartition(".")[2].lstrip("*")
        member = read_tag(name, ref, self.spot(node), tag)
        if 'json:"' not in (tag or "") or member.sent("") == name:
            member.embedded, member.notes = True, {}
        return [member]

    def type(self, node: Node | None) -> TypeRef:
        """Read a type."""
        if node is None:
            return TypeRef("any", nullable=True)
        kind, source = node.type, text(node)
        if kind in {"pointer_type", "parenthesized_type"}:
            inner = self.type(named(node)[0]) if named(node) else TypeRef("any")
            return TypeRef(inner.kind, inner.name, inner.of, inner.shape, nullable=kind == "pointer_type" or inner.nullable)
        if kind == "struct_type":
            return TypeRef("object", shape=self._struct(node))
        if kind in {"slice_type", "array_type", "implicit_length_array_type"}:
            element = self.type(node.child_by_field_name("element"))
            return TypeRef("string" if source in {"[]byte", "[]uint8"} else "array", of=element, nullable=kind == "slice_type")
        if kind == "map_type":
            return TypeRef("object", of=self.type(node.child_by_field_name("value")), nullable=True)
        if kind == "interface_type" or source in {"any", "error"}:
            return TypeRef("any", nullable=True)
        return _plain_type(source)

    def expression(self, node: Node) -> Expr | None:
        kind = node.type
        if kind in {"identifier", "field_identifier", "type_identifier", "package_identifier"}:
            return self.name(node)
        if kind in {"interpreted_string_literal", "raw_string_literal"}:
            inner = text(node)[1:-1]
            return self.string(node, unescape(inner) if kind[0] == "i" else inner, raw=int(kind[0] == "r"))
        if kind in {"int_literal", "float_literal"}:
            return self.make("scalar", node, value=number_of(text(node)))
        if kind in {"true", "false", "nil"}:
            return self.make("scalar", node, value={"true": True, "false": False, "nil": None}[kind])
        return self._compound(node)

    def _compound(self, node: Node) -> Expr | None:
        kind = node.type
        if kind == "selector_expression":
            return self.make(
                "attr", node, base=self.expr(node.child_by_field_name("operand")), name=text(node.child_by_field_name("field"))
            )
        if kind == "index_expression":
            index = (self.expr(node.child_by_field_name("index")),)
            return self.make("index", node, base=self.expr(node.child_by_field_name("operand")), args=index)
        if kind == "call_expression":
            return self._call(node)
        if kind == "composite_literal":
            return self._composite(node, node.child_by_field_name("type"), node.child_by_field_name("body"))
        if kind == "binary_expression":
            terms = self.terms(node, kind, "+")
            return self.make("join", node, args=tuple(self.expr(term) for term in terms)) if terms else None
        if kind in {
            "unary_expression",
            "parenthesized_expression",
            "type_conversion_expression",
            "type_assertion_expression",
            "literal_element",
        }:
            return self._inside(node)
        return self.make("lambda", node) if kind == "func_literal" else None

    def _inside(self, node: Node) -> Expr | None:
        inner = node.child_by_field_name("operand") or (named(node)[-1] if named(node) else None)
        operator = text(node.child_by_field_name("operator"))
        if operator in {"-", "+"} and inner is not None and "literal" in inner.type:
            return self.make("scalar", node, value=number_of(text(node).replace(" ", "")))
        return None if operator in {"!", "<-", "^", "-"} else self.expr(inner)

    def _call(self, node: Node) -> Expr:
        function, arguments = node.child_by_field_name("function"), named(node.child_by_field_name("arguments"))
        if text(function) in {"new", "make"} and arguments:
            ref = self.type(arguments[0])
            if ref.kind == "object" and ref.shape is None:
                return self.make("object", node)
            return self.make("array", node) if ref.kind == "array" else self.make("new", node, type=_bare(ref), name=ref.name)
        base = self.expr(function)
        if function is not None and function.type == "parenthesized_expression":
            base = self.expr(named(function)[0] if named(function) else None)
        return self.make("call", node, base=base, args=tuple(self.expr(argument) for argument in arguments))

    def _composite(self, node: Node, type_node: Node | None, body: Node | None) -> Expr:
        return self._literal(node, self.type(type_node), body)

    def _literal(self, node: Node, ref: TypeRef, body: Node | None) -> Expr:
        elements = [child for child in named(body) if child.type in {"keyed_element", "literal_element"}]
        if ref.kind == "array" or (ref.kind == "string" and ref.of is not None):
            return self.make("array", node, args=tuple(self._element(element, ref.of) for element in elements))
        pairs = [self._keyed(element, ref) for element in elements if element.type == "keyed_element"]
        if ref.kind == "object" and ref.shape is None:
            return self.make("object", node, entries=tuple(pairs))
        plain_values = tuple(self._element(element, None) for element in elements if element.type == "literal_element")
        return self.make("new", node, type=_bare(ref), name=ref.name, entries=tuple(pairs), args=plain_values)

    def _keyed(self, node: Node, ref: TypeRef) -> tuple[Expr, Expr]:
        key = node.child_by_field_name("key")
        inner = named(key)[0] if named(key) else key
        named_field = ref.shape is not None or ref.kind == "named"
        made = self.make("text", inner, value=text(inner), name=text(inner)) if named_field and inner else self.expr(inner)
        return made, self._element(node.child_by_field_name("value"), ref.of)

    def _element(self, node: Node | None, ref: TypeRef | None) -> Expr:
        inner = named(node)[0] if node is not None and node.type == "literal_element" and named(node) else node
        if inner is not None and inner.type == "literal_value":
            return self._literal(inner, ref or TypeRef("any"), inner)
        return self.expr(inner)


def _bare(ref: TypeRef) -> TypeRef:
    return TypeRef(ref.kind, ref.name, ref.of, ref.shape)


def _plain_type(source: str) -> TypeRef:
    if source == "string" or source in _TEXTS:
        return TypeRef("string", source if source in _TEXTS else "")
    if source in _NUMBERS or source in {"json.Number", "time.Duration"}:
        return TypeRef("number")
    if source == "bool":
        return TypeRef("boolean")
    if source in {"json.RawMessage", "http.Header", "url.Values", "gin.H", "echo.Map", "bson.M", "fiber.Map"}:
        items = TypeRef("array") if source in {"http.Header", "url.Values"} else None
        return TypeRef("object", source, items, nullable=source != "gin.H")
    if source in _NULLS:
        return TypeRef("named", source)
    return TypeRef("named", source.split("[", maxsplit=1)[0])


_PASSED = frozenset(
    [
        "bytes.NewReader",
        "bytes.NewBuffer",
        "bytes.NewBufferString",
        "strings.NewReader",
        "io.NopCloser",
        "ioutil.NopCloser",
        "string",
        "bufio.NewReader",
        "strings.TrimSpace",
        "strings.TrimRight",
        "strings.TrimSuffix",
        "strings.TrimLeft",
        "strings.TrimPrefix",
        "url.Parse",
        "url.ParseRequestURI",
        "template.URL",
        "json.RawMessage",
        "io.Reader",
        "errors.New",
        "context.WithValue",
        "strings.TrimRightFunc",
        "http.MaxBytesReader",
        "bytes.TrimSpace",
        "bytes.Clone",
        "any",
        "interface{}",
        "url.PathEscape",
    ]
)
_STRINGS = re.compile(
    r"(strconv\.(Itoa|Format\w+|Quote)|fmt\.Sprint\w*|os\.(Getenv|ExpandEnv)|uuid\.\w*String|strings\.\w+|hex\.EncodeToString|\w+\.String|"
    r"base64\..*EncodeToString|.*\.Format|.*\.(FormValue|PostFormValue|PathValue|Param|Query|GetString|Error|Hex))$"
)
_NUMERIC = re.compile(r"(len|cap|int\d*|uint\d*|float\d*|.*\.(Unix\w*|GetInt\w*|Int\w*|Seconds|Minutes|Len))$")
_POINTERS = re.compile(
    r"(^|\.)(ptr\w*|pointer\w*|To|Of|Ptr|String|Int|Bool|Stringp?|stringPtr|strPtr|String_|StringPtr|toPtr|ref|addr)$"
)
_REQUESTS = frozenset({"NewRequest", "NewRequestWithContext"})


class Go(Language):
    """What Go's libraries do."""

    name = "go"
    selves = frozenset()
    encoders = frozenset({"Marshal", "MarshalIndent", "MarshalToString", "Encode", "MarshalNoEscape"})
    sdk_call = "PostFlowsExecutions"

    def lower(self, file: str, folder: str, code: bytes) -> Module:
        """Turn a file into its picture."""
        return _Go(file, folder, "go", "go", code).run()

    def zero(self, engine: Evaluator, member: Member) -> Val | None:
        """Give a field's zero value."""
        ref = member.type
        if ref.kind == "named" and ref.name in _NULLS:
            inner = _NULLS[ref.name]
            return Val(form="object", spot=member.spot, slots={inner: plain(""), "Valid": scalar(False)})
        if ref.kind == "named" and not ref.nullable:
            alias = engine.project.alias(ref.name, engine.project.module_of(member.spot[0], None))
            ref = alias if alias is not None else ref
        zeros = {"string": plain("", member.spot), "number": scalar(0, member.spot), "boolean": scalar(False, member.spot)}
        if ref.name == "time.Time" and not ref.nullable:
            return plain("0001-01-01T00:00:00Z", member.spot)
        return zeros.get(ref.kind, scalar(None, member.spot)) if not ref.nullable else scalar(None, member.spot)

    def constant(self, name: str, expr: Expr) -> Val | None:
        """Give `http.MethodPost` and the like."""
        found = re.fullmatch(r"http\.Method(\w+)", name)
        return plain(found[1].upper(), expr.spot) if found else None

    def new(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give objects of the libraries."""
        name = expr.type.name if expr.type is not None else ""
        if name in {"bytes.Buffer", "strings.Builder"}:
            return thing("buffer", expr.spot, text=plain("", expr.spot))
        if name == "http.Header":
            return self._map(engine, expr, frame)
        entries = {key.name: value for key, value in expr.entries if key is not None}
        if name == "url.URL":
            values = {key: engine.value(value, frame) for key, value in entries.items()}
            start = [values.get("Scheme", plain("https")), plain("://"), values.get("Host", unknown("host"))]
            return joined([*start, values.get("Path", plain(""))], expr.spot)
        if name.rpartition(".")[2].casefold() == "flowexecutionlaunchrequest" and "." in name:
            return Val(
                form="object",
                spot=expr.spot,
                slots={_low(key): _at(engine.value(value, frame), value) for key, value in entries.items()},
            )
        if name.startswith(("http.", "resty.", "retryablehttp.")):
            return thing(name, expr.spot, **{key: engine.value(value, frame) for key, value in entries.items()})
        return None

    def _map(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val:
        return engine.value(Expr("object", expr.spot, expr.pos, expr.src, entries=expr.entries), frame)

    def call(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what functions of the libraries give."""
        path, args = dotted(expr.base), expr.args
        obj, name = callee(expr)
        if name in {"Marshal", "MarshalIndent", "MarshalToString"} and args and obj is not None and not _yaml(path):
            return Val(form="json", spot=expr.spot, inner=engine.value(args[0], frame), name=args[0].src)
        if (path in _PASSED and args) or (expr.base is not None and expr.base.src == "[]byte" and args):
            return engine.value(args[0], frame)
        if path == "fmt.Sprintf" and args:
            return formatted(engine.value(args[0], frame), [engine.value(arg, frame) for arg in args[1:]], expr)
        if path == "fmt.Sprint" and args:
            return joined([engine.value(arg, frame) for arg in args], expr.spot)
        if path in {"url.JoinPath", "path.Join"} and args:
            return path_joined([engine.value(arg, frame) for arg in args], expr.spot)
        if name in _REQUESTS and obj is not None and len(args) >= 3:
            return self._request(engine, expr, frame)
        if name == "PtrTo" or (
            len(args) == 1 and _POINTERS.search(path) and not engine.project.functions(name, frame.scope.module)
        ):
            return engine.value(args[0], frame)
        if path in {"resty.New", "req.C"}:
            return thing("resty", expr.spot)
        if engine.project.functions(name, frame.scope.module):
            return None
        return _by_name(path or name, expr)

    def _request(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val:
        args = expr.args[1:] if callee(expr)[1].endswith("WithContext") else expr.args
        method, url, body = (engine.value(arg, frame) for arg in (*args, Expr("other"), Expr("other"))[:3])
        if body.form == "scalar":
            body = plain("", expr.spot)
        if body.form == "thing" and body.tag == "buffer":
            body = body.slots["text"]
        return request_of(expr.spot, method=method, url=url, body=body)

    def method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        """Say what methods do to objects of the libraries."""
        args = expr.args
        if name in {"Set", "Add"} and len(args) == 2 and base.form == "object":
            return header(base, engine.value(args[0], frame), engine.value(args[1], frame))
        if base.form == "text":
            return self._text_method(engine, base, name, expr, frame)
        if base.tag == "buffer" and name in {"WriteString", "Write"} and args:
            return base.put("text", _more(base.slots["text"], engine.value(args[0], frame), expr))
        if base.tag == "buffer" and name in {"String", "Bytes"}:
            return base.slots["text"]
        if base.tag == "request":
            return self._request_method(engine, base, name, expr, frame)
        if base.tag == "resty" and name in {"R", "NewRequest"}:
            return request_of(expr.spot, headers=base.slot("headers"), fits=False)
        if base.tag == "resty" and name in {"SetHeader", "SetBaseURL", "SetHostURL", "SetAuthToken"} and args:
            return self._resty_client(engine, base, name, expr, frame)
        return base if base.tag == "resty" and name.startswith("Set") else None

    def _text_method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        if name == "JoinPath":
            return path_joined([base, *(engine.value(arg, frame) for arg in expr.args)], expr.spot)
        return base if name in {"String", "ResolveReference"} else None

    def _resty_client(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val:
        values = [engine.value(arg, frame) for arg in expr.args]
        if "URL" in name:
            return base.put("baseUrl", values[0])
        pair = (
            ("Authorization", joined([plain("Bearer "), values[0]], expr.spot))
            if name == "SetAuthToken"
            else (shown(values[0]), values[-1])
        )
        headers = base.slot("headers") or Val(form="object")
        return base.put("headers", headers.put(*pair))

    def _request_method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        values = [engine.value(arg, frame) for arg in expr.args]
        if name == "SetBasicAuth":
            return with_header(base, "Authorization", plain("Basic <credentials>"))
        if name in {"SetAuthToken", "SetBearerAuthToken"} and values:
            return with_header(base, "Authorization", joined([plain("Bearer "), values[0]], expr.spot))
        if name in {"SetHeader", "SetHeaderVerbatim"} and len(values) == 2:
            return with_header(base, shown(values[0]), values[1])
        if name == "SetHeaders" and values and values[0].form == "object":
            for key, value in values[0].slots.items():
                base = with_header(base, key, value)
            return base
        if name in {"SetBody", "SetBodyBytes", "SetBodyString", "SetBodyJsonMarshal"} and values:
            return base.put("body", values[0])
        return base if name in {"WithContext", "Clone"} or name.startswith("Set") else None

    def attr(self, engine: Evaluator, base: Val, name: str) -> Val | None:
        """Give a request's headers."""
        if base.tag == "request" and name == "Header":
            return base.slot("headers")
        return base if base.tag == "request" and name == "Request" else None

    def assigned(self, engine: Evaluator, base: Val, name: str, value: Val) -> Val | None:
        """Set a request's property."""
        slots = {"Header": "headers", "Body": "body", "Method": "method", "URL": "url", "headers": "headers"}
        if base.tag == "request" and name in slots:
            return base.put(slots[name], _flat(value) if slots[name] == "headers" else value)
        return base if base.tag == "request" else None

    def writes(self, engine: Evaluator, name: str, value: Val, expr: Expr, frame: Frame) -> Val | None:
        """See what is written into a buffer: `json.NewEncoder(&buf).Encode(x)`."""
        obj, method = callee(expr)
        if method == "Encode" and obj is not None and callee(obj)[1] == "NewEncoder" and _names(obj, name) and expr.args:
            written = Val(form="json", spot=expr.spot, inner=engine.value(expr.args[0], frame), name=expr.args[0].src)
            return written if value.tag != "buffer" else value.put("text", written)
        if dotted(expr.base) == "fmt.Fprintf" and _names(expr, name) and len(expr.args) > 1 and value.tag == "buffer":
            args = [engine.value(arg, frame) for arg in expr.args[1:]]
            return value.put("text", _more(value.slots["text"], formatted(args[0], args[1:], expr), expr))
        return None

    def sink(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give the request a call sends."""
        obj, name = callee(expr)
        args = expr.args
        if obj is None:
            return None
        if name == self.sdk_call and args:
            return official(engine.value(args[0], frame), expr.spot)
        if name == "Do" and args:
            value = engine.value(args[0], frame)
            return value if value.tag == "request" else None
        if name in {"Post", "Execute", "Put", "Get"} and len(args) in {1, 2}:
            value = engine.value(obj, frame)
            return self._resty(engine, value, name, expr, frame) if value.tag == "request" else None
        if name == "Post" and len(args) == 3:
            return self._post(engine, expr, frame)
        return None

    def _post(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val:
        url, media, body = (engine.value(arg, frame) for arg in expr.args)
        if body.tag == "buffer":
            body = body.slots["text"]
        request = posted(expr.spot, url, body)
        return with_header(request, "Content-Type", media)

    def _resty(self, engine: Evaluator, request: Val, name: str, expr: Expr, frame: Frame) -> Val:
        method = engine.value(expr.args[0], frame) if name == "Execute" else plain(name.upper(), expr.spot)
        request = request.put("url", engine.value(expr.args[-1], frame)).put("method", method)
        request = msgspec.structs.replace(request, spot=expr.spot)
        body = request.slot("body")
        headers = request.slot("headers")
        typed = headers is not None and any(key.casefold() == "content-type" for key in headers.slots)
        if body is not None and not typed and body.form in {"object", "shape", "array"}:
            return with_header(request, "Content-Type", plain("application/json"))
        return (
            with_header(request, "Content-Type", plain("text/plain; charset=utf-8"))
            if body is not None and body.form == "text" and not typed
            else request
        )

    def bare(self, engine: Evaluator, expr: Expr, frame: Frame, request: Val) -> bool:
        """Tell whether the client is one of net/http without a transport of its own."""
        obj, name = callee(expr)
        if dotted(expr.base) in {"http.Post", "http.DefaultClient.Do", "http.DefaultClient.Post"}:
            return True
        if name not in {"Do", "Post"} or obj is None:
            return False
        client = engine.value(obj, frame)
        return client.tag == "http.Client" and "Transport" not in client.slots

    def remarks(self, module: Module, scope: Scope, expr: Expr, request: Val) -> list[Remark]:
        """Say whether the client repeats a POST by itself; the library's own client and one made plainly in sight do not."""
        source = module.text
        if _plain_client(scope, expr):
            return []
        if module.imports_any("hashicorp/go-retryablehttp") and not re.search(r"RetryMax\s*[:=]+\s*0\b", source):
            return [
                (
                    "repeats-post",
                    None,
                    {"client": "go-retryablehttp", "when": "the connection fails, or the answer is 429 or 5xx"},
                )
            ]
        if module.imports_any("resty") and (found := re.search(r"SetRetryCount\(\s*([^)\s]+)", source)) and found[1] != "0":
            v3 = module.imports_any("resty.dev/v3", "resty/v3")
            if not v3 or re.search(r"Set(Retry)?AllowNonIdempotent\w*\(\s*true", source):
                return [("repeats-post", None, {"client": "resty", "when": "a request fails", "times": found[1]})]
        if module.imports_any("platform-client-sdk-go") and re.search(r"RetryConfiguration\s*[:=]", source):
            return [
                (
                    "repeats-post",
                    None,
                    {"client": "the official Go SDK with `RetryConfiguration`", "when": "the answer is 429 or 5xx"},
                )
            ]
        if re.search(r"\b(retry|backoff)\.(Do|Retry|RetryNotify|Constant|Exponential)\w*\(", source) and module.imports_any(
            "avast/retry-go", "cenkalti/backoff", "sethvargo/go-retry"
        ):
            return [("repeats-post", None, {"client": "a retry library", "when": "the call returns an error"})]
        return []


def _plain_client(scope: Scope, expr: Expr) -> bool:
    """Tell whether a call goes through `net/http` itself, or through a client of it that is made in the same file without a transport."""
    path = dotted(callee(expr)[0])
    if path.partition(".")[0] == "http":
        return True
    name, source = path.rpartition(".")[2], scope.module.text if scope.module is not None else ""
    made = (
        re.search(rf"\b{re.escape(name)}\s*(?::=|=|:)\s*(?:http\.DefaultClient|&?http\.Client\{{([^}}]*)\}})", source)
        if name
        else None
    )
    return made is not None and "Transport" not in (made[1] or "")


def _yaml(path: str) -> bool:
    return path.split(".", maxsplit=1)[0] in {"yaml", "xml", "proto", "toml", "bson", "gob", "msgpack"}


def _by_name(path: str, expr: Expr) -> Val | None:
    name = path or expr.src.partition("(")[0]
    if _STRINGS.search(name):
        return unknown(expr.src, expr.spot, "string")
    return unknown(expr.src, expr.spot, "number") if _NUMERIC.match(name) else None


def _low(name: str) -> str:
    return name[:1].lower() + name[1:]


def _at(value: Val, expr: Expr) -> Val:
    return msgspec.structs.replace(value, spot=expr.spot)


def _more(before: Val, more: Val, expr: Expr) -> Val:
    return more if known_text(before) == "" else joined([before, more], before.spot)


def _flat(value: Val) -> Val:
    slots = {key: inner.elements[0] if inner.form == "array" and inner.elements else inner for key, inner in value.slots.items()}
    return msgspec.structs.replace(value, slots=slots) if value.form == "object" else Val(form="object", open=True)


def _names(expr: Expr, name: str) -> bool:
    return bool(expr.args) and expr.args[0].op == "name" and expr.args[0].name == name
