"""A reason for which a supervisor ends a run, and what it says about it."""

from __future__ import annotations

from repy_compat.outcome import (
    INTERRUPTED,
    LIMIT_EXCEEDED,
    MONITOR_DIED,
    STARTUP_FAILED,
    TIMED_OUT,
    Ending,
)
from repy_compat.supervisor.signals import signal_name

_SIGINT = 2
#: What is said of a worker that neither came to an end of its own nor was ended.
WITHOUT_A_WORD = "the program's process ended without a word"


class Verdict:
    """``ending`` is the run's; ``complaint`` goes to standard error, and
    ``message`` to standard output."""

    __slots__ = ("ending", "complaint", "message")

    def __init__(self, ending: Ending, complaint: str = "", message: str = "") -> None:
        self.ending = ending
        self.complaint = complaint
        self.message = message


def over_limit(resource: str, name: str, use: int, limit: float) -> Verdict:
    """``use`` is more than ``limit``: Repy V1 specification, sections 10.6 and 10.7."""
    shown = repr(float(limit))
    complaint = f"{name} use '{use}' over limit '{shown}'. Impolitely killing child!\n"
    ending = Ending("limit", LIMIT_EXCEEDED, f"{resource}: {use} over {shown}")
    return Verdict(ending, complaint)


def no_cpu() -> Verdict:
    """A cpu limit of zero: the reference divides by it, and its monitor dies."""
    ending = Ending("limit", MONITOR_DIED, "the cpu limit is zero")
    return Verdict(ending, "Monitor process died! Terminating!\n")


def stopped(code: int, message: str) -> Verdict:
    """The stop file asks for it: Repy V1 specification, section 2.5."""
    ending = Ending("stopped", code, "by the stop file")
    return Verdict(ending, message=message + "\n" if message else "")


def timed_out(seconds: float) -> Verdict:
    """Its wall-clock time is over."""
    ending = Ending("timeout", TIMED_OUT, f"still running after {seconds:g} seconds")
    return Verdict(ending, f"repy: the program was ended after {seconds:g} seconds\n")


def forged() -> Verdict:
    """The worker is no longer ours: no code of ours sends such a thing."""
    ending = Ending("killed", LIMIT_EXCEEDED, "a forged message")
    complaint = "repy: the program's process sent what it can't have meant\n"
    return Verdict(ending, complaint)


def crowded(threads: int) -> Verdict:
    """The worker is no longer ours: the scheduler never has so many threads."""
    ending = Ending("killed", LIMIT_EXCEEDED, f"{threads} threads")
    complaint = f"repy: the program's process started {threads} threads\n"
    return Verdict(ending, complaint)


def interrupted(number: int) -> Verdict:
    """The supervisor got a signal that asks it to end."""
    if number == _SIGINT:
        ending = Ending("interrupted", INTERRUPTED)
        return Verdict(ending, "repy: interrupted; the program was ended\n")
    name = signal_name(number)
    ending = Ending("interrupted", 128 + number, f"by {name}")
    return Verdict(ending, f"repy: ended by {name}, and the program with it\n")


def called_off() -> Verdict:
    """Whoever wanted the run has gone."""
    return Verdict(Ending("interrupted", INTERRUPTED, "called off"))


def no_process(error: OSError) -> Verdict:
    """The system has no process left."""
    ending = Ending("startup", STARTUP_FAILED, str(error))
    return Verdict(ending, f"repy: no process for the program: {error.strerror}\n")


def killed(number: int) -> Verdict:
    """Somebody else ended the worker, or it crashed."""
    name = signal_name(number)
    ending = Ending("killed", 128 + number, f"by {name}")
    return Verdict(ending, f"repy: the program's process was ended by {name}\n")
