"""C#: anonymous objects, classes and records with their attributes, and the clients that send requests."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from tieline.capture.source.evaluator import Evaluator, Frame
from tieline.capture.source.ir import Expr, Member, Module, Param, Scope, Shape, TypeRef, callee, dotted
from tieline.capture.source.language import Language, Remark
from tieline.capture.source.lower import Lowerer
from tieline.capture.source.requests import default_type, launches, official, posted, request_of, with_header, with_headers
from tieline.capture.source.texts import braced, under
from tieline.capture.source.tree import first, named, number_of, shorten, text, unescape
from tieline.capture.source.value import OFFICIAL_NAMES, Val, joined, plain, scalar, shown, thing, unknown

_BLOCKS = frozenset(
    ["if_statement", "else_clause", "for_statement", "foreach_statement", "while_statement", "switch_section", "catch_clause"]
)
_FUNCTIONS = frozenset(
    [
        "method_declaration",
        "constructor_declaration",
        "local_function_statement",
        "lambda_expression",
        "anonymous_method_expression",
    ]
)
_CALLS = frozenset({"invocation_expression", "object_creation_expression"})
_WRAPS = frozenset(
    [
        "await_expression",
        "parenthesized_expression",
        "as_expression",
        "postfix_unary_expression",
        "argument",
        "checked_expression",
        "ref_expression",
        "throw_expression",
        "equals_value_clause",
        "arrow_expression_clause",
        "cast_expression",
    ]
)
_PLAIN_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json; charset=utf-8"
Notes = tuple[tuple[str, dict[str, str]], ...]


class _CSharp(Lowerer):
    functions = _FUNCTIONS
    classes = frozenset(
        {"class_declaration", "record_declaration", "struct_declaration", "record_struct_declaration", "interface_declaration"}
    )
    blocks = _BLOCKS
    calls = _CALLS

    def begin(self, node: Node, scope: Scope) -> None:
        scope.name = text(node.child_by_field_name("name"))
        scope.marks = [text(child) for child in named(node) if child.type == "attribute_list"]
        if node.type in self.classes:
            self._class(node, scope)
            return
        listed = node.child_by_field_name("parameters")
        if listed is not None and listed.type in {"identifier", "implicit_parameter"}:
            scope.params = [Param(text(listed))]
        else:
            scope.params = [self._param(child) for child in named(listed) if child.type in {"parameter", "implicit_parameter"}]
        returns = node.child_by_field_name("returns") or node.child_by_field_name("type")
        scope.returns = self.type(returns) if returns is not None else None
        if node.type == "constructor_declaration":
            scope.name = "<init>"
        body = node.child_by_field_name("body")
        if body is not None and body.type != "block":
            scope.results.append(self.expr(body))

    def _param(self, node: Node) -> Param:
        name = text(node.child_by_field_name("name")) or text(node)
        ref = node.child_by_field_name("type")
        value = named(node)[-1] if "=" in [text(child) for child in node.children] else None
        return Param(name, self.type(ref) if ref else None, self.expr(value) if value is not None else None)

    def _class(self, node: Node, scope: Scope) -> None:
        shape = Shape(
            scope.name,
            self.spot(node),
            bases=[text(child).split("<")[0].split("(")[0] for child in named(first(node, "base_list"))],
        )
        primary = first(node, "parameter_list")
        for child in named(primary):
            if child.type != "parameter":
                continue
            if node.type.startswith("record"):
                shape.members.append(self._member(child))
            else:
                scope.params.append(self._param(child))
        for child in named(node.child_by_field_name("body")):
            if "static" in [text(inner) for inner in child.children]:
                continue
            if child.type == "property_declaration":
                shape.members.append(self._member(child))
            elif child.type == "field_declaration":
                shape.members += self._fields(child)
        shape.order = [member.name for member in shape.members]
        self.module.shapes[scope.name] = shape

    def _fields(self, node: Node) -> list[Member]:
        """Read the public fields: Newtonsoft.Json sends them, System.Text.Json does not (unless told to include them)."""
        if "public" not in _modifiers(node):
            return []
        made: list[Member] = []
        declared = first(node, "variable_declaration")
        for child in named(declared):
            if child.type == "variable_declarator" and (name := child.child_by_field_name("name")) is not None:
                names = [other for other in named(child) if other != name]
                made.append(self._named(node, name, declared, names[-1] if names else None, sent="JsonInclude"))
        return made

    def _member(self, node: Node) -> Member:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        hidden = node.type == "property_declaration" and "public" not in _modifiers(node)
        return self._named(
            node, name, node, value if node.type == "property_declaration" else None, sent="JsonInclude" if hidden else ""
        )

    def _named(self, node: Node, name_node: Node | None, typed: Node | None, value: Node | None, *, sent: str) -> Member:
        """Read a member; where `sent` is given, System.Text.Json sends it only with the attribute of that name."""
        name = text(name_node)
        given = {
            text(mark.child_by_field_name("name")).rpartition(".")[2]: mark
            for listed in named(node)
            for mark in named(listed)
            if mark.type == "attribute"
        }
        system = _attribute(given.get("JsonPropertyName"))
        newton = _attribute(given.get("JsonProperty")) or _attribute(given.get("DataMember"))
        ignored = "JsonIgnore" in given and "Condition" not in text(given["JsonIgnore"])
        low = name[:1].lower() + name[1:]
        names: dict[str, str | None] = {
            "": system or name,
            "web": system or low,
            "snake": system or _snake(name),
            "newton": newton or name,
            "newton-camel": newton or low,
        }
        ref = self.type(typed.child_by_field_name("type") if typed is not None else None)
        member = Member(name, ref, self.spot(name_node or node), names)
        member.default = _aimed(self.expr(value), ref) if value is not None else None
        member.notes = {key: _notes(name, called, key, system, newton) for key, called in names.items()}
        if sent and sent not in given:
            self._never_sent(member, system)
            if "public" not in _modifiers(node) and "JsonProperty" not in given:
                for dialect in ("newton", "newton-camel"):
                    member.names[dialect], member.notes[dialect] = None, ()
        if ignored:
            member.names, member.notes = dict.fromkeys(names), {}
        if re.search(
            r"WhenWritingNull|WhenWritingDefault|NullValueHandling\.Ignore", " ".join(text(mark) for mark in given.values())
        ):
            member.omit = "null"
        return member

    def _never_sent(self, member: Member, system: str | None) -> None:
        facts = {"field": member.name, "tag": system or member.name[:1].lower() + member.name[1:]}
        facts["mend"] = f"make `{member.name}` a public property, or mark it `[JsonInclude]`"
        for dialect in ("", "web", "snake"):
            member.names[dialect] = None
            member.notes[dialect] = (("unexported", facts),) if system or facts["tag"] in OFFICIAL_NAMES else ()

    def statement(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        kind = node.type
        if kind == "variable_declaration":
            return self._declared(node, scope, block)
        if kind == "assignment_expression" and (node.parent is None or node.parent.type != "initializer_expression"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            adds = text(node.child_by_field_name("operator")) == "+="
            self.assign(scope, node, self.expr(left), self.expr(right), adds=adds, block=block)
            return True
        if kind == "property_declaration" and scope.kind == "class":
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and value is not None:
                self.assign(scope, node, self.name(name), self.expr(value))
            return value is not None
        if kind == "return_statement":
            results = [self.expr(child) for child in named(node)]
            scope.results.extend(results)
            return bool(results)
        if kind == "using_directive":
            self.module.imports.append(text(node).removeprefix("using").strip(" ;"))
        return False

    def _declared(self, node: Node, scope: Scope, block: tuple[int, ...]) -> bool:
        ref = node.child_by_field_name("type")
        made = self.type(ref) if ref is not None and ref.type != "implicit_type" else None
        for declared in named(node):
            name = declared.child_by_field_name("name") if declared.type == "variable_declarator" else None
            if name is None:
                continue
            values = [child for child in named(declared) if child != name]
            value = _aimed(self.expr(values[-1]), made) if values else None
            self.assign(scope, declared, self.name(name), value, type=made, block=block)
        return True

    def type(self, node: Node | None) -> TypeRef:
        """Read a type."""
        return _type(text(node)) if node is not None else TypeRef("any", nullable=True)

    def expression(self, node: Node) -> Expr | None:
        kind = node.type
        if kind in {"identifier", "this", "this_expression", "predefined_type", "base"}:
            return self.name(node)
        if kind == "generic_name":
            return self.make("name", node, name=text(named(node)[0]) if named(node) else text(node))
        if "string" in kind or kind == "character_literal":
            return self._string(node)
        if kind in {"integer_literal", "real_literal"}:
            return self.make("scalar", node, value=number_of(text(node)))
        if kind == "boolean_literal":
            return self.make("scalar", node, value=text(node) == "true")
        if kind == "null_literal" or text(node) == "null":
            return self.make("scalar", node, value=None)
        return self._compound(node)

    def _string(self, node: Node) -> Expr | None:
        source = text(node)
        if node.type in {"string_literal", "character_literal"}:
            return self.string(node, unescape(source[1:-1]))
        if node.type == "verbatim_string_literal":
            return self.string(node, source[2:-1].replace('""', '"'), raw=1, skip=2)
        if node.type == "raw_string_literal":
            return self._raw(node, source)
        return self._interpolated(node) if node.type == "interpolated_string_expression" else None

    def _raw(self, node: Node, source: str) -> Expr:
        quotes = len(source) - len(source.lstrip('"'))
        inner = source[quotes:-quotes]
        if "\n" not in inner:
            return self.string(node, inner, skip=quotes)
        lines = inner.split("\n")[1:]
        cut = len(lines[-1]) if not lines[-1].strip() else 0
        made = self.string(node, "\n".join(line[cut:] for line in lines[:-1]), raw=cut + 1)
        made.spot = (self.file, self.spot(node)[1] + 1, cut + 1)
        return made

    def _interpolated(self, node: Node) -> Expr:
        start = text(node.children[0]) if node.children else "$"
        verbatim, raw = "@" in start, '"""' in text(node)[:8]
        parts: list[Expr] = [self.string(node, "")]
        for child in node.children:
            if child.type == "interpolation":
                inner = [part for part in named(child) if "brace" not in part.type]
                parts.append(self.expr(inner[0] if inner else None))
            elif child.type in {"string_content", "escape_sequence"}:
                parts.append(
                    self.string(child, _content(text(child), child.type, verbatim, raw), raw=int(verbatim or raw), skip=0)
                )
        return self.make("join", node, args=tuple(parts))

    def _compound(self, node: Node) -> Expr | None:
        kind = node.type
        if kind == "member_access_expression":
            base = node.child_by_field_name("expression")
            name = text(node.child_by_field_name("name")).split("<")[0]
            owner = self.expr(base) if base is not None else self.make("name", node, name=text(node).split(".")[0])
            return self.make("attr", node, base=owner, name=name)
        if kind == "conditional_access_expression" and len(named(node)) == 2:
            return self.make("attr", node, base=self.expr(named(node)[0]), name=text(named(node)[1]).lstrip("."))
        if kind == "element_access_expression":
            index = tuple(self.expr(child) for child in named(node.child_by_field_name("subscript")))
            return self.make("index", node, base=self.expr(node.child_by_field_name("expression")), args=index)
        if kind == "invocation_expression":
            return self._call(node)
        if kind in {"object_creation_expression", "implicit_object_creation_expression"}:
            return self._new(node)
        if kind == "anonymous_object_creation_expression":
            return self._anonymous(node)
        if kind in {"array_creation_expression", "implicit_array_creation_expression", "collection_expression"}:
            listed = first(node, "initializer_expression") or node
            return self.make(
                "array",
                node,
                args=tuple(
                    self.expr(named(child)[0] if child.type == "collection_element" and named(child) else child)
                    for child in named(listed)
                ),
            )
        return self._operation(node)

    def _operation(self, node: Node) -> Expr | None:
        kind = node.type
        if kind == "binary_expression":
            if text(node.child_by_field_name("operator")) == "??":
                return self.make(
                    "either",
                    node,
                    args=(self.expr(node.child_by_field_name("left")), self.expr(node.child_by_field_name("right"))),
                )
            terms = self.terms(node, kind, "+")
            return self.make("join", node, args=tuple(self.expr(term) for term in terms)) if terms else None
        if kind == "conditional_expression":
            sides = (self.expr(node.child_by_field_name("consequence")), self.expr(node.child_by_field_name("alternative")))
            return self.make("either", node, args=sides)
        if kind in _WRAPS and named(node):
            whole = kind in {"cast_expression", "argument"}
            return self.expr(node.child_by_field_name("value") or named(node)[-1 if whole else 0])
        if kind == "prefix_unary_expression" and re.fullmatch(r"-[\d._]+[lLfFdDmM]?", text(node)):
            return self.make("scalar", node, value=number_of(text(node)))
        return self.make("lambda", node) if kind in _FUNCTIONS else None

    def _arguments(self, node: Node | None) -> tuple[tuple[Expr, ...], dict[str, Expr]]:
        args: list[Expr] = []
        kw: dict[str, Expr] = {}
        for child in named(node):
            name = child.child_by_field_name("name") if child.type == "argument" else None
            if name is not None:
                kw[text(name)] = self.expr(named(child)[-1])
            else:
                args.append(self.expr(child))
        return tuple(args), kw

    def _call(self, node: Node) -> Expr:
        args, kw = self._arguments(node.child_by_field_name("arguments"))
        function = node.child_by_field_name("function")
        made = self.make("call", node, base=self.expr(function), args=args, kw=kw)
        if (
            function is not None
            and function.type == "member_access_expression"
            and (name := function.child_by_field_name("name")) is not None
        ):
            made.spot = self.spot(name) if first(function, "invocation_expression") is not None else made.spot
        return made

    def _new(self, node: Node) -> Expr:
        ref = node.child_by_field_name("type")
        made = self.type(ref) if ref is not None else None
        args, kw = self._arguments(first(node, "argument_list"))
        entries = self._entries(node.child_by_field_name("initializer") or first(node, "initializer_expression"))
        if made is not None and made.kind == "object":
            return (
                self.make("object", node, entries=tuple(entries))
                if not args
                else self.make("new", node, name="copy", args=args, type=made)
            )
        if made is not None and made.kind == "array":
            return self.make("array", node, args=self.all(first(node, "initializer_expression")))
        name = text(ref).split("<")[0]
        return self.make("new", node, name=name, type=made, args=args, kw=kw, entries=tuple(entries))

    def _entries(self, node: Node | None) -> list[tuple[Expr | None, Expr]]:
        found: list[tuple[Expr | None, Expr]] = []
        for child in named(node):
            if child.type == "assignment_expression":
                left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
                value = self.expr(right)
                if right is not None and right.type == "initializer_expression":
                    value = self.make("object", right, entries=tuple(self._entries(right)))
                if left is not None and left.type == "element_binding_expression":
                    found.append((self.expr(named(left)[0] if named(left) else None), value))
                elif left is not None:
                    found.append((self.make("text", left, value=text(left), name=text(left)), value))
            elif child.type == "initializer_expression" and len(named(child)) == 2:
                found.append((self.expr(named(child)[0]), self.expr(named(child)[1])))
        return found

    def _anonymous(self, node: Node) -> Expr:
        entries: list[tuple[Expr | None, Expr]] = []
        key: Node | None = None
        children = node.children
        for index, child in enumerate(children):
            if not child.is_named or "comment" in child.type:
                continue
            if index + 1 < len(children) and text(children[index + 1]) == "=":
                key = child
                continue
            name = text(key) if key is not None else text(child).rpartition(".")[2]
            entries.append((self.make("text", key or child, value=name), self.expr(child)))
            key = None
        return self.make("object", node, name="anonymous", entries=tuple(entries))


def _modifiers(node: Node) -> list[str]:
    return [text(child) for child in named(node) if child.type == "modifier"]


def _aimed(value: Expr, ref: TypeRef | None) -> Expr:
    """Give `new()` the type of what it is for."""
    if value.op == "new" and value.type is None:
        value.type, value.name = ref, ref.name if ref is not None else ""
    return value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _content(source: str, kind: str, verbatim: bool, raw: bool) -> str:
    if raw:
        return source
    if kind == "escape_sequence" and not verbatim:
        return unescape(source)
    return source.replace('""', '"').replace("{{", "{").replace("}}", "}")


def _attribute(mark: Node | None) -> str | None:
    found = re.search(r"(?:\(|Name\s*=|propertyName:)\s*\"((?:[^\"\\]|\\.)*)\"", text(mark))
    return found[1] if found else None


def _notes(name: str, sent: str | None, dialect: str, system: str | None, newton: str | None) -> Notes:
    if sent is None or sent in OFFICIAL_NAMES:
        return ()
    newtonsoft = dialect.startswith("newton")
    other, own = (system, newton) if newtonsoft else (newton, system)
    if own is not None:
        return ()
    if other is not None:
        attribute, library = ("JsonPropertyName", "Newtonsoft.Json") if newtonsoft else ("JsonProperty", "System.Text.Json")
        facts = {
            "field": name,
            "sent": sent,
            "tag": f'[{attribute}("{other}")]',
            "why": f"{library} does not read `[{attribute}]`",
        }
        return (("tag-malformed", facts),)
    return (("untagged", {"field": name, "sent": sent}),)


_TYPES = {
    "string": "string", "String": "string", "Guid": "string", "DateTime": "string", "DateTimeOffset": "string", "Uri": "string", "char": "string",
    "int": "number", "long": "number", "double": "number", "float": "number", "decimal": "number", "short": "number", "byte": "number",
    "bool": "boolean", "Boolean": "boolean", "object": "any", "dynamic": "any", "JsonElement": "any", "JToken": "any", "Object": "any",
    "Dictionary": "object", "IDictionary": "object", "IReadOnlyDictionary": "object", "JObject": "object", "JsonObject": "object",
    "ExpandoObject": "object", "List": "array", "IList": "array", "IEnumerable": "array", "IReadOnlyList": "array", "JArray": "array", "HashSet": "array",
}  # fmt: skip
_VALUES = frozenset({"number", "boolean"})


def _type(source: str) -> TypeRef:
    name = source.strip()
    nullable = name.endswith("?")
    name = name.rstrip("?")
    task = re.fullmatch(r"(?:Value)?Task<(.*)>", name, re.DOTALL)
    if task:
        return _type(task[1])
    if name.endswith("[]"):
        return TypeRef("array", nullable=True)
    bare = name.split("<")[0].rpartition(".")[2]
    kind = _TYPES.get(bare)
    return TypeRef(kind or "named", "" if kind else bare, nullable=nullable or kind not in _VALUES)


def _policy(options: list[Val]) -> str:
    """Say by which names an object is written, after the options that are given."""
    for value in options:
        if value.tag == "options" and (told := value.slot("policy")) is not None and shown(told):
            return shown(told)
        if "SnakeCaseLower" in value.name:
            return "snake"
        if re.search("amel|Web", value.name):
            return "web"
    return ""


_STRINGS = re.compile(
    r".*\.(ToString|Trim|TrimEnd|ToLower|ToUpper|Substring|Replace|GetString)|Environment\.GetEnvironmentVariable|Guid\.NewGuid|string\.Join|String\.Join"
)
_PASSED = frozenset({"Encoding.UTF8.GetBytes", "Uri.EscapeUriString", "Convert.ToString", "Task.FromResult"})
_SDK = "FlowExecutionLaunchRequest"


class CSharp(Language):
    """What the libraries of .NET do."""

    name = "csharp"
    selves = frozenset({"this"})
    encoders = frozenset({"Serialize", "SerializeObject", "SerializeToUtf8Bytes"})
    sdk_call = "PostFlowsExecutions"

    def lower(self, file: str, folder: str, code: bytes) -> Module:
        """Turn a file into its picture."""
        return _CSharp(file, folder, "csharp", "csharp", code).run()

    def zero(self, engine: Evaluator, member: Member) -> Val | None:
        """Give a property's default."""
        if member.type.nullable:
            return scalar(None, member.spot)
        return scalar(False if member.type.kind == "boolean" else 0, member.spot)

    def constant(self, name: str, expr: Expr) -> Val | None:
        """Give methods and media types."""
        head, _, last = name.rpartition(".")
        if head.endswith("HttpMethod") or head in {"Method", "RestSharp.Method"}:
            return plain(last.upper(), expr.spot)
        known = {
            "MediaTypeNames.Application.Json": "application/json",
            "string.Empty": "",
            "String.Empty": "",
            "ContentType.Json": "application/json",
        }
        return plain(known[name], expr.spot) if name in known else None

    def constructed(self, engine: Evaluator, shape: Shape, expr: Expr, frame: Frame) -> dict[str, Val]:
        """Give the properties the constructor sets, or those of a record in order."""
        module = engine.project.module_of(shape.spot[0], None)
        scopes = [scope for scope in (module.scopes if module else []) if scope.name == "<init>" and scope.owner == shape.name]
        fitting = [scope for scope in scopes if scope.params and len(scope.params) >= len(expr.args) > 0]
        if fitting:
            inner = engine.set_by(fitting[0], expr, frame)
            return inner or engine.plainly_set(fitting[0], expr, frame, [member.name for member in shape.members])
        return super().constructed(engine, shape, expr, frame)

    def new(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give objects of the libraries."""
        name = expr.type.name if expr.type is not None else ""
        if expr.name == "declared":
            return None
        args = [engine.value(arg, frame) for arg in expr.args[:3]]
        slots = {key.name: engine.value(value, frame) for key, value in expr.entries if key is not None and key.name}
        if expr.name == "copy" or (expr.type is not None and expr.type.kind == "object"):
            return args[0] if args and args[0].form == "object" else Val(form="object", spot=expr.spot)
        if expr.type is None and expr.entries and not slots:
            return engine.value(Expr("object", expr.spot, expr.pos, expr.src, entries=expr.entries), frame)
        if name == _SDK:
            return self._official(engine, expr, slots, frame)
        if name == "HttpRequestMessage":
            made = request_of(expr.spot, method=args[0] if len(args) > 1 else plain("GET"), url=args[-1] if args else None)
            for key, value in slots.items():
                made = self._set(made, key, value)
            return made
        return self._content(engine, expr, name, args, frame) or self._client(expr, name, args, slots)

    def _official(self, engine: Evaluator, expr: Expr, slots: dict[str, Val], frame: Frame) -> Val:
        given = slots | {key: engine.value(value, frame) for key, value in expr.kw.items()}
        return Val(
            form="object",
            tag="official",
            spot=expr.spot,
            slots={key[:1].lower() + key[1:]: value for key, value in given.items()},
        )

    def _content(self, engine: Evaluator, expr: Expr, name: str, args: list[Val], frame: Frame) -> Val | None:
        if name in {"StringContent", "ByteArrayContent"}:
            kw = {key: engine.value(value, frame) for key, value in expr.kw.items()}
            given = next((value for value in args[1:] if value.form == "text" or value.tag == "media"), kw.get("mediaType"))
            media = given.slot("media") if given is not None and given.tag == "media" else given
            if media is not None and given is not None and given.form == "text" and "charset" not in shown(media):
                media = joined([media, plain("; charset=utf-8")], expr.spot)
            body = args[0] if args else kw.get("content", unknown("content"))
            return thing("content", expr.spot, text=body, media=media or (plain(_PLAIN_TEXT) if name[0] == "S" else None))
        if name == "FormUrlEncodedContent":
            return thing(
                "content", expr.spot, text=unknown("form", expr.spot, "string"), media=plain("application/x-www-form-urlencoded")
            )
        if name in {"MediaTypeHeaderValue", "MediaTypeWithQualityHeaderValue"} and args:
            return thing("media", expr.spot, media=args[0], text=args[0])
        if name == "AuthenticationHeaderValue" and args:
            return joined([args[0], plain(" "), args[1] if len(args) > 1 else plain("")], expr.spot)
        return (
            args[0] if name == "Uri" and len(args) == 1 else under(args[0], args[1]) if name == "Uri" and len(args) > 1 else None
        )

    def _client(self, expr: Expr, name: str, args: list[Val], slots: dict[str, Val]) -> Val | None:
        if name == "HttpClient":
            made = thing("client", expr.spot, kind=plain("http"), headers=Val(form="object"), base=slots.get("BaseAddress"))
            return msgspec.structs.replace(made, open=bool(args))
        if name == "RestClient":
            return thing(
                "client",
                expr.spot,
                kind=plain("rest"),
                headers=Val(form="object"),
                base=args[0] if args and args[0].form == "text" else None,
            )
        if name == "RestRequest":
            url = next((value for value in args if value.form != "text" or not shown(value).isupper()), None)
            method = next((value for value in args if value.form == "text" and shown(value).isupper()), plain("GET"))
            return request_of(expr.spot, url=url, method=method)
        if name in {"JsonSerializerOptions", "JsonSerializerSettings"}:
            return thing("options", expr.spot, policy=plain(_policy([*slots.values(), *args])))
        return None

    def call(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Say what functions of the libraries give."""
        obj, name = callee(expr)
        path, args = dotted(expr.base), expr.args
        if name in self.encoders and obj is not None and args:
            return self._written(engine, expr, name, frame)
        if path == "JsonContent.Create" and args:
            inner = Val(form="json", spot=expr.spot, inner=engine.value(args[0], frame), dialect="web", name=args[0].src)
            return thing("content", expr.spot, text=inner, media=plain(_JSON))
        if path in {"string.Format", "String.Format"} and args:
            return braced(engine.value(args[0], frame), [engine.value(arg, frame) for arg in args[1:]], {}, expr)
        if path in {"string.Concat", "String.Concat"} and args:
            return joined([engine.value(arg, frame) for arg in args], expr.spot)
        if path in {"JObject.FromObject"} or (path in _PASSED and args):
            return engine.value(args[0], frame) if args else None
        if name == "ConfigureAwait" and obj is not None:
            return engine.value(obj, frame)
        if name == "MediaTypeHeaderValue.Parse" and args:
            return engine.value(args[0], frame)
        if engine.project.functions(name, frame.scope.module):
            return None
        return (
            unknown(shorten(expr.src), expr.spot, "string")
            if _STRINGS.fullmatch(path) and not self._json_object(engine, obj, frame)
            else None
        )

    def _json_object(self, engine: Evaluator, obj: Expr | None, frame: Frame) -> bool:
        return obj is not None and engine.value(obj, frame).form in {"object", "text", "json"}

    def _written(self, engine: Evaluator, expr: Expr, name: str, frame: Frame) -> Val:
        options = [engine.value(arg, frame) for arg in (*expr.args[1:3], *expr.kw.values())]
        policy = _policy(options)
        dialect = ("newton-camel" if policy == "web" else "newton") if name == "SerializeObject" else policy
        return Val(form="json", spot=expr.spot, inner=engine.value(expr.args[0], frame), dialect=dialect, name=expr.args[0].src)

    def method(self, engine: Evaluator, base: Val, name: str, expr: Expr, frame: Frame) -> Val | None:
        """Say what methods do to values."""
        values = [engine.value(arg, frame) for arg in expr.args[:4]]
        if base.form == "object":
            if name in {"Add", "TryAdd", "TryAddWithoutValidation", "AddOrUpdate"} and len(values) == 2:
                return base.put(shown(values[0]), msgspec.structs.replace(values[1], spot=expr.args[0].spot))
            return (
                Val(form="json", spot=expr.spot, inner=base)
                if name in {"ToString", "ToJsonString"} and base.tag != "official"
                else None
            )
        if base.form in {"text", "json"}:
            return self._text_method(engine, base, name, values, expr)
        if base.tag == "request":
            return self._request_method(base, name, values, expr)
        return base if base.tag == "client" and name.startswith(("Add", "With", "Use")) else None

    def _text_method(self, engine: Evaluator, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if name in {
            "WithHeader",
            "WithOAuthBearerToken",
            "WithHeaders",
            "WithBasicAuth",
            "WithTimeout",
            "AllowAnyHttpStatus",
            "AllowHttpStatus",
        }:
            return self._request_method(posted(expr.spot, base, None), name, values, expr)
        if name in {"AppendPathSegment", "AppendPathSegments"} and values:
            return under(base, values[0])
        return base if name in {"TrimEnd", "Trim", "TrimStart", "ToString"} else unknown(shorten(expr.src), expr.spot, "string")

    def _request_method(self, base: Val, name: str, values: list[Val], expr: Expr) -> Val | None:
        if name in {"WithHeader", "AddHeader", "AddOrUpdateHeader"} and len(values) == 2:
            return with_header(base, shown(values[0]), values[1])
        if name == "WithOAuthBearerToken" and values:
            return with_header(base, "Authorization", joined([plain("Bearer "), values[0]], expr.spot))
        if name == "WithHeaders":
            return with_headers(base, values[0] if values else None)
        if name in {"AddJsonBody", "AddBody"} and values:
            inner = (
                values[0]
                if values[0].form in {"text", "json"}
                else Val(form="json", spot=expr.spot, inner=values[0], dialect="web", name=values[0].name)
            )
            return default_type(base.put("body", inner), "application/json")
        if name == "AddStringBody" and values:
            media = values[1] if len(values) > 1 and values[1].form == "text" else plain("application/json")
            return with_header(base.put("body", values[0]), "Content-Type", media)
        if name == "AddParameter" and len(values) >= 3 and "/" in shown(values[0]):
            return with_header(base.put("body", values[1]), "Content-Type", values[0])
        return base if name.startswith(("With", "Allow", "Add", "Set")) else None

    def attr(self, engine: Evaluator, base: Val, name: str) -> Val | None:
        """Give the headers of a request, a client or a content."""
        if base.tag in {"request", "client"} and name in {"Headers", "DefaultRequestHeaders"}:
            return base.slot("headers")
        if base.tag == "request" and name == "Content":
            return base.slot("content")
        return Val(form="object", tag="content-headers") if base.tag == "content" and name == "Headers" else None

    def assigned(self, engine: Evaluator, base: Val, name: str, value: Val) -> Val | None:
        """Set a property of a library's object."""
        if base.tag == "request":
            return self._set(base, name, value)
        if base.tag == "content" and name == "Headers":
            return base.put("media", value.slots["ContentType"]) if "ContentType" in value.slots else base
        if base.tag == "client":
            key = {"BaseAddress": "base", "DefaultRequestHeaders": "headers"}.get(name)
            return base.put(key, value) if key is not None else base
        return base.put(name[:1].lower() + name[1:], value) if base.tag == "official" else None

    def _set(self, request: Val, name: str, value: Val) -> Val:
        if name == "Content":
            media = value.slot("media")
            body = value.slot("text") if value.tag == "content" else value
            request = request.put("content", value).put("body", body or value)
            return with_header(request, "Content-Type", media) if media is not None else request
        key = {"Method": "method", "RequestUri": "url", "Headers": "headers", "Resource": "url"}.get(name)
        return request.put(key, value) if key is not None else request

    def sink(self, engine: Evaluator, expr: Expr, frame: Frame) -> Val | None:
        """Give the request a call sends."""
        obj, name = callee(expr)
        if obj is None or expr.op != "call":
            return None
        if name.startswith(self.sdk_call) and (expr.args or expr.kw):
            return official(engine.value((*expr.args, *expr.kw.values())[0], frame), expr.spot)
        if name in {"PostAsync", "PostAsJsonAsync", "PutAsync", "PostJsonAsync", "PostStringAsync"}:
            return self._post(engine, expr, obj, name, frame)
        if name in {"SendAsync", "Send", "ExecuteAsync", "ExecutePostAsync", "PostAsync", "Execute", "ExecutePost"} and expr.args:
            return self._send(engine, expr, obj, name, frame)
        return None

    def _send(self, engine: Evaluator, expr: Expr, obj: Expr, name: str, frame: Frame) -> Val | None:
        request = engine.value(expr.args[0], frame)
        if request.tag != "request":
            return None
        if "Post" in name:
            request = request.put("method", plain("POST"))
        client = engine.value(obj, frame)
        if client.tag == "client":
            request = self._by_client(request, client)
        return request

    def _by_client(self, request: Val, client: Val) -> Val:
        url = request.slot("url") or unknown("url")
        own = request.slot("headers")
        request = with_headers(
            request.put("url", under(client.slot("base"), url)).put("headers", Val(form="object")), client.slot("headers")
        )
        return msgspec.structs.replace(with_headers(request, own), open=request.open or client.open)

    def _post(self, engine: Evaluator, expr: Expr, obj: Expr, name: str, frame: Frame) -> Val | None:
        base = engine.value(obj, frame)
        if name in {"PostJsonAsync", "PostStringAsync"}:
            return self._flurl(engine, expr, base, name, frame)
        if not expr.args:
            return None
        values = [engine.value(arg, frame) for arg in expr.args[:2]]
        if values[0].tag == "request":
            return self._send(engine, expr, obj, "ExecutePost", frame)
        request = posted(expr.spot, values[0], None)
        body = values[1] if len(values) > 1 else unknown("content")
        if name == "PostAsJsonAsync":
            inner = Val(form="json", spot=body.spot, inner=body, dialect="web", name=body.name)
            request = with_header(request.put("body", inner), "Content-Type", plain(_JSON))
        else:
            request = self._set(request, "Content", body)
        if not launches(request) and base.tag != "client" and values[0].form == "text" and not frame.touched:
            return None
        if base.tag == "client":
            return self._by_client(request, base)
        return request

    def _flurl(self, engine: Evaluator, expr: Expr, base: Val, name: str, frame: Frame) -> Val | None:
        request = base if base.tag == "request" else posted(expr.spot, base, None)
        if not expr.args:
            return None
        body = engine.value(expr.args[0], frame)
        request = msgspec.structs.replace(request, spot=expr.spot).put("method", plain("POST"))
        if name == "PostStringAsync":
            return default_type(request.put("body", body), "text/plain")
        inner = Val(form="json", spot=body.spot, inner=body, name=body.name)
        return default_type(request.put("body", inner), "application/json")

    def bare(self, engine: Evaluator, expr: Expr, frame: Frame, request: Val) -> bool:
        """Tell whether the client is made in sight."""
        obj = callee(expr)[0]
        client = engine.value(obj, frame) if obj is not None else None
        return client is not None and client.tag in {"client", "request"} and not client.open

    def remarks(self, module: Module, scope: Scope, expr: Expr, request: Val) -> list[Remark]:
        """Say whether the client repeats a POST by itself."""
        source = module.text
        facts = {"when": "the call fails"}
        if module.imports_any("Polly") and re.search(
            r"(WaitAnd)?Retry(Forever)?(Async)?\(|AddRetry\(|AddTransientHttpErrorPolicy", source
        ):
            return [("repeats-post", None, {"client": "Polly", **facts})]
        if "AddStandardResilienceHandler" in source and not re.search(r"DisableForUnsafeHttpMethods|DisableFor\(", source):
            return [("repeats-post", None, {"client": "the standard resilience handler", **facts})]
        if request.slot("sdk") is not None and re.search(r"RetryConfig(uration)?\s*=\s*new", source):
            return [
                (
                    "repeats-post",
                    None,
                    {"client": "the official .NET SDK with its retry configuration", "when": "the answer is 429 or 5xx"},
                )
            ]
        return []
