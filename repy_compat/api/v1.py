"""The API of Repy V1: all functions of one run, put together.

Repy V1 specification, sections 3.2 and 6; the subjects are in ``v1_events``,
``v1_files``, ``v1_network`` and ``namespaces``.
"""

from __future__ import annotations

from types import FunctionType

from repy_compat.api import namespaces, v1_events, v2_events
from repy_compat.api.making import late_functions
from repy_compat.python2.classes import register_host_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.api.runtime import Runtime

_FILES = ("open", "listdir", "removefile")
_NETWORK = (
    "gethostbyname_ex",
    "getmyip",
    "sendmess",
    "recvmess",
    "waitforconn",
    "openconn",
    "stopcomm",
)


def build_names(runtime: Runtime) -> dict[str, object]:
    """The 20 API names of a V1 context, or those of them that the run wants."""
    files = late_functions(runtime, "repy_compat.api.v1_files", _FILES)
    if "open" in files:
        files["file"] = files["open"]  # one function under two names
    names = {
        **v1_events.build_names(runtime),
        **files,
        **late_functions(runtime, "repy_compat.api.v1_network", _NETWORK),
        **namespaces.build_v1(runtime),
    }
    _register(names)
    return names


def extra_builtins(runtime: Runtime) -> dict[str, object]:
    """V2's functions that a V1 program finds among its builtins.

    Their meaning is V2's, and they count in the same ledger; the context stays
    exactly what V1 documents.
    """
    names = v2_events.build_mixed_names(runtime)
    _register(names)
    return names


def _register(names: dict[str, object]) -> None:
    for name, function in names.items():
        assert isinstance(function, FunctionType)
        register_host_function(function, name)
