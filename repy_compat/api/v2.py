"""The API of Repy V2: all functions of one run, put together.

Repy V2 specification, sections 2.1 and 6; the subjects are in ``v2_events``,
``v2_files``, ``v2_network``, ``v2_resources`` and ``namespaces``.
"""

from __future__ import annotations

from types import FunctionType

from repy_compat.api import exceptions, namespaces, v2_events, v2_resources
from repy_compat.api.making import late_functions
from repy_compat.python2.classes import register_host_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.api.runtime import Runtime

_FILES = ("openfile", "listfiles", "removefile")
_NETWORK = (
    "gethostbyname",
    "getmyip",
    "sendmessage",
    "listenformessage",
    "listenforconnection",
    "openconnection",
)


def build_names(runtime: Runtime) -> dict[str, object]:
    """The 20 API names of a V2 context, or those of them that the run wants."""
    names = {
        **v2_events.build_names(runtime),
        **late_functions(runtime, "repy_compat.api.v2_files", _FILES),
        **late_functions(runtime, "repy_compat.api.v2_network", _NETWORK),
        **v2_resources.build_names(runtime),
        **namespaces.build_v2(runtime),
    }
    for name, function in names.items():
        assert isinstance(function, FunctionType)
        register_host_function(function, name, "instancemethod")
    return names


def extra_builtins(runtime: Runtime) -> dict[str, object]:
    """V2's exception classes, which a V2 program finds among its builtins."""
    return dict(exceptions.EXPORTED)
