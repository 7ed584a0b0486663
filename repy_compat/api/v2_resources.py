"""getresources and getlasterror of Repy V2.

Repy V2 specification, section 8. Everything returned is fresh, so changing it
grants nothing.
"""

from __future__ import annotations

import sys

from repy_compat.api.boundary import wrong_count_v2
from repy_compat.api.making import wanted_names
from repy_compat.limits.restrictions import AMOUNTS, PORTS
from repy_compat.python2 import dicts
from repy_compat.python2 import errors as python2_errors
from repy_compat.python2.sets import Set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime

_STOPS_SHOWN = 100


def build_names(runtime: Runtime) -> dict[str, object]:
    """The functions of this subject for one run, by name."""
    return wanted_names(_BUILDERS, runtime)


def _build_getresources(runtime: Runtime) -> Callable[..., object]:
    def getresources(*arguments: object, **keywords: object) -> object:
        if arguments or keywords:
            raise wrong_count_v2("get_resources", 0, arguments, keywords)
        limits, usage = _limits(runtime), _usage(runtime)
        return (
            dicts.of_display(limits, len(limits)),
            dicts.of_display(usage, len(usage)),
            _stops(runtime),
        )

    return getresources


def _limits(runtime: Runtime) -> dict[str, object]:
    limits: dict[str, object] = {name: runtime.limits.amount(name) for name in AMOUNTS}
    limits.update((kind, Set(runtime.limits.ports(kind))) for kind in PORTS)
    return limits


def _usage(runtime: Runtime) -> dict[str, object]:
    readings = runtime.readings
    usage: dict[str, object] = {
        name: Set(value) if isinstance(value, set) else value
        for name, value in runtime.ledger.usage().items()
    }
    usage["cpu"] = readings.cpu()
    usage["threadcpu"] = readings.thread_cpu()
    usage["memory"] = readings.memory()
    usage["diskused"] = readings.disk()
    return usage


def _stops(runtime: Runtime) -> list[tuple[float, float]]:
    return [(when, seconds) for when, seconds in runtime.readings.stops()][
        -_STOPS_SHOWN:
    ]


def _build_getlasterror(runtime: Runtime) -> Callable[..., object]:
    def getlasterror(*arguments: object, **keywords: object) -> str | None:
        if arguments or keywords:
            raise wrong_count_v2("getlasterror", 0, arguments, keywords)
        caller = sys._getframe(1)
        error = python2_errors.last_handled(caller)
        if error is None:
            return None
        python2_errors.clear_last_handled(caller)
        return runtime.describe_error(error)

    return getlasterror


_BUILDERS = {
    "getresources": _build_getresources,
    "getlasterror": _build_getlasterror,
}
