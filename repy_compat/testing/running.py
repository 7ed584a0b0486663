"""``run``, ``explore`` and ``replay``: the front of the testing room."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from repy_compat.errors import UsageError
from repy_compat.language.compiler import Program
from repy_compat.limits.restrictions import Limits
from repy_compat.testing.exploration import Exploration
from repy_compat.testing.explorer import Explorer, Progress
from repy_compat.testing.schedule import Schedule, follow
from repy_compat.testing.strategy import Replay, Strategy, new_strategy
from repy_compat.testing.subject import Run, Subject
from repy_compat.world.simulated import STEPS

ProgramLike = str | os.PathLike[str] | Program
LimitsLike = Limits | str | os.PathLike[str] | Mapping[str, float] | None


def run(
    program: ProgramLike,
    *,
    args: Sequence[str] = (),
    limits: LimitsLike = None,
    clock: str = "virtual",
    schedule: Schedule | str | None = None,
    files: Mapping[str, str] | None = None,
    seed: int = 0,
    dialect: str | None = None,
    include_path: Sequence[str] = (),
    carrier: str = "auto",
    steps: int = STEPS,
) -> Run:
    """Run a program once in the simulated world.

    Args:
        program: path of a program, or its text if it holds a line end; or a
            Program that was compiled with ``exploring=True``.
        args: the program's words (``callargs``).
        limits: a Limits, the path of a restrictions file, or a mapping such as
            ``{"events": 5}`` over the default limits.
        clock: ``"virtual"`` (time jumps to the next deadline when nothing can
            run) or ``"loose"`` (a schedule may let it go on earlier).
        schedule: a Schedule, a token, or None for the one without departures.
        files: the content of the vessel folder, names to byte strings.
        seed: decides the random bytes that the program draws.
        dialect: ``"V1"`` or ``"V2"``; by the file's name without.
        include_path: further folders to look for included files in.
        carrier: ``"threads"``, ``"greenlets"`` or ``"auto"``.
        steps: how many switch points and rounds of loops the run may pass.

    Raises:
        UsageError: an argument that makes no sense, or a token that doesn't fit.
        OSError, IncludeError, ProgramRejected, RestrictionsError: from reading
            the program or its restrictions.
    """
    subject = Subject(
        program,
        args=args,
        limits=limits,
        files=files,
        seed=seed,
        clock=clock,
        dialect=dialect,
        include_path=include_path,
        carrier=carrier,
        steps=steps,
    )
    try:
        if isinstance(schedule, str):
            return replay_on(subject, schedule)
        departures = () if schedule is None else schedule.departures
        drawn = None if schedule is None else schedule.seed or None
        return subject.execute(follow(departures), drawn)
    finally:
        subject.close()


def replay(
    program: ProgramLike,
    token: str,
    *,
    args: Sequence[str] = (),
    limits: LimitsLike = None,
    clock: str = "virtual",
    files: Mapping[str, str] | None = None,
    dialect: str | None = None,
    include_path: Sequence[str] = (),
    carrier: str = "auto",
    steps: int = STEPS,
) -> Run:
    """Run the schedule of ``token`` again, exactly; the arguments are those of ``run``.

    Raises UsageError when the token isn't one for this text, or doesn't fit the
    run because arguments, limits or files differ from those it was found with.
    """
    return run(
        program,
        args=args,
        limits=limits,
        clock=clock,
        schedule=token,
        files=files,
        dialect=dialect,
        include_path=include_path,
        carrier=carrier,
        steps=steps,
    )


def replay_on(subject: Subject, token: str) -> Run:
    """Run the schedule of ``token`` on a subject; UsageError if it doesn't fit."""
    schedule = Schedule.from_token(token, subject.digest)
    strategy = Replay(schedule.departures)
    chooser = strategy.next()
    assert chooser is not None
    found = subject.execute(chooser, schedule.seed)
    if strategy.misfits:
        index, event = strategy.misfits[0]
        raise UsageError(
            f"the token {token} doesn't fit: event {event} can't run at decision"
            f" {index}. Arguments, limits and files must be those it was found with."
        )
    return found


def explore(
    program: ProgramLike,
    *,
    schedules: int = 500,
    strategy: str | Strategy = "auto",
    seed: int = 0,
    args: Sequence[str] = (),
    limits: LimitsLike = None,
    clock: str = "virtual",
    files: Mapping[str, str] | None = None,
    dialect: str | None = None,
    include_path: Sequence[str] = (),
    carrier: str = "auto",
    steps: int = STEPS,
    first_only: bool = True,
    ignore: Sequence[str] = (),
    progress: Progress | None = None,
) -> Exploration:
    """Run a program under up to ``schedules`` schedules and tell what they showed.

    Args:
        schedules: how many schedules at most.
        strategy: ``auto``, ``nonpreemptive``, ``races``, ``pct2``, ``pct3``,
            ``random``, ``dfs``, or a Strategy.
        seed: for the strategy, and for the random bytes that the program draws.
        first_only: stop at the first finding; otherwise collect all of them.
        ignore: kinds of findings that don't count, such as ``("output",)``.
        progress: called with the runs done and ``schedules`` after each run.

    The other arguments, and what is raised, are those of ``run``.
    """
    if schedules < 1:
        raise UsageError(f"schedules is at least 1, not {schedules!r}")
    if isinstance(strategy, str):
        strategy = new_strategy(strategy, schedules, seed)
    subject = Subject(
        program,
        args=args,
        limits=limits,
        files=files,
        seed=seed,
        clock=clock,
        dialect=dialect,
        include_path=include_path,
        carrier=carrier,
        steps=steps,
    )
    try:
        explorer = Explorer(
            subject,
            strategy,
            schedules,
            first_only=first_only,
            ignore=ignore,
            progress=progress,
        )
        return explorer.explore()
    finally:
        subject.close()
