"""Arithmetic with Python 2.7's results and error texts: what operators compile to.

Program classes can't define operators, so an operator never runs a program's
code: every TypeError below comes from operands that don't fit, and the texts can
be made afterwards (Repy language catalogue, sections G and P).
"""

from __future__ import annotations

import math
import operator
from _collections_abc import Callable

from repy_compat.python2.formatting import format_percent
from repy_compat.python2.names import (
    INT_MAX,
    INT_MIN,
    instance_lacks,
    is_old_style_instance,
    long,
    type_name,
)

Binary = Callable[[object, object], object]

# A power or a shift whose result needs more bits than this can't be stored by
# any vessel; refusing at once is kinder than calculating for minutes.
_MOST_BITS = 2**36


def is_int(value: object) -> bool:
    """Whether ``type(value)`` is Python 2's ``int`` (a bool isn't)."""
    return type(value) is int and INT_MIN <= value <= INT_MAX


def is_long(value: object) -> bool:
    """Whether ``type(value)`` is Python 2's ``long``."""
    kind = type(value)
    return kind is long or (kind is int and not INT_MIN <= value <= INT_MAX)  # type: ignore[operator]


is_long_value = is_long


def long_literal(value: int) -> int:
    """The value of a literal with ``L``: marked as a long if it isn't one by size."""
    return long(value) if INT_MIN <= value <= INT_MAX else value


# --------------------------------------------------------------------------
# What went wrong


def _unsupported(symbol: str, left: object, right: object) -> TypeError:
    return TypeError(
        f"unsupported operand type(s) for {symbol}: "
        f"'{type_name(left)}' and '{type_name(right)}'"
    )


def _overflow(error: OverflowError) -> OverflowError:
    if "too large to convert to float" in str(error):
        return OverflowError("long int too large to convert to float")
    return error


def _zero_division(symbol: str, left: object, right: object) -> ZeroDivisionError:
    if isinstance(left, complex) or isinstance(right, complex):
        texts = {"/": "division by zero", "%": "remainder"}
        return ZeroDivisionError("complex " + texts.get(symbol, "divmod()"))
    if isinstance(left, float) or isinstance(right, float):
        texts = {"/": "division by zero", "%": "modulo"}
        return ZeroDivisionError("float " + texts.get(symbol, "divmod()"))
    if is_long(left) or is_long(right):
        return ZeroDivisionError("long division or modulo by zero")
    return ZeroDivisionError("integer division or modulo by zero")


def _add_error(symbol: str, left: object, right: object) -> TypeError:
    name = type_name(right)
    if isinstance(left, str):
        return TypeError(f"cannot concatenate 'str' and '{name}' objects")
    if isinstance(left, list):
        return TypeError(f'can only concatenate list (not "{name}") to list')
    if isinstance(left, tuple):
        return TypeError(f'can only concatenate tuple (not "{name}") to tuple')
    return _unsupported(symbol, left, right)


def _mul_error(symbol: str, left: object, right: object) -> TypeError:
    sequences = (str, list, tuple)
    if isinstance(left, sequences):
        count = right
    elif isinstance(right, sequences):
        if symbol == "*=" and is_old_style_instance(left):
            return _unsupported(symbol, left, right)
        count = left
    else:
        return _unsupported(symbol, left, right)
    if is_old_style_instance(count):
        return TypeError("object cannot be interpreted as an index")
    name = type_name(count)
    return TypeError(f"can't multiply sequence by non-int of type '{name}'")


def _mul_overflow(
    error: OverflowError, left: object, right: object
) -> OverflowError | MemoryError:
    text = str(error)
    if "index-sized" in text:
        return OverflowError("cannot fit 'long' into an index-sized integer")
    if "repeated string" in text:  # str tells this case on some hosts only
        return OverflowError("repeated string is too long")
    return _overflow(error)


# --------------------------------------------------------------------------
# Binary operators


def add(left, right):  # type: ignore[no-untyped-def]
    """``left + right``."""
    try:
        return left + right
    except TypeError:
        raise _add_error("+", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def sub(left, right):  # type: ignore[no-untyped-def]
    """``left - right``."""
    try:
        return left - right
    except TypeError:
        raise _unsupported("-", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def mul(left, right):  # type: ignore[no-untyped-def]
    """``left * right``."""
    try:
        return left * right
    except TypeError:
        raise _mul_error("*", left, right) from None
    except OverflowError as error:
        raise _mul_overflow(error, left, right) from None
    except MemoryError:
        raise _repeat_error(left, right) from None


def _repeat_error(left: object, right: object) -> Exception:
    """Which of 2.7's two complaints about a repetition that can't be stored."""
    for text, count in ((left, right), (right, left)):
        if isinstance(text, str) and isinstance(count, int):  # noqa: SIM102
            if len(text) > 1 and len(text) * count > INT_MAX:
                return OverflowError("repeated string is too long")
    return MemoryError()


def div(left, right):  # type: ignore[no-untyped-def]
    """``left / right``: floors for two integers, true division otherwise."""
    try:
        if type(left) is int and type(right) is int:
            return left // right
        if isinstance(left, int) and isinstance(right, int):
            return int(left) // int(right)
        return left / right
    except TypeError:
        raise _unsupported("/", left, right) from None
    except ZeroDivisionError:
        raise _zero_division("/", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def floordiv(left, right):  # type: ignore[no-untyped-def]
    """``left // right``, also for complex numbers (the real part's floor)."""
    try:
        return left // right
    except TypeError:
        if _both_numbers_one_complex(left, right):
            return _complex_divmod("//", left, right)[0]
        raise _unsupported("//", left, right) from None
    except ZeroDivisionError:
        raise _zero_division("//", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def mod(left, right):  # type: ignore[no-untyped-def]
    """``left % right``: remainder, or formatting when ``left`` is a str."""
    if isinstance(left, str):
        return format_percent(left, right)
    try:
        return left % right
    except TypeError:
        if _both_numbers_one_complex(left, right):
            return _complex_divmod("%", left, right)[1]
        raise _unsupported("%", left, right) from None
    except ZeroDivisionError:
        raise _zero_division("%", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def _both_numbers_one_complex(left: object, right: object) -> bool:
    numbers = (int, float, complex)
    return (
        isinstance(left, numbers)
        and isinstance(right, numbers)
        and (isinstance(left, complex) or isinstance(right, complex))
    )


def _complex_divmod(symbol: str, left: complex, right: complex) -> tuple:
    try:
        quotient = complex(math.floor((left / right).real), 0.0)
    except ZeroDivisionError:
        raise _zero_division(symbol, 1j, right) from None
    return quotient, left - quotient * right


def divmod_(left, right):  # type: ignore[no-untyped-def]
    """``divmod(left, right)``."""
    try:
        return divmod(left, right)
    except TypeError:
        if _both_numbers_one_complex(left, right):
            return _complex_divmod("divmod()", left, right)
        raise _unsupported("divmod()", left, right) from None
    except ZeroDivisionError:
        raise _zero_division("divmod()", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def power(left, right):  # type: ignore[no-untyped-def]
    """``left ** right``; a fractional power of a negative number is refused."""
    try:
        if type(left) is int and type(right) is int:
            if right > 4096 and abs(left) > 1:
                _refuse_endless(left.bit_length() * right)
            return left**right
        result = left**right
        if type(result) is complex and not (
            isinstance(left, complex) or isinstance(right, complex)
        ):
            raise ValueError("negative number cannot be raised to a fractional power")
        return result
    except TypeError:
        raise _unsupported("** or pow()", left, right) from None
    except ZeroDivisionError:
        if isinstance(left, complex) or isinstance(right, complex):
            text = "0.0 to a negative or complex power"
        else:
            text = "0.0 cannot be raised to a negative power"
        raise ZeroDivisionError(text) from None
    except OverflowError as error:
        raise _overflow(error) from None


def _refuse_endless(bits: int) -> None:
    if bits > _MOST_BITS:
        raise MemoryError


def power_modulo(base, exponent, modulus):  # type: ignore[no-untyped-def]
    """``pow(base, exponent, modulus)``; ``pow(base, exponent)`` for None."""
    if modulus is None:
        return power(base, exponent)
    if is_old_style_instance(base):
        raise instance_lacks(base, "__pow__")
    operands = (base, exponent, modulus)
    if is_int(base) and is_int(exponent) and exponent < 0:
        # Plain ints look at the exponent before they look at the modulus.
        raise TypeError(
            "pow() 2nd argument cannot be negative when 3rd argument specified"
        )
    if any(isinstance(operand, complex) for operand in operands):
        raise ValueError("complex modulo")
    if not all(isinstance(operand, int) for operand in operands):
        if any(isinstance(operand, float) for operand in operands):
            raise TypeError(
                "pow() 3rd argument not allowed unless all arguments are integers"
            )
        types = ", ".join(f"'{type_name(operand)}'" for operand in operands)
        raise TypeError(f"unsupported operand type(s) for pow(): {types}")
    if exponent < 0:
        raise TypeError(
            "pow() 2nd argument cannot be negative when 3rd argument specified"
        )
    if modulus == 0:
        raise ValueError("pow() 3rd argument cannot be 0")
    return pow(base, exponent, modulus)


def lshift(left, right):  # type: ignore[no-untyped-def]
    """``left << right``."""
    try:
        if right > 4096 and isinstance(left, int) and isinstance(right, int):
            _check_shift(right)
            if left:
                _refuse_endless(right)
        return left << right
    except TypeError:
        raise _unsupported("<<", left, right) from None


def rshift(left, right):  # type: ignore[no-untyped-def]
    """``left >> right``."""
    try:
        if right > 4096 and isinstance(left, int) and isinstance(right, int):
            _check_shift(right)
        return left >> right
    except TypeError:
        raise _unsupported(">>", left, right) from None


def _check_shift(count: int) -> None:
    if count > INT_MAX:
        raise OverflowError("long int too large to convert to int")


def and_(left, right):  # type: ignore[no-untyped-def]
    """``left & right``."""
    try:
        return left & right
    except TypeError:
        raise _unsupported("&", left, right) from None


def or_(left, right):  # type: ignore[no-untyped-def]
    """``left | right``; neither dictionaries nor classes have it in Python 2."""
    if isinstance(left, dict | type):
        raise _unsupported("|", left, right)
    try:
        return left | right
    except TypeError:
        raise _unsupported("|", left, right) from None


def xor(left, right):  # type: ignore[no-untyped-def]
    """``left ^ right``."""
    try:
        return left ^ right
    except TypeError:
        raise _unsupported("^", left, right) from None


# --------------------------------------------------------------------------
# Unary operators


def _unary_error(symbol: str, value: object) -> TypeError:
    where = "abs()" if symbol == "abs()" else f"unary {symbol}"
    return TypeError(f"bad operand type for {where}: '{type_name(value)}'")


def neg(value):  # type: ignore[no-untyped-def]
    """``-value``."""
    try:
        return -value
    except TypeError:
        raise _unary_error("-", value) from None


def pos(value):  # type: ignore[no-untyped-def]
    """``+value``."""
    try:
        return +value
    except TypeError:
        raise _unary_error("+", value) from None


def invert(value):  # type: ignore[no-untyped-def]
    """``~value`` (of a bool without the host's warning)."""
    try:
        return ~int(value) if value is True or value is False else ~value
    except TypeError:
        raise _unary_error("~", value) from None


def absolute(value):  # type: ignore[no-untyped-def]
    """``abs(value)``."""
    try:
        return abs(value)
    except TypeError:
        raise _unary_error("abs()", value) from None


# --------------------------------------------------------------------------
# In-place operators: a list is changed in place, everything else is replaced


def iadd(left, right):  # type: ignore[no-untyped-def]
    """``left += right``."""
    try:
        left += right
        return left
    except TypeError:
        if isinstance(left, list):
            from repy_compat.python2.iteration import iterate

            iterate(right)  # raises the right complaint unless it can be iterated
            raise
        raise _add_error("+=", left, right) from None
    except OverflowError as error:
        raise _overflow(error) from None


def imul(left, right):  # type: ignore[no-untyped-def]
    """``left *= right``."""
    try:
        left *= right
        return left
    except TypeError:
        raise _mul_error("*=", left, right) from None
    except OverflowError as error:
        raise _mul_overflow(error, left, right) from None
    except MemoryError:
        raise _repeat_error(left, right) from None


def _in_place(function: Binary, symbol: str) -> Binary:
    """The twin of ``function`` whose complaints name ``symbol`` with ``=``."""

    def helper(left: object, right: object) -> object:
        try:
            return function(left, right)
        except TypeError:
            if symbol == "%" and isinstance(left, str):
                raise
            raise _unsupported(symbol + "=", left, right) from None

    return helper


def ior(left, right):  # type: ignore[no-untyped-def]
    """``left |= right``."""
    if isinstance(left, dict | type):
        raise _unsupported("|=", left, right)
    try:
        left |= right
        return left
    except TypeError:
        raise _unsupported("|=", left, right) from None


HELPERS: dict[str, object] = {
    "ǀadd": add,
    "ǀsub": sub,
    "ǀmul": mul,
    "ǀdiv": div,
    "ǀfloordiv": floordiv,
    "ǀmod": mod,
    "ǀpow": power,
    "ǀlshift": lshift,
    "ǀrshift": rshift,
    "ǀand": and_,
    "ǀor": or_,
    "ǀxor": xor,
    "ǀneg": neg,
    "ǀpos": pos,
    "ǀinvert": invert,
    "ǀiadd": iadd,
    "ǀisub": _in_place(operator.isub, "-"),
    "ǀimul": imul,
    "ǀidiv": _in_place(div, "/"),
    "ǀifloordiv": _in_place(floordiv, "//"),
    "ǀimod": _in_place(mod, "%"),
    "ǀipow": power,
    "ǀilshift": _in_place(lshift, "<<"),
    "ǀirshift": _in_place(rshift, ">>"),
    "ǀiand": _in_place(operator.iand, "&"),
    "ǀior": ior,
    "ǀixor": _in_place(operator.ixor, "^"),
    "ǀlong_literal": long_literal,
    "ǀabs": absolute,
    "ǀdivmod": divmod_,
    "ǀpow2": power,
    "ǀpow3": power_modulo,
}
