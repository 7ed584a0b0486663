"""What Python 2.7 and its old compiler package say of a text; run by Python 2.7.

Reads a JSON list of texts (characters 0-255), each with its dialect, from standard
input and writes a JSON list of verdicts: how a Repy check built on that package ends,
in the words of ``tests.language_verdict``. Python 3 only imports the functions' names.
"""

import json
import sys

HEADER = "# -*- coding: utf-8 -*-\n\n"
NAMES = """
Add And AssAttr AssList AssName AssTuple Assert Assign AugAssign Bitand Bitor
Bitxor Break CallFunc Class Compare Const Continue Dict Discard Div Ellipsis
Expression FloorDiv For Function Getattr If Invert Keyword LeftShift List
ListComp ListCompFor ListCompIf Mod Module Mul Name Node Not Or Pass Power Raise
Return RightShift Slice Sliceobj Stmt Sub Subscript TryExcept TryFinally Tuple
UnaryAdd UnarySub While Print Printnl
"""
ALLOWED = {"V1": set(NAMES.split())}
ALLOWED["V2"] = ALLOWED["V1"] - {"Print", "Printnl"}
SPECIAL = {"V1": ("__init__", "__del__", "__repr__", "__str__")}
SPECIAL["V2"] = SPECIAL["V1"] + ("__iter__",)
RESERVED = ("im_", "func_", "tb_", "f_", "co_")


def refused_name(name, dialect):
    """Section 5.4 of the Repy V1 specification, 3.3 of that of V2."""
    if name in SPECIAL[dialect]:
        return False
    return name in ("encode", "decode") or "__" in name or name.startswith(RESERVED)


def true_line(line):
    """A line without the two lines of the header."""
    return line if line is None else line - 2


def first_finding(root, dialect):
    """The first construct or name that is refused, or None."""
    pending = [root]
    while pending:
        node = pending.pop()
        kind = node.__class__.__name__
        line = true_line(node.lineno)
        if kind not in ALLOWED[dialect]:
            return ["check", line, kind]
        for attribute in ("name", "attrname", "value", "doc"):
            value = node.__dict__.get(attribute)
            if value.__class__.__name__ == "unicode":
                return ["check", line, attribute, "u" + repr(value).lstrip("u")]
            named = attribute in ("name", "attrname") and isinstance(value, str)
            if named and refused_name(value, dialect):
                return ["check", line, attribute, repr(value)]
        pending.extend(reversed(node.getChildNodes()))
    return None


def verdict(source, dialect):
    """The verdict on one text."""
    import compiler
    import parser

    text = HEADER + source.encode("latin-1").replace("\r\n", "\n")
    try:
        parser.suite(text)
    except SyntaxError as error:
        return ["text", type(error).__name__, error.msg, true_line(error.lineno)]
    except Exception as error:
        return ["text", type(error).__name__, str(error), None]
    try:
        tree = compiler.parse(text)
    except RuntimeError:
        return ["deep"]
    except Exception as error:
        return ["text", type(error).__name__, str(error), None]
    found = first_finding(tree, dialect)
    if found:
        return found
    try:
        compile(text, "m", "exec")
    except SyntaxError as error:
        return ["late", error.msg, true_line(error.lineno)]
    return ["ok"]


if __name__ == "__main__":
    json.dump([verdict(*each) for each in json.load(sys.stdin)], sys.stdout)
