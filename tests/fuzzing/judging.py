"""How the front end takes a text, and second readings of what it accepts.

They share nothing with ``language/check.py``: one goes over the text's words, one
over all fields of the tree, one over the finished code objects; and of a program
that was made for it, it is known whether something forbidden stands in it.
"""

from __future__ import annotations

import ast
import dis
import re
import types

from repy_compat.errors import ProgramRejected
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.language.pipeline import checked
from tests.fuzzing.words import faults_of_words

OURS = "\u01c0"
KINDS = {
    "Module",
    "FunctionDef",
    "arguments",
    "arg",
    "ClassDef",
    "Return",
    "Delete",
    "Assign",
    "AugAssign",
    "For",
    "While",
    "If",
    "Raise",
    "Try",
    "Handler",
    "Assert",
    "Expr",
    "Pass",
    "Break",
    "Continue",
    "BoolOp",
    "BinOp",
    "UnaryOp",
    "Dict",
    "ListComp",
    "comprehension",
    "Compare",
    "Call",
    "Constant",
    "Attribute",
    "Subscript",
    "Slice",
    "Starred",
    "Name",
    "List",
    "Tuple",
    "keyword",
    "Print",
    "TupleParameter",
    "Load",
    "Store",
    "Del",
    "And",
    "Or",
    "Add",
    "Sub",
    "Mult",
    "Div",
    "Mod",
    "Pow",
    "LShift",
    "RShift",
    "BitOr",
    "BitXor",
    "BitAnd",
    "FloorDiv",
    "Invert",
    "Not",
    "UAdd",
    "USub",
    "Eq",
    "NotEq",
    "Lt",
    "LtE",
    "Gt",
    "GtE",
    "Is",
    "IsNot",
    "In",
    "NotIn",
}
FORBIDDEN = re.compile(r"(im_|func_|tb_|f_|co_)|.*__|(encode|decode)\Z")
SPECIAL = {
    "V1": {"__init__", "__del__", "__repr__", "__str__"},
    "V2": {"__init__", "__del__", "__repr__", "__str__", "__iter__"},
}
#: Names that the host's compiler adds to the bodies of modules and classes.
CLASS_NAMES = {
    "__doc__", "__name__", "__module__", "__qualname__", "__firstlineno__",
    "__static_attributes__", "__classdictcell__",
}  # fmt: skip
HELD = {"__traceback__", "__context__"}
GENERATORS = 0x20 | 0x80 | 0x100 | 0x200
PLAIN = (str, int, float, complex, type(None), type(...), bool)


def is_forbidden(name: str, dialect: Dialect) -> bool:
    """Whether a program may not use ``name``, by a reading of the rule of our own."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return True
    return FORBIDDEN.match(name) is not None and name not in (SPECIAL[dialect.name])


def faults_of_tree(tree: ast.AST, dialect: Dialect) -> list[str]:
    """What an accepted tree may not hold."""
    faults: list[str] = []
    made: set[str] = set()
    for node in ast.walk(tree):
        kind = type(node).__name__
        if kind not in KINDS or kind == "Print" and dialect is Dialect.V2:
            faults.append(f"node {kind}")
        for field, value in ast.iter_fields(node):
            if kind == "Constant" or not isinstance(value, str):
                continue
            if kind == "TupleParameter":
                made.add(value)
            elif kind == "arg" or _in_tuple(node, tree):
                continue  # any name will do
            elif is_forbidden(value, dialect):
                faults.append(f"name {value!r} in {kind}.{field}")
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, PLAIN):
                faults.append(f"constant {node.value!r}")
            if node.kind == "u":
                faults.append("a unicode literal")
        if getattr(node, "decorator_list", None):
            faults.append("a decorator")
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            if node.arg[:1] == OURS and node.arg not in made:
                faults.append(f"parameter {node.arg!r}")
            if node.annotation is not None:
                faults.append("an annotation")
    return faults


def _in_tuple(node: ast.AST, tree: ast.AST) -> bool:
    """Whether a name stands in a tuple parameter, where any name will do."""
    if not isinstance(node, ast.Name):
        return False
    known = getattr(tree, "in_tuples", None)
    if known is None:
        known = tree.in_tuples = {  # type: ignore[attr-defined]
            id(name)
            for function in ast.walk(tree)
            for made in getattr(function, "tuple_parameters", ())
            for name in ast.walk(made.target)
        }
    return id(node) in known


def faults_of_code(code: types.CodeType, dialect: Dialect) -> list[str]:
    """What finished code may not name or be, in it and in all that is inside it."""
    faults: list[str] = []
    if code.co_flags & GENERATORS:
        faults.append(f"{code.co_name} is a generator")
    cleared = _cleared(code)
    for name in code.co_names:
        ours = name[:1] == OURS or name in CLASS_NAMES or name in cleared
        if not ours and is_forbidden(name, dialect):
            faults.append(f"{code.co_name} names {name!r}")
    pending = list(code.co_consts)
    while pending:
        constant = pending.pop()
        if isinstance(constant, types.CodeType):
            faults += faults_of_code(constant, dialect)
        elif isinstance(constant, (tuple, frozenset)):
            pending += constant
        elif not isinstance(constant, PLAIN):
            faults.append(f"constant {constant!r}")
    return faults


def _cleared(code: types.CodeType) -> set[str]:
    """Fields of exceptions that code does nothing with but clear them, in our names."""
    names = HELD & set(code.co_names)
    steps = list(dis.get_instructions(code)) if names else []
    for before, step in zip(steps, steps[1:], strict=False):
        is_ours = str(before.argval)[:1] == OURS and before.opname[:4] == "LOAD"
        if step.argval in HELD and not (step.opname == "STORE_ATTR" and is_ours):
            names.discard(step.argval)
    return names


def judge(source: bytes, dialect: Dialect, is_bad: bool = False) -> list[str]:
    """What is wrong with how the front end takes ``source``; [] for nothing.

    ``is_bad``: the text is known to hold something that has to be refused.
    """
    try:
        tree = checked(source, "p", dialect)
    except ProgramRejected as rejected:
        texts = [
            rejected.reference_text,
            *(each.message for each in rejected.complaints),
        ]
        return [] if all(texts) else ["a refusal without words"]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    faults = ["accepted"] if is_bad else []
    faults += faults_of_words(source.decode("latin-1"), dialect)
    faults += faults_of_tree(tree, dialect)
    try:
        faults += faults_of_code(compile_program(source, "p", dialect).code, dialect)
    except ProgramRejected:
        pass  # for what only the compiler sees
    except Exception as error:
        faults.append(f"compiling: {type(error).__name__}: {error}")
    return faults
