"""Rules for statements and operators that Python 3 writes differently."""

from __future__ import annotations

import ast
import re

from repy_compat.language import syntax
from repy_compat.language.tokens import PRIVATE
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


# --- print -----------------------------------------------------------------------


def _print(porter: Porter, node: syntax.Print) -> None:
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
            porter.needed.add(f"{_COMPAT} print")
            porter.question(
                node,
                "float",
                "print of a float: compat.print shows 12 digits as Python 2 did; the "
                "builtin shows up to 17",
            )


_COMPAT = "from repy_compat.porting.compat import"


def _comma(porter: Porter, node: syntax.Print) -> str:
    """What a comma at the end of a print statement writes."""
    if _ends_line(node.values):
        return ""
    following = _next_statement(porter, node)
    if isinstance(following, syntax.Print) and not (node.dest or following.dest):
        return " " if following.values else ""
    porter.needed.add(f"{_COMPAT} print")
    if any(porter.is_builtin(name, "raw_input") for name in porter.nodes()):
        porter.needed.add(f"{_COMPAT} input")
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


# --- exceptions ------------------------------------------------------------------


def _handler(porter: Porter, node: syntax.Handler) -> None:
    if node.target is None or node.type is None:
        return
    source = porter.source
    kind_end = source.end(node.type)
    target_start = source.start(node.target)
    between = source.slice(kind_end, target_start)
    if isinstance(node.target, ast.Name):
        name = node.target.id
        if "," in between:
            at = kind_end + between.rindex(",")
            porter.edits.replace(at, target_start, " as ")
            porter.change(node, "except", "'except X, e' is 'except X as e'")
        if _used_later(porter, node, name):
            _keep_name(porter, node, node.target)
        return
    if isinstance(node.target, ast.Tuple):
        _unpacked_target(porter, node, kind_end, between)
        return
    porter.question(node, "except", "an except clause binds a name only; assign below")


def _unpacked_target(
    porter: Porter, node: syntax.Handler, kind_end: int, between: str
) -> None:
    source = porter.source
    assert node.target is not None
    colon = source.tokens[source.token_after(source.end(node.target))]
    while colon.text != ":":
        colon = source.tokens[source.token_after(colon.end)]
    start = kind_end + between.index(between.strip()[:1] or " ")
    if ")" in between and "," in between:
        start = kind_end + between.rindex(",")
    target = ", ".join(porter.text_of(part) for part in node.target.elts)  # type: ignore[attr-defined]
    body = source.start(node.body[0])
    porter.edits.replace(start, colon.start, " as error")
    same_line = source.line(body) == source.line(colon.start)
    indentation = "; "
    if not same_line:
        line = source.line_start(source.line(body))
        indentation = "\n" + source.slice(line, body).expandtabs(8)
    porter.edits.insert(body, f"{target} = error.args{indentation}")
    porter.change(node, "except", f"'{target}' are unpacked from error.args")


def _keep_name(porter: Porter, node: syntax.Handler, target: ast.Name) -> None:
    """Bind the name once more, since Python 3 unbinds it at the clause's end."""
    source = porter.source
    start, end = source.start(target), source.end(target)
    porter.edits.replace(start, end, f"caught_{target.id}")
    body = source.start(node.body[0])
    joint = "; "
    if source.line(body) != source.line(end):
        line = source.line_start(source.line(body))
        joint = "\n" + source.slice(line, body).expandtabs(8)
    porter.edits.insert(body, f"{target.id} = caught_{target.id}{joint}", first=True)
    porter.change(
        node, "except", f"'{target.id}' is used below the clause: bound once more"
    )


def _used_later(porter: Porter, node: syntax.Handler, name: str) -> bool:
    """Whether the name is read below the clause, where Python 3 has unbound it."""
    scope = porter.scopes.scope_of[node]
    end = porter.source.end(node.body[-1])
    inside = set(ast.walk(node))
    return any(
        isinstance(other, ast.Name)
        and other.id == name
        and other not in inside
        and isinstance(other.ctx, ast.Load)
        and porter.source.start(other) > end
        and not _bound_by_other_handler(porter, other, name)
        for other in ast.walk(scope)
    )


def _bound_by_other_handler(porter: Porter, used: ast.AST, name: str) -> bool:
    node: ast.AST | None = used
    while node is not None:
        if isinstance(node, syntax.Handler):
            target = node.target
            if isinstance(target, ast.Name) and target.id == name:
                return True
        node = porter.parent(node)
    return False


def _raise(porter: Porter, node: syntax.Raise) -> None:
    source = porter.source
    kind = node.kind
    if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
        porter.question(node, "raise", "a string can't be raised; make it an Exception")
        return
    if kind is None or node.value is None:
        return
    start = source.start(node)
    end = source.statement_end(start)
    parts = source.split(source.tokens[source.token_at(start)].end, end)
    value = parts[1]
    is_none = isinstance(node.value, ast.Constant) and node.value.value is None
    known_kinds = ("str", "int", "float", "list", "dict", "bool")
    decided = is_none or isinstance(node.value, ast.Tuple)
    if not decided and porter.kind(node.value) not in known_kinds:
        porter.question(
            node,
            "raise",
            f"'raise X, {porter.text_of(node.value)}' is written as a call: right "
            "unless the value is a tuple, None or an exception",
        )
    if isinstance(node.value, ast.Tuple):
        opening = source.tokens[source.token_at(value[0])]
        if opening.text == "(":
            value = (opening.end, value[1] - 1)

    def make(render: Render) -> str:
        given = "" if is_none else render(*value)
        text = f"raise {render(*parts[0])}({given})"
        if node.trace is not None:
            text += f".with_traceback({render(*parts[2])})"
        return text

    porter.edits.rebuild(start, end, make)
    porter.change(node, "raise", "'raise X, v' is 'raise X(v)'")


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
    porter.needed.add(f"{_COMPAT} old_div")
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


def _function(porter: Porter, node: syntax.FunctionDef) -> None:
    if not node.tuple_parameters:
        return
    source = porter.source
    body = node.body[0]
    body_start = source.start(body)
    lines = []
    opening = source.find("(", source.start(node), body_start)
    assert opening is not None
    for number, parameter in enumerate(node.tuple_parameters, 1):
        range_ = _parameter_range(porter, opening.end, parameter.target)
        name = f"parameter{number}"
        text = source.slice(*range_)
        porter.edits.replace(range_[0], range_[1], name)
        lines.append(f"{text} = {name}")
    line = source.line_start(source.line(body_start))
    on_own_line = not source.slice(line, body_start).strip()
    own_line = "\n" + source.slice(line, body_start).expandtabs(8)
    joint = own_line if on_own_line else "; "
    if isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant):
        at = source.end(body)
        porter.edits.insert(at, "".join(joint + text for text in lines))
    else:
        porter.edits.insert(body_start, "".join(text + joint for text in lines))
    porter.change(node, "parameter", "a tuple parameter is unpacked in the body")


def _parameter_range(porter: Porter, start: int, target: ast.expr) -> tuple[int, int]:
    """Where the brackets stand that hold the names of a tuple parameter."""
    source, names = (
        porter.source,
        [n.id for n in ast.walk(target) if isinstance(n, ast.Name)],
    )
    wanted = set(names)
    index = source.token_after(start)
    while True:
        token = source.tokens[index]
        if token.text == "(":
            depth, at, held = 0, index, []
            while True:
                inner = source.tokens[at]
                depth += (inner.text == "(") - (inner.text == ")")
                if inner.text.isidentifier():
                    held.append(inner.text)
                if not depth:
                    break
                at += 1
            if set(held) == wanted:
                return token.start, source.tokens[at].end
        index += 1


def _lambda(porter: Porter, node: ast.Lambda) -> None:
    """``lambda (a, b): x`` as ``lambda p: (lambda a, b: x)(*p)``."""
    source = porter.source
    tuples = [a for a in node.args.args if a.arg.startswith(PRIVATE)]
    if not tuples:
        return
    ranges = [source.bracket(source.start(argument)) for argument in tuples]
    texts = [source.slice(start + 1, end - 1).strip() for start, end in ranges]
    colon = source.colon(source.start(node), source.end(node))
    body = source.tokens[source.token_after(colon.end)].start
    end = source.end(node)
    for number, (start, stop) in enumerate(ranges, 1):
        porter.edits.replace(start, stop, f"parameter{number}")

    def make(render: Render) -> str:
        text = render(body, end)
        for number, names in reversed(list(enumerate(texts, 1))):
            text = f"(lambda {names.rstrip(',')}: {text})(*parameter{number})"
        return text

    porter.edits.rebuild(body, end, make)
    if any("(" in text for text in texts):
        porter.question(node, "parameter", "a lambda can't unpack a tuple in a tuple")
    else:
        porter.change(node, "parameter", "a tuple parameter is unpacked by a lambda")


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
    syntax.Print: _print,
    syntax.Handler: _handler,
    syntax.Raise: _raise,
    syntax.Exec: _exec,
    syntax.Backquote: _backquote,
    syntax.FunctionDef: _function,
    ast.BinOp: _division,
    ast.AugAssign: _divided_in_place,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.Compare: _compare,
}
