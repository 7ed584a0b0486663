"""Rules for imports: modules that were renamed, and Repy's libraries."""

from __future__ import annotations

import ast

from repy_compat.porting.port.porter import Porter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.porting.port.source import Render

_RENAMED = {
    "ConfigParser": "configparser", "Queue": "queue", "SocketServer": "socketserver",
    "cPickle": "pickle", "thread": "_thread", "dummy_thread": "_dummy_thread",
    "httplib": "http.client", "xmlrpclib": "xmlrpc.client", "__builtin__": "builtins",
    "copy_reg": "copyreg", "Cookie": "http.cookies", "cookielib": "http.cookiejar",
    "HTMLParser": "html.parser", "htmlentitydefs": "html.entities",
    "urlparse": "urllib.parse", "Tkinter": "tkinter", "repr": "reprlib",
    "SimpleXMLRPCServer": "xmlrpc.server", "BaseHTTPServer": "http.server",
    "SimpleHTTPServer": "http.server", "UserDict": "collections",
    "UserList": "collections", "UserString": "collections", "exceptions": "builtins",
    "StringIO": "io", "cStringIO": "io", "robotparser": "urllib.robotparser",
    "urllib2": "urllib.request",
}  # fmt: skip
_ASK = {
    "StringIO": "io.StringIO holds text; io.BytesIO if bytes were meant",
    "cStringIO": "io.StringIO holds text; io.BytesIO if bytes were meant",
    "urllib": "urllib's functions moved to urllib.request, .parse and .error",
    "urllib2": "urllib2's errors moved to urllib.error; what is read is bytes",
    "commands": "the module commands is gone; use subprocess.getoutput",
    "md5": "the module md5 is gone; use hashlib.md5, which takes bytes",
    "sha": "the module sha is gone; use hashlib.sha1, which takes bytes",
    "sets": "the module sets is gone; set and frozenset are builtins",
    "popen2": "the module popen2 is gone; use subprocess",
    "UserDict": "collections.UserDict is no old-style class",
    "hashlib": "digests take bytes: encode text first",
    "struct": "pack gives and unpack takes bytes",
    "base64": "base64 takes and gives bytes",
    "binascii": "binascii takes and gives bytes",
    "subprocess": "what a process writes is bytes unless universal_newlines=True",
    "pickle": "a pickle is bytes: files have to be opened as 'rb' and 'wb'",
    "cPickle": "a pickle is bytes: files have to be opened as 'rb' and 'wb'",
    "select": None,
}  # fmt: skip
_PORTING = ("repyhelper", "repyportability")
# (module, attribute) -> what it is now, in the same module
_ATTRIBUTES = {
    ("sys", "maxint"): "maxsize", ("os", "getcwdu"): "getcwd",
    ("time", "clock"): "perf_counter", ("string", "letters"): "ascii_letters",
    ("string", "lowercase"): "ascii_lowercase",
    ("string", "uppercase"): "ascii_uppercase",
}  # fmt: skip
_ITERTOOLS = {"izip": "zip", "imap": "map", "ifilter": "filter"}
_TYPES = {
    "StringType": "str", "UnicodeType": "str", "IntType": "int", "LongType": "int",
    "FloatType": "float", "ListType": "list", "TupleType": "tuple",
    "DictType": "dict", "DictionaryType": "dict", "BooleanType": "bool",
    "NoneType": "type(None)", "StringTypes": "(str,)", "ObjectType": "object",
    "TypeType": "type", "FileType": None, "ClassType": "type", "InstanceType": None,
}  # fmt: skip
_STRING_FUNCTIONS = frozenset(
    ["atof", "atoi", "capitalize", "count", "find", "index", "join", "joinfields",
     "ljust", "lower", "lstrip", "replace", "rfind", "rjust", "rstrip", "split",
     "splitfields", "strip", "upper", "zfill"]
)  # fmt: skip
_GONE = {
    ("sys", "exc_type"), ("sys", "exc_value"), ("sys", "exc_clear"),
    ("sys", "setdefaultencoding"), ("string", "maketrans"), ("os", "popen2"),
    ("os", "popen3"), ("os", "tmpnam"), ("os", "tempnam"),
}  # fmt: skip


def apply(porter: Porter) -> None:
    """Record the edits and questions of this subject."""
    modules: set[str] = set()
    for node in porter.nodes():
        if isinstance(node, ast.Import):
            for alias in node.names:
                porter.imported.add(alias.name)
                if alias.asname is None:
                    modules.add(alias.name)
            _import(porter, node)
        elif isinstance(node, ast.ImportFrom):
            porter.imported.add(node.module or "")
            _import_from(porter, node)
    for node in porter.nodes():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in modules:
                _attribute(porter, node, node.value.id)
        elif isinstance(node, ast.Call):
            _library(porter, node)
        elif isinstance(node, ast.Name):
            _api_name(porter, node)


def _import(porter: Porter, node: ast.Import) -> None:
    source = porter.source
    start = source.tokens[source.token_at(source.start(node))].end
    parts = source.split(start, source.statement_end(source.start(node)))
    if len(node.names) == 1 and node.names[0].name in _PORTING:
        name = node.names[0].name
        porter.edits.replace(
            source.start(node), start, "from repy_compat.porting import"
        )
        porter.change(node, "repy", f"{name} is a part of repy_compat")
        return
    for alias, part in zip(node.names, parts, strict=True):
        if alias.name in _PORTING:
            bound = alias.asname or alias.name
            porter.edits.replace(*part, f"repy_compat.porting.{alias.name} as {bound}")
            porter.change(node, "repy", f"{alias.name} is a part of repy_compat")
        _ask(porter, node, alias.name)
        new = _RENAMED.get(alias.name)
        if new is None:
            continue
        bound = alias.asname or alias.name
        porter.edits.replace(*part, f"{new} as {bound}")
        porter.change(node, "import", f"the module {alias.name} is {new}")


def _ask(porter: Porter, node: ast.AST, name: str) -> None:
    advice = _ASK.get(name)
    if advice is not None:
        porter.question(node, "module", f"{name}: {advice}")


def _import_from(porter: Porter, node: ast.ImportFrom) -> None:
    name = node.module or ""
    source = porter.source
    token = source.tokens[source.token_at(source.start(node)) + 1]
    if name == "__future__":
        _future(porter, node)
        return
    if name in _PORTING:
        porter.edits.replace(token.start, token.end, f"repy_compat.porting.{name}")
        porter.change(node, "repy", f"{name} is a part of repy_compat")
        if name == "repyportability":
            names = {alias.name for alias in node.names}
            porter.uses_repy_api = bool(names & {"*", "open", "file"})
        return
    _ask(porter, node, name)
    new = _RENAMED.get(name)
    if new is not None and token.text == name:
        porter.edits.replace(token.start, token.end, new)
        porter.change(node, "import", f"the module {name} is {new}")
    for alias in node.names:
        if name == "itertools" and alias.name in _ITERTOOLS:
            porter.question(
                node,
                "itertools",
                f"{alias.name} is the builtin {_ITERTOOLS[alias.name]}",
            )
        if (name, alias.name) in _GONE or (name == "types" and alias.name in _TYPES):
            porter.question(node, "import", f"{name} has no {alias.name} any more")
        if name == "string" and alias.name in _STRING_FUNCTIONS:
            porter.question(node, "string", f"string.{alias.name} is a method of str")
        if (name, alias.name) in _ATTRIBUTES:
            now = _ATTRIBUTES[name, alias.name]
            porter.question(node, "import", f"{name}.{alias.name} is {name}.{now}")


def _future(porter: Porter, node: ast.ImportFrom) -> None:
    names = {alias.name for alias in node.names}
    porter.true_division |= "division" in names
    if "unicode_literals" in names:
        porter.question(
            node, "text", "literals were text here: check sockets and files"
        )


def _attribute(porter: Porter, node: ast.Attribute, module: str) -> None:
    end = porter.source.end(node)
    start = porter.source.start(node)
    new = _ATTRIBUTES.get((module, node.attr))
    if new is not None:
        porter.edits.replace(end - len(node.attr), end, new)
        porter.change(node, "attribute", f"{module}.{node.attr} is {module}.{new}")
    elif module == "itertools" and node.attr in _ITERTOOLS:
        porter.edits.replace(start, end, _ITERTOOLS[node.attr])
        porter.change(node, "itertools", f"itertools.{node.attr} is a builtin")
    elif module == "types" and node.attr in _TYPES:
        now = _TYPES[node.attr]
        if now is None:
            porter.question(node, "types", f"types.{node.attr} is gone")
            return
        porter.edits.replace(start, end, now)
        porter.change(node, "types", f"types.{node.attr} is {now}")
    elif module == "string" and node.attr in _STRING_FUNCTIONS:
        _string_function(porter, node)
    elif (module, node.attr) in _GONE:
        porter.question(node, "attribute", f"{module}.{node.attr} is gone")
    elif module == "urllib":
        moved = {"quote", "unquote", "quote_plus", "unquote_plus", "urlencode"}
        place = "urllib.parse" if node.attr in moved else "urllib.request"
        porter.question(node, "urllib", f"urllib.{node.attr} is {place}.{node.attr}")


def _string_function(porter: Porter, node: ast.Attribute) -> None:
    """``string.split(s, x)`` as ``s.split(x)``."""
    call = porter.parent(node)
    plain = (
        isinstance(call, ast.Call)
        and call.func is node
        and call.args
        and not call.keywords
        and not any(isinstance(argument, ast.Starred) for argument in call.args)
    )
    if not plain:
        text = f"string.{node.attr} is a method of str"
        porter.question(node, "string", text)
        return
    assert isinstance(call, ast.Call)
    parts = porter.source.arguments(call)
    name = node.attr.removesuffix("fields")
    given = list(zip(call.args, parts, strict=True))
    if name == "join":
        given = [*given[1:2], given[0]]

    def make(render: Render) -> str:
        texts = [render(*part) for _, part in given]
        if name in ("atoi", "atof"):
            return f"{'int' if name == 'atoi' else 'float'}({', '.join(texts)})"
        if name == "join" and len(texts) == 1:
            return f"' '.join({texts[0]})"
        simple = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)
        first = given[0][0]
        is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
        if not (is_text or isinstance(first, simple)):
            texts[0] = f"({texts[0]})"
        return f"{texts[0]}.{name}({', '.join(texts[1:])})"

    porter.edits.rebuild(porter.source.start(call), porter.source.end(call), make)
    porter.change(node, "string", f"string.{node.attr} is a method of str")


# --- Repy's libraries ---------------------------------------------------------------------

_IMPORTERS = frozenset(
    [
        "translate",
        "translate_and_import",
        "dy_import_module",
        "dy_import_module_symbols",
    ]
)


def _library(porter: Porter, node: ast.Call) -> None:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else ""
    if isinstance(function, ast.Name):
        name = function.id
    if name not in _IMPORTERS or not node.args:
        return
    given = node.args[0]
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        porter.libraries.setdefault(given.value, porter.line(node))
    else:
        porter.question(node, "repy", "which Repy library is imported here?")


_API = frozenset(
    ["gethostbyname_ex", "getmyip", "recvmess", "sendmess", "openconn", "waitforconn",
     "stopcomm", "listdir", "removefile", "exitall", "getruntime", "randomfloat",
     "getlock", "get_thread_name", "sleep", "settimer", "canceltimer",
     "VirtualNamespace", "mycontext", "add_dy_support", "createthread", "createlock",
     "sendmessage", "listenforconnection", "listenformessage", "openconnection",
     "getresources", "randombytes", "listfiles", "openfile", "getthreadname"]
)  # fmt: skip


def _api_name(porter: Porter, node: ast.Name) -> None:
    if node.id in _API and porter.is_builtin(node, node.id):
        porter.api_names.setdefault(node.id, porter.line(node))
