"""Rules for the places where Python 2's byte strings meet the world.

Sockets and files of Repy take and give ``str`` on both sides, so programs that use
them need no change. Python's own sockets and binary files take and give ``bytes``;
latin-1 turns the one into the other without loss.
"""

from __future__ import annotations

import ast
import re

from repy_compat.porting.port.porter import Porter

_RECEIVE = ("recv", "recvfrom")
_SEND = ("send", "sendall", "sendto")
_CODE = ".encode('latin-1')"
_DECODE = ".decode('latin-1')"
_ESCAPES = "\\'\"abfnrtvx01234567\n"
_ODD_CODECS = frozenset(["hex", "base64", "zlib", "bz2", "rot13", "string_escape"])


def apply(porter: Porter) -> None:
    """Record the edits and questions of this subject."""
    for node in porter.nodes():
        if isinstance(node, ast.Call):
            _call(porter, node)
    _literals(porter)


def _call(porter: Porter, node: ast.Call) -> None:
    function = node.func
    if isinstance(function, ast.Name):
        if function.id in ("open", "file") and porter.is_builtin(function, function.id):
            _open(porter, node)
        elif porter.is_builtin(function, "str") and _gives_float(porter, node):
            porter.question(node, "float", "str() of a float shows 17 digits now")
    elif isinstance(function, ast.Attribute):
        if function.attr in _RECEIVE or function.attr in _SEND:
            _socket(porter, node, function)
        elif function.attr in ("encode", "decode"):
            _codec(porter, node, function)


def _gives_float(porter: Porter, node: ast.Call) -> bool:
    return bool(node.args) and porter.kind(node.args[0]) == "float"


def _open(porter: Porter, node: ast.Call) -> None:
    """Python's own open; the mode tells whether bytes were meant."""
    if porter.uses_repy_api or not node.args:
        return
    mode: object = "r"
    if len(node.args) > 1:
        given = node.args[1]
        mode = given.value if isinstance(given, ast.Constant) else None
    if not isinstance(mode, str):
        porter.question(node, "open", "open(): with a 'b' in the mode it's bytes now")
        return
    plain = mode.replace("b", "").replace("U", "") or "r"
    if "b" in mode:
        if porter.imported & _TAKING_BYTES:
            porter.question(
                node, "open", f"open(..., {mode!r}) reads and writes bytes, not str"
            )
            return
        porter.question(
            node,
            "open",
            f"open(..., {mode!r}): opened as a text of bytes in latin-1; leave the 'b' "
            "where bytes are wanted",
        )
    if plain != mode:
        start, end = porter.source.arguments(node)[1]
        porter.edits.replace(start, end, repr(plain))
    at = porter.source.end(node) - 1
    last = porter.source.tokens[porter.source.token_before(at)]
    joint = "" if last.text == "," else ","
    lines = "" if "U" in mode else ", newline='\\n'"
    porter.edits.insert(at, f"{joint} encoding='latin-1'{lines}")
    porter.change(node, "open", "a file's bytes are read as latin-1, one each")
    _ask_about_output(porter, node)


def _ask_about_output(porter: Porter, node: ast.Call) -> None:
    """Once a program: what is read as latin-1 has to be written so."""
    if not porter.asked_about_output:
        porter.asked_about_output = True
        porter.question(
            node,
            "output",
            "what is read here is bytes, one a character; if they aren't all ASCII and "
            "are printed: sys.stdout.reconfigure(encoding='latin-1'), and ascii() for repr()",
        )


_TAKING_BYTES = frozenset(
    ["pickle", "cPickle", "marshal", "struct", "zlib", "hashlib", "base64", "binascii",
     "md5", "sha", "array", "mmap", "gzip", "bz2"]
)  # fmt: skip


def _socket(porter: Porter, node: ast.Call, function: ast.Attribute) -> None:
    if function.attr in porter.scopes.methods or not node.args:
        return
    kind = porter.kind(function.value)
    if kind not in ("socket", None) or (kind is None and porter.uses_repy_api):
        return
    if kind is None:
        porter.question(
            node,
            "socket",
            f".{function.attr}(): written for a Python socket, which wants and gives "
            "bytes, and for one of Repy; not for anything else",
        )
    if function.attr in _RECEIVE:
        _received(porter, node, function, kind)
    else:
        _sent(porter, node, kind)


def _received(
    porter: Porter, node: ast.Call, function: ast.Attribute, kind: str | None
) -> None:
    start, end = porter.source.start(node), porter.source.end(node)
    if kind == "socket" and function.attr == "recv":
        porter.edits.wrap(start, end, "", _DECODE)
    else:
        porter.need_compat("as_text")
        porter.edits.wrap(start, end, "as_text(", ")")
    porter.change(node, "socket", "bytes received become a str, a character each")
    _ask_about_output(porter, node)


def _sent(porter: Porter, node: ast.Call, kind: str | None) -> None:
    part = porter.source.arguments(node)[0]
    if kind == "socket" and porter.kind(node.args[0]) == "str":
        simple = isinstance(node.args[0], (ast.Constant, ast.Name, ast.Call))
        before, after = ("", _CODE) if simple else ("(", ")" + _CODE)
        porter.edits.wrap(*part, before, after)
    else:
        porter.need_compat("as_bytes")
        porter.edits.wrap(*part, "as_bytes(", ")")
    porter.change(node, "socket", "a str is sent as bytes, one for each character")


def _codec(porter: Porter, node: ast.Call, function: ast.Attribute) -> None:
    name = (
        node.args[0].value
        if node.args and isinstance(node.args[0], ast.Constant)
        else ""
    )
    if name in _ODD_CODECS:
        porter.question(node, "codec", f"{name!r} is no codec of text; see codecs")
    elif function.attr == "decode":
        porter.question(node, "codec", ".decode() is a method of bytes only")
    else:
        porter.question(node, "codec", ".encode() gives bytes, no str")


def _literals(porter: Porter) -> None:
    """Literals whose value is another one in Python 3."""
    for token in porter.source.tokens:
        text = token.text
        match = re.match(r"([uUbB]?[rR]?)(['\"])", text)
        if match is None:
            continue
        prefix = match[1].lower()
        if prefix == "ur":
            if "\\u" in text or "\\U" in text:
                porter.question(
                    token.start, "literal", "ur'...' with \\u is gone; write it plainly"
                )
            else:
                porter.edits.replace(token.start, token.start + 1, "")
                porter.change(token.start, "literal", "ur'...' is r'...'")
            continue
        if prefix.startswith("b"):
            porter.edits.replace(token.start, token.start + 1, "")
            porter.change(token.start, "literal", "b'...' was a plain str")
        if not text.isascii() and "u" not in prefix:
            porter.question(
                token.start, "literal", "not ASCII: was bytes of the file's encoding"
            )
        if "r" in prefix:
            continue
        known = _ESCAPES + "uUN" if "u" in prefix else _ESCAPES
        for found in re.finditer(r"\\[\s\S]", text):
            if found[0][1] not in known:
                at = token.start + found.start()
                porter.edits.insert(at, "\\")
                message = f"{found[0]} was no escape; its backslash is doubled"
                porter.change(at, "literal", message)
