"""The old command line: options, then a restrictions file, a program, its words.

Repy V1 specification, section 2.1; Repy V2 specification, section 1.1. Read by
hand: importing a library for it would cost more than the rest of the start.
"""

from __future__ import annotations

import os

from repy_compat.errors import UsageError

# name -> whether a value follows. The order is the one the usage text lists.
OPTIONS: dict[str, bool] = {
    "simple": False,
    "execinfo": False,
    "ip": True,
    "iface": True,
    "nootherips": False,
    "logfile": True,
    "stop": True,
    "status": True,
    "cwd": True,
    "servicelog": False,
    "norestrictions": False,
    # ours
    "dialect": True,
    "include-path": True,
    "raw": False,
    "strict": False,
    "timeout": True,
    "no-cache": False,
    "terse": False,
    "dict-order": True,
}

USAGE = """
Usage: repy.py [options] restrictionsfile program_to_run.repy [program args]

Where [options] are some combination of the following:

--simple               : Run the program once, without the initialize and exit phases
--execinfo             : Print what is run before running it
--ip IP                : An IP address to use, most preferred first. May be repeated.
                         Loopback (127.0.0.1) is always permitted
--iface NAME           : A network interface whose addresses to use. May be repeated
--nootherips           : Use no other addresses than those given with --ip and --iface
--logfile PREFIX       : Write all output to a circular log, PREFIX.old and PREFIX.new
--stop FILE            : End the program when FILE appears. FILE may contain
                         EXITCODE;EXITMESG; EXITCODE is 44 if it doesn't
--status PREFIX        : Keep a file whose name tells the program's state
--cwd DIR              : Change to DIR first
--servicelog           : Accepted for old command lines; has no effect
--norestrictions       : Allow every call; resource limits stay in force
--dialect V1|V2        : What the program is, whatever its file is called
--include-path DIR     : Look for included files in DIR too. May be repeated
--raw                  : Let control characters through to a terminal
--strict               : Refuse to start without every wall that repy_compat knows
--timeout SECONDS      : End the program after so many seconds
--no-cache             : Compile the program anew, and don't keep the result
--terse                : Say of a refused program only what the reference said
--dict-order 2.7       : List dictionaries in the order of Python 2.7's hash tables,
                         not as their keys were inserted

"""


class Options:
    """What the words before the restrictions file said."""

    __slots__ = (
        "simple",
        "execinfo",
        "address_preferences",
        "nootherips",
        "logfile",
        "stop",
        "status",
        "cwd",
        "norestrictions",
        "dialect",
        "include_path",
        "raw",
        "strict",
        "timeout",
        "cache",
        "terse",
        "dict_order",
    )

    def __init__(self) -> None:
        self.simple = False
        self.execinfo = False
        #: ("ip" or "iface", value) in the order given, without repetitions
        self.address_preferences: list[tuple[str, str]] = []
        self.nootherips = False
        self.logfile: str | None = None
        self.stop: str | None = None
        self.status: str | None = None
        self.cwd: str | None = None
        self.norestrictions = False
        self.dialect: str | None = None
        self.include_path: list[str] = []
        self.raw = False
        self.strict = False
        self.timeout: float | None = None
        self.cache = True
        self.terse = False
        self.dict_order = "insertion"


def parse(words: list[str]) -> tuple[Options, list[str]]:
    """Split a command line into options and the words that follow them.

    Options end at the first word that isn't one, or behind ``--``. UsageError
    for an unknown or ambiguous option, a missing value, or one that makes no
    sense.
    """
    options = Options()
    position = 0
    while position < len(words):
        word = words[position]
        if word == "--":
            position += 1
            break
        if not word.startswith("--"):
            if word.startswith("-") and word != "-":
                raise UsageError(f"no such option: {word}")
            break
        name, equals, value = word[2:].partition("=")
        name = _full_name(name)
        position += 1
        if not OPTIONS[name]:
            if equals:
                raise UsageError(f"option --{name} takes no value")
            _switch_on(options, name)
            continue
        if not equals:
            if position == len(words):
                raise UsageError(f"option --{name} needs a value")
            value = words[position]
            position += 1
        _set(options, name, value)
    return options, words[position:]


def _full_name(name: str) -> str:
    """The option that a word names; unambiguous beginnings are enough."""
    if name in OPTIONS:
        return name
    candidates = [option for option in OPTIONS if option.startswith(name)]
    if len(candidates) == 1 and name:
        return candidates[0]
    if candidates and name:
        choices = ", ".join(f"--{candidate}" for candidate in candidates)
        raise UsageError(f"option --{name} is ambiguous: {choices}")
    raise UsageError(f"no such option: --{name}")


def _switch_on(options: Options, name: str) -> None:
    if name == "no-cache":
        options.cache = False
    elif name != "servicelog":
        setattr(options, name, True)


def _set(options: Options, name: str, value: str) -> None:
    if name in ("ip", "iface"):
        if (name, value) not in options.address_preferences:
            options.address_preferences.append((name, value))
    elif name == "include-path":
        options.include_path.append(value)
    elif name == "cwd" and options.cwd and value:
        # Each is relative to where the one before it led.
        options.cwd = os.path.join(options.cwd, value)
    elif name == "timeout":
        options.timeout = _seconds(value)
    elif name == "dict-order":
        options.dict_order = _one_of(name, value, ("insertion", "2.7"))
    elif name == "dialect":
        options.dialect = _one_of(name, value.upper(), ("V1", "V2"))
    else:
        setattr(options, name, value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"option --timeout needs seconds greater than 0, not {value}")
    return seconds


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise UsageError(f"option --{name} is {' or '.join(choices)}, not {value}")
    return value
