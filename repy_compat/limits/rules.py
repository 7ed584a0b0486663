"""The call rules of a restrictions file: which API calls a V1 program may make.

Repy V1 specification, sections 11.3 and 11.4. Repy V2 has no call rules.
"""

from __future__ import annotations

from _collections_abc import Callable, Mapping

from repy_compat.errors import CallDenied

CALL_NAMES = frozenset(
    [
        "canceltimer",
        "exitall",
        "file.close",
        "file.flush",
        "file.__init__",
        "file.next",
        "file.read",
        "file.readline",
        "file.readlines",
        "file.seek",
        "file.write",
        "file.writelines",
        "listdir",
        "removefile",
        "gethostbyname_ex",
        "getmyip",
        "open",
        "openconn",
        "recvmess",
        "sendmess",
        "settimer",
        "sleep",
        "socket.close",
        "socket.recv",
        "socket.send",
        "stopcomm",
        "waitforconn",
        "log.write",
        "log.writelines",
        "randomfloat",
        "getruntime",
        "getlock",
        "get_thread_name",
        "VirtualNamespace",
    ]
)
ACTIONS = frozenset(["allow", "deny", "prompt"])

Text = Callable[[object], str]


class Argument:
    """The condition ``arg N is TOKEN``: one argument, compared by its text."""

    __slots__ = ("position", "token")

    def __init__(self, position: int, token: str) -> None:
        self.position = position
        self.token = token

    def failure(self, args: tuple[object, ...], text: Text) -> str | None:
        """Why ``args`` don't meet the condition; None when they do."""
        try:
            value = args[self.position]
        except IndexError:
            return "Missing arg"
        return None if text(value) == self.token else "Value not allowed"

    def as_tuple(self) -> tuple[object, ...]:
        """The condition as the dump of a denied call shows it."""
        return ("arg", self.position, self.token)

    def words(self) -> str:
        """The condition as a restrictions file spells it."""
        return f"arg {self.position} is {self.token}"


class ArgumentCount:
    """The condition ``noargs is K``: the number of arguments."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count

    def failure(self, args: tuple[object, ...], text: Text) -> str | None:
        """Why ``args`` don't meet the condition; None when they do."""
        return None if len(args) == self.count else "Wrong args count"

    def as_tuple(self) -> tuple[object, ...]:
        """The condition as the dump of a denied call shows it."""
        return ("noargs", self.count)

    def words(self) -> str:
        """The condition as a restrictions file spells it."""
        return f"noargs is {self.count}"


Condition = Argument | ArgumentCount


class Rule:
    """One call line: all conditions must hold for its action to be taken."""

    __slots__ = ("action", "conditions")

    def __init__(self, conditions: tuple[Condition, ...], action: str) -> None:
        self.conditions = conditions
        self.action = action

    def failure(
        self, args: tuple[object, ...], text: Text
    ) -> tuple[Condition, str] | None:
        """The first condition that ``args`` don't meet, and why; None if all hold."""
        for condition in self.conditions:
            reason = condition.failure(args, text)
            if reason is not None:
                return condition, reason
        return None

    def words(self) -> str:
        """Conditions and action as a restrictions file spells them."""
        return " ".join([*(c.words() for c in self.conditions), self.action])


class CallRules:
    """All rules of a restrictions file: for each call its rules in file order.

    The first rule whose conditions all hold decides; no rule that holds means
    deny (Repy V1 specification, section 11.3). A value of this class never
    changes.
    """

    __slots__ = ("_always_allowed", "_rules")

    def __init__(self, rules: Mapping[str, tuple[Rule, ...]]) -> None:
        self._rules = dict(rules)
        self._always_allowed = frozenset(
            call
            for call, tried in self._rules.items()
            if tried and not tried[0].conditions and tried[0].action == "allow"
        )

    @classmethod
    def allowing_all(cls) -> CallRules:
        """Rules that allow every call: for V2, and when nothing restricts a run."""
        allow = (Rule((), "allow"),)
        return cls(dict.fromkeys(sorted(CALL_NAMES), allow))

    def always_allowed(self, call: str) -> bool:
        """Whether ``call`` is allowed whatever its arguments: no decision needed."""
        return call in self._always_allowed

    def decide(
        self,
        call: str,
        args: tuple[object, ...],
        text: Text = str,
        representation: Text = repr,
    ) -> None:
        """Return if the rules allow ``call`` with ``args``.

        ``text`` and ``representation`` give Python 2's ``str`` and ``repr`` of a
        value. Raises CallDenied with the text of section 11.4 otherwise.
        """
        if call in self._always_allowed:
            return
        tried: list[str] = []
        for rule in self._rules.get(call, ()):
            failure = rule.failure(args, text)
            if failure is not None:
                condition, reason = failure
                shown = representation(condition.as_tuple())
                tried.append(f"rule: {shown}, {reason}")
            elif rule.action == "allow":
                return
            elif rule.action == "prompt":
                raise CallDenied(f"Call '{call}' not allowed")
            else:
                last = "All rules satisfied"
                tried.append(last if rule.conditions else "Always match the empty rule")
                break
        else:
            tried.append("No matching rule found")
        raise CallDenied(
            f"Call '{call}' with args {representation(args)} not allowed\n"
            "Matching dump:\n" + "".join(line + "\n" for line in tried)
        )

    def lines(self) -> list[str]:
        """The rules as ``call`` lines of a restrictions file."""
        return [
            f"call {call} {rule.words()}"
            for call, rules in self._rules.items()
            for rule in rules
        ]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CallRules):
            return NotImplemented
        return sorted(self.lines(), key=_call) == sorted(other.lines(), key=_call)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.lines(), key=_call)))


def _call(line: str) -> str:
    """The call that a line is about: sorting by it keeps the order of its rules."""
    return line.split(" ", 2)[1]


def parse_conditions(words: list[str]) -> tuple[Condition, ...]:
    """The conditions between a call's name and its action.

    Raises ValueError with the reference's text (section 11.1).
    """
    conditions: list[Condition] = []
    while words:
        kind = words[0]
        if kind == "arg":
            if len(words) < 4:
                raise ValueError("Not enough tokens for 'arg'")
            position = _whole_number(words[1])
            _expect_is(words[2])
            conditions.append(Argument(position, words[3]))
            words = words[4:]
        elif kind == "noargs":
            if len(words) < 3:
                raise ValueError("Not enough tokens for 'noargs'")
            _expect_is(words[1])
            conditions.append(ArgumentCount(_whole_number(words[2])))
            words = words[3:]
        else:
            raise ValueError(f"invalid rule type '{kind}'")
    return tuple(conditions)


def _expect_is(word: str) -> None:
    if word != "is":
        raise ValueError(f"arg missing 'is' keyword, instead found '{word}'")


def _whole_number(word: str) -> int:
    """Python 2's ``int(word)``, which knows neither ``1_0`` nor foreign digits."""
    try:
        if not word.isascii() or "_" in word:
            raise ValueError
        return int(word)
    except ValueError:
        raise ValueError(f"invalid argument number '{word}'") from None
