"""Restrictions files: reading both grammars into a value that never changes.

Repy V1 specification, section 11; Repy V2 specification, section 9.1.
"""

from __future__ import annotations

import math
from _collections_abc import Iterable, Mapping

from repy_compat.errors import RestrictionsError, UsageError
from repy_compat.limits.rules import (
    ACTIONS,
    CALL_NAMES,
    CallRules,
    Rule,
    parse_conditions,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

RENEWABLE = (
    "cpu",
    "filewrite",
    "fileread",
    "netsend",
    "netrecv",
    "loopsend",
    "looprecv",
    "lograte",
    "random",
)
QUANTITIES = ("memory", "diskused")
COUNTED = ("events", "filesopened", "insockets", "outsockets")
PORTS = ("messport", "connport")
AMOUNTS = RENEWABLE + QUANTITIES + COUNTED
REQUIRED = ("cpu", "memory", "diskused")

# What a run gets when nobody names a restrictions file: enough for honest
# programs on one's own machine, too little to hurt it.
DEFAULT_AMOUNTS: Mapping[str, float] = {
    "cpu": 1.0,
    "filewrite": 100_000_000.0,
    "fileread": 100_000_000.0,
    "netsend": 10_000_000.0,
    "netrecv": 10_000_000.0,
    "loopsend": 100_000_000.0,
    "looprecv": 100_000_000.0,
    "lograte": 10_000_000.0,
    "random": 1_000_000.0,
    "memory": 1_000_000_000,
    "diskused": 1_000_000_000,
    "events": 500,
    "filesopened": 100,
    "insockets": 100,
    "outsockets": 100,
}
DEFAULT_PORTS = frozenset([12345, *range(63100, 63181)])

_V1_CLASS = "class 'restrictions.ParseError'"
_V2_PARSE_CLASS = "class 'resourcemanipulation.ResourceParseError'"
_V2_MATH_CLASS = "class 'resourcemanipulation.ResourceMathError'"


class Limits:
    """Everything a restrictions file says; a value that never changes.

    ``rules`` holds the call rules (those of a V2 file allow every call). Use
    ``from_file``, ``from_text`` or ``default`` to make one and ``replace`` to
    make another from it.
    """

    __slots__ = ("_amounts", "_ports", "rules")

    rules: CallRules

    def __init__(
        self,
        amounts: Mapping[str, float],
        ports: Mapping[str, Iterable[float]],
        rules: CallRules,
    ) -> None:
        """``amounts`` by resource (what is missing is 0), ``ports`` by kind.

        Raises UsageError for an unknown resource or a value that no run could
        use: negative, not a number, or a cpu share of 0.
        """
        for resource, value in amounts.items():
            if resource not in AMOUNTS:
                raise UsageError(f"unknown resource {resource!r}")
            if not _usable(resource, value):
                raise UsageError(f"unusable limit for {resource}: {value!r}")
        for kind in ports:
            if kind not in PORTS:
                raise UsageError(f"unknown kind of port {kind!r}")
        put = object.__setattr__
        put(self, "_amounts", {name: amounts.get(name, 0.0) for name in AMOUNTS})
        put(self, "_ports", {k: frozenset(map(_port, ports.get(k, ()))) for k in PORTS})
        put(self, "rules", rules)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"limits don't change: use replace({name}=...)")

    @classmethod
    def from_file(cls, path: str, dialect_name: str = "V1") -> Limits:
        """Read the restrictions file ``path`` in the grammar of ``V1`` or ``V2``.

        Raises RestrictionsError when it can't be read or understood.
        """
        try:
            with open(path, "rb") as file:
                text = file.read().decode("latin-1")
        except OSError as error:
            raise RestrictionsError(
                f"{path}: {error.strerror}",
                text=f"[Errno {error.errno}] {error.strerror}: '{path}'",
                class_text="type 'exceptions.IOError'",
            ) from None
        return cls.from_text(text, path, dialect_name)

    @classmethod
    def from_text(
        cls, text: str, name: str = "restrictions", dialect_name: str = "V1"
    ) -> Limits:
        """Read a restrictions file's text; ``name`` stands in messages.

        Raises RestrictionsError for the first thing that can't be understood.
        """
        reader = _V2Reader(name) if dialect_name == "V2" else _V1Reader(name)
        return reader.read(text)

    @classmethod
    def default(cls) -> Limits:
        """The limits of a run for which nobody named a restrictions file."""
        ports = dict.fromkeys(PORTS, DEFAULT_PORTS)
        return cls(DEFAULT_AMOUNTS, ports, CallRules.allowing_all())

    def amount(self, resource: str) -> float:
        """The limit of a resource that isn't a port; 0.0 if the file has none.

        Counts and quantities from a V2 file are int, all else is float.
        """
        return self._amounts[resource]  # type: ignore[attr-defined]

    def ports(self, kind: str) -> frozenset[int]:
        """The local ports that ``messport`` (UDP) or ``connport`` (TCP) grants."""
        return self._ports[kind]  # type: ignore[attr-defined]

    def replace(
        self,
        *,
        rules: CallRules | None = None,
        messport: Iterable[float] | None = None,
        connport: Iterable[float] | None = None,
        **amounts: float,
    ) -> Limits:
        """Other limits: these, with the given resources, ports or rules changed.

        Raises UsageError as the constructor does.
        """
        return Limits(
            {**{name: self.amount(name) for name in AMOUNTS}, **amounts},
            {
                "messport": self.ports("messport") if messport is None else messport,
                "connport": self.ports("connport") if connport is None else connport,
            },
            self.rules if rules is None else rules,
        )

    def to_text(self) -> str:
        """A restrictions file that says the same; it reads back to an equal value."""
        lines = [f"resource {name} {self.amount(name)!r}" for name in AMOUNTS]
        for kind in PORTS:
            lines += [f"resource {kind} {port}" for port in sorted(self.ports(kind))]
        return "\n".join(lines + self.rules.lines()) + "\n"

    def _key(self) -> tuple[object, ...]:
        amounts = tuple(self.amount(name) for name in AMOUNTS)
        return (amounts, *(self.ports(kind) for kind in PORTS), self.rules)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Limits):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[object, ...]:
        ports = {kind: self.ports(kind) for kind in PORTS}
        amounts = {name: self.amount(name) for name in AMOUNTS}
        return (Limits, (amounts, ports, self.rules))


def _usable(resource: str, value: float) -> bool:
    return not math.isnan(value) and value >= 0 and (resource != "cpu" or value > 0)


def _port(value: float) -> float:
    """A port as whole number; a fraction stays one and so never grants anything."""
    return int(value) if float(value).is_integer() else value


class _V1Reader:
    """One restrictions file of Repy V1, line by line (section 11.1)."""

    _class_text = _V1_CLASS
    # The reference quotes the file's name only in V1, and there the raw line
    # with its comment and line end.
    _in_file = " in '{}'"

    def __init__(self, name: str) -> None:
        self._name = name
        self._where = self._in_file.format(name)
        self._number = 0
        self._line = ""
        self._amounts: dict[str, float] = {}
        self._ports: dict[str, list[float]] = {kind: [] for kind in PORTS}
        self._rules: dict[str, list[Rule]] = {}

    def read(self, text: str) -> Limits:
        """The limits that ``text`` describes."""
        for number, line in enumerate(self._split(text), 1):
            self._number, self._line = number, line
            words = _words(line)
            if not words:
                continue
            if words[0] == "resource":
                self._resource(words)
            elif words[0] == "call":
                self._call(words)
            else:
                self._not_understood()
        for name in REQUIRED:
            if name not in self._amounts:
                self._missing(name)
        return Limits(self._amounts, self._ports, self._call_rules())

    def _split(self, text: str) -> list[str]:
        return [line + "\n" for line in text.split("\n")[:-1]] + text.split("\n")[-1:]

    def _resource(self, words: list[str]) -> None:
        if len(words) != 3:
            self._refuse_line(f"has wrong number of items{self._where}")
        _, name, word = words
        if name not in AMOUNTS and name not in PORTS:
            self._refuse_line(f"has an unknown resource '{name}'{self._where}")
        try:
            value = self._number_of(name, word)
        except ValueError:
            self._refuse_line(f"has an invalid resource value '{word}'{self._where}")
        if name in PORTS:
            self._ports[name].append(value)
            return
        if name in self._amounts:
            self._refuse_line(
                f"has a duplicate resource rule for '{name}'{self._where}"
            )
        if not _usable(name, value):
            self._refuse_line(
                f"has an unusable resource value '{word}'{self._where}: a limit is a "
                "number that isn't negative, and cpu is more than 0"
            )
        self._amounts[name] = value

    def _number_of(self, name: str, word: str) -> float:
        _python2_number(word)
        return float(word)

    def _call(self, words: list[str]) -> None:
        if len(words) == 1:
            self._refuse_line(f"has wrong number of items{self._where}")
        name, action = words[1], words[-1]
        if name not in CALL_NAMES:
            self._refuse_line(f"has an unknown call '{name}'{self._where}")
        if action not in ACTIONS:
            self._refuse_line(f"has an unknown action '{action}'{self._where}")
        try:
            conditions = parse_conditions(words[2:-1])
        except ValueError as error:
            self._refuse(str(error))
        self._rules.setdefault(name, []).append(Rule(conditions, action))

    def _call_rules(self) -> CallRules:
        return CallRules({call: tuple(rules) for call, rules in self._rules.items()})

    def _not_understood(self) -> NoReturn:
        self._refuse(f"Line '{self._line}' not understood in file '{self._name}'")

    def _missing(self, name: str) -> NoReturn:
        text = f"Missing required resource '{name}' in file '{self._name}'"
        raise RestrictionsError(
            f"{self._name}: missing required resource '{name}'",
            text=text,
            class_text=self._class_text,
        )

    def _refuse_line(self, problem: str) -> NoReturn:
        self._refuse(f"Line '{self._line}' {problem}")

    def _refuse(self, text: str) -> NoReturn:
        shown = text.replace(self._line, self._line.strip()) if self._line else text
        raise RestrictionsError(
            f"{self._name}:{self._number}: {shown}",
            text=text,
            class_text=self._class_text,
        )


class _V2Reader(_V1Reader):
    """One resource file of Repy V2: whole numbers are whole, call lines are skipped."""

    _class_text = _V2_PARSE_CLASS
    _in_file = ""

    def _split(self, text: str) -> list[str]:
        return text.split("\n")

    def _number_of(self, name: str, word: str) -> float:
        _python2_number(word)
        return float(word) if name in RENEWABLE else int(word)

    def _call(self, words: list[str]) -> None:
        """Repy V2 accepts call lines of any form and ignores them."""

    def _call_rules(self) -> CallRules:
        return CallRules.allowing_all()

    def _not_understood(self) -> NoReturn:
        self._refuse(f"Line '{self._line}' not understood.")

    def _missing(self, name: str) -> NoReturn:
        raise RestrictionsError(
            f"{self._name}: missing required resource '{name}'",
            text=f"Missing required resource: '{name}'",
            class_text=_V2_MATH_CLASS,
        )


def _words(line: str) -> list[str]:
    """The words of a line without its comment, split at ASCII white space only."""
    stripped = line.split("#", 1)[0].encode("latin-1", "replace")
    return [word.decode("latin-1") for word in stripped.split()]


def _python2_number(word: str) -> None:
    """ValueError for what only Python 3 takes for a number: ``1_0``, other digits."""
    if "_" in word or not word.isascii():
        raise ValueError(word)
