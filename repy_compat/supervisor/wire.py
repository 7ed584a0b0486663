"""Plain values as bytes, between processes that don't trust one another.

A worker may have been taken over by its program, so what it sends is read with
a format that can hold nothing but values: neither ``pickle`` nor ``marshal``
promise to withstand forged input, and ``json`` costs 8 ms to import.

Each value is a letter, then its content: ``N`` ``T`` ``F``; ``i`` and ``f`` with
a decimal text up to a newline; ``s`` and ``b`` with a length up to a newline and
the bytes; ``l`` and ``d`` with a count up to a newline and the items.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    Value: TypeAlias = "None | bool | int | float | str | bytes | Sequence[Value] | Mapping[str, Value]"

DEEPEST = 20
LONGEST_NUMBER = 40


class Malformed(ValueError):
    """Bytes that ``dumps`` can't have made."""


def dumps(value: Value) -> bytes:
    """``value`` as bytes. TypeError for anything that isn't a plain value."""
    pieces: list[bytes] = []
    _write(value, pieces, DEEPEST)
    return b"".join(pieces)


def _write(value: Value, pieces: list[bytes], depth: int) -> None:
    if depth == 0:
        raise TypeError("dumps: got a value nested too deeply")
    if value is None:
        pieces.append(b"N")
    elif value is True or value is False:
        pieces.append(b"T" if value else b"F")
    elif isinstance(value, int):
        text = b"%d" % value
        if len(text) > LONGEST_NUMBER:
            raise TypeError("dumps: got an integer that is too long")
        pieces.append(b"i%s\n" % text)
    elif isinstance(value, float):
        pieces.append(b"f%s\n" % float.__repr__(value).encode("ascii"))
    elif isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        pieces.append(b"s%d\n%s" % (len(data), data))
    elif isinstance(value, bytes):
        pieces.append(b"b%d\n%s" % (len(value), value))
    elif isinstance(value, (list, tuple, frozenset, set)):
        pieces.append(b"l%d\n" % len(value))
        for item in value:
            _write(item, pieces, depth - 1)
    elif isinstance(value, dict):
        pieces.append(b"d%d\n" % len(value))
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"dumps: got key {key!r}, want a string")
            _write(key, pieces, depth - 1)
            _write(item, pieces, depth - 1)
    else:
        raise TypeError(f"dumps: got {type(value).__name__}, want a plain value")


def loads(data: bytes) -> Value:
    """The value that ``dumps`` made ``data`` from. Malformed for anything else."""
    reader = _Reader(data)
    value = reader.value(DEEPEST)
    if reader.position != len(data):
        raise Malformed("bytes behind the value")
    return value


class _Reader:
    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def value(self, depth: int) -> Value:
        if depth == 0:
            raise Malformed("nested too deeply")
        letter = self.data[self.position : self.position + 1]
        self.position += 1
        if letter == b"N":
            return None
        if letter == b"T":
            return True
        if letter == b"F":
            return False
        if letter == b"i":
            return self.integer(LONGEST_NUMBER)
        if letter == b"f":
            return self.real()
        if letter == b"s":
            return self.text()
        if letter == b"b":
            return self.content()
        if letter == b"l":
            # No item is shorter than a byte: a forged count can't run far.
            return [self.value(depth - 1) for _ in range(self.size())]
        if letter == b"d":
            return {self.key(): self.value(depth - 1) for _ in range(self.size())}
        raise Malformed("an unknown letter")

    def line(self, longest: int) -> bytes:
        end = self.data.find(b"\n", self.position, self.position + longest + 1)
        if end < 0:
            raise Malformed("a number without an end")
        line = self.data[self.position : end]
        self.position = end + 1
        return line

    def integer(self, longest: int) -> int:
        line = self.line(longest)
        digits = line[1:] if line[:1] == b"-" else line
        if not digits.isdigit():
            raise Malformed("not an integer")
        return int(line)

    def size(self) -> int:
        size = self.integer(10)
        if not 0 <= size <= len(self.data) - self.position:
            raise Malformed("a size beyond the end")
        return size

    def real(self) -> float:
        try:
            return float(self.line(LONGEST_NUMBER))
        except ValueError:
            raise Malformed("not a number") from None

    def content(self) -> bytes:
        size = self.size()
        content = self.data[self.position : self.position + size]
        self.position += size
        return content

    def text(self) -> str:
        try:
            return self.content().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise Malformed("not text") from None

    def key(self) -> str:
        if self.data[self.position : self.position + 1] != b"s":
            raise Malformed("a key that isn't text")
        self.position += 1
        return self.text()
