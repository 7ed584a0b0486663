"""From everything a program holds, a walk over legal names reaches no host object.

The walk takes each attribute that a program could write: ASCII, no double
underscore, no reserved prefix. It knows nothing of how the runtime hides things,
so it finds what a list of known doors would miss.
"""

from __future__ import annotations

import types
from typing import Any

import pytest

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.limits.restrictions import Limits
from repy_compat.sandbox import Sandbox
from repy_compat.world.output import MemoryOutput
from repy_compat.world.real import real_world
from tests import prober

RESERVED = ("im_", "tb_", "f_", "co_", "func_")

#: Kinds that may be met, by module and name: values, functions without attributes,
#: classes that can't be changed, handles. Everything else is a finding.
HARMLESS = {
    "builtins": {
        "bool",
        "bytes",
        "complex",
        "dict",
        "ellipsis",
        "float",
        "frozenset",
        "int",
        "list",
        "set",
        "slice",
        "str",
        "tuple",
        "NoneType",
        "NotImplementedType",
        "object",
        # Their attributes all have double underscores.
        "builtin_function_or_method",
        "function",
        "method",
        "method-wrapper",
        "getset_descriptor",
        "member_descriptor",
        "method_descriptor",
        "classmethod_descriptor",
        "wrapper_descriptor",
        "property",
        "type",
    },
    "repy_compat.api.handles": {"Handle", "HandleV1"},
    "repy_compat.api.safedict": {"SafeDict"},
    "repy_compat.python2.classes": {"ClosedType"},
    "repy_compat.python2.errors": {"_Message"},
    "repy_compat.python2.types": {"Facade"},
}


def can_be_written(name: str) -> bool:
    return name.isascii() and "__" not in name and not name.startswith(RESERVED)


def new_sandbox(folder, dialect_name: str) -> Sandbox:
    name = "x.repy" if dialect_name == "V1" else "x.r2py"
    program = compile_program(b"x = 1\n", name, Dialect.of_name(dialect_name))
    world = real_world(str(folder), MemoryOutput(), MemoryOutput())
    return Sandbox(program, Limits.default(), world)


def handles(names: dict[str, Any], dialect_name: str) -> dict[str, object]:
    """One live handle of each kind that needs no network."""
    found = prober.handles(names, dialect_name)
    if dialect_name == "V1":
        found["timer"] = names["settimer"](1000.0, names["getruntime"], ())
    return found


def errors(names: dict[str, object]) -> dict[str, BaseException]:
    """What API calls raise at wrong arguments."""
    caught: dict[str, BaseException] = {}
    for name, call in names.items():
        if isinstance(call, types.FunctionType):
            try:
                call(object(), object(), object())
            except Exception as error:
                caught[f"error of {name}"] = error
    return caught


def walk(seeds: dict[str, object]) -> dict[str, object]:
    """Everything reached from ``seeds`` over names that can be written."""
    reached: dict[int, tuple[str, object]] = {}
    waiting = list(seeds.items())
    while waiting:
        path, thing = waiting.pop()
        if id(thing) in reached or path.count(".") > 5:
            continue
        reached[id(thing)] = (path, thing)
        for name in dir(thing):
            if can_be_written(name):
                try:
                    waiting.append((f"{path}.{name}", getattr(thing, name)))
                except Exception:
                    continue
    return dict(reached.values())


@pytest.mark.parametrize("dialect_name", ["V1", "V2"])
def test_no_host_object_can_be_reached(tmp_path, dialect_name):
    """Values, plain functions, closed classes and handles, and nothing else."""
    sandbox = new_sandbox(tmp_path, dialect_name)
    names = sandbox.namespace
    builtins = names["__builtins__"]
    seeds = {name: names[name] for name in names if can_be_written(name)}
    seeds.update({name: builtins[name] for name in builtins if can_be_written(name)})
    seeds.update(handles(names, dialect_name))
    found = {
        path: repr(thing)
        for path, thing in walk(seeds).items()
        if type(thing).__qualname__ not in HARMLESS.get(type(thing).__module__, ())
    }
    assert found == {}


@pytest.mark.parametrize("dialect_name", ["V1", "V2"])
def test_no_error_of_the_api_leads_to_a_host_object(tmp_path, dialect_name):
    """An exception's fields hold plain values."""
    names = new_sandbox(tmp_path, dialect_name).namespace
    for source, error in errors(names).items():
        for path, thing in walk({source: error.args, "text": str(error)}).items():
            kind = type(thing)
            assert kind.__qualname__ in HARMLESS.get(kind.__module__, ()), path
