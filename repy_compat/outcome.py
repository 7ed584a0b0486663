"""What a run gives back, and the codes with which a program can end.

The codes are those of the Repy V1 specification (sections 3.5 and 4.4) and of
the Repy V2 specification (section 1.3).
"""

from __future__ import annotations

NORMAL = 0
USAGE = 1
STARTUP_FAILED = 3
SYSTEM_EXIT = 4
V2_USAGE = 4
V2_REFUSED = 5
INITIALIZE_FAILED = 6
EXIT_PHASE_FAILED = 7
CALLBACK_FAILED = 14
TIMER_FAILED = 30
STOPPED = 44
NO_THREAD = 56
MONITOR_DIED = 70
LIMIT_EXCEEDED = 98
TIMED_OUT = 124
INTERRUPTED = 130
NO_EVENT_FOR_INITIALIZE = 140
NO_EVENT_FOR_EXIT = 141
EXITALL = 200
#: 843, as far as an exit status goes
INTERNAL_ERROR = 75


class Ending:
    """How a run ended: a word, an exit code, and a sentence where there is one.

    ``how`` is one of ``normal``, ``exitall``, ``systemexit``, ``exception``,
    ``refused``, ``startup``, ``no event``, ``no thread``, ``limit``,
    ``stopped``, ``timeout``, ``killed``, ``interrupted`` or ``internal``.
    ``code`` is the exit status, 0 to 255. ``detail`` is empty or says more, for
    example which limit was passed.
    """

    __slots__ = ("how", "code", "detail")

    def __init__(self, how: str, code: int, detail: str = "") -> None:
        self.how = how
        self.code = code
        self.detail = detail

    def __repr__(self) -> str:
        return f"Ending({self.how!r}, {self.code}, {self.detail!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ending):
            return NotImplemented
        return (self.how, self.code, self.detail) == (
            other.how,
            other.code,
            other.detail,
        )

    def __hash__(self) -> int:
        return hash((self.how, self.code, self.detail))


class Outcome:
    """The result of one run.

    ``output`` and ``errors`` are what the program and the runtime wrote to the
    two streams, as Repy byte strings (characters 0-255; ``output_bytes`` and
    ``errors_bytes`` give bytes). ``exit_code`` and ``how`` tell how it ended,
    ``detail`` says more in a sentence. ``most_held`` maps each counted resource
    to the largest number held at one moment; ``left`` maps those that were still
    held at the end to their number. ``rings`` names the walls that the run had:
    ``language``, ``process``, ``operating system`` or the parts of it.
    ``seconds`` is its duration.
    """

    __slots__ = (
        "output",
        "errors",
        "exit_code",
        "how",
        "detail",
        "most_held",
        "left",
        "rings",
        "seconds",
    )

    def __init__(
        self,
        output: str,
        errors: str,
        ending: Ending,
        *,
        most_held: dict[str, int],
        left: dict[str, int],
        rings: tuple[str, ...],
        seconds: float,
    ) -> None:
        self.output = output
        self.errors = errors
        self.exit_code = ending.code
        self.how = ending.how
        self.detail = ending.detail
        self.most_held = most_held
        self.left = left
        self.rings = rings
        self.seconds = seconds

    @property
    def ok(self) -> bool:
        """Whether the program ended by itself without an error, or by exitall."""
        return self.how in ("normal", "exitall", "systemexit")

    @property
    def output_bytes(self) -> bytes:
        """``output`` as bytes."""
        return self.output.encode("latin-1")

    @property
    def errors_bytes(self) -> bytes:
        """``errors`` as bytes."""
        return self.errors.encode("latin-1")

    def __repr__(self) -> str:
        detail = f", {self.detail!r}" if self.detail else ""
        return f"<Outcome {self.how}, exit code {self.exit_code}{detail}>"
