"""``str.format`` of Python 2.7, with attributes read by the rule for names.

Repy language catalogue, "str.format exists, and reaches attributes". The host's
own ``format`` would hand out attributes that no program can name, so fields are
looked up here.
"""

from __future__ import annotations

from _collections_abc import Iterable, Iterator, Mapping
from types import MethodType

from repy_compat.python2.conversions import float1
from repy_compat.python2.names import INT_MAX, INT_MIN, type_name
from repy_compat.python2.text import py2_repr, py2_str

_REFUSED_STARTS = ("im_", "func_", "tb_", "f_", "co_", "gi_", "cr_", "ag_")
_MOST_NESTED = 2


def format_fields(
    template: str, arguments: tuple[object, ...], keywords: Mapping[str, object]
) -> str:
    """The text of ``template`` with its fields filled in.

    ValueError for a malformed template or spec, IndexError or KeyError for a
    missing argument, AttributeError for a missing or refused attribute.
    """
    # What is remembered of a template outlives the run: no object of a program.
    text = str.__str__(template)
    return _Fields(arguments, keywords).fill(text, _MOST_NESTED)


class _Field:
    """What stands between two braces.

    ``first`` is the argument's name or number (as text), ``number`` the latter as
    int, ``path`` the attributes and items behind it. ``nested`` tells whether the
    spec has fields of its own.
    """

    __slots__ = ("first", "number", "path", "conversion", "spec", "nested")

    def __init__(self, text: str) -> None:
        name, self.conversion, self.spec = parts_of(text)
        end = min(
            (at for at in (name.find("."), name.find("[")) if at >= 0),
            default=len(name),
        )
        self.first = name[:end]
        self.path = name[end:]
        self.number = _number(self.first)
        self.nested = "{" in text


_REMEMBERED = 512
_LONGEST = 2000
_known: dict[str, list[tuple[str, _Field | None]]] = {}


def _parsed(template: str) -> Iterable[tuple[str, _Field | None]]:
    """Literal texts and fields; those of a well-formed template are remembered."""
    known = _known.get(template)
    return _reading(template) if known is None else known


def _reading(template: str) -> Iterator[tuple[str, _Field | None]]:
    found: list[tuple[str, _Field | None]] = []
    for literal, text in pieces(template):
        field = None if text is None else _Field(text)
        found.append((literal, field))
        yield literal, field
    if len(template) <= _LONGEST:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        _known[template] = found


class _Fields:
    """One call of ``format``: its arguments, and how fields are numbered."""

    __slots__ = ("arguments", "keywords", "automatic")

    def __init__(
        self, arguments: tuple[object, ...], keywords: Mapping[str, object]
    ) -> None:
        self.arguments = arguments
        self.keywords = keywords
        self.automatic: int | None = None  # None: not known, -1: numbered by hand

    def fill(self, template: str, depth: int) -> str:
        """``template`` with all fields replaced, nested ones in specs first."""
        if depth <= 0:
            raise ValueError("Max string recursion exceeded")
        result = []
        for literal, field in _parsed(template):
            result.append(literal)
            if field is not None:
                result.append(self.field(field, depth))
        return "".join(result)

    def field(self, field: _Field, depth: int) -> str:
        """The text of one field."""
        value = self.value(field)
        conversion = field.conversion
        if conversion == "r":
            value = py2_repr(value)
        elif conversion == "s":
            value = py2_str(value)
        elif conversion:
            code = ord(conversion)
            shown = conversion if 32 < code < 127 else f"\\x{code:x}"
            raise ValueError(f"Unknown conversion specifier {shown}")
        spec = self.fill(field.spec, depth - 1) if field.nested else field.spec
        return format_value(value, spec) if spec else py2_str(value)

    def value(self, field: _Field) -> object:
        """The object that a field's name leads to."""
        value: object
        if field.number is not None:
            self.by_hand()
            value = self.positional(field.number)
        elif field.first:
            value = self.keywords[field.first]
        else:
            value = self.positional(self.next_number())
        if field.path:
            for is_attribute, step in steps_of(field.path):
                if is_attribute:
                    value = read_attribute(value, step)
                else:
                    number = _number(step)
                    value = value[step if number is None else number]  # type: ignore[index]
        return value

    def positional(self, number: int) -> object:
        """An argument by its number."""
        if number >= len(self.arguments):
            raise IndexError("tuple index out of range")
        return self.arguments[number]

    def next_number(self) -> int:
        """The number of a field without one."""
        if self.automatic == -1:
            raise ValueError(
                "cannot switch from manual field specification to "
                "automatic field numbering"
            )
        number = self.automatic or 0
        self.automatic = number + 1
        return number

    def by_hand(self) -> None:
        """Note a field that has a number."""
        if self.automatic is not None and self.automatic >= 0:
            raise ValueError(
                "cannot switch from automatic field numbering to "
                "manual field specification"
            )
        self.automatic = -1


# --------------------------------------------------------------------------
# Taking a template apart


def pieces(template: str) -> Iterator[tuple[str, str | None]]:
    """Literal texts, each with the field behind it or None, one by one.

    ValueError where braces don't match, when that place is reached.
    """
    at, end = 0, len(template)
    while at < end:
        start = at
        while at < end and template[at] not in "{}":
            at += 1
        if at == end:
            yield template[start:], None
            return
        brace = template[at]
        at += 1
        if template.startswith(brace, at):  # doubled: the brace itself
            yield template[start:at], None
            at += 1
            continue
        if brace == "}" or at == end:
            raise ValueError(f"Single '{brace}' encountered in format string")
        close = _closing(template, at)
        yield template[start : at - 1], template[at:close]
        at = close + 1


def _closing(template: str, at: int) -> int:
    """Where the brace that was opened before ``at`` is closed."""
    open_braces = 1
    for place in range(at, len(template)):
        if template[place] == "{":
            open_braces += 1
        elif template[place] == "}":
            open_braces -= 1
            if not open_braces:
                return place
    raise ValueError("unmatched '{' in format")


def parts_of(field: str) -> tuple[str, str, str]:
    """Name, conversion (or ``''``) and spec of a field."""
    at = min((at for at in (field.find(":"), field.find("!")) if at >= 0), default=-1)
    if at < 0:
        return field, "", ""
    name, rest = field[:at], field[at + 1 :]
    if field[at] == ":":
        return name, "", rest
    if not rest:
        raise ValueError("end of format while looking for conversion specifier")
    if len(rest) > 1 and rest[1] != ":":
        raise ValueError("expected ':' after format specifier")
    return name, rest[0], rest[2:]


def steps_of(path: str) -> Iterator[tuple[bool, str]]:
    """The attributes (True) and items (False) behind a field's first name."""
    at = 0
    while at < len(path):
        kind = path[at]
        at += 1
        start = at
        if kind == ".":
            while at < len(path) and path[at] not in ".[":
                at += 1
            step = path[start:at]
        elif kind == "[":
            at = path.find("]", start)
            if at < 0:
                raise ValueError("Missing ']' in format string")
            step = path[start:at]
            at += 1
        else:
            raise ValueError("Only '.' or '[' may follow ']' in format field specifier")
        if not step:
            raise ValueError("Empty attribute in format string")
        yield kind == ".", step


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    if int(text) > INT_MAX:
        raise ValueError("Too many decimal digits in format string")
    return int(text)


# --------------------------------------------------------------------------
# Attributes


def is_refused_name(name: str) -> bool:
    """Whether no program may name an attribute so."""
    return (
        "__" in name
        or name.startswith(_REFUSED_STARTS)
        or name in ("encode", "decode")
        or not name.isascii()
    )


def read_attribute(value: object, name: str) -> object:
    """``value.name`` for a program that holds ``name`` as a string.

    AttributeError if there is none, if no program may name it, or if only
    Python 3 has it.
    """
    from repy_compat.python2 import tables
    from repy_compat.python2.attributes import READERS

    if not is_refused_name(name):
        reader = READERS.get(name)
        if reader is not None:
            return reader(value)
        for kind in type(value).__mro__:
            methods = tables.METHODS.get(kind)
            if methods is not None and name in methods:
                return MethodType(methods[name], value)
            if name in tables.HIDDEN.get(kind, ()):
                break
            if name in kind.__dict__:
                return getattr(value, name)
        else:
            return getattr(value, name)
    raise AttributeError(f"'{type_name(value)}' object has no attribute '{name}'")


# --------------------------------------------------------------------------
# Format specs


def format_value(value: object, spec: str) -> str:
    """``format(value, spec)``: the text of one field."""
    if not spec:
        return py2_str(value)
    if isinstance(value, int):
        return _format_int(value, spec)
    if isinstance(value, float):
        return _format_float(value, spec)
    if isinstance(value, complex):
        return _format_complex(value, spec)
    return _format_text(py2_str(value), spec)


class _Spec:
    """A spec taken apart.

    ``align`` is the alignment that was written, ``=`` for a leading zero.
    """

    __slots__ = ("align", "sign", "alternate", "comma", "precision", "letter")

    def __init__(self, spec: str) -> None:
        at = 0
        self.align = ""
        if spec[1:2] in _ALIGNMENTS and len(spec) > 1:
            self.align = spec[1]
            at = 2
        elif spec[:1] in _ALIGNMENTS:
            self.align = spec[:1]
            at = 1
        self.sign = spec[at : at + 1] in _SIGNS and at < len(spec)
        at += self.sign
        self.alternate = spec.startswith("#", at)
        at += self.alternate
        if spec.startswith("0", at):
            self.align = self.align or "="
        at = _after_digits(spec, at)
        self.comma = spec.startswith(",", at)
        at += self.comma
        self.precision = spec.startswith(".", at)
        if self.precision:
            start = at + 1
            at = _after_digits(spec, start)
            if at == start:
                raise ValueError("Format specifier missing precision")
        self.letter = spec[at:]
        if len(self.letter) > 1:
            raise ValueError("Invalid conversion specification")


_ALIGNMENTS = ("<", ">", "=", "^")
_SIGNS = ("+", "-", " ")


def _after_digits(text: str, at: int) -> int:
    while at < len(text) and text[at] in "0123456789":
        at += 1
    return at


def _parse(spec: str, usual: str, thousands: str) -> _Spec:
    """Take a spec apart; ``thousands`` are the letters that a comma goes with."""
    parts = _Spec(spec)
    letter = parts.letter or usual
    if parts.comma and letter not in thousands:
        raise ValueError(f"Cannot specify ',' with '{letter}'.")
    return parts


def _unknown(letter: str, value: object) -> ValueError:
    return ValueError(
        f"Unknown format code '{letter}' for object of type '{type_name(value)}'"
    )


def _no_alternate(parts: _Spec, kind: str) -> None:
    if parts.alternate:
        raise ValueError(f"Alternate form (#) not allowed in {kind} format specifier")


def _format_text(text: str, spec: str) -> str:
    parts = _parse(spec, "s", "deEfFgG%")
    if parts.letter not in ("", "s"):
        raise _unknown(parts.letter, text)
    if parts.sign:
        raise ValueError("Sign not allowed in string format specifier")
    _no_alternate(parts, "string")
    if parts.align == "=":
        raise ValueError("'=' alignment not allowed in string format specifier")
    return format(text, spec)


def _format_int(value: int, spec: str) -> str:
    parts = _parse(spec, "d", "deEfFgG%")
    letter = parts.letter
    if letter and letter in "eEfFgG%":
        return _format_float(float1(value), spec)
    if letter not in ("", "b", "c", "d", "n", "o", "x", "X"):
        raise _unknown(letter, value)
    if letter == "c":
        spec = spec.replace("#", "") if parts.alternate else spec
        format(65, spec)  # complains about the spec itself first
        if not INT_MIN <= value <= INT_MAX:
            raise OverflowError("Python int too large to convert to C long")
        if not 0 <= value <= 255:
            raise OverflowError("%c arg not in range(0x100)")
    return format(int(value), spec)


def _format_float(value: float, spec: str) -> str:
    parts = _parse(spec, "g", "deEfFgG%")
    if parts.letter not in ("", "e", "E", "f", "F", "g", "G", "n", "%"):
        raise _unknown(parts.letter, value)
    _no_alternate(parts, "float")
    if not parts.letter and not parts.precision:
        spec += ".12"
    return format(float(value), spec)


def _format_complex(value: complex, spec: str) -> str:
    parts = _parse(spec, "g", "deEfFgG%")
    if parts.letter not in ("", "e", "E", "f", "F", "g", "G", "n"):
        raise _unknown(parts.letter, value)
    if parts.alternate:
        raise ValueError("Alternate form (#) not allowed in complex format specifier")
    if not parts.letter and not parts.precision:
        spec += ".12"
    return format(value, spec)
