"""The rule for print statements."""

from __future__ import annotations

import ast

from repy_compat.language import syntax
from repy_compat.porting.port.porter import Porter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.porting.port.source import Render


def statement(porter: Porter, node: syntax.Print) -> None:
    """``print`` as a call, in a form that writes the same."""
    source = porter.source
    start = source.start(node)
    word = source.tokens[source.token_at(start)]
    end = source.statement_end(start)
    parts = source.split(word.end, end)
    last = source.tokens[source.token_before(end)]
    extra: list[str] = []
    porter.change(node, "print", "print is a function")
    _floats(porter, node)
    if node.dest is not None:
        arrow = source.find(">>", word.end, end)
        assert arrow is not None
        dest = (source.token_after(arrow.end), parts.pop(0)[1])
        where = (source.tokens[dest[0]].start, dest[1])
    else:
        where = None
    if not node.newline:
        extra.append(f"end={_comma(porter, node)!r}")
        end = last.start
    if not parts and not extra and where is None:
        porter.edits.replace(start, max(end, word.end), "print()")
        return
    if where is None and not extra and _is_one_bracket(porter, parts, node.values):
        gap_end = parts[0][0]
        porter.edits.replace(word.end, gap_end, "")
        return

    def make(render: Render) -> str:
        items = []
        if parts:
            items.append(render(parts[0][0], parts[-1][1]))
        if where is not None:
            items.append(f"file={render(*where)}")
        return "print(" + ", ".join([*items, *extra]) + ")"

    stop = source.statement_end(start)
    porter.edits.rebuild(start, stop, make)


def _floats(porter: Porter, node: syntax.Print) -> None:
    for value in node.values:
        if porter.kind(value) == "float" and not isinstance(value, ast.Constant):
            porter.need_compat("print")
            porter.question(
                node,
                "float",
                "print of a float: compat.print shows 12 digits as Python 2 did; the "
                "builtin shows up to 17",
            )


def _comma(porter: Porter, node: syntax.Print) -> str:
    """What a comma at the end of a print statement writes."""
    if _ends_line(node.values):
        return ""
    following = _next_statement(porter, node)
    if isinstance(following, syntax.Print) and not (node.dest or following.dest):
        return " " if following.values else ""
    porter.need_compat("print")
    if any(porter.is_builtin(name, "raw_input") for name in porter.nodes()):
        porter.need_compat("input")
    porter.question(
        node,
        "print,",
        "a comma at the end of print: Python 2 writes the blank only when another print "
        "follows; compat.print does so, the builtin with end=' ' always writes it",
    )
    return " "


def _next_statement(porter: Porter, node: ast.stmt) -> ast.stmt | None:
    parent = porter.parent(node)
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and node in statements:
            index = statements.index(node) + 1
            return statements[index] if index < len(statements) else None
    return None


def _ends_line(values: list[ast.expr]) -> bool:
    last = values[-1] if values else None
    if isinstance(last, ast.BinOp) and isinstance(last.op, ast.Mod):
        last = last.left
    return (
        isinstance(last, ast.Constant)
        and isinstance(last.value, str)
        and last.value[-1:] in ("\n", "\t", "\r")
    )


def _is_one_bracket(
    porter: Porter, parts: list[tuple[int, int]], values: list[ast.expr]
) -> bool:
    """Whether what is printed stands in brackets of its own already."""
    if len(parts) != 1 or isinstance(values[0], (ast.Tuple, ast.GeneratorExp)):
        return False
    text, depth = porter.source.tokens, 0
    for index in range(porter.source.token_at(parts[0][0]), len(text)):
        token = text[index]
        depth += (token.text in "([{" and token.text != "\n") - (token.text in ")]}")
        if token.text == "\n":
            continue
        if not depth:
            return token.end == parts[0][1] and token.text == ")"
    return False
