"""The dictionary of built-in names that a program's code runs with.

Python 2's names of both dialects (Repy V1 specification, section 6; Repy V2
specification, section 2.2), and the helpers that lowered code calls, whose names no
program can write.
"""

from __future__ import annotations

import sys
from _collections_abc import Callable, Mapping
from types import MethodType

from repy_compat.python2 import (
    attributes,
    control,
    conversions,
    dicts,
    formatting,
    functions,
    numbers,
    ordering,
    tables,
    text,
    types,
)
from repy_compat.python2.errors import EXCEPTIONS, define
from repy_compat.python2.names import BUILTIN, HOST_KIND
from repy_compat.python2.printing import new_print

EMPTY: Mapping[str, object] = {}

ALLOWED_FUNCTIONS: dict[str, object] = {
    "abs": abs,
    "id": id,
    "len": len,
    **{
        name: MethodType(function, BUILTIN)  # type: ignore[arg-type]
        for name, function in {
            "chr": conversions.chr_,
            "cmp": functions.cmp_,
            "divmod": functions.divmod_,
            "filter": functions.filter_,
            "hex": conversions.hex_,
            "isinstance": functions.isinstance_,
            "issubclass": functions.issubclass_,
            "map": functions.map_,
            "max": functions.max_,
            "min": functions.min_,
            "oct": conversions.oct_,
            "ord": conversions.ord_,
            "pow": functions.pow_,
            "range": functions.range_,
            "reduce": functions.reduce_,
            "repr": functions.repr_,
            "round": conversions.round_,
            "sum": functions.sum_,
            "zip": functions.zip_,
        }.items()
    },
}
"""Functions that programs may call, the same in every namespace."""

REFUSED = [
    "BufferError",
    "BytesWarning",
    "GeneratorExit",
    "ImportWarning",
    "UnicodeWarning",
    "all",
    "any",
    "apply",
    "basestring",
    "bin",
    "buffer",
    "bytearray",
    "bytes",
    "callable",
    "classmethod",
    "coerce",
    "compile",
    "delattr",
    "dir",
    "enumerate",
    "eval",
    "execfile",
    "exit",
    "file",
    "format",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "input",
    "intern",
    "iter",
    "locals",
    "memoryview",
    "next",
    "open",
    "print",
    "property",
    "quit",
    "raw_input",
    "reload",
    "reversed",
    "setattr",
    "sorted",
    "staticmethod",
    "super",
    "unichr",
    "unicode",
    "vars",
]
"""Names that exist and refuse to be called."""
_REFUSED = frozenset(REFUSED)

CALLABLE = frozenset((*ALLOWED_FUNCTIONS, *types.VALUES, *EXCEPTIONS, "type"))
"""Names that compiled code may take for the builtins of these names."""

CONSTANTS: dict[str, object] = {
    "None": None,
    "True": True,
    "False": False,
    "Ellipsis": Ellipsis,
    "NotImplemented": NotImplemented,
    "copyright": "",
    "credits": "",
    "license": "",
    "__debug__": True,
}


# --------------------------------------------------------------------------
# Refused calls

_refusals: dict[object, type[BaseException]] = {}


def _refusal_class(base: type, module: str) -> type[BaseException]:
    """``RunBuiltinException`` below ``base``, a class that programs can't name."""
    made = _refusals.get(base)
    if made is None:
        made = define(
            "RunBuiltinException",
            (base,),
            f"class '{module}.RunBuiltinException'",
            __init__=_refusal_init,
            __str__=_refusal_str,
        )
        _refusals[base] = made
    return made


def _refusal_init(self: BaseException, said: object = "") -> None:
    text.set_exception_arguments(self, ())
    self.__dict__["value"] = text.py2_repr((said,))


def _refusal_str(self: BaseException) -> str:
    return text.py2_str(self.__dict__.get("value", ""))


def _refused(name: str, error: type[BaseException], tells_all: bool) -> object:
    """The function that stands for the built-in ``name`` and only raises."""

    def exceptionraiser(*arguments: object, **keywords: object) -> object:
        said = name
        if tells_all:
            said = (
                f"Unsafe call '{name}' with args '{text.py2_str(arguments)}', "
                f"kwargs '{text.py2_str(keywords)}'"
            )
        raise error(said)

    exceptionraiser.__dict__[HOST_KIND] = "function"
    return exceptionraiser


_ONE_ARGUMENT = "type() may only take exactly one non-keyword argument."


def _new_type(dialect_name: str, error: type[BaseException]) -> object:
    """The function ``type`` of one namespace (both specifications say how it acts)."""
    is_type = functions.is_new_style_class
    type_of = types.type_of

    def safe_type(*arguments: object, **keywords: object) -> object:
        if len(arguments) != 1 or keywords:
            raise error(_ONE_ARGUMENT)
        value = arguments[0]
        if is_type(value) or value is safe_type:
            if dialect_name == "V1":
                if value is safe_type:
                    return type_of(value)
                raise error("unsafe type() call.")
            return safe_type
        return type_of(value)

    safe_type.__dict__[HOST_KIND] = "function"
    return safe_type


# --------------------------------------------------------------------------
# Helpers


def _helpers() -> dict[str, object]:
    """Everything that lowered code calls, the same in every namespace."""
    found = attributes.build_helpers(
        tables.METHODS.items(), tables.HIDDEN.items(), sorted(tables.GUARDED)
    )
    for module in (
        control,
        conversions,
        dicts,
        formatting,
        functions,
        numbers,
        ordering,
        text,
    ):
        found.update(module.HELPERS)
    return found


HELPERS = _helpers()
_TEMPLATE: dict[str, object] = {
    "__name__": "",
    **EXCEPTIONS,
    **types.VALUES,
    **ALLOWED_FUNCTIONS,
    **CONSTANTS,
    **HELPERS,
}


_ALWAYS = frozenset(("__name__", "__debug__", "__build_class__", "ǀmatch"))
_templates: dict[frozenset[str], dict[str, object]] = {}
_TEMPLATES_KEPT = 32


def _template_of(wanted: frozenset[str]) -> dict[str, object]:
    """Of the template what ``wanted`` names, and what the interpreter looks up."""
    made = _templates.get(wanted)
    if made is None:
        if len(_templates) >= _TEMPLATES_KEPT:
            _templates.clear()
        made = _templates[wanted] = {
            name: value
            for name, value in _TEMPLATE.items()
            if name in wanted or name in _ALWAYS
        }
    return made


def new_builtins(
    dialect_name: str,
    *,
    write: Callable[[str], None],
    write_pieces: Callable[[list[str]], None] | None = None,
    due: list[bool] | None = None,
    extra: Mapping[str, object] = EMPTY,
    wanted: frozenset[str] | None = None,
) -> dict[str, object]:
    """A fresh dictionary of built-ins for a run or a family of namespaces.

    ``dialect_name`` is ``V1`` or ``V2``. ``write`` takes what ``print`` writes to
    standard output, piece by piece; ``write_pieces`` takes the pieces of a whole
    statement where that makes no difference. ``due`` holds whether a blank is due
    there. ``extra`` is added last: ``SafeDict``, V2's
    exception classes. Its ``RepyException`` becomes the base of what a refused
    built-in raises. ``wanted`` are the names that code with these built-ins can look up,
    None for any: others are left out.
    """
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)  # Python 2 converts numbers of any length
    if dialect_name == "V1":
        error = _refusal_class(EXCEPTIONS["Exception"], "safety_exceptions")
    else:
        base = extra.get("RepyException", EXCEPTIONS["Exception"])
        error = _refusal_class(base, "exception_hierarchy")  # type: ignore[arg-type]
    made = dict(_TEMPLATE if wanted is None else _template_of(wanted))
    for name in REFUSED if wanted is None else wanted & _REFUSED:
        made[name] = _refused(name, error, dialect_name != "V1")
    if wanted is None or "type" in wanted:
        made["type"] = _new_type(dialect_name, error)
    if wanted is None or "ǀprint" in wanted:
        made["ǀprint"] = new_print(write, write_pieces, due)
    made.update(extra)
    return made
