"""How a run gets its API functions: those that it wants, some only at their first call.

Most programs open no socket and many open no file; what serves those is a third of
the API, and is loaded when it is called. The function that a program holds stays the
same one for the whole run.
"""

from __future__ import annotations

from repy_compat.api.boundary import need_room
from repy_compat.undisturbed import undisturbed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from repy_compat.api.runtime import Runtime

    Functions = dict[str, Callable[..., object]]

#: Levels of the stack that loading takes: less would end it half-way.
_ROOM = 80


def wanted_names(
    builders: Mapping[str, Callable[[Runtime], Callable[..., object]]],
    runtime: Runtime,
) -> dict[str, object]:
    """The functions of one run that it wants, in the order of ``builders``."""
    wanted = runtime.wanted
    if wanted is None:
        return {name: build(runtime) for name, build in builders.items()}
    if wanted.isdisjoint(builders):
        return {}
    return {name: build(runtime) for name, build in builders.items() if name in wanted}


def late_functions(
    runtime: Runtime, home: str, names: tuple[str, ...]
) -> dict[str, object]:
    """The wanted ones of the functions ``names`` of the module ``home``, for one run.

    The module's ``build_names`` is called with ``runtime`` when it is needed.
    """
    if runtime.wanted is not None:
        if runtime.wanted.isdisjoint(names):
            return {}
        names = tuple(name for name in names if name in runtime.wanted)
    group: list[Functions] = []

    def functions() -> Functions:
        if not group:
            need_room(_ROOM)
            module = undisturbed(lambda: __import__(home, fromlist=["build_names"]))
            # Another event, or a finaliser in this one, may have been as quick: what
            # was made first counts, for it may be in use.
            group.append(module.build_names(runtime))
        return group[0]

    return {name: _late(functions, name) for name in names}


def _late(functions: Callable[[], Functions], name: str) -> Callable[..., object]:
    def late(*arguments: object, **keywords: object) -> object:
        return functions()[name](*arguments, **keywords)

    return late
