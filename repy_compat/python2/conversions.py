"""int(), long(), float(), complex(), chr(), ord(), hex(), oct() and round().

Results and complaints are Python 2.7's (Repy language catalogue, sections G, H, P).
"""

from __future__ import annotations

import math

from repy_compat.python2.counts import KEYWORDS, ONE, PARSE, takes
from repy_compat.python2.names import (
    INT_MAX,
    INT_MIN,
    instance_lacks,
    is_long,
    is_old_style_instance,
    long,
    type_name,
)
from repy_compat.python2.text import py2_repr

BLANKS = " \t\n\r\x0b\x0c"
"""Everything that 2.7 takes for white space."""

_MISSING = object()
_CHARACTERS = tuple(chr(code) for code in range(256))


def as_index(value: object) -> int:
    """An argument that has to be an integer, in 2.7's words otherwise."""
    if isinstance(value, int):
        if INT_MIN <= value <= INT_MAX:
            return value
        raise OverflowError("Python int too large to convert to C long")
    if isinstance(value, float):
        raise TypeError("integer argument expected, got float")
    if isinstance(value, complex):
        raise TypeError("can't convert complex to int")
    if is_old_style_instance(value):
        raise instance_lacks(value, "__trunc__")
    raise TypeError("an integer is required")


def as_short(value: object) -> int:
    """The same for an argument that has to fit into 32 bits."""
    number = as_index(value)
    if not -(2**31) <= number < 2**31:
        bound = "greater than maximum" if number > 0 else "less than minimum"
        raise OverflowError("signed integer is " + bound)
    return number


# --------------------------------------------------------------------------
# Integers


def int1(value: object) -> int:
    """``int(value)``."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[return-value]
    if kind is str:
        text: str = value  # type: ignore[assignment]
        if text.isascii():
            if text.isalnum() and len(text) < 200:
                return int(text)  # what both refuse, they refuse in the same words
            if "_" not in text:
                try:
                    return int(text)
                except ValueError:
                    pass
        return _whole_text(text, 10, "int")
    if kind is float:
        return int(value)  # type: ignore[call-overload]
    return _whole(value, "int")


def long1(value: object) -> int:
    """``long(value)``: marked as a long if it isn't one by size."""
    if isinstance(value, str):
        return as_long(_whole_text(value, 10, "long"))
    return as_long(_whole(value, "long"))


def as_long(value: int) -> int:
    """The same integer as Python 2's long."""
    return long(value) if INT_MIN <= value <= INT_MAX else value


def _whole(value: object, kind: str) -> int:
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str):
        return _whole_text(value, 10, kind)
    if isinstance(value, complex):
        raise TypeError(f"can't convert complex to {kind}")
    if is_old_style_instance(value):
        raise instance_lacks(value, "__trunc__")
    raise TypeError(
        f"{kind}() argument must be a string or a number, not '{type_name(value)}'"
    )


def with_base(value: object, base: object, kind: str) -> int:
    """``int(value, base)``; ``kind`` is ``int`` or ``long``."""
    number = int(as_short(base))
    if value is _MISSING:
        raise TypeError(f"{kind}() missing string argument")
    if not isinstance(value, str):
        raise TypeError(f"{kind}() can't convert non-string with explicit base")
    if number != 0 and not 2 <= number <= 36:
        raise ValueError(f"{kind}() base must be >= 2 and <= 36, or 0")
    if "\x00" in value:
        raise _invalid(value, number, kind)
    if number == 10:
        return _whole_text(value, 10, kind)
    return _digits(value, number, kind)


def _whole_text(text: str, base: int, kind: str) -> int:
    """An integer in base 10 from a text that the host doesn't read as 2.7 does."""
    nul = str.find(text, "\x00")
    if nul < 0:
        return _digits(text, base, kind)
    _digits(text[:nul], base, kind)
    raise ValueError(f"null byte in argument for {kind}()")


def _invalid(text: str, base: int, kind: str) -> ValueError:
    shown = py2_repr(text[:200])
    return ValueError(f"invalid literal for {kind}() with base {base}: {shown}")


def _digits(text: str, base: int, kind: str) -> int:
    """The number in ``text``, blanks around it and behind its sign allowed."""
    shown = text if kind == "long" else str.lstrip(text, BLANKS)
    rest = str.strip(text, BLANKS)
    negative = rest[:1] == "-"
    if rest[:1] in ("-", "+") and rest:
        rest = rest[1:].lstrip(BLANKS)
    prefix = {"0x": 16, "0o": 8, "0b": 2}.get(rest[:2].lower())
    read_as = base
    if base == 0:
        read_as = prefix or (8 if rest[:1] == "0" else 10)
    told = read_as if kind == "long" else base
    if prefix is not None and prefix == read_as:
        rest = rest[2:]
    if kind == "long" and rest[-1:] in ("l", "L") and read_as <= 21:
        rest = rest[:-1]
    if not (rest.isascii() and rest.isalnum()):
        raise _invalid(shown, told, kind)
    try:
        number = int(rest, read_as)
    except ValueError:
        raise _invalid(shown, told, kind) from None
    return -number if negative else number


@takes(KEYWORDS, 0, 2, name="int", leading=0)
def make_int(x: object = _MISSING, base: object = _MISSING) -> int:
    """``int(x, base)``."""
    if base is not _MISSING:
        return with_base(x, base, "int")
    return 0 if x is _MISSING else int1(x)


@takes(KEYWORDS, 0, 2, name="long", leading=0)
def make_long(x: object = _MISSING, base: object = _MISSING) -> int:
    """``long(x, base)``."""
    if base is not _MISSING:
        return as_long(with_base(x, base, "long"))
    return long(0) if x is _MISSING else long1(x)


# --------------------------------------------------------------------------
# Floats and complex numbers


def float1(value: object) -> float:
    """``float(value)``."""
    kind = type(value)
    if kind is float:
        return value  # type: ignore[return-value]
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            raise OverflowError("long int too large to convert to float") from None
    if isinstance(value, str):
        value = str.__str__(value)
        if value.isascii() and "_" not in value:
            try:
                return float(value)
            except ValueError:
                pass
        raise _bad_float(value)
    if isinstance(value, complex):
        raise TypeError("can't convert complex to float")
    if is_old_style_instance(value):
        raise instance_lacks(value, "__float__")
    raise TypeError("float() argument must be a string or a number")


def _bad_float(text: str) -> ValueError:
    """2.7 tells a text that begins like a number from one that doesn't."""
    shown = str.lstrip(text, BLANKS).partition("\x00")[0]
    unsigned = shown[1:] if shown[:1] in ("+", "-") else shown
    begins = (
        unsigned[:1].isascii()
        and unsigned[:1].isdigit()
        or (unsigned[:1] == "." and unsigned[1:2].isascii() and unsigned[1:2].isdigit())
        or unsigned[:3].lower() in ("inf", "nan")
    )
    if begins:
        return ValueError(f"invalid literal for float(): {shown[:200]}")
    return ValueError(f"could not convert string to float: {shown[:200]}")


@takes(KEYWORDS, 0, 1, name="float", leading=0)
def make_float(x: object = 0.0) -> float:
    """``float(x)``."""
    return float1(x)


@takes(KEYWORDS, 0, 2, name="complex", leading=0)
def make_complex(real: object = _MISSING, imag: object = _MISSING) -> complex:
    """``complex(real, imag)``."""
    if isinstance(real, str):
        if imag is not _MISSING:
            raise TypeError("complex() can't take second arg if first is a string")
        real = str.__str__(real)
        if not real.isascii() or "_" in real or "\x00" in real:
            raise ValueError("complex() arg is a malformed string")
        return complex(real)
    if isinstance(imag, str):
        raise TypeError("complex() second arg can't be a string")
    parts = [_part(part) for part in (real, imag if imag is not _MISSING else 0)]
    if imag is _MISSING:
        return complex(parts[0])
    return complex(parts[0], parts[1])


def _part(value: object) -> complex | float:
    if value is _MISSING:
        return 0.0
    if isinstance(value, complex):
        return value
    if isinstance(value, int | float):
        return float1(value)
    raise TypeError("complex() argument must be a string or a number")


# --------------------------------------------------------------------------
# Characters and digits


def chr1(code: object) -> str:
    """``chr(code)``."""
    if type(code) is int and 0 <= code <= 255:
        return _CHARACTERS[code]
    number = as_index(code)
    if 0 <= number <= 255:
        return _CHARACTERS[number]
    raise ValueError("chr() arg not in range(256)")


def ord1(character: object) -> int:
    """``ord(character)``."""
    if isinstance(character, str):
        if len(character) == 1:
            return ord(character)
        raise TypeError(
            f"ord() expected a character, but string of length {len(character)} found"
        )
    raise TypeError(
        f"ord() expected string of length 1, but {type_name(character)} found"
    )


@takes(PARSE, 1, 1, name="chr")
def chr_(_token: object, code: object, /) -> str:
    """``chr`` as a value."""
    return chr1(code)


@takes(ONE, 1, 1, name="ord")
def ord_(_token: object, character: object, /) -> int:
    """``ord`` as a value."""
    return ord1(character)


def hex1(value: object) -> str:
    """``hex(value)``."""
    if isinstance(value, int):
        return _based(value, "x", "0x")
    raise _no_digits(value, "hex")


def oct1(value: object) -> str:
    """``oct(value)``."""
    if isinstance(value, int):
        return _based(value, "o", "0" if value else "")
    raise _no_digits(value, "oct")


def _based(value: int, letter: str, prefix: str) -> str:
    # 2.7's smallest int turns into a long when its sign is taken off.
    suffix = "L" if is_long(value) or value == INT_MIN else ""
    sign = "-" if value < 0 else ""
    return f"{sign}{prefix}{format(abs(int(value)), letter)}{suffix}"


def _no_digits(value: object, name: str) -> Exception:
    if is_old_style_instance(value):
        return instance_lacks(value, f"__{name}__")
    return TypeError(f"{name}() argument can't be converted to {name}")


@takes(ONE, 1, 1, name="hex")
def hex_(_token: object, value: object, /) -> str:
    """``hex`` as a value."""
    return hex1(value)


@takes(ONE, 1, 1, name="oct")
def oct_(_token: object, value: object, /) -> str:
    """``oct`` as a value."""
    return oct1(value)


# --------------------------------------------------------------------------
# round


def round1(number: object) -> float:
    """``round(number)``: halves go away from zero."""
    value = number if type(number) is float else _float_of(number)
    if abs(value) >= 2.0**52 or value != value:
        return value
    whole = math.floor(abs(value))
    rounded = float(whole + 1 if abs(value) - whole >= 0.5 else whole)
    return math.copysign(rounded, value)


def round2(number: object, digits: object) -> float:
    """``round(number, digits)``: by the exact value, halves away from zero."""
    value = _float_of(number)
    if not isinstance(digits, int):
        if is_old_style_instance(digits):
            raise TypeError("object cannot be interpreted as an index")
        name = type_name(digits)
        raise TypeError(f"'{name}' object cannot be interpreted as an index")
    if value != value or value in (math.inf, -math.inf) or value == 0.0:
        return value
    if digits > 323:
        return value
    if digits < -308:
        return math.copysign(0.0, value)
    numerator, denominator = abs(value).as_integer_ratio()
    if digits >= 0:
        numerator *= 10**digits
    else:
        denominator *= 10**-digits
    scaled = (2 * numerator + denominator) // (2 * denominator)
    result = float(f"{scaled}e{-digits}")
    if result == math.inf:
        raise OverflowError("rounded value too large to represent")
    return math.copysign(result, value)


def _float_of(number: object) -> float:
    if isinstance(number, str):
        raise TypeError("a float is required")
    try:
        return float1(number)
    except TypeError:
        if isinstance(number, complex):
            raise
        raise TypeError("a float is required") from None


@takes(KEYWORDS, 1, 2, name="round")
def round_(
    _token: object, number: object = _MISSING, ndigits: object = _MISSING
) -> float:
    """``round`` as a value."""
    if number is _MISSING:
        raise TypeError("Required argument 'number' (pos 1) not found")
    return round1(number) if ndigits is _MISSING else round2(number, ndigits)


HELPERS: dict[str, object] = {
    "ǀint": int1,
    "ǀlong": long1,
    "ǀfloat": float1,
    "ǀchr": chr1,
    "ǀord": ord1,
    "ǀhex": hex1,
    "ǀoct": oct1,
    "ǀround1": round1,
    "ǀround2": round2,
}
