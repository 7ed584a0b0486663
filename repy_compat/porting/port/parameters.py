"""The rules for parameters that are tuples, of functions and of lambdas."""

from __future__ import annotations

import ast

from repy_compat.language import syntax
from repy_compat.language.tokens import PRIVATE
from repy_compat.porting.port.porter import Porter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.porting.port.source import Render


def function(porter: Porter, node: syntax.FunctionDef) -> None:
    """``def f(a, (b, c))``: unpacked at the body's begin."""
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


def lambda_(porter: Porter, node: ast.Lambda) -> None:
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
