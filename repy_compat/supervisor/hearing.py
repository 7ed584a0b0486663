"""What a worker tells its supervisor, taken apart and doubted."""

from __future__ import annotations

from repy_compat.supervisor import wire
from repy_compat.supervisor.link import LONGEST_FRAME, LONGEST_TEXT

#: Bytes that a worker may say in all: more is an attempt to keep us busy.
MOST_TOLD = 2_000_000


class Forged(Exception):
    """The worker sent something that no code of ours sends."""


class Seal:
    """The worker is sealed: the memory it began with, and its walls."""

    __slots__ = ("memory", "rings", "missing")

    def __init__(self, told: wire.Value) -> None:
        fields = _fields(told)
        self.memory = _integer(fields, "private"), _integer(fields, "total")
        self.rings = _texts(fields, "rings")
        self.missing = _texts(fields, "missing")


class Hearing:
    """Gathers frames. What was heard so far stands in its fields.

    ``seal`` is None until the worker is sealed; ``refusal`` is why it refused to
    run; ``end`` and ``report`` are what it told last.
    """

    def __init__(self) -> None:
        self.seal: Seal | None = None
        self.refusal: str | None = None
        self.end: dict[str, wire.Value] | None = None
        self.report: dict[str, wire.Value] = {}
        self._received = bytearray()
        self._told = 0

    def feed(self, data: bytes) -> None:
        """Take in what arrived. Forged if that can't be."""
        self._received += data
        self._told += len(data)
        while self._take_frame():
            pass
        if len(self._received) > LONGEST_FRAME + 4 or self._told > MOST_TOLD:
            raise Forged("more than there is to say")

    def _take_frame(self) -> bool:
        received = self._received
        if len(received) < 5:
            return False
        size = int.from_bytes(received[:4], "big")
        if len(received) < size + 4:
            return False
        kind = bytes(received[4:5])
        payload = bytes(received[5 : size + 4])
        del received[: size + 4]
        try:
            self._take(kind, wire.loads(payload))
        except wire.Malformed as error:
            raise Forged(str(error)) from None
        return True

    def _take(self, kind: bytes, value: wire.Value) -> None:
        if kind == b"S" and self.seal is None:
            self.seal = Seal(value)
        elif kind == b"R":
            self.report = _fields(value)
        elif kind == b"E":
            self.end = _fields(value)
            report = self.end.get("report")
            if isinstance(report, dict):
                self.report = report
        elif kind == b"U" and self.seal is None and isinstance(value, str):
            self.refusal = value[:LONGEST_TEXT]


def text_of(fields: dict[str, wire.Value], name: str) -> str:
    """A text among what was told, or the empty one."""
    value = fields.get(name)
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _fields(value: wire.Value) -> dict[str, wire.Value]:
    if not isinstance(value, dict):
        raise Forged("not a dictionary")
    return value


def _integer(fields: dict[str, wire.Value], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int):
        raise Forged(f"{name} isn't an integer")
    return value


def _texts(fields: dict[str, wire.Value], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if not isinstance(value, list):
        raise Forged(f"{name} isn't a list")
    return tuple(item[:LONGEST_TEXT] for item in value if isinstance(item, str))
