"""Rules for statements and operators that Python 3 writes differently."""

from __future__ import annotations

import ast
import re

from repy_compat.language import syntax
from repy_compat.porting.port import exceptions, parameters, prints
from repy_compat.porting.port.porter import Porter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from repy_compat.porting.port.source import Render


def apply(porter: Porter) -> None:
    """Record the edits and questions of this subject."""
    _shebang(porter)
    _tabs(porter)
    _tokens(porter)
    for node in porter.nodes():
        rule: Any = _RULES.get(type(node))
        if rule is not None:
            rule(porter, node)


# --- lines and tokens ------------------------------------------------------------


def _shebang(porter: Porter) -> None:
    match = re.match(r"#!.*\bpython(2(\.\d+)?)?(?=\s|$)", porter.source.text)
    if match and "python3" not in match[0]:
        start = match.start(1) if match[1] else match.end()
        porter.edits.replace(start, match.end(), "3")
        porter.change(0, "shebang", "the first line asks for python3")


def _tabs(porter: Porter) -> None:
    """Indentation with tabs becomes spaces, a tab to the next multiple of eight."""
    source, depth, line_begins = porter.source, 0, True
    lines: list[int] = []
    for token in source.tokens:
        if token.text == "\n":
            line_begins = not depth
            continue
        if line_begins:
            start = source.line_start(source.line(token.start))
            indentation = source.slice(start, token.start)
            if "\t" in indentation and not indentation.strip():
                width = len(indentation.expandtabs(8))
                porter.edits.replace(start, token.start, " " * width)
                lines.append(start)
        line_begins = False
        depth += (token.text in "([{") - (token.text in ")]}")
    if lines:
        text = (
            f"tabs in the indentation of {len(lines)} lines are spaces, to columns of 8"
        )
        porter.change(lines[0], "tabs", text)


def _tokens(porter: Porter) -> None:
    for token in porter.source.tokens:
        text = token.text
        if text == "<>":
            porter.edits.replace(token.start, token.end, "!=")
            porter.change(token.start, "<>", "'<>' is '!='")
        elif (
            text[:1].isdigit()
            and text[-1:] in "lL"
            and text[:2].lower() != "0x"
            or text[:2].lower() == "0x"
            and text[-1] in "lL"
            or re.fullmatch(r"0[0-9]+", text)
            and text.strip("0")
        ):
            _number(porter, token.start, text)
        elif text in ("async", "await", "nonlocal"):
            porter.question(token.start, "keyword", f"'{text}' is a keyword; rename it")
            porter.edits.replace(token.start, token.end, text + "_")


def _number(porter: Porter, start: int, text: str) -> None:
    new = text.rstrip("lL")
    if re.fullmatch(r"0[0-9]+", new) and new.strip("0"):
        new = "0o" + new.lstrip("0")
    porter.edits.replace(start, start + len(text), new)
    porter.change(start, "number", f"{text} is {new}")


# --- other statements and operators --------------------------------------------------


def _exec(porter: Porter, node: syntax.Exec) -> None:
    source = porter.source
    start = source.start(node)
    end = source.statement_end(start)
    word = source.tokens[source.token_at(start)]
    first = source.tokens[source.token_after(word.end)]
    if first.text == "(" and node.globals is None:
        porter.change(node, "exec", "exec is a function; it reads the same")
    else:
        inside = None
        if node.globals is not None:
            inside = source.find("in", source.end(node.body), end)

        def make(render: Render) -> str:
            if inside is None:
                return f"exec({render(first.start, end)})"
            body = render(
                first.start, source.tokens[source.token_before(inside.start)].end
            )
            rest = source.tokens[source.token_after(inside.end)].start
            return f"exec({body}, {render(rest, end)})"

        porter.edits.rebuild(start, end, make)
        porter.change(node, "exec", "exec is a function")
    if node.globals is None and not isinstance(
        porter.scopes.scope_of[node], ast.Module
    ):
        porter.question(
            node, "exec", "exec in a function no longer binds the function's names"
        )


def _backquote(porter: Porter, node: syntax.Backquote) -> None:
    source = porter.source
    start = source.start(node)
    opening = source.tokens[source.token_at(start)]
    closing, depth = opening, 0
    for index in range(source.token_at(start) + 1, len(source.tokens)):
        token = source.tokens[index]
        depth += (token.text in "([{" and token.text != "\n") - (token.text in ")]}")
        if token.text == "`" and depth == 0:
            closing = token
            break
    extra = ("(", ")") if isinstance(node.value, ast.Tuple) else ("", "")

    def make(render: Render) -> str:
        inner = render(opening.end, closing.start)
        return f"repr({extra[0]}{inner}{extra[1]})"

    porter.edits.rebuild(opening.start, closing.end, make)
    porter.change(node, "repr", "backquotes are repr()")


def _division(porter: Porter, node: ast.BinOp) -> None:
    if not isinstance(node.op, ast.Div) or porter.true_division:
        return
    source = porter.source
    kinds = (porter.kind(node.left), porter.kind(node.right))
    if "float" in kinds:
        return
    sign = _sign(porter, node.left, node.right, "/")
    if all(kind in ("int", "bool") for kind in kinds):
        porter.edits.replace(*sign, "//")
        porter.change(node, "division", "whole numbers are divided by //")
        return
    start, end = source.start(node), source.end(node)

    def make(render: Render) -> str:
        left, right = render(start, sign[0]).rstrip(), render(sign[1], end).lstrip()
        return f"old_div({left}, {right})"

    porter.edits.rebuild(start, end, make)
    _ask_about_division(porter, node, source.slice(start, end))


def _sign(
    porter: Porter, left: ast.expr, right: ast.expr, symbol: str
) -> tuple[int, int]:
    """Where the operator between two operands stands."""
    source = porter.source
    token = source.find(symbol, source.end(left), source.start(right))
    assert token is not None
    return token.start, token.end


def _ask_about_division(porter: Porter, node: ast.AST, text: str) -> None:
    porter.need_compat("old_div")
    porter.question(
        node,
        "division",
        f"'{text}': compat.old_div does what Python 2 did; // if both are whole "
        "numbers, / if one is a float",
    )


def _divided_in_place(porter: Porter, node: ast.AugAssign) -> None:
    if not isinstance(node.op, ast.Div) or porter.true_division:
        return
    source = porter.source
    kinds = (porter.kind(node.target), porter.kind(node.value))
    if "float" in kinds:
        return
    sign = _sign(porter, node.target, node.value, "/=")
    if all(kind in ("int", "bool") for kind in kinds):
        porter.edits.replace(*sign, "//=")
        porter.change(node, "division", "whole numbers are divided by //")
        return
    start = source.start(node)
    end = source.statement_end(start)
    if any(isinstance(part, ast.Call) for part in ast.walk(node.target)):
        text = f"'{source.slice(start, end)}': // if both are whole numbers"
        porter.question(node, "division", text)
        return
    target = source.slice(start, sign[0]).rstrip()

    def make(render: Render) -> str:
        value = render(sign[1], end).strip()
        return f"{target} = old_div({target}, {value})"

    porter.edits.rebuild(start, end, make)
    _ask_about_division(porter, node, source.slice(start, end))


def _comprehension(porter: Porter, node: ast.ListComp) -> None:
    """The loop's name of a list comprehension is its own in Python 3."""
    _bare_tuples(porter, node)
    scope = porter.scopes.scope_of[node]
    bound = {
        name.id
        for generator in node.generators
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name)
    }
    inside = set(ast.walk(node))
    end = porter.source.end(node)
    for other in ast.walk(scope):
        if (
            isinstance(other, ast.Name)
            and other.id in bound
            and isinstance(other.ctx, ast.Load)
            and other not in inside
            and porter.source.start(other) > end
            and porter.scopes.scope_of.get(other) is scope
            and not _rebound_between(porter, scope, inside, other, end)
        ):
            porter.question(
                node,
                "comprehension",
                f"'{other.id}' is used at line {porter.line(other)} and was bound by "
                "this list comprehension, whose names are its own in Python 3",
            )
            return


def _bare_tuples(porter: Porter, node: ast.AST) -> None:
    """``[x for x in 1, 2]``: the tuple needs brackets."""
    source = porter.source
    for generator in node.generators:  # type: ignore[attr-defined]
        values = generator.iter
        if isinstance(values, ast.Tuple) and values.elts:
            word = source.tokens[source.token_at(source.start(values))]
            if word.text == "in":
                first = source.tokens[source.token_after(word.end)].start
                end = source.token_after(source.end(values.elts[-1]))
                last = source.tokens[end - 1]
                if source.tokens[end].text == ",":
                    last = source.tokens[end]
                while last.text == "\n":
                    end -= 1
                    last = source.tokens[end - 1]
                porter.edits.wrap(first, last.end, "(", ")")
                porter.change(node, "comprehension", "a tuple here needs brackets")


def _rebound_between(
    porter: Porter, scope: ast.AST, inside: set[ast.AST], used: ast.Name, end: int
) -> bool:
    start = porter.source.start(used)
    node: ast.AST | None = used
    while node is not None and node is not scope:
        node = porter.parent(node)
        if isinstance(
            node, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
        ):
            names = [n for g in node.generators for n in ast.walk(g.target)]
            if any(isinstance(n, ast.Name) and n.id == used.id for n in names):
                return True
    for other in ast.walk(scope):
        if (
            isinstance(other, ast.Name)
            and other.id == used.id
            and isinstance(other.ctx, ast.Store)
            and other not in inside
            and end < porter.source.start(other) < start
        ):
            return True
    return False


def _compare(porter: Porter, node: ast.Compare) -> None:
    ordering = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
    operands = [node.left, *node.comparators]
    for index, operator in enumerate(node.ops):
        if isinstance(operator, ordering):
            pair = operands[index : index + 2]
            kinds = {porter.kind(operand) for operand in pair}
            has_none = any(
                isinstance(operand, ast.Constant) and operand.value is None
                for operand in pair
            )
            numbers = kinds & {"int", "float", "bool"}
            others = kinds - {"int", "float", "bool", None}
            if has_none or (numbers and others) or len(others) > 1:
                porter.question(
                    node, "order", "values of unlike kinds have no order in Python 3"
                )


_RULES = {
    syntax.Print: prints.statement,
    syntax.Handler: exceptions.clause,
    syntax.Raise: exceptions.statement,
    syntax.Exec: _exec,
    syntax.Backquote: _backquote,
    syntax.FunctionDef: parameters.function,
    ast.BinOp: _division,
    ast.AugAssign: _divided_in_place,
    ast.Lambda: parameters.lambda_,
    ast.ListComp: _comprehension,
    ast.Compare: _compare,
}
