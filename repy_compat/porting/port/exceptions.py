"""The rules for except clauses and raise statements."""

from __future__ import annotations

import ast

from repy_compat.language import syntax
from repy_compat.porting.port.porter import Porter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.porting.port.source import Render


def clause(porter: Porter, node: syntax.Handler) -> None:
    """``except X, e`` as ``except X as e``, and what else may stand for ``e``."""
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


def statement(porter: Porter, node: syntax.Raise) -> None:
    """``raise X, v`` as ``raise X(v)``."""
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
