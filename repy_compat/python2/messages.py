"""Texts of the host's exceptions in Python 2.7's words.

The host's texts differ from release to release (Repy language catalogue, section
P), so rules look for the stable part of a text. A text that is Python 2's already,
as the helpers raise them, comes through unchanged.
"""

from __future__ import annotations

from _collections_abc import Callable

from repy_compat.python2 import arity, counts, hosttexts, newhosts

OLD = "\u01c0"

Translation = tuple[str | None, tuple[object, ...]]
"""The name of another exception class (None: the same one), and its arguments."""

EXACT = {
    "division by zero": "integer division or modulo by zero",
    "integer modulo by zero": "integer division or modulo by zero",
    "integer division by zero": "integer division or modulo by zero",
    "float floor division by zero": "float divmod()",
    "float modulo by zero": "float modulo",
    "float divmod() by zero": "float divmod()",
    "zero to a negative power": "0.0 cannot be raised to a negative power",
    "int too large to convert to float": "long int too large to convert to float",
    "too many digits in integer": "long int too large to convert to int",
    "Python int too large to convert to C ssize_t": (
        "Python int too large to convert to C long"
    ),
    "precision too big": "prec too big",
    "cannot fit 'int' into an index-sized integer": (
        "cannot fit 'long' into an index-sized integer"
    ),
    "max() iterable argument is empty": "max() arg is an empty sequence",
    "min() iterable argument is empty": "min() arg is an empty sequence",
    "object() takes no arguments": "object() takes no parameters",
    "object.__init__() takes exactly one argument (the instance to initialize)": (
        "object.__init__() takes no parameters"
    ),
    "object.__new__() takes exactly one argument (the type to instantiate)": (
        "object() takes no parameters"
    ),
    "unhashable type: 'slice'": "unhashable type",
    "dictionary keys changed during iteration": (
        "dictionary changed size during iteration"
    ),
}

EXACT.update(hosttexts.EXACT)

TYPE_NAMES = {
    "method": "instancemethod",
    "list_iterator": "listiterator",
    "tuple_iterator": "tupleiterator",
    "set_iterator": "setiterator",
    "range_iterator": "rangeiterator",
    "str_iterator": "iterator",
    "str_ascii_iterator": "iterator",
    "dict_keyiterator": "dictionary-keyiterator",
    "dict_valueiterator": "dictionary-valueiterator",
    "dict_itemiterator": "dictionary-itemiterator",
    "range": "xrange",
    "ProgramClass": "type",
    "OldClass": "classobj",
    "_ClassWithoutMethods": "type",
    "ClosedType": "type",
    "Facade": "type",
    "UnboundMethod": "instancemethod",
    "SafeDict": "instance",
}


def type_word(name: str) -> str:
    """A type's name as the host shows it, in Python 2's words."""
    if name[:1] == OLD:
        return "instance"
    return TYPE_NAMES.get(name, name)


def translate(error: BaseException) -> Translation:
    """Class and arguments of the exception of Python 2 that stands for ``error``."""
    arguments = error.args
    if len(arguments) != 1 or type(arguments[0]) is not str:
        return None, arguments
    text = arguments[0]
    if newhosts.NEEDED:
        text = newhosts.older_text(error, text)
    exact = EXACT.get(text)
    if exact is not None:
        return None, (exact,)
    rule = RULES.get(type(error), _inherited)
    if rule is None:
        rule = _unchanged
    name, arguments = rule(error, text)
    for argument in arguments:
        if type(argument) is str and OLD in argument:
            return name, tuple([_without_mark(argument) for argument in arguments])
    return name, arguments


def _unchanged(error: BaseException, text: str) -> Translation:
    return None, (text,)


def _without_mark(argument: object) -> object:
    """No text that a program gets shows the letter of the private names.

    What a program says in an exception of its own never comes here.
    """
    return argument.replace(OLD, "") if type(argument) is str else argument


def _inherited(error: BaseException, text: str) -> Translation:
    """The rule of the first base that has one."""
    for base in type(error).__mro__:
        rule = RULES.get(base)
        if rule is not None:
            return rule(error, text)
    return None, (text,)


def _same(text: str) -> Translation:
    return None, (text,)


# Names


def _name_error(error: BaseException, text: str) -> Translation:
    text = text.replace("'" + OLD + OLD, "'").replace("'" + OLD, "'")
    if "free variable '" in text:
        name = text.split("'")[1]
        if _in_comprehension_of(error, name):
            local = f"local variable '{name}' referenced before assignment"
            return "UnboundLocalError", (local,)
        return _same(
            f"free variable '{name}' referenced before assignment in enclosing scope"
        )
    if text.startswith("cannot access local variable '"):
        name = text.split("'")[1]
        return _same(f"local variable '{name}' referenced before assignment")
    if text.startswith("name '") and _in_function(error):
        return _same("global " + text)
    return _same(text)


def _in_comprehension_of(error: BaseException, name: str) -> bool:
    """Whether a comprehension, a function to the host, misses its unit's variable."""
    codes = []
    trace = error.__traceback__
    while trace is not None:
        codes.append(trace.tb_frame.f_code)
        trace = trace.tb_next
    inside = False
    while codes and codes[-1].co_name == "<listcomp>":
        inside = True
        codes.pop()
    return inside and bool(codes) and name in codes[-1].co_cellvars


def _in_function(error: BaseException) -> bool:
    """Whether the last frame of an exception runs a function's code."""
    flags = 0
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name != "<listcomp>":
            flags = code.co_flags
        trace = trace.tb_next
    return bool(flags & 1)  # CO_OPTIMIZED: neither a module nor a class body


# Attributes


def _attribute_error(error: BaseException, text: str) -> Translation:
    text = text.partition(" and no __dict__ for setting new attributes")[0]
    if "'" not in text:
        return _same(text)
    parts = text.split("'")
    name = parts[1]
    if len(parts) >= 4 and parts[3][:1] == OLD:
        parts[3] = parts[3][1:]
    if text.startswith("'"):
        if name[:1] == OLD and len(parts) >= 4 and parts[2].endswith("no attribute "):
            return _same(f"{name[1:]} instance has no attribute '{parts[3]}'")
        value = getattr(error, "obj", None)
        if name == "int" and type(value) is int and not -(2**63) <= value < 2**63:
            name = "long"
        parts[1] = type_word(name)
    elif text.startswith("type object '" + OLD):
        return _same(f"class {name[1:]} has no attribute '{parts[3]}'")
    return _same("'".join(parts))


# Values


def _value_error(error: BaseException, text: str) -> Translation:
    if text[:4] == "not " and text.startswith("not enough values to unpack"):
        got = text.rpartition("got ")[2].rstrip(")")
        plural = "" if got == "1" else "s"
        return _same(f"need more than {got} value{plural} to unpack")
    if text[:4] == "too " and text.startswith("too many values to unpack"):
        return _same("too many values to unpack")
    return None, (hosttexts.value_text(text),)


# Types


def _type_error(error: BaseException, text: str) -> Translation:
    told = _of_builtin(error, text)
    if told is not None:
        return _same(told)
    if text.endswith(" object is not iterable"):
        starred = _not_iterable_after_star(error, text)
        if starred is not None:
            return _same(starred)
        joined = _joined_to_a_dict(error, text)
        if joined is not None:
            return _same(joined)
    if " after * must be " in text or " after ** must be " in text:
        return _after_star(error, text)
    if text.endswith("set' object is not subscriptable"):
        return _same(_subscripted_set(error, text))
    for start, rule in TYPE_ERROR_STARTS:
        if text.startswith(start):
            return rule(text)
    for end, rule in TYPE_ERROR_ENDS:
        if text.endswith(end):
            return rule(text)
    for part, rule in TYPE_ERROR_PARTS:
        if part in text:
            return rule(text)
    if text == "string indices must be integers":
        # Python 3.10 doesn't tell of which type the index was.
        index = arity.last_operands(error)[1]
        unknown = arity.is_unknown(index)
        return _indices(f"{text}, not {'str' if unknown else type(index).__name__}")
    if text == "must assign iterable to extended slice":
        # Python 3.13 says it of plain slices too.
        key = arity.last_operands(error)[1]
        plain = arity.last_instruction(error) == "STORE_SLICE" or (
            type(key) is slice and key.step in (None, 1)
        )
        return _same("can only assign an iterable" if plain else text)
    if text == "keywords must be strings":
        called = arity.called_with_stars(error)
        # Built-in types say it without a name.
        named = called is not None and not called.endswith(" object")
        return _same(f"{called} {text}" if named else text)
    if text.startswith("unsupported operand type(s) for ") and "'int'" in text:
        return _same(_with_longs(error, _with_words(text)))
    if "()" in text:
        return _call_error(error, text)
    return _same(_with_words(text))


_NO_INDEX = "slice indices must be integers or None or have an __index__ method"


def _bad_place(error: BaseException, text: str) -> str | None:
    """A method with a bad text and a bad number: Python 2 looked at numbers first.

    So does the host for searches, up to 3.12.
    """
    name, between, _ = text.partition("() argument ")
    if not between or " must be str, not " not in text:
        return None
    if name == "replace":
        for count in arity.last_arguments(error)[2:]:
            if not arity.is_unknown(count) and not isinstance(count, int):
                return _needs_integer(f"'{type(count).__name__}'")[1][0]  # type: ignore[return-value]
    elif name in ("find", "rfind", "index", "rindex", "count"):
        for place in arity.last_arguments(error)[1:]:
            if not arity.is_unknown(place) and not isinstance(place, (int, type(None))):
                return _NO_INDEX
    return None


def _with_longs(error: BaseException, text: str) -> str:
    """Operands that are outside of 64 bits are longs, where they can be told."""
    start, left, between, right, end = text.split("'", 4)
    names = [left, right]
    for at, value in enumerate(arity.last_operands(error)):
        if names[at] == "int" and type(value) is int and not -LONG <= value < LONG:
            names[at] = "long"
    return "'".join((start, names[0], between, names[1], end))


LONG = 2**63
"""The first integer that is a long by its size."""


def _of_builtin(error: BaseException, text: str) -> str | None:
    """2.7's words for a complaint about a built-in's arguments, if it is one."""
    if text.startswith("can't multiply sequence by non-int of type '" + OLD):
        return "object cannot be interpreted as an index"
    called, _, rest = text.partition("() ")
    told = counts.count_text(called, rest, error) or _bad_place(error, text)
    if told is None and "'" + OLD not in text and called[:1] != OLD:
        told = hosttexts.method_text(text)
    if told is None and text.startswith("The fill character"):
        told = hosttexts.fill_text(text, arity.last_callee(error))
    return told


def _with_words(text: str) -> str:
    """A text with the quoted names of types in Python 2's words."""
    if "'" not in text:
        return text
    parts = text.split("'")
    return "'".join(part if " " in part else type_word(part) for part in parts)


def _concatenation(text: str) -> Translation:
    other = type_word(text.split('"')[1])
    return _same(f"cannot concatenate 'str' and '{other}' objects")


def _sequence_concatenation(text: str) -> Translation:
    before, other, after = text.split('"')
    return _same(f'{before}"{type_word(other)}"{after}')


def _indices(text: str) -> Translation:
    kind = text.partition(" ")[0]
    other = text.rpartition("not ")[2].strip("'")
    if other[:1] == OLD:
        return _same("object cannot be interpreted as an index")
    return _same(f"{kind} indices must be integers, not {type_word(other)}")


def _not_unpackable(text: str) -> Translation:
    name = text[len("cannot unpack non-iterable ") : -len(" object")]
    return _not_iterable(f"'{name}' object is not iterable")


def _not_iterable(text: str) -> Translation:
    if text[:2] == "'" + OLD:
        return _same("iteration over non-sequence")
    return _same(_with_words(text))


def _not_iterable_after_star(error: BaseException, text: str) -> str | None:
    """The same where the value stood behind ``*`` in a call."""
    instruction = arity.last_instruction(error)
    if instruction not in ("LIST_EXTEND", "CALL_FUNCTION_EX"):
        return None
    starred = text.split("'")[1]
    if instruction == "CALL_FUNCTION_EX" and not arity.is_starred(error, starred):
        return None  # it's what was called that says so
    called = arity.called_with_stars(error)
    if called is None:
        return None
    return f"{called} argument after * must be an iterable, not {type_word(starred)}"


def _joined_to_a_dict(error: BaseException, text: str) -> str | None:
    """``mapping |= value``, which a dictionary has in Python 3 only."""
    if not arity.was_joining(error):
        return None
    left = arity.last_operands(error)[0]
    left = {} if arity.is_unknown(left) else left
    other = type_word(text.split("'")[1])
    return f"unsupported operand type(s) for |=: '{type_word(type(left).__name__)}' and '{other}'"


def _subscripted_set(error: BaseException, text: str) -> str:
    """Python 2 says something else of an index than of any other subscript."""
    name = text.split("'")[1]
    index = arity.last_operands(error)[1]
    is_slice = arity.last_instruction(error) == "BINARY_SLICE"
    if is_slice or not (arity.is_unknown(index) or isinstance(index, int)):
        return f"'{name}' object has no attribute '__getitem__'"
    return f"'{name}' object does not support indexing"


def _no_deletion(text: str) -> Translation:
    if type_word(text.split("'")[1]) in ("classobj", "type", "long"):
        text = text.replace("doesn't", "does not")
    return _same(_with_words(text))


def _left_of_in(text: str) -> Translation:
    start, _, name = text.rpartition(" ")
    return _same(f"{start} {type_word(name)}")


def _not_subscriptable(text: str) -> Translation:
    name = text.split("'")[1]
    if text.startswith("type "):
        name = "classobj" if name[:1] == OLD else "type"
    if name == "NamespaceObjectWrapper":
        return _same(f"'{name}' object does not support indexing")
    return _same(f"'{type_word(name)}' object has no attribute '__getitem__'")


def _immutable_type(text: str) -> Translation:
    name = text.rpartition("immutable type ")[2].strip("'")
    return _same(f"can't set attributes of built-in/extension type '{name}'")


def _join_item(text: str) -> Translation:
    if ": expected str instance, " not in text:
        return _same(text)
    start, _, found = text.partition(": expected str instance, ")
    if not found:
        return _same(text)
    name = found.removesuffix(" found")
    return _same(f"{start}: expected string, {type_word(name)} found")


def _no_len(text: str) -> Translation:
    name = text.split("'")[1]
    if name[:1] == OLD:
        return "AttributeError", (f"{name[1:]} instance has no attribute '__len__'",)
    return _same(_with_words(text))


def _after_star(error: BaseException, text: str) -> Translation:
    """``f() argument after * must be ...``, or the host's ``Value after * ...``."""
    before, _, rest = text.partition(" after *")
    what, _, given = rest.rpartition(", not ")
    called = arity.called_with_stars(error)
    if called is None:
        name = before.removesuffix(" argument").removesuffix("()").rpartition(".")[2]
        known = name.isidentifier() and name != "Value"
        called = f"{name.rstrip('_') if known else 'function'}()"
    kind = arity.starred_kind(error) or type_word(given)
    return _same(f"{called} argument after *{what}, not {kind}")


def _needs_integer(text: str) -> Translation:
    if text.startswith("'float'"):
        return _same("integer argument expected, got float")
    return _same("an integer is required")


def _needs_string(text: str) -> Translation:
    return _same("expected a string or other character buffer object")


def _prefix_or_suffix(text: str) -> Translation:
    return _same(text.replace("str or a tuple of str", "str, unicode, or tuple"))


PARSED = frozenset(
    [
        "replace",
        "find",
        "rfind",
        "index",
        "rindex",
        "count",
        "startswith",
        "endswith",
        "center",
        "ljust",
        "rjust",
        "zfill",
        "expandtabs",
        "insert",
    ]
)
"""Methods whose arguments Python 2.7 parses, with texts as for functions."""


def _expected_arguments(text: str) -> Translation:
    """``pop expected at least 1 argument, got 0`` and its like."""
    name, _, rest = text.partition(" expected ")
    wanted, _, given = rest.partition(", got ")
    words = wanted.split(" ")
    bound, limit = " ".join(words[:-2]), words[-2]
    if name in PARSED or (name == "pop" and wanted.startswith("at most 1 ")):
        plural = "" if limit == "1" else "s"
        bound = bound or "exactly"
        return _same(f"{name}() takes {bound} {limit} argument{plural} ({given} given)")
    bound = bound + " " if bound else ""
    return _same(f"{name} expected {bound}{limit} arguments, got {given}")


def _container(text: str) -> Translation:
    name = text.split("'")[1]
    return _same(f"argument of type '{type_word(name)}' is not iterable")


TYPE_ERROR_STARTS: tuple[tuple[str, Callable[[str], Translation]], ...] = (
    ("can only concatenate str", _concatenation),
    ("can only concatenate ", _sequence_concatenation),
    ("list indices must be", _indices),
    ("tuple indices must be", _indices),
    ("string indices must be integers, not '", _indices),
    ("string indices must be integers, not ", _same),
    ("cannot unpack non-iterable ", _not_unpackable),
    ("cannot set '", _immutable_type),
    ("sequence item ", _join_item),
    ("object of type '", _no_len),
    ("argument of type '", _container),
    ("'in <string>' requires string as left operand, not ", _left_of_in),
    ("must be str", _needs_string),
    ("startswith first arg must be str or", _prefix_or_suffix),
    ("endswith first arg must be str or", _prefix_or_suffix),
)

TYPE_ERROR_ENDS: tuple[tuple[str, Callable[[str], Translation]], ...] = (
    (" object is not iterable", _not_iterable),
    (" is not subscriptable", _not_subscriptable),
    (" object doesn't support item deletion", _no_deletion),
    (" object cannot be interpreted as an integer", _needs_integer),
)

TYPE_ERROR_PARTS: tuple[tuple[str, Callable[[str], Translation]], ...] = (
    ("argument 1 must be str, not ", _needs_string),
    ("argument 2 must be str, not ", _needs_string),
    (" expected at least ", _expected_arguments),
    (" expected at most ", _expected_arguments),
    (" expected 2 arguments, got ", _expected_arguments),
)


# Calls


BUILTIN_TYPES = frozenset(
    ("str", "list", "dict", "set", "frozenset", "tuple", "int", "float", "complex")
)


def _call_error(error: BaseException, text: str) -> Translation:
    """Errors of a call: ``name() takes ...``, ``name() got ...``."""
    called, _, rest = text.partition("() ")
    if rest == "takes no arguments":
        if called[:1] == OLD:
            return _same("this constructor takes no arguments")
        return _same("object() takes no parameters")
    if rest.startswith("takes exactly one argument (the instance to"):
        return _same("object.__init__() takes no parameters")
    counted = counts.count_text(called, rest, error)
    if counted is not None:
        return _same(counted)
    if called.partition(".")[0] in BUILTIN_TYPES and "." in called:
        return _same(f"{called.rpartition('.')[2]}() {rest}")
    if rest == "takes no keyword arguments" and called.startswith("exceptions."):
        return _same(f"{called} does not take keyword arguments")
    told = arity.call_text(error, called, rest)
    if told is not None:
        return _same(told)
    if rest.startswith("got an unexpected keyword argument"):
        rest = rest.partition(". Did you mean")[0]
        return _same(f"{called.rpartition('.')[2]}() {rest}")
    return _same(_with_words(text))


def _compared_integers(error: BaseException) -> bool:
    """Whether two integers were compared, which took no recursion in Python 2.

    Python 3.10 counts it, and its text says so.
    """
    return all(type(value) is int for value in arity.last_operands(error))


_TEXTS_FILE = __file__.replace("messages.py", "text.py")


def _recursion_error(error: BaseException, text: str) -> Translation:
    ending = ""
    if "comparison" in text and not _compared_integers(error):
        ending = " in cmp"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None and trace.tb_frame.f_code.co_filename == _TEXTS_FILE:
        ending = " while getting the repr of an object"
    return "RuntimeError", ("maximum recursion depth exceeded" + ending,)


Rule = Callable[[BaseException, str], Translation]

RULES: dict[type[BaseException], Rule | None] = {
    NameError: _name_error,
    UnboundLocalError: _name_error,
    AttributeError: _attribute_error,
    TypeError: _type_error,
    ValueError: _value_error,
    RecursionError: _recursion_error,
    KeyError: None,
    IndexError: None,
    ZeroDivisionError: None,
    OverflowError: None,
    AssertionError: None,
}
"""How the texts of a class are translated; None where the table above is all."""
