"""Run legacy Repy programs of the Seattle Testbed on Python 3, under exact limits.

The names below are the public ones; what they need is loaded at first use, so
that ``import repy_compat`` costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.errors import (
        Complaint,
        IncludeError,
        InternalError,
        IsolationUnavailable,
        ProgramRejected,
        RepyError,
        RestrictionsError,
        UsageError,
    )
    from repy_compat.limits.restrictions import Limits
    from repy_compat.outcome import Ending, Outcome
    from repy_compat.porting.importer import import_repy, install_importer
    from repy_compat.running import check, run

__version__ = "0.1.0"

_HOMES = {
    "Complaint": "repy_compat.errors",
    "Ending": "repy_compat.outcome",
    "IncludeError": "repy_compat.errors",
    "InternalError": "repy_compat.errors",
    "IsolationUnavailable": "repy_compat.errors",
    "Limits": "repy_compat.limits.restrictions",
    "Outcome": "repy_compat.outcome",
    "ProgramRejected": "repy_compat.errors",
    "RepyError": "repy_compat.errors",
    "RestrictionsError": "repy_compat.errors",
    "UsageError": "repy_compat.errors",
    "check": "repy_compat.running",
    "import_repy": "repy_compat.porting.importer",
    "install_importer": "repy_compat.porting.importer",
    "run": "repy_compat.running",
}

__all__ = [
    "Complaint",
    "Ending",
    "IncludeError",
    "InternalError",
    "IsolationUnavailable",
    "Limits",
    "Outcome",
    "ProgramRejected",
    "RepyError",
    "RestrictionsError",
    "UsageError",
    "__version__",
    "check",
    "import_repy",
    "install_importer",
    "run",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'repy_compat' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
