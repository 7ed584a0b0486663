#!/usr/bin/env python3
"""Remove each rule of the checker once in turn, and see that some test fails.

    python tools/mutate_checker.py [--list] [--only PATTERN]

Rules are: in language/check.py each report and each look at a part, each entry of
its tables, each condition and each part of one; in language/dialect.py each reserved
name and condition; each guarded attribute name, which is removed from both of its
tables (language/meaning/guards.py and python2/tables.py); in python2/errors.py each
name that is hidden. The tests run in a copy of the project. What changes nothing that
could be tested is told with its reason. Ends with 1 if a rule can be removed unnoticed.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import os
import py_compile
import re
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis  # noqa: F401  what all processes need, loaded once
import pytest

ROOT = Path(__file__).resolve().parents[1]
CHECK = "repy_compat/language/check.py"
DIALECT = "repy_compat/language/dialect.py"
GUARDS = "repy_compat/language/meaning/guards.py"
GUARDED = "repy_compat/python2/tables.py"
ERRORS = "repy_compat/python2/errors.py"
# What finds most comes first: a run ends with the first failure.
TESTS = {
    CHECK: [
        "tests/rules/test_checker_positions.py",
        "tests/rules/test_language_verdicts.py",
        "tests/rules/test_language_[ct]*.py",
    ],
    DIALECT: ["tests/rules/test_checker_positions.py"],
    GUARDED: [
        "tests/rules/test_guarded_names.py",
        "tests/rules/test_python2_[!n]*.py",
        "tests/rules/test_values_recorded.py",
    ],
    ERRORS: [
        "tests/rules/test_guarded_names.py",
        "tests/rules/test_program_exceptions.py",
        "tests/rules/test_reachable_objects.py",
    ],
}
# What changes nothing that a test could notice when it is removed, and why.
ALIKE = {
    "if kind is ast.BinOp and node.op.__class__ in operators": (
        "a shorter way: the method for the kind does the same"
    ),
    "if not node.keywords and len(node.args) < 256": (
        "a shorter way for plain calls: what follows does the same for all"
    ),
    "if key is None": "a key that isn't there is refused by its kind as well",
}
if sys.version_info < (3, 12):
    ALIKE["is_integer"] = "this Python's int hasn't got it: try 3.12"
if sys.version_info < (3, 14):
    ALIKE["from_number"] = "no type of this Python has the name: try 3.14"
LONGEST = 300
NOTICED, UNNOTICED, BROKEN = 10, 11, 12
KEPT = ".kept"
# Calls that report something or have a part looked at.
REPORTS = {"name", "none", "shape", "refuse", "constant", "parameter", "parts"}
PUSHES = {"append", "extend"}


class Mutant:
    """Files with other texts; ``what`` was removed, of line ``line`` of ``path``."""

    def __init__(self, path: str, line: int, what: str, texts: dict[str, str]) -> None:
        self.path = path
        self.line = line
        self.what = what
        self.texts = texts

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def mutants() -> Iterator[Mutant]:
    """Each rule removed once."""
    for path, find in (
        (CHECK, statements_removed),
        (CHECK, fields_removed),
        (CHECK, operands_removed),
        (CHECK, conditions_removed),
        (CHECK, entries_removed),
        (DIALECT, entries_removed),
        (DIALECT, operands_removed),
        (DIALECT, conditions_removed),
        (ERRORS, hidden_removed),
    ):
        text = (ROOT / path).read_text()
        for node, new in find(ast.parse(text)):
            shown = getattr(node, "shown", node)
            segment = ast.get_source_segment(text, shown) or ""
            what = " ".join((getattr(node, "label", "") + segment).split())
            yield Mutant(path, shown.lineno, what, {path: replaced(text, node, new)})
    yield from guarded_names_removed()


def guarded_names_removed() -> Iterator[Mutant]:
    """A guarded name, no longer in the table of the lowering nor in the helpers'."""
    lowering, helpers = ((ROOT / path).read_text() for path in (GUARDS, GUARDED))
    start = helpers.index("GUARDED = frozenset(")
    for node, new in entries_removed(ast.parse(lowering)):
        shown = getattr(node, "shown", node)
        if isinstance(shown, ast.Starred):
            continue  # a change of meaning in newer versions, which hides nothing
        name = ast.literal_eval(shown)
        rest = re.sub(rf"\b{name}\b", "", helpers[start:], count=1)
        assert rest != helpers[start:]
        texts = {GUARDS: replaced(lowering, node, new), GUARDED: helpers[:start] + rest}
        yield Mutant(GUARDED, shown.lineno, name, texts)


Found = Iterator[tuple[ast.expr | ast.stmt, str]]


def statements_removed(tree: ast.Module) -> Found:
    """Reports, and parts put on the list of what is to be looked at."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Attribute):
                owner = ast.unparse(called.value)
                if (
                    called.attr in REPORTS
                    and owner == "self"
                    or called.attr in PUSHES
                    and owner in ("pending", "self.pending", "self.findings", "inside")
                    or called.attr in PUSHES
                    and owner == "arguments"
                    or owner == "self.late"
                ):
                    yield node, "pass"


def fields_removed(tree: ast.Module) -> Found:
    """Fields of nodes, in the table of shapes and in calls of ``parts``."""
    for node in ast.walk(tree):
        wanted: list[ast.expr] = []
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_SHAPES":
            assert isinstance(node.value, ast.Dict)
            wanted = list(node.value.values)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "self.parts":
            wanted = node.args[1:]
        for part in wanted:
            if isinstance(part, ast.Tuple):
                yield from shorter(fields_of(part))


def fields_of(part: ast.Tuple) -> ast.Tuple:
    """The fields with parts, of an entry or of an argument."""
    last = part.elts[-1] if part.elts else part
    return last if isinstance(last, ast.Tuple) else part


def shorter(node: ast.Tuple | ast.List) -> Found:
    """A display without each of its items in turn."""
    for index, item in enumerate(node.elts):
        rest = [ast.unparse(each) for each in node.elts]
        del rest[index]
        if isinstance(node, ast.List):
            yield at(node, item), "[" + ", ".join(rest) + "]"
        else:
            yield at(node, item), "(" + "".join(each + ", " for each in rest) + ")"


def at(node: ast.expr, item: ast.expr) -> ast.expr:
    """``node``, told by the line of ``item``."""
    node.shown = item  # type: ignore[attr-defined]
    return node


def operands_removed(tree: ast.Module) -> Found:
    """Conditions of rules: each operand of an ``or`` or ``and``, once."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and inside_function(tree, node):
            for index in range(len(node.values)):
                rest = [f"({ast.unparse(value)})" for value in node.values]
                del rest[index]
                word = " or " if isinstance(node.op, ast.Or) else " and "
                left_out = ast.unparse(node.values[index])
                node.label = f"without {left_out}: "  # type: ignore[attr-defined]
                yield node, "(" + word.join(rest) + ")"


def conditions_removed(tree: ast.Module) -> Found:
    """Each ``if`` of a rule, which then never holds."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.IfExp)) and inside_function(tree, node):
            node.test.label = "if "  # type: ignore[attr-defined]
            yield node.test, "False"


def inside_function(tree: ast.Module, node: ast.AST) -> bool:
    """Whether ``node`` decides about a rule: not where lines are told."""
    return any(
        inner is node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name[:1] != "_"
        for inner in ast.walk(function)
    )


TABLES = {
    "GUARDED", "_OPERATORS", "REFUSED", "RESERVED_PREFIXES", "RESERVED_NAMES",
    "_CONSTANTS", "_SPECIAL_METHODS", "_SPECIAL", "_TUPLE_PARTS", "_NAME_FIELDS", "_SHAPES",
}  # fmt: skip


def entries_removed(tree: ast.Module) -> Found:
    """Entries of tables."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            name, value = ast.unparse(node.targets[0]), node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            name, value = ast.unparse(node.target), node.value
        else:
            continue
        if name not in TABLES:
            continue
        if isinstance(value, ast.Call):
            value = value.args[0]
        if isinstance(value, ast.Dict):
            yield from shorter_dict(value)
        elif isinstance(value, (ast.List, ast.Tuple)):
            yield from shorter(value)


def shorter_dict(node: ast.Dict) -> Found:
    """A dictionary's display without each of its entries in turn."""
    pairs = [
        f"{ast.unparse(key)}: {ast.unparse(value)}"
        for key, value in zip(node.keys, node.values, strict=True)
        if key is not None
    ]
    for index, value in enumerate(node.values):
        rest = pairs[:index] + pairs[index + 1 :]
        yield at(node, value), "{" + ", ".join(rest) + "}"


def hidden_removed(tree: ast.Module) -> Found:
    """Names that only the host's exceptions have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_hidden":
            for index, item in enumerate(node.args):
                if isinstance(item, ast.Constant):
                    rest = [ast.unparse(each) for each in node.args]
                    del rest[index]
                    yield at(node, item), f"_hidden({', '.join(rest)})"
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "_HOST_ONLY"
        ):
            assert isinstance(node.value, ast.Dict)
            for value in node.value.values:
                assert isinstance(value, ast.Tuple)
                yield from shorter(value)


def replaced(text: str, node: ast.expr | ast.stmt, new: str) -> str:
    """``text`` with ``new`` in the place of ``node``."""
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    assert node.end_lineno is not None and node.end_col_offset is not None
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    data = text.encode()
    return (data[:start] + new.encode() + data[end:]).decode()


def is_noticed(mutant: Mutant, copy: Path) -> bool:
    """Whether a test fails in ``copy`` while the rule is missing."""
    for path, text in mutant.texts.items():
        (copy / path).write_text(text)
    pid = os.fork()
    if not pid:
        os._exit(NOTICED if any_fails(mutant.path, copy) else UNNOTICED)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    for path in mutant.texts:
        (copy / path).write_bytes((copy / (path + KEPT)).read_bytes())
    if status not in (NOTICED, UNNOTICED, -signal.SIGALRM):
        sys.exit(f"the tests didn't run: {mutant} ({status})")
    return status != UNNOTICED


def any_fails(path: str, copy: Path) -> bool:
    """Whether one of the tests for a file fails; in a process of its own.

    A rule without which they never end is noticed as well: an alarm ends the process.
    """
    signal.alarm(LONGEST)
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    warnings.simplefilter("ignore")
    for pattern in TESTS[path]:
        tests = [str(found.relative_to(copy)) for found in sorted(copy.glob(pattern))]
        words = ["-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider"]
        words += ["--assert=plain", "--tb=no"]
        code = pytest.main([*words, "-W", "ignore", *tests]) if tests else None
        if code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
            return True
        if code != pytest.ExitCode.OK:
            os._exit(BROKEN)
    return False


def new_copy(folder: Path) -> Path:
    """What tests need of the project, in a folder of its own."""
    ignored = shutil.ignore_patterns("__pycache__", "golden", ".*")
    for name in ("repy_compat", "tests", "seattlelib", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for path in (CHECK, DIALECT, GUARDS, GUARDED, ERRORS):
        shutil.copy(folder / path, folder / (path + KEPT))
    # Compiled once; a changed file is seen by its contents.
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    for name in ("repy_compat", "tests"):
        compileall.compile_dir(folder / name, quiet=2, invalidation_mode=mode)
    return folder


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(description="rules removed once in turn")
    options.add_argument("--list", action="store_true")
    options.add_argument("--only", default="")
    chosen = options.parse_args(words)
    everything = list(mutants())
    stale = ALIKE.keys() - {mutant.what for mutant in everything}
    if stale:
        sys.exit(f"no such rule: {', '.join(stale)}")
    wanted = [mutant for mutant in everything if re.search(chosen.only, str(mutant))]
    if chosen.list:
        for mutant in wanted:
            print(mutant)
        print(f"{len(wanted)} rules")
        return 0
    alike = [mutant for mutant in wanted if mutant.what in ALIKE]
    for mutant in alike:
        print(f"alike: {mutant} ({ALIKE[mutant.what]})", flush=True)
    tried = [mutant for mutant in wanted if mutant.what not in ALIKE]
    unnoticed = attempts(tried)
    print(
        f"{len(wanted)} rules: {len(tried) - len(unnoticed)} noticed when removed, "
        f"{len(unnoticed)} not, {len(alike)} that change nothing"
    )
    return 1 if unnoticed else 0


def attempts(tried: list[Mutant]) -> list[Mutant]:
    """The mutants that no test notices."""
    unnoticed: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = new_copy(Path(folder))
        for path in TESTS:
            if is_noticed(Mutant(path, 0, "nothing", {}), copy):
                sys.exit(f"the tests for {path} fail while nothing is removed")
        for mutant in tried:
            if not is_noticed(mutant, copy):
                unnoticed.append(mutant)
                print(f"unnoticed: {mutant}", flush=True)
    return unnoticed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
