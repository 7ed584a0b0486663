"""What the verbs explore, replay and trace share: their command line and errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from repy_compat.errors import RepyError, UsageError, os_error_text

FAILS, USAGE, INCONCLUSIVE = 1, 2, 3
#: The library's program that runs others inside layers.
LAYERS_LOADER = "encasementlib.r2py"

TERMS_HELP = """\
--limit NAME=N      : Change one limit, such as events=5. May be repeated
--limits FILE       : A restrictions file instead of the default limits
--clock CLOCK       : virtual (time jumps when nothing can run, the default) or
                      loose (it may also go on while something can)
--steps N           : Switch points and loop rounds that one run may pass (20000)
--carrier CARRIER   : threads, greenlets or auto (greenlets if installed)
--dialect V1|V2     : What the program is, whatever its file is called
--include-path DIR  : Look for included files in DIR too. May be repeated
--file NAME=PATH    : Put the file PATH into the vessel folder. May be repeated
--layer FILE        : Run the program inside this security layer. May be repeated;
                      the first is the outermost
"""


class Words:
    """A command line taken apart: the options, then the words that follow them."""

    def __init__(self, words: list[str], flags: tuple[str, ...], own: tuple[str, ...]):
        self.limits: dict[str, float] = {}
        self.options: dict[str, str] = {}
        self.include_path: list[str] = []
        self.ignored: list[str] = []
        # The options of a Subject as they were given, for a line to paste.
        self.term_words: list[str] = []
        self.files: dict[str, str] = {}
        self.layers: list[str] = []
        self.flags: set[str] = set()
        self.rest: list[str] = []
        known = (*own, *_TERMS)
        waiting = list(words)
        while waiting:
            word = waiting.pop(0)
            if self.rest and not word.startswith("--"):
                self.rest.append(word)
                continue
            if word == "--":
                self.rest += waiting
                return
            if not word.startswith("--"):
                self.rest.append(word)
                continue
            name, equals, value = word.partition("=")
            if name in flags:
                self.flags.add(name)
                continue
            if name not in known:
                raise UsageError(f"no such option: {name}")
            if not equals:
                if not waiting:
                    raise UsageError(f"option {name} needs a value")
                value = waiting.pop(0)
            if name in _TERMS:
                self.term_words.append(f"{name}={value}")
            self._take(name, value)

    def _take(self, name: str, value: str) -> None:
        if name == "--limit":
            resource, _, amount = value.partition("=")
            self.limits[resource] = number(name, amount)
        elif name == "--ignore":
            self.ignored.append(value)
        elif name == "--include-path":
            self.include_path.append(value)
        elif name == "--file":
            file, _, path = value.partition("=")
            self._put(file, path or file)
        elif name == "--layer":
            self.layers.append(self._put(os.path.basename(value), value))
        else:
            self.options[name] = value

    def _put(self, name: str, path: str) -> str:
        """Have a file under ``name`` in the vessel folder; the name."""
        with open(path, encoding="latin-1", newline="") as opened:
            self.files[name] = opened.read()
        return name

    def inside_layers(self, program: str, args: list[str]) -> tuple[str, list[str]]:
        """The program to run, and its arguments: the loader's if there are layers."""
        if not self.layers:
            return program, args
        if self.dialect(program) != "V2":
            raise UsageError(f"security layers are Repy V2, and {program} is V1")
        inner = self._put(os.path.basename(program), program)
        return LAYERS_LOADER, [*self.layers, inner, *args]

    def count(self, name: str, default: int) -> int:
        """The value of an option that is a whole number, at least 0."""
        if name not in self.options:
            return default
        value = number(name, self.options[name])
        if value != int(value) or value < 0:
            raise UsageError(f"option {name} needs a whole number, not {value}")
        return int(value)

    def terms(self, dialect_name: str) -> dict[str, object]:
        """The arguments for a Subject."""
        from repy_compat.testing.subject import limits_of, with_amounts

        given: object = self.limits or None
        if "--limits" in self.options:
            given = self.options["--limits"]
            if self.limits:
                base = limits_of(self.options["--limits"], dialect_name)
                given = with_amounts(base, self.limits)
        from repy_compat.world.simulated import STEPS

        return {
            "limits": given,
            "clock": self.options.get("--clock", "virtual"),
            "steps": self.count("--steps", STEPS),
            "carrier": self.options.get("--carrier", "auto"),
            "dialect": dialect_name,
            "include_path": self.include_path,
            "files": self.files,
        }

    def dialect(self, program: str) -> str:
        """``V1`` or ``V2``, by the option or the program's name."""
        name = self.options.get("--dialect", "").upper()
        if name not in ("", "V1", "V2"):
            raise UsageError(f"option --dialect is V1 or V2, not {name}")
        return name or ("V2" if program.endswith(".r2py") else "V1")


_TERMS = (
    "--limit",
    "--limits",
    "--clock",
    "--steps",
    "--carrier",
    "--dialect",
    "--include-path",
    "--file",
    "--layer",
)


def number(name: str, text: str) -> float:
    """A number on the command line; UsageError for anything else."""
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"option {name} needs a number, not {text!r}") from None


def guarded(verb: str, words: list[str], help_text: str, act: Callable[[], int]) -> int:
    """``act()``, with --help shown and what a person can mend said in one line."""
    if words[:1] in (["--help"], ["-h"]):
        print(help_text, end="")
        return 0
    from repy_compat.testing.rig import Hushed

    try:
        with Hushed():
            return act()
    except (RepyError, OSError) as error:
        text = os_error_text(error) if isinstance(error, OSError) else error
        print(f"repy {verb}: {text}", file=sys.stderr)
        return USAGE
