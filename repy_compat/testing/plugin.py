"""The pytest plugin: the fixture ``repy``, its marker, options, and old test files.

Loaded by pytest through its entry point in every project that has repy_compat
installed, so nothing but pytest is imported here; the rest comes when a test
asks for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from repy_compat.testing.exploration import Exploration
    from repy_compat.testing.subject import Run


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options --repy-schedules, --repy-seed and --repy-replay."""
    group = parser.getgroup("repy", "Repy programs under chosen schedules")
    group.addoption(
        "--repy-schedules",
        type=int,
        default=500,
        metavar="N",
        help="schedules that repy.explore tries (default 500)",
    )
    group.addoption(
        "--repy-seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of the strategies and of the programs' random bytes (default 0)",
    )
    group.addoption(
        "--repy-replay",
        metavar="TOKEN",
        help="run only the schedule that a failure report named",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "repy(**terms): arguments for repy.run and repy.explore of this test,"
        " such as limits={'events': 5}",
    )


class Repy:
    """What the fixture ``repy`` gives: run, explore and replay with the test's terms.

    The terms are those of the marker ``repy`` and of the command line; an
    argument of a call wins over them. ``explore`` raises AssertionError with
    the whole report unless the program holds.
    """

    def __init__(
        self,
        terms: dict[str, Any],
        schedules: int,
        seed: int,
        token: str | None,
        node: str,
    ) -> None:
        self._terms = terms
        self._schedules = schedules
        self._seed = seed
        self._token = token
        self._node = node

    def run(self, program: str | Path, **terms: Any) -> Run:
        """One run; see ``repy_compat.testing.run``."""
        from repy_compat.testing.running import run

        return run(program, **{"seed": self._seed, **self._run_terms(), **terms})

    def replay(self, program: str | Path, token: str, **terms: Any) -> Run:
        """The schedule of a token; see ``repy_compat.testing.replay``."""
        from repy_compat.testing.running import replay

        return replay(program, token, **{**self._run_terms(), **terms})

    def explore(self, program: str | Path, **terms: Any) -> Exploration | Run:
        """Explore and check; with ``--repy-replay`` only that schedule is run.

        See ``repy_compat.testing.explore`` for the terms.
        """
        __tracebackhide__ = True  # the report is the message, not our code
        if self._token is not None:
            return self._replay_only(program, terms)
        from repy_compat.testing.running import explore
        from repy_compat.world.output import harmless

        merged = {
            "seed": self._seed,
            "schedules": self._schedules,
            **self._terms,
            **terms,
        }
        exploration = explore(program, **merged)
        if not exploration.ok:
            report = str(exploration)
            if exploration.found:
                token = exploration.found[0].token
                report += f"\n    pytest '{self._node}' --repy-replay {token}"
            raise AssertionError(harmless(report))
        return exploration

    def _replay_only(self, program: str | Path, terms: dict[str, Any]) -> Run:
        from repy_compat.testing.findings import findings_of
        from repy_compat.world.output import harmless

        __tracebackhide__ = True
        assert self._token is not None
        for_run = {k: v for k, v in terms.items() if k not in _EXPLORE_ONLY}
        run = self.replay(program, self._token, **for_run)
        found = findings_of(run)
        if found:
            lines = [f"{each.kind}: {each.summary}" for each in found]
            raise AssertionError(harmless("\n".join([*lines, "", *run.trace])))
        return run

    def _run_terms(self) -> dict[str, Any]:
        return {k: v for k, v in self._terms.items() if k not in _EXPLORE_ONLY}


_EXPLORE_ONLY = ("schedules", "strategy", "first_only", "ignore", "progress", "seed")


@pytest.fixture
def repy(request: pytest.FixtureRequest) -> Repy:
    """Run and explore Repy programs; see ``Repy``."""
    terms: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("repy"))):
        terms.update(marker.kwargs)
    option = request.config.getoption
    return Repy(
        terms,
        option("--repy-schedules"),
        option("--repy-seed"),
        option("--repy-replay"),
        request.node.nodeid,
    )


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Old test files: ``ut_*.repy`` and ``ut_*.r2py``."""
    if file_path.suffix in (".repy", ".r2py") and file_path.name.startswith("ut_"):
        from repy_compat.testing.legacy import LegacyFile, is_helper

        if not is_helper(file_path):
            return LegacyFile.from_parent(parent, path=file_path)
    return None
