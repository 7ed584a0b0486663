"""Virtual namespaces (Repy V1 specification, 16; Repy V2 specification, 12)."""

from __future__ import annotations

import pytest

from repy_compat.api.exceptions import (
    CodeUnsafeError,
    ContextUnsafeError,
    NamespaceViolationError,
    Py2SyntaxError,
    Py2TypeError,
    Py2ValueError,
    RepyArgumentError,
)
from repy_compat.api.safedict import new_constructor
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run

SafeDict = new_constructor(Dialect.V1)
SafeDictV2 = new_constructor(Dialect.V2)


def fails(kind, function, *arguments, **keywords):
    """The text of the exception of class ``kind`` that the call raises."""
    with pytest.raises(kind) as caught:
        function(*arguments, **keywords)
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.fixture
def v1():
    with api_run() as run:
        yield run


@pytest.fixture
def v2():
    with api_run(Dialect.V2) as run:
        yield run


def test_a_safedict_is_used_itself(v1, v2):
    """It promises that the same object comes back with what the code set."""
    for run, make in ((v1, SafeDict), (v2, SafeDictV2)):
        create = getattr(run, "VirtualNamespace", None) if run is v1 else None
        create = create or run.createvirtualnamespace
        context = make({"x": 1})
        space = create("x = x + 1", "n")
        assert space.evaluate(context) is context
        assert space.evaluate(context)["x"] == 3


def test_a_dict_becomes_a_new_safedict_and_stays_as_it_was(v1):
    """It promises copies of the lists inside, and the code's globals in the result."""
    given = {"items": [1]}
    result = v1.VirtualNamespace("items.append(2)\nmade = 3").evaluate(given)
    assert given == {"items": [1]}
    assert result == {"items": [1, 2], "made": 3}


def test_a_safedict_shares_its_values(v1):
    """It promises that the code changes the caller's list."""
    items = []
    v1.VirtualNamespace("items.append(1)").evaluate(SafeDict({"items": items}))
    assert items == [1]


def test_keys_of_the_interpreter_never_show(v1):
    """It promises an empty context after empty code."""
    assert v1.VirtualNamespace("").evaluate({}).keys() == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (1, "'SafeDict' keys must be of string type!"),
        (("a",), "'SafeDict' keys must be of string type!"),
        ("x__y", "Unsafe key: 'x__y'"),
    ],
)
def test_bad_keys_are_refused(v1, v2, key, text):
    """It promises ValueError in V1 and ContextUnsafeError in V2."""
    text = "Provided context is not safe! Exception: " + text
    space = v1.VirtualNamespace("x = 1")
    assert text == fails(Py2ValueError, space.evaluate, {key: 1})
    space = v2.createvirtualnamespace("x = 1", "n")
    assert text == fails(ContextUnsafeError, space.evaluate, {key: 1})


def test_the_keys_that_are_dropped(v1):
    """It promises that ``__builtins__`` and ``__doc__`` pass silently."""
    given = {"__builtins__": {}, "__doc__": 1, "x": 1}
    assert v1.VirtualNamespace("y = 2").evaluate(given) == {"x": 1, "y": 2}


def test_v1_names_itself_as_the_reference_does(v1):
    """It promises get_VirtualNamespace, and evaluate for the method."""
    for arguments in [(5,), (None,), ("x = 1", 5), (), ("a", "b", "c")]:
        assert (
            "Function 'get_VirtualNamespace' called with incorrect arguments.  "
            f"Arguments were args:{arguments!r}, kwargs:{{}}"
        ) == fails(Py2TypeError, v1.VirtualNamespace, *arguments)
    evaluate = v1.VirtualNamespace("x = 1").evaluate
    for arguments in [(None,), (5,), ("text",), ([("a", 1)],), ()]:
        text = fails(Py2TypeError, evaluate, *arguments)
        assert text.startswith("Function 'evaluate' called with incorrect arguments.  ")


def test_v1_takes_its_parameters_by_name(v1):
    """It promises code, name and context."""
    space = v1.VirtualNamespace(name="n", code="x = 1")
    assert space.evaluate(context={})["x"] == 1


def test_v2_refuses_in_the_documented_order(v2):
    """It promises the texts of section 6.1."""
    create = v2.createvirtualnamespace
    for arguments, text in [
        (
            ("x = 1",),
            "Function 'createvirtualnamespace' takes 2 arguments, "
            "not 1 as you provided.",
        ),
        ((5, "n"), "Invalid type <type 'int'>"),
        (("x = 1", None), "Invalid type <type 'NoneType'>"),
    ]:
        assert text == fails(RepyArgumentError, create, *arguments)
    evaluate = create("x = 1", "n").evaluate
    for bad, name in [(None, "NoneType"), (5, "int"), ("t", "str"), ([1], "list")]:
        text = f"Invalid type <type '{name}'>"
        assert text == fails(RepyArgumentError, evaluate, bad)


@pytest.mark.parametrize(
    "code", ["import os", "x = (1).__class__", "def f(:\n  pass", "exec 'a = 1'"]
)
def test_unsafe_code_is_refused_when_the_namespace_is_made(v1, v2, code):
    """It promises ValueError in V1 and CodeUnsafeError in V2."""
    beginning = "Code failed safety check! Error: ("
    assert fails(Py2ValueError, v1.VirtualNamespace, code).startswith(beginning)
    text = fails(CodeUnsafeError, v2.createvirtualnamespace, code, "n")
    assert text.startswith(beginning)


def test_what_only_the_compiler_finds(v1, v2):
    """It promises a SyntaxError in V1 and CodeUnsafeError in V2."""
    code = "x = 1\nreturn x"
    text = fails(Py2SyntaxError, v1.VirtualNamespace, code, "n")
    assert text.startswith("'return' outside function")
    text = fails(CodeUnsafeError, v2.createvirtualnamespace, code, "n")
    assert text == (
        "Code failed safety check! Error: "
        "(\"<type 'exceptions.SyntaxError'> 'return' outside function (line 2)\",)"
    )


def test_exceptions_of_the_code_reach_the_caller(v1):
    """It promises the context as far as the code got."""
    context = SafeDict()
    space = v1.VirtualNamespace("a = 1\nb = [][0]\nc = 1")
    with pytest.raises(IndexError):
        space.evaluate(context)
    assert context == {"a": 1}


def test_values_of_a_v1_dict_that_can_not_be_copied_are_refused(v1):
    """It promises the violation; V2 passes them by reference."""
    text = fails(
        NamespaceViolationError, v1.VirtualNamespace("x = 1").evaluate, {"k": len}
    )
    assert text.startswith("Namespace violation: _copy failed on (")


def test_values_of_a_v2_dict_that_can_not_be_copied_are_shared(v2):
    """It promises the very same object inside."""
    marker = object()
    space = v2.createvirtualnamespace("same = given", "n")
    assert space.evaluate({"given": marker})["same"] is marker


def test_functions_keep_the_context_as_their_globals(v1):
    """It promises so after the namespace is gone."""
    context = v1.VirtualNamespace("level = 1\ndef get():\n  return level\n").evaluate(
        {}
    )
    get = context["get"]
    context["level"] = 7
    del context
    assert get() == 7


def test_evaluated_code_sees_the_builtins_and_nothing_of_the_host(v1):
    """It promises NameError for what Python 3 has and Repy hasn't."""
    for name in ("sleep", "breakpoint", "ModuleNotFoundError", "exec"):
        with pytest.raises((NameError, Py2ValueError)):
            v1.VirtualNamespace(f"x = {name}").evaluate({})
    found = v1.VirtualNamespace("x = max([1, 3, 2])").evaluate({})
    assert found["x"] == 3


def test_a_namespace_may_be_evaluated_inside_itself(v2):
    """It promises recursion."""
    code = "depth = depth + 1\nif depth < 5:\n  space.evaluate(context)\n"
    space = v2.createvirtualnamespace(code, "n")
    context = SafeDictV2({"depth": 0, "space": space})
    context["context"] = context
    assert space.evaluate(context)["depth"] == 5


def test_the_same_text_is_compiled_once(v2):
    """It promises so for a run."""
    runtime = v2.runtime
    assert runtime.compile("x = 1", "n") is runtime.compile("x = 1", "n")
    assert runtime.compile("x = 1", "n") is not runtime.compile("x = 1", "m")


def test_what_a_context_holds_under_a_builtins_name_counts(v1, v2):
    """Code finds it instead of the builtin, shortcuts or not; other contexts don't."""
    code = (
        "r = len('abc'), [i for i in range(2)], isinstance(1, int), max(1, 2)\n"
        "try: {}['q']\nexcept KeyError, e: r += ('caught',)\n"
    )

    def mine(*_arguments):
        return "me"

    context = {"len": mine, "range": mine, "max": mine, "KeyError": LookupError}
    for create, make in (
        (v1.VirtualNamespace, SafeDict),
        (v2.createvirtualnamespace, SafeDictV2),
    ):
        space = create(code, "n")
        plain = (3, [0, 1], True, 2, "caught")
        assert space.evaluate(make({}))["r"] == plain
        for _ in range(2):
            found = space.evaluate(make(context))["r"]
            assert found == ("me", ["m", "e"], True, "me", "caught")
        assert space.evaluate(make({"isinstance": mine}))["r"][2] == "me"
        assert space.evaluate(make({"unrelated": mine}))["r"] == plain
