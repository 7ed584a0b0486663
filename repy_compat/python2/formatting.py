"""The ``%`` operator of Python 2.7's byte strings.

Repy language catalogue, section I. A format is taken apart once and remembered.
Where every argument is of a type that both languages format alike the host does
the work; everything else goes step by step, so that the first wrong thing from the
left is the one that is reported.
"""

from __future__ import annotations

from repy_compat.python2.conversions import as_index
from repy_compat.python2.names import (
    INT_MAX,
    INT_MIN,
    long,
    type_name,
)
from repy_compat.python2.text import py2_repr, py2_str

LEFT, SIGN, BLANK, ALTERNATE, ZERO = 1, 2, 4, 8, 16
_FLAGS = {"-": LEFT, "+": SIGN, " ": BLANK, "#": ALTERNATE, "0": ZERO}
_STAR = -2  # width or precision taken from the arguments
_NONE = -1
_MOST_DIGITS = 116  # precision of an int; 2.7 had a buffer of 120 bytes

# What the host formats as Python 2 did, by conversion.
_TEXT = frozenset((str, int, bool, type(None)))
_WHOLE = frozenset((int, bool))
_REAL = frozenset((float,))
_ALIKE: dict[str, frozenset] = {
    "s": _TEXT,
    "r": frozenset(),
    **dict.fromkeys("diuoxX", _WHOLE),
    **dict.fromkeys("eEfFgG", _REAL),
}

# Formats seen lately: as pieces, and as the types that the host may format.
_REMEMBERED = 512
_LONGEST = 2000


class Conversion:
    """One ``%...`` of a format.

    ``key`` is the name in parentheses or None, ``width`` and ``precision`` are
    numbers, _NONE or _STAR. ``fault`` is the text of the ValueError that shows
    when the conversion is reached, '' for none.
    """

    __slots__ = ("key", "has_key", "flags", "width", "precision", "letter", "fault")

    def __init__(self) -> None:
        self.key = ""
        self.has_key = False
        self.flags = 0
        self.width = _NONE
        self.precision = _NONE
        self.letter = ""
        self.fault = ""


_plans: dict[str, list] = {}
_studies: dict[str, _Study] = {}


class _Study:
    """How far the host can format by a template.

    ``types`` holds, for each argument, the types that the host formats as 2.7
    did; ``letters`` the conversions. ``template`` is for arguments that were made
    text where needed. ``usable`` is False for a template with anything special.
    """

    __slots__ = ("types", "letters", "template", "usable")

    def __init__(self, template: str) -> None:
        self.types: list[frozenset] = []
        self.letters = ""
        self.usable = True
        rebuilt = []
        for piece in _plan(template):
            if type(piece) is str:
                rebuilt.append(piece)
            elif piece.letter == "%" and piece.width == _NONE and not piece.has_key:
                rebuilt.append("%%")
            else:
                rebuilt.append(self.add(piece))
            if not self.usable:
                break
        self.template = "".join(rebuilt)

    def add(self, piece: Conversion) -> str:
        """Note one conversion; its text for the host."""
        letter = piece.letter
        special = (
            piece.has_key
            or piece.fault
            or piece.flags & ALTERNATE
            or _STAR in (piece.width, piece.precision)
            or (letter in "diuoxX" and not 0 < abs(piece.precision) <= _MOST_DIGITS)
        )
        if special or letter not in _ALIKE:
            self.usable = False
            return ""
        self.types.append(_ALIKE[letter])
        self.letters += letter
        flags = "".join(flag for flag, bit in _FLAGS.items() if piece.flags & bit)
        width = "" if piece.width == _NONE else str(piece.width)
        precision = "" if piece.precision == _NONE else f".{piece.precision}"
        return f"%{flags}{width}{precision}{'s' if letter == 'r' else letter}"


def format_percent(template, arguments):  # type: ignore[no-untyped-def]
    """``template % arguments``.

    TypeError for arguments that don't fit (number or type), ValueError for a
    format that is malformed, KeyError for a missing name, OverflowError for a
    ``%c`` outside 0-255.
    """
    if type(template) is not str:
        template = str.__str__(template)
    study = _studies.get(template)
    if study is None:
        study = _study(template)
    if study.usable:
        values = arguments if type(arguments) is tuple else (arguments,)
        types = study.types
        if len(types) == len(values):
            for allowed, value in zip(types, values):  # noqa: B905
                if type(value) not in allowed:
                    break
            else:
                return study.template % values
            prepared = _prepared(study, values)
            if prepared is not None:
                return study.template % prepared
    return _Run(arguments).format(template)


def _prepared(study: _Study, values: tuple) -> tuple | None:
    """The arguments with texts made for ``%s`` and ``%r``; None if others don't fit."""
    for letter, allowed, value in zip(study.letters, study.types, values):  # noqa: B905
        if letter not in "sr" and type(value) not in allowed:
            return None
    made = []
    for letter, allowed, value in zip(study.letters, study.types, values):  # noqa: B905
        if type(value) not in allowed:
            value = py2_str(value) if letter == "s" else py2_repr(value)
        made.append(value)
    return tuple(made)


def _study(template: str) -> _Study:
    study = _Study(template)
    if type(template) is str and len(template) <= _LONGEST:
        if len(_studies) >= _REMEMBERED:
            _studies.clear()
        _studies[template] = study
    return study


def _plan(template: str) -> list:
    plan = _plans.get(template)
    if plan is None:
        plan = parse(template)
        if type(template) is str and len(template) <= _LONGEST:
            if len(_plans) >= _REMEMBERED:
                _plans.clear()
            _plans[template] = plan
    return plan


# --------------------------------------------------------------------------
# Taking a format apart


def parse(template: str) -> list:
    """The pieces of a format, literal texts and conversions, in order.

    A malformed conversion carries its fault and ends the list.
    """
    pieces: list = []
    position = 0
    while True:
        percent = template.find("%", position)
        if percent < 0:
            if position < len(template):
                pieces.append(str(template[position:]))
            return pieces
        if percent > position:
            pieces.append(str(template[position:percent]))
        conversion = Conversion()
        position = _conversion(template, percent + 1, conversion)
        pieces.append(conversion)
        if conversion.fault:
            return pieces


def _conversion(template: str, position: int, into: Conversion) -> int:
    """Read one conversion behind its ``%``; where the text goes on."""
    end = len(template)
    if template.startswith("(", position):
        into.has_key = True
        position = _key(template, position + 1, into)
        if into.fault:
            return end
    while position < end and template[position] in _FLAGS:
        into.flags |= _FLAGS[template[position]]
        position += 1
    into.width, position = _amount(template, position, "width", into)
    if template.startswith(".", position):
        into.precision, position = _amount(template, position + 1, "prec", into)
        if into.precision == _NONE:
            into.precision = 0
    if position < end and template[position] in "hlL":
        position += 1
    if into.fault:
        return end
    if position >= end:
        into.fault = "incomplete format"
        return end
    into.letter = letter = template[position]
    if letter not in "srdiuoxXeEfFgGc%":
        code = ord(letter)
        if code > 127:
            code += 0xFFFFFF00  # a signed char of C
        into.fault = (
            f"unsupported format character '{letter}' (0x{code:x}) at index {position}"
        )
    return position + 1


def _key(template: str, position: int, into: Conversion) -> int:
    depth = 1
    start = position
    while position < len(template):
        character = template[position]
        if character == ")":
            depth -= 1
            if depth == 0:
                into.key = str(template[start:position])
                return position + 1
        elif character == "(":
            depth += 1
        position += 1
    into.fault = "incomplete format key"
    return position


def _amount(
    template: str, position: int, what: str, into: Conversion
) -> tuple[int, int]:
    """Width or precision at ``position``: its value and where the text goes on."""
    if template.startswith("*", position):
        return _STAR, position + 1
    start = position
    while position < len(template) and template[position] in "0123456789":
        position += 1
    if start == position:
        return _NONE, position
    if position - start > 19 or int(template[start:position]) > _most(what):
        into.fault = f"{what} too big"
        return _NONE, position
    return int(template[start:position]), position


def _most(what: str) -> int:
    return INT_MAX if what == "width" else 2**31 - 1


# --------------------------------------------------------------------------
# Putting the values in


class _Run:
    """One evaluation of a format: where it is in the arguments."""

    __slots__ = ("arguments", "mapping", "length", "used")

    def __init__(self, arguments: object) -> None:
        self.arguments = arguments
        self.mapping = arguments if _is_mapping(arguments) else None
        self.length = len(arguments) if isinstance(arguments, tuple) else -1
        self.used = 0 if self.length >= 0 else -2

    def format(self, template: str) -> str:
        """The formatted text."""
        result = []
        for piece in _plan(template):
            if type(piece) is str:
                result.append(piece)
            else:
                result.append(self.convert(piece))
        if self.used < self.length and self.mapping is None:
            raise TypeError("not all arguments converted during string formatting")
        return "".join(result)

    def next(self) -> object:
        """The next argument."""
        if self.used >= self.length:
            raise TypeError("not enough arguments for format string")
        self.used += 1
        if self.length < 0:
            return self.arguments
        return self.arguments[self.used - 1]  # type: ignore[index]

    def number(self) -> int:
        """An argument for a ``*``."""
        value = self.next()
        if not isinstance(value, int) or type_name(value) == "long":
            raise TypeError("* wants int")
        return int(value)

    def lookup(self, conversion: Conversion) -> None:
        """Make the named item the only argument."""
        if self.mapping is None:
            raise TypeError("format requires a mapping")
        if conversion.fault == "incomplete format key":
            raise ValueError(conversion.fault)
        self.arguments = _item(self.mapping, conversion.key)
        self.length, self.used = -1, -2

    def convert(self, conversion: Conversion) -> str:
        """The text of one conversion, padded."""
        if conversion.has_key:
            self.lookup(conversion)
        flags, width = conversion.flags, conversion.width
        if width == _STAR:
            width = self.number()
            if width < 0:
                flags |= LEFT
                width = -width if width > INT_MIN else 0
        precision = conversion.precision
        if precision == _STAR:
            precision = self.number()
            if not -(2**31) <= precision < 2**31:
                raise OverflowError("Python int too large to convert to C int")
            precision = max(precision, 0)
        letter = conversion.letter
        if conversion.fault and not letter:
            raise ValueError(conversion.fault)
        value = self.next() if letter != "%" else None
        if conversion.fault:
            raise ValueError(conversion.fault)
        if letter in "sr":
            text = py2_str(value) if letter == "s" else py2_repr(value)
            if precision >= 0:
                text = text[:precision]
        elif letter == "c":
            text = _character(value)
        elif letter == "%":
            text = "%"
        else:
            if letter in "diuoxX":
                sign, prefix, digits = _whole(value, letter, flags, precision)
            else:
                sign, prefix, digits = _real(value, letter, flags, precision)
            return _padded_number(sign, prefix, digits, flags, width)
        if width <= len(text):
            return text
        return text.ljust(width) if flags & LEFT else text.rjust(width)


def _is_mapping(value: object) -> bool:
    """Whether 2.7 takes ``value`` for a mapping: also a list, an old-style instance."""
    return isinstance(value, dict | list) or type_name(value) == "instance"


def _item(mapping: object, key: str) -> object:
    if isinstance(mapping, dict):
        return mapping[key]
    if isinstance(mapping, list):
        raise TypeError("list indices must be integers, not str")
    return mapping[key]  # type: ignore[index]


def _character(value: object) -> str:
    if isinstance(value, str):
        if len(value) == 1:
            return str.__str__(value)
        raise TypeError("%c requires int or char")
    if isinstance(value, int):
        if not INT_MIN <= value <= INT_MAX:
            raise OverflowError("Python int too large to convert to C long")
        if value < 0:
            raise OverflowError("unsigned byte integer is less than minimum")
        if value > 255:
            raise OverflowError("unsigned byte integer is greater than maximum")
        return chr(value)
    return chr(as_index(value))  # complains


def _whole(
    value: object, letter: str, flags: int, precision: int
) -> tuple[str, str, str]:
    """Sign, prefix and digits of an integer conversion."""
    number = _integer(value)
    if number is None:
        shown = "d" if letter == "i" else letter
        raise TypeError(
            f"%{shown} format: a number is required, not {type_name(value)}"
        )
    size = abs(number)
    if letter in "xX":
        digits = format(size, letter)
    elif letter == "o":
        digits = format(size, "o")
        if flags & ALTERNATE and size and len(digits) >= precision:
            digits = "0" + digits
    else:
        digits = int.__repr__(size)
    if precision >= 0:
        small = INT_MIN <= number <= INT_MAX and type(value) is not long
        if small and precision > _MOST_DIGITS:
            raise OverflowError("formatted integer is too long (precision too large?)")
        if precision == 0 and size == 0 and small:
            digits = "0" if letter == "o" and flags & ALTERNATE else ""
        digits = digits.zfill(precision)
    prefix = ""
    if flags & ALTERNATE and letter in "xX":
        prefix = "0" + letter
    return _sign(number < 0, flags), prefix, digits


def _integer(value: object) -> int | None:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        try:
            return int(value)
        except (ValueError, OverflowError):
            return None
    return None


def _real(
    value: object, letter: str, flags: int, precision: int
) -> tuple[str, str, str]:
    """Sign, prefix (none) and digits of a floating-point conversion."""
    if not isinstance(value, int | float):
        raise TypeError(f"float argument required, not {type_name(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise TypeError(f"float argument required, not {type_name(value)}") from None
    alternate = "#" if flags & ALTERNATE else ""
    text = f"%{alternate}.{precision if precision >= 0 else 6}{letter}" % number
    if text[0] == "-":
        return "-", "", text[1:]
    return _sign(False, flags), "", text


def _sign(negative: bool, flags: int) -> str:
    if negative:
        return "-"
    if flags & SIGN:
        return "+"
    return " " if flags & BLANK else ""


def _padded_number(sign: str, prefix: str, digits: str, flags: int, width: int) -> str:
    missing = width - len(sign) - len(prefix) - len(digits)
    if missing <= 0:
        return sign + prefix + digits
    if flags & LEFT:
        return sign + prefix + digits + " " * missing
    if flags & ZERO:
        return sign + prefix + "0" * missing + digits
    return " " * missing + sign + prefix + digits


HELPERS: dict[str, object] = {"ǀformat": format_percent}
