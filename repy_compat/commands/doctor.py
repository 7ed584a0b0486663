"""repy doctor: what this machine offers for each ring, and what is lost otherwise."""

from __future__ import annotations

import os
import sys

from repy_compat.errors import RepyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.supervisor.job import SupervisedRun

_USAGE = """Usage: repy doctor

Tells which walls this machine can put around a program, one line for each. The
exit code is 0 if all of them can be had (what --strict asks for), else 1.
"""


def main(words: list[str]) -> int:
    """Print the state of each wall; 0 if none is missing, 1 otherwise."""
    if words:
        print(_USAGE, end="")
        return 0 if words in (["--help"], ["-h"]) else 2
    lines = [*_language(), *_process(), *_operating_system()]
    for line in lines:
        print(line)
    complete = not any(line.missing for line in lines)
    print()
    if complete:
        print("Every wall can be had here: --strict will run.")
    else:
        print("Some walls can't be had here: --strict will refuse to run.")
    return 0 if complete else 1


#: The wall that no kernel has, and strict mode therefore doesn't ask for.
_UDP = "UDP ports"


class _Line:
    """One wall: its ring, its name, what was found, and what is lost without it."""

    def __init__(self, ring: int, name: str, found: str, lost: str = "") -> None:
        self.ring = ring
        self.name = name
        self.found = found
        self.lost = lost
        #: whether strict mode would miss it
        self.missing = bool(lost) and ring == 3 and name != _UDP

    def __str__(self) -> str:
        mark = "-" if self.lost else "+"
        text = f"{mark} ring {self.ring}  {self.name:<18} {self.found}"
        return f"{text}; lost: {self.lost}" if self.lost else text


def _language() -> list[_Line]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    name = sys.implementation.name
    lost = "" if name == "cpython" else "the walls were tried with CPython only"
    return [_Line(1, "interpreter", f"{name} {version}", lost)]


def _process() -> list[_Line]:
    can_fork = hasattr(os, "fork")
    start = _Line(2, "worker process", "forked: warm start")
    if not can_fork:
        start = _Line(
            2,
            "worker process",
            "started anew",
            "a tenth of a second at each start, and empty descriptors",
        )
    return [start, _process_end(), _measuring()]


def _process_end() -> _Line:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return _Line(2, "its end", "looked for every 20 ms", "up to 20 ms at each end")
    return _Line(2, "its end", "seen at once (pidfd)")


def _measuring() -> _Line:
    from repy_compat.supervisor import measure

    try:
        measure.cpu_seconds(os.getpid())
        meter = measure.MemoryMeter()
        meter.read()
        meter.close()
    except ImportError:
        return _Line(
            2,
            "cpu and memory",
            "not measured (psutil isn't installed)",
            "the limits of cpu and memory",
        )
    except OSError as error:
        reason = error.strerror or error
        if not measure.can_measure():
            reason = f"{measure.PROCESSES} isn't mounted; nothing runs here"
        return _Line(
            2,
            "cpu and memory",
            f"not measured ({reason})",
            "the limits of cpu and memory",
        )
    source = "the kernel" if measure.ON_LINUX else "psutil"
    return _Line(2, "cpu and memory", f"measured by {source}")


def _operating_system() -> list[_Line]:
    if not sys.platform.startswith("linux"):
        lost = "an escape from the language reaches the user's files and programs"
        return [_Line(3, "operating system", f"none on {sys.platform}", lost)]
    lines = [*_landlock(), _seccomp()]
    lines += _tried(lines)
    found = "open: no kernel closes them by number"
    lines.append(_Line(3, _UDP, found, "an escape sends UDP from any port"))
    return lines


def _landlock() -> list[_Line]:
    from repy_compat.supervisor import landlock

    try:
        version = landlock.version()
    except OSError as error:
        found = f"no Landlock ({error.strerror})"
        return [
            _Line(3, "files", found, "an escape reads and writes the user's files"),
            _Line(3, "TCP ports", found, "an escape uses any port"),
        ]
    files = _Line(3, "files", f"closed by Landlock {version}")
    if version < 3:
        lost = "an escape can cut off files that it can only read"
        files = _Line(3, "files", f"closed by Landlock {version}", lost)
    ports = _Line(3, "TCP ports", f"closed by Landlock {version}")
    if version < 4:
        ports = _Line(
            3, "TCP ports", f"open under Landlock {version}", "an escape uses any port"
        )
    return [files, ports]


def _seccomp() -> _Line:
    from repy_compat.supervisor import seccomp

    lost = "an escape starts programs and signals the user's processes"
    if seccomp.machine() is None:
        found = f"no table of system calls for {os.uname().machine}"
        return _Line(3, "system calls", found, lost)
    run = _sealed_run()
    if isinstance(run, str):
        return _Line(3, "system calls", f"not tried ({run})", lost)
    if "system calls" not in run.rings:
        return _Line(3, "system calls", "no filter", lost)
    return _Line(3, "system calls", "filtered by seccomp")


def _tried(known: list[_Line]) -> list[_Line]:
    """What a real worker missed that the lines so far don't tell."""
    run = _sealed_run()
    if isinstance(run, str) or any(line.lost for line in known):
        return []
    return [_Line(3, "other", sentence, "see there") for sentence in run.missing]


_run: SupervisedRun | str | None = None


def _sealed_run() -> SupervisedRun | str:
    """A worker that seals itself and ends, or why there was none; made once."""
    global _run
    if _run is None:
        from repy_compat.supervisor import supervise
        from repy_compat.supervisor.job import Job

        job = Job(cpu=1.0, memory=15e6, tcp_ports=[], timeout=20)
        try:
            _run = supervise(job, _seal)
        except (OSError, RepyError) as error:
            _run = str(error)
    return _run


def _seal(link) -> int:  # type: ignore[no-untyped-def]
    link.seal()
    return 0
